# SPDX-License-Identifier: MIT
"""A guest's own page: a secret address that comes by mail, with what, when, where, whom to call, what is to be signed and their answer,
and nothing of anybody else (S2.17 to S2.19, ANCHORS 1.2.6)."""

from datetime import date, timedelta

import pytest
from steps import ABSENT, activities, at_once
from steps.alarms import notices
from steps.groups import Group, Host, clock, instant, service
from steps.guests import EVENT, PATH, assign, guest, invite, opened
from steps.journey import bare, compared, current_document, open_person, publish, tables_with, talked, until

FIRST, SECOND = "2090-01-10T18:30", "2090-01-17T18:30"
LINK = "https://teams.example.org/meet/7f3a"


@pytest.fixture
def event(administrator):
    return service(administrator, EVENT)


@pytest.fixture
def track(coordinator, event):
    clock(instant(FIRST, days=-30), coordinator)
    return Group(coordinator, event, local_starts=[FIRST, SECOND]).open()


class Page:
    """A guest's, as whoever has its address finds it at that moment."""

    def __init__(self, client, db, guest_id, now):
        self.nobody, self.path = client(), opened(db, guest_id, now)
        clock(now, self.nobody)

    def at(self, now):
        clock(now, self.nobody)
        return self

    def get(self, **kwargs):
        return self.nobody.get(self.path, **kwargs)

    def post(self, step, body):
        return self.nobody.post(f"{self.path}/{step}", body)

    def answer(self, step, assignment):
        return self.post(step, {"assignment_id": assignment["id"]})


@pytest.fixture
def page(client, db):
    """page(guest): sent a month before the first evening, or at another moment; None = now."""
    month_before = instant(FIRST, days=-30)
    return lambda of, now=month_before: Page(client, db, of["id"], now)


def version(db, table, row_id):
    return db.execute(f"select version from {table} where id = %s", (row_id,)).fetchone()[0]


# ---- what it shows ----


def test_what_a_guest_finds(coordinator, track, page):
    """S2.17, R8: what, when with zone and offset, whom to call; in both languages or the one that was asked for."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    first, second = track.sessions()
    found = page(rita).get().ok()
    assert found.headers["Cache-Control"] == "no-store" and found.etag is None
    parts = [
        {"session_id": session["id"], "state": "scheduled", "topic": None, "local_start": start, "timezone": "America/Toronto",
         "utc_offset": "-05:00", "starts_at": instant(start), "ends_at": instant(start, minutes=90),
         "join_link_from": instant(start, hours=-24), "join_link": None, "link_changed_at": None}
        for session, start in ((first, FIRST), (second, SECOND))]  # fmt: skip
    (alias,) = coordinator.db.execute("select alias from staff where id = %s", (coordinator.account,)).fetchone()
    assert found.json == {
        "name": rita["name"], "language": "en", "agreement_to_sign": None, "agreement_signed_on": rita["agreement_signed_on"],
        "assignments": [
            {"id": made["id"], "title": {"en": "Evening circle", "fr": "Cercle du soir"}, "language": "en", "answer": "awaited",
             "parts": parts, "coordinator_alias": alias}],
        "help": {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}}  # fmt: skip
    french = page(rita).get(language="fr").ok()
    assert french["assignments"][0]["title"] == {"fr": "Cercle du soir"}


def test_a_track_has_the_title_of_its_activity(coordinator, event, page):
    """S2.15: what they lead, as it is announced."""
    title = {"en": "Creative Coping", "fr": "Création et mieux-être"}
    made = activities.in_state(coordinator, coordinator.post(activities.PATH, activities.new(event, title=title)).created(), "open")
    rita = invite(coordinator)
    assign(activities.track(coordinator, made, event), rita).created()
    assert page(rita, None).get().ok()["assignments"][0]["title"] == title


def test_nothing_of_anybody_else(client, administrator, coordinator, track, page, db):
    """ANCHORS 1.2.6: no peer, no other host, no other guest, no number of people."""
    rita, other = invite(coordinator), invite(coordinator)
    assign(track, rita).created()
    before = page(rita).get().ok().content
    team = Host(client, administrator, "coordinator")
    track.assign(team, "team_member").created()
    elsewhere = Group(coordinator, service(administrator, EVENT), local_starts=[FIRST])
    theirs = assign(elsewhere, other).created()
    mine = page(rita)
    assert mine.get().ok().content == before
    for step in ("confirm", "decline"):
        mine.answer(step, theirs).problem(422, "validation-failed").fault("#/assignment_id", "does-not-exist")
        mine.post(step, {"assignment_id": ABSENT}).problem(422, "validation-failed").fault("#/assignment_id", "does-not-exist")
    assert [a["id"] for a in page(other).get().ok()["assignments"]] == [theirs["id"]]


def test_the_way_in(coordinator, track, page):
    """I8: from 24 hours before until the end, as peers have it; for who has signed, leads, and has not declined."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    first, _ = track.sessions()
    coordinator.patch(f"/v1/sessions/{first['id']}", {"join_link": LINK}, if_match="*").ok()
    mine = page(rita)

    def link(**shift):
        return mine.at(instant(FIRST, **shift)).get().ok()["assignments"][0]["parts"][0]["join_link"]

    assert [link(hours=-24, seconds=-1), link(hours=-24), link(minutes=89), link(minutes=90)] == [None, LINK, LINK, None]
    unsigned = coordinator.patch(rita.path, {"agreement_signed_on": None}, if_match="*").ok()
    assert link(hours=-1) is None and not unsigned["has_agreed"]
    coordinator.patch(rita.path, {"agreement_signed_on": rita["agreement_signed_on"]}, if_match="*").ok()
    clock(instant(FIRST, hours=-2), coordinator)
    coordinator.put(f"/v1/sessions/{first['id']}/join-link", {"join_link": f"{LINK}b"}).ok()
    assert link(hours=-1) == f"{LINK}b"
    assert mine.get().ok()["assignments"][0]["parts"][0]["link_changed_at"] == instant(FIRST, hours=-2)
    mine.answer("decline", made).ok()
    assert link(hours=-1) is None


