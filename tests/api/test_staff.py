# SPDX-License-Identifier: MIT
"""Staff accounts: who may come in, as what, and that it ends at once (R15, S0.17–S0.19, S1.18, S1.19)."""

import collections
import uuid

import pytest
from harness.tokens import ISSUER, claims
from steps import ABSENT, ADMINISTRATOR, LINE, OTHER_ADMINISTRATOR, OTHER_COORDINATOR, at_once, inquire, inquiry_body, line_body, walk
from steps.groups import FORMAL, Group, service
from steps.journey import Intake, open_person, unique

PATH = "/v1/staff"
PEER = "00000000-0000-4000-8000-000000000001"


def person(role="coordinator", **changes):
    body = {"role": role, "name": "Camille Roy", "email": f"camille.{uuid.uuid4().hex[:12]}@example.org", "languages": ["fr"]}
    if role in ("peer_supporter", "mental_health_professional"):
        body["alias"] = "Camille"
    if role == "mental_health_professional":
        body["employer"] = "vac"
    return {name: value for name, value in (body | changes).items() if value != "absent"}


@pytest.fixture
def hire(administrator):
    def make(role="coordinator", **changes):
        return administrator.post(PATH, person(role, **changes)).created()

    return make


# ---- making ----


@pytest.mark.parametrize("role", ["peer_supporter", "mental_health_professional", "coordinator", "line", "administrator"])
def test_an_account_of_each_role_can_come_in(administrator, client, role):
    """S0.17–S0.19: it works from the first request; the account's id is also its subject at the local issuer."""
    body = person(role, languages=["en", "fr"], regions=["QC", "outside_canada"], serving_caf=False)
    made = administrator.post(PATH, body).created()
    for name in ("role", "name", "email", "languages", "regions", "serving_caf"):
        assert made[name] == body[name], name
    assert made["is_active"] is True and made["identity"] == {"issuer": "urn:alongside:local", "subject": made["id"]}
    assert administrator.get(made.path).ok().json == made.json
    me = client(role, made["id"]).get("/v1/me").ok()
    assert (me["id"], me["role"], me["regions"]) == (made["id"], role, ["QC", "outside_canada"])


def test_an_issuer_with_which_nobody_comes_in(administrator, hire):
    other = {"issuer": f"{ISSUER}/", "subject": "auth0|77"}
    administrator.post(PATH, person(identity=other)).problem(422, "validation-failed").fault("#/identity/issuer", "other-issuer")
    made = hire()
    for change in (other, {"issuer": other["issuer"]}):
        refused = administrator.patch(made.path, {"identity": change}, if_match=made)
        refused.problem(422, "validation-failed").fault("#/identity/issuer", "other-issuer")
    assert administrator.get(made.path).ok().etag == made.etag, "nothing of it was done"


def test_a_login_that_the_provider_has_made_anew(administrator, hire, token, make_client, server, db):
    made = hire(identity={"issuer": ISSUER, "subject": "auth0|77"})
    assert made["identity"] == {"issuer": ISSUER, "subject": "auth0|77"}
    # As after the installation took another provider: naming the new login alone brings the issuer with it.
    db.execute("update accounts set issuer = 'https://old.example' where id = %s", (made["id"],))
    make_client(server, token=token("coordinator", "auth0|77")).get("/v1/me").problem(401, "unauthenticated")
    moved = administrator.patch(made.path, {"identity": {"subject": "auth0|78"}}, if_match=made).ok()
    assert moved["identity"] == {"issuer": ISSUER, "subject": "auth0|78"}
    make_client(server, token=token("coordinator", "auth0|78")).get("/v1/me").ok()


def test_who_is_opened_belongs_to_the_configured_issuer(start_server, make_client, local_key, contract):
    issuer = "https://id.example/realms/alongside"
    server = start_server(token_issuer=issuer)
    boss = "11111111-1111-4111-8111-00000000000b"
    server.cluster.psql(
        server.database,
        f"insert into alongside.accounts (id, issuer, subject, role) values ('{boss}', '{issuer}', 'boss', 'administrator');",
    )

    def caller(role, subject):
        return make_client(server, role, token=local_key.sign(claims(subject, role, iss=issuer)))

    made = caller("administrator", "boss").post(PATH, person("coordinator")).created()
    assert made["identity"] == {"issuer": issuer, "subject": made["id"]}
    coordinator = caller("coordinator", made["id"])
    opened = coordinator.post("/v1/participants", contract.example("participants_create") | {"alias": unique("Elm")}).created()
    assert caller("peer", opened["account_id"]).get("/v1/me").ok()["participant_id"] == opened["id"]


