# SPDX-License-Identifier: MIT
"""A peer never learns of another peer, a host of nobody but the aliases of their roster (A6.8, decision 5, R1, R2).

Every operation of the role, as the contract lists them, on one's own objects, in a group with others, a waiting list, conflicts,
incidents and debriefs: no name, alias, contact, id of anybody else in a body, header, calendar or problem. And nobody is counted:
whatever others do, what one reads stays the same to the byte, versions and tags included."""

import base64
import json

import httpx
import pytest
from harness.client import Response
from steps.alarms import Watch, notices
from steps.duty import SWAPS, OnCall, shift
from steps.evenings import DEBRIEF, FIRST, Evening
from steps.groups import FORMAL, INFORMAL, Activity, Group, a_track, clock, in_days, instant, registered, service
from steps.guests import assign, invite, opened
from steps.journey import FORM, Intake, bare, current_document, open_person, unique
from steps.leaks import Walk, differences, leaks, mark, marks_of_staff, picture, secrets_of, without

SMALL = INFORMAL | {"capacity": 3}
HELD = "attendances_list", "rosters_read"


class Crowd:
    """Who is there: `me` and two others with a seat, one who waits, one who waited and left, one in another group; two groups, their
    hosts; somebody who is declared about. The clock stands at the first session."""

    def __init__(self, client):
        self.client = client
        self.ours = Evening(client, SMALL, people=0)
        self.theirs = Evening(client, SMALL, people=0)
        self.me, self.other, self.third, self.waiting, self.gone, self.elsewhere = (
            mark(self.ours.person(), word) for word in ("Avery", "Blair", "Casey", "Drew", "Emery", "Finley")
        )
        self.others = {"other": self.other, "third": self.third, "waiting": self.waiting, "gone": self.gone, "elsewhere": self.elsewhere}
        self.seats = {name: self.seat(self.ours, getattr(self, name)) for name in ("me", "other", "third")}
        self.seats |= {name: self.seat(self.ours, getattr(self, name), "waitlisted") for name in ("waiting", "gone")}
        self.seats["gone"].withdraw().ok()
        self.theirs.joined(self.elsewhere)
        self.seats["elsewhere"] = self.seat(self.theirs, self.elsewhere)
        for name, person in self.others.items():
            person.marks["enrolment"] = self.seats[name].id
        self.elsewhere.marks |= {"group": self.theirs.group.id, "session": self.theirs.session["id"]}
        self.declare(self.gone, self.other)
        self.declare(self.elsewhere, self.me)
        self.supporter, self.cohost = self.ours.hosts
        self.professional = self.ours.on_call
        self.stranger = self.theirs.supporter
        self.at(minutes=-5)
        self.me.peer.put(f"{self.ours.path}/apology").ok()

    def seat(self, evening, person, state="confirmed"):
        seat = evening.group.seat(person, state)
        seat.id = seat.made["id"]
        return seat

    def declare(self, person, about):
        person.peer.post("/v1/conflict-declarations", {"kind": "no_contact", "name": about.name}).created()

    def at(self, **shift):
        self.ours.at(**shift)
        self.theirs.at(**shift)
        return self

    def happen(self):
        """The first session, with what is written about it."""
        supporter = self.supporter.client
        self.at().ours.start().ok()
        for name in ("me", "other", "third"):
            self.ours.attend(self.seats[name]).ok()
        body = {"kind": "distress", "severity": 2, "session_id": self.ours.session["id"], "enrolment_id": self.seats["other"].id}
        supporter.post("/v1/incidents", body).created()
        self.at(minutes=90).ours.end().ok()
        supporter.post(f"{self.ours.path}/debriefs", DEBRIEF | {"note": unique("Note")}).created()
        return self

    def move(self):
        """What others do, and what is done about them, while nothing happens to `me`."""
        coordinator, group = self.ours.coordinator, self.ours.group
        newcomers = [mark(self.ours.person(), word) for word in ("Gray", "Hollis")]
        self.seats["third"].withdraw().ok()
        group.advance()
        assert self.seats["waiting"].state == "offered"
        self.seats["waiting"].take()
        for person in newcomers:
            group.seat(person, "waitlisted")
        self.declare(newcomers[0], self.me)
        self.declare(newcomers[1], self.other)
        for match in coordinator.get("/v1/conflict-matches", params={"limit": 100}).ok().data:
            coordinator.get(f"/v1/conflict-matches/{match['id']}").ok()
        cohost = self.cohost.client
        cohost.post(f"{self.ours.path}/debriefs", DEBRIEF | {"wellbeing": 1}).created()
        self.ours.attend(self.seats["other"], "left_early", who=cohost).ok()
        coordinator.get(f"{self.ours.path}/roster").ok()

    def secrets_from_me(self):
        staff = {
            "supporter": without(marks_of_staff(self.supporter), "alias"),
            "professional": without(marks_of_staff(self.professional), "alias"),
            "stranger": marks_of_staff(self.stranger),
            "coordinator": {"account": self.ours.coordinator.account},
        }
        return secrets_of(**{name: person.marks for name, person in self.others.items()}, **staff)

    def secrets_from_hosts(self):
        """Of those on the roster everything but the alias and the seat, by which a host knows them."""
        known = {name: without(person.marks, "alias", "enrolment") for name, person in self.others.items() if name in ("other", "third")}
        unknown = {name: person.marks for name, person in self.others.items() if name not in known}
        known["me"] = without(self.me.marks, "alias", "enrolment")
        staff = {"cohost": without(marks_of_staff(self.cohost), "account", "alias"), "stranger": marks_of_staff(self.stranger)}
        return secrets_of(**known, **unknown, **staff)