def test_a_cancelled_date_is_shown_as_such(coordinator, track, page):
    assign(track, rita := invite(coordinator)).created()
    first, _ = track.sessions()
    coordinator.post(f"/v1/sessions/{first['id']}/cancel", if_match="*").ok()
    parts = page(rita).get().ok()["assignments"][0]["parts"]
    assert [(p["state"], p["join_link_from"]) for p in parts] == [("cancelled", None), ("scheduled", instant(SECOND, hours=-24))]


# ---- until when ----


def hidden(nobody, path, now):
    """What whoever tries it is told."""
    clock(now, nobody)
    refused = [nobody.get(path)] + [
        nobody.post(f"{path}/{step}", body)
        for step, body in (("sign", {"document_id": ABSENT}), ("confirm", {"assignment_id": ABSENT}), ("decline", {"assignment_id": ABSENT}))]  # fmt: skip
    return [repr(bare(answer.problem(404, "not-found"))) for answer in refused]


def test_unknown_revoked_over_or_ended_is_one_answer(coordinator, track, page, nobody, db):
    """ANCHORS 1.2.6: nobody learns that there is, or was, a page; and nothing about it can be done."""
    rita, over, ended, revoked = (invite(coordinator) for _ in range(4))
    assign(track, over).created()
    path, wrong = page(rita).path, page(over, instant(FIRST, days=-60)).path
    gone, taken_back = page(ended).path, page(revoked).path
    coordinator.patch(ended.path, {"state": "ended"}, if_match="*").ok()
    coordinator.post(f"{revoked.path}/revoke-page").ok()
    first, second = path.rsplit("/", 2)[1:]
    now = instant(SECOND, minutes=90, hours=24)
    db.execute("update guest_pages set created_at = %s where guest_id = %s", (instant(SECOND), rita["id"]))
    clock(now, nobody)
    nobody.get(path).ok()
    tried = [wrong, gone, taken_back, *(f"/v1/guest-pages/{a}/{b}" for a, b in (
        (second, first), (first, ABSENT), (ABSENT, second), (ABSENT, ABSENT), (rita["id"], second)))]  # fmt: skip
    assert len({tuple(hidden(nobody, way, now)) for way in tried}) == 1
    nobody.get("/v1/guest-pages/mine/yours").problem(404, "not-found")


