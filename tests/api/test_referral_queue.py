# SPDX-License-Identifier: MIT
"""The queue of inquiries (R5): what is due first comes first, filters, and pages that neither lose nor repeat anybody."""

import pytest
from steps import (
    ABSENT,
    COORDINATOR,
    OTHER_COORDINATOR,
    as_coordinators_see,
    attempt,
    close,
    contacted,
    eastern,
    inquire,
    next_link,
    refer,
    walk,
)  # fmt: skip

PATH = "/v1/referrals"


def ids(entries):
    return [entry["id"] for entry in entries]


def find(coordinator, /, now=None, **params):
    return ids(walk(coordinator, PATH, params=params, now=now))


@pytest.fixture(scope="module")
def moments():
    """Ten days on which one inquiry each arrives: Wednesday 2 to Tuesday 15 September 2026, business days only."""
    return [eastern(f"2026-09-{day:02d} 10:00") for day in (1, 2, 3, 4, 8, 9, 10, 11, 14, 15)]


def test_what_is_due_first_comes_first(coordinator, moments):
    made = [inquire(coordinator, channel="vac", now=moment)["id"] for moment in reversed(moments)]
    entries = walk(coordinator, PATH, params={"channel": "vac", "limit": 4})
    assert ids(entries) == made[::-1]
    assert [e["reply_due"] for e in entries] == sorted(e["reply_due"] for e in entries)


def test_nobody_is_lost_or_repeated_while_others_arrive(coordinator):
    """R5: pages are keyed by (reply_due, id): whoever stood in the queue is met once, also among equals, whatever is added or closed."""
    same = eastern("2026-08-10 10:00")
    waiting = {inquire(coordinator, channel="rsc", now=same)["id"] for _ in range(9)}
    arrivals = []

    def arrive():
        if len(arrivals) == 15:
            return
        arrivals.append(inquire(coordinator, channel="rsc", now=eastern("2026-08-05 10:00"))["id"])
        arrivals.append(inquire(coordinator, channel="rsc", now=same)["id"])
        arrivals.append(inquire(coordinator, channel="rsc", now=eastern(f"2026-08-{12 + len(arrivals)} 10:00"))["id"])
        gone = arrivals[-3]
        close(coordinator, f"{PATH}/{gone}", "redirected", redirect_reason="not_eligible").ok()

    seen = ids(walk(coordinator, PATH, between=arrive, params={"channel": "rsc", "limit": 2}))
    assert len(seen) == len(set(seen)), "somebody was met twice"
    assert waiting <= set(seen), "somebody was lost"
    assert set(arrivals[2::3]) <= set(seen), "what is added behind the cursor is met"


def test_link_and_cursor_keep_the_filters(coordinator):
    for number in range(3):
        inquire(coordinator, channel="other", language="fr", urgent=number > 0)
    params = {"channel": "other", "urgent": "true", "state": ["received", "contacted"], "limit": 1}
    page = coordinator.get(PATH, params=params).ok()
    target = next_link(page)
    for part in ("channel=other", "urgent=true", "state=received", "state=contacted", "limit=1"):
        assert part in target
    assert target.startswith(PATH) and "cursor=" not in page.raw.links["first"]["url"]
    second = coordinator.get(target).ok()
    assert second.data[0]["id"] != page.data[0]["id"] and second.data[0]["urgent"]
    first = coordinator.get(second.raw.links["first"]["url"]).ok()
    assert ids(first.data) == ids(page.data)


def test_cursors_that_do_not_belong(coordinator, client):
    for number in range(3):
        inquire(coordinator, channel="line_voicemail", urgent=bool(number))
    page = coordinator.get(PATH, params={"channel": "line_voicemail", "limit": 1}).ok()
    cursor = page["page"]["next_cursor"]

    def refused(**params):
        coordinator.get(PATH, params=params).problem(400, "bad-parameter").fault("cursor")

    # 1. Another filter, fewer filters, more filters.
    refused(cursor=cursor, channel="vac")
    refused(cursor=cursor)
    refused(cursor=cursor, channel="line_voicemail", urgent="true")
    refused(cursor=cursor, channel="line_voicemail", state="received")
    # 2. Broken ones.
    for broken in (cursor[:-1], cursor + "A", cursor.swapcase(), "A" * 64, "%00", "{}", "x", cursor[::-1], "A" * 513):
        refused(cursor=broken, channel="line_voicemail")
    coordinator.get(f"{PATH}?cursor=", check=True).problem(400, "bad-parameter").fault("cursor")
    coordinator.get(f"{PATH}?cursor={cursor}&cursor={cursor}&channel=line_voicemail").problem(400, "bad-parameter").fault("cursor")
    # 3. It says nothing to whoever finds it.
    assert page.data[0]["id"] not in cursor and len(cursor) <= 512 and not cursor.startswith("ey")
    # 4. A position, no permission: it works for a colleague, and with another limit.
    client("coordinator", "other").get(PATH, params={"cursor": cursor, "channel": "line_voicemail", "limit": 50}).ok()


