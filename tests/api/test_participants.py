# SPDX-License-Identifier: MIT
"""Participants: opened by a coordinator, seen by few, changed in parts, and who has seen the file (S2.3-7, I9, I13, R2, R12, R14)."""

import uuid

import pytest
from harness.tokens import ISSUER, claims
from steps import ABSENT, OTHER_COORDINATOR, walk
from steps.journey import QUEBEC_COORDINATOR, Intake, compared, is_hidden, open_person, tables_with, talked, unique

PATH = "/v1/participants"
NOW = "2026-11-23T15:00:00Z"
ODD = 'Une rampe d’accès, s\'il vous plaît — "ici" <b>&amp;\\ \n\tnaïve ☂ 👩🏽‍🦽 ﷽ sealed-needle'


@pytest.fixture
def person(client):
    return open_person(client)


def body(**changes):
    made = {
        "alias": unique("Birch"),
        "preferred_language": "fr",
        "affiliation_kind": "caf_current",
        "age_attested": True,
        "eligibility_attested": True,
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def test_a_person_is_opened_with_an_account_of_their_own(coordinator, client):
    """S2.3, decision 9: the little that is known, and nothing about what happened."""
    made = coordinator.post(
        PATH,
        body(pronouns="iel", region="NL", timezone="America/St_Johns", accessibility_needs=ODD),
        headers={"X-Test-Now": NOW},
    ).created()
    assert made.path == f"{PATH}/{made['id']}" and made.etag == '"1.both"'
    assert set(made.json) == {
        "id", "account_id", "alias", "preferred_language", "pronouns", "region", "timezone", "affiliation_kind",
        "age_attested_at", "eligibility_attested_at", "accessibility_needs", "coordinator_id", "identity", "status",
        "created_at"}  # fmt: skip
    assert made["age_attested_at"] == made["eligibility_attested_at"] == made["created_at"] == NOW
    assert made["status"] == "active" and made["accessibility_needs"] == ODD
    peer = client("peer", made["account_id"])
    theirs = made.json | {"coordinator_id": None, "identity": None}
    assert peer.get(made.path).ok().json == theirs, "who of the staff is not theirs to know, nor what the coordinator writes of the sign-in"
    assert peer.get("/v1/me").ok()["role"] == "peer"


def test_the_attestations_are_the_condition(coordinator):
    """I9, S2.4, S2.5: whoever has not said both is no participant."""
    for missing in ("age_attested", "eligibility_attested"):
        alias = unique("Nobody")
        for value in (None, False):
            coordinator.post(PATH, body(alias=alias, **{missing: value})).problem(422).fault(f"#/{missing}")
        coordinator.post(PATH, body(alias=alias)).created()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"alias": "x"}, "#/alias", "too-short"),
        ({"alias": "x" * 41}, "#/alias", "too-long"),
        ({"alias": " Birch"}, "#/alias", "format"),
        ({"alias": "Birch #2"}, "#/alias", "format"),
        ({"alias": "a\nb"}, "#/alias", "control-character"),
        ({"preferred_language": "de"}, "#/preferred_language", "not-allowed"),
        ({"region": "XX"}, "#/region", "not-allowed"),
        ({"timezone": "../etc/passwd"}, "#/timezone", "unknown-zone"),
        ({"timezone": "America/Nowhere"}, "#/timezone", "unknown-zone"),
        ({"timezone": "EST"}, "#/timezone", "unknown-zone"),
        ({"affiliation_kind": "general"}, "#/affiliation_kind", "not-allowed"),
        ({"accessibility_needs": "x" * 501}, "#/accessibility_needs", "too-long"),
        ({"rank": "major"}, "#/rank", "unknown"),
        ({"date_of_birth": "1990-01-01"}, "#/date_of_birth", "unknown"),
        ({"service_number": "A12345678"}, "#/service_number", "unknown"),
        ({"referral_id": ABSENT}, "#/referral_id", "does-not-exist"),
        ({"identity": {"issuer": "urn:x"}}, "#/identity/subject", "required"),
    ],
)
def test_what_cannot_be_recorded(coordinator, change, pointer, code):
    """Decision 9: there is no field for a rank, a birth date or a number."""
    coordinator.post(PATH, body(**change)).problem(422, "validation-failed").fault(pointer, code)


