-- SPDX-License-Identifier: MIT
-- The clocks of an incident (A6.6, R6), and that its table goes one step at a time; what a debrief, attendance or an opening leaves.
begin;
\ir helpers.psql
\ir world.psql
select plan(18);

\set boss 'c0000000-0000-4000-8000-000000000001'
\set ps 'b0000000-0000-4000-8000-000000000001'
\set mhp 'b0000000-0000-4000-8000-000000000003'
\set asked 'b0000000-0000-4000-8000-000000000006'
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :'boss'), host('peer_supporter', :'ps'), host('mental_health_professional', :'mhp'),
    host('mental_health_professional', :'asked') \g /dev/null
select cohort('closed', '2026-12-01 18:00') as g, person() as ann \gset
select session_of(:'g') as s, seat(:'ann', :'g') as seat, leads(:'ps', :'g', 'peer_supporter'),
    leads(:'mhp', :'g', 'mental_health_professional') \gset
create function tests.clocks(in_at timestamptz, in_severity int, in_session uuid) returns text language plpgsql as $$
begin
    perform clock(in_at);
    return (
        select (b->>'acknowledge_due') || ' ' || (b->>'follow_up_due')
        from answer(format('select * from incidents_create(%L)', jsonb_build_object(
            'kind', 'distress', 'severity', in_severity, 'session_id', in_session))) a, lateral (select a->'body' as b) t);
end
$$;
select enter('peer_supporter', :'ps') \g /dev/null
select is(clocks(c.at::timestamptz, c.severity, :'s'), c.acknowledge || ' ' || c.follow_up, 'A6.6 ' || c.title) from (values
    ('2026-12-01 23:10Z', 4, '2026-12-01T23:25:00Z', '2026-12-02T22:00:00Z', '15 minutes; follow-up on the next business day'),
    ('2026-12-01 23:10Z', 3, '2026-12-02T00:10:00Z', '2026-12-02T22:00:00Z', 'one hour'),
    ('2026-12-01 23:10Z', 2, '2026-12-02T22:00:00Z', '2026-12-02T22:00:00Z', 'one business day'),
    ('2026-12-01 23:10Z', 1, '2026-12-08T22:00:00Z', '2026-12-08T22:00:00Z', 'five business days'),
    ('2026-12-24 23:10Z', 2, '2026-12-29T22:00:00Z', '2026-12-29T22:00:00Z', 'over the holidays'),
    ('2026-12-24 23:10Z', 4, '2026-12-24T23:25:00Z', '2026-12-29T22:00:00Z', 'minutes know no holiday')
    ) c (at, severity, acknowledge, follow_up, title);
insert into holidays (date, name_en, name_fr, created_at) values ('2026-12-02', 'Test', 'Essai', app_now());
select is((select count(distinct follow_up_due) from incidents where session_id = :'s'), 3::bigint,
    'a holiday that comes later moves no clock');

insert into debriefs (
    session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, created_at, supervisor_account_id,
    supervised_at, supervised_by)
values
    (:'s', :'g', :'ps', true, 4, 4, false, app_now(), null, app_now(), :'boss'),
    (:'s', :'g', :'mhp', true, 4, 4, false, app_now(), :'asked', null, null);
insert into incident_actions (incident_id, code, at, recorded_by, recorded_at)
select id, 'eap', app_now(), :'ps', app_now() from incidents where session_id = :'s' limit 1;
insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
values (:'s', :'seat', :'ann', 'present', :'ps', app_now());
insert into contact_openings (session_id, enrolment_id, account_id, reason, at) values (:'s', :'seat', :'mhp', 'check_in', app_now());
create function tests.refused_as(in_role text, in_account uuid, in_sql text) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account);
    return refusal(in_sql);
end
$$;
select is(refused_as(c.role, c.account::uuid, format(c.tried, :'s', :'seat')), c.refused, c.title) from (values
    ('coordinator', :'boss', $$update incidents set state = 'closed', closed_at = app_now(), closed_by = actor_account_id(),
        followed_up_at = app_now(), acknowledged_at = app_now(), acknowledged_by = actor_account_id() where session_id = %L$$,
        'conflict-state', 'R6 the table itself goes one step at a time'),
    ('coordinator', :'boss', 'update incidents set severity = 1', '42501', 'and what happened stays'),
    ('mental_health_professional', :'mhp', 'update incidents set kind = ''other''', '42501', 'for a professional as well'),
    ('coordinator', :'boss', 'update incident_actions set code = ''eap''', '42501', 'what was done stays'),
    ('coordinator', :'boss', 'delete from incident_actions', '42501', 'and is not taken away'),
    ('coordinator', :'boss', 'update debriefs set supervised_at = null, supervised_by = actor_account_id()', '42501',
        'R13 what was talked about stays so'),
    ('peer_supporter', :'ps', $$insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
        select session_id, enrolment_id, participant_id, 'present', recorded_by, recorded_at from attendances$$, '42501',
        'I7 attendance is written by its function alone'),
    ('mental_health_professional', :'mhp', 'delete from contact_openings', '42501', 'R14 nobody takes a line from the list of openings'),
    ('mental_health_professional', :'mhp', $$insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
        values (%L, %L, actor_account_id(), 'check_in', app_now())$$, '42501', 'nor adds one'),
    ('mental_health_professional', :'asked', 'update debriefs set supervisor_account_id = null', '42501',
        'A6.8 who is asked to supervise hands it to nobody else'),
    ('mental_health_professional', :'mhp', 'delete from session_presences', '42501', 'nor is it forgotten who was there')
    ) c (role, account, tried, refused, title);
select * from finish();
rollback;