@pytest.mark.parametrize(
    ("role", "changes", "where", "code"),
    [
        ("coordinator", {"name": "absent"}, "#/name", "required"),
        ("coordinator", {"name": ""}, "#/name", "too-short"),
        ("coordinator", {"name": "x" * 101}, "#/name", "too-long"),
        ("coordinator", {"email": "nobody"}, "#/email", "format"),
        ("coordinator", {"email": "a@b@c"}, "#/email", "format"),
        ("coordinator", {"languages": []}, "#/languages", "too-few"),
        ("coordinator", {"languages": ["fr", "fr"]}, "#/languages/1", "not-unique"),
        ("coordinator", {"languages": ["de"]}, "#/languages/0", "not-allowed"),
        ("coordinator", {"regions": ["Québec"]}, "#/regions/0", "not-allowed"),
        ("coordinator", {"employer": "smsrc"}, "#/employer", "invalid"),
        ("coordinator", {"identity": {"subject": "x"}}, "#/identity/issuer", "required"),
        ("coordinator", {"identity": {"issuer": "x", "subject": ""}}, "#/identity/subject", "too-short"),
        ("coordinator", {"is_active": False}, "#/is_active", "unknown"),
        ("coordinator", {"rank": "Capt"}, "#/rank", "unknown"),
        ("peer", {}, "#/role", "not-allowed"),
        ("public", {}, "#/role", "not-allowed"),
        ("peer_supporter", {"alias": "absent"}, "#/alias", "required"),
        ("peer_supporter", {"alias": "x" * 61}, "#/alias", "too-long"),
        ("mental_health_professional", {"alias": None}, "#/alias", "required"),
        ("mental_health_professional", {"employer": "absent"}, "#/employer", "required"),
        ("mental_health_professional", {"employer": "dnd"}, "#/employer", "not-allowed"),
    ],
)
def test_accounts_that_cannot_be_made(administrator, role, changes, where, code):
    """S1.19: a mental health professional has one of two employers; peers see an alias, never a name (decision 5)."""
    administrator.post(PATH, person(role, **changes)).problem(422, "validation-failed").fault(where, code)


def test_addresses_and_identities_are_taken_once(administrator, hire):
    first = hire(identity={"issuer": ISSUER, "subject": "one"})
    for address in (first["email"], first["email"].upper(), first["email"].title()):
        administrator.post(PATH, person(email=address)).problem(409, "conflict").fault("#/email", "taken")
    again = person(identity={"issuer": ISSUER, "subject": "one"})
    administrator.post(PATH, again).problem(409, "conflict").fault("#/identity/subject", "taken")
    second = hire()
    for change, where in (({"email": first["email"]}, "#/email"), ({"identity": first["identity"]}, "#/identity/subject")):
        administrator.patch(second.path, change, if_match=second).problem(409, "conflict").fault(where, "taken")
    assert administrator.get(second.path).ok().etag == second.etag, "nothing of it was done"


def test_the_same_request_makes_one_account(administrator):
    body, key = person(), str(uuid.uuid4())
    first = administrator.post(PATH, body, idempotency_key=key).created()
    again = administrator.post(PATH, body, idempotency_key=key).created()
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true"
    administrator.post(PATH, person(), idempotency_key=key).problem(422, "idempotency-key-reused")
    administrator.post(PATH, body, idempotency_key=None).problem(400, "idempotency-key-required")


def test_requests_that_cannot_be_read(administrator, hire):
    made = hire()
    for method, path in (("POST", PATH), ("PATCH", made.path)):
        administrator.request(method, path, content=b"{", content_type="application/json", if_match="*").problem(400, "bad-json")
        administrator.request(method, path, content=b"x", content_type="text/plain", if_match="*").problem(415)
    for params, where in (({"role": "peer"}, "role"), ({"is_active": "yes"}, "is_active"), ({"email": "a@b.ca"}, "email")):
        administrator.get(PATH, params=params).problem(400, "bad-parameter").fault(where)
    administrator.get(made.path, params={"x": 1}).problem(400, "bad-parameter")


# ---- reading ----


def test_peers_are_not_staff(administrator):
    """R2: membership is a secret also from the administrator: a peer's account answers as one that never existed."""
    for path in (f"{PATH}/{PEER}", f"{PATH}/{ABSENT}"):
        administrator.get(path).problem(404, "not-found")
        administrator.patch(path, {"is_active": False}, if_match="*").problem(404, "not-found")
    assert PEER not in {entry["id"] for entry in walk(administrator, PATH, params={"limit": 100})}


