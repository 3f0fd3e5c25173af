# SPDX-License-Identifier: MIT
"""People as they are after long stories, made past the API: what somebody needs for a seat or to lead is told step by step by tests of
their own, where a test begins after that only the outcome counts."""

from datetime import timedelta

PEOPLE = """
with made as (select gen_random_uuid() as id, gen_random_uuid() as account, n from generate_series(1, %(count)s) n),
accounts_made as (
    insert into accounts (id, issuer, subject, role, participant_id)
        select account, 'urn:alongside:local', account::text, 'peer', id from made returning 1),
people_made as (
    insert into participants (
        id, account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by,
        created_at)
    select id, account, 'Birch ' || left(id::text, 23), 'en', 'caf_former', %(at)s, %(at)s, account, %(at)s from made
    returning 1)
select id, account from made order by n
"""
READY = """
with person as (
    select gen_random_uuid() as intake, p.id, coalesce(r.at, p.created_at) as at, coalesce(%(accepted)s, p.created_at) as accepted_at
    from unnest(%(people)s::uuid[], %(moments)s::timestamptz[]) r (id, at) join participants p on p.id = r.id),
accepted as (
    insert into acceptances (participant_id, document_id, language_read, accepted_at)
    select p.id, d.id, 'en', p.accepted_at from person p cross join documents_current d returning 1),
intakes_made as (
    insert into intakes (
        id, participant_id, track, state, coordinator_id, form_sent_at, form_returned_at, acknowledged_at,
        meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes, meeting_held_at,
        readiness, ready_at, valid_until, update_due_at, created_at)
    select
        intake, id, 'group', 'ready', %(coordinator)s, at, at, at, at at time zone 'UTC', 'Etc/UTC', at, 'en', 45, at, 'ready', at,
        accepted_at + interval '12 months', business_days_after(accepted_at, 10), at
    from person
    returning 1),
forms_made as (
    insert into intake_forms (
        intake_id, participant_id, device_ok, meeting_willing, services_wanted, availability, must_not_meet_exists, filled_by,
        submitted_at, submitted_by)
    select
        intake, id, true, true, '{informal_group,formal_group}', '[{"weekday": "tuesday", "part": "evening"}]', false, 'peer', at,
        'peer'
    from person
    returning 1),
nobody_named as (
    insert into emergency_contacts (participant_id, declined, confirmed_at) select id, true, at from person
    on conflict (participant_id) do update set declined = true, confirmed_at = excluded.confirmed_at
    returning 1)
select id, intake from person
"""
HOSTS = """
with made as (select gen_random_uuid() as id, role from unnest(%(roles)s::text[]) role),
accounts_made as (insert into accounts (id, issuer, subject, role) select id, 'urn:alongside:local', id::text, role from made returning 1),
staff_made as (
    insert into staff (id, alias, languages, employer)
    select id, 'Cedar ' || left(id::text, 13), '{en,fr}', case role when 'mental_health_professional' then 'smsrc' end from made
    returning 1)
select id, role from made
"""
QUALIFIED = """
insert into qualifications (account_id, designation, education, cleared_on)
select
    id, case role when 'mental_health_professional' then 'social_worker' end, case role when 'coordinator' then 'social_work' end,
    %(cleared_on)s
from accounts where id = any (%(hosts)s::uuid[])
"""
# S0.25: every module that their role needs.
TRAINED = """
insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
select a.id, replace(l.list, 'training_', ''), l.code, %(on)s, %(by)s, transaction_timestamp()
from accounts a
join code_lists l on l.list = 'training_orientation' or l.list = 'training_facilitator' and a.role = 'mental_health_professional'
where a.id = any (%(hosts)s::uuid[])
"""
# Long before any session of a test; what somebody needs to lead is as old as this.
LONG_AGO = "2026-01-05"
COORDINATOR = "00000000-0000-4000-8000-000000000004"


class Someone:
    """Somebody who is ready for a group."""

    def __init__(self, id, account, intake):
        self.id, self.account, self.intake = str(id), str(account), str(intake)


class Leader:
    """Somebody who may lead; what of a host steps.groups asks for."""

    def __init__(self, id, role):
        self.id, self.role = str(id), role


def make_people(db, count, at, apart=timedelta(minutes=1)):
    """Ready people, each of a moment of their own, so long after the one before; `at`: when they accepted the documents."""
    people = db.execute(PEOPLE, {"count": count, "at": at}).fetchall()
    moments = [at - timedelta(days=30) + place * apart for place in range(1, count + 1)]
    intakes = make_ready(db, [person for person, _ in people], moments, at)
    return [Someone(person, account, intakes[person]) for person, account in people]


def make_ready(db, people, moments=None, accepted=None):
    """These participants have finished the intake for groups and accepted every document, each at their moment, or when they came to
    the program; {participant: intake}."""
    values = {"people": people, "moments": moments or [], "accepted": accepted, "coordinator": COORDINATOR}
    intakes = dict(db.execute(READY, values).fetchall())
    db.execute("select waiting_person_refresh(p) from set_config('app.role', 'worker', true), unnest(%s::uuid[]) p", (people,))
    return intakes


def make_hosts(db, *roles):
    """One host of each of these roles, with all that it needs."""
    hosts = db.execute(HOSTS, {"roles": list(roles)}).fetchall()
    make_qualified(db, [host for host, _ in hosts])
    make_trained(db, [host for host, _ in hosts])
    return [Leader(*host) for host in hosts]


def make_qualified(db, hosts, cleared_on=LONG_AGO):
    db.execute(QUALIFIED, {"hosts": hosts, "cleared_on": cleared_on})


def make_trained(db, hosts, on=LONG_AGO):
    db.execute(TRAINED, {"hosts": hosts, "on": on, "by": COORDINATOR})
