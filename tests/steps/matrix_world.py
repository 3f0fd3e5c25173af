# SPDX-License-Identifier: MIT
"""Whom the matrix asks about, and what is around groups there: beside the demo data, and whatever the hour is."""

import uuid

from harness.tokens import ISSUER

ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")
HOSTS = ("peer_supporter", "mental_health_professional")
DEMO_ACCOUNTS = {role: f"00000000-0000-4000-8000-{number:012d}" for number, role in enumerate(ROLES, 1)}
PEER, SUPPORTER, PROFESSIONAL, COORDINATOR, LINE, ADMINISTRATOR = DEMO_ACCOUNTS.values()
QUEBEC_COORDINATOR = "00000000-0000-4000-8000-000000000014"
OTHER_SUPPORTER, OTHER_PROFESSIONAL, OTHER_COORDINATOR, OTHER_LINE = (f"00000000-0000-4000-8000-{n:012d}" for n in (102, 103, 104, 105))
# Demo participants: 3001 is another peer, 3002 is excluded from the coordinator, 3004 lives where the second does not serve, and
# 3003 is the second coordinator of the tests under their other login.
MAPLE = "00000000-0000-4000-8000-000000000101"
PEER_2, EXCLUDED, OWN_CASE, ELSEWHERE = (f"00000000-0000-4000-8000-00000000{number}" for number in (3001, 3002, 3003, 3004))


SUPPORTER_MADE = "insert into accounts (id, issuer, subject, role) select n, %s, n, 'peer_supporter' from gen_random_uuid() n returning id"


def one(db, sql, *values):
    return str(db.execute(sql, values).fetchone()[0])


def exclude(db, account, participant, reason="asked_by_peer"):
    """The participant does not exist for this account (R14, I13)."""
    db.execute(
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
        " values (%s, %s, %s, %s, now()) on conflict do nothing",
        (participant, account, reason, QUEBEC_COORDINATOR),
    )


def named(parameter, rows):
    return [(role, account, {parameter: identifier}) for role, account, identifier in rows]


def activity(db, state):
    return one(
        db,
        "insert into activities (service_id, kind, state, title_en, title_fr, description_en, description_fr, announced_at, created_at)"
        " select id, 'event', %s, 'Drawing', 'Dessin', 'We draw.', 'On dessine.', case when %s <> 'planned' then now() end, now()"
        " from services order by id limit 1 returning id",
        state,
        state,
    )


def of_participants(db, find):
    """What find(participant) gives for the three reasons not to see somebody: a peer, an exclusion, a region."""
    exclude(db, COORDINATOR, EXCLUDED)
    return [
        ("peer", None, find(PEER_2)),
        ("coordinator", None, find(EXCLUDED)),
        ("coordinator", QUEBEC_COORDINATOR, find(ELSEWHERE)),
    ]


def of_coordinators(db, find):
    return [row for row in of_participants(db, find) if row[0] == "coordinator"]


