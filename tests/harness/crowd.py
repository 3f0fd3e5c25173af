# SPDX-License-Identifier: MIT
"""Many people at once, made past the API: what somebody needs for a seat is told step by step by the stories of tests/api, here only
the outcome counts."""

PEOPLE = """
with made as (
    select gen_random_uuid() as id, gen_random_uuid() as account, gen_random_uuid() as intake, n
    from generate_series(1, %(count)s) n),
accounts_made as (
    insert into accounts (id, subject, role, participant_id) select account, account::text, 'peer', id from made returning 1),
people_made as (
    insert into participants (
        id, account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by,
        created_at)
    select id, account, 'Birch ' || left(id::text, 23), 'en', 'caf_former', %(at)s, %(at)s, account, %(at)s from made
    returning 1),
accepted as (
    insert into acceptances (participant_id, document_id, language_read, accepted_at)
    select m.id, d.id, 'en', %(at)s from made m cross join documents_current d returning 1),
-- Each was ready at a moment of their own, so that the fair order is one order.
ready as (
    insert into intakes (
        id, participant_id, track, state, coordinator_account_id, form_sent_at, form_returned_at, acknowledged_at,
        meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes, meeting_held_at,
        readiness, ready_at, valid_until, update_due_at, created_at)
    select
        intake, id, 'group', 'ready', %(coordinator)s, at, at, at, at at time zone 'UTC', 'Etc/UTC', at, 'en', 45, at, 'ready', at,
        %(at)s + interval '12 months', business_days_after(%(at)s, 10), at
    from made cross join lateral (select %(at)s - interval '30 days' + n * interval '1 minute' as at) t
    returning 1)
select id, account, intake from made order by n
"""
HOSTS = """
with made as (select gen_random_uuid() as id, role from unnest(%(roles)s::text[]) role),
accounts_made as (insert into accounts (id, subject, role) select id, id::text, role from made returning 1),
staff_made as (
    insert into staff (id, alias, languages, employer)
    select id, 'Cedar ' || left(id::text, 13), '{en,fr}', case role when 'mental_health_professional' then 'smsrc' end from made
    returning 1),
qualified as (
    insert into qualifications (account_id, designation, cleared_on)
    select id, case role when 'mental_health_professional' then 'social_worker' end, '2026-01-05' from made returning 1),
trained as (
    insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
    select m.id, replace(l.list, 'training_', ''), l.code, '2026-01-05', %(coordinator)s, transaction_timestamp()
    from made m join code_lists l on l.list in ('training_orientation', 'training_facilitator')
    returning 1)
select id, role from made
"""
COORDINATOR = "00000000-0000-4000-8000-000000000004"


class Someone:
    """Somebody who is ready for a group."""

    def __init__(self, id, account, intake):
        self.id, self.account, self.intake = str(id), str(account), str(intake)


class Leader:
    """Somebody who may lead; what of a host steps.groups asks for."""

    def __init__(self, id, role):
        self.id, self.role = str(id), role


def make_people(db, count, at):
    """Ready people, in the fair order; `at`: when they accepted the documents."""
    rows = db.execute(PEOPLE, {"count": count, "at": at, "coordinator": COORDINATOR})
    return [Someone(*row) for row in rows]


def make_hosts(db, *roles):
    """One host of each of these roles, with every training."""
    rows = db.execute(HOSTS, {"roles": list(roles), "coordinator": COORDINATOR})
    return [Leader(*row) for row in rows]
