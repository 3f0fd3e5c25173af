# SPDX-License-Identifier: MIT
"""Steps that stories share before there is a participant: inquiries, pages of a list, many at once. steps.journey goes on from there.

A step takes the client who does it and gives the answer it got, already checked unless it says otherwise."""

import itertools
import threading
import uuid
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

ABSENT = "00000000-0000-4000-8000-00000000dead"
COORDINATOR, LINE, ADMINISTRATOR = (f"00000000-0000-4000-8000-{n:012d}" for n in (4, 5, 6))
OTHER_COORDINATOR, OTHER_LINE, OTHER_ADMINISTRATOR = (f"00000000-0000-4000-8000-{n:012d}" for n in (104, 105, 106))
TORONTO = ZoneInfo("America/Toronto")
NUMBERS = itertools.count(1)


# ---- time, and many at once ----


def eastern(local):
    """A wall time of the office, "2026-09-25 16:00", as the API writes moments."""
    moment = datetime.fromisoformat(local).replace(tzinfo=TORONTO)
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def at_once(count, work):
    """work(number) in as many threads, started together; what they returned, or the exception one of them ended with."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as error:  # shown by the test's own assertion
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


# ---- lists ----


def next_link(page):
    """The address of the next page as Link names it, or None."""
    link = page.raw.links.get("next")
    return link and link["url"]


def walk(client, path, between=None, **kwargs):
    """Every entry of a list, page by page along Link, with which the cursor must agree; between() runs between two pages."""
    page = client.get(path, **kwargs).ok()
    kwargs.pop("params", None)  # they are in Link; headers go with every page
    entries = list(page.data)
    while target := next_link(page):
        assert parse_qs(urlsplit(target).query)["cursor"] == [page["page"]["next_cursor"]]
        assert page["page"]["has_more"] is True
        if between:
            between()
        page = client.get(target, **kwargs).ok()
        entries += page.data
    assert page["page"] == {"next_cursor": None, "has_more": False}
    return entries


# ---- inquiries ----


def changed(body, changes):
    """None takes a member out."""
    return {name: value for name, value in (body | changes).items() if value is not None}


def line_body(**changes):
    """What the 24/7 line sends of somebody who called."""
    body = {
        "external_ref": f"T-{uuid.uuid4()}",
        "channel": "line_smsrc",
        "language": "fr",
        "callback": {"method": "phone", "handle": "+1 613 555 0143"},
        "ok_to_leave_message": False,
        "caller_consented": True,
    }
    return changed(body, changes)


def inquiry_body(**changes):
    """What a coordinator records of an e-mail."""
    body = {
        "channel": "email_self",
        "language": "en",
        "callback": {"method": "email", "handle": "somebody@example.org"},
        "ok_to_leave_message": False,
        "caller_consented": True,
    }
    return changed(body, changes)


def refer(line, *, now=None, **changes):
    """The line refers somebody."""
    return line.post("/v1/line-referrals", line_body(**changes), now=now).created()


def as_coordinators_see(referral):
    """The path under which coordinators find what the line referred."""
    return f"/v1/referrals/{referral['id']}"


def inquire(coordinator, *, now=None, **changes):
    """A coordinator records an inquiry."""
    return coordinator.post("/v1/referrals", inquiry_body(**changes), now=now).created()


def attempt(coordinator, path, outcome="no_answer", *, now=None, **changes):
    """Somebody tries to reach the person; the answer is the referral as it is then."""
    body = {"channel": "phone", "outcome": outcome} | changes
    return coordinator.post(f"{path}/attempts", body, now=now).created()


def contacted(coordinator, *, now=None, **changes):
    """An inquiry whose person was spoken to."""
    made = inquire(coordinator, now=now, **changes)
    return attempt(coordinator, made.path, "replied", now=now)


def close(coordinator, path, outcome, *, if_match="*", now=None, **changes):
    """How an inquiry ended; the answer is not checked."""
    return coordinator.post(f"{path}/close", {"outcome": outcome} | changes, if_match=if_match, now=now)
