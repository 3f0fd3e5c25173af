# SPDX-License-Identifier: MIT
"""The first journey told whole, each step over HTTP by whoever does it, with the mail that really goes out.

Seven steps: referred, answered, opened, the form, the meeting, knowing where one stands, new versions; and leaving."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from steps import ABSENT, line_body, refer, walk
from steps.journey import DOCUMENTS, FORM, Intake, an_address, current_document, publish, unique, until

STATE_WORDS = {
    "en": {
        "group": "The form is ready for you.",
        "activity": "The form and the consent are ready",
        "ready": "Everything is in place.",
        "registered": "You are registered.",
    },
    "fr": {
        "group": "Le formulaire est prêt.",
        "activity": "Le formulaire et le consentement sont prêts",
        "ready": "Tout est en place.",
        "registered": "Vous êtes inscrit.",
    },
}


@pytest.fixture(scope="module")
def server_settings(mailbox):
    return {"worker": True, "smtp_url": mailbox.url}


class Story:
    """Whoever takes part, and what one of them has handed to the next."""

    def __init__(self, client, language):
        self.client = client
        self.language = language
        self.line, self.coordinator, self.administrator = (client(role) for role in ("line", "coordinator", "administrator"))
        self.email = an_address()
        self.mails = 0

    def mail(self, mailbox, words):
        """The next message that arrives says this, and nothing of what it is about."""
        self.mails += 1
        mail = mailbox.wait_for(self.email, count=self.mails)[-1]
        assert mail.subject == {"en": "A message for you", "fr": "Un message pour vous"}[self.language]
        assert words[self.language] in mail.text, mail.text
        return mail

    # The helpers of steps.journey see a story as a person.
    @property
    def path(self):
        return f"/v1/participants/{self.id}"

    def accept(self, kind):
        body = {"document_id": current_document(self.peer, kind)["id"], "language_read": self.language}
        return self.peer.post(f"{self.path}/acceptances", body)

    def stands(self):
        """The peer's own view, in their language."""
        return self.peer.get(f"{self.path}/status", language=self.language).ok()["intakes"][0]


def referred_and_answered(story):
    """Steps 1 and 2."""
    # 1. The line refers somebody who gave no name (S1.26, A1.6); said twice, it is one referral (R5).
    key, body = str(uuid.uuid4()), line_body(language=story.language, channel="line_voicemail")
    made = story.line.post("/v1/line-referrals", body, idempotency_key=key).created()
    assert story.line.post("/v1/line-referrals", body, idempotency_key=key).created()["id"] == made["id"]
    assert story.line.post("/v1/line-referrals", body).ok()["id"] == made["id"]
    assert [e["external_ref"] for e in walk(story.line, "/v1/line-referrals")].count(body["external_ref"]) == 1
    assert made["state"] == "received"
    # 2. A coordinator finds it with its clock, tries, reaches the person; the clock stops at the first human reply (I11).
    path = f"/v1/referrals/{made['id']}"
    seen = story.coordinator.get(path).ok()
    assert seen["reply_due"] < seen["reply_breach"] and seen["name"] is None and seen["first_reply_at"] is None
    assert made["id"] in [e["id"] for e in walk(story.coordinator, "/v1/referrals", params={"state": "received"})]
    late = story.coordinator.get("/v1/referrals", params={"overdue": "true", "limit": 100}, now=after(days=10)).ok()
    assert made["id"] in [e["id"] for e in late.data]
    for outcome, state in (("no_answer", "received"), ("replied", "contacted")):
        tried = story.coordinator.post(f"{path}/attempts", {"channel": "phone", "outcome": outcome}).created()
        assert tried["state"] == state
    assert tried["first_reply_at"] and story.line.get(made.path).ok()["state"] == "contacted"
    story.referral, story.line_path = path, made.path


