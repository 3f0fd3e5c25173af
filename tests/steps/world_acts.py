# SPDX-License-Identifier: MIT
"""What is done in two worlds alike: by a peer and a host who try to learn something, by somebody else who has said something of them, and
by coordinators. A step gives the answer it got, or None where there was nothing to do it with."""

from steps.evenings import DEBRIEF, KIN
from steps.groups import Seat, start
from steps.journey import DOCUMENTS, Intake

NAMED, ANOTHER, UNIT = "Quillon Zabransky", "Ottoline Verhaegen", "Second Signals"
REGIONS = ("ON", "QC", "BC")
# Of a session under way, and of one that is over for less than a day.
RUNNING, RECENT = ("in_progress",), ("in_progress", "completed")

# Every step: how often it is tried, and what must be so that it may get through.
STEPS = {
    # Somebody speaks of others, and of themself.
    "declare": (3, lambda now: True),
    "step_back": (2, lambda now: True),
    "take_back": (3, lambda now: now["peer_has_said"]),
    "come_back": (3, lambda now: now["peer_is_back"]),
    "ask_not_to_be_seen": (1, lambda now: True),
    "rename": (2, lambda now: True),
    "name_kin": (1, lambda now: True),
    "change_language": (1, lambda now: True),
    "move": (1, lambda now: True),
    # Offers and places.
    "accept": (20, lambda now: now["seat"] == "offered" and not now["lacks"]),
    "decline": (8, lambda now: now["seat"] == "offered"),
    "withdraw": (2, lambda now: now["is_live"]),
    # The same of an activity, for which a peer asks themself.
    "ask_for_track": (6, lambda now: not (now["in_track"] or now["lacks"])),
    "leave_track": (2, lambda now: now["in_track"]),
    "take_place": (6, lambda now: now["is_seated"] and now["session"] == "scheduled" and not now["peer_is_back"]),
    "free_place": (2, lambda now: now["is_seated"] and now["session"] == "scheduled"),
    "leave_intake": (1, lambda now: now["intake"]),
    "revoke": (1, lambda now: now["has_read"]),
    "agree": (6, lambda now: not now["has_read"]),
    "subscribe": (1, lambda now: now["feeds"] < 10),
    "unsubscribe": (2, lambda now: now["feeds"]),
    # A host leads, and speaks.
    "host_declare": (2, lambda now: True),
    "host_step_back": (1, lambda now: True),
    "host_take_back": (2, lambda now: now["host_has_said"]),
    "host_come_back": (6, lambda now: now["host_is_back"]),
    "start": (4, lambda now: now["session"] == "scheduled" and not now["host_is_back"]),
    "attend": (4, lambda now: now["session"] in RECENT and not now["host_is_back"]),
    "choose_topic": (1, lambda now: not now["host_is_back"]),
    "report": (2, lambda now: not now["host_is_back"]),
    "end": (4, lambda now: now["session"] in RUNNING and not now["host_is_back"]),
    "debrief": (14, lambda now: now["session"] == "completed" and not now["is_debriefed"]),
    "replace_link": (1, lambda now: now["session"] in ("scheduled", "missed", *RUNNING) and not now["host_is_back"]),
    "acknowledge": (2, lambda now: now["host_is_told"]),
    # Coordinators decide, and somebody else has taken back what they said of one of the two, or says it again.
    "talk": (5, lambda now: now["is_said"] or now["host_waits"]),
    "place": (16, lambda now: not (now["is_live"] or now["is_said"] or now["lacks"] or now["is_kept"])),
    "confirm": (40, lambda now: now["seat"] == "accepted" and not (now["is_said"] or now["lacks"] or now["is_kept"])),
    "not_this_one": (8, lambda now: now["seat"] == "accepted"),
    "remove": (3, lambda now: now["is_live"]),
    "reschedule": (2, lambda now: now["session"] == "scheduled"),
    "next_session": (6, lambda now: now["session"] in ("completed", "missed") and not now["is_last"]),
    "readmit": (8, lambda now: not now["intake"]),
    "relent": (3, lambda now: now["is_declared"] is True),
    "insist": (4, lambda now: now["is_declared"] is False),
    # Nothing is done; the time of an offer runs out, and the way in is shown.
    "wait": (1, lambda now: now["session"] == "scheduled"),
}  # fmt: skip
# The first of those that the two do not do, and whose answers they do not read.
OF_OTHERS = tuple(STEPS)[tuple(STEPS).index("talk") :]
SETTINGS = "select set_config('app.role', 'worker', true), set_config('app.now', %s, true)"
NOW = """
with seat as (
    select * from enrolments e where e.participant_id = %(person)s and e.track = 'group' order by e.created_at desc, e.id limit 1)
select jsonb_build_object(
    'peer_has_said', exists (select from conflict_declarations d where d.declared_by = %(peer)s and d.withdrawn_at is null),
    'host_has_said', exists (select from conflict_declarations d where d.declared_by = %(host)s and d.withdrawn_at is null),
    'peer_is_back', exists (select from step_backs b where b.account_id = %(peer)s and b.ended_at is null),
    'host_is_back', exists (select from step_backs b where b.account_id = %(host)s and b.ended_at is null),
    'is_said', conflict_is_said(%(person)s, null),
    'host_waits', exists (select from conflict_declarations d where d.declared_by = %(host)s and d.conversation_at is null),
    'seat', (select e.state from seat e where e.state <> 'offered' or e.offer_expires_at > app_now()),
    'is_live', coalesce((select e.is_live from seat e), false),
    'is_seated', coalesce((select e.is_seated from seat e), false),
    'in_track', exists (select from enrolments e where e.participant_id = %(person)s and e.track = 'activity' and e.is_live),
    'lacks', m.missing <> '{}',
    'has_read', m.missing <@ '{intake}',
    'intake', exists (select from intakes i where i.participant_id = %(person)s and i.state in ('ready', 'placed')),
    'host_is_told', exists (select from notices n where n.account_id = %(host)s and n.acknowledged_at is null),
    'is_debriefed', exists (select from debriefs d where d.session_id = %(session)s and d.account_id = %(host)s),
    'session', (
        select case when s.state = 'scheduled' and session_ends_at(s) < app_now() then 'missed' else s.state end
        from sessions s where s.id = %(session)s))
from enrolments_missing(array[%(person)s::uuid], 'group') m
"""


