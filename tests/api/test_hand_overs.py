# SPDX-License-Identifier: MIT
"""Open work goes from one coordinator to another, one thing or all of it (decision 22, S0.24, I13, R14)."""

from datetime import UTC, datetime

import pytest
from harness.crowd import make_people
from steps import ABSENT, COORDINATOR, NUMBERS, OTHER_COORDINATOR, at_once, inquire, walk
from steps.groups import FORMAL, Group, service
from steps.journey import QUEBEC_COORDINATOR, Intake, open_person, own_case

PATH = "/v1/hand-overs"


@pytest.fixture
def colleague(client, administrator, staff_of):
    """A coordinator of every region, with work of their own; nobody's but this test's."""
    return staff_of("coordinator")


@pytest.fixture
def staff_of(client, administrator):
    def make(role="coordinator", regions=()):
        body = {"role": role, "name": "Camille Roy", "email": f"hand.over.{next(NUMBERS)}@example.org", "languages": ["fr"]}
        made = administrator.post("/v1/staff", body | {"regions": list(regions)}).created()
        who = client(role, made["id"])
        who.id, who.made = made["id"], made
        return who

    return make


class Work:
    """A group, a person with an intake, and an inquiry of one coordinator."""

    def __init__(self, client, administrator, who, region="QC"):
        self.group = Group(who, service(administrator, FORMAL))
        self.person = open_person(client, coordinator=who, region=region)
        self.intake = Intake(self.person)
        self.referral = inquire(who)
        who.post(f"{self.referral.path}/take", if_match="*").ok()
        self.named = {
            ("group", self.group.id), ("participant", self.person.id), ("intake", self.intake.id), ("referral", self.referral["id"])
        }  # fmt: skip

    def holders(self, coordinator):
        """Whose each is."""
        paths = (self.group.path, self.person.path, self.intake.path, self.referral.path)
        return {coordinator.get(path).ok()["coordinator_id"] for path in paths}


def named(work):
    return {(each["kind"], each["id"]) for each in work}


def hand_over(who, giver, receiver, reason="absence", **work):
    body = {"to_account_id": receiver, "reason": reason} | ({"work": work} if work else {})
    return who.post(f"/v1/colleagues/{giver}/hand-over", body)


def test_all_that_is_open_goes_to_somebody_else(client, administrator, coordinator, colleague):
    """Decision 22: also by a colleague, for somebody who is not there to do it."""
    work = Work(client, administrator, colleague)
    closed = Intake(open_person(client, coordinator=colleague, region="QC")).walk("closed")
    before = coordinator.get(work.intake.path).ok()
    done = hand_over(coordinator, colleague.id, OTHER_COORDINATOR, "leaving").ok()
    assert named(done["moved"]) == work.named | {("participant", closed.person.id)} and done["left"] == []
    assert work.holders(coordinator) == {OTHER_COORDINATOR}
    assert coordinator.get(closed.path).ok()["coordinator_id"] == colleague.id, "what is over stays as it was"
    assert coordinator.get(work.intake.path).ok().etag != before.etag
    assert hand_over(coordinator, colleague.id, OTHER_COORDINATOR).ok().json == {"moved": [], "left": []}, "said again, nothing happens"
    rows = [row for row in walk(coordinator, PATH) if row["from_account_id"] == colleague.id]
    assert {(row["kind"], row["subject_id"]) for row in rows} == named(done["moved"])
    for row in rows:
        assert (row["to_account_id"], row["reason"], row["handed_by"]) == (OTHER_COORDINATOR, "leaving", COORDINATOR)


def test_one_thing(client, administrator, coordinator, colleague):
    work = Work(client, administrator, colleague)
    done = hand_over(colleague, colleague.id, COORDINATOR, "workload", kind="intake", id=work.intake.id).ok()
    assert done.json == {"moved": [{"kind": "intake", "id": work.intake.id}], "left": []}
    assert work.intake.read()["coordinator_id"] == COORDINATOR
    assert coordinator.get(work.person.path).ok()["coordinator_id"] == colleague.id
    (row,) = walk(coordinator, PATH, params={"subject_id": work.intake.id})
    assert (row["participant_id"], row["reason"]) == (work.person.id, "workload")
    for kind, identifier in (("intake", work.intake.id), ("group", work.person.id), ("participant", ABSENT)):
        hand_over(colleague, colleague.id, COORDINATOR, kind=kind, id=identifier).problem(422).fault("#/work/id", "does-not-exist")


