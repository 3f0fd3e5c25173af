# SPDX-License-Identifier: MIT
"""What the clocks do to a series: wall time and zone are the truth, the instant is derived (decision 12, A5.2, R8, T6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from steps import walk
from steps.groups import FORMAL, Group, in_days, service
from steps.journey import open_intake, until


@pytest.fixture
def offered(administrator):
    return service(administrator, FORMAL, max_sessions=10)


@pytest.fixture
def plan(coordinator, offered):
    """plan(zone, now, first, count): a weekly series, planned then."""

    def make(zone, now, first, count=3, **changes):
        return Group(coordinator, offered, now=now, timezone=zone, series={"local_start": first, "count": count}, **changes)

    return make


def times(group):
    return [(s["local_start"], s["utc_offset"], s["starts_at"]) for s in group.sessions()]


def table(*rows):
    """The days of a series at 18:30, with offset and instant."""
    return [(f"{day}T18:30", offset, f"{instant}:00Z") for day, offset, instant in rows]


AUTUMN, SPRING = "2026-09-01T12:00:00Z", "2027-01-15T12:00:00Z"
SERIES = [
    # Toronto changes its clocks on 1 November 2026 and on 14 March 2027, Halifax and St John's with it.
    ("America/Toronto", AUTUMN, table(
        ("2026-10-22", "-04:00", "2026-10-22T22:30"), ("2026-10-29", "-04:00", "2026-10-29T22:30"), ("2026-11-05", "-05:00", "2026-11-05T23:30"))),
    ("America/Toronto", SPRING, table(
        ("2027-03-04", "-05:00", "2027-03-04T23:30"), ("2027-03-11", "-05:00", "2027-03-11T23:30"), ("2027-03-18", "-04:00", "2027-03-18T22:30"))),
    ("America/Halifax", AUTUMN, table(
        ("2026-10-22", "-03:00", "2026-10-22T21:30"), ("2026-10-29", "-03:00", "2026-10-29T21:30"), ("2026-11-05", "-04:00", "2026-11-05T22:30"))),
    ("America/St_Johns", AUTUMN, table(
        ("2026-10-22", "-02:30", "2026-10-22T21:00"), ("2026-10-29", "-02:30", "2026-10-29T21:00"), ("2026-11-05", "-03:30", "2026-11-05T22:00"))),
    ("America/St_Johns", SPRING, table(
        ("2027-03-04", "-03:30", "2027-03-04T22:00"), ("2027-03-11", "-03:30", "2027-03-11T22:00"), ("2027-03-18", "-02:30", "2027-03-18T21:00"))),
    # British Columbia changed for the last time in March 2026: from then on it is -07.
    ("America/Vancouver", "2026-01-15T12:00:00Z", table(
        ("2026-03-05", "-08:00", "2026-03-06T02:30"), ("2026-03-12", "-07:00", "2026-03-13T01:30"), ("2026-03-19", "-07:00", "2026-03-20T01:30"))),
    ("America/Vancouver", AUTUMN, table(
        ("2026-10-22", "-07:00", "2026-10-23T01:30"), ("2026-10-29", "-07:00", "2026-10-30T01:30"), ("2026-11-05", "-07:00", "2026-11-06T01:30"))),
    ("America/Vancouver", SPRING, table(
        ("2027-03-04", "-07:00", "2027-03-05T01:30"), ("2027-03-11", "-07:00", "2027-03-12T01:30"), ("2027-03-18", "-07:00", "2027-03-19T01:30"))),
    # Alberta (-06), the Northwest Territories (-06) and Manitoba (-05) stay as they were in the summer of 2026.
    ("America/Edmonton", AUTUMN, table(
        ("2026-10-22", "-06:00", "2026-10-23T00:30"), ("2026-10-29", "-06:00", "2026-10-30T00:30"), ("2026-11-05", "-06:00", "2026-11-06T00:30"))),
    ("America/Edmonton", SPRING, table(
        ("2027-03-04", "-06:00", "2027-03-05T00:30"), ("2027-03-11", "-06:00", "2027-03-12T00:30"), ("2027-03-18", "-06:00", "2027-03-19T00:30"))),
    ("America/Yellowknife", AUTUMN, table(
        ("2026-10-22", "-06:00", "2026-10-23T00:30"), ("2026-10-29", "-06:00", "2026-10-30T00:30"), ("2026-11-05", "-06:00", "2026-11-06T00:30"))),
    ("America/Winnipeg", AUTUMN, table(
        ("2026-10-22", "-05:00", "2026-10-22T23:30"), ("2026-10-29", "-05:00", "2026-10-29T23:30"), ("2026-11-05", "-05:00", "2026-11-05T23:30"))),
    ("America/Winnipeg", SPRING, table(
        ("2027-03-04", "-05:00", "2027-03-04T23:30"), ("2027-03-11", "-05:00", "2027-03-11T23:30"), ("2027-03-18", "-05:00", "2027-03-18T23:30"))),
    # Saskatchewan has had one time for long.
    ("America/Regina", AUTUMN, table(
        ("2026-10-22", "-06:00", "2026-10-23T00:30"), ("2026-10-29", "-06:00", "2026-10-30T00:30"), ("2026-11-05", "-06:00", "2026-11-06T00:30"))),
    ("America/Regina", SPRING, table(
        ("2027-03-04", "-06:00", "2027-03-05T00:30"), ("2027-03-11", "-06:00", "2027-03-12T00:30"), ("2027-03-18", "-06:00", "2027-03-19T00:30"))),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "now", "expected"), SERIES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_weekly_evening_stays_that_evening(plan, zone, now, expected):
    """Decision 12, S1.8: over the change of the clocks and where they no longer change; Python's clock agrees."""
    group = plan(zone, now, expected[0][0])
    assert times(group) == expected
    for local, _, starts_at in expected:
        assert datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)) == datetime.fromisoformat(starts_at)
    for session in group.sessions():
        assert datetime.fromisoformat(session["ends_at"]).timestamp() - datetime.fromisoformat(session["starts_at"]).timestamp() == 5400


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("America/Vancouver", "05:00"), ("America/Edmonton", "06:00"), ("America/Yellowknife", "06:00"), ("America/Winnipeg", "07:00"),
        ("America/Toronto", "07:00"), ("America/Regina", "06:00"), ("America/Halifax", "08:00"), ("America/St_Johns", "08:30"),
        ("America/Whitehorse", "05:00"), ("America/Blanc-Sablon", "08:00"), ("America/Atikokan", "07:00"), ("Europe/Riga", "14:00"),
    ],
)  # fmt: skip
def test_one_moment_on_many_clocks(plan, zone, local):
    """A5.2: 2026-12-15 12:00Z, in the database's zone data and in the system's."""
    (session,) = plan(zone, AUTUMN, f"2026-12-15T{local}", 1).sessions()
    assert session["starts_at"] == "2026-12-15T12:00:00Z" and session["timezone"] == zone
    assert datetime.fromisoformat("2026-12-15T12:00:00Z").astimezone(ZoneInfo(zone)).strftime("%H:%M") == local