class Acts:
    """The steps. `meetings`: the sessions still to come, the first one first."""

    def now(self):
        """What is so, as far as it decides which step gets through; nothing of it depends on the hidden fact."""
        values = {"person": self.peer.id, "peer": self.peer.account, "host": self.host.id, "session": self.meetings[0]["id"]}
        ((now,),) = self.ask(NOW, values)
        return now | {"feeds": len(self.feeds), "is_last": len(self.meetings) == 1, "is_declared": self.is_declared}

    # ---- somebody speaks ----

    def name(self, rng):
        return rng.choice((NAMED, NAMED, f"{NAMED.split()[0]} Umbridge", f"Nobody {rng.getrandbits(32):x}"))

    def declare(self, rng, who=None, counts_from="before_my_next_placement"):
        who = who or self.peer.peer
        kinds = ("no_contact", "chain_of_command", "dual_relationship", "same_unit", "recusal")
        kind = rng.choice(kinds if who is self.host.client else kinds[:-1])
        body = {"kind": kind, "counts_from": counts_from}
        if kind == "same_unit":
            body |= {"unit": UNIT, "from": "2040-01-01"}
        else:
            body["name"] = self.name(rng)
        if kind == "chain_of_command":
            body["period"] = "former"
        return who.post("/v1/conflict-declarations", body)

    def step_back(self, rng, who=None):
        return self.declare(rng, who, "now")

    def take_back(self, rng, who=None):
        who = who or self.peer.peer
        listed = who.get("/v1/conflict-declarations", params={"state": "standing", "limit": 100}).ok().data
        return who.post(f"/v1/conflict-declarations/{rng.choice(listed)['id']}/withdraw") if listed else None

    def come_back(self, _, who=None):
        return (who or self.peer.peer).delete("/v1/step-back")

    def host_declare(self, rng):
        return self.declare(rng, self.host.client)

    def host_step_back(self, rng):
        return self.step_back(rng, self.host.client)

    def host_take_back(self, rng):
        return self.take_back(rng, self.host.client)

    def host_come_back(self, rng):
        return self.come_back(rng, self.host.client)

    def ask_not_to_be_seen(self, rng):
        return self.peer.peer.post("/v1/exclusion-requests", {"staff_name": self.name(rng)})

    def rename(self, rng):
        changes = {
            "name_to_use": self.name(rng), "email": f"quill.{rng.getrandbits(20)}@example.org", "phone": "+1 613 555 0155",
            "safe_hours": "Evenings", "ok_to_email": rng.random() < 0.7}  # fmt: skip
        field = rng.choice(sorted(changes))
        return self.peer.contact(**{field: changes[field]})

    def name_kin(self, rng):
        return self.peer.peer.put(f"{self.peer.path}/emergency-contact", KIN | {"declined": False, "name": self.name(rng)}, if_match="*")

    def change_language(self, rng):
        return self.peer.peer.patch(self.peer.path, {"preferred_language": rng.choice(("en", "fr"))}, if_match="*")

    def move(self, rng):
        lives = self.peer.peer.get(self.peer.path).ok()["region"]
        region = rng.choice([region for region in REGIONS if region != lives])
        return self.peer.peer.post(f"{self.peer.path}/region-moves", {"region": region, "agreed": True})

    # ---- offers and places ----

    def seat(self, name):
        return self.seats[-1].step(name) if self.seats else None

    def accept(self, _):
        return self.seat("accept")

    def decline(self, _):
        return self.seat("decline")

    def withdraw(self, _):
        return self.seat("withdraw")

    def ask_for_track(self, rng):
        return self.peer.peer.post(f"{self.track.path}/register", {"nobody_to_avoid": rng.random() < 0.7})

    def leave_track(self, _):
        rows = self.ask(
            "select id::text from enrolments where participant_id = %(id)s and track = 'activity' and is_live", {"id": self.peer.id}
        )
        return self.peer.peer.post(f"/v1/enrolments/{rows[0][0]}/withdraw") if rows else None

    def take_place(self, rng):
        return self.peer.peer.put(f"{self.path}/place", {"is_only_one": rng.random() < 0.3})

    def free_place(self, _):
        return self.peer.peer.delete(f"{self.path}/place")

    def leave_intake(self, _):
        ((newest,),) = self.ask(
            "select id from intakes where participant_id = %(person)s order by created_at desc, id limit 1", {"person": self.peer.id}
        )
        return self.peer.peer.post(f"/v1/intakes/{newest}/withdraw")

    def revoke(self, rng):
        listed = self.peer.peer.get(f"{self.peer.path}/acceptances", params={"limit": 100}).ok().data
        standing = [entry for entry in listed if entry["withdrawn_at"] is None and entry["kind"] in DOCUMENTS["group"]]
        return self.peer.peer.post(f"/v1/acceptances/{rng.choice(standing)['id']}/withdraw") if standing else None

    def agree(self, rng):
        """To something that they lack, if they do."""
        ((lacks,),) = self.ask("select missing from enrolments_missing(array[%(person)s::uuid], 'group')", {"person": self.peer.id})
        kinds = [kind for kind in lacks if kind in DOCUMENTS["group"]] or DOCUMENTS["group"]
        return self.peer.accept(rng.choice(kinds))

    def subscribe(self, _):
        made = self.peer.peer.post(f"{self.peer.path}/calendar-feeds", {"language": "en"})
        if made.status == 201:
            self.feeds.append((made["id"], made["path"]))
        return made

    def unsubscribe(self, rng):
        return self.peer.peer.delete(f"/v1/calendar-feeds/{self.feeds.pop(rng.randrange(len(self.feeds)))[0]}") if self.feeds else None

    # ---- a host leads ----

    @property
    def path(self):
        return f"/v1/sessions/{self.meetings[0]['id']}"

    def minutes_until_start(self):
        ((minutes,),) = self.ask(
            "select (extract(epoch from s.starts_at - app_now()) / 60)::int from sessions s where s.id = %(id)s", self.meetings[0]
        )
        return minutes

    def start(self, rng):
        """Mostly at its hour."""
        if rng.random() < 0.8 and self.minutes_until_start() > 10:
            self.pass_time(self.minutes_until_start() - 5)
            self.work()
        return start(self.host.client, self.meetings[0], *self.evening.hosts)

    def entries(self):
        """Of the roster, as the host reads it."""
        roster = self.host.client.get(f"{self.path}/roster")
        return roster.json["data"] if roster.status == 200 else []

    def attend(self, rng):
        entries = self.entries()
        seat = rng.choice(entries)["enrolment_id"] if entries else self.seats[-1].id if self.seats else None
        status = rng.choice(("present", "present", "absent", "left_early", "left_unexpectedly"))
        return seat and self.host.client.put(f"{self.path}/attendance/{seat}", {"status": status})

    def choose_topic(self, rng):
        return self.host.client.put(f"{self.path}/topic", {"topics": [rng.choice(("coping", "boundaries"))]})

    def report(self, rng):
        entries = self.entries()
        about = {"enrolment_id": rng.choice(entries)["enrolment_id"]} if entries and rng.random() < 0.5 else {}
        body = {"kind": rng.choice(("distress", "technical")), "severity": rng.choice((1, 2, 3)), "session_id": self.meetings[0]["id"]}
        return self.host.client.post("/v1/incidents", body | about)

    def end(self, _):
        return self.host.client.post(f"{self.path}/end")

    def debrief(self, _):
        return self.host.client.post(f"{self.path}/debriefs", DEBRIEF)

    def replace_link(self, rng):
        return self.host.client.put(f"{self.path}/join-link", {"join_link": f"https://teams.example/join/{rng.getrandbits(30)}"})

    def acknowledge(self, _):
        unread = [entry for entry in self.host.client.get("/v1/notices").ok().data if entry["acknowledged_at"] is None]
        return self.host.client.post(f"/v1/notices/{unread[-1]['id']}/acknowledge") if unread else None

    # ---- what coordinators do, and somebody else ----

    def is_kept(self):
        """Whether a coordinator would hear that the peer must not be placed here."""
        with self.db.transaction(force_rollback=True):
            self.db.execute(SETTINGS, (self.evening.now,))
            self.db.execute("select comparison_run()")
            row = self.db.execute("select conflict_blocks_participant(%s, %s)", (self.peer.id, self.evening.group.id))
            return row.fetchone()[0]

    def talk(self, _):
        """About all that the two have said, and nobody has talked about with them yet. What is not compared yet no coordinator sees."""
        self.work()
        said = self.db.execute(
            "select id::text from conflict_declarations where conversation_at is null and declared_by = any (%s) order by created_at, id",
            ([self.peer.account, self.host.id],)).fetchall()  # fmt: skip
        asked = self.db.execute(
            "select id::text from exclusion_requests where state = 'open' and participant_id = %s order by created_at, id",
            (self.peer.id,)).fetchall()  # fmt: skip
        who, answer = self.evening.coordinator, None
        for (id,) in said:
            answer = who.post(f"/v1/conflict-declarations/{id}/conversation").ok()
        for (id,) in asked:
            answer = who.post(f"/v1/exclusion-requests/{id}/close", if_match="*").ok()
        return answer

    def place(self, _):
        answer = self.evening.group.place(self.peer)
        if answer.status == 201:
            self.seats.append(Seat(self.evening.group, self.peer, answer))
        return answer

    def confirm(self, _, step="confirm"):
        """And the hour comes at which it is heard, before anything else is said."""
        if not self.seats:
            return None
        answer = self.seats[-1].confirm(step)
        if answer.status == 200:
            ((minutes,),) = self.ask(
                "select ceil(extract(epoch from e.answer_at - app_now()) / 60)::int from enrolments e where e.id = %(id)s",
                {"id": self.seats[-1].id})  # fmt: skip
            self.pass_time(max(0, minutes))
            self.work()
        return answer

    def not_this_one(self, rng):
        return self.confirm(rng, "not-this-one")

    def remove(self, rng):
        return self.seats[-1].step(
            "remove", {"reason": rng.choice(("conduct", "other_group"))}, who=self.evening.coordinator) if self.seats else None  # fmt: skip

    def reschedule(self, rng):
        day = self.meetings[0]["local_start"][:-5]
        body = {"local_start": f"{day}{rng.choice(('18:30', '18:45', '19:00'))}"}
        return self.evening.coordinator.patch(self.path, body, if_match="*")

    def next_session(self, _):
        """From here on it is the one after that."""
        if len(self.meetings) == 1:
            return None
        self.meetings.pop(0)
        return 200

    def readmit(self, _):
        """Somebody who has left goes through another intake."""
        if self.now()["intake"]:
            return None
        Intake(self.peer).walk("ready")
        return 200

    def relent(self, _):
        if not self.is_declared:
            return None
        who, _, path = self.declared
        self.is_declared = False
        return who.post(f"{path}/withdraw").ok()

    def insist(self, _):
        if self.is_declared is not False:
            return None
        self.declare_for(*self.declared[:2])
        return 201

    def wait(self, rng):
        """A day or four, or until the way in has been shown."""
        self.pass_time(rng.choice((24 * 60, 4 * 24 * 60, max(0, self.minutes_until_start() - 20 * 60))))
        return 200
