# SPDX-License-Identifier: MIT
"""Mail as it leaves: a real conversation with a sink, neutral words, retries, endings, faults (R3, R8, R17, S1.28-30, S1.35)."""

import re
import time

import psycopg
import pytest
from harness.client import Client
from harness.cluster import with_template
from harness.mailbox import Mailbox
from harness.server import Server, free_port
from steps.journey import Intake, open_person, publish, tells_nothing, until

HEADERS = {
    "From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language",
    "Auto-Submitted"}  # fmt: skip


@pytest.fixture(scope="module")
def server_settings(mailbox):
    return {"worker": True, "smtp_url": mailbox.url, "smtp_from": "no-reply@example.net"}


@pytest.fixture(autouse=True)
def _clear(mailbox):
    yield
    mailbox.clear()


@pytest.fixture
def person(client):
    return open_person(client).reachable()


def message(db, person, kind):
    """state, reason and attempts of the newest message of this kind."""
    row = db.execute(
        "select id::text, state, reason, attempts from alongside.outbox where participant_id = %s and kind = %s"
        " order by created_at desc limit 1",
        (person.id, kind),
    ).fetchone()
    return dict(zip(("id", "state", "reason", "attempts"), row, strict=True)) if row else {"state": None}


def becomes(db, person, kind, timeout_s=20, **wanted):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = message(db, person, kind)
        if all(found.get(name) == value for name, value in wanted.items()):
            return found
        time.sleep(0.02)
    raise AssertionError(f"{kind}: {found}, not {wanted}")


def hurry(db, person):
    """The pause before the next attempt is over."""
    changed = "update alongside.outbox set due_at = now() where participant_id = %s and state = 'queued'"
    db.execute(changed, (person.id,))


def deliveries(db, found):
    rows = "select attempt, outcome, smtp_code from alongside.deliveries where outbox_id = %s order by id"
    return db.execute(rows, (found["id"],)).fetchall()


def held(person):
    return [m for m in person.coordinator.get("/v1/held-messages", params={"limit": 100}).ok().data if m["participant_id"] == person.id]