@pytest.fixture
def crowd(client):
    return Crowd(client)


# ---- nothing is told ----


def offers(crowd):
    """Three more groups for `me`: to accept, to decline, to wait in behind somebody."""
    coordinator, person = crowd.ours.coordinator, crowd.me
    later = {"local_start": in_days(30, crowd.ours.now), "count": 1}
    made = []
    for capacity in (2, 2, 1):
        of = service(crowd.ours.administrator, FORMAL, capacity=capacity)
        group = Group(coordinator, of, now=crowd.ours.now, series=later).open()
        group.seat(crowd.other)
        made.append(group.seat(person, "waitlisted" if capacity == 1 else "offered").id)
    return made


def chat(crowd, walk):
    """A session of two places, of which somebody else has one: taken, freed, offered and accepted."""
    later = {"local_start": in_days(30, crowd.ours.now), "count": 1}
    of = service(crowd.ours.administrator, INFORMAL, session_capacity=2)
    group = Group(crowd.ours.coordinator, of, now=crowd.ours.now, series=later).open()
    for person in (crowd.other, crowd.me):
        group.seat(person)
    (session,) = (entry["id"] for entry in group.sessions())
    crowd.other.peer.put(f"/v1/sessions/{session}/place").ok()
    walk("places_replace", {"is_only_one": True}, session_id=session)
    walk("places_delete", session_id=session)
    crowd.client.db.execute(
        "update places set state = 'offered', offered_until = '2190-01-01' where session_id = %s and participant_id = %s",
        (session, crowd.me.id),
    )
    walk("places_read", session_id=session)
    walk("places_replace", session_id=session)


