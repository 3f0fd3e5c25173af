# SPDX-License-Identifier: MIT
"""Two worlds that differ in one hidden fact, in which the same is done: a peer and a host who put together all they can read.

Ids and whatever else is drawn by chance is called by the order in which it appears; times are those of the story."""

import random
import re
import uuid
from collections import Counter

from steps import ABSENT
from steps.evenings import FIRST, PLANNED, chats
from steps.groups import INFORMAL, a_track, instant, registered
from steps.journey import QUEBEC_COORDINATOR, bare
from steps.leaks import path_of
from steps.world_acts import ANOTHER, NAMED, OF_OTHERS, SETTINGS, STEPS, UNIT, Acts

# An id, or a word drawn by chance: the key of a feed, a cursor, the digest in an ETag, which is one of ids too; a version stays.
CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{22,}|(?<=-)[0-9a-f]{16}(?=\.)"
    r"|(?<=\")[0-9a-f]{32}(?=\.)"
)
JOBS = (
    "comparison_run", "watched_clock_follow", "seat_expire_offers", "seat_answer_all", "seat_advance_lists", "join_link_watch",
    "outbox_release_leases")  # fmt: skip
# What may be under way to somebody, and how it reads.
ROWS = {
    "mail": "select o.id::text, o.kind, o.state, o.reason, o.data::text, o.due_at::text, o.attempts, o.created_at::text, o.changed_at::text"
    " from outbox o left join notices n on n.id = o.notice_id where o.participant_id = %(person)s or n.account_id = %(account)s"
    " order by o.created_at, o.kind, o.data::text, o.id",
    "words": "select w.to_mark is not null, w.subject, w.body, w.language from (select o from outbox o left join notices n"
    " on n.id = o.notice_id where o.state = 'queued' and (o.participant_id = %(person)s or n.account_id = %(account)s)"
    " order by o.created_at, o.kind, o.data::text, o.id) q cross join lateral outbox_lease(q.o) w",
    "audit": "select a.action, a.object_type, a.object_id::text, a.role, a.account_id::text, a.at::text from audit_events a"
    " where a.account_id = %(account)s order by a.id",
}


class Differs(AssertionError):
    """Something that can be read tells the two worlds apart."""


class Chance:
    """uuid.uuid4 of a story: the same in both worlds."""

    def __init__(self):
        self.rng = random.Random(0)

    def seed(self, seed):
        self.rng.seed(seed)

    def __call__(self):
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


class Story:
    """A chat with a host and a peer who attack, somebody else who has a seat, and a place on every evening, another host and a stranger:
    how both worlds begin. One more has room: to whom a list gives is decided alike in both, as coordinators decide."""

    def __init__(self, client):
        self.evening = chats(client, people=0)
        self.host, self.colleague = self.evening.hosts
        self.peer, self.other, self.stranger = (self.evening.person() for _ in range(3))
        self.peer.name = "Isambard Kettlewell"
        self.peer.contact(who=self.evening.coordinator, name_to_use=self.peer.name).ok()
        self.evening.seat(self.other)
        for weeks in range(2, 6):
            start = instant(FIRST, weeks=weeks)[:10]
            self.evening.coordinator.post(f"{self.evening.group.path}/sessions", {"local_start": f"{start}T18:30"}).created()
        self.meetings = self.evening.group.sessions()
        for session in self.meetings:
            self.other.peer.put(f"/v1/sessions/{session['id']}/place").ok()
        later = {"local_start": f"{instant(FIRST, weeks=8)[:10]}T18:30", "count": 2}
        self.track = a_track(client, INFORMAL, PLANNED, series=later).led_by(self.colleague)
        registered(self.track, self.other)


