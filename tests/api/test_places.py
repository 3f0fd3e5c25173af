# SPDX-License-Identifier: MIT
"""Places in sessions where one is taken for each (S2.11, A4): taken, freed, waited for, and given on in three windows, never after the
start."""

from datetime import date, timedelta

import pytest
from harness.invariants import Invariants
from steps import activities
from steps.evenings import Evening, audited
from steps.groups import INFORMAL, attend, in_days, instant, part, ready, service
from steps.guests import invite
from steps.journey import as_worker, talked, unique

CHATS = INFORMAL | {"capacity": 20, "session_capacity": 2}


@pytest.fixture
def chats(client):
    """chats(people): registered for two chats of two places each."""
    return lambda people=3, **changes: Evening(client, CHATS | changes, people)


def path(evening, session=None):
    return f"/v1/sessions/{(session or evening.session)['id']}/place"


def take(evening, seat, session=None, **wish):
    return seat.person.peer.put(path(evening, session), *([wish] if wish else []))


def free(evening, seat, session=None):
    return seat.person.peer.delete(path(evening, session))


def standing(evening, seat, session=None):
    return seat.person.peer.get(path(evening, session)).ok()["standing"]


def work(evening, session=None):
    """What the worker does with this session's list, at the hour of the story."""
    as_worker(
        evening.coordinator.db, evening.now,
        "select comparison_run(), place_list_advance(s) from (select * from sessions where id = %s for no key update) s",
        (session or evening.session)["id"])  # fmt: skip


def decisions(evening, seat, session=None):
    listed = evening.coordinator.get(f"{path(evening, session)}s/{seat.id}/decisions", params={"limit": 100}).ok().data
    return [(row["decision"], row["reason"], row["by_role"]) for row in listed]


def mail(evening, seat):
    rows = evening.coordinator.db.execute(
        "select kind from outbox where enrolment_id = %s and kind like 'place%%' order by created_at, kind", (seat.id,))  # fmt: skip
    return [kind for (kind,) in rows]


def taken(evening, *seats):
    for seat in seats:
        assert take(evening, seat).ok()["standing"] == "held"


# ---- taking and freeing ----


def test_a_place_is_taken_freed_and_waited_for(chats):
    """S2.11: once registered one comes when one likes; never one more than there are places. In words, never a number."""
    evening = chats()
    first, second, third = evening.seats
    assert standing(evening, first) == "open"
    taken(evening, first, second)
    assert take(evening, first).ok()["standing"] == "held"
    assert standing(evening, third) == "full"
    answer = take(evening, third).ok()
    assert answer["standing"] == "waiting" and "2" not in answer["text"]["en"]
    assert set(answer.json) == {"session_id", "standing", "text", "asked_by", "is_only_one", "offered_until", "offered_until_local"}
    assert [session["id"] for session in homes(evening, third)] == []
    assert [session["id"] for session in homes(evening, first)] == [evening.session["id"]]
    evening.at(days=-7)
    free(evening, first).no_content()
    free(evening, first).no_content()
    # One is free, and whoever waits comes before whoever comes.
    assert standing(evening, first) == "full"
    assert take(evening, first).ok()["standing"] == "waiting"
    work(evening)
    assert standing(evening, third) == "held" and mail(evening, third) == ["place_given"]
    assert decisions(evening, third) == [("waiting", None, "peer"), ("given", None, "system")]
    assert decisions(evening, first) == [
        ("taken", None, "peer"), ("freed", None, "peer"), ("waiting", None, "peer")]  # fmt: skip


def homes(evening, seat):
    return [entry["session"] for entry in seat.person.peer.get(f"{seat.person.path}/home").ok()["next_sessions"]]


