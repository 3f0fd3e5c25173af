# SPDX-License-Identifier: MIT
"""Seats are offered for a limited time, and the waiting list moves on its own: in a fair order, with a reason for every step that
coordinators alone see (S1.33, I1, I3, A6.5, R5, R11)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from steps import COORDINATOR, walk
from steps.groups import FORMAL, Host, Seat, ago, clock, in_days, ready, taking_people
from steps.journey import bare, publish, until

# One seat, and nobody else's to give.
SMALL = FORMAL | {"capacity": 1}
WEEK_AGO, FORTNIGHT_AGO, MONTH_AGO = (ago(days=days) for days in (7, 14, 30))


@pytest.fixture
def a_group(client):
    """a_group(kind, now, **changes): with one seat unless told otherwise."""
    return lambda kind=SMALL, **more: taking_people(client, kind, **more)


@pytest.fixture
def wait_since(client):
    """wait_since(now): somebody who has been ready since then."""
    return lambda now=WEEK_AGO, **changes: ready(client, now=now, **changes).at(None)


@pytest.fixture
def job(start_server, database):
    """job(condition): a worker runs until this is so, and what it was."""

    def run(condition):
        worker = start_server(database=database, worker=True)
        value = until(condition)
        worker.stop()
        return value

    return run


def told(seat):
    """What was decided, why and by whom, oldest first."""
    return [(d["decision"], d["reason"], d["by_role"]) for d in seat.decisions()]


OFFERED = ("offered", "in_turn", "system")
BY_HAND = ("offered", "in_turn", "coordinator")
FULL = ("passed_over", "full", "system")


def test_nobody_holds_a_list_still(a_group, wait_since, database, cluster):
    """R5, S18: whoever is first in line and says more and more about themself and others is compared in their turn; nothing of it holds
    anybody's lock, nor waits for one."""
    first = wait_since(MONTH_AGO)
    group = a_group()
    seat = group.seat(wait_since(MONTH_AGO), "confirmed")
    clock(FORTNIGHT_AGO, group.coordinator)
    waiting = group.seat(first, "waitlisted")
    clock(None, group.coordinator)
    seat.withdraw().ok()
    held = "select count(*) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
    with psycopg.connect(cluster.url(database, "alongside_worker")) as worker:
        worker.execute("select set_config('app.role', 'worker', false)")
        worker.execute("select comparison_run()")
        # While a comparison is under way, who speaks waits for nothing.
        assert worker.execute(held).fetchone() == (0,)
        for number in range(3):
            first.contact(name_to_use=f"Name {number}").ok()
        worker.commit()
        worker.execute("select comparison_run(), seat_advance_lists()")
        worker.commit()
    assert waiting.state == "offered"


# ---- a limited time ----


def test_an_offer_lasts_as_long_as_the_service_says(client, a_group):
    """The last second counts, and the one after it does not; a coordinator hears why, a peer that another group suits better."""
    start = "2026-06-01T12:00:00Z"
    people = [ready(client, now="2026-05-01T12:00:00Z") for _ in range(2)]
    group = a_group(SMALL | {"capacity": 2, "offer_hours": 30}, local_starts=["2026-07-07T18:30"], now=start)
    seats = [group.seat(person, "offered") for person in people]
    for seat in seats:
        assert (seat.made["offered_at"], seat.made["offer_expires_at"]) == (start, "2026-06-02T18:00:00Z")
        assert seat.made["offer_expires_local"] == {"local": "2026-06-02T14:00", "timezone": "America/Toronto", "utc_offset": "-04:00"}
    people[0].at("2026-06-02T17:59:59Z")
    assert seats[0].accept().ok()["state"] == "accepted"
    people[1].at("2026-06-02T18:00:00Z")
    assert seats[1].accept().problem(409, "conflict")["reason"] == "another-group"
    clock("2026-06-02T18:00:00Z", group.coordinator)
    assert seats[1].accept(who=group.coordinator).problem(409, "conflict")["reason"] == "offer-expired"


