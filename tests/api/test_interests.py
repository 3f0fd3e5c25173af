# SPDX-License-Identifier: MIT
"""To be told when an activity is offered: a wish that a peer leaves and takes back, one letter, and what coordinators count
(R3, R21)."""

import uuid

import pytest
from steps.groups import Activity, Group, a_track, ask, clock
from steps.journey import Intake, open_intake, open_person


@pytest.fixture
def person(client):
    return open_person(client).reachable()


@pytest.fixture
def activity(client):
    return Activity(client)


def wish(activity, person, *languages):
    return person.peer.put(f"{activity.path}/interest", {"languages": list(languages or ("en",))})


def wishes(person):
    return person.peer.get("/v1/interests").ok().data


def letters(db, person):
    rows = db.execute("select count(*) from outbox where kind = 'activity_opened' and participant_id = %s", (person.id,))
    return rows.fetchone()[0]


def counted(activity, who=None):
    """{language: (people, English text)} as coordinators read it."""
    found = [entry for entry in every(who or activity.coordinator) if entry["activity_id"] == activity.id]
    return {w["language"]: (w["people"], w["text"]["en"]) for entry in found for w in entry["wishes"]}


def every(who):
    data, cursor = [], None
    while True:
        answer = who.get("/v1/interests/counts", params={"limit": 100} | ({"cursor": cursor} if cursor else {})).ok()
        data, cursor = data + answer.data, answer["page"]["next_cursor"]
        if not cursor:
            return data


def crowd(db, activity, count, languages="{en}"):
    """So many others who wish it."""
    db.execute(
        "insert into interests (participant_id, activity_id, languages, created_at)"
        " select p.id, %s, %s, now() from participants p where not exists ("
        "     select from interests i where i.activity_id = %s and i.participant_id = p.id) order by p.id limit %s",
        (activity.id, languages, activity.id, count),
    )


FEW = (None, "Fewer than 10")


def test_a_peer_leaves_a_wish_and_takes_it_back(activity, person):
    """Again with another language replaces it; taken back, and taken back again, nothing is there."""
    made = wish(activity, person, "fr").ok()
    assert made.json == {"activity_id": activity.id, "languages": ["fr"], "created_at": made["created_at"]}
    changed = wish(activity, person, "fr", "en").ok()
    assert (changed["languages"], changed["created_at"]) == (["en", "fr"], made["created_at"])
    assert wishes(person) == [changed.json]
    for _ in range(2):
        person.peer.delete(f"{activity.path}/interest").no_content()
        assert wishes(person) == []


def test_what_may_be_wished(activity, person):
    for body in ({}, {"languages": []}, {"languages": ["en", "en"]}, {"languages": ["de"]}):
        person.peer.put(f"{activity.path}/interest", body).problem(422)


def test_what_is_not_announced_is_not_there(client, person):
    """404 hides."""
    planned, absent = Activity(client, state="planned"), f"/v1/activities/{uuid.uuid4()}"
    for path in (planned.path, absent):
        person.peer.put(f"{path}/interest", {"languages": ["en"]}).problem(404)
        person.peer.delete(f"{path}/interest").problem(404)


def test_nobody_sees_the_wishes_of_another(client, activity, person):
    other = open_person(client)
    wish(activity, other).ok()
    assert wishes(person) == []
    person.peer.delete(f"{activity.path}/interest").no_content()
    assert len(wishes(other)) == 1


def test_who_waited_is_told_once_when_it_opens(client, activity, person, db):
    """In one of their languages; the wish has then done its work."""
    french, both = open_person(client).reachable(), open_person(client).reachable()
    wish(activity, person, "en").ok()
    wish(activity, french, "fr").ok()
    wish(activity, both, "en", "fr").ok()
    activity.track(language="en")
    assert not letters(db, person), "it is announced, not open"
    activity.becomes("open")
    assert [letters(db, who) for who in (person, french, both)] == [1, 0, 1]
    assert (wishes(person), len(wishes(french)), wishes(both)) == ([], 1, [])
    activity.track(language="fr")
    assert [letters(db, who) for who in (person, french, both)] == [1, 1, 1], "and the others with their own track"
    assert wishes(french) == []


def test_the_letter_says_nothing_of_what_it_is_about(activity, person, deliver, mailbox):
    """R3: one subject for all, both languages, no word of the program."""
    person.peer.patch(person.path, {"preferred_language": "fr"}, if_match="*").ok()
    wish(activity, person, "fr").ok()
    activity.track(language="fr")
    activity.becomes("open")
    deliver()
    mail = mailbox.wait_for(person.email)[-1]
    assert mail.subject == "Un message pour vous" and "Ce dont vous vouliez avoir des nouvelles" in mail.text
    assert "Yoga" not in mail.text


def test_a_letter_that_waits_is_not_sent_when_it_is_over(client, activity, db):
    person = open_person(client)
    wish(activity, person).ok()
    track = activity.track()
    activity.becomes("open")
    track.step("cancel").ok()
    activity.becomes("ended")
    person.reachable()
    verdict = "select outbox_moot(o, 'active', null) from outbox o where o.kind = 'activity_opened' and o.participant_id = %s"
    assert db.execute(verdict, (person.id,)).fetchone() == ("superseded",)


def test_what_is_offered_already_need_not_be_wished(client, person):
    """It can be asked for; in a language in which it is not, it can be wished."""
    track = a_track(client)
    assert wish(track.activity, person, "en").problem(409, "conflict")["reason"] == "ask-now"
    assert wish(track.activity, person, "fr").ok()
    over = Activity(client, state="ended")
    assert wish(over, person).problem(409, "conflict-state")["state"] == "ended"