def test_what_a_peer_sees_of_every_chat(chats):
    """All that is to come, each with a word for one's own place; the link with a place and no other."""
    evening = chats(people=2)
    first, second = evening.seats
    taken(evening, first)
    (group,) = first.person.peer.get(f"{first.person.path}/home").ok()["groups"]
    assert [session["place"]["standing"] for session in group["group"]["sessions"]] == ["held", "open"]
    evening.at(hours=-20)
    (entry,) = first.person.peer.get(f"{first.person.path}/home").ok()["next_sessions"]
    assert entry["join_link"] == evening.link and entry["session"]["place"]["standing"] == "held"
    assert second.person.peer.get(f"{second.person.path}/home").ok()["next_sessions"] == []


def test_who_has_no_seat_finds_nothing(chats, client):
    evening = chats(people=1)
    stranger = evening.person()
    for answer in (stranger.peer.get(path(evening)), stranger.peer.put(path(evening)), stranger.peer.delete(path(evening))):
        answer.problem(404, "not-found")


def test_where_all_who_have_a_seat_come_nobody_takes_a_place(client):
    evening = Evening(client, INFORMAL, 1)
    (seat,) = evening.seats
    assert take(evening, seat).problem(409)["reason"] == "no-place-needed"
    assert free(evening, seat).problem(409)["reason"] == "no-place-needed"
    assert standing(evening, seat) == "not_needed"
    assert len(homes(evening, seat)) == 2


def test_up_to_the_start_and_never_after(chats):
    evening = chats(people=3)
    first, second, third = evening.seats
    taken(evening, first)
    evening.at(seconds=-1)
    taken(evening, second)
    take(evening, third).ok()
    evening.at()
    assert take(evening, third).problem(409)["reason"] == "too-late"
    assert free(evening, first).problem(409)["reason"] == "too-late"
    work(evening)
    assert [standing(evening, seat) for seat in evening.seats] == ["held", "held", "over"]
    assert places_shown(evening, third)[evening.session["id"]] == "over"


def places_shown(evening, seat):
    """Of each session to come, as their home and the view of their group say it."""
    (group,) = seat.person.peer.get(f"{seat.person.path}/home").ok()["groups"]
    viewed = seat.person.peer.get(f"/v1/enrolments/{seat.id}").ok()["group"]
    home, view = ({s["id"]: s["place"] and s["place"]["standing"] for s in of["sessions"]} for of in (group["group"], viewed))
    assert home == view
    return view


def test_what_is_over_or_cancelled_says_so(chats, client):
    """Held while it is under way, and no longer; nothing is promised of what does not take place, wherever it is read."""
    evening = chats(people=3)
    first, second, third = evening.seats
    taken(evening, first, second)
    for seat in evening.seats[:2]:
        take(evening, seat, evening.next_session).ok()
    take(evening, third).ok()
    evening.coordinator.post(f"/v1/sessions/{evening.next_session['id']}/cancel", if_match="*").ok()
    for seat in evening.seats:
        answer = seat.person.peer.get(path(evening, evening.next_session)).ok()
        assert answer["standing"] == "over" and answer["text"]["en"] == "This date is over, or does not take place."
        assert places_shown(evening, seat)[evening.next_session["id"]] == "over"
        assert {s["id"]: s["place"]["standing"] for s in homes(evening, seat)}.get(evening.next_session["id"], "over") == "over"
    evening.started()
    assert [standing(evening, seat) for seat in evening.seats] == ["held", "held", "over"]
    evening.at(minutes=90).end().ok()
    assert [standing(evening, seat) for seat in evening.seats] == ["over"] * 3
    # Which nobody ever began.
    other = chats(people=1)
    taken(other, *other.seats)
    other.at(minutes=90, seconds=-1)
    assert standing(other, other.seats[0]) == "held"
    other.at(minutes=90)
    assert standing(other, other.seats[0]) == "over"
    whole = Evening(client, INFORMAL, 1).started()
    assert standing(whole, whole.seats[0]) == "not_needed"
    whole.at(minutes=90).end().ok()
    assert standing(whole, whole.seats[0]) == "over"


