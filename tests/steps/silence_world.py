# SPDX-License-Identifier: MIT
"""Two sides that are alike but for one fact, which nobody may read from an answer: on the one, everybody whom this is about has many
matches; on the other, as much was declared, and it meets nobody. And how what a request has changed becomes again what it was."""

import json
import uuid
from datetime import datetime

from harness.crowd import make_people

from steps.evenings import PLANNED, informal
from steps.groups import INFORMAL, Group, Host, a_track, clock, service
from steps.guests import EVENT, assign, invite, opened
from steps.journey import an_address, compared, unique
from steps.silence import ask

OUTSIDERS = 8
# Tuesdays of groups that one host leads, three weeks each.
LATER = ("2090-02-07T18:30", "2090-03-07T18:30", "2090-04-04T18:30", "2090-05-02T18:30")
# And of those that a guest leads.
EVENTS = ("2090-06-06T18:30", "2090-07-04T18:30")
CHAT = "2090-08-01T18:30"
SEAT = """
insert into enrolments (
    cohort_id, participant_id, state, waiting_since, created_at, offered_at, offer_expires_at, answer_at, decided_at, decided_by_role)
select g, p, %(state)s, %(at)s, %(at)s,
    case when %(state)s <> 'waitlisted' then %(at)s::timestamptz end,
    case when %(state)s = 'offered' then %(at)s::timestamptz + interval '30 days' end,
    case when %(state)s = 'offered' then %(at)s::timestamptz + interval '40 days' end,
    case when %(state)s = 'confirmed' then %(at)s::timestamptz end, case when %(state)s = 'confirmed' then 'peer' end
from unnest(%(groups)s::uuid[]) g cross join unnest(%(people)s::uuid[]) p returning cohort_id::text, participant_id::text, id::text
"""
# Of a chat of three dates two have a place in each; in the second all four have one, in the third there are no more.
PLACES = """
with dates as (
    update sessions set capacity = case seq when 3 then 2 else 4 end where cohort_id = %(group)s returning id, seq),
made as (
    insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
    select d.id, e.id, e.participant_id, 'held', false, %(at)s, %(at)s
    from dates d join enrolments e on e.cohort_id = %(group)s
    where d.seq = 2 or e.participant_id = any (%(people)s::uuid[])
    returning id),
decided as (
    insert into place_decisions (place_id, at, decision, by_role) select id, %(at)s, 'taken', 'peer' from made)
select '/v1/sessions/' || id || '/place' from dates order by seq
"""
# What a request may change, and which rows of it are these people's.
OF_PEOPLE = "participant_id in (select id from kept.people)"
OF_SEATS = f"enrolment_id in (select id from enrolments where {OF_PEOPLE})"
OF_GROUPS = "cohort_id in (select id from kept.groups)"
OF_SESSIONS = f"session_id in (select id from sessions where {OF_GROUPS})"
OF_PLACES = f"place_id in (select id from places where {OF_PEOPLE})"
OF_NAMES = f"""owner_id in (
    select id from kept.people union all select id from exclusion_requests where {OF_PEOPLE}
    union all select id from conflict_declarations where declared_by in (select id from kept.accounts))"""
OF_MATCHES = """id in (
    select m.id from kept.persons k join conflict_matches m on m.for_person_id = k.id
    union select m.id from kept.persons k join conflict_matches m on m.person_id = k.id)"""
# What hangs on a row comes before it.
TABLES = {
    "name_digests": OF_NAMES,
    "conflict_matches": OF_MATCHES,
    "conflict_declarations": "declared_by in (select id from kept.accounts)",
    "exclusion_requests": OF_PEOPLE,
    "exclusions": OF_PEOPLE,
    "step_backs": "account_id in (select id from kept.accounts)",
    "place_decisions": OF_PLACES,
    "places": OF_PEOPLE,
    "enrolment_decisions": OF_SEATS,
    "outbox": OF_PEOPLE,
    "attendances": OF_SESSIONS,
    "session_presences": OF_SESSIONS,
    "enrolments": OF_PEOPLE,
    "debriefs": OF_SESSIONS,
    "incidents": OF_SESSIONS,
    "host_assignments": OF_GROUPS,
    "guests": "true",
    "notices": "kind = 'hosting_declined'",
    "sessions": OF_GROUPS,
    "cohorts": "id in (select id from kept.groups)",
    "waiting_people": OF_PEOPLE,
    "intakes": OF_PEOPLE,
    "contacts": OF_PEOPLE,
    "calendar_feeds": OF_PEOPLE,
    "region_moves": OF_PEOPLE,
    "hand_overs": OF_PEOPLE,
    "participants": "id in (select id from kept.people)",
    "sign_in_codes": "account_id in (select id from kept.accounts)",
    "sign_in_attempts": "true",
    "accounts": "id in (select id from kept.accounts)",
    "comparisons": "true",
}