def test_an_alias_is_one_persons_in_any_spelling(coordinator):
    alias = unique("Érable")
    coordinator.post(PATH, body(alias=alias)).created()
    coordinator.post(PATH, body(alias=alias.upper())).problem(409, "conflict").fault("#/alias", "taken")


def test_f5_two_aliases_never_look_the_same(coordinator):
    """F5: rosters and attendance are read by alias alone; composed or not, with accents or without, in letters of another script."""
    word = unique("Eau").replace(" ", "")
    coordinator.post(PATH, body(alias=f"Rivière {word}")).created()
    for twin in (f"Rivie\u0300re {word}", f"Riviere {word}", f"RIVIÈRE-{word}", f"Rivière {word.replace('0', 'O').replace('1', 'l')}"):
        coordinator.post(PATH, body(alias=twin)).problem(409, "conflict").fault("#/alias", "taken")
    cyrillic = "".join(chr(0x430 + int(letter, 16)) for letter in uuid.uuid4().hex[:20])
    coordinator.post(PATH, body(alias=cyrillic)).created()
    other = coordinator.post(PATH, body()).created()
    coordinator.patch(other.path, {"alias": f"riviere {word}"}, if_match="*").problem(409, "conflict").fault("#/alias", "taken")
    # Those of the demo were made by SQL.
    for alias in ("MAPLE", "Riviere", "érable", "Lumiere", "boreale"):
        coordinator.post(PATH, body(alias=alias)).problem(409, "conflict").fault("#/alias", "taken")


def test_s16_nobody_learns_who_is_in_the_program_by_an_alias_or_a_sign_in(client, coordinator):
    """S16, A6.8: of somebody whom a coordinator does not see, neither the alias nor the sign-in is refused, when a file is opened or
    changed: the answer has the bytes of one that nobody bears. Within the region a sign-in says as little; an alias they can read."""
    quebec = client("coordinator", QUEBEC_COORDINATOR)

    def sign_in():
        return {"issuer": ISSUER, "subject": str(uuid.uuid4())}

    near, *far = (open_person(client, region=region, identity=sign_in()) for region in ("QC", "BC", "BC"))
    excluded = [open_person(client, region="QC", identity=sign_in()) for _ in range(2)]
    unwanted = {"account_id": QUEBEC_COORDINATOR, "reason": "asked_by_peer"}
    for person in excluded:
        coordinator.post(f"{person.path}/exclusions", unwanted).created()

    def shape(answer, sent):
        """The answer, with what was sent or made anew taken out."""
        text = answer.content.decode()
        for name in ("id", "account_id", "created_at", "age_attested_at", "eligibility_attested_at"):
            text = text.replace(str(answer.json.get(name)), name)
        for value in (sent.get("alias"), sent.get("identity", {}).get("subject")):
            text = text.replace(str(value), "sent")
        headers = {
            name: value for name, value in answer.headers.items() if name not in ("date", "location", "content-length", "x-request-id")
        }
        return answer.status, text, headers

    def free():
        return {"alias": unique("Same"), "identity": sign_in()}

    def tried(person):
        return {"alias": person.made["alias"], "identity": person.made["identity"]}

    expected = shape(quebec.post(PATH, body(region="QC", **(sent := free()))), sent)
    assert expected[0] == 201
    for person in (far[0], excluded[0]):
        sent = tried(person)
        assert shape(quebec.post(PATH, body(region="QC", **sent)), sent) == expected
    sent = {"alias": unique("Same"), "identity": tried(near)["identity"]}
    assert shape(quebec.post(PATH, body(region="QC", **sent)), sent) == expected
    quebec.post(PATH, body(region="QC", alias=near.made["alias"])).problem(409, "conflict").fault("#/alias", "taken")
    own = [quebec.post(PATH, body(region="QC")).created() for _ in range(3)]
    sent = free()
    changed = shape(quebec.patch(own[0].path, sent, if_match="*").ok(), sent)
    for made, person in zip(own[1:], (far[1], excluded[1]), strict=True):
        sent = tried(person)
        assert shape(quebec.patch(made.path, sent, if_match="*").ok(), sent) == changed