def test_who_steps_back_keeps_their_place_and_takes_none(chats):
    """Decision 16: their room is closed to them; the place stays theirs until they free it."""
    evening = chats(people=1)
    (seat,) = evening.seats
    taken(evening, seat)
    body = {"kind": "no_contact", "name": unique("Nobody"), "counts_from": "now"}
    seat.person.peer.post("/v1/conflict-declarations", body).created()
    assert standing(evening, seat) == "held"
    (entry,) = seat.person.peer.get(f"{seat.person.path}/home").ok()["next_sessions"]
    assert entry["room"] == "closed_by_you"
    assert take(evening, seat, evening.next_session).problem(409)["reason"] == "stepped-back"
    free(evening, seat).no_content()
    assert take(evening, seat).problem(409)["reason"] == "stepped-back"
    seat.person.peer.delete("/v1/step-back").no_content()
    taken(evening, seat)


def test_with_the_seat_end_its_places(chats):
    """I8: whoever leaves frees what they held, and who waits has it."""
    evening = chats()
    first, second, third = evening.seats
    taken(evening, first, second)
    take(evening, third).ok()
    first.withdraw().ok()
    first.person.peer.get(path(evening)).problem(404)
    work(evening)
    assert standing(evening, third) == "held"
    assert decisions(evening, first)[-1] == ("ended", "seat_ended", "peer")
    assert ("ended", first.person.made["account_id"], [first.person.id]) in audited(evening.coordinator.db, "place")


# ---- three windows ----


def waiting(chats, **shift):
    """Two places taken, two who wait, and the first place is freed at that moment."""
    evening = chats(people=4)
    first, second, third, fourth = evening.seats
    taken(evening, first, second)
    for minutes, seat in enumerate((third, fourth)):
        evening.at(days=-5, minutes=minutes)
        take(evening, seat).ok()
    evening.at(**shift)
    free(evening, first).no_content()
    work(evening)
    return evening, third, fourth


def test_until_a_day_before_it_is_given(chats):
    evening, third, fourth = waiting(chats, hours=-24, seconds=-1)
    assert (standing(evening, third), standing(evening, fourth)) == ("held", "waiting")
    assert mail(evening, third) == ["place_given"] and mail(evening, fourth) == []


def test_from_then_on_it_is_offered_until_half_the_time_is_over(chats):
    """To the second, whatever the worker does: what ended is no offer, and who let it pass waits on."""
    evening, third, fourth = waiting(chats, hours=-24)
    offer = third.person.peer.get(path(evening)).ok()
    assert offer["standing"] == "offered" and offer["offered_until"] == instant("2090-01-10T18:30", hours=-12)
    assert (standing(evening, fourth), mail(evening, third)) == ("waiting", ["place_offered"])
    evening.at(hours=-12, seconds=-1)
    assert standing(evening, third) == "offered"
    evening.at(hours=-12)
    assert standing(evening, third) == "waiting"
    assert take(evening, third).ok()["standing"] == "waiting"
    work(evening)
    assert (standing(evening, third), standing(evening, fourth)) == ("waiting", "offered")
    assert decisions(evening, third)[-2:] == [("offered", None, "system"), ("expired", None, "system")]
    evening.at(hours=-11)
    assert take(evening, fourth).ok()["standing"] == "held"
    assert decisions(evening, fourth)[-1] == ("accepted", None, "peer")


def letter(evening, seat, language, kind):
    """{when} of this mail."""
    (said,) = evening.coordinator.db.execute(
        "select seat_mail_when(o, 'America/Toronto', %s) from outbox o where o.enrolment_id = %s and o.kind = %s",
        (language, seat.id, kind),
    ).fetchone()
    return said