@pytest.mark.parametrize(
    ("language", "days", "deadline_days"),
    [("en", ("2025-07-10", "2025-07-24"), 13), ("fr", ("2025-07-17", "2025-07-31"), 20)],
)
def test_eastern_in_july_is_not_est(coordinator, client, offered, language, days, deadline_days):
    """S2.21-S2.24, T6: Thursdays, 5 p.m. on the clock of Toronto is 21:00Z, fourteen days apart; to 27 June, the whole day (I10)."""
    group = Group(
        coordinator, offered, now="2025-06-01T12:00:00Z", language=language, local_starts=[f"{day}T17:00" for day in days],
        registration_deadline_days=deadline_days,
    )  # fmt: skip
    assert times(group) == [(f"{day}T17:00", "-04:00", f"{day}T21:00:00Z") for day in days]
    first, second = (datetime.fromisoformat(day) for day in days)
    assert first.weekday() == second.weekday() == 3 and (second - first).days == 14
    for moment, is_locked in (("2025-06-28T03:59:59Z", False), ("2025-06-28T04:00:00Z", True)):
        then = walk(client("coordinator", headers={"X-Test-Now": moment}), "/v1/groups", params={"service_id": offered["id"], "limit": 100})
        assert [entry["is_locked"] for entry in then if entry["id"] == group.id] == [is_locked], moment


# ---- hours that do not exist, or exist twice ----


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("America/Toronto", "2027-03-14T02:00"), ("America/Toronto", "2027-03-14T02:59"), ("America/St_Johns", "2027-03-14T02:30"),
        ("America/Vancouver", "2026-03-08T02:30"), ("Europe/Riga", "2027-03-28T03:30"),
    ],
)  # fmt: skip
def test_an_hour_that_the_clocks_skip(plan, coordinator, offered, zone, local):
    """R8: there is no such time; to plan it, to add it, or to move onto it is refused."""
    now = "2026-01-15T12:00:00Z"
    body = {"service_id": offered["id"], "language": "en", "timezone": zone}
    then = {"now": now}
    refused = coordinator.post("/v1/groups", body | {"local_starts": ["2026-02-20T18:30", local]}, **then).problem(422, "validation-failed")
    refused.fault("#/local_starts/1", "skipped-hour")
    coordinator.post("/v1/groups", body | {"series": {"local_start": local, "count": 2}}, **then).problem(422).fault(
        "#/series/local_start", "skipped-hour")  # fmt: skip
    group = plan(zone, now, "2026-02-20T18:30", 1)
    coordinator.post(f"{group.path}/sessions", {"local_start": local}, **then).problem(422).fault("#/local_start", "skipped-hour")
    session = f"/v1/sessions/{group.sessions()[0]['id']}"
    coordinator.patch(session, {"local_start": local}, if_match="*", **then).problem(422).fault("#/local_start", "skipped-hour")


