# SPDX-License-Identifier: MIT
"""Taking part in an activity: which intake opens the door, asking for it oneself, whom one must not meet, and the answer
(decisions 3, 13, 15; S1.33, S2.31, S2.48; I4, I8, I10; A6.5)."""

import contextlib
import uuid

import psycopg
import pytest
from steps.alarms import notices
from steps.groups import EVENT, Activity, Seat, a_track, ago, ask, clock, instant, part, ready, registered, taking_people
from steps.guests import invite
from steps.journey import Intake, an_address, as_worker, open_intake, open_person, talked, unique

DECLARATIONS = "/v1/conflict-declarations"


@pytest.fixture
def track(client):
    return a_track(client)


@pytest.fixture
def person(client):
    """Somebody whose forms for activities are back."""
    return open_intake(client, "activity", "forms_returned").person


def refused(answer, reason, **members):
    body = answer.problem(409, "conflict").json
    assert {name: body.get(name) for name in ("reason", *members)} == {"reason": reason, **members}
    return body


def sent_on(answer):
    """What every peer hears whatever keeps an activity from taking them: one text, and who answers at any hour."""
    body = refused(answer, "another-activity")
    assert body["text"]["en"].startswith("This one takes nobody any more.") and body["text"]["fr"] and body["help"]
    assert body["detail"] == body["text"]["en"]


# ---- the door ----


@pytest.mark.parametrize("state", ["forms_returned", "registered"])
def test_both_forms_returned_open_an_activity(client, track, state):
    """S2.48, I4: for the coordinator who places somebody, and for whoever asks themselves; no meeting, no document of the groups."""
    placed = open_intake(client, "activity", state).person
    track.seat(placed, "offered")
    assert ask(track, open_intake(client, "activity", state).person).created()["state"] == "accepted"


def test_a_finished_group_intake_opens_activities_too(client, track):
    """Decision 3."""
    track.seat(ready(client))
    registered(track, ready(client))


@pytest.mark.parametrize("state", ["received", "forms_sent"])
def test_before_both_forms_are_back_the_door_is_shut(client, track, state):
    person = open_intake(client, "activity", state).person
    missing = ["intake", "consent"]
    refused(ask(track, person), "not-ready", missing=missing)
    refused(track.place(person), "not-ready", missing=missing)


def test_a_group_intake_that_is_not_finished_opens_nothing(client, track):
    refused(ask(track, open_intake(client, "group", "acknowledged").person), "not-ready", missing=["intake", "consent"])
    refused(ask(track, open_person(client)), "not-ready", missing=["intake", "consent"])


def test_consent_taken_back_shuts_it_again(track, person):
    """I4: the documents of the track, and no others."""
    (consent,) = [a for a in person.peer.get(f"{person.path}/acceptances").ok().data if a["kind"] == "consent"]
    person.peer.post(f"/v1/acceptances/{consent['id']}/withdraw").ok()
    refused(ask(track, person), "not-ready", missing=["consent"])


def test_an_activity_intake_opens_activities_for_twelve_months(client, track):
    """Decision 3: from its registration on."""
    then = open_intake(client, "activity", "registered", now=ago(days=364)).person.at(None)
    assert ask(track, then).created()
    late = open_intake(client, "activity", "registered", now=ago(days=366)).person.at(None)
    refused(ask(track, late), "not-ready", missing=["intake"])


def test_the_first_confirmed_place_registers_the_person(client, track):
    """S2.48: who has only sent the forms back is registered with it, for twelve months; another one changes nothing."""
    intake = open_intake(client, "activity", "forms_returned")
    registered(track, intake.person)
    read = intake.read()
    assert read["state"] == "registered" and read["registered_at"] and read["valid_until"]
    registered(a_track(client), intake.person)
    assert intake.read().json == read.json