def test_the_letter_says_when_it_is_and_until_when_it_is_kept(chats):
    """R3, R8: in the person's language, neutral."""
    evening, third, _ = waiting(chats, hours=-24)
    english, french = (letter(evening, third, language, "place_offered") for language in ("en", "fr"))
    assert (
        english.startswith("Tuesday, January 10, 2090, 6:30 p.m.")
        and "It is kept until:\n\nTuesday, January 10, 2090, 6:30 a.m." in english
    )
    assert "le mardi 10 janvier 2090 à 6 h 30" in french.split("réservée")[1]


def test_an_offered_place_is_kept(chats):
    evening, third, fourth = waiting(chats, hours=-2, seconds=-1)
    first = evening.seats[0]
    assert standing(evening, third) == "offered"
    assert take(evening, first).ok()["standing"] == "waiting"
    assert take(evening, third).ok()["standing"] == "held"


def test_in_the_last_two_hours_who_comes_first_has_it(chats):
    """Everybody who waits is told once."""
    evening, third, fourth = waiting(chats, hours=-2)
    work(evening)
    assert (standing(evening, third), standing(evening, fourth)) == ("open", "open")
    assert (mail(evening, third), mail(evening, fourth)) == (["place_open"], ["place_open"])
    assert take(evening, fourth).ok()["standing"] == "held"
    assert take(evening, third).ok()["standing"] == "waiting"
    free(evening, fourth).no_content()
    work(evening)
    assert mail(evening, third) == ["place_open"]


def test_the_windows_are_data(client, chats):
    evening = chats(people=3, places_given_hours=3, places_offered_hours=1)
    first, second, third = evening.seats
    taken(evening, first, second)
    take(evening, third).ok()
    evening.at(hours=-3, seconds=-1)
    free(evening, second).no_content()
    work(evening)
    assert standing(evening, third) == "held"
    administrator = client("administrator")
    body = {"session_capacity": 5, "joining": "closed"}
    administrator.patch(service(administrator, CHATS).path, body, if_match="*").problem(422).fault("#/session_capacity", "invalid")
    body = {"places_given_hours": 1}
    administrator.patch(service(administrator, CHATS).path, body, if_match="*").problem(422).fault("#/places_given_hours", "invalid")


def test_who_cannot_be_told_keeps_their_turn(chats):
    """R3: passed with that reason, and their coordinator sees it."""
    evening = chats(people=4)
    first, second, third, fourth = evening.seats
    taken(evening, first, second)
    for minutes, seat in enumerate((third, fourth)):
        evening.at(days=-5, minutes=minutes)
        take(evening, seat).ok()
    third.person.contact(ok_to_email=False).ok()
    evening.at(days=-4)
    free(evening, first).no_content()
    for _ in range(2):
        work(evening)
    assert (standing(evening, third), standing(evening, fourth)) == ("waiting", "held")
    assert decisions(evening, third) == [("waiting", None, "peer"), ("passed", "unreachable", "system")]
    free(evening, second).no_content()
    third.person.contact(ok_to_email=True).ok()
    work(evening)
    assert standing(evening, third) == "held"


@pytest.mark.parametrize("protected", [0, 1], ids=["who waits", "who holds"])
def test_whom_somebody_must_not_meet_is_no_matter_of_places(chats, protected):
    """A6.5, DESIGN 12: asked once, when they register; who frees and looks on learns nothing, and nor does who waits."""
    evening = chats(people=4)
    first, second, third, fourth = evening.seats
    taken(evening, first, second)
    for minutes, seat in enumerate((third, fourth)):
        evening.at(days=-5, minutes=minutes)
        take(evening, seat).ok()
    one, other = (third, second)[:: 1 if protected == 0 else -1]
    body = {"kind": "no_contact", "for_participant_id": one.person.id, "participant_id": other.person.id}
    talked(evening.coordinator, evening.coordinator.post("/v1/conflict-declarations", body).created())
    free(evening, first).no_content()
    work(evening)
    assert (standing(evening, third), standing(evening, fourth)) == ("held", "waiting")
    assert decisions(evening, third)[-1] == ("given", None, "system")


