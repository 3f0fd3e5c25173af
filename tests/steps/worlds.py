# SPDX-License-Identifier: MIT
"""Two worlds that differ in one hidden fact, in which the same is done: a peer and a host who put together all they can read.

Ids and whatever else is drawn by chance is called by the order in which it appears; times are those of the story."""

import random
import re
import uuid

from steps import ABSENT
from steps.evenings import informal
from steps.groups import Seat
from steps.journey import bare
from steps.leaks import path_of

NAMED, ANOTHER = "Quillon Zabransky", "Ottoline Verhaegen"
# An id, or a word drawn by chance: the key of a feed, a cursor, the digest in an ETag, which is one of ids too; a version stays.
CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{22,}|(?<=-)[0-9a-f]{16}(?=\.)"
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
    """An evening with a host and a peer who attack, somebody else who has a seat, another host and a stranger: how both worlds begin."""

    def __init__(self, client):
        self.evening = informal(client, people=0)
        self.host, self.colleague = self.evening.hosts
        self.peer, self.other, self.stranger = (self.evening.person() for _ in range(3))
        self.peer.name = "Isambard Kettlewell"
        self.peer.contact(who=self.evening.coordinator, name_to_use=self.peer.name).ok()
        self.evening.seat(self.other)


class World(Story):
    """One of the two. `holds`: whether the fact is so. The clients are those of both: whoever acts is here only after enter()."""

    def __init__(self, story, clients, server, db, contract, fact, holds):
        vars(self).update(vars(story))
        self.clients, self.url, self.db, self.contract = clients, server.url, db, contract
        self.labels, self.feeds, self.seats = {}, [], []
        self.minutes = -8 * 24 * 60
        self.enter()
        self.pass_time(7)
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

    def somebody_seated_declares_the_peer(self, name, holds):
        self.declared(self.other.peer, self.peer.name if holds else name)

    def somebody_seated_declares_the_host(self, name, holds):
        self.declared(self.other.peer, self.host.made["name"] if holds else name)

    def the_other_host_declares_the_peer(self, name, holds):
        self.declared(self.colleague.client, self.peer.name if holds else name, "recusal")

    def somebody_seated_excludes_the_host(self, name, holds):
        body = {"staff_name": self.host.made["name"] if holds else name}
        assert self.other.peer.post("/v1/exclusion-requests", body).status == 202

    def declared(self, who, name, kind="no_contact"):
        said = who.post("/v1/conflict-declarations", {"kind": kind, "name": name}).created()
        self.work()
        self.evening.coordinator.post(f"{said.path}/conversation").ok()

    # ---- the clock and the worker ----

    def pass_time(self, minutes):
        self.minutes += minutes
        self.evening.at(minutes=self.minutes)

    def work(self):
        """A round of the worker: each job is a transaction of its own, and none is set aside."""
        for job in JOBS:
            with self.db.transaction():
                self.db.execute("set local role alongside_worker")
                self.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (self.evening.now,))
                self.db.execute(f"select {job}()")
        faults = self.db.execute("select job, subject_id::text, sqlstate from job_faults").fetchall()
        assert faults == [], faults

    # ---- what the two do ----

    def who(self, rng):
        return rng.choice((self.peer.peer, self.host.client))

    def name(self, rng):
        return rng.choice((NAMED, NAMED, f"{NAMED.split()[0]} Umbridge", f"Nobody {rng.getrandbits(32):x}"))

    def declare(self, rng):
        kind = rng.choice(("no_contact", "chain_of_command", "dual_relationship", "same_unit", "recusal"))
        body = {"kind": kind, "counts_from": rng.choice(("now", "before_my_next_placement"))}
        if kind == "same_unit":
            body |= {"unit": "Second Signals", "from": "2040-01-01"}
        else:
            body["name"] = self.name(rng)
        if kind == "chain_of_command":
            body["period"] = "former"
        return self.who(rng).post("/v1/conflict-declarations", body)

    def take_back(self, rng):
        who = self.who(rng)
        listed = who.get("/v1/conflict-declarations").ok().data
        return listed and who.post(f"/v1/conflict-declarations/{rng.choice(listed)['id']}/withdraw")

    def ask_not_to_be_seen(self, rng):
        return self.peer.peer.post("/v1/exclusion-requests", {"staff_name": self.name(rng)})

    def rename(self, rng):
        changes = {"name_to_use": self.name(rng), "email": f"quill.{rng.getrandbits(20)}@example.org", "phone": "+1 613 555 0155"}
        field = rng.choice(sorted(changes))
        return self.peer.contact(**{field: changes[field]})

    def come_back(self, rng):
        return self.who(rng).delete("/v1/step-back")

    def seat(self, name):
        return self.seats and self.seats[-1].step(name)

    def accept(self, _):
        return self.seat("accept")

    def decline(self, _):
        return self.seat("decline")

    def withdraw(self, _):
        return self.seat("withdraw")

    def start(self, rng):
        """Mostly at its hour."""
        if rng.random() < 0.7 and self.minutes < -10:
            self.pass_time(-5 - self.minutes)
            self.work()
        return self.evening.start(self.host.client)

    def attend(self, rng):
        roster = self.host.client.get(f"{self.evening.path}/roster")
        if roster.status != 200 or not roster.json.get("entries", roster.json.get("data")):
            return roster
        entries = roster.json.get("entries", roster.json.get("data"))
        return self.host.client.put(
            f"{self.evening.path}/attendance/{rng.choice(entries)['enrolment_id']}", {"status": rng.choice(("present", "absent"))})  # fmt: skip

    def end(self, _):
        return self.evening.end(self.host.client)

    def replace_link(self, rng):
        return self.host.client.put(f"{self.evening.path}/join-link", {"join_link": f"https://teams.example/join/{rng.getrandbits(30)}"})

    def subscribe(self, _):
        made = self.peer.peer.post(f"{self.peer.path}/calendar-feeds", {"language": "en"})
        if made.status == 201:
            self.feeds.append(made["path"])
        return made

    # ---- what coordinators do: the same in both worlds ----

    def waiting(self):
        """Declarations of the two about which nobody has talked with them."""
        rows = self.db.execute(
            "select id::text from conflict_declarations where conversation_at is null and declared_by = any (%s) order by created_at, id",
            ([self.peer.account, self.host.id],)).fetchall()  # fmt: skip
        return [id for (id,) in rows]

    def is_kept(self):
        """Whether a coordinator would hear that the peer must not be placed here."""
        with self.db.transaction(force_rollback=True):
            self.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (self.evening.now,))
            return self.db.execute("select conflict_blocks_participant(%s, %s)", (self.peer.id, self.evening.group.id)).fetchone()[0]

    def talk(self):
        for id in self.waiting():
            self.evening.coordinator.post(f"/v1/conflict-declarations/{id}/conversation").ok()

    def place(self):
        answer = self.evening.group.place(self.peer)
        if answer.status == 201:
            self.seats.append(Seat(self.evening.group, self.peer, answer))
        return answer.status

    def answer(self, step):
        if not self.seats or self.seats[-1].state != "accepted":
            return None
        status = self.seats[-1].confirm(step).status
        hour = self.db.execute("select answer_at::text from enrolments where id = %s", (self.seats[-1].id,)).fetchone()[0]
        while self.db.execute("select %s::timestamptz < %s", (self.evening.now, hour)).fetchone()[0]:
            self.pass_time(30)
        return status

    # ---- what they read ----

    def ids(self):
        declared = {who: who.get("/v1/conflict-declarations").ok().data for who in (self.peer.peer, self.host.client)}
        assignments = self.host.client.get(f"{self.evening.group.path}/host-assignments").ok()
        return {
            who: {
                "participant_id": self.peer.id, "group_id": self.evening.group.id, "session_id": self.evening.session["id"],
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
        for feed in self.feeds:
            seen["feed", len(seen)] = self.plain(bare(self.peer.peer.get(feed)))
        for what, query in ROWS.items():
            for person, account in ((self.peer.id, self.peer.account), (None, self.host.id)):
                with self.db.transaction(force_rollback=True):
                    self.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (self.evening.now,))
                    rows = self.db.execute(query, {"person": person, "account": account}).fetchall()
                seen[what, person is None] = [self.plain(row) for row in rows]
        return seen

    def plain(self, said):
        def call(found):
            return f"<{self.labels.setdefault(found[0], len(self.labels))}>"

        return CHANCE.sub(call, repr(said))


class Pair:
    """The fact holds in the first world, in the second it does not."""

    WEIGHTS = {
        "declare": 6, "take_back": 3, "ask_not_to_be_seen": 2, "rename": 3, "come_back": 2, "accept": 3, "decline": 1, "withdraw": 1,
        "start": 2, "attend": 2, "end": 1, "replace_link": 1, "subscribe": 1, "talk": 2, "place": 4, "confirm": 2, "not-this-one": 1}  # fmt: skip

    def __init__(self, make, chance, fact, seed):
        self.rng, self.chance, self.log = random.Random(f"{fact} {seed}"), chance, [f"{fact}, seed {seed}"]
        begin = self.rng.getrandbits(32)
        self.worlds = []
        for holds in (True, False):
            self.chance.seed(begin)
            self.worlds.append(make(fact, holds))
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

    def decide(self, name):
        """A coordinator's decision, which the fact does not change: whoever is kept in one world is placed in neither."""
        if name == "talk":
            return self.each(lambda world, _: world.talk())
        is_kept = any([world.is_kept() for world in self.worlds])
        if name == "place":
            return [None, None] if is_kept else self.each(lambda world, _: world.place())
        return self.each(lambda world, _: world.answer("not-this-one" if is_kept else name))

    def step(self, name=None, share=1):
        name = name or self.rng.choices(list(self.WEIGHTS), self.WEIGHTS.values())[0]
        self.log.append(name)
        minutes = self.rng.choice((1, 3, 17, 59, 180, 500))
        self.each(lambda world, _: world.pass_time(minutes))
        if name in ("talk", "place", "confirm", "not-this-one"):
            answers = self.decide(name)
        else:
            answers = self.each(lambda world, rng: self.told(world, getattr(world, name)(rng)))
        self.log[-1] += f" {str(answers[0])[:120]}"
        self.same("the answer", *({name: answer} for answer in answers))
        if self.rng.random() < 0.7:
            self.each(lambda world, _: world.work())
        self.read(share)

    def told(self, world, answer):
        return world.plain(bare(answer)) if hasattr(answer, "content") else answer

    def same(self, where, one, other):
        differ = {what: (one.get(what), other.get(what)) for what in one | other if one.get(what) != other.get(what)}
        if differ:
            what, (told, elsewhere) = next(iter(differ.items()))
            story = "\n".join(self.log)
            raise Differs(f"{story}\n{where}: {list(differ)}\n{what} where it is so:\n{told}\n{what} where it is not:\n{elsewhere}")