def test_a_place_in_an_activity_leaves_a_group_intake_waiting(client, track, db):
    """Who waits for a group waits on, and comes back to the list when their group is cancelled, whatever else they take part in."""
    person = ready(client)
    waits = "select state from waiting_people where participant_id = %s and service = ''"
    registered(track, person)
    assert db.execute(waits, (person.id,)).fetchone() == ("ready",)
    group = taking_people(client)
    group.seat(person)
    assert db.execute(waits, (person.id,)).fetchone() == ("placed",)
    group.step("cancel").ok()
    assert db.execute(waits, (person.id,)).fetchone() == ("ready",)


# ---- asking ----


def test_asking_is_the_yes(client, track, person):
    """S1.33, decision 15: a free place is kept, the dates come with the confirmation, and until then nothing shows that it was answered."""
    made = ask(track, person).created()
    assert made.path == f"/v1/enrolments/{made['id']}"
    assert (made["state"], made["group_id"], made["nobody_to_avoid"], made["offered_at"]) == ("accepted", track.id, True, None)
    assert made["answer_at"] and made["accepted_at"] and made["offer_expires_at"] is None
    assert made["text"]["en"].startswith("You have asked for this activity") and made["text"]["fr"]
    assert made["group"]["sessions"] == [] and made["group"]["meets"]
    seat = Seat(track, person, made)
    assert not person.peer.get(f"{person.path}/home").ok()["next_sessions"]
    seat.confirm().ok()
    assert seat.read(person.peer).json == person.peer.get(made.path).ok().json and seat.read(person.peer)["state"] == "accepted"
    seat.hear()
    assert len(seat.read(person.peer)["group"]["sessions"]) == 3, "one registration for all parts"
    assert [d["decision"] for d in seat.decisions()] == ["accepted", "confirmed"]
    assert [d["by_role"] for d in seat.decisions()] == ["peer", "system"]


def test_the_answer_comes_at_the_next_fixed_hour(client):
    """Decision 15: 9:00, noon and 15:00 in Toronto on business days."""
    now = "2026-06-17T13:30:00Z"
    track = a_track(client, now=now)
    person = ready(client, now=now)
    assert ask(track, person).created()["answer_at"] == "2026-06-17T16:00:00Z"


def test_not_this_one_has_one_text(track, person):
    seat = registered(track, person, "accepted")
    seat.confirm("not-this-one").ok()
    seat.hear()
    read = seat.read(person.peer)
    assert read["state"] == "not_placed" and read["text"]["en"].startswith("It will not be this activity.")
    assert len(read["instead"]) == 2 and "group intake" not in str(read.json)


def test_without_a_free_place_somebody_waits(client):
    """The list moves as that of a group does, and a coordinator's answer comes as after any offer."""
    track = a_track(client, capacity=1)
    first, second, third = (open_intake(client, "activity", "registered").person for _ in range(3))
    seat = registered(track, first)
    waits = registered(track, second, "waitlisted")
    assert waits.decisions()[0]["reason"] == "full"
    seat.withdraw().ok()
    assert registered(track, third, "waitlisted").decisions()[0]["reason"] == "others_wait"
    track.advance()
    states = {waits.state, Seat(track, third, ask_again(track, third)).state}
    assert states == {"offered", "waitlisted"}


def ask_again(track, person):
    """The registration that somebody has."""
    (made,) = [e for e in person.peer.get(f"{person.path}/enrolments").ok().data if e["group_id"] == track.id]
    return type("Made", (dict,), {"path": f"/v1/enrolments/{made['id']}"})(made)


def test_several_at_once_are_usual(client, person):
    """S2.31, decision 13, I8: leaving one leaves the others."""
    english, french = a_track(client), a_track(client, language="fr")
    one, other = registered(english, person), registered(french, person)
    one.withdraw().ok()
    assert (one.state, other.state) == ("withdrawn", "confirmed")
    refused_state = ask(french, person).problem(409, "conflict-state")
    assert refused_state["state"] == "confirmed"
    assert ask(english, person).created()["state"] == "accepted", "and one may come back"