# What differs between the turns: whom it was said of, and what came of that.
SAID = ("name_digests", "conflict_matches", "conflict_declarations", "exclusion_requests", "exclusions", "comparisons")


class Kept:
    """The tables as they were, once for each turn. Put back past every trigger: what a table refuses to forget is forgotten here."""

    def __init__(self, db, people, accounts, groups):
        self.db = db
        db.execute("create schema kept")
        for name, ids in (("people", people), ("accounts", accounts), ("groups", groups), ("persons", people + accounts)):
            db.execute(f"create table kept.{name} (id uuid primary key)")
            db.execute(f"insert into kept.{name} select unnest(%s::uuid[])", (ids,))
        self.columns = dict(db.execute(
            "select attrelid::regclass::text, string_agg(attname, ', ' order by attnum) from pg_attribute"
            " where attrelid = any (%s::regclass[]) and attnum > 0 and not attisdropped and attgenerated = '' group by 1",
            (list(TABLES),),
        ).fetchall())  # fmt: skip

    def keep(self, turn):
        for table, where in TABLES.items():
            self.db.execute(f"create table kept.{table}_{turn} as select * from {table} where {where}")

    def back(self, turn, tables, changes=None):
        """What puts these tables back, with these changes."""
        wanted = [table for table in TABLES if table in tables]
        assert len(wanted) == len(tables), tables
        lines = ["set local session_replication_role = replica"]
        lines += [f"delete from {table} where {TABLES[table]}" for table in wanted]
        for table in reversed(wanted):
            columns = self.columns[table]
            lines.append(f"insert into {table} ({columns}) overriding system value select {columns} from kept.{table}_{turn}")
        return "; ".join([*lines, *([changes] if changes else [])])


class Peer:
    """Somebody who is ready, and the name by which a coordinator knows them."""

    def __init__(self, made, client, coordinator):
        self.id, self.account, self.intake = made.id, made.account, made.intake
        self.role, self.path, self.name = "peer", f"/v1/participants/{made.id}", unique("Kim")
        self.client = client("peer", made.account)
        coordinator.patch(f"{self.path}/contact", {"name_to_use": self.name}, if_match="*").ok()
        self.elsewhere = f"{self.path}/home"
        digits = made.account.replace("-", "")[:20]
        self.code = "-".join(digits[place : place + 4] for place in range(0, 20, 4))


def people(client, db, coordinator, count):
    made = make_people(db, count, datetime.fromisoformat(PLANNED))
    for table in ("contacts", "safety_plans"):
        db.execute(f"insert into {table} (participant_id) select unnest(%s::uuid[])", ([one.id for one in made],))
    return [Peer(one, client, coordinator) for one in made]


class Login:
    """A sign-in that no account of a peer knows yet."""

    def __init__(self, subject):
        self.role, self.id, self.elsewhere = "peer", subject, "/v1/services"


class Guest:
    """Somebody without an account, and the page on which they answer."""

    def __init__(self, coordinator, db, group):
        made = invite(coordinator)
        self.id, self.name = made["id"], made["name"]
        self.assignment = assign(group, made).created()["id"]
        self.page = opened(db, self.id, PLANNED)


