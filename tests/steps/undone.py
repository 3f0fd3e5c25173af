# SPDX-License-Identifier: MIT
"""What somebody says of others, what is done meanwhile and what is taken back, past HTTP: by the program's own statements and behind its
walls, on one connection, whose transaction is undone. The same where what is said means somebody and where it means nobody."""

import copy
import json
import re
import uuid
from datetime import datetime
from pathlib import Path

import psycopg
from harness.crowd import make_hosts, make_people
from psycopg.types.json import Jsonb

from steps import ADMINISTRATOR, COORDINATOR
from steps.alarms import later
from steps.evenings import PLANNED, informal
from steps.journey import as_worker
from steps.seats import Desk

STATEMENTS = Path(__file__).resolve().parents[2] / "sql" / "statements"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FIRST, LAST = (
    {"at": "-infinity", "id": str(uuid.UUID(int=0)), "seq": 0},
    {"at": "infinity", "id": str(uuid.UUID(int=2**128 - 1)), "number": 2**62},
)
OFFICE, LEAD = ("coordinator", COORDINATOR), ("administrator", ADMINISTRATOR)
BORNE, FORMER, MEANT, UNIT, NOBODY = "ash birch", "cedar dogwood", "elm fir", "unit", "gum hazel"
# What somebody reads who has nothing to do with it, and where their list begins.
OF_A_PEER = {
    "homes/read": LAST, "participants/audit_events": LAST, "enrolments/participant_list": LAST, "conflict_declarations/list": LAST,
    "attendances/list": FIRST}  # fmt: skip
OF_A_HOST = {
    "groups/read": LAST, "sessions/list": FIRST, "rosters/read": LAST, "my_sessions/list": FIRST, "notices/list": LAST,
    "host_assignments/list": FIRST, "conflict_declarations/list": LAST}  # fmt: skip


OF_A_SESSION = ("attendances/list", "rosters/read")
# Whom the victim must not meet, under either login; who is in the group with them; how many of them nobody is told of; what is not compared.
# A record of two who once sat together keeps nobody apart who are both peers.
BEHIND = """
prepare behind (uuid, uuid) as
with met as (select * from conflict_matches where for_person_id = $1 and is_blocking and basis <> 'record'),
kept(id) as (select person_id from met union select account_id from exclusions where participant_id = $1),
seat as (select * from enrolments where participant_id = $1 and cohort_id = $2),
beside(id) as (
    select o.participant_id from seat v join enrolments o using (cohort_id) where v.is_seated and o.is_seated
    union
    select h.account_id from seat v join host_assignments h using (cohort_id) where v.is_seated and h.released_at is null)
select
    array(
        select id::text from kept
        union
        select n::text from exclusions x cross join unnest(array[x.account_id, x.participant_id]) n
        where x.reason = 'own_case' and (x.account_id in (table kept) or x.participant_id in (table kept))),
    array(select id::text from beside),
    (select count(*) from met m join enrolments o on o.participant_id = m.person_id join seat v using (cohort_id)
    where m.raised_at is null and o.holds_seat and v.holds_seat),
    (select count(*) from comparisons)
"""


def name_of(text):
    """As the kernel would send it: here a token is its own digest, as in tests/sql."""
    tokens = sorted(text.split())
    return [{"whole": " ".join(tokens), "ends": " ".join(tokens), "tokens": tokens}]