def test_the_worker_ends_offers_and_the_next_is_offered_the_seat(a_group, wait_since, job):
    """Nobody has to look: the seat goes on, and both keep why."""
    first, second, third = wait_since(MONTH_AGO), wait_since(ago(days=24)), wait_since(ago(days=16))
    group = a_group()
    clock(FORTNIGHT_AGO, group.coordinator)
    silent = group.seat(first, "offered")
    next_one, last = group.seat(second, "waitlisted"), group.seat(third, "waitlisted")
    clock(None, group.coordinator)
    job(lambda: next_one.state == "offered")
    read = silent.read(first.peer)
    assert read["state"] == "expired" and read["text"]["en"].startswith("This place is no longer kept for you. Your coordinator can")
    assert told(silent) == [BY_HAND, ("expired", None, "system")]
    assert told(next_one) == [FULL, OFFERED]
    assert (last.state, told(last)) == ("waitlisted", [FULL])
    turn = next_one.decisions()[1]
    assert turn["account_id"] is None and turn["lot"] == 1 and date.fromisoformat(turn["week"]).weekday() == 0
    assert silent.accept().problem(409, "conflict")["reason"] == "another-group"
    again = group.place(first).created()
    assert again["state"] == "waitlisted" and again["id"] != silent.id, "R11: another offer is possible, another row"


def test_two_workers_end_an_offer_once(a_group, wait_since, start_server, database):
    """However many processes there are, one decision each and one seat each."""
    group = a_group(SMALL | {"capacity": 3})
    clock(FORTNIGHT_AGO, group.coordinator)
    silent = [group.seat(wait_since(MONTH_AGO), "offered") for _ in range(3)]
    waiting = [group.seat(wait_since(MONTH_AGO), "waitlisted") for _ in range(4)]
    clock(None, group.coordinator)
    workers = [start_server(database=database, worker=True) for _ in range(2)]
    until(lambda: sorted(seat.state for seat in waiting) == ["offered"] * 3 + ["waitlisted"])
    for worker in workers:
        worker.stop()
    assert [told(seat) for seat in silent] == [[BY_HAND, ("expired", None, "system")]] * 3
    assert sorted(told(seat) for seat in waiting) == [[FULL], [FULL, OFFERED], [FULL, OFFERED], [FULL, OFFERED]]


def test_after_the_lock_an_offer_that_ended_frees_a_seat_for_nobody(a_group, wait_since, job):
    """I3, decision 15: freed seats of a closed group stay empty once its first session has begun, and who waits is told."""
    zone = "America/Regina"
    begun = datetime.now(ZoneInfo(zone)) - timedelta(hours=1)
    planned = begun.strftime("%Y-%m-%dT%H:%M")
    first, second = wait_since(MONTH_AGO), wait_since(MONTH_AGO)
    group = a_group(SMALL | {"offer_hours": 720}, local_starts=[planned, in_days(60)], timezone=zone, now=FORTNIGHT_AGO)
    offered, waiting = group.seat(first, "offered"), group.seat(second, "waitlisted")
    clock(None, group.coordinator)
    job(lambda: (offered.state, waiting.state) == ("expired", "not_placed"))
    assert told(waiting) == [FULL, ("not_placed", "locked", "system")]
    assert len(waiting.read(second.peer)["instead"]) == 3


# ---- the list moves ----


@pytest.mark.parametrize("ending", ["decline", "withdraw", "remove"])
def test_a_seat_that_frees_goes_on_at_a_fixed_hour(a_group, wait_since, ending):
    """Decision 18: whoever frees it, however: to whoever has waited since an earlier week, not to whoever was placed first."""
    group = a_group()
    leaving = group.seat(wait_since(), "offered" if ending == "decline" else "confirmed")
    late, early = group.seat(wait_since(WEEK_AGO), "waitlisted"), group.seat(wait_since(MONTH_AGO), "waitlisted")
    getattr(leaving, ending)().ok()
    assert (early.state, late.state) == ("waitlisted", "waitlisted")
    group.advance()
    assert (early.state, late.state) == ("offered", "waitlisted")
    assert told(early) == [FULL, OFFERED] and told(late) == [FULL]
    early.withdraw().ok()
    group.advance()
    assert late.state == "offered"