def test_lists_and_filters(administrator, hire):
    made = {role: hire(role)["id"] for role in ("peer_supporter", "coordinator", "line")}
    gone = hire("line")
    administrator.patch(gone.path, {"is_active": False}, if_match=gone).ok()

    def found(**params):
        return [entry["id"] for entry in walk(administrator, PATH, params=params | {"limit": 3})]

    everybody = found()
    assert len(everybody) == len(set(everybody)) and set(made.values()) | {gone["id"]} <= set(everybody)
    assert made["line"] in found(role="line") and made["coordinator"] not in found(role="line")
    both = found(role=["line", "coordinator"])
    assert {made["line"], made["coordinator"]} <= set(both) and made["peer_supporter"] not in both
    assert gone["id"] in found(is_active="false") and gone["id"] not in found(role="line", is_active="true")
    page = administrator.get(PATH, params={"limit": 2, "role": "line"}).ok()
    administrator.get(PATH, params={"cursor": page["page"]["next_cursor"]}).problem(400, "bad-parameter").fault("cursor", "bad-cursor")


def test_nobody_is_lost_while_others_are_hired(administrator, hire):
    before = {entry["id"] for entry in walk(administrator, PATH, params={"limit": 100})}
    hired = []
    seen = [e["id"] for e in walk(administrator, PATH, between=lambda: len(hired) < 5 and hired.append(hire()["id"]), params={"limit": 3})]
    assert len(seen) == len(set(seen)) and before | set(hired) == set(seen), "oldest first: whoever is added comes at the end"


def test_a_read_that_changed_nothing_is_304(administrator, hire):
    made = hire()
    administrator.get(made.path, if_none_match=made).not_modified()
    administrator.patch(made.path, {"name": "Camille Roy-Tremblay"}, if_match="*").ok()
    administrator.get(made.path, if_none_match=made).ok()


# ---- changing ----


def test_what_is_not_sent_stays(administrator, hire):
    made = hire("mental_health_professional", serving_caf=True, regions=["ON"])
    one = administrator.patch(made.path, {"name": "Dominique Roy"}, if_match=made).ok()
    assert one.json == made.json | {"name": "Dominique Roy"}, "also what was sealed under the key before"
    two = administrator.patch(made.path, {"regions": [], "languages": ["en"], "serving_caf": None}, if_match=one).ok()
    assert two.json == one.json | {"regions": [], "languages": ["en"], "serving_caf": None}
    own = administrator.patch(made.path, {"email": made["email"]}, if_match=two).ok()
    assert own["email"] == made["email"], "one's own address is not taken"


def test_a_profile_fits_its_role(administrator, hire):
    """S1.19: also after a change of role."""
    made = hire("mental_health_professional")
    administrator.patch(made.path, {"employer": None}, if_match=made).problem(422).fault("#/employer", "required")
    administrator.patch(made.path, {"alias": None}, if_match=made).problem(422).fault("#/alias", "required")
    moved = administrator.patch(made.path, {"role": "coordinator"}, if_match=made).ok()
    assert moved["employer"] is None
    administrator.patch(made.path, {"employer": "vac"}, if_match=moved).problem(422).fault("#/employer", "invalid")
    administrator.patch(made.path, {"role": "mental_health_professional"}, if_match=moved).problem(422).fault("#/employer", "required")
    administrator.patch(made.path, {"role": "mental_health_professional", "employer": "smsrc"}, if_match=moved).ok()
    administrator.patch(made.path, {"role": "peer"}, if_match="*").problem(422).fault("#/role", "not-allowed")
    administrator.patch(made.path, {"id": ABSENT}, if_match="*").problem(422).fault("#/id", "unknown")
    administrator.patch(made.path, {}, if_match="*").problem(422)


def test_versions_guard_changes(administrator, hire):
    made = hire()
    administrator.patch(made.path, {"name": "A"}).problem(428, "precondition-required")
    administrator.patch(made.path, {"name": "A"}, if_match=made).ok()
    administrator.patch(made.path, {"name": "B"}, if_match=made).problem(412, "precondition-failed")
    assert administrator.patch(made.path, {"name": "B"}, if_match="*").ok()["name"] == "B"


def test_a_leaver_is_out_with_the_next_request(administrator, hire, client):
    """R15: the token is good for minutes yet, and remembered; neither helps. Back again, it works again."""
    made = hire("coordinator")
    leaver = client("coordinator", made["id"])
    for _ in range(3):
        leaver.get("/v1/referrals").ok()
    gone = administrator.patch(made.path, {"is_active": False}, if_match=made).ok()
    for refused in (leaver.get("/v1/referrals"), leaver.get("/v1/me"), leaver.post("/v1/referrals", inquiry_body())):
        refused.problem(401, "unauthenticated")
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    administrator.patch(made.path, {"is_active": True}, if_match=gone).ok()
    leaver.get("/v1/referrals").ok()