def test_s16_what_the_staff_is_called_says_nothing_of_peers(administrator, person):
    """S16: nor does an alias of the staff, when it is given or changed."""
    staff = {"role": "coordinator", "name": "Kim Example", "email": f"{uuid.uuid4()}@example.org", "languages": ["en"]}
    made = administrator.post("/v1/staff", staff | {"alias": person.made["alias"]}).created()
    other = administrator.post("/v1/staff", staff | {"alias": unique("Other"), "email": f"{uuid.uuid4()}@example.org"}).created()
    changed = administrator.patch(f"/v1/staff/{other['id']}", {"alias": made["alias"]}, if_match="*").ok()
    assert changed["alias"] == made["alias"]


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("\u200b\u200b", "invisible"), ("\u3000\u3000", "invisible"), ("Ma\u200bple 77", "invisible"), ("\u202eMaple 77", "invisible"),
        ("Maple\u00a077", "invisible"), ("Maple\u00a0", "invisible"), ("\ufeffMaple 77", "invisible"), ("Mapl\u0435 77", "look-alike"),
        ("R\u0456vi\u00e8re 77", "look-alike"), ("77 78", "no-letter"), ("\U0001f341\U0001f341", "no-letter"),
    ],
)  # fmt: skip
def test_f5_what_nobody_can_see_is_no_alias(coordinator, administrator, alias, code):
    """F5: the same for what the staff is called."""
    for language in ("en", "fr"):
        refused = coordinator.post(PATH, body(alias=alias), language=language).problem(422, "validation-failed")
        refused.fault("#/alias", code)
    staff = {"role": "coordinator", "name": "Kim Example", "email": "kim@example.org", "languages": ["en"], "alias": alias}
    administrator.post("/v1/staff", staff).problem(422, "validation-failed").fault("#/alias", code)


@pytest.mark.parametrize("pronouns", ["\u200b", "\u202e", "\u3000", " ", "\u2800\u00ad"])
def test_s6_what_nobody_can_see_is_no_text(coordinator, person, pronouns):
    """S6: pronouns, and every other text that may be left away."""
    coordinator.post(PATH, body(pronouns=pronouns)).problem(422, "validation-failed").fault("#/pronouns", "invisible")
    person.peer.patch(person.path, {"pronouns": pronouns}, if_match="*").problem(422).fault("#/pronouns", "invisible")
    person.contact(safe_hours=pronouns).problem(422).fault("#/safe_hours", "invisible")


def test_an_identity_is_given_once(coordinator):
    identity = {"issuer": ISSUER, "subject": str(uuid.uuid4())}
    coordinator.post(PATH, body(identity=identity)).created()
    second = coordinator.post(PATH, body(identity=identity)).created()
    free = coordinator.post(PATH, body(identity=identity | {"subject": str(uuid.uuid4())})).created()
    assert second["identity"] == identity and set(second.json) == set(free.json) and second.etag == free.etag