@pytest.mark.parametrize(
    ("zone", "offset", "starts_at"),
    [
        ("America/Toronto", "-04:00", "2026-11-01T05:30:00Z"),
        ("America/St_Johns", "-02:30", "2026-11-01T04:00:00Z"),
        # Here the clocks of 2026 no longer go back: the hour is there once.
        ("America/Winnipeg", "-05:00", "2026-11-01T06:30:00Z"),
        ("America/Edmonton", "-06:00", "2026-11-01T07:30:00Z"),
        ("America/Vancouver", "-07:00", "2026-11-01T08:30:00Z"),
        ("America/Regina", "-06:00", "2026-11-01T07:30:00Z"),
    ],
)
def test_an_hour_that_comes_twice_is_the_first_one(plan, zone, offset, starts_at):
    """R8: as calendars read it (RFC 5545); the offset says so."""
    assert times(plan(zone, AUTUMN, "2026-11-01T01:30", 1)) == [("2026-11-01T01:30", offset, starts_at)]


def test_times_that_exist_only_where_the_clocks_no_longer_change(plan):
    """A5.2: 02:30 on 14 March 2027 is skipped in Toronto, not in Winnipeg or Vancouver."""
    for zone, starts_at in (("America/Winnipeg", "2027-03-14T07:30:00Z"), ("America/Vancouver", "2027-03-14T09:30:00Z")):
        assert plan(zone, SPRING, "2027-03-14T02:30", 1).sessions()[0]["starts_at"] == starts_at


def test_moving_a_series_shifts_the_wall_clock(plan, coordinator):
    """Decision 12: a day later and an hour and a half earlier, before the change of the clocks as after it; or not at all."""
    group = plan("America/Toronto", AUTUMN, "2026-10-22T18:30")
    first = f"/v1/sessions/{group.sessions()[0]['id']}"
    coordinator.patch(first, {"local_start": "2026-10-23T17:00", "cascade": True}, if_match="*", now=AUTUMN).ok()
    moved = [("2026-10-23T17:00", "-04:00", "2026-10-23T21:00:00Z"), ("2026-10-30T17:00", "-04:00", "2026-10-30T21:00:00Z"),
             ("2026-11-06T17:00", "-05:00", "2026-11-06T22:00:00Z")]  # fmt: skip
    assert times(group) == moved
    # The third would fall into the hour that is skipped on 14 March.
    onto = {"local_start": "2027-02-28T02:30", "cascade": True}
    coordinator.patch(first, onto, if_match="*", now=AUTUMN).problem(422, "validation-failed").fault("#/local_start", "skipped-hour")
    assert times(group) == moved


# ---- new zone data ----


def test_after_new_zone_data_instants_are_derived_again(plan, client, coordinator, db, database, start_server):
    """A5.2, decision 12: wall times stay as they were agreed; when a worker begins, what is still to come gets its instant anew."""
    now = datetime.now(ZoneInfo("UTC")).isoformat()
    group = plan("America/Vancouver", now, in_days(30, zone="America/Vancouver"))
    other = plan("America/Toronto", now, in_days(31))
    intake = open_intake(client, state="meeting_scheduled")
    right, untouched, meeting = group.sessions(), other.sessions(), intake.read()["meeting"]
    # As data from before 2026 had it, with clocks that go back: an hour late. What was held stays as it was.
    db.execute("update sessions set starts_at = starts_at + interval '1 hour' where cohort_id = %s", (group.id,))
    db.execute("update sessions set state = 'completed', started_at = starts_at where id = %s", (right[2]["id"],))
    db.execute("update intakes set meeting_starts_at = meeting_starts_at + interval '1 hour' where id = %s", (intake.id,))
    stale = coordinator.get(f"/v1/sessions/{right[0]['id']}").ok()
    assert stale["starts_at"] != right[0]["starts_at"] and stale["local_start"] == right[0]["local_start"]

    with_worker = start_server(database, worker=True)
    until(lambda: group.sessions()[0]["starts_at"] == right[0]["starts_at"])
    for was, is_ in zip(right[:2], group.sessions()[:2], strict=True):
        assert {**is_, "changed_at": None} == {**was, "changed_at": None}
    assert group.sessions()[2]["starts_at"] != right[2]["starts_at"], "what is over is not told anew"
    assert other.sessions() == untouched
    assert intake.read()["meeting"] == meeting
    # Calendars and whoever holds an old version learn of it (RFC 5545 SEQUENCE, 412).
    raised = db.execute("select calendar_sequence from sessions where cohort_id = %s order by seq", (group.id,)).fetchall()
    assert raised == [(1,), (1,), (0,)]
    coordinator.patch(f"/v1/sessions/{right[0]['id']}", {"local_start": in_days(33)}, if_match=stale).problem(412, "precondition-failed")
    told = [line for line in with_worker.log_lines() if line["msg"].startswith("instants derived again")]
    assert [line["count"] for line in told] == ["3"]
    # The next start finds nothing to correct.
    with_worker.stop()
    again = start_server(database, worker=True)
    until(lambda: db.execute("select count(*) from pg_stat_activity where usename = 'alongside_worker'").fetchone()[0])
    again.stop()
    assert "instants derived again" not in again.log_text() and group.sessions()[0]["starts_at"] == right[0]["starts_at"]
