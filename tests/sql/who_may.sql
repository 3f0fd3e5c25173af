-- SPDX-License-Identifier: MIT
-- The second wall, table by table: what each role may read (S), add (I), change (U) and remove (D) where nothing but grants, policies
-- and guards stand in its way. Those who ask are the demo's: a peer, their hosts and coordinator, the line, the administrator.
begin;
\ir helpers.psql
select plan(93);

select acts(v.role, v.account::uuid, v.participant::uuid) from (values
    ('peer', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101'),
    ('peer_supporter', '00000000-0000-4000-8000-000000000002', null),
    ('mental_health_professional', '00000000-0000-4000-8000-000000000003', null),
    ('coordinator', '00000000-0000-4000-8000-000000000004', null),
    ('line', '00000000-0000-4000-8000-000000000005', null),
    ('administrator', '00000000-0000-4000-8000-000000000006', null)) v (role, account, participant) \g /dev/null
\set maple '00000000-0000-4000-8000-000000000101'
\set boss '00000000-0000-4000-8000-000000000004'
\set group '00000000-0000-4000-8000-000000000401'
select e.id as seat, i.id as intake, s.id as session
from enrolments e
join intakes i on i.participant_id = e.participant_id
join sessions s on s.cohort_id = e.cohort_id and s.seq = 1
where e.participant_id = :'maple' and e.cohort_id = :'group' \gset
-- Of what the demo has none, there is one of that peer's.
insert into exclusion_requests (participant_id, name_digest, for_lead, created_at, call_due)
values (:'maple', 'd', true, now(), now());
insert into calendar_feeds (participant_id, language, secret_sha256, created_at) values (:'maple', 'en', '\x00', now());
insert into guest_pages (guest_id, secret_sha256, created_at) select id, '\x00', now() from guests limit 1;
insert into apologies values (:'session', :'seat', :'maple', now(), now());
insert into interests select :'maple', id, '{fr}', now() from activities limit 1;
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
values (:'maple', '00000000-0000-4000-8000-000000000014', 'own_case', :'boss', now());
insert into region_moves (participant_id, to_region, said_by, recorded_by, recorded_at) values (:'maple', 'NS', 'peer', :'boss', now());
insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) values (:'intake', :'maple', 'phone', :'boss', now());
insert into outbox (kind, participant_id, due_at, created_at, changed_at) values ('status_update', :'maple', now(), now(), now());
insert into step_backs (account_id, since, ended_at)
select account, now(), now() from actors where role in ('peer', 'peer_supporter', 'mental_health_professional');
insert into notice_preferences (account_id, language, mail)
select account, 'fr', 'today' from actors where role not in ('peer', 'line', 'public', 'nobody');
insert into alarms (kind, object_id, region_key, due_at, clock, round_at, round_length, next_at, created_at)
values ('incident', :'session', '-', now(), '1 hour', now(), '1 hour', now(), now());
insert into notices (account_id, kind, urgency, object_id, alarm_id, step, created_at)
select a.account, 'incident', 'today', :'session', case when a.role <> 'peer_supporter' then l.id end,
    case when a.role <> 'peer_supporter' then 1 end, now()
from actors a cross join alarms l where a.role not in ('peer', 'line', 'public', 'nobody');
insert into alarm_actions (alarm_id, action, step, rung, at) select id, 'called', 1, 'duty', now() from alarms;
insert into deliveries (outbox_id, attempt, at, outcome) select id, 1, now(), 'sent' from outbox limit 1;
insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
values (:'session', :'seat', '00000000-0000-4000-8000-000000000003', 'check_in', now());
insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
values (:'session', :'seat', :'maple', 'waiting', false, now(), now());
insert into place_decisions (place_id, at, decision, by_role) select id, now(), 'waiting', 'peer' from places;
insert into session_presences (session_id, account_id, slot, at)
values (:'session', '00000000-0000-4000-8000-000000000003', 'on_call_professional', now());
insert into audit_events (at, role, operation, action, object_type, participant_ids)
values (now(), 'peer', 'x', 'read', 'x', array[:'maple'::uuid]);
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select gen_random_uuid(), v.type, v.id::uuid, 'w' from (values
    ('participant', :'maple'), ('session', :'session'), ('referral', (select id::text from referrals limit 1)), ('staff', :'boss')
    ) v (type, id);
insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
select account, 'tests_run', 'k', 'f', now() from actors where participant is not null or role not in ('public', 'nobody');