def test_who_is_placed_after_the_hour_waits_for_the_next(a_group, wait_since, db):
    """Decision 18: a list moves as it stood at its hour, however late the worker comes; and why somebody waits is said at once."""
    group = a_group()
    leaving, waiting = group.seat(wait_since()), group.seat(wait_since(FORTNIGHT_AGO), "waitlisted")
    leaving.withdraw().ok()
    late = group.seat(wait_since(MONTH_AGO), "waitlisted")
    assert told(late) == [("passed_over", "others_wait", "system")]
    group.advance(*db.execute("select created_at from enrolments where id = %s", (late.id,)).fetchone())
    assert (waiting.state, late.state) == ("offered", "waitlisted")
    waiting.withdraw().ok()
    group.advance()
    assert late.state == "offered"


def test_an_answer_that_is_asked_again_comes_before_a_lock_that_came_nearer(a_group, wait_since, db):
    """Decision 15: nobody who accepted is left without an answer when the group locks."""
    group = a_group()
    seat = group.seat(wait_since(), "accepted")
    db.execute("update enrolments set offer_expires_at = now(), answer_at = 'infinity' where id = %s", (seat.id,))
    (first, *_) = group.sessions()
    moved = group.coordinator.patch(f"/v1/sessions/{first['id']}", {"local_start": in_days(5)}, if_match="*").ok()
    (answer_at,) = db.execute(
        "select to_char(answer_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from enrolments where id = %s", (seat.id,)
    ).fetchone()
    assert answer_at == moved["starts_at"]


def test_who_comes_last_waits_behind_the_others(a_group, wait_since):
    """Placed in any order: it is the week since when they are ready that counts."""
    group = a_group(SMALL | {"capacity": 2})
    leaving = [group.seat(wait_since()), group.seat(wait_since())]
    seats = [group.seat(wait_since(since), "waitlisted") for since in (WEEK_AGO, MONTH_AGO, FORTNIGHT_AGO)]
    for seat in leaving:
        seat.withdraw().ok()
    group.advance()
    assert [seat.state for seat in seats] == ["waitlisted", "offered", "offered"]


def test_who_lacks_something_keeps_their_turn(client, administrator, a_group, wait_since):
    """I4: passed over with the reason, once; when it is mended the list finds them by itself."""
    group, early, late = a_group(), wait_since(MONTH_AGO), wait_since(WEEK_AGO)
    leaving = group.seat(wait_since())
    first, second = group.seat(early, "waitlisted"), group.seat(late, "waitlisted")
    publish(administrator, "code_of_conduct")
    late.accept("code_of_conduct").created()
    leaving.withdraw().ok()
    group.advance()
    assert (first.state, second.state) == ("waitlisted", "offered")
    assert told(first) == [FULL, ("passed_over", "not_ready", "system")]
    second.decline().ok()
    group.advance()
    assert told(first)[1:] == [("passed_over", "not_ready", "system")], "it is said once"
    early.accept("code_of_conduct").created()
    assert first.state == "waitlisted"
    group.advance()
    assert first.state == "offered"
    assert told(first)[2:] == [OFFERED]


def test_who_must_not_meet_a_host_is_passed_over_in_silence(client, a_group, wait_since):
    """A6.5: a coordinator reads the reason; the peer waits, in the words everybody reads who waits."""
    host = Host(client, client("administrator"))
    group = a_group(SMALL | {"capacity": 2}).led_by(host)
    leaving, other = group.seat(wait_since()), group.seat(wait_since())
    kept, next_one = wait_since(MONTH_AGO), wait_since(WEEK_AGO)
    first, second = group.seat(kept, "waitlisted"), group.seat(next_one, "waitlisted")
    kept.coordinator.post(f"{kept.path}/exclusions", {"account_id": host.id, "reason": "asked_by_peer"}).created()
    leaving.withdraw().ok()
    group.advance()
    assert (first.state, second.state) == ("waitlisted", "offered")
    assert told(first) == [FULL, ("passed_over", "conflict", "system")]
    assert first.read(kept.peer)["text"]["en"].startswith("You are on the waiting list of this group.")
    kept.peer.get(f"{first.path}/decisions").problem(403, "forbidden")
    assert "conflict" not in first.read(kept.peer).content.decode()
    other.withdraw().ok()
    group.advance()
    assert first.state == "waitlisted" and first.offer().problem(409, "conflict")["reason"] == "conflict"