@pytest.mark.parametrize(
    ("params", "where", "code"),
    [
        ({"limit": 0}, "limit", "too-small"),
        ({"limit": -1}, "limit", "too-small"),
        ({"limit": "many"}, "limit", "type"),
        ({"limit": "1.5"}, "limit", "type"),
        ({"state": "lost"}, "state", "not-allowed"),
        ({"overdue": "1"}, "overdue", "type"),
        ({"overdue": ""}, "overdue", "type"),
        ({"due_before": "tomorrow"}, "due_before", "format"),
        ({"due_before": "2026-09-25"}, "due_before", "format"),
        ({"urgent": "TRUE"}, "urgent", "type"),
        ({"language": "de"}, "language", "not-allowed"),
        ({"channel": "fax"}, "channel", "not-allowed"),
        ({"coordinator_id": "me"}, "coordinator_id", "format"),
        ({"name": "Marie"}, "name", "unknown"),
        ({"q": "613"}, "q", "unknown"),
    ],
)
def test_questions_that_cannot_be_asked(coordinator, params, where, code):
    """R2: nor can anybody be searched by name or number."""
    coordinator.get(PATH, params=params).problem(400, "bad-parameter").fault(where, code)


def test_all_faults_of_a_question_come_at_once(coordinator):
    refused = coordinator.get(PATH, params={"limit": 0, "urgent": "x", "nonsense": "y"}).problem(400, "bad-parameter")
    refused.fault("limit").fault("urgent").fault("nonsense")


def test_a_page_has_a_hundred_at_most(coordinator):
    assert len(coordinator.get(PATH, params={"limit": 99999}).ok().data) <= 100
    assert len(coordinator.get(PATH).ok().data) <= 25


def test_overdue_and_soon_due(coordinator):
    """S1.27, R5: what nobody answered by the end of the second business day; what is due before a moment."""
    friday = inquire(coordinator, channel="email_self", language="en", urgent=True, now=eastern("2026-09-25 16:00"))
    evening = inquire(coordinator, channel="email_self", language="en", urgent=True, now=eastern("2026-09-25 18:00"))
    tried = inquire(coordinator, channel="email_self", language="en", urgent=True, now=eastern("2026-09-24 09:00"))
    attempt(coordinator, tried.path, "message_left", now=eastern("2026-09-24 10:00"))
    answered = contacted(coordinator, language="en", urgent=True, now=eastern("2026-09-23 09:00"))
    mine = [made["id"] for made in (answered, tried, friday, evening)]

    def mine_of(now, **params):
        found = find(coordinator, now=eastern(now), channel="email_self", language="en", urgent="true", **params)
        return [entry for entry in found if entry in mine]

    answered, tried, friday, evening = mine
    # 1. Nobody is overdue at the very end of the second day; a message left is no reply; an answer is.
    assert mine_of("2026-09-28 17:00", overdue="true") == []
    assert mine_of("2026-09-28 17:00:01", overdue="true") == [tried]
    assert mine_of("2026-09-29 17:00:01", overdue="true") == [tried, friday]
    assert mine_of("2026-10-01 17:00:01", overdue="true") == [tried, friday, evening]
    assert mine_of("2026-10-01 17:00:01", overdue="false") == [answered]
    assert mine_of("2026-10-01 17:00:01") == [answered, tried, friday, evening]
    # 2. Soon due: before the moment, not at it.
    assert mine_of("2026-09-26 09:00", due_before=eastern("2026-09-28 17:00"), state="received") == [tried]
    assert mine_of("2026-09-26 09:00", due_before="2026-09-28T17:00:01-04:00", state="received") == [tried, friday]
    assert mine_of("2026-09-26 09:00", due_before=eastern("2026-09-30 00:00")) == [answered, tried, friday, evening]
    # 3. Closed, it is nobody's worry any more.
    close(coordinator, f"{PATH}/{tried}", "redirected", redirect_reason="under_18", now=eastern("2026-10-01 09:00")).ok()
    assert mine_of("2026-10-01 17:00:01", overdue="true") == [friday, evening]


def test_states_languages_people(coordinator, line, client):
    by_line = refer(line, channel="line_eap_followup", language="en", urgent=True)
    spoken = contacted(coordinator, channel="line_eap_followup", language="fr")
    declined = contacted(coordinator, channel="line_eap_followup", language="en")
    close(coordinator, f"{PATH}/{declined['id']}", "declined").ok()
    client("coordinator", OTHER_COORDINATOR).post(f"{as_coordinators_see(by_line)}/take", if_match="*").ok()
    coordinator.post(f"{PATH}/{spoken['id']}/take", if_match="*").ok()
    mine = {by_line["id"]: "line", spoken["id"]: "spoken", declined["id"]: "declined"}

    def found(**params):
        return sorted(mine[entry] for entry in find(coordinator, channel="line_eap_followup", **params) if entry in mine)

    assert found() == ["line", "spoken"], "without a state: what is open"
    assert found(state="declined") == ["declined"]
    assert found(state=["received", "declined"]) == ["declined", "line"]
    assert found(language="fr") == ["spoken"]
    assert found(urgent="true") == ["line"] and found(urgent="false") == ["spoken"]
    assert found(coordinator_id=COORDINATOR) == ["spoken"] and found(coordinator_id=OTHER_COORDINATOR) == ["line"]
    assert found(coordinator_id=ABSENT) == []
    # Every coordinator sees the same queue, also one who serves a single region.
    quebec = client("coordinator", "00000000-0000-4000-8000-000000000014")
    assert set(mine) - {declined["id"]} <= set(find(quebec, channel="line_eap_followup"))


def test_a_list_says_no_more_than_the_referral_itself(coordinator):
    made = inquire(coordinator, channel="other", name="Alex", safe_hours="evenings", now=eastern("2026-07-02 10:00"))
    (entry,) = [e for e in walk(coordinator, PATH, params={"channel": "other"}) if e["id"] == made["id"]]
    assert {name: value for name, value in entry.items() if name != "reply_status"} == made.json