create temp table rows (place int generated always as identity, name text primary key, who text, insertion text);
insert into rows (name, who, insertion) values
    ('absences', 'coordinator:SID administrator:SID',
        $$insert into absences (account_id, starts_on, ends_on, timezone, recorded_by, created_at)
        values (%2$L, '2026-01-01', '2026-01-02', 'America/Toronto', actor_account_id(), now())$$),
    ('acceptances', 'peer:SI coordinator:S',
        $$insert into acceptances (participant_id, document_id, language_read, accepted_at)
        select coalesce(actor_participant_id(), %1$L), id, 'en', now() from documents$$),
    ('accounts', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:SIU',
        $$insert into accounts (issuer, subject, role) values ('i', 'm', 'line')$$),
    ('alarm_actions', 'mental_health_professional:SI coordinator:SI administrator:SI',
        $$insert into alarm_actions (alarm_id, action, step, account_id, at)
        select id, 'taken_over', 1, actor_account_id(), now() from alarms limit 1$$),
    ('alarms', 'mental_health_professional:S coordinator:S administrator:S',
        $$insert into alarms (kind, object_id, region_key, due_at, clock, round_at, round_length, next_at, created_at)
        values ('incident', %1$L, 'ON', now(), '1 hour', now(), '1 hour', now(), now())$$),
    ('apologies', 'peer:S',
        $$insert into apologies values (%4$L, %5$L, %1$L, now(), now())$$),
    ('attendances', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S',
        $$insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
        values (%4$L, %5$L, %1$L, 'present', actor_account_id(), now())$$),
    ('audit_events', 'peer:SI peer_supporter:I mental_health_professional:I coordinator:I line:I administrator:SI public:I nobody:I',
        $$insert into audit_events (at, role, operation, action, object_type, account_id)
        values (now(), actor_role(), 'x', 'x', 'x', actor_account_id())$$),
    ('audit_links', '',
        $$insert into audit_links values (99, 'events', '2026-01', '1', '2', 0, 1, 1, '\x00', '\x00', 1, now())$$),
    ('back_ups', 'coordinator:SU administrator:SI',
        $$insert into back_ups (account_id, back_up_account_id, named_by, named_at)
        values ('00000000-0000-4000-8000-000000000006', %2$L, actor_account_id(), now())$$),
    ('calendar_feeds', 'peer:SID',
        $$insert into calendar_feeds (participant_id, language, secret_sha256, created_at)
        values (%1$L, 'en', '\x01', now())$$),
    ('code_lists', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:SI public:S nobody:S',
        $$insert into code_lists (list, code, position, label_en, label_fr) values ('training_method', 'x', 1, 'a', 'b')$$),
    ('activities', 'peer:S peer_supporter:S mental_health_professional:S coordinator:SIU line:S administrator:S public:S nobody:S',
        $$insert into activities (service_id, kind, title_en, title_fr, description_en, description_fr, created_at)
        select id, 'event', 'a', 'a', 'a', 'a', now() from services limit 1$$),
    ('cohorts', 'peer_supporter:S mental_health_professional:S coordinator:SIU',
        $$insert into cohorts (service_id, language, coordinator_id, capacity, max_sessions, parts, joining, topics,
            offer_hours, created_at)
        select id, 'en', actor_account_id(), 1, 1, parts, 'closed', 'participants', 72, now() from services limit 1$$),
    ('comparisons', 'peer:I peer_supporter:I mental_health_professional:I coordinator:I line:I administrator:I',
        $$insert into comparisons (subject, owner_id, is_first, created_at) values ('participant', %1$L, false, now())$$),
    ('conflict_declarations', 'peer:SI peer_supporter:SI mental_health_professional:I coordinator:SI',
        $$insert into conflict_declarations (kind, for_participant_id, for_account_id, name_digest, declared_by, created_at)
        values ('no_contact', case when actor_role() in ('peer', 'coordinator') then %1$L::uuid end,
            case when actor_role() not in ('peer', 'coordinator') then actor_account_id() end, 'd', actor_account_id(), now())$$),
    ('conflict_matches', 'coordinator:S',
        $$insert into conflict_matches (declaration_id, basis, for_participant_id, participant_id, needs_agreement, state, created_at)
        select id, 'known', for_participant_id, %1$L, false, 'blocked', now() from conflict_declarations limit 1$$),
    ('contact_openings', 'coordinator:S administrator:S',
        $$insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
        values (%4$L, %5$L, actor_account_id(), 'check_in', now())$$),
    ('contacts', 'peer:SU coordinator:SIU',
        $$insert into contacts (participant_id) values (%1$L)$$),
    ('debriefs', 'peer_supporter:SI mental_health_professional:SI coordinator:S',
        $$insert into debriefs (session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, created_at)
        values (%4$L, %3$L, actor_account_id(), true, 3, 3, false, now())$$),
    ('deliveries', '',
        $$insert into deliveries (outbox_id, attempt, at, outcome) values (gen_random_uuid(), 1, now(), 'sent')$$),
    ('documents', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:SI public:S nobody:S',
        $$insert into documents (kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at, published_by)
        values ('consent', 99, 'a', 'b', 'c', 'd', repeat('0', 64), now(), actor_account_id())$$),
    ('emergency_contacts', 'peer:SU coordinator:SIU',
        $$insert into emergency_contacts (participant_id) values (%1$L)$$),
    ('duty_covers', '', $$insert into duty_covers select id, '2030-01-01', account_id from duty_shifts limit 1$$),
    ('duty_shifts', 'mental_health_professional:S coordinator:SIUD administrator:SIUD',
        $$insert into duty_shifts (account_id, step, local_start, local_end, timezone, is_weekly, created_by, created_at)
        values ('00000000-0000-4000-8000-000000000003', 'duty', now(), now() + interval '1 hour', 'America/Toronto', false,
            actor_account_id(), now())$$),
    ('duty_swaps', 'mental_health_professional:SIU coordinator:SIU administrator:S',
        $$insert into duty_swaps (shift_id, local_on, from_account_id, to_account_id, created_at)
        select id, '2030-01-01', actor_account_id(), '00000000-0000-4000-8000-000000000014', now() from duty_shifts limit 1$$),
    ('enrolment_decisions', 'coordinator:S',
        $$insert into enrolment_decisions (enrolment_id, at, decision, by_role) values (%5$L, now(), 'accepted', 'x')$$),
    ('enrolment_transitions', '',
        $$insert into enrolment_transitions values ('a', 'b')$$),
    ('enrolments', 'peer:S coordinator:S',
        $$insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at)
        values (%3$L, %1$L, 'waitlisted', now(), now())$$),
    ('exclusion_requests', 'peer:I coordinator:S administrator:S',
        $$insert into exclusion_requests (participant_id, name_digest, created_at, call_due) values (%1$L, 'd', now(), now())$$),
    ('exclusions', 'coordinator:SID',
        $$insert into exclusions (participant_id, account_id, reason, created_by, created_at)
        values (%1$L, '00000000-0000-4000-8000-000000000022', 'own_case_said', actor_account_id(), now())$$),
    ('guest_pages', 'coordinator:SD',
        $$insert into guest_pages (guest_id, secret_sha256, created_at) select id, '\x01', now() from guests limit 1$$),
    ('guests', 'coordinator:SIU',
        $$insert into guests (name, language, created_by, created_at) values ('Ro', 'fr', actor_account_id(), now())$$),
    ('hand_overs', 'coordinator:S',
        $$insert into hand_overs (batch_id, kind, subject_id, from_account_id, to_account_id, reason, handed_by, handed_at)
        values (gen_random_uuid(), 'group', %3$L, %2$L, '00000000-0000-4000-8000-000000000014', 'other', actor_account_id(), now())$$),
    ('help_lines', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into help_lines values ('x', 99, 'a', 'b', '{call}', '1', null, 'a', 'b')$$),
    ('holidays', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:SIUD public:S nobody:S',
        $$insert into holidays (date, name_en, name_fr) values ('2030-01-02', 'a', 'b')$$),
    ('host_assignments', 'peer_supporter:S mental_health_professional:S coordinator:SIU',
        $$insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at)
        values (%3$L, '00000000-0000-4000-8000-000000000022', 'peer_supporter', actor_account_id(), now())$$),
    ('host_slots', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into host_slots values ('x', 9, 'x', '{}', 'none')$$),
    ('idempotency_keys', 'peer:SIUD peer_supporter:SIUD mental_health_professional:SIUD coordinator:SIUD line:SIUD administrator:SIUD',
        $$insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
        values (actor_account_id(), 'x', 'x', 'f', now())$$),
    ('incident_actions', 'peer_supporter:SI mental_health_professional:SI coordinator:SI',
        $$insert into incident_actions (incident_id, code, at, recorded_by, recorded_at)
        select id, 'eap', now(), actor_account_id(), now() from incidents limit 1$$),
    ('incidents', 'peer_supporter:SI mental_health_professional:SI coordinator:SI',
        $$insert into incidents (kind, severity, session_id, created_by, created_by_role, created_at)
        values ('technical', 1, %4$L, actor_account_id(), actor_role(), now())$$),
    ('interests', 'peer:SIUD',
        $$insert into interests values (%1$L, (select id from activities limit 1), '{en}', now())$$),
    ('intake_forms', 'peer:SU coordinator:SIU',
        $$insert into intake_forms (intake_id, participant_id) values (%6$L, %1$L)$$),
    ('intake_transitions', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into intake_transitions values ('group', 'a', 'b', '{}')$$),
    ('intakes', 'peer:SU coordinator:SIU',
        $$insert into intakes (participant_id, track, coordinator_id, created_at)
        values (%1$L, 'activity', actor_account_id(), now())$$),
    ('job_faults', '',
        $$insert into job_faults (job, subject_id, sqlstate, since, retry_at) values ('x', %1$L, 'x', now(), now())$$),
    ('mail_templates', '',
        $$insert into mail_templates values ('x', 'x', 'x', 'x', 'x')$$),
    ('name_digests', '',
        $$insert into name_digests (participant_id, kind, whole, tokens, created_at) values (%1$L, 'name', 'w', '{t}', now())$$),
    ('notice_kinds', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into notice_kinds values ('x', 'now', 'group', '{}', null)$$),
    ('notice_preferences', 'peer_supporter:SIU mental_health_professional:SIU coordinator:SIU administrator:SIU',
        $$insert into notice_preferences values (actor_account_id(), 'en', 'now') on conflict (account_id) do update set mail = 'now'$$),
    ('notice_rungs', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into notice_rungs values ('incident', 9, 'lead', 0)$$),
    ('notices', 'peer_supporter:S mental_health_professional:S coordinator:S administrator:S',
        $$insert into notices (account_id, kind, urgency, object_id, created_at)
        values (actor_account_id(), 'incident', 'today', %1$L, now())$$),
    ('outbox', 'peer:SIU coordinator:SIU',
        $$insert into outbox (kind, participant_id, due_at, created_at, changed_at)
        values ('status_update', %1$L, now(), now(), now())$$),
    ('participants', 'peer:SU coordinator:SIU',
        $$insert into participants (account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at,
            created_by, created_at)
        values (actor_account_id(), 'Test matrix', 'en', 'jcr', now(), now(), actor_account_id(), now())$$),
    ('place_decisions', 'coordinator:S',
        $$insert into place_decisions (place_id, at, decision, by_role) select id, now(), 'waiting', 'x' from places limit 1$$),
    ('places', 'peer:S coordinator:S',
        $$insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
        values (%4$L, gen_random_uuid(), %1$L, 'waiting', false, now(), now())$$),
    ('plain_texts', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into plain_texts values ('x', 'x', 'x', 'x')$$),
    ('qualifications', 'administrator:SIU',
        $$insert into qualifications (account_id) values (actor_account_id())$$),
    ('referral_attempts', 'coordinator:SI',
        $$insert into referral_attempts
        select gen_random_uuid(), id, now(), 'phone', 'replied', actor_account_id(), now() from referrals limit 1$$),
    ('referrals', 'coordinator:SIU line:SI',
        $$insert into referrals (id, client_account_id, recorded_by, external_ref, channel, language, callback_method, ok_to_leave_message,
            caller_consented_at, received_at, reply_due, reply_breach, created_at, updated_at)
        values (gen_random_uuid(), case actor_role() when 'line' then actor_account_id() end, actor_account_id(), '1', 'other', 'en',
            'phone', true, now(), now(), now() + interval '1 day', now() + interval '2 days', now(), now())$$),
    ('region_moves', 'peer:S coordinator:S',
        $$insert into region_moves (participant_id, to_region, said_by, recorded_by, recorded_at)
        values (%1$L, 'NS', 'peer', actor_account_id(), now())$$),
    ('safety_plans', 'peer:SU coordinator:SIU',
        $$insert into safety_plans (participant_id) values (%1$L)$$),
    ('seal_checks', '', $$insert into seal_checks (name, value) values ('x', 'y')$$),
    ('sealed_keys', 'peer:SID peer_supporter:S mental_health_professional:S coordinator:SID administrator:S',
        $$insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), 'participant', %1$L, 'w')$$),
    ('services', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:SIU public:S nobody:S',
        $$insert into services (code, title_en, title_fr, description_en, description_fr, capacity, max_sessions, parts, joining,
            topics, offer_hours, created_at)
        values ('mm', 'a', 'a', 'a', 'a', 1, 1, '[{}]', 'closed', 'participants', 72, now())$$),
    ('session_presences', 'peer_supporter:S mental_health_professional:S coordinator:S',
        $$insert into session_presences values (gen_random_uuid(), actor_account_id(), 'peer_supporter', now())$$),
    ('sessions', 'peer_supporter:S mental_health_professional:S coordinator:SIU',
        $$insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
        values (%3$L, 90, 1, '2027-01-01', 'America/Toronto', now(), 90, '{}', now())$$),
    ('settings', '',
        $$insert into settings values ('x', 'y')$$),
    ('sign_in_attempts', '',
        $$insert into sign_in_attempts (login_sha256, at) values ('\x01', now())$$),
    ('sign_in_codes', 'coordinator:I administrator:I',
        $$insert into sign_in_codes (account_id, code_sha256, created_by, created_at, expires_at)
        values (case actor_role() when 'administrator' then %2$L::uuid else '00000000-0000-4000-8000-000000000001' end, '\x01',
            actor_account_id(), now(), now())$$),
    ('step_backs', 'peer:SI peer_supporter:SI mental_health_professional:SI',
        $$insert into step_backs (account_id, since) values (actor_account_id(), now())$$),
    ('staff', 'administrator:SIU',
        $$insert into staff (id) values ('00000000-0000-4000-8000-000000000005')$$),
    ('timezones', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into timezones values ('x')$$),
    ('track_documents', 'peer:S peer_supporter:S mental_health_professional:S coordinator:S line:S administrator:S public:S nobody:S',
        $$insert into track_documents values ('group', 'x', 'form', 1)$$),
    ('training_courses', 'peer_supporter:S mental_health_professional:S coordinator:S administrator:SIU',
        $$insert into training_courses (code, kind, title_en, title_fr, description_en, description_fr, modules, created_at)
        values ('mm', 'continuing', 'a', 'a', 'a', 'a', '{x}', now())$$),
    ('training_offerings', 'peer_supporter:S mental_health_professional:S coordinator:S administrator:SIU',
        $$insert into training_offerings (course_id, starts_on, ends_on, timezone, language, created_at)
        select id, '2027-01-01', '2027-01-02', 'America/Toronto', 'en', now() from training_courses limit 1$$),
    ('trainings', 'administrator:SID',
        $$insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
        values (%2$L, 'continuing', 'x', '2026-01-01', actor_account_id(), now())$$),
    ('updates', 'peer:S coordinator:SI',
        $$insert into updates (intake_id, participant_id, method, recorded_by, recorded_at)
        values (%6$L, %1$L, 'phone', actor_account_id(), now())$$),
    ('waiting_people', 'coordinator:S',
        $$insert into waiting_people values (%6$L, 'x', %1$L, 'ready', 'en', '-', now(), now())$$);