def test_a_request_with_a_key_takes_effect_once(track, person):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = person.peer.post(f"{track.path}/register", {"nobody_to_avoid": True}, headers=key).created()
    again = person.peer.post(f"{track.path}/register", {"nobody_to_avoid": True}, headers=key).created()
    assert first.json == again.json


def test_a_peer_reads_the_name_of_the_activity(track, person):
    """Not that of its service."""
    seat = registered(track, person)
    assert seat.read(person.peer)["group"]["title"] == {"en": "Yoga", "fr": "Yoga"}
    assert {n["title"]["en"] for n in person.peer.get(f"{person.path}/home").ok()["next_sessions"]} == {"Yoga"}


def test_who_asked_and_is_not_answered_is_not_forgotten(client, db):
    """Decision 15: at the hour that was said somebody is called for it."""
    now = "2026-06-17T13:30:00Z"
    track = a_track(client, now=now)
    seat = registered(track, ready(client, now=now), "accepted")
    as_worker(db, seat.read()["answer_at"], "select watched_clock_follow()")
    assert db.execute("select kind from alarms where object_id = %s", (seat.id,)).fetchall() == [("answer_due",)]


def test_what_a_coordinator_had_in_mind_becomes_the_registration(client, track, person):
    """S1.33: a proposal keeps nobody from asking; it goes on as theirs, and says whom they must not meet."""
    proposal = Seat(track, person, track.place(person, propose_only=True).created())
    made = ask(track, person, is_only_one=True).created()
    assert (made["id"], made["state"], made["nobody_to_avoid"], made["is_only_one"]) == (proposal.id, "accepted", True, True)
    assert made.headers["ETag"] != proposal.made.headers["ETag"]
    proposal.confirm().ok()
    proposal.hear()
    assert proposal.state == "confirmed"


def test_who_is_offered_a_place_need_only_accept_it(track, person):
    """What to do, where it differs: a place that is offered is accepted, one that is not accepted yet is not confirmed."""
    seat = track.seat(person, "offered")
    refused(ask(track, person), "offered-already")
    refused(seat.confirm(), "accepted-first")
    seat.accept().ok()
    assert ask(track, person).problem(409, "conflict-state")["state"] == "accepted"
    seat.confirm().ok()


def test_who_waits_is_not_confirmed(client, person):
    track = a_track(client, capacity=1)
    registered(track, ready(client), "accepted")
    waits = registered(track, person, "waitlisted")
    refused(waits.confirm(), "accepted-first")
    assert waits.confirm("not-this-one").problem(409, "conflict-state")["state"] == "waitlisted"


# ---- one of several ----


@pytest.fixture
def tracks(client):
    """English and French of one activity."""
    english = a_track(client)
    return english, english.activity.track(language="fr")


@contextlib.contextmanager
def worker(cluster, server):
    """A connection of another process's worker."""
    path = "-c search_path=alongside,pg_catalog"
    with psycopg.connect(cluster.url(server.database, "alongside_worker"), options=path) as connection:
        yield connection


def answers(db, *tracks):
    """The hour of all answers has come."""
    for track in tracks:
        db.execute("update enrolments set answer_at = now() where cohort_id = %s and state = 'accepted'", (track.id,))
    as_worker(db, None, "select comparison_run(), seat_answer_all()")


def test_who_wanted_one_of_several_has_it_once_one_is_theirs(client, db, tracks, person):
    """S2.31: the other track ends, whether it was answered at the same hour or is still waited for; another activity stays."""
    seats = [registered(track, person, "accepted", is_only_one=True) for track in tracks]
    waited = a_track(client, capacity=1)
    elsewhere = registered(waited, person, "accepted")
    for seat in seats:
        seat.confirm().ok()
    answers(db, *tracks)
    assert sorted(seat.state for seat in seats) == ["confirmed", "withdrawn"]
    (left,) = (seat for seat in seats if seat.state == "withdrawn")
    assert (left.decisions()[-1]["decision"], left.decisions()[-1]["reason"], left.decisions()[-1]["by_role"]) == (
        "ended",
        "only_one",
        "system",
    )
    seen = left.read(person.peer)
    assert seen["left_at"] and elsewhere.state == "accepted"
    assert seen["text"] == {"en": "You have the other one of this activity.", "fr": "Vous avez l'autre place de cette activité."}