def test_a_leaver_repeats_no_request(administrator, hire, client):
    """R15: not even the answer to a request made before."""
    made = hire("line")
    line, key = client("line", made["id"]), str(uuid.uuid4())
    body = line_body()
    line.post("/v1/line-referrals", body, idempotency_key=key).created()
    administrator.patch(made.path, {"is_active": False}, if_match="*").ok()
    line.post("/v1/line-referrals", body, idempotency_key=key).problem(401, "unauthenticated")


def test_the_role_is_the_accounts_not_the_tokens(administrator, hire, client):
    """R15: a changed role takes the old one's access at once, and a token cannot claim another."""
    made = hire("coordinator")
    old, new = client("coordinator", made["id"]), client("line", made["id"])
    new.get("/v1/line-referrals").problem(401, "unauthenticated")
    administrator.patch(made.path, {"role": "line"}, if_match=made).ok()
    old.get("/v1/referrals").problem(401, "unauthenticated")
    new.get("/v1/line-referrals").ok()
    client("administrator", made["id"]).get(PATH).problem(401, "unauthenticated")


# ---- the last administrator ----


@pytest.fixture
def two_administrators(db):
    """Exactly the demo's and the second one; whatever a test does to them is undone."""

    def reset():
        db.execute("update accounts set is_active = false where role = 'administrator'")
        ids = [ADMINISTRATOR, OTHER_ADMINISTRATOR]
        db.execute("update accounts set role = 'administrator', is_active = true where id = any (%s::uuid[])", (ids,))

    reset()
    yield
    reset()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "coordinator"}])
def test_the_last_administrator_stays(administrator, client, two_administrators, change):
    own = administrator.get(f"{PATH}/{ADMINISTRATOR}").ok()
    other = f"{PATH}/{OTHER_ADMINISTRATOR}"
    administrator.patch(other, change, if_match="*").ok()
    client("administrator", "other").get(PATH).problem(401)
    refused = administrator.patch(f"{PATH}/{ADMINISTRATOR}", change, if_match=own).problem(409, "conflict")
    assert refused["reason"] == "last-administrator"
    assert administrator.get(f"{PATH}/{ADMINISTRATOR}").ok().etag == own.etag
    administrator.patch(other, {"is_active": True, "role": "administrator"}, if_match="*").ok()
    administrator.patch(f"{PATH}/{ADMINISTRATOR}", change, if_match="*").ok()


def test_two_who_remove_each_other_at_once(client, two_administrators, db):
    """One of them stays."""
    for _ in range(5):
        pair = {ADMINISTRATOR: client("administrator"), OTHER_ADMINISTRATOR: client("administrator", "other")}
        victims = [(OTHER_ADMINISTRATOR, pair[ADMINISTRATOR]), (ADMINISTRATOR, pair[OTHER_ADMINISTRATOR])]

        def remove(number, victims=victims):
            victim, who = victims[number]
            return who.patch(f"{PATH}/{victim}", {"is_active": False}, if_match="*").status

        counted = collections.Counter(at_once(2, remove))
        # Who comes second was removed before (401) or finds that they are the last (409).
        assert counted[200] == 1 and sum(counted.values()) == 2 and set(counted) <= {200, 401, 409}, counted
        left = db.execute("select count(*) from accounts where role = 'administrator' and is_active").fetchone()[0]
        assert left == 1
        db.execute("update accounts set is_active = true where id = any (%s::uuid[])", (list(pair),))


def test_the_lines_service_account_is_staff_too(administrator):
    """A1.6: an account without a face."""
    assert administrator.get(f"{PATH}/{LINE}").ok()["role"] == "line"


# ---- leaving ----