class Cast:
    """A group in which the victim, a bystander and a host are; the named one and another bystander are offered a seat; two more hosts."""

    def __init__(self, client, db):
        evening = informal(client, people=0)
        self.group, self.session = evening.group.id, evening.session["id"]
        self.victim, self.named, *self.others = make_people(db, 4, datetime.fromisoformat(PLANNED))
        self.host, self.unmeant = make_hosts(db, "peer_supporter", "peer_supporter")
        leaves, self.bystander = evening.hosts
        evening.release(evening.assignment(leaves))
        db.execute("update host_assignments set assigned_at = assigned_at - interval '1 day' where cohort_id = %s", (self.group,))
        seats = {"confirmed": [self.victim, self.others[0]], "offered": [self.named, self.others[1]]}
        with db.transaction():
            desk, at = Desk(db), datetime.fromisoformat(PLANNED)
            for state, people in seats.items():
                made = desk.enrol(self.group, people, "confirmed" if state == "confirmed" else "waitlisted", at)
                for seat in made if state == "offered" else []:
                    desk.act(
                        "worker", at, "select seat_move(e, 'offered', 'offered', 'in_turn', true) from enrolments e where id = %s", (seat,)
                    )
            self.seat = made[0]
        db.execute("insert into contacts (participant_id) values (%s)", (self.named.id,))
        db.execute("create or replace function job_is_long() returns boolean volatile language sql return false")
        db.prepare_threshold = None  # psycopg would take back what is prepared here with every order
        for name in OF_A_PEER | OF_A_HOST:
            db.execute(f'prepare "{name}" (uuid, text, jsonb) as ' + (STATEMENTS / f"{name}.sql").read_text())
        db.execute(BEHIND)
        began = Order(db, self, True)
        began.goes_by(OFFICE, FORMER)
        db.execute(
            "insert into name_digests (account_id, kind, whole, ends, tokens, created_at) values (%s, 'name', %s, %s, %s, now())",
            (self.host.id, MEANT, MEANT, MEANT.split()))  # fmt: skip
        self.said = [began.say(self.peer(who), "conflict_declarations_create(%s)", Jsonb(body))["id"] for who, body in (
            (self.victim, {"kind": "no_contact", "name_digest": name_of(BORNE)}),
            (self.named, {"kind": "same_unit", "unit_digest": UNIT, "from": "2015-01-01"}))]  # fmt: skip
        began.talk()
        with db.transaction():
            began.work()

    def peer(self, who):
        return "peer", who.account


