# SPDX-License-Identifier: MIT
"""The intake form: a part at a time, alone or with help; submitting checks the whole (A6.3, S1.29-30, S2.6-7, R10, R12)."""

import pytest
from steps.journey import FORM, QUEBEC_COORDINATOR, Intake, is_hidden, open_intake, open_person, tables_with

NOW = "2026-11-23T15:00:00Z"
NEEDS = 'Sous-titres, « pauses » : 10 min "please"\n\tl\'été 🐕‍🦺 needle'


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def intake(person):
    return Intake(person).walk("form_sent")


@pytest.fixture
def path(intake):
    return f"{intake.path}/form"


def test_it_begins_empty(person, intake, path):
    form = person.peer.get(path).ok()
    assert form.json == {
        "intake_id": intake.id, "participant_id": person.id, "device_ok": None, "meeting_willing": None, "services_wanted": None,
        "availability": None, "composition_preference": None, "accommodation_needs": None, "must_not_meet_exists": None,
        "filled_by": None, "submitted_at": None, "submitted_by": None}  # fmt: skip


def test_a_part_at_a_time(person, path):
    """S1.29: saving a part is normal; null takes an answer back, what is not named stays."""
    first = person.peer.patch(path, {"device_ok": True, "accommodation_needs": NEEDS}, if_match=person.peer.get(path)).ok()
    assert first["filled_by"] == "peer" and first["accommodation_needs"] == NEEDS
    slots = [{"weekday": "tuesday", "part": "evening"}, {"weekday": "sunday", "part": "morning"}]
    second = person.peer.patch(
        path, {"availability": slots, "services_wanted": ["yoga", "not_sure"], "composition_preference": "women"}, if_match=first
    ).ok()
    assert (second["availability"], second["services_wanted"], second["composition_preference"]) == (
        slots, ["yoga", "not_sure"], "women")  # fmt: skip
    assert second["device_ok"] is True and second["accommodation_needs"] == NEEDS
    gone = dict.fromkeys(("device_ok", "availability", "services_wanted", "composition_preference", "accommodation_needs"))
    third = person.peer.patch(path, gone, if_match=second).ok()
    assert {name: third[name] for name in gone} == gone
    assert person.coordinator.get(path).ok().json == third.json


def test_alone_or_with_help(person, intake, path):
    """S1.29: who filled it in is known; the coordinator may also send it in for them."""
    assert intake.fill(who=person.coordinator, device_ok=True)["filled_by"] == "coordinator"
    assert intake.fill(meeting_willing=True)["filled_by"] == "both"
    intake.fill(who=person.coordinator).ok()
    person.reachable().names_nobody()
    person.accept("privacy_notice").created()
    sent = intake.submit(who=person.coordinator).ok()
    assert (sent["submitted_by"], sent["filled_by"], sent["submitted_at"]) == ("coordinator", "both", NOW)
    assert intake.state == "form_returned"


def test_nobody_accepts_for_somebody_else(person, intake):
    """Assisted or not: the notice is accepted by the person alone, so the form cannot be sent in without them."""
    intake.fill(who=person.coordinator).ok()
    person.contact(who=person.coordinator, name_to_use="Sam", phone="613 555 0142", ok_to_email=False).ok()
    person.coordinator.put(f"{person.path}/emergency-contact", {"declined": True}, if_match="*").ok()
    person.accept("privacy_notice", who=person.coordinator).problem(403, "forbidden")
    refused = intake.submit(who=person.coordinator).problem(422, "validation-failed")
    assert [error["pointer"] for error in refused["errors"]] == ["#/acceptances/privacy_notice"]


def test_submitting_names_all_that_is_missing(person, intake):
    """A6.3: at once, and by the place where each is given."""
    refused = intake.submit().problem(422, "validation-failed")
    assert {(error["pointer"], error["code"]) for error in refused["errors"]} == {
        (pointer, "required")
        for pointer in (
            "#/form/device_ok", "#/form/meeting_willing", "#/form/services_wanted", "#/form/availability",
            "#/form/must_not_meet_exists", "#/contact/name_to_use", "#/contact/email", "#/contact/ok_to_email",
            "#/emergency_contact", "#/acceptances/privacy_notice")}  # fmt: skip
    assert "9-8-8" in str(refused["help"]) and all(error["detail"] for error in refused["errors"])
    french = person.peer.post(f"{intake.path}/form/submit", if_match="*", language="fr").problem(422)
    assert french["errors"][0]["detail"].startswith("Ceci")
    assert intake.state == "form_sent"


@pytest.mark.parametrize("name", ["device_ok", "meeting_willing"])
def test_two_answers_are_conditions(person, intake, name):
    """S2.6, S2.7: a device, and for groups the willingness to meet."""
    person.reachable().names_nobody()
    person.accept("privacy_notice").created()
    intake.fill(**(FORM | {name: False})).ok()
    intake.submit().problem(422).fault(f"#/form/{name}", "needed-for-service")
    intake.fill(**{name: True}).ok()
    intake.submit().ok()


def test_an_activity_asks_for_no_meeting(person):
    """S2.48."""
    intake = Intake(person, "activity").walk("forms_sent")
    person.reachable().names_nobody()
    intake.accept("privacy_notice", "consent")
    intake.fill(**{name: value for name, value in FORM.items() if name != "meeting_willing"}).ok()
    intake.submit().ok()
    assert intake.state == "forms_returned"
    intake.submit().problem(409, "conflict-state")


