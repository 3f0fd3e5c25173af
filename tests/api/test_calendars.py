# SPDX-License-Identifier: MIT
"""A private calendar over HTTP: told once, read without a token by whoever has its address, ended at once."""

import re
import uuid

FEEDS = "/v1/participants/{}/calendar-feeds"
MAPLE = "00000000-0000-4000-8000-000000000101"


def unfolded(text):
    """The content lines of an iCalendar text, checked on the way: CRLF, 75 octets, one of each BEGIN for each END."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines, open_ones = text.replace("\r\n ", "").rstrip().split("\r\n"), []
    for line in lines:
        name, _, value = line.partition(":")
        assert re.fullmatch(r"[A-Z-]+(;[A-Z]+=[^;:]+)*", name), line
        if name == "BEGIN":
            open_ones.append(value)
        elif name == "END":
            assert open_ones.pop() == value
    assert not open_ones and lines[0] == "BEGIN:VCALENDAR"
    return lines


def test_a_calendar_from_opening_to_end(client, nobody):
    peer, feeds = client("peer"), FEEDS.format(MAPLE)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    opened = peer.post(feeds, json={"language": "fr"}, headers=key).created()
    again = peer.post(feeds, json={"language": "fr"}, headers=key).ok(201)
    assert again["id"] == opened["id"] and again["path"] is None
    assert [feed["path"] for feed in peer.get(feeds).data] == [None]

    path = opened["path"]
    calendar = nobody.get(path, headers={"Accept": "text/calendar"}).ok()
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert calendar.headers["Cache-Control"] == "no-store"
    lines = unfolded(calendar.content.decode())
    assert "VERSION:2.0" in lines and "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    nobody.get(path, headers={"If-None-Match": calendar.headers["ETag"]}).not_modified()
    assert nobody.head(path).status == 200
    nobody.get(path, headers={"Accept": "application/json"}).problem(406, "not-acceptable")

    first, second = path.rsplit("/", 2)[1:]
    nobody.get(f"/v1/calendar/{second}/{first}").problem(404, "not-found")
    peer.delete(f"/v1/calendar-feeds/{opened['id']}").no_content()
    nobody.get(path).problem(404, "not-found")
    peer.delete(f"/v1/calendar-feeds/{opened['id']}").problem(404, "not-found")


def test_only_one_s_own(client):
    client("peer").post(FEEDS.format(uuid.uuid4()), json={"language": "en"}).problem(404, "not-found")
    client("coordinator").get(FEEDS.format(MAPLE)).problem(403, "forbidden")


def test_the_address_is_in_no_log(client, nobody, server):
    path = client("peer").post(FEEDS.format(MAPLE), json={"language": "en"}).created()["path"]
    nobody.get(path).ok()
    log = server.log_text()
    assert "/v1/calendar/{calendar_id}/{secret_id}" in log
    assert not any(part in log for part in path.rsplit("/", 2)[1:])