class Side:
    """An evening under way with four people, two more groups of theirs and a chat, one that offers them a seat and one for which they
    wait; and two that a guest leads."""

    def __init__(self, client, db):
        self.client, self.db, self.is_met = client, db, None
        self.evening = informal(client, people=0)
        self.coordinator = self.evening.coordinator
        self.peers = people(client, db, self.coordinator, 6)
        clock(self.evening.now, *[one.client for one in self.peers])
        self.peer, self.other, *_, self.newcomer, self.other_newcomer = self.peers
        self.seated = self.peers[:4]
        colleagues = [Host(client, self.evening.administrator).id for _ in range(2)]
        self.logins = {True: [Login(one) for one in colleagues], False: [Login(str(uuid.uuid4())) for _ in colleagues]}
        self.declared = {}
        self.host, self.cohost = self.evening.supporter, self.evening.hosts[1]
        self.professional = self.evening.professional
        self.more, self.also, self.offering, self.waiting = [self.group(local_start) for local_start in LATER]
        self.track = a_track(client, INFORMAL, PLANNED, series={"local_start": LATER[0], "count": 3})
        self.asked = self.track.activity.track(series={"local_start": LATER[1], "count": 3})
        events = [Group(self.coordinator, service(self.evening.administrator, EVENT), local_starts=[start]).open() for start in EVENTS]
        self.guest, self.other_guest = (Guest(self.coordinator, db, group) for group in events)
        self.chat = self.group(CHAT, INFORMAL | {"session_capacity": 4})
        self.groups = [self.evening.group, self.more, self.also, self.offering, self.waiting, self.track, self.asked, self.chat, *events]
        self.seats = {}
        self.seat([self.evening.group, self.more, self.also, self.chat], self.seated, "confirmed")
        self.seat([self.offering, self.track, *events], self.peers[2:4], "confirmed")
        values = {"group": self.chat.id, "people": [one.id for one in self.peers[2:4]], "at": PLANNED}
        self.free, self.held, self.full = [path for (path,) in db.execute(PLACES, values).fetchall()]
        self.seat([self.offering], self.peers[:2], "offered")
        self.seat([self.waiting, self.asked], self.peers[:2], "waitlisted")

    def group(self, local_start, kind=INFORMAL):
        of_service = service(self.evening.administrator, kind)
        made = Group(self.coordinator, of_service, now=PLANNED, series={"local_start": local_start, "count": 3})
        return made.led_by(self.host).open()

    def seat(self, groups, people, state):
        values = {"groups": [g.id for g in groups], "people": [p.id for p in people], "state": state, "at": PLANNED}
        for cohort, person, seat in self.db.execute(SEAT, values).fetchall():
            self.seats[cohort, person] = seat

    def seat_of(self, person, group):
        return f"/v1/enrolments/{self.seats[group.id, person.id]}"

    def begin(self):
        """The evening is under way; what is declared was declared a week before."""
        self.evening.at(minutes=5).start().ok()
        for person in self.seated[:2]:
            path = f"{self.evening.path}/attendance/{self.seats[self.evening.group.id, person.id]}"
            self.host.client.put(path, {"status": "present"}).ok()
        self.assignment = self.evening.assignment(self.host)["id"]
        self.feed = self.peer.client.post(f"{self.peer.path}/calendar-feeds", {"language": "en"}).created()["path"]

    def declared_by(self, one, other):
        return self.declared[self.turn, one.id, other.id]

    def names(self, somebody):
        """Whom somebody means who names this one: on the other side, nobody."""
        return somebody.name if self.is_met else unique("Kim")

    @property
    def logins_now(self):
        """Where people are met, whoever binds a code is of the staff as well, under the same sign-in."""
        return self.logins[self.is_met]

    def declare(self, outsiders, staff):
        """All that can be said about each other, on both sides as often."""
        said = [(one, other) for one in self.seated for other in self.seated if one is not other]
        said += [(one, (self.peer, self.other)[place % 2]) for place, one in enumerate(outsiders)]
        said += [(one, (self.guest, self.other_guest)[place % 2]) for place, one in enumerate(self.seated)]
        for one, other in said:
            body = {"kind": "no_contact", "name": self.names(other)}
            self.declared[self.turn, one.id, other.id] = one.client.post("/v1/conflict-declarations", body).created().path
        for host in (self.host, self.cohost):
            body = {"kind": "recusal", "name": self.names(self.peer)}
            self.declared[self.turn, host.id, self.peer.id] = host.client.post("/v1/conflict-declarations", body).created().path
        for one in (self.peer, self.other):
            answer = one.client.post("/v1/exclusion-requests", {"staff_name": staff if self.is_met else unique("Kim")})
            assert answer.status == 202, answer.content