select is(who_may(r.name, format(r.insertion, :'maple', :'boss', :'group', :'session', :'seat', :'intake')), r.who, r.name)
from rows r order by r.place;
select set_eq(
    $$select relname::text from pg_class
    where relnamespace = 'alongside'::regnamespace and relkind in ('r', 'p') and relname not in ('schema_migrations', 'schema_state')$$,
    'select name from rows', 'that is every table');
select is(who_may('sealed_keys', format(
    'insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), ''session'', %L, ''w'')', :'session')),
    'peer:SD peer_supporter:S mental_health_professional:S coordinator:SID administrator:S', 'keys of links are the coordinators''');
-- What may change in a row of which most must stay.
create function tests.changes(in_table text, in_change text, in_open text) returns text language plpgsql as $$
declare
    one text;
    found text := '';
begin
    foreach one in array array(select role from actors order by place) loop
        perform enter_as(one);
        if touches(format('update %s set %s where %s', in_table, in_change, in_open)) then
            found := found || ' ' || one;
        end if;
    end loop;
    return ltrim(found);
end
$$;
select is(changes(c.name, c.change, c.open), c.who, c.title) from (values
    ('alarms', 'version = version + 1', 'true', 'mental_health_professional coordinator administrator',
        'an alarm is answered by who was called'),
    ('notices', 'acknowledged_at = app_now()', 'true', 'peer_supporter mental_health_professional coordinator administrator',
        'a notice is acknowledged'),
    ('back_ups', 'named_by = actor_account_id()', 'true', 'coordinator administrator', 'a back-up is named in one''s own name'),
    ('conflict_declarations', 'withdrawn_at = app_now()', 'withdrawn_at is null', 'peer peer_supporter coordinator',
        'a declaration is taken back by whoever said it, or a coordinator'),
    ('step_backs', 'ended_at = now()', 'true', 'peer peer_supporter mental_health_professional', 'whoever stepped back comes back'),
    ('conflict_matches', 'decided_by = actor_account_id()', 'ended_at is null', 'coordinator', 'a match is decided'),
    ('code_lists', 'is_retired = true', 'list = ''training_method''', 'administrator', 'a code of an open list is retired'),
    ('code_lists', 'label_en = ''x''', 'list = ''language''', '', 'another is not changed'),
    ('exclusion_requests', 'closed_by = actor_account_id()', 'true', 'coordinator administrator', 'a request is settled'),
    ('incidents', 'acknowledged_at = acknowledged_at', 'state <> ''closed''', 'mental_health_professional coordinator',
        'an incident is worked on'),
    ('debriefs', 'supervised_by = actor_account_id()', 'supervised_at is null', 'mental_health_professional coordinator',
        'a debrief is supervised by a coordinator, or the professional who was asked')
    ) c (name, change, open, who, title);

