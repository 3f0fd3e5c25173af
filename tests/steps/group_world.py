# SPDX-License-Identifier: MIT
"""The program under test beside the model of steps.group_model: each command is drawn, foreseen, sent, and compared."""

import random
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from harness.crowd import make_hosts, make_people
from harness.invariants import Invariants
from harness.tokens import ISSUER

from steps.group_model import DOCUMENTS, LENGTH, LIVE, Group, Model, Person, Refused, Session

BEGIN = datetime(2031, 2, 20, 15, tzinfo=UTC)  # the clocks change twice a year: the first time soon
FORMAL, INFORMAL = "00000000-0000-4000-8000-000000000302", "00000000-0000-4000-8000-000000000301"
ZONES = ("America/Toronto", "America/Vancouver", "America/St_Johns", "America/Regina")
# How often each is tried.
COMMANDS = {
    "create": 1, "place": 24, "propose": 4, "offer": 10, "accept": 42, "say_yes": 20, "say_no": 1, "decline": 2, "withdraw": 4, "remove": 2,
    "jobs": 10, "wait": 3, "open": 3, "confirm": 8, "resize": 2, "cancel": 0.4, "complete": 3, "move": 3, "drop": 1, "start": 14, "end": 6,
    "attend": 12, "declare": 3, "take_back": 2, "name_somebody": 1, "ask_exclusion": 1, "talk": 4, "leave": 0.5, "publish": 0.7, "agree": 8,
    "disagree": 1, "look_at_own": 2, "register": 16, "talk_here": 3}  # fmt: skip


FOR_ACTIVITIES = """
with ours as (select unnest(%s::uuid[]) as id),
gone as (delete from waiting_people w using ours where w.intake_id = ours.id)
update intakes i set track = 'activity', state = 'registered', registered_at = i.ready_at, readiness = null, update_due_at = null
from ours where i.id = ours.id
"""


class Nothing(Exception):
    """There is nobody to whom this could happen now."""