def of_peer(crowd, contract):
    """The walk of `me` through every operation of a peer."""
    me = crowd.me
    (consent,) = [a for a in me.peer.get(f"{me.path}/acceptances", params={"limit": 100}).ok().data if a["kind"] == "consent"]
    walk = Walk(
        me.peer, "peer", contract, crowd.secrets_from_me(),
        participant_id=me.id, intake_id=me.marks["intake 0"], acceptance_id=consent["id"], session_id=crowd.ours.session["id"],
    )  # fmt: skip
    walk.ids["enrolment_id"], to_decline, to_leave = offers(crowd)
    chat(crowd, walk)
    walk.ids["declaration_id"] = walk("conflict_declarations_create", {"kind": "no_contact", "name": crowd.elsewhere.name})["id"]
    feed = walk("calendar_feeds_create", {"language": "en"})
    walk.ids["feed_id"] = feed["id"]
    calendar = me.peer.get(feed["path"], headers={"Accept": "text/calendar"}).ok()
    walk.listen(contract.by_id["calendars_read"], calendar, ())
    walk("exclusion_requests_create", {"staff_name": crowd.stranger.made["name"]})
    walk.read_everything()
    walk("participants_update", {"pronouns": "they/them"})
    walk("region_moves_create", {"region": "NB", "agreed": True})
    for name in ("contacts_update", "emergency_contacts_replace", "safety_plans_replace"):
        walk(name, contract.example(name))
    walk("enrolments_accept")
    walk("enrolments_decline", enrolment_id=to_decline)
    walk("enrolments_withdraw", enrolment_id=to_leave)
    walk("acceptances_withdraw")
    document = current_document(me.peer, "consent")["id"]
    walk("acceptances_create", {"document_id": document, "language_read": "en"})
    walk("calendar_feeds_delete")
    wished, asked = (
        Activity(crowd.client),
        a_track(crowd.client, now=crowd.ours.now, series={"local_start": in_days(30, crowd.ours.now), "count": 1}),
    )
    registered(asked, crowd.other)
    walk("interests_replace", {"languages": ["fr"]}, activity_id=wished.id)
    walk("interests_list")
    later = crowd.ours.group.sessions()[1]["id"]
    walk("apologies_replace", session_id=later)
    walk("apologies_delete", session_id=later)
    walk("interests_delete", activity_id=wished.id)
    registration = walk("registrations_create", {"nobody_to_avoid": False}, group_id=asked.id)
    walk("enrolments_update", {"is_only_one": True}, enrolment_id=registration["id"])
    code = crowd.other.coordinator.post(f"{crowd.other.path}/sign-in-codes").created()["code"]
    for body in ({"code": code}, contract.example("sign_in_codes_redeem")):
        walk("sign_in_codes_redeem", body)
    walk("conflict_declarations_withdraw")
    walk("step_backs_delete")
    walk("intakes_withdraw")
    for name in ("homes_read", "enrolments_participant_list", "participants_audit_events", "statuses_read"):
        walk(name)
    return walk


def of_newcomer(crowd, contract):
    """The walk of somebody who is at the form, while all the others are where they are."""
    person = crowd.ours.joined(open_person(crowd.client, crowd.ours.coordinator, crowd.ours.now))
    intake = Intake(person)
    intake.send_form().ok()
    walk = Walk(
        person.peer,
        "peer",
        contract,
        crowd.secrets_from_me() | secrets_of(me=crowd.me.marks),
        intake_id=intake.id,
        participant_id=person.id,
    )
    walk("intake_forms_update", FORM)
    mark(person, "Indigo")
    intake.accept("privacy_notice")
    for name in ("intake_forms_submit", "intake_forms_read", "intakes_read", "updates_list", "homes_read"):
        walk(name)
    return walk


def test_a_peer_is_told_of_nobody(crowd, contract):
    walk = of_peer(crowd.happen(), contract)
    walk.walked |= of_newcomer(crowd, contract).walked
    walk.assert_complete()