def test_who_wished_for_one_of_several_waits_for_no_other(chats):
    """The choice can be changed until the place is taken."""
    evening = chats(people=4)
    first, second, third, fourth = evening.seats
    for session in (evening.session, evening.next_session):
        for seat in (first, second):
            take(evening, seat, session).ok()
        for seat in (third, fourth):
            assert take(evening, seat, session, is_only_one=True).ok()["is_only_one"]
    assert not take(evening, fourth, is_only_one=False).ok()["is_only_one"]
    for seat in (first, second):
        free(evening, seat).no_content()
    work(evening)
    assert (standing(evening, third), standing(evening, fourth)) == ("held", "held")
    assert (standing(evening, third, evening.next_session), standing(evening, fourth, evening.next_session)) == ("full", "waiting")
    assert decisions(evening, third, evening.next_session)[-1] == ("ended", "only_one", "system")


def test_one_of_several_is_one_in_either_language(client):
    """ANCHORS 1.2.3: waiting in both tracks of an activity, and taking one ends the other; in another activity it goes on."""
    administrator = client("administrator")
    of = service(administrator, CHATS | {"session_capacity": 1})
    coordinator = client("coordinator")
    both, other = (coordinator.post(activities.PATH, activities.new(of)).created() for _ in range(2))
    tracks = [
        activities.track(coordinator, made, of, language=language, series={"local_start": in_days(days), "count": 1})
        for made, language, days in ((both, "en", 21), (both, "fr", 22), (other, "en", 23))]  # fmt: skip
    first, second = ready(client), ready(client)
    dates = []
    for track in tracks:
        for person in (first, second):
            track.seat(person)
        (session,) = track.sessions()
        dates.append(f"/v1/sessions/{session['id']}/place")
        assert first.peer.put(dates[-1]).ok()["standing"] == "held"
        assert second.peer.put(dates[-1], {"is_only_one": True}).ok()["standing"] == "waiting"
    first.peer.delete(dates[1]).no_content()
    assert second.peer.put(dates[1]).ok()["standing"] == "held"
    assert [second.peer.get(date).ok()["standing"] for date in dates] == ["full", "held", "waiting"]


# ---- on the evening ----


def test_the_roster_and_who_is_let_in_late(chats):
    """Decision 5, I7: ten minutes after the start who waits may be let in while fewer are there than places; no mark for who came late."""
    evening = chats(people=4)
    first, second, third, fourth = evening.seats
    taken(evening, first, second)
    for seat in (third, fourth):
        take(evening, seat).ok()
    host = evening.supporter.client
    evening.at(minutes=-5)
    assert roster(evening) == {first.id: "held", second.id: "held"}
    evening.at().start().ok()
    evening.attend(first).ok()
    evening.at(minutes=10, seconds=-1)
    assert evening.attend(third).problem(409)["reason"] == "places-kept"
    evening.at(minutes=10)
    assert roster(evening) == {first.id: "held", second.id: "held", third.id: "waiting", fourth.id: "waiting"}
    evening.attend(fourth, "absent").problem(404)
    evening.attend(third).ok()
    assert (standing(evening, third), standing(evening, fourth)) == ("held", "over")
    assert evening.attend(fourth).problem(409)["reason"] == "full"
    assert decisions(evening, third)[-1] == ("let_in", None, "peer_supporter")
    # Whoever has a place comes, however late.
    attend(host, evening.session, second).ok()
    evening.attend(fourth, who=evening.coordinator).problem(409)


def roster(evening, session=None):
    read = evening.supporter.client.get(f"/v1/sessions/{(session or evening.session)['id']}/roster").ok()
    return {entry["enrolment_id"]: entry["place"] for entry in read["data"]}