def test_it_lives_until_a_day_after_the_last_part(coordinator, track, page, db):
    """ANCHORS 1.2.6: a month while there is nothing to lead; what is led since, and until then, decides."""
    rita = invite(coordinator)
    early = page(rita, instant(FIRST, days=-40))
    early.at(instant(FIRST, days=-10, seconds=-1)).get().ok()
    early.at(instant(FIRST, days=-10)).get().problem(404, "not-found")
    assign(track, rita).created()
    early.get().ok()
    early.at(instant(SECOND, minutes=90, hours=24, seconds=-1)).get().ok()
    early.at(instant(SECOND, minutes=90, hours=24)).get().problem(404, "not-found")
    # Sent anew, for what comes next.
    later = page(rita, instant(SECOND, days=20))
    later.at(instant(SECOND, days=50, seconds=-1)).get().ok()
    later.at(instant(SECOND, days=50)).get().problem(404, "not-found")


def test_what_is_over_is_swept(coordinator, start_server, database, db):
    rita = invite(coordinator)
    opened(db, rita["id"], "2020-01-01T00:00:00Z")
    kept = opened(db, rita["id"])
    left = "select count(*) from guest_pages where guest_id = %s"
    start_server(database=database, worker=True)
    until(lambda: db.execute(left, (rita["id"],)).fetchone() == (1,))
    coordinator.get(kept).ok()


# ---- what they say ----


def test_a_guest_comes(coordinator, client, administrator, track, page, db):
    """ANCHORS 1.2.6: said on the page, seen by coordinators alone; once more changes nothing, and looking never does."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    mine = page(rita)
    for _ in range(2):
        mine.get().ok()
        mine.nobody.head(mine.path).ok()
    assert coordinator.get(made.path).ok().json == made.json
    confirmed = mine.answer("confirm", made).ok()
    assert confirmed["assignments"][0]["answer"] == "confirmed" and confirmed.json == mine.get().ok().json
    now = version(db, "host_assignments", made["id"])
    mine.answer("confirm", made).ok()
    assert version(db, "host_assignments", made["id"]) == now == 2
    seen = coordinator.get(made.path).ok()
    assert (seen["confirmed_at"], seen["declined_at"], seen["released_at"]) == (instant(FIRST, days=-30), None, None)
    said = db.execute("select action, role, account_id from audit_events where object_id = %s and action = 'confirm'", (made["id"],))
    assert said.fetchall() == [("confirm", "guest", None)]


def test_a_guest_cannot_come(coordinator, client, administrator, track, page, db):
    """The assignment ends as any other, and whoever has the group in their care is told at once; who changes their mind calls."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    before = notices(coordinator, "hosting_declined")
    declined = page(rita).answer("decline", made).ok()
    assert declined["assignments"][0]["answer"] == "declined"
    seen = coordinator.get(made.path).ok()
    assert seen["declined_at"] == seen["released_at"] == instant(FIRST, days=-30) and seen["confirmed_at"] is None
    told = [n for n in notices(coordinator, "hosting_declined") if n not in before]
    assert [(n["urgency"], n["about"]) for n in told] == [("today", {"type": "group", "id": track.id})]
    mine = page(rita)
    mine.answer("decline", made).ok()
    assert version(db, "host_assignments", made["id"]) == 2, "once"
    assert len(notices(coordinator, "hosting_declined")) == len(before) + 1
    refused = mine.answer("confirm", made).problem(409, "conflict-state")
    assert refused["state"] == "declined"
    assign(track, invite(coordinator)).created()
    assert db.execute("select kind from outbox where guest_id = %s", (rita["id"],)).fetchall() == [("guest_assigned",)]


def test_who_declines_may_have_confirmed_before(coordinator, track, page):
    rita = invite(coordinator)
    made = assign(track, rita).created()
    mine = page(rita)
    mine.answer("confirm", made).ok()
    assert mine.answer("decline", made).ok()["assignments"][0]["answer"] == "declined"