def test_a_list_gives_nothing_to_who_has_the_other(client, db, person):
    """All or nothing, also when somebody moves up: nobody is offered what they no longer want."""
    english = a_track(client, capacity=1)
    french = english.activity.track(language="fr")
    first = registered(english, open_intake(client, "activity", "registered").person)
    waits, seat = registered(english, person, "waitlisted"), registered(french, person, "accepted", is_only_one=True)
    seat.confirm().ok()
    seat.hear()
    first.withdraw().ok()
    english.advance()
    assert waits.state == "waitlisted"
    as_worker(db, None, "select seat_answer_all()")
    assert (waits.state, seat.state) == ("withdrawn", "confirmed")


def test_both_is_what_is_meant_unless_said(db, tracks, person):
    seats = [registered(track, person) for track in tracks]
    as_worker(db, None, "select seat_answer_all()")
    assert [seat.state for seat in seats] == ["confirmed", "confirmed"]


def test_the_choice_can_be_changed_until_the_place_is_theirs(client, db, tracks, person):
    """And who asks anew has thought again."""
    seats = [registered(track, person, "accepted", is_only_one=True) for track in tracks]
    changed = person.peer.patch(seats[0].path, {"is_only_one": False}, if_match=seats[0].read(person.peer)).ok()
    assert changed["is_only_one"] is False and seats[1].read()["is_only_one"] is True
    seats[0].confirm().ok()
    answers(db, tracks[0])
    assert [seat.state for seat in seats] == ["confirmed", "accepted"]
    assert person.peer.patch(seats[0].path, {"is_only_one": True}, if_match="*").problem(409, "conflict-state")["state"] == "confirmed"
    seats[1].confirm().ok()
    answers(db, tracks[1])
    assert [seat.state for seat in seats] == ["confirmed", "confirmed"]
    seats[0].withdraw().ok()
    again = registered(tracks[0], person, "accepted")
    answers(db, tracks[1])
    assert again.state == "accepted"


def test_in_a_group_there_is_no_such_choice(client):
    seat = taking_people(client).seat(ready(client), "offered")
    seat.person.peer.patch(seat.path, {"is_only_one": True}, if_match="*").problem(422).fault("#/is_only_one", "not-allowed")
    assert seat.read()["is_only_one"] is False


def test_two_workers_give_one_of_the_two(client, db, cluster, server, tracks, person):
    """Each holds one track; whoever comes second leaves the person to the next round, and then sees."""
    seats = [registered(track, person, "accepted", is_only_one=True) for track in tracks]
    for seat in seats:
        seat.confirm().ok()
    due = "update enrolments set answer_at = now() where participant_id = %s"
    db.execute(due, (person.id,))
    as_worker(db, None, "select comparison_run()")
    work = "select set_config('app.role', 'worker', true), seat_answer_all()"
    with worker(cluster, server) as one, worker(cluster, server) as other:
        with db.transaction():
            db.execute("select from cohorts where id = %s for update", (tracks[1].id,))
            one.execute(work)
        other.execute(work)
        assert sorted(seat.state for seat in seats) == ["accepted", "accepted"], "neither has committed"
        one.commit()
        other.rollback()
        other.execute(work)
        other.commit()
    assert sorted(seat.state for seat in seats) == ["confirmed", "withdrawn"]


# ---- what is not offered ----