def test_each_leaves_an_event(client, administrator, colleague):
    work = Work(client, administrator, colleague)
    hand_over(colleague, colleague.id, COORDINATOR).ok()
    events = walk(administrator, "/v1/audit-events", params={"account_id": colleague.id})
    assert {(e["object_type"], e["object_id"]) for e in events if e["action"] == "hand_over"} == work.named
    looks = [e for e in work.person.peer.get(f"{work.person.path}/audit-events").ok().data if e["action"] == "hand_over"]
    assert {e["object_type"] for e in looks} == {"participant", "intake"}


def test_who_can_take_it(client, coordinator, colleague, administrator, staff_of):
    gone, supporter = staff_of(), "00000000-0000-4000-8000-000000000002"
    administrator.patch(f"/v1/staff/{gone.id}", {"is_active": False}, if_match="*").ok()
    for account in (gone.id, supporter, ABSENT, colleague.id):
        hand_over(coordinator, colleague.id, account).problem(422).fault("#/to_account_id", "does-not-exist")
    hand_over(coordinator, supporter, COORDINATOR).problem(404)
    hand_over(coordinator, colleague.id, COORDINATOR, "holiday").problem(422).fault("#/reason", "not-allowed")


def test_what_the_receiver_may_not_have_stays(client, administrator, coordinator, colleague, staff_of, db):
    """I13, R14: another region, an exclusion, and their own case under the same sign-in; all answered alike, and the rest moves."""
    quebec = staff_of(regions=["QC"])
    fits, elsewhere, excluded, themself = (open_person(client, coordinator=colleague, region=region) for region in ("QC", "BC", "QC", "QC"))
    coordinator.post(f"{excluded.path}/exclusions", {"account_id": quebec.id, "reason": "asked_by_peer"}).created()
    db.execute(
        "update accounts p set issuer = s.issuer, subject = s.subject from accounts s where p.participant_id = %s and s.id = %s",
        (themself.id, quebec.id),
    )
    done = hand_over(coordinator, colleague.id, quebec.id).ok()
    assert named(done["moved"]) == {("participant", fits.id)}
    assert named(done["left"]) == {("participant", person.id) for person in (elsewhere, excluded, themself)}
    assert {tuple(each) for each in done["left"]} == {("kind", "id")}, "why is not said"
    one = hand_over(coordinator, colleague.id, quebec.id, kind="participant", id=excluded.id).ok()
    assert one.json == {"moved": [], "left": [{"kind": "participant", "id": excluded.id}]}
    # Who takes it themselves learns of nobody they must not see, and moves nothing else.
    mine = hand_over(quebec, colleague.id, quebec.id).ok()
    assert mine.json == {"moved": [], "left": []}
    hand_over(quebec, colleague.id, quebec.id, kind="participant", id=excluded.id).problem(422).fault("#/work/id", "does-not-exist")
    for row in walk(quebec, PATH):
        assert row["participant_id"] not in (elsewhere.id, excluded.id, themself.id)


def test_a_group_in_which_they_are_a_peer_stays(client, administrator, coordinator, colleague, staff_of, db):
    """I13."""
    receiver, person = staff_of(), open_person(client, coordinator=coordinator)
    group = Group(colleague, service(administrator, FORMAL))
    db.execute(
        "insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at, decided_at)"
        " values (%s, %s, 'withdrawn', now(), now(), now())",
        (group.id, person.id),
    )
    own_case(client, person, receiver.id)
    done = hand_over(coordinator, colleague.id, receiver.id).ok()
    assert done.json == {"moved": [], "left": [{"kind": "group", "id": group.id}]}


def test_two_who_hand_over_the_same(client, administrator, coordinator, colleague, staff_of):
    """Each thing goes once; both answers together name everything."""
    work, (one, other) = Work(client, administrator, colleague), (staff_of(), staff_of())
    answers = at_once(2, lambda n: hand_over(coordinator, colleague.id, (one, other)[n].id).ok())
    moved = [named(answer["moved"]) for answer in answers]
    assert moved[0] | moved[1] == work.named and not moved[0] & moved[1]


def test_a_coordinator_leaves_with_sixty_intakes(coordinator, colleague, db):
    people = [person.id for person in make_people(db, 30, datetime.now(UTC))]
    db.execute("update participants set coordinator_id = %s where id = any (%s)", (colleague.id, people))
    db.execute("update intakes set coordinator_id = %s where participant_id = any (%s)", (colleague.id, people))
    db.execute(
        "insert into intakes (participant_id, track, coordinator_id, created_at) select p, 'activity', %s, now() from unnest(%s::uuid[]) p",
        (colleague.id, people),
    )
    done = hand_over(coordinator, colleague.id, QUEBEC_COORDINATOR, "leaving").ok()
    kinds = [each["kind"] for each in done["moved"]]
    assert (kinds.count("intake"), kinds.count("participant"), done["left"]) == (60, 30, [])