def test_what_has_begun_is_not_declined_and_what_is_over_not_confirmed(coordinator, track, page, db):
    """ANCHORS 1.2.5: what has happened never changes; the part that is to come may still be confirmed."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    began = "update sessions set state = %s, started_at = starts_at, ended_at = case when %s = 'completed' then session_ends_at(sessions) end where id = %s"
    first, second = track.sessions()
    for state in ("in_progress", "completed"):
        db.execute(began, (state, state, first["id"]))
        mine = page(rita, instant(FIRST, hours=1))
        assert mine.answer("decline", made).problem(409, "conflict")["reason"] == "too-late"
    assert mine.answer("confirm", made).ok()["assignments"][0]["answer"] == "confirmed"
    assert coordinator.get(made.path).ok()["released_at"] is None
    db.execute(began, ("completed", "completed", second["id"]))
    mine.at(instant(SECOND, hours=3))
    db.execute("update host_assignments set confirmed_at = null where id = %s", (made["id"],))
    assert mine.answer("confirm", made).problem(409, "conflict")["reason"] == "too-late"


def test_what_was_released_is_no_longer_there(coordinator, track, page):
    """By a coordinator: it is not the guest's to answer."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    coordinator.post(f"{made.path}/release", if_match="*").ok()
    mine = page(rita)
    assert mine.get().ok()["assignments"] == []
    for step in ("confirm", "decline"):
        mine.answer(step, made).problem(422, "validation-failed").fault("#/assignment_id", "does-not-exist")


def test_it_ends_once_whoever_is_first(coordinator, track, page, db):
    """Declined many times and released, all at the same moment: one of them ended it, and it is told once."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    pages, before = [page(rita) for _ in range(5)], len(notices(coordinator, "hosting_declined"))
    acts = [lambda: coordinator.post(f"{made.path}/release", if_match=made)] + [
        lambda one=one: one.answer("decline", made) for one in pages
    ]
    answers = at_once(len(acts), lambda number: acts[number]())
    released, declined = answers[0].status == 200, [answer.status for answer in answers[1:]]
    assert set(declined) == ({422} if released else {200})
    assert len(notices(coordinator, "hosting_declined")) == before + (not released)
    ended = (
        "select count(*), bool_and((action = 'release') = %s) from audit_events where object_id = %s and action in ('release', 'decline')"
    )
    assert db.execute(ended, (released, made["id"])).fetchone() == (1, True)


def test_when_it_does_not_fit_they_call(coordinator, event, track, page):
    """I5: whom they replaced leads elsewhere by then; of that a guest learns nothing."""
    rita, robin = invite(coordinator), invite(coordinator)
    first, _ = track.sessions()
    series = assign(track, rita).created()
    stands_in = assign(track, robin, session_id=first["id"], replaces=series["id"]).created()
    elsewhere = Group(coordinator, event, local_starts=[FIRST])
    assign(elsewhere, rita).created()
    refused = page(robin).answer("decline", stands_in).problem(409, "conflict")
    assert refused["reason"] == "call-your-coordinator" and not {"guest_ids", "session_ids", "account_ids"} & set(refused.json)
    assert coordinator.get(stands_in.path).ok()["released_at"] is None


# ---- what they sign ----


def agreement(who):
    return current_document(who, "guest_confidentiality")["id"]


def test_a_guest_signs(coordinator, track, page, nobody, db):
    """S2.17: the version they name, on today's date of the office; before that they lead nothing."""
    rita = invite(coordinator, agreement_signed_on=None)
    assign(track, rita).problem(422, "validation-failed").fault("#/guest_id", "agreement-missing")
    mine = page(rita, "2090-01-11T04:30:00Z")
    shown = mine.get().ok()
    document = nobody.get(f"/v1/documents/{agreement(nobody)}").ok()
    assert shown["agreement_to_sign"] == {"document_id": document["id"], "title": document["title"], "body": document["body"]}
    assert shown["agreement_signed_on"] is None
    signed = mine.post("sign", {"document_id": document["id"]}).ok()
    assert (signed["agreement_to_sign"], signed["agreement_signed_on"]) == (None, "2090-01-10"), "it is still the tenth in Toronto"
    seen = coordinator.get(rita.path).ok()
    assert (seen["has_agreed"], seen["agreement_id"], seen["agreement_signed_on"]) == (True, document["id"], "2090-01-10")
    mine.at("2090-01-12T04:30:00Z").post("sign", {"document_id": document["id"]}).ok()
    assert coordinator.get(rita.path).ok().etag == seen.etag, "once more changes nothing"
    said = db.execute("select role, fields from audit_events where object_id = %s and action = 'accept'", (rita["id"],))
    assert said.fetchall() == [("guest", ["document_id"])]
    assign(track, rita).created()