WORDS = {
    "en": {
        "form_sent": "The form we talked about is ready.",
        "acknowledgement": "What you sent has arrived.",
        "meeting_scheduled": "Tuesday, July 7, 2099, 6:30 p.m. (America/Toronto, UTC-04:00)\n"
        "Tuesday, July 7, 2099, 8:00 p.m. (America/St_Johns, UTC-02:30)",
        "meeting_changed": "Tuesday, August 4, 2099, 9:05 a.m. (America/Vancouver, UTC-07:00)\n"
        "Tuesday, August 4, 2099, 1:35 p.m. (America/St_Johns, UTC-02:30)",
        "status_update": "There is news about how things stand.",
        "document_changed": "has a new version",
        "intake_closed": "there are other ways that may suit you",
    },
    "fr": {
        "form_sent": "Le formulaire dont nous avons parlé est prêt.",
        "acknowledgement": "Ce que vous avez envoyé est arrivé.",
        "meeting_scheduled": "le mardi 7 juillet 2099 à 18 h 30 (America/Toronto, UTC-04:00)\n"
        "le mardi 7 juillet 2099 à 20 h 00 (America/St_Johns, UTC-02:30)",
        "meeting_changed": "le mardi 4 août 2099 à 9 h 05 (America/Vancouver, UTC-07:00)\n"
        "le mardi 4 août 2099 à 13 h 35 (America/St_Johns, UTC-02:30)",
        "status_update": "Il y a du nouveau sur l'état des choses.",
        "document_changed": "a une nouvelle version",
        "intake_closed": "d'autres possibilités peuvent vous convenir",
    },
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_message_is_neutral_and_in_the_persons_language(client, administrator, mailbox, server, db, language):
    """R3, R8, S1.28: one subject for all, no name, no number, no word on what it is about; times with their zones."""
    person = open_person(client, preferred_language=language, timezone="America/St_Johns").reachable()
    intake = Intake(person)
    steps = {
        "form_sent": lambda: intake.send_form().ok(),
        "acknowledgement": intake.return_form,
        "meeting_scheduled": lambda: intake.schedule(language=language).ok(),
        "meeting_changed": lambda: intake.schedule(local_start="2099-08-04T09:05", timezone="America/Vancouver").ok(),
        "status_update": lambda: intake.tell("email").created(),
        "document_changed": lambda: (person.accept("confidentiality").created(), publish(administrator, "confidentiality")),
        "intake_closed": lambda: intake.close("other_service").ok(),
    }
    for number, (kind, step) in enumerate(steps.items(), 1):
        step()
        mail = mailbox.wait_for(person.email, count=number)[-1]
        becomes(db, person, kind, state="sent", attempts=1)
        assert mail.subject == {"en": "A message for you", "fr": "Un message pour vous"}[language]
        assert WORDS[language][kind] in mail.text.replace("\r\n", "\n"), mail.text
        assert mail.text.startswith({"en": "Hello,", "fr": "Bonjour,"}[language])
        assert re.findall(r"https?://\S+", mail.text) == [server.url], "one link, the same for everybody"
        assert (mail.sender, mail.recipients) == ("no-reply@example.net", [person.email])
        assert set(mail.parsed.keys()) == HEADERS and mail.parsed["Content-Language"] == language
        assert mail.parsed["To"].addresses[0].addr_spec == person.email and not mail.parsed["To"].addresses[0].display_name
        tells_nothing(mail, server, person, intake.id)
    assert person.email not in server.log_text()


def test_a_receipt_that_has_left_is_an_acknowledgement(person, mailbox, db):
    """S1.30: and the person has been told, at that moment (I12); who wrote is in their file."""
    intake = Intake(person)
    intake.send_form().ok()
    mailbox.wait_for(person.email)
    intake.return_form()
    mailbox.wait_for(person.email, count=2)
    becomes(db, person, "acknowledgement", state="sent")
    read = intake.read(person.peer)
    assert read["state"] == "acknowledged" and read["acknowledged_at"]
    assert person.status()["intakes"][0]["last_told_at"] == read["acknowledged_at"]
    told = intake.tell("email").created()
    becomes(db, person, "status_update", state="sent")
    (listed,) = person.peer.get(told.path).ok().data
    assert listed["told_at"] and person.status()["intakes"][0]["last_told_at"] == listed["told_at"]
    assert intake.acknowledge().problem(409, "conflict-state")["state"] == "acknowledged"
    events = person.peer.get(f"{person.path}/audit-events").ok().data
    assert [e["role"] for e in events if (e["action"], e["object_type"]) == ("send", "message")] == ["worker"] * 3


def test_an_activity_is_told_and_not_acknowledged(person, mailbox, db):
    """S2.48: the receipt goes out; the next step is the registration."""
    intake = Intake(person, "activity").walk("forms_returned")
    becomes(db, person, "acknowledgement", state="sent")
    assert intake.state == "forms_returned"
    assert person.status()["intakes"][0]["last_told_at"]


@pytest.mark.parametrize(("where", "answer"), [("answer", "451 4.3.0 later"), ("recipient_answer", "450 4.2.1 greylisted")])
def test_put_off_and_tried_again(person, mailbox, db, where, answer):
    """A temporary refusal: after a minute, once more; each attempt is in the log, with its code and no address."""
    setattr(mailbox, where, answer)
    Intake(person).send_form().ok()
    mailbox.wait_for_refusal()
    found = becomes(db, person, "form_sent", state="queued", attempts=1)
    pause = db.execute("select due_at - changed_at from outbox where id = %s", (found["id"],)).fetchone()[0]
    assert pause.total_seconds() == 60
    assert held(person) == []
    mailbox.clear()
    hurry(db, person)
    assert len(mailbox.wait_for(person.email)) == 1
    found = becomes(db, person, "form_sent", state="sent", attempts=2)
    assert deliveries(db, found) == [(1, "retry", int(answer[:3])), (2, "sent", 250)]


@pytest.mark.slow
def test_a_connection_that_breaks_is_no_refusal(person, mailbox, db):
    mailbox.answer = "close"
    Intake(person).send_form().ok()
    mailbox.wait_for_refusal()
    found = becomes(db, person, "form_sent", state="queued", attempts=1)
    (unanswered,) = mailbox.handed_over
    mailbox.clear()
    hurry(db, person)
    (mail,) = mailbox.wait_for(person.email)
    becomes(db, person, "form_sent", state="sent", attempts=2)
    # It may have been taken: whoever has both copies can tell that they are one.
    assert unanswered.parsed["Message-ID"] == mail.parsed["Message-ID"] == f"<{found['id']}@example.net>"


@pytest.mark.parametrize(("where", "answer"), [("answer", "554 5.7.1 no"), ("recipient_answer", "550 5.1.1 nobody")])
def test_refused_for_good_is_somebodys_to_call(person, mailbox, db, where, answer):
    """R3, R5: not tried again, never in silence; a voice settles it."""
    setattr(mailbox, where, answer)
    intake = Intake(person)
    intake.send_form().ok()
    found = becomes(db, person, "form_sent", state="failed", reason="refused", attempts=1)
    (shown,) = held(person)
    assert (shown["id"], shown["kind"], shown["intake_id"]) == (found["id"], "form_sent", intake.id)
    assert (shown["state"], shown["reason"], shown["attempts"]) == ("failed", "refused", 1)
    assert deliveries(db, found) == [(1, "failed", int(answer[:3]))]
    hurry(db, person)
    mailbox.clear()
    mailbox.assert_quiet(0.4)
    intake.tell("phone").created()
    assert held(person) == [] and message(db, person, "form_sent")["reason"] == "told"


def test_another_address_is_another_chance(person, mailbox, db):
    mailbox.answer = "550 5.1.1 nobody"
    Intake(person).send_form().ok()
    becomes(db, person, "form_sent", state="failed")
    mailbox.clear()
    before = person.email
    person.reachable()
    mailbox.wait_for(person.email)
    becomes(db, person, "form_sent", state="sent")
    assert held(person) == [] and not [m for m in mailbox.messages if before in m.recipients]


def test_the_eighth_failure_is_the_last(person, mailbox, db):
    """After 1, 5 and 30 minutes, 2 hours, then every 6: then somebody is asked to call."""
    mailbox.answer = "451 4.3.0 later"
    Intake(person).send_form().ok()
    pauses = []
    for attempt in range(1, 8):
        found = becomes(db, person, "form_sent", state="queued", attempts=attempt)
        pause = db.execute("select due_at - changed_at from outbox where id = %s", (found["id"],)).fetchone()[0]
        pauses.append(int(pause.total_seconds() // 60))
        hurry(db, person)
    assert pauses == [1, 5, 30, 120, 360, 360, 360]
    becomes(db, person, "form_sent", state="failed", reason="not_delivered", attempts=8)
    assert [shown["reason"] for shown in held(person)] == ["not_delivered"]


def test_withdrawal_stops_what_waits_for_another_attempt(person, mailbox, db):
    """I8, R17."""
    mailbox.answer = "451 4.3.0 later"
    intake = Intake(person)
    intake.send_form().ok()
    becomes(db, person, "form_sent", state="queued", attempts=1)
    intake.withdraw().ok()
    assert message(db, person, "form_sent")["reason"] == "withdrawn"
    mailbox.clear()
    hurry(db, person)
    mailbox.assert_quiet(0.5)
    assert held(person) == []


@pytest.mark.parametrize("answer", [None, "451 4.3.0 later", "554 5.7.1 no"])
@pytest.mark.parametrize("ending", ["withdraw", "close"])
def test_what_ends_while_a_message_is_under_way(person, mailbox, db, answer, ending):
    """R17: it may have left; it is not tried again, and nobody is asked to call somebody who has withdrawn."""
    intake = Intake(person)
    with mailbox.held() as handed_over:
        intake.send_form().ok()
        handed_over()
        assert message(db, person, "form_sent")["state"] == "sending"
        (intake.withdraw() if ending == "withdraw" else intake.close("unreachable")).ok()
        mailbox.answer = answer
    wanted = {"state": "cancelled", "reason": "withdrawn" if ending == "withdraw" else "closed"} if answer else {"state": "sent"}
    becomes(db, person, "form_sent", **wanted)
    assert intake.state == ("withdrawn" if ending == "withdraw" else "closed")
    if ending == "withdraw":
        mailbox.clear()
        mailbox.assert_quiet(0.3)
        assert held(person) == []


def test_a_header_cannot_be_added(person, mailbox, db):
    """Whatever a template says: no second header, no second reader, no end of the message within it."""
    kept = db.execute("select subject_en, body_en from mail_templates where kind = 'form_sent'").fetchone()
    change = "update mail_templates set subject_en = %s, body_en = %s where kind = 'form_sent'"
    try:
        db.execute(change, ("Hello\r\nBcc: eve@example.org", "Hello"))
        Intake(person).send_form().ok()
        becomes(db, person, "form_sent", state="failed", reason="refused")
        assert mailbox.messages == []
        odd = "Bonjour é ☂\n.\r\n..\nMAIL FROM:<eve@example.org>\n" + "long " * 300 + "\nFrom here\n.\n"
        db.execute(change, ("Été « 🌲 » " * 9, odd))
        person.reachable()
        (mail,) = mailbox.wait_for(person.email)
        assert mail.text.replace("\r\n", "\n").rstrip("\n") == odd.replace("\r\n", "\n").rstrip("\n")
        assert mail.subject.strip() == ("Été « 🌲 » " * 9).strip()
        assert mail.recipients == [person.email] and max(len(line) for line in mail.raw.split(b"\r\n")) <= 78
    finally:
        db.execute(change, kept)


def test_two_workers_send_each_message_once(client, mailbox, start_server, database, db):
    start_server(database=database, worker=True, smtp_url=mailbox.url)
    people = [open_person(client).reachable() for _ in range(12)]
    for person in people:
        Intake(person).send_form().ok()
    for person in people:
        becomes(db, person, "form_sent", state="sent", attempts=1)
    for person in people:
        assert len(mailbox.wait_for(person.email)) == 1


def test_a_worker_that_dies_loses_nothing(client, mailbox, start_server, make_client, cluster):
    """At least once: what it had taken is taken again when its lease is over."""
    first = start_server(worker=True, smtp_url=mailbox.url)
    person = open_person(lambda role, account=None, **kwargs: make_client(first, role, account, **kwargs)).reachable()
    with psycopg.connect(cluster.url(first.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
        with mailbox.held() as handed_over:
            Intake(person).send_form().ok()
            handed_over()
            first.kill()
        assert message(db, person, "form_sent")["state"] == "sending"
        start_server(database=first.database, worker=True, smtp_url=mailbox.url)
        time.sleep(0.3)
        assert message(db, person, "form_sent")["state"] == "sending", "the lease still runs"
        db.execute("update outbox set lease_until = now() - interval '1 second' where state = 'sending'")
        becomes(db, person, "form_sent", state="sent", attempts=2)
    assert mailbox.wait_for(person.email)


@pytest.mark.slow
def test_no_mail_server_for_a_while(make_client, start_server, cluster):
    """The API does not notice, no message is any nearer to its last attempt; the mail goes when there is a server."""
    port = free_port()
    server = start_server(worker=True, smtp_url=f"smtp://127.0.0.1:{port}")
    person = open_person(lambda role, account=None, **kwargs: make_client(server, role, account, **kwargs)).reachable()
    intake = Intake(person)
    intake.send_form().ok()
    with psycopg.connect(cluster.url(server.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
        until(lambda: '"away"' in server.log_text())
        found = becomes(db, person, "form_sent", state="queued", attempts=0)
        assert deliveries(db, found) == [] and intake.state == "form_sent"
        sink = Mailbox(port)
        try:
            hurry(db, person)
            assert len(sink.wait_for(person.email, timeout_s=20)) == 1
            found = becomes(db, person, "form_sent", state="sent", attempts=1)
            assert deliveries(db, found) == [(1, "sent", 250)]
        finally:
            sink.stop()


@pytest.mark.slow
def test_postgresql_restarts_under_the_worker(binary, local_key, tmp_path, token, contract, mailbox):
    """The worker finds its way back by itself, and remembers what became of the message it had in hand."""
    own = with_template(binary)
    try:
        database = own.create_database()
        own.psql(database, "checkpoint")  # a crash before it sets sequences that came with the template back
        server = Server(binary, own, database, local_key, tmp_path / "log", worker=True, smtp_url=mailbox.url)
        try:
            restart_under(server, own, database, mailbox, lambda role, account: Client(server.url, contract, token(role, account)))
        finally:
            server.stop()
    finally:
        own.destroy()


def restart_under(server, own, database, mailbox, client):
    def eventually_sent(person):
        with psycopg.connect(own.url(database), autocommit=True) as db:
            becomes(db, person, "form_sent", state="sent", attempts=1)
        assert len(mailbox.wait_for(person.email)) == 1

    def another(role, account=None, **_):
        return client(role, account)

    person = open_person(another).reachable()
    with mailbox.held() as handed_over:
        Intake(person).send_form().ok()
        handed_over()
        own.stop("immediate")
    own.start()
    eventually_sent(person)
    own.stop("fast")
    own.start()
    server.wait_ready()
    person = open_person(another).reachable()
    Intake(person).send_form().ok()
    eventually_sent(person)