def test_a_coordinator_who_leads_does_not_read_of_conflicts(client, a_group, wait_since):
    """DESIGN 5b.7: it may be them whom somebody must not meet."""
    host = Host(client, client("administrator"))
    group = a_group(SMALL | {"capacity": 1}).led_by(host)
    leaving, kept = group.seat(wait_since()), wait_since(MONTH_AGO)
    waits = group.seat(kept, "waitlisted")
    kept.coordinator.post(f"{kept.path}/exclusions", {"account_id": host.id, "reason": "asked_by_peer"}).created()
    leaving.withdraw().ok()
    group.advance()
    assert told(waits) == [FULL, ("passed_over", "conflict", "system")]
    group.coordinator.db.execute(
        "insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at)"
        " select id, coordinator_id, 'team_member', coordinator_id, now() from cohorts where id = %s", (group.id,))  # fmt: skip
    assert told(waits) == [FULL]


# ---- a coordinator's choice ----


@pytest.fixture
def passed(administrator, a_group, wait_since):
    """A group with a free seat, and somebody on its list who lacks a document."""
    group = a_group()
    leaving, waiting = group.seat(wait_since()), group.seat(wait_since(MONTH_AGO), "waitlisted")
    publish(administrator, "consent")
    leaving.withdraw().ok()
    group.advance()
    assert told(waiting) == [FULL, ("passed_over", "not_ready", "system")]
    return waiting


def propose(group, person):
    """Noted, and asked for nothing."""
    person.accept("consent")
    return Seat(group, person, group.place(person, propose_only=True).created())


@pytest.mark.parametrize("reason", ["composition", "availability", "language", "continuity"])
def test_an_offer_out_of_turn_keeps_its_reason(passed, wait_since, reason):
    """S2.45: with whom it is given, and with everybody who was before them; no free text about anybody."""
    chosen = propose(passed.group, wait_since())
    assert chosen.offer(reason=reason).ok()["state"] == "offered"
    assert told(chosen) == [("offered", reason, "coordinator")]
    assert told(passed)[2:] == [("passed_over", reason, "coordinator")]
    assert [d["account_id"] for d in (chosen.decisions()[0], passed.decisions()[-1])] == [COORDINATOR] * 2


@pytest.mark.parametrize("body", [{}, {"reason": "in_turn"}, {"reason": "out_of_turn"}])
def test_whose_turn_it_is_is_not_a_matter_of_opinion(passed, wait_since, body):
    """The list says whether it was their turn, whatever the request says."""
    late = propose(passed.group, wait_since(WEEK_AGO))
    late.offer(**body).ok()
    assert told(late) == [("offered", "out_of_turn", "coordinator")]
    assert told(passed)[2:] == [("passed_over", "out_of_turn", "coordinator")]
    late.withdraw().ok()
    said, early = told(passed), propose(passed.group, wait_since(ago(days=60)))
    early.offer(**body).ok()
    assert told(early) == [("offered", "in_turn", "coordinator")] and told(passed) == said


def test_an_offer_needs_no_body(a_group, wait_since):
    """Its reason is a choice among a few, or none at all."""
    group = a_group(SMALL | {"capacity": 2})
    seat, other = (propose(group, wait_since()) for _ in range(2))
    group.coordinator.post(f"{seat.path}/offer", if_match="*").ok()
    assert told(seat) == [("offered", "in_turn", "coordinator")]
    for body in ({"reason": "because"}, {"reason": None}, {"reason": "conflict"}, {"why": "availability"}):
        group.coordinator.post(f"{other.path}/offer", body, if_match="*").problem(422)
    group.coordinator.post(f"{other.path}/offer", [], if_match="*").problem(422)
    group.coordinator.post(f"{other.path}/offer", {}).problem(428)
    group.coordinator.post(f"{other.path}/offer", {}, if_match='"99"').problem(412, "precondition-failed")
    assert seat.offer().problem(409, "conflict-state")["state"] == "offered"


def test_a_coordinator_answers_for_the_peer(a_group, wait_since):
    """S1.33: by voice. It is kept who said it; the peer reads that the place is kept for them, not by whose hand."""
    group = a_group(SMALL | {"capacity": 2})
    yes, no = (group.seat(wait_since(), "offered") for _ in range(2))
    accepted = yes.accept(who=group.coordinator).ok()
    assert (accepted["state"], accepted["decided_by_role"]) == ("accepted", "coordinator")
    assert (accepted["offer_expires_at"], accepted["offer_expires_local"]) == (None, None)
    declined = no.decline(who=group.coordinator).ok()
    assert (declined["state"], declined["decided_by_role"]) == ("declined", "coordinator")
    assert told(yes)[-1] == ("accepted", None, "coordinator") and told(no)[-1] == ("declined", None, "coordinator")
    seen = yes.read(yes.person.peer)
    assert seen["text"]["en"].startswith("You said yes, and the place is kept for you.") and seen["decided_by_role"] is None