@pytest.mark.parametrize("role", ["peer_supporter", "mental_health_professional"])
def test_a_host_is_told_the_aliases_of_the_roster_and_no_more(crowd, contract, role):
    """A6.8: hosts know who comes by an alias; a professional reads a plan, and in an emergency how to reach that one person."""
    host = crowd.supporter if role == "peer_supporter" else crowd.professional
    is_professional = role == "mental_health_professional"
    ours, seat = crowd.ours, crowd.seats["other"]
    crowd.cohost.client.post("/v1/conflict-declarations", {"kind": "recusal", "name": crowd.elsewhere.name}).created()
    assignments = ours.coordinator.get(f"{ours.group.path}/host-assignments").ok().data
    (own,) = [entry["id"] for entry in assignments if entry["account_id"] == host.id]
    walk = Walk(
        host.client, role, contract, crowd.secrets_from_hosts(),
        group_id=ours.group.id, session_id=ours.session["id"], assignment_id=own, enrolment_id=seat.id,
    )  # fmt: skip
    crowd.at()
    walk("sessions_start", {"hosts_present": [present.id for present in ours.hosts]})
    for name in ("other", "me"):
        walk("attendances_replace", {"status": "present"}, enrolment_id=crowd.seats[name].id)
    walk("session_topics_replace", {"topics": ["coping"]})
    walk("join_links_replace", {"join_link": "https://teams.example/join/another"})
    body = {"kind": "left_unexpectedly", "severity": 3, "session_id": ours.session["id"], "enrolment_id": seat.id}
    walk.ids["incident_id"] = walk("incidents_create", body)["id"]
    crowd.cohost.client.post("/v1/incidents", body | {"kind": "distress", "enrolment_id": crowd.seats["third"].id}).created()
    if is_professional:
        walk("incidents_actions_create", {"code": "coordinator_told"})
        walk("incidents_acknowledge")
        plan = {f"other's {name}" for name in ("kin", "kin's phone", "place")}
        walk("session_safety_plans_read", allowed=plan)
        contact = {f"other's {name}" for name in ("name", "phone", "email")}
        walk("session_contacts_open", {"reason": "check_in"}, allowed=contact)
    crowd.at(minutes=90)
    walk("sessions_end")
    walk.ids["debrief_id"] = walk("debriefs_create", DEBRIEF | {"note": unique("Note")})["id"]
    crowd.cohost.client.post(f"{ours.path}/debriefs", DEBRIEF).created()
    walk.ids["declaration_id"] = walk("conflict_declarations_create", {"kind": "no_contact", "name": crowd.elsewhere.name})["id"]
    walk.ids |= taught(walk.who)
    if is_professional:
        swap_turns(crowd, walk)
        be_called(crowd, walk)
    walk.ids["notice_id"] = notices(walk.who)[0]["id"]
    walk.read_everything()
    walk("notices_acknowledge")
    walk("notice_preferences_update", {"mail": "now"})
    codes = [crowd.client("administrator").post(f"/v1/staff/{crowd.cohost.id}/sign-in-codes").created()["code"]]
    codes.append(ours.coordinator.post(f"{crowd.other.path}/sign-in-codes").created()["code"])
    for body in (*({"code": code} for code in codes), contract.example("sign_in_codes_redeem")):
        walk("sign_in_codes_redeem", body)
    walk("conflict_declarations_withdraw")
    walk("step_backs_delete")
    if is_professional:
        supervise(crowd, walk)
    walk.assert_complete()


def test_a_guest_is_told_of_nobody(crowd, contract):
    """ANCHORS 1.2.6: neither of those who come nor of those who lead with them; whatever these do, the page is the same to the byte."""
    ours, rita = crowd.ours, invite(crowd.ours.coordinator)
    hosts = ours.coordinator.get(ours.path).ok()["hosts"] | {"guest": {"count": 1, "is_needed": False}}
    for session in (ours.session, ours.next_session):
        ours.coordinator.patch(f"/v1/sessions/{session['id']}", {"hosts": hosts}, if_match="*").ok()
        ahead = assign(ours.group, rita, session_id=session["id"]).created()
    page_id, secret_id = opened(crowd.client.db, rita["id"], ours.now).rsplit("/", 2)[1:]
    nobody = crowd.client()
    clock(ours.now, nobody)
    staff = {name: marks_of_staff(getattr(crowd, name)) for name in ("supporter", "cohost", "professional", "stranger")}
    people = {name: person.marks for name, person in crowd.others.items()}
    secrets = secrets_of(me=crowd.me.marks, coordinator={"account": ours.coordinator.account}, **people, **staff)
    walk = Walk(nobody, "public", contract, secrets, page_id=page_id, secret_id=secret_id)
    crowd.happen()
    before = bare(walk("guest_pages_read"))
    crowd.move()
    assert bare(walk("guest_pages_read")) == before
    walk("guest_pages_sign", {"document_id": current_document(nobody, "guest_confidentiality")["id"]})
    for step in ("confirm", "decline"):
        walk(f"guest_pages_{step}", {"assignment_id": ahead["id"]})