def test_a_telephone_is_enough(person, intake):
    """R3: nobody needs an e-mail address; whether messages are safe must be said."""
    person.contact(name_to_use="Sam", phone="613 555 0142").ok()
    person.names_nobody()
    person.accept("privacy_notice").created()
    intake.fill().ok()
    refused = intake.submit().problem(422)
    assert [error["pointer"] for error in refused["errors"]] == ["#/contact/ok_to_email"]
    person.contact(ok_to_leave_message=False).ok()
    intake.submit().ok()


def test_it_is_sent_in_once_and_wishes_stay_open(person, intake, path):
    """R12: wishes may change at any time; what submission needed stays answered."""
    intake.walk("form_returned")
    assert intake.submit().problem(409, "conflict-state")["state"] == "form_returned"
    assert intake.fill(composition_preference="gender_diverse", services_wanted=["coffee_chat"]).ok()["submitted_at"] == NOW
    for change, code in (
        ({"device_ok": None}, "required"),
        ({"device_ok": False}, "needed-for-service"),
        ({"availability": []}, "required"),
    ):
        intake.fill(**change).problem(422).fault(f"#/{next(iter(change))}", code)
    kept = person.peer.get(path).ok()
    assert (kept["device_ok"], kept["composition_preference"]) == (True, "gender_diverse") and kept["availability"]


def test_what_is_over_is_not_filled_in(person, intake, path):
    intake.withdraw().ok()
    assert intake.fill(device_ok=True).problem(409, "conflict-state")["state"] == "withdrawn"
    assert intake.submit().problem(409, "conflict-state")["state"] == "withdrawn"
    person.peer.get(path).ok()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"services_wanted": ["yoga", "skydiving"]}, "#/services_wanted/1", "not-allowed"),
        ({"services_wanted": ["yoga", "yoga"]}, "#/services_wanted/1", "not-unique"),
        ({"services_wanted": ["Yoga"]}, "#/services_wanted/0", "format"),
        ({"services_wanted": ["yoga"] * 13}, "#/services_wanted", "too-many"),
        ({"availability": [{"weekday": "tuesday"}]}, "#/availability/0/part", "required"),
        ({"availability": [{"weekday": "someday", "part": "evening"}]}, "#/availability/0/weekday", "not-allowed"),
        ({"availability": [{"weekday": "monday", "part": "evening", "note": "x"}]}, "#/availability/0/note", "unknown"),
        ({"availability": [{"weekday": "monday", "part": "evening"}] * 2}, "#/availability/1", "not-unique"),
        ({"availability": {}}, "#/availability", "type"),
        ({"composition_preference": "no men"}, "#/composition_preference", "not-allowed"),
        ({"accommodation_needs": "x" * 501}, "#/accommodation_needs", "too-long"),
        ({"accommodation_needs": ""}, "#/accommodation_needs", "too-short"),
        ({"must_not_meet_exists": "Somebody"}, "#/must_not_meet_exists", "type"),
        ({"must_not_meet": "Somebody"}, "#/must_not_meet", "unknown"),
        ({"what_happened": "x"}, "#/what_happened", "unknown"),
        ({"diagnosis": "x"}, "#/diagnosis", "unknown"),
        ({"submitted_at": NOW}, "#/submitted_at", "unknown"),
    ],
)
def test_what_cannot_be_recorded(person, intake, path, change, pointer, code):
    """Decision 9, R4: whom one must not meet is a yes or no; there is no place for what happened."""
    intake.fill(**change).problem(422, "validation-failed").fault(pointer, code)
    assert person.peer.get(path).ok().etag == '"1.both"'


def test_two_who_fill_in_one_form(person, path):
    """S1.29, 412: whoever saves second reads first; the other part is not lost."""
    mine, theirs = person.peer.get(path).ok(), person.coordinator.get(path).ok()
    person.peer.patch(path, {"device_ok": True}, if_match=mine).ok()
    person.coordinator.patch(path, {"device_ok": False}, if_match=theirs).problem(412, "precondition-failed")
    person.coordinator.patch(path, {"meeting_willing": True}, if_match=person.coordinator.get(path)).ok()
    form = person.peer.get(path).ok()
    assert (form["device_ok"], form["meeting_willing"]) == (True, True)
    person.peer.post(f"{path}/submit", if_match=mine).problem(412, "precondition-failed")


def test_who_may_see_it(client):
    intake = open_intake(client, region="BC", state="form_sent")
    path = f"{intake.path}/form"
    for stranger in (open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)):
        is_hidden(stranger, "GET", path)
        is_hidden(stranger, "PATCH", path, {"device_ok": True})
        is_hidden(stranger, "POST", f"{path}/submit")
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(path).problem(403, "forbidden")


def test_wishes_and_needs_stand_nowhere_in_the_open(person, intake, db):
    """R12, R21: a preference is sensitive; it is sealed like the needs."""
    intake.fill(accommodation_needs=NEEDS, composition_preference="gender_diverse").ok()
    row = str(db.execute("select f::text from intake_forms f where intake_id = %s", (intake.id,)).fetchone())
    assert "gender_diverse" not in row and tables_with(db, "needle") == []


def test_a_later_form_begins_with_the_earlier_answers(person, intake):
    """R10: what was sealed is carried over and still opens."""
    intake.fill(**FORM, accommodation_needs=NEEDS, composition_preference="men").ok()
    intake.return_form()
    intake.close("no_longer_wanted").ok()
    again = Intake(person)
    form = person.peer.get(f"{again.path}/form").ok()
    assert (form["accommodation_needs"], form["composition_preference"]) == (NEEDS, "men")
    assert form["services_wanted"] == FORM["services_wanted"] and form["filled_by"] is None