def test_what_takes_nobody_any_more_can_be_wished_again(client, person, db):
    """After the last day to register the next one is what there is to hope for."""
    now = "2026-10-12T15:00:00Z"
    track = a_track(client, now=now, series={"local_start": "2026-11-10T18:30", "count": 2})
    person.at("2026-11-03T15:00:00Z")
    assert wish(track.activity, person).problem(409, "conflict")["reason"] == "ask-now"
    person.at("2026-11-04T15:00:00Z")
    assert wish(track.activity, person).ok()
    clock("2026-11-04T16:00:00Z", track.coordinator)
    again = Group(
        track.coordinator, track.activity.service, activity_id=track.activity.id, local_starts=["2027-01-12T18:30", "2027-01-26T18:30"]
    )
    assert not letters(db, person), "a draft is not offered"
    again.open()
    assert letters(db, person) == 1 and wishes(person) == []


def test_a_wish_is_no_place(client, activity, person):
    wish(activity, person).ok()
    track = activity.track()
    activity.becomes("open")
    assert ask(track, person).problem(409)["reason"] == "not-ready"
    assert person.peer.get(f"{person.path}/enrolments").ok().data == []


# ---- planning ----


def test_coordinators_count_from_ten_on(client, activity, person, db):
    """R21: below it, and where nobody wishes it, the same word; no total from which the one could be taken."""
    assert counted(activity) == {"en": FEW, "fr": FEW}
    crowd(db, activity, 9)
    assert counted(activity) == {"en": FEW, "fr": FEW}
    wish(activity, person).ok()
    assert counted(activity) == {"en": (10, "At least 10"), "fr": FEW}
    (entry,) = (entry for entry in every(activity.coordinator) if entry["activity_id"] == activity.id)
    assert set(entry) == {"activity_id", "title", "wishes"} and entry["title"]["fr"]
    assert entry["wishes"][1]["text"] == {"en": "Fewer than 10", "fr": "Moins de 10"}


def test_what_is_taken_back_counts_no_more(activity, person, db):
    crowd(db, activity, 9)
    wish(activity, person).ok()
    person.peer.delete(f"{activity.path}/interest").no_content()
    assert counted(activity)["en"] == FEW
    assert db.execute("select count(*) from interests where activity_id = %s", (activity.id,)).fetchone() == (9,)


def test_nobody_reads_whose_wish_it_is(client, activity, person):
    """Not in the list, and not in the audit of what a coordinator did."""
    wish(activity, person).ok()
    answer = activity.coordinator.get("/v1/interests/counts").ok()
    assert person.id not in answer.content.decode()
    seen = person.peer.get(f"{person.path}/audit-events", params={"limit": 100}).ok().data
    assert [(e["role"], e["action"]) for e in seen if e["object_type"] == "interest"] == [("peer", "update")]


def test_what_is_over_is_planned_no_more(client, db):
    activity = Activity(client)
    crowd(db, activity, 12)
    assert counted(activity)["en"] == (10, "At least 10")
    activity.becomes("open").becomes("ended")
    assert counted(activity) == {}


def test_nobody_is_watched_who_comes_or_goes(activity, person, db):
    """R21: in steps of five, in both languages."""
    crowd(db, activity, 13)
    before = every(activity.coordinator)
    wish(activity, person).ok()
    assert every(activity.coordinator) == before
    crowd(db, activity, 1)
    assert counted(activity)["en"] == (15, "At least 15")
    (entry,) = (entry for entry in every(activity.coordinator) if entry["activity_id"] == activity.id)
    assert entry["wishes"][0]["text"]["fr"] == "Au moins 15"


# ---- the end of a wish ----


@pytest.mark.parametrize("end", ["ended", "cancelled"])
def test_no_wish_stays_for_what_is_over(client, person, end):
    activity = Activity(client, state="open")
    wish(activity, person).ok()
    activity.becomes(end)
    assert wishes(person) == []


@pytest.mark.parametrize("end", ["withdraw", "close"])
def test_no_mail_follows_who_has_gone(client, activity, db, end):
    """R17: with the last intake the wishes end, and what was queued never leaves; before that they stay."""
    intakes = [open_intake(client, "activity", "registered")]
    person = intakes[0].person.reachable()
    intakes.append(Intake(person, "group"))
    coming = Activity(client, state="open")
    wish(activity, person).ok()
    wish(coming, person).ok()
    coming.track()
    assert letters(db, person) == 1
    for intake, left in zip(intakes, (1, 0), strict=True):
        leave(intake, end).ok()
        assert len(wishes(person)) == left
    state = "select state, reason from outbox where kind = 'activity_opened' and participant_id = %s"
    assert db.execute(state, (person.id,)).fetchall() == [("cancelled", "withdrawn" if end == "withdraw" else "closed")]
    activity.track()
    activity.becomes("open")
    assert letters(db, person) == 1


def leave(intake, end):
    return intake.withdraw() if end == "withdraw" else intake.close()


def test_a_letter_to_who_withdrew_meanwhile_is_dropped(client, activity, db):
    """R17: asked again at the moment of sending; who wishes it anew afterwards is written to."""
    intake = open_intake(client, "activity", "registered")
    wish(activity, intake.person).ok()
    activity.track()
    activity.becomes("open")
    verdict = "select outbox_moot(o, 'active', null) from outbox o where o.kind = 'activity_opened' and o.participant_id = %s order by 1"
    assert db.execute(verdict, (intake.person.id,)).fetchall() == [(None,)]
    intake.withdraw().ok()
    assert db.execute(verdict, (intake.person.id,)).fetchall() == [("withdrawn",)]
    wish(activity, intake.person, "fr").ok()
    activity.track(language="fr")
    assert db.execute(verdict, (intake.person.id,)).fetchall() == [("withdrawn",), (None,)]