def test_whoever_has_open_work_stays_until_somebody_takes_it(administrator, client, hire, db):
    """Decision 22: counts, never what it is about: the administrator sees no participant."""
    leaver, receiver = hire(), hire(regions=["QC"])
    who = client("coordinator", leaver["id"])
    person = open_person(client, coordinator=who, region="QC")
    intake, group = Intake(person), Group(who, service(administrator, FORMAL))
    referral = inquire(who)
    who.post(f"{referral.path}/take", if_match="*").ok()
    for change in ({"is_active": False}, {"role": "administrator"}):
        refused = administrator.patch(leaver.path, change, if_match=leaver).problem(409, "conflict")
        assert refused["reason"] == "work-left" and refused["work"] == {"group": 1, "participant": 1, "intake": 1, "referral": 1}
    for other in (leaver["id"], ABSENT, "00000000-0000-4000-8000-000000000002"):
        refused = administrator.patch(leaver.path, {"is_active": False, "hand_over_to": other}, if_match=leaver)
        refused.problem(422).fault("#/hand_over_to", "does-not-exist")
    administrator.patch(leaver.path, {"hand_over_to": receiver["id"]}, if_match=leaver).problem(422).fault("#/hand_over_to", "invalid")
    # One file that the receiver may not have: nothing of all this happens.
    elsewhere = open_person(client, coordinator=who, region="BC")
    ends = {"is_active": False, "hand_over_to": receiver["id"]}
    refused = administrator.patch(leaver.path, ends, if_match=leaver).problem(409, "conflict")
    assert refused["work"] == {"participant": 1} and who.get(group.path).ok()["coordinator_id"] == leaver["id"]
    moved = {"to_account_id": OTHER_COORDINATOR, "reason": "leaving", "work": {"kind": "participant", "id": elsewhere.id}}
    who.post(f"/v1/colleagues/{leaver['id']}/hand-over", moved).ok()
    assert administrator.patch(leaver.path, ends, if_match=leaver).ok()["is_active"] is False
    new = client("coordinator", receiver["id"])
    for path in (group.path, person.path, intake.path, referral.path):
        assert new.get(path).ok()["coordinator_id"] == receiver["id"]
    who.get("/v1/me").problem(401)
    rows = walk(new, "/v1/hand-overs", params={"subject_id": intake.id})
    assert [(row["reason"], row["handed_by"]) for row in rows] == [("leaving", ADMINISTRATOR)]


def test_a_region_with_open_work_stays_until_somebody_takes_it(administrator, client, hire):
    """Decision 22: what they may keep stays with them, and so do groups and inquiries, which have no region."""
    both, receiver, other = hire(regions=["QC", "NB"]), hire(regions=["QC"]), hire(regions=["NB"])
    who = client("coordinator", both["id"])
    taken, kept, nowhere = (open_person(client, coordinator=who, region=region) for region in ("QC", "NB", None))
    intake, group = Intake(taken), Group(who, service(administrator, FORMAL))
    narrowed = {"regions": ["NB"]}
    refused = administrator.patch(both.path, narrowed, if_match=both).problem(409, "conflict")
    assert (refused["reason"], refused["work"]) == ("work-left", {"participant": 1, "intake": 1})
    for account, reason in ((other["id"], "work-left"), (receiver["id"], None)):
        answer = administrator.patch(both.path, narrowed | {"hand_over_to": account}, if_match=both)
        assert answer.json.get("reason") == reason
    assert answer.ok()["regions"] == ["NB"]
    new = client("coordinator", receiver["id"])
    assert {new.get(path).ok()["coordinator_id"] for path in (taken.path, intake.path)} == {receiver["id"]}
    assert {who.get(path).ok()["coordinator_id"] for path in (kept.path, nowhere.path, group.path)} == {both["id"]}
    who.get(taken.path).problem(404)
    assert [row["reason"] for row in walk(new, "/v1/hand-overs", params={"subject_id": taken.id})] == ["regions"]
    # Nothing of it hangs on more regions, or on the same ones.
    more = {"regions": ["QC", "NB", "ON"]}
    made = administrator.patch(both.path, more, if_match="*").ok()
    administrator.patch(both.path, more | {"hand_over_to": other["id"]}, if_match=made).problem(422).fault("#/hand_over_to", "invalid")
    # From everywhere to somewhere: what is elsewhere is in the way.
    everywhere = hire()
    person = open_person(client, coordinator=client("coordinator", everywhere["id"]), region="QC")
    assert administrator.patch(everywhere.path, {"regions": ["ON"]}, if_match="*").problem(409)["work"] == {"participant": 1}
    assert administrator.patch(everywhere.path, {"regions": ["QC"]}, if_match="*").ok()["regions"] == ["QC"]
    assert client("coordinator", everywhere["id"]).get(person.path).ok()["coordinator_id"] == everywhere["id"]


def test_whoever_leaves_with_nothing_needs_nobody(administrator, hire):
    leaver, other = hire(), hire()
    administrator.patch(leaver.path, {"is_active": False}, if_match=leaver).ok()
    administrator.patch(other.path, {"role": "administrator", "hand_over_to": OTHER_COORDINATOR}, if_match=other).ok()