def test_who_must_not_meet_is_not_let_in(chats):
    """A6.5: the host is told to call, and nothing else; a session begins without those who have no place in it."""
    evening = chats(people=2, session_capacity=1)
    first, second = evening.seats
    taken(evening, first)
    take(evening, second).ok()
    body = {"kind": "no_contact", "for_participant_id": first.person.id, "participant_id": second.person.id}
    talked(evening.coordinator, evening.coordinator.post("/v1/conflict-declarations", body).created())
    evening.at().start().ok()
    evening.at(minutes=11)
    assert evening.attend(second).problem(409)["reason"] == "call-your-coordinator"


def test_nobody_is_let_in_beside_a_guest_whom_they_must_not_meet(chats):
    """A6.5, S2.17: whoever leads, with or without an account."""
    evening = chats(people=2, session_capacity=1, parts=[part(peer_supporter=2, on_call_professional=1, guest=1)])
    first, second = evening.seats
    guest = invite(evening.coordinator)
    evening.coordinator.post(f"{evening.group.path}/host-assignments", {"guest_id": guest["id"], "slot": "guest"}).created()
    taken(evening, first)
    take(evening, second).ok()
    body = {"kind": "no_contact", "for_guest_id": guest["id"], "participant_id": second.person.id}
    talked(evening.coordinator, evening.coordinator.post("/v1/conflict-declarations", body).created())
    evening.at()
    evening.supporter.client.post(f"{evening.path}/start", {"hosts_present": [*(host.id for host in evening.hosts), guest["id"]]}).ok()
    evening.at(minutes=11)
    assert evening.attend(second).problem(409)["reason"] == "call-your-coordinator"


def test_moving_asks_those_who_have_a_place(chats):
    """Keep or free: the mail says so, and the place stays unless they free it. Who waits hears of it as well, and of what is cancelled."""
    evening = chats(people=4)
    first, second, third, other = evening.seats
    taken(evening, first, other)
    take(evening, third).ok()
    evening.change(evening.session, local_start="2090-01-10T19:00")
    assert (mail(evening, first), mail(evening, second), mail(evening, third)) == (["place_moved"], [], ["place_awaited_moved"])
    assert (standing(evening, first), standing(evening, third)) == ("held", "waiting")
    evening.cancel()
    assert told_of(evening, "session_cancelled") == {first.id, other.id, third.id}
    assert take(evening, second).problem(409)["reason"] == "too-late"


def told_of(evening, kind):
    rows = evening.coordinator.db.execute(
        "select e.id::text from outbox o join enrolments e on e.id = o.enrolment_id where o.kind = %s and e.cohort_id = %s",
        (kind, evening.group.id))  # fmt: skip
    return {seat for (seat,) in rows}


def test_who_is_registered_hears_of_a_date_more_and_of_no_other(chats):
    """S2.11: whoever has a seat, place or none; of one date, as long as it stands."""
    evening = chats(people=2)
    first, second = evening.seats
    assert (told_of(evening, "seat_confirmed"), told_of(evening, "seat_registered")) == (set(), {first.id, second.id})
    taken(evening, first)
    made = evening.coordinator.post(f"{evening.group.path}/sessions", {"local_start": "2090-02-10T18:30"}).created()
    assert (told_of(evening, "session_added"), told_of(evening, "series_changed")) == ({first.id, second.id}, set())
    words = letter(evening, second, "en", "session_added")
    assert words.startswith("Friday, February 10, 2090, 6:30 p.m.") and words.count("2090") == 1
    said = "select distinct seat_mail_verdict(o) from outbox o where o.kind = 'session_added' and o.data->>'session_id' = %s"
    assert evening.coordinator.db.execute(said, (made["id"],)).fetchall() == [(None,)]
    evening.coordinator.post(f"/v1/sessions/{made['id']}/cancel", if_match="*").ok()
    assert evening.coordinator.db.execute(said, (made["id"],)).fetchall() == [("superseded",)]