class World:
    """The program under test and its model, changed together."""

    def __init__(self, client, db, worker, token, seed):
        self.client, self.db, self.worker, self.token = client, db, worker, token
        self.rng = random.Random(seed)
        self.model = Model(BEGIN)
        self.tokens, self.log, self.done = {}, ["to begin with"], Counter()
        self.invariants = Invariants(db)
        people = make_people(db, 18, BEGIN - timedelta(days=1), apart=timedelta(days=1))
        weeks = dict(
            db.execute(
                "select participant_id::text, date_trunc('week', ready_at at time zone 'America/Toronto')::date from intakes"
                " where participant_id = any (%s)", ([each.id for each in people],)).fetchall())  # fmt: skip
        self.model.people = [Person(each.id, weeks[each.id], each.intake) for each in people]
        # S2.48: some have come for activities alone.
        for person in self.model.people[14:]:
            person.intake_track = "activity"
        with db.transaction():
            db.execute("set local session_replication_role = replica")
            db.execute(FOR_ACTIVITIES, ([person.intake for person in self.model.people[14:]],))
        self.accounts = {each.id: each.account for each in people}
        # I13: somebody of the office who is also among those people, under another login.
        self.other = str(uuid.uuid4())
        db.execute("insert into accounts (id, issuer, subject, role) values (%s, %s, %s, 'coordinator')", (self.other, ISSUER, self.other))
        self.own = self.model.people[0]
        self.exclude(self.other, self.own)

    def exclude(self, account, person):
        self.db.execute(
            "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
            " values (%s, %s, 'own_case', '00000000-0000-4000-8000-000000000004', %s)",
            (person.id, account, self.model.now),
        )
        self.db.execute(
            "select comparison_ask('participant', array[%s]::uuid[]), comparison_ask('account', array[%s]::uuid[])", (person.id, account)
        )
        self.work("comparison_run()")
        self.model.compare()

    def work(self, *jobs):
        """What the worker does, at this hour of the model."""
        for job in jobs:
            with self.worker.transaction():
                self.worker.execute(
                    "select set_config('app.role', 'worker', true), set_config('app.now', %s, true)",
                    (f"{self.model.now:%Y-%m-%dT%H:%M:%SZ}",),
                )
                self.worker.execute(f"select {job}")

    # ---- asking ----

    def ask(self, who, method, path, body=None):
        """who: a role, a Person, or an account of a coordinator."""
        if who not in self.tokens:
            peer = isinstance(who, Person)
            is_role = not peer and "-" not in who
            self.tokens[who] = (
                self.token("peer", self.accounts[who.id]) if peer else self.token(who) if is_role else self.token("coordinator", who)
            )
        self.client.token = self.tokens[who]
        more = {} if body is None else {"json": body}
        return self.client.request(method, path, if_match="*", now=f"{self.model.now:%Y-%m-%dT%H:%M:%SZ}", **more)

    def both(self, foresee, ask):
        """The model says what must be answered, then the server is asked; the answer, or None when it was the refusal foreseen."""
        compared = self.model.compared
        try:
            self.foreseen = foresee()
            expected = None
        except Refused as refused:
            expected, self.model.compared = refused, compared
        answer = ask()
        told = None
        if answer.status >= 400:
            told = (answer.status, answer.json["type"].rsplit("/", 1)[-1], answer.json.get("reason"))
        self.log[-1] += f" -> {answer.status} {told[1:] if told else ''}"
        assert told == (expected and (expected.status, expected.slug, expected.reason)), (
            f"told {told}, foreseen: {expected or 'it goes through'}"
        )
        return answer if told is None else None

    # ---- one step ----

    def step(self):
        self.model.now += timedelta(seconds=self.rng.randrange(1, 600))
        names = (
            ["create"]
            if sum(group.takes_people() for group in self.model.groups) < 3
            else self.rng.choices(list(COMMANDS), COMMANDS.values(), k=99)
        )
        for name in names:
            self.log.append(f"{len(self.log) + 1}. {self.model.now:%m-%d %H:%M:%S} {name}")
            try:
                answer = getattr(self, name)()
                break
            except Nothing:
                self.log.pop()
        self.done[name] += answer is not None
        self.compare(settled=name == "jobs")

    def note(self, *things):
        self.log[-1] += " " + " ".join(str(getattr(thing, "id", thing))[:8] for thing in things)

    def compare(self, settled):
        groups = self.model.groups
        rows = self.db.execute(
            "select id::text, state, null::timestamptz, null::timestamptz, null from cohorts where id = any (%(g)s) union all"
            " select id::text, state, starts_at, null, null from sessions where cohort_id = any (%(g)s) union all"
            " select id::text, state, case when state = 'offered' then offer_expires_at end,"
            " case when state in ('offered', 'accepted') then answer_at end, case when state = 'accepted' then answer end"
            " from enrolments where cohort_id = any (%(g)s)",
            {"g": [group.id for group in groups]},
        )
        found = {row[0]: row[1:] for row in rows}
        expected = {group.id: (group.state, None, None, None) for group in groups}
        expected |= {session.id: (session.state, session.starts_at, None, None) for group in groups for session in group.sessions}
        for seat in self.model.seats():
            is_offered, is_accepted = seat.state == "offered", seat.state == "accepted"
            answer_at = seat.answer_at if is_offered or is_accepted else None
            expected[seat.id] = (seat.state, seat.expires_at if is_offered else None, answer_at, seat.answer if is_accepted else None)
        wrong = {id: (found.get(id), expected.get(id)) for id in found | expected if found.get(id) != expected.get(id)}
        assert not wrong, f"it is so, and should be: {wrong}"
        broken = self.invariants.broken([group.id for group in groups], settled, f"{self.model.now:%Y-%m-%dT%H:%M:%SZ}")
        assert not broken, broken
        waiting = self.model.waits_for_ever(settled)
        assert not waiting, f"they would hear nothing in time: {waiting}"

    # ---- choosing ----

    def any_of(self, all_, fitting):
        """Mostly where it makes sense, and now and then where it does not."""
        if self.rng.random() < 0.1:
            fitting = all_
        if not fitting:
            raise Nothing
        return self.rng.choice(fitting)

    def group(self, *states):
        groups = self.model.groups
        return self.any_of(groups, [group for group in groups if (group.state in states if states else group.takes_people())])

    def seat(self, *states):
        seats = self.model.seats()
        return self.any_of(seats, [seat for seat in seats if seat.state in states])

    def session(self, *states):
        pairs = [(group, session) for group in self.model.groups for session in group.sessions]
        return self.any_of(pairs, [pair for pair in pairs if pair[1].state in states])

    def is_peer(self):
        return self.rng.random() < 0.7

    def on_seat(self, name, seat, foresee, who="coordinator", body=None):
        self.note(seat, seat.person)
        return self.both(foresee, lambda: self.ask(who, "POST", f"/v1/enrolments/{seat.id}/{name}", body))

    # ---- groups and their sessions ----

    def create(self):
        is_closed = self.rng.random() < 0.6
        zone = self.rng.choice(ZONES)
        day = self.model.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=self.rng.randrange(3, 14))
        start = datetime(day.year, day.month, day.day, 18, 30)
        count = self.rng.randrange(2, 4)
        lent = self.rng.choice(self.model.groups) if self.model.groups and self.rng.random() < 0.7 else None
        ahead = [s for s in lent.sessions if s.state == "scheduled" and s.starts_at > self.model.now] if lent else []
        if ahead and self.rng.random() < 0.6:
            zone, start = ahead[0].zone, ahead[0].local
        activity = self.activity(FORMAL if is_closed else INFORMAL) if self.rng.random() < 0.4 else None
        body = ({"activity_id": activity} if activity else {}) | {
            "service_id": FORMAL if is_closed else INFORMAL, "language": self.rng.choice(("en", "fr")), "timezone": zone,
            "capacity": self.rng.randrange(1, 4), "series": {"local_start": f"{start:%Y-%m-%dT%H:%M}", "count": count},
            "registration_deadline_days": self.rng.choice((None, None, 1))}  # fmt: skip
        made = self.ask("coordinator", "POST", "/v1/groups", body).created()
        path = f"/v1/groups/{made['id']}"
        sessions = self.ask("coordinator", "GET", f"{path}/sessions").ok().data
        planned = [Session(s["id"], start + timedelta(days=7 * n), zone) for n, s in enumerate(sorted(sessions, key=lambda s: s["seq"]))]
        if lent:
            self.lend(path, planned, lent)
        hosts = make_hosts(self.db, "peer_supporter", "mental_health_professional" if is_closed else "peer_supporter")
        own = self.rng.choice(self.model.people[1:])
        if own.id not in self.model.own_cases.values() and self.rng.random() < 0.5:
            self.exclude(hosts[0].id, own)
            self.model.own_cases[hosts[0].id] = own.id
        for host in hosts:
            self.ask("coordinator", "POST", f"{path}/host-assignments", {"account_id": host.id, "slot": host.role}).created()
        if is_closed:
            for session in sessions:
                self.ask("coordinator", "PATCH", f"/v1/sessions/{session['id']}", {"topic": {"en": "Rest", "fr": "Repos"}}).ok()
        self.model.groups.append(
            Group(
                self.model,
                made["id"],
                is_closed,
                body["capacity"],
                body["registration_deadline_days"],
                planned,
                [host.id for host in hosts],
                bool(activity),
            )
        )
        if self.rng.random() < 0.8:
            self.model.open(self.model.groups[-1])
            self.ask("coordinator", "POST", f"{path}/open").ok()
        return made

    def activity(self, of_service):
        body = {"service_id": of_service, "kind": "event", "title": {"en": "Drawing", "fr": "Dessin"}}
        made = self.ask("coordinator", "POST", "/v1/activities", body | {"description": {"en": "We draw.", "fr": "On dessine."}}).created()
        self.ask("coordinator", "POST", f"/v1/activities/{made['id']}/open").ok()
        return made["id"]

    def lend(self, path, planned, other):
        """Somebody who leads another group, or an activity, leads this one as well for a moment, but never both at the same hour."""
        self.note("lent by", other)
        taken = [s.starts_at for s in other.sessions if s.state in ("scheduled", "in_progress")]
        clashes = any(abs(s.starts_at - at) < LENGTH for s in planned for at in taken)
        answer = self.ask("coordinator", "POST", f"{path}/host-assignments", {"account_id": other.hosts[0], "slot": "peer_supporter"})
        self.done["clash" if clashes else "lent"] += 1
        if clashes:
            assert answer.problem(409)["reason"] == "double-booked"
        else:
            self.ask("coordinator", "POST", f"/v1/host-assignments/{answer.created()['id']}/release").ok()

    def on_group(self, name, *states):
        group = self.group(*states)
        self.note(group)
        return self.both(lambda: getattr(self.model, name)(group), lambda: self.ask("coordinator", "POST", f"/v1/groups/{group.id}/{name}"))

    def open(self):
        return self.on_group("open", "draft")

    def confirm(self):
        return self.on_group("confirm", "recruiting")

    def cancel(self):
        return self.on_group("cancel", "draft", "recruiting")

    def complete(self):
        return self.on_group("complete", "in_progress")

    def resize(self):
        group, capacity = self.group("draft", "recruiting", "confirmed", "in_progress"), self.rng.randrange(1, 6)
        self.note(group, capacity)
        return self.both(
            lambda: self.model.resize(group, capacity),
            lambda: self.ask("coordinator", "PATCH", f"/v1/groups/{group.id}", {"capacity": capacity}),
        )

    def move(self):
        group, session = self.session("scheduled")
        local = session.local + timedelta(days=self.rng.randrange(-6, 15))
        cascade = self.rng.random() < 0.5
        self.note(session, f"{local:%m-%d}", cascade)
        body = {"local_start": f"{local:%Y-%m-%dT%H:%M}", "cascade": cascade}
        return self.both(
            lambda: self.model.move(group, session, local, cascade),
            lambda: self.ask("coordinator", "PATCH", f"/v1/sessions/{session.id}", body),
        )

    def drop(self):
        group, session = self.session("scheduled")
        self.note(session)
        return self.both(
            lambda: self.model.drop(group, session), lambda: self.ask("coordinator", "POST", f"/v1/sessions/{session.id}/cancel")
        )

    def start(self):
        """Mostly when the next one is due: the clock goes on to its hour."""
        ready = [group for group in self.model.groups if group.state in ("confirmed", "in_progress") and group.of("confirmed", "active")]
        due = [(g, s) for g in ready for s in g.sessions if s.state == "scheduled" and s.starts_at > self.model.now]
        group, session = self.session("scheduled")
        if due and self.rng.random() < 0.85:
            group, session = min(due, key=lambda pair: pair[1].starts_at)
            self.model.now = max(self.model.now, session.starts_at - timedelta(minutes=self.rng.randrange(-30, 15)))
        everybody = self.rng.random() < 0.9
        self.note(session, everybody)
        body = {"hosts_present": group.hosts if everybody else group.hosts[:1]}
        return self.both(
            lambda: self.model.start(group, session, everybody),
            lambda: self.ask("coordinator", "POST", f"/v1/sessions/{session.id}/start", body),
        )

    def end(self):
        _, session = self.session("in_progress")
        self.note(session)
        return self.both(lambda: self.model.end(session), lambda: self.ask("coordinator", "POST", f"/v1/sessions/{session.id}/end"))

    def attend(self):
        all_ = [(session, seat) for group in self.model.groups for session in group.sessions for seat in group.seats]
        seated = [pair for pair in all_ if pair[0].started_at and pair[1].state in ("confirmed", "active")]
        session, seat = self.any_of(all_, seated)
        status = self.rng.choice(("present", "present", "absent", "left_early", "left_unexpectedly"))
        self.note(session, seat, status)
        return self.both(
            lambda: self.model.attend(session, seat, status),
            lambda: self.ask("coordinator", "PUT", f"/v1/sessions/{session.id}/attendance/{seat.id}", {"status": status}),
        )

    # ---- seats ----

    def place(self, propose=False):
        group, person = self.group(), self.rng.choice(self.model.people)
        self.note(group, person)
        body = {"participant_id": person.id} | ({"propose_only": True} if propose else {})
        answer = self.both(
            lambda: self.model.place(group, person, propose),
            lambda: self.ask("coordinator", "POST", f"/v1/groups/{group.id}/enrolments", body),
        )
        if answer:
            self.foreseen.id = answer["id"]
        return answer

    def register(self):
        """A peer asks for an activity, often for several; now and then for what is none."""
        groups = self.model.groups
        group = self.any_of(groups, [group for group in groups if group.is_track and group.takes_people()])
        person, nobody = self.rng.choice(self.model.people), self.rng.choice((True, True, False, None))
        self.note(group, person, nobody)
        answer = self.both(
            lambda: self.model.register(group, person, nobody),
            lambda: self.ask(person, "POST", f"/v1/groups/{group.id}/register", {} if nobody is None else {"nobody_to_avoid": nobody}),
        )
        if answer:
            self.foreseen.id = answer["id"]
        return answer

    def talk_here(self):
        seats = self.model.seats()
        seat = self.any_of(seats, [seat for seat in seats if seat.state in LIVE and seat.must_talk() and not seat.person.said])
        return self.on_seat("conversation", seat, lambda: self.model.talk(seat))

    def propose(self):
        return self.place(propose=True)

    def offer(self):
        seat = self.seat("requested", "waitlisted")
        return self.on_seat("offer", seat, lambda: self.model.offer(seat), body={})

    def accept(self):
        seat, by_peer = self.seat("offered"), self.is_peer()
        return self.on_seat("accept", seat, lambda: self.model.accept(seat, by_peer), seat.person if by_peer else "coordinator")

    def say(self, name, answer):
        """Mostly one who has no answer yet."""
        accepted = [seat for seat in self.model.seats() if seat.state == "accepted"]
        seat = self.any_of(accepted or self.model.seats(), [seat for seat in accepted if not seat.answer])
        return self.on_seat(name, seat, lambda: self.model.answer(seat, answer))

    def say_yes(self):
        return self.say("confirm", "confirmed")

    def say_no(self):
        return self.say("not-this-one", "not_placed")

    def decline(self):
        seat = self.seat("offered")
        return self.on_seat("decline", seat, lambda: self.model.decline(seat), seat.person if self.is_peer() else "coordinator")

    def withdraw(self):
        seat = self.seat(*LIVE)
        return self.on_seat("withdraw", seat, lambda: self.model.withdraw(seat), seat.person if self.is_peer() else "coordinator")

    def remove(self):
        seat = self.seat(*LIVE)
        reason = self.rng.choice(("conduct", "safety", "not_eligible", "other_group"))
        return self.on_seat("remove", seat, lambda: self.model.remove(seat, reason), body={"reason": reason})

    # ---- time, and what else happens to people ----

    def wait(self):
        self.model.now += timedelta(hours=self.rng.choice((1, 2, 4, 8, 16)))

    def jobs(self):
        """What the worker does once a second, often at an hour at which somebody is answered."""
        answered = [seat.answer_at for seat in self.model.seats() if seat.state == "accepted"]
        if answered and self.rng.random() < 0.5:
            self.model.now = max(self.model.now, min(answered))
        waiting = [seat.id for seat in self.model.seats() if seat.state == "waitlisted"]
        self.work("comparison_run()", "seat_expire_offers()", "seat_answer_all()", "seat_advance_lists()", "seat_advance_lists()")
        rows = self.db.execute("select id::text from enrolments where id = any (%s) and state = 'offered'", (waiting,))
        offered = {id for (id,) in rows}
        self.log[-1] += f" offered {sorted(id[:8] for id in offered)}"
        self.model.jobs(offered)
        return True

    def declare(self):
        one, other = self.rng.sample(self.model.people, 2)
        host = self.rng.choice(self.group().hosts) if self.rng.random() < 0.3 else None
        self.note(one, host or other)
        body = {"kind": "no_contact", "for_participant_id": one.id} | ({"account_id": host} if host else {"participant_id": other.id})
        made = self.ask("coordinator", "POST", "/v1/conflict-declarations", body).created()
        self.model.declared[made["id"]] = frozenset((one.id, host or other.id))
        self.model.heard(one.id)
        return made

    def take_back(self):
        declaration = self.any_of(sorted(self.model.declared), sorted(self.model.declared))
        del self.model.declared[declaration]
        return self.ask("coordinator", "POST", f"/v1/conflict-declarations/{declaration}/withdraw").ok()

    def speak(self, path, body):
        """A peer says something; until it is talked about with them nobody offers nor confirms them a seat, and nothing else changes."""
        person = self.rng.choice([seat.person for seat in self.model.seats() if seat.state in LIVE] or self.model.people)
        self.note(person)
        if person.said:
            raise Nothing
        answer = self.ask(person, "POST", path, body)
        person.said.append(f"{path}/{answer.json['id']}")
        return answer

    def name_somebody(self):
        return self.speak("/v1/conflict-declarations", {"kind": "no_contact", "name": f"Nobody {uuid.uuid4()}"}).created()

    def ask_exclusion(self):
        return self.speak("/v1/exclusion-requests", {"staff_name": f"Nobody {uuid.uuid4()}"}).ok(202)

    def talk(self):
        person = self.rng.choice([person for person in self.model.people if person.said] or [None])
        if not person:
            raise Nothing
        self.note(person)
        said = person.said.pop()
        # What is not compared yet, no coordinator reads.
        self.work("comparison_run()")
        self.model.compare()
        if "declarations" in said:
            self.model.heard(person.id)
        return self.ask("coordinator", "POST", f"{said}/{'conversation' if 'declarations' in said else 'close'}").ok()

    def leave(self):
        person = self.rng.choice(self.model.people)
        self.note(person)
        self.model.leave(person)
        return self.ask(person if self.is_peer() else "coordinator", "POST", f"/v1/intakes/{person.intake}/withdraw").ok()

    def publish(self):
        """A new version: everybody is asked for that acceptance again, and for nothing else (decision 3)."""
        kind = self.rng.choice(DOCUMENTS)
        self.note(kind)
        text = {"en": f"In force. {uuid.uuid4()}", "fr": f"En vigueur. {uuid.uuid4()}"}
        for person in self.model.people:
            person.accepted.discard(kind)
        return self.ask("administrator", "POST", "/v1/documents", {"kind": kind, "title": text, "body": text}).created()

    def agree(self):
        """Some of those who lack an acceptance give it."""
        lacking = [person for person in self.model.people if set(DOCUMENTS) - person.accepted]
        for person in self.rng.sample(lacking, min(9, len(lacking))):
            for kind in sorted(set(DOCUMENTS) - person.accepted):
                (document,) = self.ask(person, "GET", f"/v1/documents?kind={kind}").ok().data
                body = {"document_id": document["id"], "language_read": "en"}
                self.ask(person, "POST", f"/v1/participants/{person.id}/acceptances", body).created()
                person.accepted.add(kind)
        if not lacking:
            raise Nothing
        return lacking

    def disagree(self):
        person, kind = self.rng.choice(self.model.people), self.rng.choice(DOCUMENTS)
        self.note(person, kind)
        row = self.db.execute(
            "select a.id from acceptances a join documents_current d on d.id = a.document_id"
            " where a.participant_id = %s and d.kind = %s and a.withdrawn_at is null", (person.id, kind)).fetchone()  # fmt: skip
        if not row:
            raise Nothing
        person.accepted.discard(kind)
        return self.ask(person, "POST", f"/v1/acceptances/{row[0]}/withdraw").ok()

    def look_at_own(self):
        """I13: for somebody of the office the groups in which they are or were a peer do not exist, nor anybody's seat in them."""
        group = self.rng.choice(self.model.groups)
        is_own = any(seat.person is self.own for seat in group.seats)
        self.note(group, is_own)
        answer = self.ask(self.other, "GET", f"/v1/groups/{group.id}/enrolments")
        assert answer.status == (404 if is_own else 200)
        for seat in group.seats[:2] if is_own else []:
            self.ask(self.other, "POST", f"/v1/enrolments/{seat.id}/remove", {"reason": "conduct"}).problem(404)
        return answer