class World:
    """Both sides; whom outsiders have declared and who bears that name nowhere; somebody of the staff by name. In one turn the first side
    is the one where people are met, in the other the second: what else tells two sides apart is then in both samples."""

    def __init__(self, client, db, token):
        self.db, self.token = db, token
        self.both = [Side(client, db) for _ in range(2)]
        self.now = self.both[0].evening.at(minutes=5).now
        coordinator = self.both[0].coordinator
        self.staff = Host(client, self.both[0].evening.administrator)
        self.outsiders = people(client, db, coordinator, OUTSIDERS)
        self.awaited = {"name": unique("Kim"), "email": an_address(), "phone": "+1 613 555 0142"}
        self.unit = unique("Unit")
        for one in self.outsiders:
            clock(PLANNED, one.client)
            one.client.post("/v1/conflict-declarations", {"kind": "no_contact"} | self.awaited).created()
            one.client.post("/v1/conflict-declarations", {"kind": "same_unit", "unit": self.unit, "from": "2015-01-01"}).created()
        for side in self.both:
            side.begin()
        self.keep()

    def keep(self):
        """What is put back later is as it is now."""
        everybody = [one for side in self.both for one in side.peers]
        newcomers = [one for side in self.both for one in (side.newcomer, side.other_newcomer)]
        self.db.execute(
            "insert into sign_in_codes (account_id, code_sha256, created_by, created_at, expires_at)"
            " select a, sign_in_code_digest(c), a, now(), '2099-01-01' from unnest(%s::uuid[], %s::text[]) t (a, c)",
            ([one.account for one in newcomers], [one.code for one in newcomers]),
        )
        staff = [host.id for side in self.both for host in (side.host, side.cohost, side.professional)] + [self.staff.id]
        self.kept = Kept(
            self.db, [one.id for one in everybody], staff + [one.account for one in everybody + self.outsiders],
            [group.id for side in self.both for group in side.groups])  # fmt: skip
        self.kept.keep("before")
        for turn in range(2):
            self.db.execute(self.kept.back("before", SAID))
            self.face(turn)
            for side in self.both:
                side.declare(self.outsiders, self.staff.made["name"])
            self.compare()
            self.kept.keep(turn)

    def compare(self):
        while self.db.execute("select count(*) from comparisons").fetchone() != (0,):
            compared(self.db, self.now)

    def face(self, turn):
        for place, side in enumerate(self.both):
            side.is_met, side.turn = place == turn, turn
        self.turn, self.sides = turn, dict(zip((True, False), (self.both[turn], self.both[1 - turn]), strict=True))

    def take_turn(self, turn):
        if turn != self.turn:
            self.db.execute(self.kept.back(turn, SAID))
            self.face(turn)


class Act:
    """A request that is sent again and again. `of(side)` says who sends what: (who, path, body); `beside(side)`, what a second account
    does at the same moment. `takes_turns`: the two samples are of two accounts; else both are of one."""

    def __init__(
        self, world, operation, of, beside, *, method, status=200, tables=(), changes=None, variant="", takes_turns=True
    ):  # fmt: skip
        self.world, self.operation, self.of, self.beside, self.method = world, operation, of, beside, method
        self.name = f"{operation} {variant}".strip()
        self.status, self.tables, self.changes = status, (*tables, "comparisons") if tables else (), changes
        self.takes_turns, self.tokens = takes_turns, {}

    def statuses(self, way):
        return (self.status, 409) if way == "together" else (self.status,)

    def begin(self):
        self.tokens.clear()  # one lives for a quarter of an hour
        if self.tables:
            self.world.db.execute(f"vacuum {', '.join(self.tables)}")  # what other acts have left behind

    def take_turn(self, number):
        self.world.take_turn(number % 2 if self.takes_turns else 0)

    def arrange(self):
        if self.tables:
            self.world.db.execute(self.world.kept.back(self.world.turn, self.tables, self.changes))

    def end(self):
        if self.tables:
            self.world.db.execute(self.world.kept.back(self.world.turn, self.tables))

    def bytes(self, who, path, body=None, method=None):
        if who not in self.tokens:
            self.tokens[who] = self.world.token(who.role, getattr(who, "account", who.id))
        return ask(self.tokens[who], method or self.method, path, json.dumps(body).encode() if body is not None else b"", self.world.now)

    def request(self, is_met):
        return self.bytes(*self.of(self.world.sides[is_met]))

    def request_beside(self, is_met):
        return self.bytes(*self.beside(self.world.sides[is_met]))

    def other_read(self, is_met):
        who, *_ = self.of(self.world.sides[is_met])
        return self.bytes(who, who.elsewhere if who.role == "peer" else "/v1/my-sessions", method="GET")