class World:
    """A group that meets right now, led by the demo's hosts, and one that others lead; somebody who is kept from somebody in each."""

    def __init__(self, db):
        self.db = db
        self.service = one(db, "select id from services where code = 'informal_group'")
        db.execute("delete from back_ups where account_id = %s", (COORDINATOR,))  # who has a group in their care sees more of it
        exclude(db, COORDINATOR, EXCLUDED)
        exclude(db, OTHER_COORDINATOR, OWN_CASE, "own_case")
        self.barred = one(db, SUPPORTER_MADE, ISSUER)
        exclude(db, self.barred, PEER_2, "own_case")
        self.cohost = one(db, SUPPORTER_MADE, ISSUER)
        self.group = self.make_group()
        self.session = self.make_session(self.group)
        self.hosts = {
            "peer_supporter": self.lead(self.group, SUPPORTER, "peer_supporter"),
            "mental_health_professional": self.lead(self.group, PROFESSIONAL, "on_call_professional"),
            "co-host": self.lead(self.group, self.cohost, "peer_supporter"),
        }
        self.seats = {person: self.seat(self.group, person) for person in (MAPLE, EXCLUDED, ELSEWHERE, OWN_CASE)}
        for person, seat in self.seats.items():
            self.attend(self.session, seat, person)
        self.db.execute("insert into apologies values (%s, %s, %s, now(), now())", (self.session, self.seats[MAPLE], MAPLE))
        self.apart = self.make_group()
        self.apart_session = self.make_session(self.apart)
        self.apart_host = self.lead(self.apart, OTHER_SUPPORTER, "peer_supporter")
        self.lead(self.apart, OTHER_PROFESSIONAL, "on_call_professional")
        self.lead(self.apart, self.barred, "peer_supporter")
        self.apart_seat = self.seat(self.apart, PEER_2)
        self.attend(self.apart_session, self.apart_seat, PEER_2)
        self.track = self.make_track()

    def make_track(self):
        """Of an activity that everybody may ask for."""
        track = self.make_group()
        self.db.execute("update cohorts set activity_id = %s, state = 'recruiting' where id = %s", (activity(self.db, "open"), track))
        return track

    def make_group(self):
        return one(
            self.db,
            "insert into cohorts (service_id, language, state, coordinator_id, capacity, max_sessions, parts, joining,"
            " topics, offer_hours, created_at)"
            " select id, 'en', 'in_progress', %s, capacity, max_sessions, parts, joining, topics, offer_hours, now()"
            " from services where id = %s"
            " returning id",
            COORDINATOR,
            self.service,
        )

    def make_session(self, group):
        """Under way for ten minutes."""
        return one(
            self.db,
            "insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, state, started_at,"
            " changed_at)"
            " select g.id, 1, 1, t.at at time zone 'Etc/UTC', 'Etc/UTC', t.at, 90, g.parts->0->'hosts', 'in_progress', t.at, t.at"
            " from cohorts g, (select date_trunc('second', now()) - interval '10 minutes') t (at) where g.id = %s returning id",
            group,
        )

    def lead(self, group, account, slot):
        self.db.execute(
            "insert into session_presences (session_id, account_id, slot, at) select id, %s, %s, started_at from sessions where cohort_id = %s",
            (account, slot, group),
        )
        return one(
            self.db,
            "insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (%s, %s, %s, %s, now())"
            " returning id",
            group,
            account,
            slot,
            COORDINATOR,
        )

    def seat(self, group, person):
        return one(
            self.db,
            "insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at, offered_at)"
            " values (%s, %s, 'active', now(), now(), now()) returning id",
            group,
            person,
        )

    def attend(self, session, seat, person):
        self.db.execute(
            "insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)"
            " values (%s, %s, %s, 'present', %s, now())",
            (session, seat, person, SUPPORTER),
        )

    def incident(self, session, author, seat=None):
        return one(
            self.db,
            "insert into incidents (kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)"
            " select 'distress', 2, %s, %s, id, role, now() from accounts where id = %s returning id",
            session,
            seat,
            author,
        )

    def debrief(self, session, author):
        return one(
            self.db,
            "insert into debriefs (session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, created_at)"
            " select id, cohort_id, %s, true, 4, 4, false, now() from sessions where id = %s"
            " on conflict (session_id, account_id) do update set version = debriefs.version returning id",
            author,
            session,
        )

    def declaration(self, author, person=None, account=None, other=None):
        """Of a name, or (by a coordinator) about somebody whom an id names: then it meets them."""
        return one(
            self.db,
            "insert into conflict_declarations"
            " (kind, for_participant_id, for_account_id, participant_id, name_digest, declared_by, created_at)"
            " values ('no_contact', %s, %s, %s, %s, %s, now()) returning id",
            person,
            account,
            other,
            None if other else uuid.uuid4().hex * 2,
            author,
        )

    def match(self, person, other):
        declaration = self.declaration(COORDINATOR, person, other=other)
        self.db.execute("select conflict_compare_declaration(%s)", (declaration,))
        return one(self.db, "select id from conflict_matches where declaration_id = %s", declaration)

    def request(self, person, for_lead=False):
        return one(
            self.db,
            "insert into exclusion_requests (participant_id, name_digest, for_lead, created_at, call_due)"
            " values (%s, %s, %s, now(), now()) returning id",
            person,
            uuid.uuid4().hex * 2,
            for_lead,
        )

    def feed(self, person):
        """(id, {the two halves of its address})."""
        halves = {"calendar_id": str(uuid.uuid4()), "secret_id": str(uuid.uuid4())}
        feed = one(
            self.db,
            "insert into calendar_feeds (participant_id, language, secret_sha256, created_at)"
            " values (%s, 'en', secret_digest(%s, %s), now()) returning id",
            person,
            *halves.values(),
        )
        return feed, halves

    def guest_page(self):
        """The two halves of the address of a guest's page."""
        halves = {"page_id": str(uuid.uuid4()), "secret_id": str(uuid.uuid4())}
        one(
            self.db,
            "insert into guest_pages (guest_id, secret_sha256, created_at)"
            " select id, secret_digest(%s, %s), now() from guests order by id limit 1 returning id",
            *halves.values(),
        )
        return halves

    # What is kept from whom.

    def strangers(self, theirs, ours, own):
        """theirs: of the other group; ours: of the group that meets; own: kept from who is a peer in the group (I13)."""
        return [
            ("peer_supporter", None, theirs),
            ("mental_health_professional", None, theirs),
            ("peer_supporter", OTHER_SUPPORTER, ours),
            ("mental_health_professional", OTHER_PROFESSIONAL, ours),
            ("peer_supporter", self.barred, own),
            ("coordinator", OTHER_COORDINATOR, ours),
        ]

    def hidden_groups(self):
        # A peer asks for what is offered to everybody, which a group is not.
        return named("group_id", [("peer", None, self.group), *self.strangers(self.apart, self.group, self.apart)])

    def hidden_sessions(self):
        rows = [("peer", None, self.apart_session), *self.strangers(self.apart_session, self.session, self.apart_session)]
        return named("session_id", rows)

    def hidden_assignments(self):
        return named("assignment_id", self.strangers(self.apart_host, self.hosts["co-host"], self.apart_host))

    def hidden_enrolments(self):
        rows = [
            ("peer", None, self.apart_seat),
            ("peer", None, self.seats[OWN_CASE]),
            ("coordinator", None, self.seats[EXCLUDED]),
            ("coordinator", QUEBEC_COORDINATOR, self.seats[ELSEWHERE]),
            ("coordinator", OTHER_COORDINATOR, self.seats[OWN_CASE]),
            ("coordinator", OTHER_COORDINATOR, self.seats[MAPLE]),
        ]
        return named("enrolment_id", rows)

    def hidden_seats(self):
        """Somebody else's session; one's own session with a seat of another group; a seat of somebody whom one does not serve."""
        rows = [(role, account, session, self.seats[MAPLE]) for role, account, session in self.strangers(
            self.apart_session, self.session, self.apart_session)]  # fmt: skip
        rows += [(role, None, self.apart_session, self.apart_seat) for role in HOSTS]
        rows += [(role, None, self.session, self.apart_seat) for role in (*HOSTS, "coordinator")]
        rows += [("coordinator", QUEBEC_COORDINATOR, self.session, self.seats[ELSEWHERE])]
        return [(role, account, {"session_id": session, "enrolment_id": seat}) for role, account, session, seat in rows]

    def hidden_incidents(self):
        theirs = self.incident(self.apart_session, OTHER_SUPPORTER)
        ours = self.incident(self.session, self.cohost)
        about_somebody = self.incident(None, PROFESSIONAL, self.seats[EXCLUDED])
        exclude(self.db, PROFESSIONAL, EXCLUDED)
        rows = self.strangers(theirs, ours, self.incident(self.apart_session, self.barred))
        rows += [
            ("peer_supporter", None, ours),
            ("mental_health_professional", None, about_somebody),
            ("coordinator", None, about_somebody),
        ]
        return named("incident_id", rows)

    def hidden_debriefs(self):
        theirs, ours = self.debrief(self.apart_session, OTHER_SUPPORTER), self.debrief(self.session, self.cohost)
        rows = self.strangers(theirs, ours, self.debrief(self.apart_session, self.barred))
        rows += [(role, None, ours) for role in HOSTS]
        return named("debrief_id", rows)

    def hidden_declarations(self):
        rows = [
            ("peer", None, self.declaration(self.account(PEER_2), PEER_2)),
            ("peer_supporter", None, self.declaration(OTHER_SUPPORTER, account=OTHER_SUPPORTER)),
            ("mental_health_professional", None, self.declaration(OTHER_PROFESSIONAL, account=OTHER_PROFESSIONAL)),
            ("coordinator", None, self.declaration(SUPPORTER, account=COORDINATOR)),
            ("coordinator", None, self.declaration(self.account(EXCLUDED), EXCLUDED)),
            ("coordinator", QUEBEC_COORDINATOR, self.declaration(self.account(ELSEWHERE), ELSEWHERE)),
        ]
        return named("declaration_id", rows)

    def hidden_matches(self):
        others = {EXCLUDED: MAPLE, ELSEWHERE: EXCLUDED, PEER_2: MAPLE}
        found = of_coordinators(self.db, lambda person: self.match(person, others[person]))
        return named("match_id", [*found, ("coordinator", None, self.match_before_the_conversation())])

    def match_before_the_conversation(self):
        return one(
            self.db,
            "insert into conflict_matches"
            " (declaration_id, basis, for_participant_id, participant_id, needs_agreement, state, created_at)"
            " values (%s, 'named', %s, %s, false, 'unconfirmed', now()) returning id",
            self.declaration(PEER, MAPLE),
            MAPLE,
            PEER_2,
        )

    def hidden_requests(self):
        """To the administrator, those that others settle."""
        return named("request_id", [*of_coordinators(self.db, self.request), ("administrator", None, self.request(PEER_2))])

    def hidden_feeds(self):
        return named("feed_id", [("peer", None, self.feed(PEER_2)[0])])

    def hidden_swaps(self):
        swap = "insert into duty_swaps (shift_id, local_on, from_account_id, to_account_id, created_at)"
        others = " select id, '2030-01-01', %s, %s, now() from duty_shifts order by id limit 1 returning id"
        made = one(self.db, swap + others, QUEBEC_COORDINATOR, SUPPORTER)
        return named("swap_id", [(role, None, made) for role in ("mental_health_professional", "coordinator")])

    def alarm(self, person=None, declaration=None):
        return one(
            self.db,
            "insert into alarms (kind, object_id, participant_id, region_key, due_at, clock, round_at, round_length, next_at, created_at)"
            " values (%s, coalesce(%s, gen_random_uuid()), %s, '-', now(), '1 hour', now(), '1 hour', 'infinity', now()) returning id",
            "declaration_due" if declaration else "incident",
            declaration,
            person,
        )

    def notice(self, account, alarm=None):
        return one(
            self.db,
            "insert into notices (account_id, kind, urgency, object_id, alarm_id, step, created_at)"
            " values (%s, 'incident', 'today', gen_random_uuid(), %s, %s, now()) returning id",
            account,
            alarm,
            alarm and 1,
        )

    def hidden_notices(self):
        made = self.notice(QUEBEC_COORDINATOR)
        return named("notice_id", [(role, None, made) for role in (*HOSTS, "coordinator", "administrator")])

    def hidden_alarms(self):
        """Nobody reads one about themselves."""
        own = [
            (role, None, self.alarm(declaration=self.declaration(SUPPORTER, account=DEMO_ACCOUNTS[role])))
            for role in ("coordinator", "administrator")
        ]
        of_incidents = [("mental_health_professional", None, self.alarm()), ("coordinator", None, self.alarm(EXCLUDED))]
        return named("alarm_id", of_incidents + own)

    def account(self, person):
        return one(self.db, "select account_id from participants where id = %s", person)

    # What each role may see.

    def visible_notices(self):
        return {role: {"notice_id": self.notice(DEMO_ACCOUNTS[role])} for role in (*HOSTS, "coordinator", "administrator")}

    def visible_alarms(self):
        made = self.alarm()
        self.notice(PROFESSIONAL, made)
        return {role: {"alarm_id": made} for role in ("mental_health_professional", "coordinator", "administrator")}

    def visible_incidents(self):
        by_author = {"peer_supporter": SUPPORTER, "mental_health_professional": PROFESSIONAL, "coordinator": COORDINATOR}
        return {role: {"incident_id": self.incident(self.session, author)} for role, author in by_author.items()}

    def visible_debriefs(self):
        authors = {"peer_supporter": SUPPORTER, "mental_health_professional": PROFESSIONAL, "coordinator": self.cohost}
        return {role: {"debrief_id": self.debrief(self.session, author)} for role, author in authors.items()}

    def visible_declarations(self):
        return {
            "peer": {"declaration_id": self.declaration(PEER, MAPLE)},
            "peer_supporter": {"declaration_id": self.declaration(SUPPORTER, account=SUPPORTER)},
            "mental_health_professional": {"declaration_id": self.declaration(PROFESSIONAL, account=PROFESSIONAL)},
            "coordinator": {"declaration_id": self.declaration(COORDINATOR, MAPLE)},
        }


WORLDS = {}


def world(db):
    """One for each database."""
    if db.info.dbname not in WORLDS:
        WORLDS[db.info.dbname] = World(db)
    return WORLDS[db.info.dbname]


def of_world(name):
    return lambda db: getattr(world(db), name)()