def test_nobody_learns_by_a_sign_in_who_takes_part(client, make_client, server, local_key, coordinator):
    """R2, R14: writing the sign-in of somebody of another region answers as for anybody; who signs in comes to the file they have."""
    identity = {"issuer": ISSUER, "subject": f"login-{uuid.uuid4()}"}
    theirs = open_person(client, region="BC", identity=identity)
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    is_hidden(quebec, "GET", theirs.path)
    met = quebec.post(PATH, body(identity=identity)).created()
    unmet = quebec.post(PATH, body(identity=identity | {"subject": f"login-{uuid.uuid4()}"})).created()
    assert set(met.json) == set(unmet.json) and met["identity"] == identity
    written = [quebec.patch(met.path, {"identity": {"subject": subject}}, if_match="*").ok() for subject in (identity["subject"], "x y")]
    assert [seen["identity"]["subject"] for seen in written] == [identity["subject"], "x y"]
    assert {seen.etag for seen in written} == {'"2.both"', '"3.both"'}
    quebec.patch(met.path, {"identity": {"subject": identity["subject"]}}, if_match="*").ok()
    peer = make_client(server, "peer", token=local_key.sign(claims(identity["subject"], "peer")))
    assert peer.get("/v1/me").ok()["participant_id"] == theirs.id


def test_the_same_key_opens_one(coordinator, db):
    key, whole = str(uuid.uuid4()), body(accessibility_needs=ODD)
    first = coordinator.post(PATH, whole, idempotency_key=key).created()
    again = coordinator.post(PATH, whole, idempotency_key=key).created()
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"
    assert db.execute("select count(*) from participants where lower(alias) = lower(%s)", (whole["alias"],)).fetchone() == (1,)