-- Jobs: whole tables, or these columns of one.
select set_eq($$
    select c.relname::text, v.verb || coalesce((
        select ' ' || string_agg(a.attname, ' ' order by a.attname) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and has_column_privilege('alongside_worker', c.oid, a.attnum, v.verb)
            and not has_table_privilege('alongside_worker', c.oid, v.verb)), '')
    from pg_class c cross join unnest('{select,insert,update,delete}'::text[]) v (verb)
    where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p') and (
        has_table_privilege('alongside_worker', c.oid, v.verb)
        or v.verb <> 'delete' and has_any_column_privilege('alongside_worker', c.oid, v.verb))$$,
    $$values
    ('acceptances', 'select document_id participant_id withdrawn_at'), ('activities', 'select'),
    ('accounts', 'select'), ('alarms', 'select'),
    ('notices', 'select'), ('notice_preferences', 'select'), ('staff', 'select email id languages name names_version'),
    ('staff', 'update names_version'), ('audit_events', 'select'),
    ('audit_events', 'insert account_id action at fields object_id object_type operation participant_ids request_id role'),
    ('audit_links', 'select'), ('audit_links', 'insert'), ('code_lists', 'select'),
    ('contacts', 'select email email_is_government name_to_use names_version ok_to_email participant_id work_address_acknowledged'),
    ('contacts', 'update names_version'), ('deliveries', 'select'),
    ('deliveries', 'insert'), ('documents', 'select'),
    ('guests', 'select created_by email id language name names_version page_revoked_at state'), ('guest_pages', 'insert'),
    ('guests', 'update names_version'), ('help_lines', 'select'), ('holidays', 'select'),
    ('idempotency_keys', 'select'), ('idempotency_keys', 'update'), ('idempotency_keys', 'delete'), ('intake_transitions', 'select'),
    ('intakes', 'select'), ('intakes', 'update acknowledged_at last_told_at meeting_starts_at state update_due_at version'),
    ('job_faults', 'select'), ('job_faults', 'insert'), ('job_faults', 'update'), ('job_faults', 'delete'),
    ('mail_templates', 'select'), ('outbox', 'select'), ('outbox', 'update'),
    ('participants', 'select id preferred_language status timezone'), ('plain_texts', 'select'), ('schema_migrations', 'select'),
    ('schema_state', 'select'), ('sealed_keys', 'select'), ('sealed_keys', 'delete'), ('services', 'select'), ('sessions', 'select'),
    ('sessions', 'update calendar_changed_at calendar_sequence changed_at starts_at version'), ('settings', 'select'),
    ('sign_in_attempts', 'select at'), ('sign_in_attempts', 'delete'), ('sign_in_codes', 'select expires_at'), ('sign_in_codes', 'delete'),
    ('timezones', 'select'),
    ('track_documents', 'select'), ('updates', 'select'), ('updates', 'update told_at')$$,
    'what jobs may: mail and its clocks, and names that are compared anew, which stay sealed');
select * from finish();
rollback;