def test_what_cannot_be_signed(coordinator, page, nobody):
    mine = page(invite(coordinator, agreement_signed_on=None))
    consent = current_document(nobody, "consent")["id"]
    for document, code in ((ABSENT, "does-not-exist"), (consent, "does-not-exist"), ("mine", "format"), (None, "type")):
        mine.post("sign", {"document_id": document}).problem(422, "validation-failed").fault("#/document_id", code)
    mine.post("sign", {}).problem(422, "validation-failed").fault("#/document_id", "required")
    mine.post("sign", {"document_id": ABSENT, "name": "Rita"}).problem(422, "validation-failed").fault("#/name", "unknown")
    mine.nobody.post(f"{mine.path}/sign", content=b"x" * 2_000_000, content_type="application/json").problem(413)


# ---- the address itself ----


def test_an_address_is_sent_again_and_taken_back(coordinator, page, db):
    """What was sent before goes on, until a coordinator ends all of it."""
    rita = invite(coordinator)
    assert rita["page_sent_at"] is None
    coordinator.post(f"{rita.path}/send-page").ok()
    assert db.execute("select kind, state from outbox where guest_id = %s", (rita["id"],)).fetchall() == [("guest_page", "queued")]
    one, other = page(rita), page(rita)
    assert coordinator.get(rita.path).ok()["page_sent_at"] == instant(FIRST, days=-30)
    one.get().ok()
    other.get().ok()
    revoked = coordinator.post(f"{rita.path}/revoke-page").ok()
    assert revoked["page_sent_at"] is None
    for mine in (one, other):
        mine.get().problem(404, "not-found")
    page(rita).get().ok()
    for step in ("send-page", "revoke-page"):
        coordinator.post(f"{PATH}/{ABSENT}/{step}").problem(404, "not-found")


def test_another_address_of_mail_ends_what_went_to_the_old_one(coordinator, page):
    rita = invite(coordinator)
    mine = page(rita)
    coordinator.patch(rita.path, {"name": "Rita M."}, if_match="*").ok()
    mine.get().ok()
    coordinator.patch(rita.path, {"email": "rita@example.org"}, if_match="*").ok()
    mine.get().problem(404, "not-found")


def test_who_is_ended_has_no_address(coordinator, page, db):
    """R16: not in the record, not in an answer that was kept; what they are compared by stays."""
    body, key = guest(), "3f5a7c9e-1b2d-4e6f-8a0c-2d4f6b8e0a1c"
    rita = coordinator.post(PATH, body, idempotency_key=key).created()
    mine = page(rita)
    ended = coordinator.patch(rita.path, {"state": "ended"}, if_match=rita).ok()
    assert (ended["state"], ended["email"], ended["page_sent_at"]) == ("ended", None, None)
    left = "select (select count(*) from sealed_keys where owner_id = %(id)s), (select count(*) from guest_pages where guest_id = %(id)s)"
    assert db.execute(left, {"id": rita["id"]}).fetchone() == (0, 0)
    assert coordinator.post(PATH, body, idempotency_key=key).ok(201)["email"] is None
    assert db.execute("select count(*) from name_digests where guest_id = %s", (rita["id"],)).fetchone() != (0,)
    mine.get().problem(404, "not-found")
    assert coordinator.post(f"{rita.path}/send-page").problem(409, "conflict-state")["state"] == "ended"
    coordinator.patch(rita.path, {"email": "rita@example.org"}, if_match="*").ok()
    assert coordinator.get(rita.path).ok()["email"] is None, "nor is there a new one"
    coordinator.patch(rita.path, {"state": "active"}, if_match="*").problem(422, "validation-failed").fault("#/email", "required")
    again = coordinator.patch(rita.path, {"state": "active", "email": "rita@example.org"}, if_match="*").ok()
    assert (again["state"], again["email"]) == ("active", "rita@example.org")