def swap_turns(crowd, walk):
    colleague, mine, theirs = on_call(crowd, walk.who.account)
    walk.ids["shift_id"] = mine["shift_id"]
    walk.ids["swap_id"] = walk("duty_swaps_create", mine | {"to_account_id": colleague.id})["id"]
    walk("duty_swaps_withdraw")
    for name in ("decline", "agree"):
        asked = colleague.client.post(SWAPS, theirs | {"to_account_id": walk.who.account}).created()
        walk(f"duty_swaps_{name}", swap_id=asked["id"])


def called(crowd, who):
    """The notice of somebody on duty, of a severity 4."""
    shift(crowd.client("administrator"), who.account, "2090-01-10T17:00", "2090-01-11T09:00").created()
    body = {"kind": "distress", "severity": 4, "session_id": crowd.ours.session["id"], "enrolment_id": crowd.seats["third"].id}
    made = crowd.cohost.client.post("/v1/incidents", body).created()
    Watch(crowd.client.db).round(crowd.ours.now)
    (notice,) = (entry for entry in notices(who, "severe_incident") if entry["about"]["id"] == made["id"])
    return notice


def be_called(crowd, walk):
    walk.ids["alarm_id"] = called(crowd, walk.who)["alarm"]["id"]
    walk("alarms_take_over")
    walk("alarms_hand_back")


def on_call(crowd, account):
    """A colleague; a turn of the account's and one of theirs, each as a swap names it."""
    lead = crowd.client("administrator")
    colleague = OnCall(crowd.client, lead)
    mine, theirs = (shift(lead, who, "2190-01-06T17:00", "2190-01-07T09:00").created()["id"] for who in (account, colleague.id))
    return colleague, *({"shift_id": one, "local_on": "2190-01-06"} for one in (mine, theirs))


def supervise(crowd, walk):
    """A debrief of another group, which a coordinator asks the professional to talk about: its author, and nobody they led."""
    theirs = crowd.theirs.at().started().at(minutes=90)
    theirs.end().ok()
    crowd.at(minutes=90)
    made = crowd.stranger.client.post(f"{theirs.path}/debriefs", DEBRIEF | {"wants_supervision": True}).created()
    crowd.ours.coordinator.patch(made.path, {"supervisor_account_id": walk.who.account}, if_match="*").ok()
    author = {"stranger's account", "elsewhere's session"}
    walk("debriefs_supervise", debrief_id=made["id"], allowed=author)
    walk("debriefs_read", debrief_id=made["id"], allowed=author)


# ---- nobody is counted ----


def taught(who):
    """What a member of the staff reads of what there is to learn."""
    return {
        "course_id": who.get("/v1/training-courses").ok().data[0]["id"],
        "offering_id": who.get("/v1/training-offerings").ok().data[0]["id"],
    }


def pictures(crowd, contract, role):
    """What `me` or a host reads before others move, and after."""
    ours = crowd.happen().ours
    ids = {"participant_id": crowd.me.id, "enrolment_id": crowd.seats["me"].id, "session_id": ours.session["id"], "group_id": ours.group.id}
    if role == "peer":
        who = crowd.me.peer
        (waits,) = offers(crowd)[2:]
        ids["enrolment_id"] = waits
        ids["intake_id"] = crowd.me.marks["intake 0"]
        ids["acceptance_id"] = who.get(f"{crowd.me.path}/acceptances").ok().data[0]["id"]
        but = ()
    else:
        who = (crowd.supporter if role == "peer_supporter" else crowd.professional).client
        assignments = who.get(f"{ours.group.path}/host-assignments").ok().data
        ids |= {"assignment_id": assignments[0]["id"]} | taught(who)
        incident = {"kind": "technical", "severity": 1, "session_id": ours.session["id"]}
        ids["incident_id"] = who.post("/v1/incidents", incident).created()["id"]
        if role == "mental_health_professional":
            who.post(f"{ours.path}/debriefs", DEBRIEF).created()
            colleague, mine, _ = on_call(crowd, who.account)
            ids["shift_id"] = mine["shift_id"]
            ids["swap_id"] = who.post(SWAPS, mine | {"to_account_id": colleague.id}).created()["id"]
            ids["alarm_id"] = called(crowd, who)["alarm"]["id"]
        ids["notice_id"] = notices(who)[0]["id"]
        ids["debrief_id"] = who.get("/v1/debriefs").ok().data[0]["id"]
        but = HELD  # who is on the roster, and came, they do see
    ids["declaration_id"] = who.post("/v1/conflict-declarations", {"kind": "no_contact", "name": unique("Nobody")}).created()["id"]
    yield picture(who, role, contract, ids, but)
    yield picture(who, role, contract, ids, but)