def test_a_series_that_moves_asks_for_each_date_those_who_have_a_place_in_it(chats):
    evening = chats()
    first, second, third = evening.seats
    taken(evening, first)
    for seat in (first, second):
        take(evening, seat, evening.next_session).ok()
    evening.change(evening.session, local_start="2090-01-10T19:00", cascade=True)
    assert [mail(evening, seat) for seat in evening.seats] == [["place_moved", "place_moved"], ["place_moved"], []]
    assert told_of(evening, "series_changed") == set()


def moot(evening, seat):
    """What was written to them of places: kind → why it is not to leave any more at this hour, or nothing."""
    db = evening.coordinator.db
    with db.transaction(force_rollback=True):
        db.execute("select set_config('app.now', %s, true)", (evening.now,))
        return dict(
            db.execute(
                "select o.kind, seat_mail_verdict(o) from outbox o where o.enrolment_id = %s and o.kind like 'place%%' order by o.created_at",
                (seat.id,)).fetchall())  # fmt: skip


def test_what_is_offered_is_as_short_as_the_window_it_moves_into(chats):
    """ANCHORS 1.2.1, 1.2.5: half of what is left from now on, never longer than it was; who has it and who waits are told, once each."""
    evening, third, fourth = waiting(chats, hours=-24)
    evening.change(evening.session, local_start="2090-01-10T01:30")
    offer = third.person.peer.get(path(evening)).ok()
    assert (offer["standing"], offer["offered_until"]) == ("offered", instant("2090-01-09T22:00"))
    assert (mail(evening, third), mail(evening, fourth)) == (["place_offered", "place_offered_moved"], ["place_awaited_moved"])
    for language, words in (("en", "January 9, 2090, 10:00 p.m."), ("fr", "le lundi 9 janvier 2090 à 22 h 00")):
        assert words in letter(evening, third, language, "place_offered_moved")
    assert "kept" not in letter(evening, fourth, "en", "place_awaited_moved")
    evening.change(evening.session, local_start="2090-01-10T18:30")
    assert third.person.peer.get(path(evening)).ok()["offered_until"] == instant("2090-01-09T22:00")
    assert moot(evening, third) == {"place_offered": None, "place_offered_moved": None}
    evening.at(hours=-20, minutes=-30)
    assert standing(evening, third) == "waiting"
    assert moot(evening, third) == {"place_offered": "superseded", "place_offered_moved": "superseded"}
    assert moot(evening, fourth) == {"place_awaited_moved": None}
    free(evening, fourth).no_content()
    assert moot(evening, fourth) == {"place_awaited_moved": "superseded"}


def test_what_moves_into_the_last_hours_is_for_whoever_comes_first(chats):
    """ANCHORS 1.2.1: an offer ends there, and all who wait are told that a place is free."""
    evening, third, fourth = waiting(chats, hours=-24)
    evening.change(evening.session, local_start="2090-01-09T20:30")
    assert (standing(evening, third), standing(evening, fourth)) == ("open", "open")
    assert moot(evening, third) == {"place_offered": "superseded", "place_awaited_moved": None}
    work(evening)
    assert [decision for decision, *_ in decisions(evening, third)] == ["waiting", "offered", "expired", "told"]
    assert mail(evening, third)[-1] == mail(evening, fourth)[-1] == "place_open"
    assert take(evening, fourth).ok()["standing"] == "held"


def test_where_the_last_hours_begin_anew_who_waits_is_told_anew(chats):
    evening, third, fourth = waiting(chats, hours=-1)
    assert (mail(evening, fourth), mail(evening, third)) == (["place_open"], ["place_open"])
    evening.change(evening.session, local_start="2090-01-12T18:30")
    assert take(evening, third).ok()["standing"] == "waiting"
    evening.at(days=2, hours=-1)
    work(evening)
    assert [decision for decision, *_ in decisions(evening, fourth)].count("told") == 2