class Order:
    """decided: what came of each decision of the coordination where it means somebody; it decides so here."""

    def __init__(self, db, cast, means_somebody, decided=None):
        self.db, self.cast, self.means_somebody, self.mirrored = db, cast, means_somebody, decided and list(decided)
        self.decided, self.told, self.labels = [], [], {}
        self.said, self.seat = [], cast.seat
        self.victim, self.named = cast.peer(cast.victim), cast.peer(cast.named)
        self.meant, self.minutes = cast.host if means_somebody else cast.unmeant, 0

    def go_on(self, decided):
        """One of many ways on from here."""
        made = copy.copy(self)
        made.told, made.said, made.labels = list(self.told), list(self.said), dict(self.labels)
        made.decided, made.mirrored = [], decided and list(decided)
        return made

    @property
    def now(self):
        return later(PLANNED, minutes=self.minutes)

    # ---- who asks what ----

    def ask(self, who, *requests):
        """[(200, rows)] of each statement with its values, or [what was wrong]."""
        enter = f"select context_enter('urn:alongside:local', '{who[1]}', '{who[0]}', 'en', '{uuid.uuid4()}', '{self.now}', 'undone')"
        try:
            with self.db.transaction():
                self.db.execute(f"set local role alongside_api; {enter}")
                answers = [(200, self.db.execute(*request).fetchall()) for request in requests]
                self.db.execute("reset role")
                return answers
        except psycopg.DatabaseError as error:
            if error.sqlstate not in ("AP000", "23505"):
                raise
            return [(error.diag.message_primary, error.diag.message_detail)]

    def say(self, who, function, *values):
        """What a peer does of themself; what they are told goes to be compared."""
        ((status, rows),) = self.ask(who, (f"select body from {function}", values))
        self.told.append((function, status, self.plain(rows)))
        return rows[0][0] if status == 200 else None

    def decide(self, function, *values, who=OFFICE):
        expected = self.mirrored.pop(0) if self.mirrored is not None else 200
        if expected != 200:
            self.decided.append(expected)
            return None
        ((status, rows),) = self.ask(who, (f"select body from {function}", values))
        self.decided.append(status)
        assert self.mirrored is None or status == expected, (function, status, rows)
        return rows[0][0] if status == 200 else None

    def one(self, query, *values):
        return self.db.execute(query, values).fetchone()[0]

    def work(self):
        self.db.execute(
            f"select set_config('app.role', 'worker', true), set_config('app.now', '{self.now}', true); select comparison_run()"
        )

    def watch(self):
        if self.means_somebody:
            as_worker(self.db, self.now, "select watched_clock_follow()")

    # ---- the operations ----

    def declare(self, about, counts_from):
        said = about if self.means_somebody else NOBODY
        body = {"kind": "no_contact", "name_digest": name_of(said)}
        if about == UNIT:
            body = {"kind": "same_unit", "unit_digest": said, "from": "2016-01-01"}
        made = self.say(self.victim, "conflict_declarations_create(%s)", Jsonb(body | {"counts_from": counts_from}))
        self.said.append(made["id"])

    def take_back(self):
        for said in [self.said.pop()] if self.said else []:
            self.say(self.victim, "conflict_declarations_withdraw(%s)", said)

    def come_back(self):
        self.say(self.victim, "step_backs_delete()")

    def ask_not_to_be_seen(self):
        name = name_of(MEANT if self.means_somebody else NOBODY)
        self.say(self.victim, "exclusion_requests_create(%s)", Jsonb({"staff_name_digest": name}))

    def exclude(self, person=None, reason="asked_by_peer"):
        body = {"account_id": self.meant.id, "reason": reason}
        return self.decide("exclusions_create(%s, %s)", (person or self.cast.victim).id, Jsonb(body))

    def lift(self, person=None):
        """Of an exclusion and of a request the conversation with whoever asked is the end."""
        person = (person or self.cast.victim).id
        for (request,) in self.db.execute(
            "select id from exclusion_requests where participant_id = %s and state = 'open'", (person,)
        ).fetchall():
            self.decide("exclusion_requests_close(%s, null)", request)
        for (exclusion,) in self.db.execute("select id from exclusions where participant_id = %s", (person,)).fetchall():
            self.ask(OFFICE, ("select from exclusions_delete(%s)", (exclusion,)))

    def own_case(self):
        made = self.exclude(self.cast.named, "own_case")
        if made:
            self.decide("own_cases_confirm(%s)", made["id"], who=LEAD)

    def goes_by(self, who, name):
        name = name if self.means_somebody or name != BORNE else NOBODY
        body = Jsonb({"name_to_use": None, "name_to_use_digest": name_of(name)})
        self.say(who or self.named, "contacts_update(%s, null, %s, null)", self.cast.named.id, body)

    def place(self):
        made = self.decide("enrolments_create(%s, %s)", self.cast.group, Jsonb({"participant_id": self.cast.named.id}))
        self.seat = made["id"] if made else self.seat

    def of_the_named(self, step):
        values = (self.seat,) if step == "withdraw" else (self.seat, None)
        self.say(self.named, f"enrolments_{step}({', '.join(['%s'] * len(values))})", *values)

    def victim_leaves(self):
        seat = self.one("select id from enrolments where participant_id = %s order by is_live desc limit 1", self.cast.victim.id)
        self.say(self.victim, "enrolments_withdraw(%s)", seat)

    def victim_is_placed(self):
        self.decide("enrolments_create(%s, %s)", self.cast.group, Jsonb({"participant_id": self.cast.victim.id}))

    def answer(self, answer):
        return self.decide(f"enrolments_{answer}(%s, null)", self.seat)

    def hour(self):
        """The hour of the answer: they hear whatever can be said to them then."""
        if self.one("select state = 'accepted' from enrolments where id = %s", self.seat):
            if not self.answer("confirm"):
                self.answer("not_this_one")
            as_worker(
                self.db,
                self.now,
                "select seat_answer(e, g) from enrolments e join cohorts g on g.id = e.cohort_id where e.id = %s",
                self.seat,
            )

    def seated(self):
        self.of_the_named("accept")
        self.hour()

    def assign(self):
        self.decide("host_assignments_create(%s, %s)", self.cast.group, Jsonb({"account_id": self.cast.host.id, "slot": "peer_supporter"}))

    def release(self):
        leads = "select id from host_assignments where account_id = %s and released_at is null"
        for (assignment,) in self.db.execute(leads, (self.cast.host.id,)).fetchall():
            self.decide("host_assignments_release(%s, null)", assignment)

    def talk(self):
        waiting = (
            "select id from conflict_declarations where joins_id is null and conversation_at is null and for_participant_id = any (%s)"
            " order by call_due, declared_by")  # fmt: skip
        for (root,) in self.db.execute(waiting, ([self.cast.victim.id, self.cast.named.id],)).fetchall():
            self.decide("conflict_declarations_conversation(%s)", root)

    def look(self, decision):
        """They talk, and whatever is met is decided; it is met in the one world alone."""
        self.talk()
        found = "select id, basis, needs_agreement from conflict_matches where ended_at is null and %s in (for_person_id, person_id)"
        for match, basis, needs_agreement in self.db.execute(found, (self.cast.victim.id,)).fetchall():
            body = {"decision": decision} | ({"same_person": decision == "block"} if basis == "named" else {})
            body |= {"informed_agreement": True} if decision == "allow" and needs_agreement else {}
            self.ask(OFFICE, ("select from conflict_matches_decide(%s, null, %s)", (match, Jsonb(body))))

    # ---- what must hold ----

    def look_behind(self):
        """Whom the victim must not meet; who is in the group with them; of how many nobody is told; what was not compared."""
        kept, beside, hidden, left = self.db.execute(f"execute behind ('{self.cast.victim.id}', '{self.cast.group}')").fetchone()
        assert (hidden, left) == (0, 0), "who must not meet is together and nobody is told, or something is not compared"
        return set(kept), set(beside)

    def step(self, act, before):
        self.minutes += 1
        act(self)
        self.work()
        now = self.look_behind()
        assert not (now[1] - before[1]) & before[0], "who must not meet came together"
        return now

    def read(self):
        for person in self.cast.others:
            self.hear(self.cast.peer(person), OF_A_PEER, person.id)
        self.hear((self.cast.bystander.role, self.cast.bystander.id), OF_A_HOST, self.cast.group)

    def hear(self, who, statements, id):
        reads = [
            f"""execute "{name}" ('{self.cast.session if name in OF_A_SESSION else id}', null, '{json.dumps({"limit": 100, "after": after})}')"""
            for name, after in statements.items()]  # fmt: skip
        for name, (status, rows) in zip(statements, self.ask(who, *((read, ()) for read in reads)), strict=True):
            # Of a row of a list the answer has the body alone.
            bodies = [[part for part in row if isinstance(part, dict | str)] for row in rows]
            self.told.append((who[0], name, status, self.plain(bodies)))

    def plain(self, said):
        return ID.sub(lambda found: f"<{self.labels.setdefault(found[0], len(self.labels))}>", repr(said))

    def end(self):
        """What they read then; then all is taken back, and talked about, and the next fixed hour comes."""
        self.watch()
        self.read()
        while self.said:
            self.take_back()
        for who, said in zip((self.victim, self.named), self.cast.said, strict=True):
            self.say(who, "conflict_declarations_withdraw(%s)", said)
        self.work()
        for person in (self.cast.victim, self.cast.named):
            self.lift(person)
        self.talk()
        ahead = self.one(
            "select ceil(extract(epoch from fixed_hour_after(%s::timestamptz) - %s::timestamptz) / 60)::int", self.now, self.now
        )
        self.minutes += ahead
        self.work()
        self.watch()
        persons = [self.cast.victim.id, self.cast.named.id, self.cast.host.id]
        assert not self.one("select conflict_stands(%s::uuid[])", persons), "it does not free"
        left = self.db.execute(
            "select 'match', id::text from conflict_matches where ended_at is null and for_person_id = any (%(p)s::uuid[])"
            " union all select a.kind, a.object_id::text from alarms a where a.state <> 'ended' and a.participant_id = any (%(p)s::uuid[])"
            " union all select 'comparison', owner_id::text from comparisons", {"p": persons}).fetchall()  # fmt: skip
        assert left == [], "something stays behind"