@pytest.mark.parametrize("role", ["peer", "peer_supporter", "mental_health_professional"])
def test_what_others_do_changes_nothing_that_one_reads(crowd, contract, role):
    """No number, no version, no tag moves when others come, wait, go, declare or are written about."""
    pair = pictures(crowd, contract, role)
    before = next(pair)
    assert len(before) > 20
    crowd.move()
    assert differences(before, next(pair)) == []


# ---- the test can fail ----


def answer(body=b"{}", kind="application/json", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(httpx.Response(200, content=body, headers={"Content-Type": kind} | headers), "GET", "/")


SECRET = {"name": "Zoë Ünseen 0f3a", "id": "3b0d2b0e-90f5-4f0b-8f0a-5d1f6a5d2c11", "phone": "+1 506 555 0107"}


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        (answer(json.dumps({"data": [{"who": "ZOË Ünseen 0f3a"}]}).encode()), "name"),
        (answer(json.dumps({"who": "Zoë Ünseen 0f3a"}, ensure_ascii=False).encode()), "name"),
        (answer(b"BEGIN:VEVENT\r\nSUMMARY:Zo\xc3\xab \xc3\x9cns\r\n een 0f3a\r\n", "text/calendar"), "name"),
        (answer(Location="/v1/participants/3b0d2b0e-90f5-4f0b-8f0a-5d1f6a5d2c11"), "id"),
        (answer(Link='</v1/x?name=Zo%C3%AB%20%C3%9Cnseen%200f3a>; rel="next"'), "name"),
        (answer(ETag='"3b0d2b0e90f54f0b8f0a5d1f6a5d2c11.en"'), "id"),
        (answer(b'{"next_cursor": "' + base64.urlsafe_b64encode(json.dumps({"id": SECRET["id"]}).encode()) + b'"}'), "id"),
        (answer(b'{"next_cursor": "' + base64.urlsafe_b64encode(bytes.fromhex(SECRET["id"].replace("-", ""))) + b'"}'), "id"),
        (answer(b'{"detail": "call 15065550107"}', "application/problem+json"), "phone"),
    ],
)
def test_a_planted_word_is_found_wherever_it_stands(planted, name):
    assert leaks(planted, SECRET) == [name]
    assert leaks(answer(b'{"who": "Maple"}'), SECRET) == []


def test_the_walk_finds_what_is_planted(crowd, contract, db):
    db.execute("update participants set alias = %s where id = %s", (crowd.other.marks["alias"], crowd.me.id))
    with pytest.raises(AssertionError, match=r"participants_read 200 tells peer .*other's alias"):
        of_peer(crowd.happen(), contract)


def test_the_pictures_show_a_version_that_moves(crowd, contract, db):
    pair = pictures(crowd, contract, "peer")
    before = next(pair)
    clock(instant(FIRST, minutes=90), crowd.me.peer)
    db.execute("update enrolments set version = version + 1 where id = %s", (crowd.seats["me"].id,))
    db.execute("update enrolments set version = version + 1 where participant_id = %s and state = 'waitlisted'", (crowd.me.id,))
    assert ("enrolments_read", None) in differences(before, next(pair))