def test_a_session_has_its_own_number_of_places(chats, client):
    """Decision 1: every date carries its own, never more than the group has for each; never below those that are taken."""
    evening = chats(people=3)
    first, second, third = evening.seats
    change = lambda body, of=None: evening.coordinator.patch(  # noqa: E731
        f"/v1/sessions/{(of or evening.session)['id']}", body, if_match="*")  # fmt: skip
    assert change({"capacity": 1}).ok()["capacity"] == 1
    change({"capacity": 3}).problem(422, "validation-failed").fault("#/capacity", "too-large")
    assert change({"capacity": 2}).ok()["capacity"] == 2
    taken(evening, first, second)
    assert change({"capacity": 1}).problem(409)["reason"] == "seats-taken"
    assert take(evening, third).ok()["standing"] == "waiting"
    assert change({"capacity": 1}, evening.next_session).ok()["capacity"] == 1
    whole = Evening(client, INFORMAL, 1)
    whole.coordinator.patch(whole.path, {"capacity": 3}, if_match="*").problem(422).fault("#/capacity", "invalid")
    assert whole.session["capacity"] is None
    groups = [evening.group.id, whole.group.id]
    assert broken(client.db, groups, "decision 1: places") == []


def broken(db, groups, start):
    """The invariants whose words begin like this, as far as they are broken."""
    return [found for found in Invariants(db).broken(groups) if found[0].startswith(start)]


@pytest.mark.parametrize("capacity", ["3", "null"])
def test_the_invariant_finds_a_session_of_other_places(chats, capacity):
    evening = chats(people=0)
    db = evening.coordinator.db
    with db.transaction(force_rollback=True):
        db.execute(f"update sessions set capacity = {capacity}, registration_deadline_days = null where id = %s", (evening.session["id"],))
        assert [id for _, id in broken(db, [evening.group.id], "decision 1: places")] == [evening.session["id"]]


def test_coordinators_see_who_waits(chats):
    evening = chats()
    first, second, third = evening.seats
    taken(evening, first, second)
    take(evening, third).ok()
    listed = evening.coordinator.get(f"{path(evening)}s").ok().data
    assert {row["enrolment_id"]: row["state"] for row in listed} == {first.id: "held", second.id: "held", third.id: "waiting"}
    calendar = first.person.peer.post(f"{first.person.path}/calendar-feeds", {"language": "en"}).created()
    assert calendar["id"]


# ---- the last day to ask ----


def test_each_date_has_a_last_day_of_its_own(chats):
    """I10, ANCHORS 1.2.5: to its last second on the clock of the date; the other date is still open; who asked by then takes what is freed."""
    evening = chats(registration_deadline_days=3)
    first, second, third = evening.seats
    last_day = str(date.fromisoformat(evening.session["local_start"][:10]) - timedelta(days=3))
    taken(evening, first, second)
    assert evening.session["registration_deadline_days"] == 3
    evening.at(days=-3, hours=5, minutes=29, seconds=59)
    answer = take(evening, third).ok()
    assert (answer["standing"], answer["asked_by"]) == ("waiting", last_day)
    free(evening, third).no_content()
    evening.at(days=-3, hours=5, minutes=30)
    assert standing(evening, third) == "closed" and standing(evening, first) == "held"
    assert take(evening, third).problem(409, "conflict")["reason"] == "too-late"
    free(evening, first).no_content()
    assert take(evening, first).problem(409, "conflict")["reason"] == "too-late"
    assert take(evening, third, evening.next_session).ok()["standing"] == "held"
    evening.change(evening.session, registration_deadline_days=0)
    assert take(evening, third).ok()["standing"] == "held"
    assert evening.group.read()["registration_deadline_days"] == 3, "what is changed for a date is changed for it alone"


def test_only_where_places_are_taken_a_date_has_a_last_day(chats):
    evening = chats(people=0, session_capacity=None, registration_deadline_days=3)
    assert evening.session["registration_deadline_days"] is None
    refused = evening.coordinator.patch(evening.path, {"registration_deadline_days": 2}, if_match="*").problem(422, "validation-failed")
    refused.fault("#/registration_deadline_days", "invalid")