def test_a_referral_becomes_a_participant_once(coordinator, inquiry):
    """S1.26: from a contacted referral; another state is named."""
    referral = coordinator.post("/v1/referrals", inquiry()).created()
    coordinator.post(PATH, body(referral_id=referral["id"])).problem(409, "conflict-state")
    coordinator.post(f"{referral.path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    coordinator.post(PATH, body(referral_id=referral["id"])).created()
    assert coordinator.get(referral.path).ok()["state"] == "converted"
    refused = coordinator.post(PATH, body(referral_id=referral["id"])).problem(409, "conflict-state")
    assert refused["state"] == "converted"


REFERRED = {"name": "Zoë Référée", "safe_hours": "after six, on weekdays", "ok_to_leave_message": True}


@pytest.mark.parametrize(
    ("method", "handle", "kept"),
    [
        ("phone", "+1 613 555 0177", {"phone": "+1 613 555 0177", "email": None, "email_is_government": False}),
        ("email", "zoe@example.org", {"phone": None, "email": "zoe@example.org", "email_is_government": False}),
        ("email", "zoe@forces.gc.ca", {"phone": None, "email": "zoe@forces.gc.ca", "email_is_government": True}),
    ],
)
def test_what_a_referral_told_is_the_contact_s_from_then_on(client, coordinator, inquiry, db, method, handle, kept):
    """A6.8, I13, R14: it moves with its keys, and who is kept from the person reads it nowhere, nor out of a repeated request."""
    key, colleague = str(uuid.uuid4()), client("coordinator", OTHER_COORDINATOR)
    whole = inquiry(callback={"method": method, "handle": handle}, **REFERRED)
    referral = colleague.post("/v1/referrals", whole, idempotency_key=key).created()
    assert (referral["name"], referral["callback"]["handle"]) == (REFERRED["name"], handle)
    coordinator.post(f"{referral.path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    made = coordinator.post(PATH, body(referral_id=referral["id"], region="ON")).created()
    contact = coordinator.get(f"{made.path}/contact").ok().json
    moved = kept | {
        "name_to_use": REFERRED["name"],
        "safe_hours": REFERRED["safe_hours"],
        "ok_to_leave_message": True,
        "ok_to_email": False,
    }
    assert {name: contact[name] for name in moved} == moved and contact["rules_answered_at"] is None
    # The referral is the count that it was, to everybody alike, and so is what was kept for a repeated request.
    coordinator.post(f"{made.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "asked_by_peer"}).created()
    is_hidden(colleague, "GET", f"{made.path}/contact")
    for who in (coordinator, colleague, client("coordinator", QUEBEC_COORDINATOR)):
        seen = who.get(referral.path).ok()
        assert (seen["state"], seen["name"], seen["callback"], seen["safe_hours"]) == ("converted", None, None, None)
        assert handle not in str(walk(who, "/v1/referrals", params={"state": "converted", "limit": 100}))
    again = colleague.post("/v1/referrals", whole, idempotency_key=key).created()
    assert (again["name"], again["callback"], again["state"]) == (None, None, "converted")
    # Erased with the person.
    owners = "select distinct owner_type, owner_id::text from sealed_keys where owner_id in (%s, %s)"
    assert db.execute(owners, (referral["id"], made["id"])).fetchall() == [("participant", made["id"])]
    # R3: no mail to a work address that nobody has agreed to; everything else goes on.
    ask = {"ok_to_email": True}
    if kept["email_is_government"]:
        coordinator.patch(f"{made.path}/contact", ask, if_match="*").problem(422).fault("#/work_address_acknowledged", "work-address")
        ask["work_address_acknowledged"] = True
    coordinator.patch(f"{made.path}/contact", {"phone": "+1 613 555 0188"}, if_match="*").ok()
    coordinator.patch(f"{made.path}/contact", ask, if_match="*").ok()


def test_a_name_that_a_referral_told_counts_as_any_other(client, coordinator, inquiry):
    """R1: whoever is named by somebody else is met by it, though nobody has written it into their contact."""
    name = unique("Referred")
    talked(coordinator, open_person(client).peer.post("/v1/conflict-declarations", {"kind": "no_contact", "name": name}).created())
    referral = coordinator.post("/v1/referrals", inquiry(name=name.upper())).created()
    coordinator.post(f"{referral.path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    made = coordinator.post(PATH, body(referral_id=referral["id"])).created()
    compared(client.db)
    matches = walk(coordinator, "/v1/conflict-matches", params={"open": True, "limit": 100})
    assert [match["basis"] for match in matches if match["participant_id"] == made["id"]] == ["named"]


def test_a_refused_participant_leaves_the_referral_as_it_was(coordinator, inquiry):
    referral = coordinator.post("/v1/referrals", inquiry()).created()
    coordinator.post(f"{referral.path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    taken = coordinator.post(PATH, body()).created()["alias"]
    coordinator.post(PATH, body(referral_id=referral["id"], alias=taken)).problem(409, "conflict")
    assert coordinator.get(referral.path).ok()["state"] == "contacted"


def test_a_part_is_changed_and_the_rest_stays(person):
    """Merge patch: null removes, what is not named stays."""
    who, path = person.coordinator, person.path
    first = who.patch(path, {"pronouns": "she/her", "region": "BC", "timezone": "America/Vancouver"}, if_match="*").ok()
    second = who.patch(path, {"accessibility_needs": ODD}, if_match=first).ok()
    assert (second["pronouns"], second["region"], second["timezone"]) == ("she/her", "BC", "America/Vancouver")
    assert second["accessibility_needs"] == ODD
    third = who.patch(path, {"pronouns": None, "timezone": None, "accessibility_needs": None}, if_match=second).ok()
    assert (third["pronouns"], third["timezone"], third["accessibility_needs"]) == (None, None, None)
    assert third["region"] == "BC" and third["alias"] == person.made["alias"]
    assert third.etag == '"4.both"' and who.get(path).ok().json == third.json
    for name in ("alias", "preferred_language", "affiliation_kind"):
        who.patch(path, {name: None}, if_match="*").problem(422).fault(f"#/{name}")
    who.patch(path, {}, if_match="*").problem(422)


def test_two_who_change_one_record(person):
    """412: the second learns that somebody was faster; nothing is lost in silence."""
    mine, theirs = person.peer.get(person.path).ok(), person.coordinator.get(person.path, language="fr").ok()
    person.peer.patch(person.path, {"pronouns": "they/them"}, if_match=mine).ok()
    person.coordinator.patch(person.path, {"pronouns": "il"}, if_match=theirs).problem(412, "precondition-failed")
    seen = person.coordinator.get(person.path).ok()
    assert seen["pronouns"] == "they/them"
    person.coordinator.patch(person.path, {"pronouns": "il"}, if_match=seen).ok()
    both = f"{seen.etag}, W/{person.peer.get(person.path).etag}"
    person.peer.patch(person.path, {"pronouns": "elle"}, if_match=both).ok()


def test_a_peer_changes_what_is_theirs(person):
    """R12: pronouns, language, zone and needs at any time; the rest is the coordinator's."""
    allowed = {"pronouns": "elle", "preferred_language": "fr", "timezone": "America/Halifax", "accessibility_needs": ODD}
    changed = person.peer.patch(person.path, allowed, if_match="*").ok()
    assert {name: changed[name] for name in allowed} == allowed
    person.peer.patch(
        person.path, {"alias": unique("Other"), "region": "QC", "affiliation_kind": "jcr", "pronouns": "il"}, if_match="*"
    ).problem(422).fault("#/alias", "not-allowed").fault("#/region", "not-allowed").fault("#/affiliation_kind", "not-allowed")
    assert person.peer.get(person.path).ok().json == changed.json
    person.peer.patch(person.path, {"timezone": "America/Nowhere"}, if_match="*").problem(422).fault("#/timezone", "unknown-zone")


def test_an_alias_taken_by_another_is_not_given_twice(person, client):
    other = open_person(client)
    refused = person.coordinator.patch(person.path, {"alias": other.made["alias"].lower()}, if_match="*")
    refused.problem(409, "conflict").fault("#/alias", "taken")


def test_a_coordinator_of_one_region_sees_no_other(client, coordinator):
    """R14, A6.8: Quebec's coordinator serves Quebec and whoever has not said where they are."""
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    elsewhere, here, nowhere = (open_person(client, region=region) for region in ("BC", "QC", None))
    is_hidden(quebec, "GET", elsewhere.path)
    is_hidden(quebec, "PATCH", elsewhere.path, {"pronouns": "il"})
    for person in (here, nowhere):
        quebec.get(person.path).ok()
    listed = {entry["id"] for entry in quebec.get(PATH, params={"limit": 100}).ok().data}
    assert {here.id, nowhere.id} <= listed and elsewhere.id not in listed
    assert quebec.get(PATH, params={"region": "BC"}).ok().data == []
    # Nor may a file be opened, or moved, out of their own sight.
    quebec.post(PATH, body(region="BC")).problem(422).fault("#/region", "not-allowed")
    quebec.patch(here.path, {"region": "BC"}, if_match="*").problem(422).fault("#/region", "not-allowed")
    quebec.post(PATH, body(region="QC")).created()
    # Whoever serves everywhere moves it; then it is gone from the first one's sight at once.
    coordinator.patch(here.path, {"region": "BC"}, if_match="*").ok()
    is_hidden(quebec, "GET", here.path)


def test_a_peer_sees_only_their_own(person, client):
    """R2: another's file, an absent one and nonsense answer alike."""
    other = open_person(client)
    is_hidden(other.peer, "GET", person.path)
    is_hidden(other.peer, "PATCH", person.path, {"pronouns": "il"})
    is_hidden(other.peer, "GET", f"{person.path}/audit-events")
    other.peer.get(PATH).problem(403, "forbidden")
    other.peer.get(f"{PATH}/not-an-id").problem(404, "not-found")


def test_the_list_is_filtered_and_paged(client, coordinator):
    made = [
        open_person(client, region="NU", preferred_language=language, affiliation_kind=kind).id
        for language, kind in (("en", "jcr"), ("fr", "jcr"), ("fr", "cadet"), ("en", "cadet"), ("fr", "jcr"))
    ]

    def listed(**params):
        return [entry["id"] for entry in coordinator.get(PATH, params={"region": "NU"} | params).ok().data]

    assert listed() == made[::-1], "newest first"
    assert listed(preferred_language="fr", affiliation_kind="jcr") == [made[4], made[1]]
    assert listed(status="erased") == []
    assert [entry["id"] for entry in walk(coordinator, PATH, params={"region": "NU", "limit": 2})] == made[::-1]
    for bad in ({"region": "XX"}, {"limit": 0}, {"status": "gone"}, {"cursor": "AAAA"}, {"order": "alias"}):
        coordinator.get(PATH, params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_what_is_sealed_stands_nowhere_in_the_open(person, db, cluster, server):
    person.coordinator.patch(person.path, {"accessibility_needs": ODD}, if_match="*").ok()
    person.coordinator.post(PATH, body(accessibility_needs=ODD)).created()
    person.coordinator.patch(person.path, {"accessibility_needs": ODD, "nonsense": ODD}, if_match="*").problem(422)
    assert tables_with(db, "sealed-needle") == []
    assert "sealed-needle" not in cluster.log.read_text(errors="replace") + server.log_text()


def test_who_has_seen_my_file(person, client, db):
    """R14, A6.8: who, when, in which role and what - never what it said, nor anybody's id."""
    person.peer.get(person.path).ok()
    person.coordinator.get(f"{person.path}/contact").ok()
    person.contact(who=person.coordinator, name_to_use="Needle", phone="+1 613 555 0100").ok()
    path = f"{person.path}/audit-events"
    seen = person.peer.get(path).ok().data
    told = [(entry["role"], entry["is_you"], entry["staff_alias"], entry["action"], entry["object_type"]) for entry in seen]
    assert told == [
        ("coordinator", False, "Dominique", "update", "contact"),
        ("coordinator", False, "Dominique", "read", "contact"),
        ("peer", True, None, "read", "participant"),
        ("coordinator", False, "Dominique", "create", "participant"),
    ]
    assert set(seen[0]["fields"]) == {"name_to_use", "phone"} and seen[1]["fields"] == []
    text = str(seen)
    assert "Needle" not in text and "613 555" not in text and "00000000-0000-4000" not in text
    # Looking is itself a look, and lists are seen as well.
    person.coordinator.get(PATH, params={"limit": 100}).ok()
    whole = person.peer.get(path).ok().data
    assert [entry["action"] for entry in whole[:2]] == ["list", "list"] and whole[1]["object_type"] == "audit_event"
    page = person.peer.get(path, params={"limit": 1}).ok()
    assert page["page"]["has_more"] and page.data[0]["is_you"]
    after = person.peer.get(path, params={"limit": 3, "cursor": page["page"]["next_cursor"]}).ok()
    assert len(after.data) == 3 and after.data[0]["action"] == "list"
    person.coordinator.get(path).problem(403, "forbidden")
    person.peer.get(path, params={"cursor": "x"}).problem(400)


def test_a_peer_learns_nothing_of_who_was_refused(person, client):
    """I13: a look that was refused is no look; and the file names no other peer."""
    other = open_person(client)
    is_hidden(other.peer, "GET", person.path)
    assert {entry["is_you"] or entry["staff_alias"] for entry in person.peer.get(f"{person.path}/audit-events").ok().data} == {"Dominique"}


def test_a_person_who_was_erased_keeps_nothing_readable(person, db):
    """Decision 11: with the keys gone, what was sealed cannot be read; the rest of the file answers."""
    person.coordinator.patch(person.path, {"accessibility_needs": ODD}, if_match="*").ok()
    person.reachable()
    db.execute("delete from sealed_keys where owner_id = %s", (person.id,))
    assert person.coordinator.get(person.path).ok()["accessibility_needs"] is None
    contact = person.coordinator.get(f"{person.path}/contact").ok()
    assert (contact["name_to_use"], contact["email"]) == (None, None) and contact["ok_to_email"] is True


def test_two_coordinators_open_files_without_seeing_each_other(client):
    """A second intake of another person changes nothing here."""
    first, second = open_person(client), open_person(client)
    Intake(first)
    assert second.status()["intakes"] == []
