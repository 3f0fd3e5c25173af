# SPDX-License-Identifier: MIT
"""Seats past HTTP, by the program's own functions: what a list, the people on it and the coordinators do, at hours that a test says."""

import contextlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("America/Toronto")
COORDINATOR = "00000000-0000-4000-8000-000000000004"
COHORT = """
insert into cohorts (service_id, language, state, coordinator_id, capacity, max_sessions, parts, joining, topics,
    offer_hours, created_at, registration_deadline_days)
select id, 'en', 'recruiting', %(coordinator)s, %(capacity)s, 1, parts, %(joining)s, 'participants', %(offer_hours)s, %(at)s,
    %(deadline)s
from services order by code limit 1 returning id
"""
SESSION = """
insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
values (%s, 1, 1, %s::timestamptz at time zone 'America/Toronto', 'America/Toronto', %s, 90, '{}', %s)
"""
ENROLMENT = """
with made as (
    insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at, decided_at)
    select %(cohort)s, p.id, %(state)s, p.since, %(at)s, case %(state)s when 'confirmed' then %(at)s::timestamptz end
    from unnest(%(people)s::uuid[], %(since)s::timestamptz[]) with ordinality p (id, since, n) order by p.n
    returning id::text, participant_id)
select array_agg(m.id order by array_position(%(people)s::uuid[], m.participant_id)) from made m
"""


def office(day, at):
    """A wall time of the office."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=OFFICE)


class Desk:
    """One connection, on which each part of the program acts in its turn; the test holds the transaction."""

    def __init__(self, db):
        self.db = db
        # As the program's own connections.
        db.execute("select set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)")

    def act(self, role, at, statement, values=(), account=None, participant=None):
        """What this statement answers to somebody of this role at that moment."""
        settings = {
            "app.role": role, "app.now": at.isoformat(), "app.account_id": account or "", "app.participant_id": participant or "",
            "app.region_keys": "{-}"}  # fmt: skip
        self.db.execute("select set_config(key, value, true) from jsonb_each_text(%s)", (json.dumps(settings),))
        return self.db.execute(statement, values).fetchone()

    def work(self, at, *jobs):
        for job in jobs:
            self.act("worker", at, f"select {job}()")

    def cohort(self, at, locks_at, *, capacity, offer_hours=72, joining="closed", deadline=None):
        values = {
            "coordinator": COORDINATOR, "capacity": capacity, "joining": joining, "offer_hours": offer_hours, "at": at,
            "deadline": deadline}  # fmt: skip
        (made,) = self.db.execute(COHORT, values).fetchone()
        self.db.execute(SESSION, (made, locks_at, locks_at, at))
        return made

    def enrol(self, cohort, people, state, at, since=None):
        """They wait, each since their moment, or have a seat."""
        values = {
            "cohort": cohort, "people": [person.id for person in people], "state": state, "at": at,
            "since": since or [at] * len(people)}  # fmt: skip
        (made,) = self.db.execute(ENROLMENT, values).fetchone()
        return made

    def accept(self, seat, person, at):
        self.act("peer", at, "select enrolments_accept(%s, null)", (seat,), person.account, person.id)

    def answer(self, seat, answer, at):
        """'confirm' or 'not_this_one'."""
        self.act("coordinator", at, f"select enrolments_{answer}(%s, null)", (seat,), COORDINATOR)

    def seen(self, seat, person, at):
        """All that the peer reads of it at that moment."""
        (body,) = self.act("peer", at, "select body from enrolments_json where id = %s", (seat,), person.account, person.id)
        return body

    def state(self, seat):
        return self.db.execute("select state from enrolments where id = %s", (seat,)).fetchone()[0]

    @contextlib.contextmanager
    def replaced(self, function, old, new):
        """Meanwhile this function says this instead."""
        (source,) = self.db.execute("select pg_get_functiondef(%s::regproc)", (function,)).fetchone()
        assert old in source, (function, old)
        self.db.execute(source.replace(old, new))
        yield
        self.db.execute(source)