def test_what_is_not_offered_to_everybody_is_not_there(client, person):
    """404 hides: a group, a draft, an activity that is still planned, and nothing at all, in the same bytes."""
    planned, over = Activity(client, state="planned").track(), a_track(client)
    draft = Activity(client, state="open").track(is_open=False)
    over.step("cancel").ok()
    over.activity.becomes("ended")
    absent = person.peer.post(f"/v1/groups/{uuid.uuid4()}/register", {"nobody_to_avoid": True}).problem(404)
    for hidden in (draft, planned, over, taking_people(client)):
        answer = ask(hidden, person).problem(404)
        assert {**answer.json, "instance": None, "request_id": None} == {**absent.json, "instance": None, "request_id": None}


def test_what_is_announced_does_not_take_people_yet(client, person):
    assert ask(Activity(client).track(), person).problem(409, "conflict-state")["state"] == "announced"


def test_whatever_keeps_it_from_taking_people_sounds_the_same(client, person):
    """Ended, cancelled, begun."""
    track = a_track(client)
    waits, offered = registered(track, person, "accepted"), track.seat(ready(client), "offered")
    track.step("cancel").ok()
    for seat in (waits, offered):
        text = seat.read(seat.person.peer)["text"]
        assert text["en"].startswith("This activity does not take place.") and text["fr"].startswith("Cette activité n'a pas lieu.")
    sent_on(ask(track, person))


@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Winnipeg", "America/Vancouver"])
def test_the_deadline_is_a_whole_day(client, zone):
    """I10: to 23:59:59 where the activity is; who asked in time is answered after it."""
    now = "2026-10-12T15:00:00Z"
    track = a_track(client, now=now, timezone=zone, series={"local_start": "2026-11-10T18:30", "count": 2})
    in_time, late = ready(client, now=now), ready(client, now=now)
    in_time.at(instant("2026-11-03T23:59:59", zone))
    seat = Seat(track, in_time, ask(track, in_time).created())
    late.at(instant("2026-11-04T00:00:00", zone))
    sent_on(ask(track, late))
    refused(track_at(track, "2026-11-04T00:00:00", zone).place(late), "locked")
    clock(seat.read(in_time.peer)["answer_at"], track.coordinator)
    seat.confirm().ok()
    seat.hear()
    assert seat.state == "confirmed"


def track_at(track, local, zone):
    clock(instant(local, zone), track.coordinator)
    return track


def test_who_waits_may_still_move_up_after_the_deadline(client):
    """It ends asking; a place that becomes free before the first part is for those who asked in time."""
    now, after = "2026-10-12T15:00:00Z", "2026-11-04T15:00:00Z"
    track = a_track(client, now=now, capacity=1, series={"local_start": "2026-11-10T18:30", "count": 2})
    seat = registered(track, ready(client, now=now))
    waiting = registered(track, ready(client, now=now), "waitlisted")
    clock(after, track.coordinator)
    seat.person.at(after)
    seat.withdraw().ok()
    track.advance()
    assert waiting.state == "offered"
    waiting.person.at(after)
    waiting.accept().ok()
    waiting.confirm().ok()
    waiting.hear()
    assert waiting.state == "confirmed"


def test_who_could_not_be_answered_in_time_is_sent_on(client):
    """Without a deadline: after the last fixed hour before it begins nobody could answer."""
    kind = EVENT | {"registration_deadline_days": None}
    now = "2026-06-08T15:00:00Z"
    track = a_track(client, kind, now=now, series={"local_start": "2026-06-17T18:30", "count": 2})
    person = ready(client, now=now)
    person.at(instant("2026-06-17T15:00:00"))
    assert person.peer.get(track.activity.path.replace("/v1/", "/v1/public-")).ok()["tracks"][0]["registration"] == "closed"
    sent_on(ask(track, person))
    assert person.peer.put(f"{track.activity.path}/interest", {"languages": ["en"]}).ok(), "there is the next one to hope for"
    person.at(instant("2026-06-17T14:59:59"))
    assert ask(track, person).created()["answer_at"] == instant("2026-06-17T15:00:00")


# ---- whom somebody must not meet ----