def test_the_secret_is_nowhere(coordinator, page, nobody, db, server):
    """R2: what the database, its copies and the log hold opens no page."""
    mine = page(invite(coordinator))
    mine.get().ok()
    for half in mine.path.rsplit("/", 2)[1:]:
        assert tables_with(db, half) == []
        assert half not in server.log_text()
    assert "/v1/guest-pages/{page_id}/{secret_id}" in server.log_text()


# ---- silence ----


def test_what_a_guest_s_conflicts_say_stays_with_coordinators(client, coordinator, track, page, db):
    """ANCHORS 1.2.6, DESIGN 5b: declared by or against them, matched or not, the page is the same to the byte, and so is their answer."""
    rita, person = invite(coordinator), open_person(client)
    made = assign(track, rita).created()
    mine = page(rita)
    before = mine.get().ok().content
    said = person.peer.post("/v1/conflict-declarations", {"kind": "no_contact", "name": rita["name"]}).created()
    own = coordinator.post(
        "/v1/conflict-declarations", {"kind": "no_contact", "for_guest_id": rita["id"], "participant_id": person.id}
    ).created()
    compared(db)
    assert mine.get().ok().content == before
    clock(None, coordinator)
    assert talked(coordinator, said)["matches"] and coordinator.get(own.path).ok()["matches"]
    assert mine.get().ok().content == before
    confirmed = mine.answer("confirm", made).ok()["assignments"][0]
    assert (confirmed["id"], confirmed["answer"]) == (made["id"], "confirmed")
    assert mine.answer("decline", made).ok()["assignments"][0]["answer"] == "declined"


def test_dates_are_of_the_day_after_at_most(coordinator, track, page):
    """What is over for a day has gone from the page, and with the last of it the page, also of what was declined."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    mine = page(rita, instant(FIRST))
    shown = mine.at(instant(FIRST, minutes=90, hours=24)).get().ok()["assignments"][0]["parts"]
    assert [p["local_start"] for p in shown] == [SECOND]
    mine.answer("decline", made).ok()
    over = date.fromisoformat(SECOND[:10]) + timedelta(days=2)
    mine.at(f"{over}T23:00:00Z").get().problem(404, "not-found")


def test_who_declined_reads_on_until_it_is_over(coordinator, track, page):
    """ANCHORS 1.2.6: with a page that was sent long before; said once more, it is the same."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    mine = page(rita, instant(FIRST, days=-60))
    for _ in range(2):
        mine.answer("decline", made).ok()
    mine.at(instant(FIRST, days=-10))
    assert mine.get().ok()["assignments"][0]["answer"] == "declined"
    mine.at(instant(SECOND, days=2)).get().problem(404, "not-found")


# ---- last: from here on nobody here has signed what is in force ----


def test_a_new_version_asks_anew(coordinator, administrator, nobody, track, page):
    """R10: everybody who leads as a guest has to sign it; the old one is no longer enough, on the page as for assigning."""
    rita = invite(coordinator)
    assign(track, rita).created()
    old = agreement(nobody)
    mine = page(rita)
    assert mine.get().ok()["agreement_to_sign"] is None
    publish(administrator, "guest_confidentiality")
    new = agreement(nobody)
    shown = mine.get().ok()
    assert (shown["agreement_to_sign"]["document_id"], shown["agreement_signed_on"]) == (new, None) and new != old
    assert not coordinator.get(rita.path).ok()["has_agreed"]
    mine.post("sign", {"document_id": old}).problem(422, "validation-failed").fault("#/document_id", "not-current")
    mine.post("sign", {"document_id": new}).ok()
    assert coordinator.get(rita.path).ok()["has_agreed"]