class World(Story, Acts):
    """One of the two. `holds`: whether the fact is so; `is_seated`: whether the peer has a seat before it is. The clients are those of
    both: whoever acts is here only after enter()."""

    def __init__(self, story, clients, server, db, contract, fact, holds, is_seated):
        vars(self).update(vars(story))
        self.clients, self.url, self.db, self.contract = clients, server.url, db, contract
        self.labels, self.feeds, self.seats = {}, [], []
        self.meetings = list(self.meetings)
        # Whom somebody has declared who can take it back, and whether they have: (who, body, path).
        self.declared, self.is_declared = None, None
        self.minutes = -8 * 24 * 60
        self.enter()
        self.pass_time(7)
        if is_seated:
            self.place(None)
            self.accept(None).ok()
            self.confirm(None)
        getattr(self, fact)(NAMED if holds else ANOTHER, holds)
        self.work()

    def enter(self):
        for who in self.clients:
            who.http.base_url = self.url
        self.pass_time(0)
        return self

    # ---- the hidden fact ----

    def somebody_seated_is_named(self, name, _):
        self.other.contact(who=self.evening.coordinator, name_to_use=name).ok()

    def somebody_outside_is_named(self, name, _):
        self.stranger.contact(who=self.evening.coordinator, name_to_use=name).ok()

    def the_other_host_is_named(self, name, _):
        self.evening.administrator.patch(self.colleague.path, {"name": name}, if_match="*").ok()

    def another_coordinator_is_named(self, name, _):
        self.evening.administrator.patch(f"/v1/staff/{QUEBEC_COORDINATOR}", {"name": name}, if_match="*").ok()

    def somebody_seated_was_in_the_unit(self, _, holds):
        self.declare_for(self.other.peer, {"kind": "same_unit", "unit": UNIT if holds else "Third Signals", "from": "2035-01-01"})

    def somebody_seated_declares_the_peer(self, name, holds):
        self.declare_for(self.other.peer, {"kind": "no_contact", "name": self.peer.name if holds else name})

    def somebody_seated_declares_the_host(self, name, holds):
        self.declare_for(self.other.peer, {"kind": "no_contact", "name": self.host.made["name"] if holds else name})

    def the_other_host_declares_the_peer(self, name, holds):
        self.declare_for(self.colleague.client, {"kind": "recusal", "name": self.peer.name if holds else name})

    def somebody_seated_excludes_the_host(self, name, holds):
        body = {"staff_name": self.host.made["name"] if holds else name}
        assert self.other.peer.post("/v1/exclusion-requests", body).status == 202

    def declare_for(self, who, body):
        said = who.post("/v1/conflict-declarations", body).created()
        self.work()
        self.evening.coordinator.post(f"{said.path}/conversation").ok()
        self.declared, self.is_declared = (who, body, said.path), True

    # ---- the clock and the worker ----

    def pass_time(self, minutes):
        self.minutes += minutes
        self.evening.at(minutes=self.minutes)

    def work(self):
        """A round of the worker: each job is a transaction of its own, and none is set aside."""
        for job in JOBS:
            with self.db.transaction():
                self.db.execute("set local role alongside_worker")
                self.db.execute(SETTINGS, (self.evening.now,))
                self.db.execute(f"select {job}()")
        faults = self.db.execute("select job, subject_id::text, sqlstate from job_faults").fetchall()
        assert faults == [], faults

    def ask(self, query, values):
        """What the database says at this hour; nothing of it stays."""
        with self.db.transaction(force_rollback=True):
            self.db.execute(SETTINGS, (self.evening.now,))
            return self.db.execute(query, values).fetchall()

    # ---- what they read ----

    def ids(self):
        declared = {who: who.get("/v1/conflict-declarations").ok().data for who in (self.peer.peer, self.host.client)}
        assignments = self.host.client.get(f"{self.evening.group.path}/host-assignments").ok()
        return {
            who: {
                "participant_id": self.peer.id, "group_id": self.evening.group.id, "session_id": self.meetings[0]["id"],
                "enrolment_id": self.seats[-1].id if self.seats else ABSENT,
                "declaration_id": declared[who][-1]["id"] if declared[who] else ABSENT,
                "assignment_id": next((a["id"] for a in assignments.data if a["account_id"] == self.host.id), ABSENT)}
            for who in declared}  # fmt: skip

    def read(self, rng=None, share=1):
        """{what: all that it says}, or as much of it as chance will have."""
        seen = {}
        for who, ids in self.ids().items():
            role = "peer" if who is self.peer.peer else "peer_supporter"
            for operation in self.contract.operations:
                if operation.method == "GET" and role in operation.roles and (share == 1 or rng.random() < share):
                    answer = who.get(path_of(operation, dict.fromkeys(operation.ids, ABSENT) | ids))
                    seen[role, operation.id] = self.plain(bare(answer))
        for _, feed in self.feeds:
            seen["feed", len(seen)] = self.plain(bare(self.peer.peer.get(feed)))
        for what, query in ROWS.items():
            for person, account in ((self.peer.id, self.peer.account), (None, self.host.id)):
                rows = self.ask(query, {"person": person, "account": account})
                seen[what, person is None] = [self.plain(row) for row in rows]
        return seen

    def plain(self, said):
        def call(found):
            return f"<{self.labels.setdefault(found[0], len(self.labels))}>"

        return CHANCE.sub(call, repr(said))