def test_it_is_asked_once_for_each_track(client, track, person):
    """DESIGN 12: needed the first time, and not again when somebody comes back to the same one."""
    person.peer.post(f"{track.path}/register", {}).problem(422).fault("#/nobody_to_avoid", "required")
    registered(track, person, "accepted").withdraw().ok()
    again = person.peer.post(f"{track.path}/register", {}).created()
    assert again["nobody_to_avoid"] is True
    other = a_track(client)
    person.peer.post(f"{other.path}/register", {}).problem(422).fault("#/nobody_to_avoid", "required")


def test_who_has_somebody_to_name_is_talked_with_first(client, track, person):
    """A6.5: the place is kept, and confirmed after a conversation; what is asked elsewhere waits for nothing."""
    seat = registered(track, person, "accepted", nobody_to_avoid=False)
    assert seat.read()["nobody_to_avoid"] is False and seat.read()["conversation_at"] is None
    refused(seat.confirm(), "conversation-first")
    registered(a_track(client), person)
    talk = track.coordinator.post(f"{seat.path}/conversation").ok()
    assert talk["conversation_at"] and track.coordinator.post(f"{seat.path}/conversation").ok().json == talk.json
    assert seat.read(person.peer)["conversation_at"] is None, "a peer knows when they have talked"
    seat.confirm().ok()
    seat.hear()
    assert seat.state == "confirmed"


def test_a_declaration_that_was_talked_about_is_that_conversation(track, person):
    seat = registered(track, person, "accepted", nobody_to_avoid=False)
    declaration = person.peer.post(DECLARATIONS, {"kind": "no_contact", "name": unique("Kim")}).created()
    refused(seat.confirm(), "conversation-first")
    talked(track.coordinator, declaration)
    seat.confirm().ok()


def test_there_is_no_conversation_about_nobody(track, person):
    seat = registered(track, person, "accepted")
    assert track.coordinator.post(f"{seat.path}/conversation").problem(409, "conflict-state")["state"] == "accepted"


def test_asking_beside_somebody_who_must_not_be_met_looks_as_ever(client, track):
    """DESIGN 5b.1: the request compares nobody and answers the same; a coordinator cannot confirm it, and hears why."""
    met, asking = open_intake(client, "activity", "registered").person, open_intake(client, "activity", "registered").person
    name = unique("Kim")
    met.contact(who=met.coordinator, name_to_use=name, email=an_address()).ok()
    registered(track, met)
    talked(track.coordinator, asking.peer.post(DECLARATIONS, {"kind": "no_contact", "name": name}).created())
    seat = registered(track, asking, "accepted")
    refused(seat.confirm(), "conflict")
    seat.confirm("not-this-one").ok()
    seat.hear()
    assert seat.read(asking.peer)["text"]["en"].startswith("It will not be this activity.")


def test_who_leads_without_an_account_is_somebody_to_meet_too(client, db):
    """S2.17, A6.5: against the track's guests, as against its hosts and everybody registered."""
    track = a_track(client, EVENT | {"parts": [part(team_member=1, guest=1)]})
    guest, person = invite(track.coordinator), open_intake(client, "activity", "registered").person
    track.coordinator.post(f"{track.path}/host-assignments", {"guest_id": guest["id"], "slot": "guest"}).created()
    body = {"kind": "no_contact", "for_guest_id": guest["id"], "participant_id": person.id}
    talked(track.coordinator, track.coordinator.post(DECLARATIONS, body).created())
    refused(registered(track, person, "accepted").confirm(), "conflict")


def test_what_was_talked_about_before_they_asked_is_not_what_they_said_here(track, person):
    """Also where a coordinator had this one in mind for them long since."""
    track.place(person, propose_only=True).created()
    talked(track.coordinator, person.peer.post(DECLARATIONS, {"kind": "no_contact", "name": unique("Kim")}).created())
    refused(registered(track, person, "accepted", nobody_to_avoid=False).confirm(), "conversation-first")


