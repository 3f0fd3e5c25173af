# SPDX-License-Identifier: MIT
"""What a guest is written to: the address of their page, and each date that is theirs, moves, does not take place, or is theirs no longer;
in their language, in words that name nothing; and nothing that is no longer so (ANCHORS 1.2.6, R3, R8, R17)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from steps import walk
from steps.alarms import notices
from steps.groups import Group, service
from steps.guests import EVENT, address, assign, invite

# In the summer of next year, so that the server's own clock sends what is due.
YEAR = date.today().year + 1
DATES = [f"{YEAR}-07-07T18:30", f"{YEAR}-07-14T18:30"]
LINK = "https://teams.example.org/meet/7f3a"


@pytest.fixture
def event(administrator):
    return service(administrator, EVENT)


@pytest.fixture
def track(coordinator, event):
    return Group(coordinator, event, local_starts=DATES).open()


@pytest.fixture
def post(deliver):
    """post(*guests): all mail leaves now, and what came to each of them."""

    def run(*guests):
        sink = deliver()
        return [[m for m in sink.messages if guest["email"] in m.recipients] for guest in guests]

    return run


DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}


def said(language, day, clock="18:30"):
    """A moment of that July, as mail says it."""
    weekday, (hour, minute) = DAYS[language][date(YEAR, 7, day).weekday()], clock.split(":")
    if language == "fr":
        return f"le {weekday} {day} juillet {YEAR} à {hour} h {minute} (America/Toronto, UTC-04:00)"
    return f"{weekday}, July {day}, {YEAR}, {int(hour) - 12}:{minute} p.m. (America/Toronto, UTC-04:00)"


def text(mail):
    return mail.text.replace("\r\n", "\n")


def session(track, number=0):
    return f"/v1/sessions/{track.sessions()[number]['id']}"


def move(track, **more):
    return track.coordinator.patch(session(track), {"local_start": f"{YEAR}-07-08T19:00"} | more, if_match="*").ok()


WHOLE = {
    "en": "Hello,\n\nWe are counting on you for this:\n\n{}\n{}\n\n"
    "Please say there whether you can come; either answer is fine, and helps us:\n\n{}\n\nThank you.\n",
    "fr": "Bonjour,\n\nNous comptons sur vous pour ceci :\n\n{}\n{}\n\n"
    "Veuillez y indiquer si vous pouvez venir; les deux réponses conviennent et nous aident :\n\n{}\n\nMerci.\n",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_is_assigned_is_written_to(coordinator, track, post, server, nobody, db, language):
    """R3, R8: the dates, and an address that opens their page; no word of what it is about, no name, no way in."""
    rita = invite(coordinator, language=language)
    made = assign(track, rita).created()
    coordinator.patch(session(track), {"join_link": LINK}, if_match="*").ok()
    ((mail,),) = post(rita)
    path = address(mail, server)
    assert text(mail) == WHOLE[language].format(said(language, 7), said(language, 14), server.url + path)
    assert mail.subject == {"en": "A message for you", "fr": "Un message pour vous"}[language]
    assert mail.recipients == [rita["email"]] and mail.parsed["Content-Language"] == language
    raw = mail.raw.decode()
    assert not [word for word in (rita["name"], rita["id"], made["id"], track.id, "teams", "Evening", "Cercle") if word in raw]
    assert [a["id"] for a in nobody.get(path).ok()["assignments"]] == [made["id"]]
    assert coordinator.get(rita.path).ok()["page_sent_at"]
    assert db.execute("select count(*) from outbox where data::text like %s", (f"%{path[-36:]}%",)).fetchone() == (0,)
    assert post(rita) == [[]], "once"


CHANGES = {
    "moved": (move, {"en": "A time has changed. It is now:\n\n{}\n\n", "fr": "Une heure a changé. C'est maintenant :\n\n{}\n\n"}, [(8, "19:00")]),
    "all moved": (
        lambda track: move(track, cascade=True), {"en": "It is now:\n\n{}\n{}\n\n", "fr": "C'est maintenant :\n\n{}\n{}\n\n"},
        [(8, "19:00"), (15, "19:00")]),
    "added": (
        lambda track: track.coordinator.post(f"{track.path}/sessions", {"local_start": f"{YEAR}-07-21T18:30"}).created(),
        {"en": "counting on you for this:\n\n{}\n\n", "fr": "comptons sur vous pour ceci :\n\n{}\n\n"}, [(21,)]),
    "cancelled": (
        lambda track: track.coordinator.post(f"{session(track)}/cancel", if_match="*").ok(),
        {"en": "does not take place:\n\n{}\n\nThank you for having", "fr": "n'aura pas lieu :\n\n{}\n\nMerci de"}, [(7,)]),
    "all cancelled": (
        lambda track: track.step("cancel").ok(),
        {"en": "does not take place:\n\n{}\n{}\n\n", "fr": "n'aura pas lieu :\n\n{}\n{}\n\n"}, [(7,), (14,)]),
    "released": (
        lambda track: release(track),
        {"en": "You need not keep this time free any more:\n\n{}\n{}\n\n", "fr": "Vous n'avez plus à garder ce moment libre :\n\n{}\n{}\n\n"},
        [(7,), (14,)]),
    "sent again": (
        lambda track: track.coordinator.post(f"/v1/guests/{leads(track)['guest_id']}/send-page").ok(),
        {"en": "this address is yours alone:\n\n", "fr": "cette adresse est à vous seulement :\n\n"}, []),
}  # fmt: skip


def leads(track):
    (made,) = track.coordinator.get(f"{track.path}/host-assignments").ok().data
    return made


def release(track):
    return track.coordinator.post(f"/v1/host-assignments/{leads(track)['id']}/release", if_match="*").ok()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_told_once(coordinator, track, post, server, nobody, change, language):
    """Each mail has an address of its own, and those of before go on."""
    rita, other = invite(coordinator, language=language), invite(coordinator)
    assign(track, rita).created()
    before = address(post(rita)[0][0], server)
    step, words, moments = CHANGES[change]
    step(track)
    (mail,), others = post(rita, other)
    assert words[language].format(*(said(language, *moment) for moment in moments)) in text(mail)
    path = address(mail, server)
    assert path != before and nobody.get(path).ok().json == nobody.get(before).ok().json
    assert others == [] and post(rita) == [[]], "once, and to nobody else"


def test_who_confirmed_is_asked_anew(coordinator, track, post, server, nobody):
    """They said yes to another hour; of a date that is only cancelled nothing is asked."""
    rita = invite(coordinator)
    made = assign(track, rita).created()
    path = address(post(rita)[0][0], server)
    answer = {"assignment_id": made["id"]}
    nobody.post(f"{path}/confirm", answer).ok()
    coordinator.post(f"{session(track, 1)}/cancel", if_match="*").ok()
    assert coordinator.get(made.path).ok()["confirmed_at"]
    move(track)
    assert coordinator.get(made.path).ok()["confirmed_at"] is None
    assert nobody.get(path).ok()["assignments"][0]["answer"] == "awaited"
    nobody.post(f"{path}/confirm", answer).ok()
    assert coordinator.get(made.path).ok()["confirmed_at"]


def test_a_way_in_that_is_replaced_is_told(coordinator, event, post, server, nobody, db):
    """Whoever looked has the old one: once it is shown, each new one is written of; before that, the page has what there is."""
    soon = datetime.now(ZoneInfo("America/Toronto")) + timedelta(hours=3)
    track = Group(coordinator, event, local_starts=[soon.strftime("%Y-%m-%dT%H:%M")]).open()
    rita = invite(coordinator)
    made = assign(track, rita).created()
    path = address(post(rita)[0][0], server)
    nobody.post(f"{path}/confirm", {"assignment_id": made["id"]}).ok()
    for number, change in enumerate((
        lambda: coordinator.patch(session(track), {"join_link": f"{LINK}0"}, if_match="*").ok(),
        lambda: coordinator.put(f"{session(track)}/join-link", {"join_link": f"{LINK}1"}).ok(),
    )):  # fmt: skip
        change()
        ((mail,),) = post(rita)
        assert "There is a new way in for this:" in text(mail) and "teams" not in mail.raw.decode()
        found = nobody.get(address(mail, server)).ok()["assignments"][0]
        assert (found["parts"][0]["join_link"], found["answer"]) == (f"{LINK}{number}", "confirmed")
    coordinator.patch(session(track), {"topic": {"en": "Colour", "fr": "Couleur"}}, if_match="*").ok()
    assert post(rita) == [[]]


def test_who_leads_another_date_hears_nothing(coordinator, track, post):
    """Only whose date it is."""
    first, second = track.sessions()
    rita, robin = invite(coordinator), invite(coordinator)
    assign(track, rita, session_id=first["id"]).created()
    assign(track, robin, session_id=second["id"]).created()
    post()
    move(track)
    assert [len(mails) for mails in post(rita, robin)] == [1, 0]
    move(track, local_start=f"{YEAR}-07-07T18:30", cascade=True)
    assert [len(mails) for mails in post(rita, robin)] == [1, 1], "who leads one that follows, too"


def test_whom_a_substitute_replaces(coordinator, track, post, server, nobody):
    """One date less, and theirs again when the other one declines; who declines is not told what they said themselves."""
    rita, robin = invite(coordinator), invite(coordinator)
    series = assign(track, rita).created()
    post()
    made = assign(track, robin, session_id=track.sessions()[0]["id"], replaces=series["id"]).created()
    (less,), (more,) = post(rita, robin)
    assert f"free any more:\n\n{said('en', 7)}\n\n" in text(less) and f"for this:\n\n{said('en', 7)}\n\n" in text(more)
    nobody.post(f"{address(more, server)}/decline", {"assignment_id": made["id"]}).ok()
    (again,), none = post(rita, robin)
    assert f"for this:\n\n{said('en', 7)}\n\n" in text(again) and none == []


def state(db, guest):
    return db.execute("select state, reason from outbox where guest_id = %s order by created_at", (guest["id"],)).fetchall()


def test_what_is_no_longer_so_does_not_leave(coordinator, track, post, db):
    """R17: released, moved away and cancelled, revoked or ended meanwhile."""
    released, revoked, ended = (invite(coordinator) for _ in range(3))
    made = assign(track, released).created()
    coordinator.post(f"{made.path}/release", if_match="*").ok()
    for guest in (revoked, ended):
        coordinator.post(f"{guest.path}/send-page").ok()
    coordinator.post(f"{revoked.path}/revoke-page").ok()
    coordinator.patch(ended.path, {"state": "ended"}, if_match="*").ok()
    assert [len(mails) for mails in post(released, revoked, ended)] == [1, 0, 0]
    assert state(db, released) == [("cancelled", "superseded"), ("sent", None)]
    assert (state(db, revoked), state(db, ended)) == ([("cancelled", "revoked")], [("cancelled", "closed")])
    opened = db.execute("select count(*) from guest_pages where guest_id = any(%s)", ([revoked["id"], ended["id"]],))
    assert opened.fetchone() == (0,)
    coordinator.post(f"{revoked.path}/send-page").ok()
    assert [len(mails) for mails in post(revoked)] == [1], "what is written later has a new address"


def test_what_was_revoked_on_its_way_is_not_tried_again(coordinator, post, start_server, database, mailbox, db):
    """R17: put off by the mail server; the address that it had opens nothing, and no other one leaves."""
    rita = invite(coordinator)
    coordinator.post(f"{rita.path}/send-page").ok()
    mailbox.clear()
    mailbox.answer = "451 4.3.0 later"
    worker = start_server(database=database, worker=True, smtp_url=mailbox.url)
    mailbox.wait_for_refusal()
    worker.stop()
    assert state(db, rita) == [("queued", None)] and coordinator.get(rita.path).ok()["page_sent_at"]
    coordinator.post(f"{rita.path}/revoke-page").ok()
    db.execute("update outbox set due_at = now() where guest_id = %s", (rita["id"],))
    assert post(rita) == [[]] and state(db, rita) == [("cancelled", "revoked")]
    assert coordinator.get(rita.path).ok()["page_sent_at"] is None


def test_a_date_that_moves_and_is_cancelled_is_told_as_cancelled(coordinator, track, post, db):
    rita = invite(coordinator)
    assign(track, rita).created()
    post()
    move(track)
    coordinator.post(f"{session(track)}/cancel", if_match="*").ok()
    ((mail,),) = post(rita)
    assert "does not take place" in text(mail)
    assert state(db, rita)[1] == ("cancelled", "superseded")


def test_who_cannot_be_written_to(coordinator, track, start_server, database, mailbox, db):
    """Whoever added them is told, and calls; the address is nobody's to read there."""
    rita = invite(coordinator)
    before = {n["id"] for n in notices(coordinator, "guest_unreachable")}
    assign(track, rita).created()
    mailbox.clear()
    mailbox.answer = "554 5.7.1 no"
    worker = start_server(database=database, worker=True, smtp_url=mailbox.url)
    mailbox.wait_for_refusal()
    worker.stop()
    mailbox.clear()
    assert state(db, rita) == [("failed", "refused")]
    (told,) = [n for n in notices(coordinator, "guest_unreachable") if n["id"] not in before]
    assert (told["urgency"], told["about"]) == ("today", {"type": "guest", "id": rita["id"]})
    assert rita["id"] not in str(list(walk(coordinator, "/v1/held-messages", params={"limit": 100})))