class Pair:
    """The fact holds in the first world, in the second it does not. `counted`: how often a step got through, was refused, or had nothing
    to do."""

    def __init__(self, make, chance, fact, seed, is_seated=False):
        self.rng, self.chance, self.log, self.counted = random.Random(f"{fact} {seed}"), chance, [f"{fact}, seed {seed}"], Counter()
        begin = self.rng.getrandbits(32)
        self.worlds = []
        for holds in (True, False):
            self.chance.seed(begin)
            self.worlds.append(make(fact, holds, is_seated))
        self.read()

    def each(self, act):
        """Done in both with the same chance."""
        seed, done = self.rng.getrandbits(32), []
        for world in self.worlds:
            self.chance.seed(seed)
            done.append(act(world.enter(), random.Random(seed)))
        return done

    def read(self, share=1):
        self.same("what is read", *self.each(lambda world, rng: world.read(rng, share)))

    def open(self):
        """The steps that may get through. Whoever is kept in one world is placed in neither: coordinators decide alike in both."""
        one, other = self.each(lambda world, _: world.now())
        self.same("what is so", one, other)
        now = one | {"is_kept": any([world.is_kept() for world in self.worlds])}
        return [name for name, (_, may) in STEPS.items() if may(now)], now["is_kept"]

    def step(self, name=None, share=1):
        """Mostly one that may get through; whether it did."""
        names, is_kept = self.open()
        if name is None:
            among = names if self.rng.random() < 0.85 else list(STEPS)
            name = self.rng.choices(among, [STEPS[one][0] for one in among])[0]
        self.log.append(name)
        minutes = self.rng.choice((1, 3, 17, 59, 180, 500))
        self.each(lambda world, _: world.pass_time(minutes))
        if is_kept and name in ("place", "confirm"):
            answers = [None, None]
        else:
            answers = self.each(lambda world, rng: getattr(world, name)(rng))
        statuses = [getattr(answer, "status", answer) for answer in answers]
        is_refused = statuses[0] is not None and statuses[0] >= 300
        is_through = name in names and not is_refused and statuses[0] is not None
        self.counted[name, "through" if is_through else "refused" if is_refused else "idle"] += 1
        # Of coordinators' answers the two read nothing.
        told = statuses if name in OF_OTHERS else [self.told(*pair) for pair in zip(self.worlds, answers, strict=True)]
        self.log[-1] += f" {told[0]}"[:120] + f" {getattr(answers[0], 'content', '')}"[:900] * is_refused
        self.same("the answer", *({name: answer} for answer in told))
        if self.rng.random() < 0.7:
            self.each(lambda world, _: world.work())
        self.read(share)
        return is_through

    def told(self, world, answer):
        return world.plain(bare(answer)) if hasattr(answer, "content") else answer

    def same(self, where, one, other):
        differ = {what: (one.get(what), other.get(what)) for what in one | other if one.get(what) != other.get(what)}
        if differ:
            what, (told, elsewhere) = next(iter(differ.items()))
            story = "\n".join(self.log)
            raise Differs(f"{story}\n{where}: {list(differ)}\n{what} where it is so:\n{told}\n{what} where it is not:\n{elsewhere}")