def test_who_calls_and_by_when_is_told_until_they_have_talked(client, track, person):
    """Decision 16: as with a declaration, by the close of the next business day, to the person and the coordinator alike."""
    seat = registered(track, person, "accepted", nobody_to_avoid=False)
    declaration = person.peer.post(DECLARATIONS, {"kind": "no_contact", "name": unique("Kim")}).created()
    call = seat.read(person.peer)["call"]
    assert (call["by"], call["who"], call["coordinator"]) == tuple(declaration["call"][name] for name in ("by", "who", "coordinator"))
    assert seat.read()["call"]["by"] == call["by"]
    assert registered(a_track(client), person, "accepted").read(person.peer)["call"] is None, "there is nobody"
    track.coordinator.post(f"{seat.path}/conversation").ok()
    assert seat.read(person.peer)["call"] is None
    other = registered(a_track(client), person, "accepted", nobody_to_avoid=False)
    assert other.read(person.peer)["call"]
    talked(track.coordinator, declaration)
    assert other.read(person.peer)["call"] is None, "one conversation"


@pytest.mark.parametrize("how", ["conversation", "declaration"])
def test_what_was_said_stands_until_it_was_talked_about(track, person, how):
    """Whoever leaves, comes back and says otherwise has said it all the same; after a conversation they may say otherwise."""
    registered(track, person, "accepted", nobody_to_avoid=False).withdraw().ok()
    seat = registered(track, person, "accepted", nobody_to_avoid=True)
    assert seat.read(person.peer)["nobody_to_avoid"] is False and seat.read(person.peer)["call"]
    refused(seat.confirm(), "conversation-first")
    if how == "conversation":
        track.coordinator.post(f"{seat.path}/conversation").ok()
    else:
        talked(track.coordinator, person.peer.post(DECLARATIONS, {"kind": "no_contact", "name": unique("Kim")}).created())
    seat.withdraw().ok()
    again = registered(track, person, nobody_to_avoid=True)
    assert again.read()["nobody_to_avoid"] is True


# ---- who is told ----


def test_who_coordinates_the_track_is_told_that_somebody_asked(client, track, person):
    """At once, whether there is a place or not; of the track, not of whom."""
    assert asked_of(track) == []
    registered(track, person, "accepted")
    (told,) = asked_of(track)
    assert (told["about"], told["urgency"], told["alarm"]) == ({"type": "group", "id": track.id}, "today", None)
    assert person.id not in str(told)
    ask(track, person).problem(409)
    assert len(asked_of(track)) == 1


def asked_of(track):
    return [notice for notice in notices(track.coordinator, "registration_asked") if notice["about"]["id"] == track.id]


# ---- leaving ----


def test_what_stands_on_an_intake_goes_with_it(client, track):
    """I8, R17: registrations with the intake for activities."""
    intake = open_intake(client, "activity", "registered")
    seat = registered(track, intake.person)
    refused(intake.close(), "groups-left")
    intake.withdraw().ok()
    assert seat.state == "withdrawn"


@pytest.mark.parametrize(
    ("left", "group_seat", "activity_seat"), [("group", "withdrawn", "confirmed"), ("activity", "confirmed", "confirmed")]
)
def test_another_intake_that_opens_the_same_door_keeps_them(client, track, left, group_seat, activity_seat):
    """With both: who leaves the groups keeps the activities, and the other way round."""
    intakes = {"activity": open_intake(client, "activity", "registered")}
    person = intakes["activity"].person
    intakes["group"] = Intake(person, "group").walk("ready")
    activity, group = registered(track, person), taking_people(client).seat(person)
    intakes[left].withdraw().ok()
    assert (group.state, activity.state) == (group_seat, activity_seat)


def test_nobody_watches_by_asking_again_and_again(track, person):
    """ANCHORS 1.2.10: whether somebody came or left would show in each answer; five times a day, and a coordinator can go on."""
    for _ in range(5):
        asked = ask(track, person).created()
        person.peer.post(f"{asked.path}/withdraw").ok()
    assert ask(track, person).problem(409, "conflict")["reason"] == "too-many-today"