def test_who_said_no_can_be_offered_another(a_group, wait_since):
    """R11: it costs nothing; the intake goes on as it was."""
    group, person = a_group(), wait_since()
    seat = group.seat(person, "offered")
    declined = seat.decline().ok()
    assert declined["text"]["en"] == "You said no to this place. Your coordinator can offer you another one whenever you like."
    assert declined["group"]["sessions"] == [], "what was declined is no longer shown"
    again = group.seat(person, "offered")
    assert again.id != seat.id and told(again) == [BY_HAND]
    assert person.status()["intakes"][0]["state"] == "ready"


# ---- decisions ----


def test_decisions_are_read_page_by_page(client, a_group, wait_since):
    """Oldest first, each with its moment; nobody but a coordinator."""
    group = a_group()
    first = group.seat(wait_since(), "offered")
    seat = group.seat(wait_since(), "waitlisted")
    first.decline().ok()
    group.advance()
    seat.accept().ok()
    seat.remove("safety").ok()
    path = f"{seat.path}/decisions"
    whole = walk(group.coordinator, path)
    assert [d["decision"] for d in whole] == ["passed_over", "offered", "accepted", "removed"]
    assert [d["reason"] for d in whole] == ["full", "in_turn", None, "safety"]
    assert [d["by_role"] for d in whole] == ["system", "system", "peer", "coordinator"]
    assert [d["account_id"] for d in whole] == [None, None, seat.person.account, COORDINATOR]
    assert all(d["enrolment_id"] == seat.id and d["at"] for d in whole)
    assert walk(group.coordinator, path, params={"limit": 1}) == whole
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(path).problem(403, "forbidden")
    seat.person.peer.get(path).problem(403, "forbidden")


def test_reading_why_is_in_the_file(a_group, wait_since):
    """R14: who looked at what was decided about somebody."""
    seat = a_group().seat(wait_since(), "offered")
    seat.decisions()
    events = walk(seat.person.peer, f"{seat.person.path}/audit-events", params={"limit": 100})
    assert [e["role"] for e in events if e["object_type"] == "enrolment_decision"] == ["coordinator"]


# ---- one refusal ----


def test_a_peer_cannot_tell_one_refusal_from_another(client, a_group):
    """A6.5, decision 15: waiting, too late or a lock: the same bytes, and the words are kind (R11). A conflict refuses nobody: who accepts
    is answered at the hour that was said, as everybody is."""
    people = [ready(client, now="2026-05-01T12:00:00Z") for _ in range(4)]
    start, lock = "2026-06-01T12:00:00Z", "2026-06-03T22:30:00Z"
    administrator = client("administrator")
    host = Host(client, administrator)
    group = a_group(SMALL | {"capacity": 3}, local_starts=["2026-06-03T18:30"], now=start)  # a Wednesday
    group.led_by(host)
    expired, kept, locked = (group.seat(person, "offered") for person in people[:3])
    waiting = group.seat(people[3], "waitlisted")
    kept.person.at(start).coordinator.post(f"{kept.person.path}/exclusions", {"account_id": host.id, "reason": "asked_by_peer"}).created()
    answers = []
    for seat, now in ((waiting, start), (expired, "2026-06-20T12:00:00Z"), (locked, lock)):
        seat.person.at(now)
        answers.append(seat.accept().problem(409, "conflict"))
    assert len({repr(bare(answer)) for answer in answers}) == 1
    kept.person.at(start)
    assert kept.accept().ok()["state"] == "accepted"
    french = locked.person.peer.post(f"{locked.path}/accept", if_match="*", language="fr").problem(409)
    assert french["text"] == {
        "fr": "Un autre groupe vous conviendra mieux. La coordination en cherchera un avec vous; la ligne d'aide répond à toute heure."
    }
    assert french["help"]["line"] == "1-844-750-1648"