def after(**delta):
    return (datetime.now(UTC) + timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def opened(story, track):
    """Step 3: the participant with attestations and no story (I9, decision 9), contact and safe-contact rules, the intake."""
    body = {
        "referral_id": story.referral.rsplit("/", 1)[-1],
        "alias": unique("Rivière"),
        "preferred_language": story.language,
        "timezone": "America/Halifax",
        "affiliation_kind": "dnd_former",
        "age_attested": True,
        "eligibility_attested": True,
    }
    story.coordinator.post("/v1/participants", body | {"age_attested": False}).problem(422).fault("#/age_attested")
    made = story.coordinator.post("/v1/participants", body).created()
    story.id, story.peer = made["id"], story.client("peer", made["account_id"])
    assert story.line.get(story.line_path).ok()["state"] == "closed"
    contact = {"name_to_use": "Élise", "email": story.email, "ok_to_email": True, "ok_to_leave_message": False}
    story.coordinator.patch(f"{story.path}/contact", contact, if_match=story.coordinator.get(f"{story.path}/contact")).ok()
    return Intake(story, track)


def form_together(story, intake, mailbox):
    """Step 4, assisted: saved in parts by both, each on what the other has saved (S1.28-30)."""
    intake.send_form().ok()
    story.mail(mailbox, {"en": "The form we talked about is ready.", "fr": "Le formulaire dont nous avons parlé est prêt."})
    stands = story.stands()
    assert stands["text"][story.language].startswith(STATE_WORDS[story.language][intake.track])
    assert [e["code"] for e in stands["left_to_do"]][0] == "fill_form"
    path = f"{intake.path}/form"
    first = story.peer.patch(path, {"device_ok": True, "meeting_willing": True}, if_match=story.peer.get(path)).ok()
    helped = story.coordinator.patch(path, {"services_wanted": ["formal_group"]}, if_match=first).ok()
    story.peer.patch(path, {"availability": FORM["availability"]}, if_match=first).problem(412, "precondition-failed")
    rest = {"availability": FORM["availability"], "must_not_meet_exists": True, "accommodation_needs": "Des pauses, s'il vous plaît"}
    whole = story.peer.patch(path, rest, if_match=helped).ok()
    assert whole["filled_by"] == "both" and whole["services_wanted"] == ["formal_group"]
    missing = story.peer.post(f"{path}/submit", if_match=whole, language=story.language).problem(422)
    assert {e["pointer"] for e in missing["errors"]} == {"#/emergency_contact", "#/acceptances/privacy_notice"}
    ana = {"declined": False, "name": "Ana", "phone": "+1 418 555 0199", "relation": "sœur"}
    assert story.peer.put(f"{story.path}/emergency-contact", ana, if_match="*").ok()["may_know_program"] is False
    plan = {"current_place_method": "Je dis où je suis au début", "consent_to_checkin": True}
    story.peer.put(f"{story.path}/safety-plan", plan, if_match="*").ok()
    story.accept("privacy_notice").created()


def form_alone(story, intake, mailbox):
    """Step 4, alone and at once."""
    intake.send_form().ok()
    story.mail(mailbox, {"en": "The form we talked about is ready.", "fr": "Le formulaire dont nous avons parlé est prêt."})
    intake.fill().ok()
    for part, body in (
        ("emergency-contact", {"declined": True}),
        ("safety-plan", {"current_place_method": None, "consent_to_checkin": False}),
    ):
        story.peer.put(f"{story.path}/{part}", body, if_match="*").ok()
    story.accept("privacy_notice").created()


RECEIPT = {"en": "What you sent has arrived.", "fr": "Ce que vous avez envoyé est arrivé."}


def leave(story, intake, mailbox):
    """I8, R17: at any moment, without a reason; it says what stops and what is kept, and nothing more arrives."""
    left = story.peer.post(f"{intake.path}/withdraw", language=story.language).ok()
    assert left["stops"] and left["kept"] and set(left["kept"][0]) == {story.language}
    assert left["help"] == {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}
    assert story.stands()["state"] == "withdrawn"
    intake.tell("email").problem(409, "conflict-state")
    mailbox.assert_quiet(0.3)
    assert len(mailbox.wait_for(story.email)) == story.mails


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_group_track(client, mailbox, language):
    """S1.26-36, S2.47: from the line to ready for a group; in French with help, in English alone."""
    story = Story(client, language)
    referred_and_answered(story)
    intake = opened(story, "group")
    (form_together if language == "fr" else form_alone)(story, intake, mailbox)
    # The receipt goes out, and having gone it is the acknowledgement.
    intake.submit().ok()
    story.mail(mailbox, RECEIPT)
    until(lambda: intake.state == "acknowledged")
    # 5. The meeting, by the clock of its zone and by the person's own (R8); readiness; four documents; ready (I4).
    meeting = {"local_start": "2099-07-07T17:00", "timezone": "America/Toronto", "language": language, "duration_minutes": 60}
    set_ = story.coordinator.put(f"{intake.path}/meeting", meeting, if_match=intake.read()).ok()
    assert (set_["meeting"]["utc_offset"], set_["meeting"]["starts_at"]) == ("-04:00", "2099-07-07T21:00:00Z")
    mail = story.mail(mailbox, {"en": "5:00 p.m. (America/Toronto, UTC-04:00)", "fr": "à 17 h 00 (America/Toronto, UTC-04:00)"})
    assert {"en": "6:00 p.m. (America/Halifax, UTC-03:00)", "fr": "à 18 h 00 (America/Halifax, UTC-03:00)"}[language] in mail.text
    assert story.stands()["left_to_do"][-1]["code"] == "come_to_meeting"
    intake.send_form().problem(409, "conflict-state")
    intake.accept("code_of_conduct", "consent")
    assert intake.hold("ready").ok()["state"] == "meeting_done"
    assert [e["code"] for e in story.stands()["left_to_do"]] == ["accept_confidentiality", "accept_safety_protocol"]
    intake.accept("confidentiality", "safety_protocol")
    # 6. Where they stand, in their language; who has looked; who has not been told for ten business days (I12).
    stands = story.stands()
    assert stands["state"] == "ready" and stands["text"][language].startswith(STATE_WORDS[language]["ready"])
    assert stands["left_to_do"] == [] and stands["last_told_at"] and stands["valid_until"][:4] == str(datetime.now(UTC).year + 1)
    roles = {e["role"] for e in walk(story.peer, f"{story.path}/audit-events", params={"limit": 100})}
    assert roles == {"peer", "coordinator", "worker"}

    def overdue(now):
        found = story.coordinator.get("/v1/intakes", params={"update_overdue": "true", "limit": 100}, now=now).ok().data
        return intake.id in [e["id"] for e in found]

    assert not overdue(after(days=9)) and overdue(after(days=25))
    # 7. A new version asks everybody who accepted the old one for that one again, and for nothing else (decision 3).
    document = publish(story.administrator, "confidentiality")
    story.mail(mailbox, {"en": "has a new version", "fr": "a une nouvelle version"})
    (left,) = story.stands()["left_to_do"]
    assert (left["code"], left["document_id"]) == ("accept_confidentiality", document["id"])
    story.accept("confidentiality").created()
    assert story.stands()["left_to_do"] == [] and intake.state == "ready"
    leave(story, intake, mailbox)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_activity_track(client, mailbox, language):
    """S2.48: form and consent, no meeting; registered."""
    story = Story(client, language)
    referred_and_answered(story)
    intake = opened(story, "activity")
    (form_together if language == "en" else form_alone)(story, intake, mailbox)
    intake.submit().ok()
    assert [e["code"] for e in story.stands()["left_to_do"]] == ["accept_consent"]
    intake.register().problem(409, "conflict-state")
    for kind in DOCUMENTS["activity"]:
        story.accept(kind).created()
    story.mail(mailbox, RECEIPT)
    assert intake.state == "forms_returned"
    intake.schedule().problem(409, "conflict-state")
    intake.register().ok()
    stands = story.stands()
    assert stands["state"] == "registered" and stands["text"][language].startswith(STATE_WORDS[language]["registered"])
    leave(story, intake, mailbox)


@pytest.mark.parametrize("reason", ["under_18", "family_member", "not_eligible"])
def test_who_is_not_served_here_is_shown_another_way(client, line, coordinator, db, reason):
    """I9, R16, S2.4: redirected with a category; no participant is made, then or later."""
    before = db.execute("select count(*) from participants").fetchone()
    made = refer(line)
    path = f"/v1/referrals/{made['id']}"
    coordinator.post(f"{path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    coordinator.post(f"{path}/close", {"outcome": "redirected", "redirect_reason": reason}, if_match="*").ok()
    told = line.get(made.path).ok()
    assert told["state"] == "closed" and "redirected" not in str(told.json) and reason not in str(told.json)
    body = {"alias": unique("Nobody"), "preferred_language": "en", "affiliation_kind": "cadet"}
    attested = body | {"age_attested": True, "eligibility_attested": True}
    coordinator.post("/v1/participants", attested | {"referral_id": made["id"]}).problem(409, "conflict-state")
    coordinator.post("/v1/participants", attested | {"referral_id": ABSENT}).problem(422)
    assert db.execute("select count(*) from participants").fetchone() == before


def test_by_voice_alone(client, mailbox):
    """R3, R5: somebody who can safely be reached by telephone only goes the same way; nothing is ever mailed."""
    story = Story(client, "en")
    referred_and_answered(story)
    intake = opened(story, "group")
    story.peer.patch(f"{story.path}/contact", {"email": None, "ok_to_email": False, "phone": "613 555 0142"}, if_match="*").ok()
    intake.send_form().ok()
    intake.fill(who=story.coordinator).ok()
    story.peer.put(f"{story.path}/emergency-contact", {"declined": True}, if_match="*").ok()
    story.accept("privacy_notice").created()
    intake.submit(who=story.coordinator).ok()

    def to_call():
        return [m["kind"] for m in walk(story.coordinator, "/v1/held-messages") if m["participant_id"] == story.id]

    until(lambda: to_call()[-1:] == ["acknowledgement"])
    intake.acknowledge("phone").ok()
    assert "acknowledgement" not in to_call()
    intake.schedule().ok()
    until(lambda: to_call()[-1:] == ["meeting_scheduled"])
    intake.tell("phone").created()
    assert to_call() == []
    intake.accept(*DOCUMENTS["group"])
    assert intake.hold("ready").ok()["state"] == "ready"
    assert [m for m in mailbox.messages if story.email in m.recipients] == []
