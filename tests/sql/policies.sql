-- SPDX-License-Identifier: MIT
-- The second wall, row by row: what policies show, let change, remove and add is what an oracle says, that knows ids and no policy.
-- Two regions and none, exclusions, and staff who are peers too; whoever asks comes in as the program lets them in.
begin;
\ir helpers.psql
\ir world.psql

create function tests.n(in_name text) returns uuid immutable language sql return md5('policies ' || in_name)::uuid;
create function tests.ids(in_names text) returns uuid[] immutable language sql
return array(select n(s) from unnest(string_to_array(in_names, ', ')) s);

-- Who asks. What is known of them by hand: for whom they are nobody (I13, R14), in which groups staff are or were peers themselves (I13),
-- what they lead, and were there for. What follows: the people they serve, the groups and evenings that are theirs.
create temp table asks (
    place int generated always as identity, name text primary key, role text, account uuid, self uuid, regions text[], hidden uuid[],
    own uuid[], led uuid[], nights uuid[], attended uuid[], people uuid[], rooms uuid[], leads uuid[]);
insert into asks (name, role, account, self, regions, hidden, own, led, nights, attended)
select v.name, v.role, case when v.role not in ('public', 'nobody') then n(v.name) end, case v.role when 'peer' then n(v.name) end,
    v.regions::text[], ids(v.hidden), ids(v.own), ids(v.led), ids(v.nights), ids(v.attended)
from (values
    ('ada', 'peer', '{}', '', '', '', '', ''), ('quinn', 'peer', '{}', '', '', '', '', ''), ('nil', 'peer', '{}', '', '', '', '', ''),
    ('carol as a peer', 'peer', '{}', '', '', '', '', ''), ('sam as a peer', 'peer', '{}', '', '', '', '', ''),
    ('carol', 'coordinator', '{ON}', 'carol as a peer', 'birch', '', '', ''),
    ('denis', 'coordinator', '{QC}', 'quinn, nil', 'birch', '', 'maple 1', ''),
    ('everett', 'coordinator', '{}', 'known to be everett', 'cedar', '', '', 'maple 1'),
    ('sam', 'peer_supporter', '{}', 'sam as a peer', 'maple', 'birch', 'birch 1', 'maple 1, birch 1'),
    ('pam', 'peer_supporter', '{}', 'ada', '', 'maple', 'maple 1', 'maple 1'),
    ('sue', 'peer_supporter', '{}', '', '', 'maple', 'maple 2', ''),
    ('mia', 'mental_health_professional', '{}', 'mia as a peer', 'birch', 'maple', 'maple 1, maple 2', 'maple 1, birch 1'),
    ('max', 'mental_health_professional', '{}', 'quinn', '', 'birch', 'birch 1', 'maple 1'),
    ('line', 'line', '{}', '', '', '', '', ''), ('another line', 'line', '{}', '', '', '', '', ''),
    ('administrator', 'administrator', '{}', 'ada', 'maple, cedar', '', '', ''), ('public', 'public', '{}', '', '', '', '', ''),
    ('nobody', 'nobody', '{}', '', '', '', '', '')) v (name, role, regions, hidden, own, led, nights, attended);
insert into accounts (id, issuer, subject, role, regions)
select account, 'https://id.example', name, role, regions::region[] from asks where self is null and account is not null;
select person(v.region, 'en', n(v.name)) from (values
    ('ada', 'ON'), ('quinn', 'QC'), ('nil', null), ('carol as a peer', 'ON'), ('sam as a peer', 'QC'), ('mia as a peer', 'ON'),
    ('known to be everett', 'ON')) v (name, region) \g /dev/null
-- Who is both signs in with the same name.
update accounts a set issuer = 'https://id.example', subject = split_part(v.name, ' as a', 1)
from unnest('{ada,quinn,nil,carol as a peer,sam as a peer,mia as a peer}'::text[]) v (name) where a.participant_id = n(v.name);
update asks a set account = account_of(a.self) where a.self is not null;
create temp view persons as select p.* from participants p where p.alias like 'P %';
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
select n(v.person), n(v.account), v.reason, n(v.author), now() from (values
    ('quinn', 'denis', 'asked_by_peer', 'everett'), ('nil', 'denis', 'own_case', 'denis'), ('ada', 'pam', 'asked_by_peer', 'carol'),
    ('quinn', 'max', 'asked_by_peer', 'everett'), ('known to be everett', 'everett', 'own_case', 'carol'),
    ('ada', 'administrator', 'own_case', 'carol')
    ) v (person, account, reason, author);
select intake(id, 'group', 'ready'), accept(id, '{consent,privacy_notice}') from persons \g /dev/null

-- What is declared, what of it was talked about, and what it meets; the region of whom it names is looked up by triggers.
insert into conflict_declarations (id, kind, for_participant_id, for_account_id, participant_id, account_id, name_digest, declared_by,
    created_at)
select n('says ' || place), 'no_contact', n(v.who), n(v.host), n(v.whom), n(v.staff),
    case when v.whom is null and v.staff is null then 'd' end, coalesce(account_of(n(v.author)), n(v.author)), now()
from (values
    (1, 'ada', null, null, null, 'ada'), (2, 'quinn', null, null, null, 'quinn'), (3, null, 'sam', null, null, 'sam'),
    (4, null, 'mia', null, null, 'mia'), (5, 'ada', null, 'quinn', null, 'everett'), (6, 'quinn', null, null, 'denis', 'everett'),
    (7, 'nil', null, null, 'carol', 'everett'), (8, 'sam as a peer', null, 'carol as a peer', null, 'sam as a peer'),
    (9, null, 'pam', null, 'max', 'denis'), (10, 'ada', null, null, 'pam', 'carol'), (11, 'nil', null, null, null, 'nil'),
    (12, null, 'carol', null, 'denis', 'everett'), (13, 'quinn', null, null, null, 'quinn')
    ) v (place, who, host, whom, staff, author);
insert into conflict_matches (declaration_id, basis, for_participant_id, for_account_id, participant_id, account_id, needs_agreement,
    state, created_at)
select d.id, case when d.name_digest is null then 'known' else 'named' end, d.for_participant_id, d.for_account_id, n(v.whom), n(v.staff),
    false, 'blocked', now()
from (values
    (4, 'quinn', null),
    (1, 'carol as a peer', null), (1, 'quinn', null), (2, 'sam as a peer', null), (3, 'ada', null), (5, 'quinn', null), (6, null, 'denis'),
    (7, null, 'carol'), (9, null, 'max'), (10, null, 'pam'), (11, 'known to be everett', null)) v (place, whom, staff)
join conflict_declarations d on d.id = n('says ' || v.place);
insert into conflict_matches (basis, for_account_id, participant_id, needs_agreement, state, created_at) values
    ('record', n('sam'), n('quinn'), true, 'unconfirmed', now()), ('record', n('mia'), n('nil'), true, 'unconfirmed', now());

-- From here on nothing but grants and policies stands in the way, and rows are as they are put.
set local session_replication_role = replica;
update conflict_declarations d set joins_id = n('says 2') where d.id = n('says 13');
update conflict_declarations d set conversation_at = now(), conversation_by = n('carol') where d.id in (n('says 1'), n('says 11'));
update conflict_declarations d set counts_from = 'now' where d.id = n('says 4');
update conflict_matches m set raised_at = now() where m.declaration_id in (n('says 3'), n('says 4'));
insert into step_backs (account_id, since, ended_at) select account, now(), now() from asks where account is not null;
insert into cohorts (id, service_id, language, state, coordinator_id, capacity, max_sessions, parts, joining, topics,
    offer_hours, created_at)
select n(c), s.id, 'en', 'in_progress', n('carol'), 8, 10, s.parts, 'closed', 'participants', 72, now()
from unnest('{maple,birch,cedar}'::text[]) c cross join (select id, parts from services order by code limit 1) s;
insert into sessions (id, cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, state, started_at, changed_at)
select n(v.cohort || ' ' || v.seq), n(v.cohort), v.seq, 1, now(), 'America/Toronto', now(), 90, h.hosts, v.state,
    case when v.state in ('in_progress', 'completed') then now() end, now()
from (values ('maple', 1, 'completed'), ('maple', 2, 'scheduled'), ('maple', 3, 'cancelled'), ('birch', 1, 'in_progress'),
    ('cedar', 1, 'completed')) v (cohort, seq, state)
cross join (select jsonb_object_agg(slot, '{"count": 5, "is_needed": true}'::jsonb) as hosts from host_slots) h;
insert into host_assignments (id, cohort_id, session_id, account_id, slot, replaces, assigned_by, assigned_at, released_at)
select n(v.who || v.cohort), n(v.cohort), n(v.night), n(v.who), v.slot, n(v.instead), n('carol'), now(), v.gone::timestamptz
from (values
    ('pam', 'maple', null, 'peer_supporter', null, null), ('sue', 'maple', 'maple 2', 'peer_supporter', 'pammaple', null),
    ('sam', 'maple', null, 'peer_supporter', null, null), ('sam', 'birch', null, 'peer_supporter', null, null),
    ('mia', 'maple', null, 'mental_health_professional', null, null), ('mia', 'birch', null, 'mental_health_professional', null, null),
    ('max', 'maple', null, 'mental_health_professional', null, 'now'), ('max', 'birch', null, 'on_call_professional', null, null),
    ('denis', 'maple', 'maple 1', 'coordinator', null, null)
    ) v (who, cohort, night, slot, instead, gone);
insert into enrolments (id, cohort_id, participant_id, track, state, waiting_since, created_at, decided_at)
select n(v.who || v.cohort), n(v.cohort), n(v.who), 'group', v.state, now(), now(), now() from (values
    ('ada', 'maple', 'active'), ('quinn', 'maple', 'confirmed'), ('sam as a peer', 'maple', 'confirmed'), ('nil', 'birch', 'active'),
    ('carol as a peer', 'birch', 'active'), ('mia as a peer', 'birch', 'completed'), ('known to be everett', 'cedar', 'withdrawn'),
    ('ada', 'cedar', 'completed'), ('quinn', 'cedar', 'completed')) v (who, cohort, state);
create temp view seats as select e.*, s.id as session_id from enrolments e join sessions s on s.cohort_id = e.cohort_id and s.seq = 1
where e.cohort_id = any (ids('maple, birch, cedar'));
insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
select session_id, id, participant_id, 'present', n('carol'), now() from seats;
insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
select session_id, id, n('mia'), 'check_in', now() from seats;
insert into enrolment_decisions (enrolment_id, at, decision, by_role) select id, now(), 'accepted', 'coordinator' from seats;
insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
select session_id, id, participant_id, 'waiting', false, now(), now() from seats;
insert into place_decisions (place_id, at, decision, by_role) select id, now(), 'waiting', 'peer' from places;
insert into session_presences (session_id, account_id, slot, at)
select unnest(attended), account, 'peer_supporter', now() from asks;
insert into debriefs (session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, supervisor_account_id,
    created_at)
select s.id, s.cohort_id, n(v.author), true, 3, 3, false, n(v.supervisor), now()
from (values ('maple 1', 'pam', 'max'), ('maple 1', 'mia', null), ('birch 1', 'sam', 'max'), ('birch 1', 'mia', null),
    ('cedar 1', 'sue', 'max'), ('cedar 1', 'pam', 'mia'), ('birch 1', 'max', 'mia'),
    ('maple 1', 'everett', null)) v (night, author, supervisor)
join sessions s on s.id = n(v.night);
insert into incidents (kind, severity, session_id, cohort_id, participant_id, created_by, created_by_role, created_at, acknowledge_due,
    follow_up_due)
select 'technical', 1, s.id, s.cohort_id, n(v.about), n(v.author), 'x', now(), now(), now()
from (values
    ('maple 1', 'ada', 'pam'), ('maple 1', 'quinn', 'mia'), ('maple 1', null, 'pam'), ('maple 1', 'sam as a peer', 'sam'),
    ('maple 3', null, 'pam'), ('birch 1', 'mia as a peer', 'mia'), ('birch 1', 'nil', 'sam'), ('cedar 1', 'known to be everett', 'sue'),
    (null, 'quinn', 'max'), (null, 'carol as a peer', 'everett'), (null, null, 'everett')) v (night, about, author)
left join sessions s on s.id = n(v.night);
insert into incident_actions (incident_id, code, at, recorded_by, recorded_at) select id, 'eap', now(), created_by, now() from incidents;
insert into alarms (kind, object_id, participant_id, cohort_id, region_key, due_at, clock, round_at, round_length, next_at, created_at)
select 'incident', i.id, i.participant_id, i.cohort_id, coalesce(p.region_key, '-'), now(), '1 hour', now(), '1 hour', now(), now()
from incidents i left join participants p on p.id = i.participant_id;
insert into alarms (kind, object_id, participant_id, region_key, due_at, clock, round_at, round_length, next_at, created_at)
select 'declaration_due', d.id, d.for_participant_id, coalesce(p.region_key, '-'), now(), '1 hour', now(), '1 hour', now(), now()
from generate_series(1, 13) s join conflict_declarations d on d.id = n('says ' || s)
left join participants p on p.id = d.for_participant_id;
insert into alarm_actions (alarm_id, action, step, rung, at) select id, 'called', 1, 'duty', now() from alarms;
insert into notices (account_id, kind, urgency, object_id, alarm_id, step, is_by_alias, created_at)
select n(v.who), 'incident', 'today', a.object_id, a.id, 1, v.by_alias, now()
from alarms a cross join (values ('max', false), ('denis', true), ('administrator', false)) v (who, by_alias)
where a.participant_id in (n('quinn'), n('nil'), n('ada'));
insert into notice_preferences (account_id, language, mail)
select account, 'fr', 'today' from asks where account is not null and role not in ('peer', 'line');
insert into updates (intake_id, participant_id, method, recorded_by, recorded_at)
select i.id, p.id, 'phone', n('carol'), now() from persons p join intakes i on i.participant_id = p.id;
insert into region_moves (participant_id, to_region, said_by, recorded_by, recorded_at)
select id, 'NS', 'coordinator', n('carol'), now() from persons;
insert into absences (account_id, starts_on, ends_on, timezone, recorded_by, created_at)
select account, now(), now(), 'America/Toronto', account, now() from asks where role = 'coordinator';
insert into back_ups (account_id, back_up_account_id, named_by, named_at)
select account, n('line'), account, now() from asks where role = 'coordinator';
insert into guests (name, language, created_by, created_at)
select word, 'fr', n('carol'), now() from unnest('{Ro Vey,Al Lum}'::text[]) word;
insert into guest_pages (guest_id, secret_sha256, created_at) select id, id::text::bytea, now() from guests;
insert into hand_overs (batch_id, kind, subject_id, participant_id, from_account_id, to_account_id, reason, handed_by, handed_at)
select n('batch'), w.kind, w.id, w.participant_id, n('carol'), n('everett'), 'absence', n('carol'), now() from (
    select 'participant' as kind, id, id as participant_id from persons union all select 'referral', n('call line'), null union all
    select 'group', id, null from cohorts) w;
insert into waiting_people (intake_id, service, participant_id, state, language, region_key, waiting_since, valid_until)
select i.id, 'x', p.id, 'ready', 'en', p.region_key, now(), now() from persons p join intakes i on i.participant_id = p.id;
insert into outbox (kind, participant_id, due_at, created_at, changed_at) select 'status_update', id, now(), now(), now() from persons;
insert into sign_in_codes (account_id, code_sha256, created_by, created_at, expires_at)
select p.account_id, p.id::text::bytea, (select account from asks where role = 'coordinator' limit 1), now(), now() from persons p;
insert into calendar_feeds (participant_id, language, secret_sha256, created_at) select id, 'en', id::text::bytea, now() from persons;
insert into apologies select session_id, id, participant_id, now(), now() from seats;
insert into interests select id, n('activity'), '{fr}', now() from persons;
insert into exclusion_requests (participant_id, name_digest, for_lead, created_at, call_due)
select id, 'd', v.for_lead, now(), now() from persons cross join (values (true), (false)) v (for_lead);
with waiting as (
    insert into exclusion_requests (participant_id, name_digest, created_at, call_due)
    select id, 'e', now(), now() from persons returning id)
insert into comparisons (subject, owner_id, is_first, created_at)
select 'request', w.id, true, now() from waiting w union all select 'declaration', n('says 12'), true, now();
insert into audit_events (at, role, operation, action, object_type, participant_ids, account_id)
select now(), 'coordinator', 'x', 'read', 'x', array[id], n('carol') from persons;
insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
select account, 'x', 'k', 'f', now() from asks where account is not null;
insert into referrals (id, client_account_id, recorded_by, external_ref, channel, language, callback_method, ok_to_leave_message,
    caller_consented_at, received_at, reply_due, reply_breach, created_at, updated_at)
select n('call ' || v.who), case when v.who <> 'carol' then n(v.who) end, n(v.who), '1', 'other', 'en', 'phone', true, now(), now(),
    now() + interval '1 day', now() + interval '2 days', now(), now() from unnest('{line,another line,carol}'::text[]) v (who);
insert into referral_attempts (id, referral_id, at, channel, outcome, recorded_by, created_at)
select gen_random_uuid(), id, now(), 'phone', 'no_answer', n('carol'), now() from referrals;
insert into staff (id) select account from asks where role in ('peer_supporter', 'mental_health_professional', 'coordinator');
insert into qualifications (account_id) select account from asks where role in ('peer_supporter', 'mental_health_professional');
insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
select account_id, 'continuing', 'x', '2026-01-01', n('administrator'), now() from qualifications;
insert into duty_shifts (id, account_id, step, regions, local_start, local_end, timezone, is_weekly, created_by, created_at)
select n('shift ' || v.place), n('carol'), 'duty', v.regions::region[], now(), now() + interval '1 hour', 'America/Toronto', false,
    n('carol'), now()
from (values (1, '{}'), (2, '{ON}'), (3, '{QC}'), (4, '{ON,QC}')) v (place, regions);
insert into duty_swaps (id, shift_id, local_on, from_account_id, to_account_id, created_at)
select n('swap ' || v.place), n('shift 1'), current_date + v.place, n(v.one), n(v.other), now()
from (values (1, 'carol', 'mia'), (2, 'mia', 'denis'), (3, 'max', 'everett'), (4, 'pam', 'carol')) v (place, one, other);
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select gen_random_uuid(), o.type, o.id, 'w' from (
    select 'session' as type, id from sessions union all select 'referral', id from referrals union all select 'staff', id from staff) o;

update asks a set
    people = case a.role when 'peer' then array[a.self] when 'coordinator' then array(
        select p.id from participants p
        where (a.regions = '{}' or p.region is null or p.region = any (a.regions)) and p.id <> all (a.hidden)) else '{}' end,
    rooms = case a.role when 'coordinator' then array(select c.id from cohorts c where c.id <> all (a.own)) else a.led end,
    leads = a.nights,
    nights = case a.role when 'coordinator' then array(select s.id from sessions s where s.cohort_id <> all (a.own)) else a.nights end;

-- A6.5: nothing about oneself or somebody one is excluded from, nor what a match ties to them; of one's regions, or of none.
create function tests.meets(a asks, in_declarations uuid[], in_persons uuid[]) returns boolean stable language sql
return a.role = 'coordinator' and not in_persons && (a.hidden || a.account)
    and not exists (
        select from conflict_matches m join conflict_declarations met on met.id in (m.declaration_id, m.other_declaration_id)
        join conflict_declarations told on told.root_id = met.root_id
        where told.id = any (in_declarations)
            and array[m.for_participant_id, m.for_account_id, m.participant_id, m.account_id] && (a.hidden || a.account))
    and (not exists (select from participants p where p.id = any (in_persons)) or exists (
        select from participants p
        where p.id = any (in_persons) and (a.regions = '{}' or p.region is null or p.region = any (a.regions))));
create function tests.is_told(a asks, t incidents) returns boolean stable language sql
return (t.participant_id = any (a.hidden) and (t.session_id = any (a.leads)) is not true) is not true
    and (t.cohort_id = any (a.own)) is not true and case a.role
    when 'peer_supporter' then t.created_by = a.account
    when 'mental_health_professional' then t.created_by = a.account or t.session_id = any (a.nights) or exists (
        select from notices n where n.object_id = t.id and n.account_id = a.account and not n.is_by_alias)
    else a.role = 'coordinator' end;
-- Some alarms were sent to a professional, by alias to a coordinator who is kept from the person, and to the lead.
-- A declaration may mean them, or was theirs, or means somebody they are kept from; with all that is talked about together.
create function tests.may_mean(a asks, in_declaration uuid) returns boolean stable language sql
return a.role in ('mental_health_professional', 'coordinator', 'administrator') and exists (
    select from conflict_declarations told
    join conflict_declarations d on d.root_id = told.root_id
    left join conflict_matches m on d.id in (m.declaration_id, m.other_declaration_id)
    cross join lateral (values
        (d.participant_id, true), (d.account_id, true), (m.participant_id, true), (m.account_id, true), (d.for_account_id, false),
        (d.for_participant_id, false), (m.for_participant_id, false), (m.for_account_id, false)) v (person, is_meant)
    where told.id = in_declaration
        and (v.person = a.account or v.person = any (a.hidden) and (v.is_meant or not exists (
            select from exclusions x
            where x.participant_id = v.person and x.account_id = a.account and x.reason = 'asked_by_peer'))));
create function tests.is_called(a asks, t alarms) returns boolean stable language sql
return not may_mean(a, t.object_id) and (exists (select from notices n where n.alarm_id = t.id and n.account_id = a.account)
    or (a.role = 'administrator' or a.role = 'coordinator' and (a.regions = '{}' or t.region_key = any (a.regions || '-'::text)))
        and (t.participant_id = any (a.hidden)) is not true and (t.cohort_id = any (a.own)) is not true);
create function tests.keeps_seat(a asks, in_id uuid) returns boolean stable language sql
return a.role = 'coordinator' and exists (
    select from enrolments e where e.id = in_id and e.cohort_id = any (a.rooms) and e.participant_id = any (a.people));
create function tests.arranges(a asks, in_account_id uuid) returns boolean stable language sql
return a.role = 'administrator' or a.role = 'coordinator' and (a.account = in_account_id or exists (
    select from accounts c
    where c.id = in_account_id and c.role = 'coordinator'
        and (a.regions = '{}' or c.regions <> '{}' and c.regions::text[] <@ a.regions::text[])));
create function tests.is_due(in_id uuid) returns boolean stable language sql
return exists (select from alongside.comparisons c where c.owner_id = in_id and c.is_first);
create function tests.keeps_duty(a asks, in_regions text[]) returns boolean stable language sql
return a.role = 'administrator'
    or a.role = 'coordinator' and (a.regions = '{}' or in_regions <> '{}' and in_regions <@ a.regions::text[]);
create function tests.supervises(a asks, t debriefs) returns boolean stable language sql
return t.cohort_id <> all (a.own) and t.session_id <> all (a.attended) and case a.role
    when 'mental_health_professional' then t.supervisor_account_id = a.account and t.cohort_id <> all (a.led)
    else a.role = 'coordinator' end;

-- The oracle: whether a sees, changes (to what), or removes a row t. true: nobody is kept from any.
create temp table oracle (name text, verb text, rule text, change text, primary key (name, verb));
insert into oracle (name, verb, rule)
select unnest(v.names::text[]), 'select', v.rule from (values
    ('{code_lists,documents,help_lines,holidays,host_slots,intake_transitions,notice_kinds,notice_rungs,plain_texts,services,timezones}',
        'true'),
    ('{track_documents}', 'true'),
    ('{activities}', 't.announced_at is not null or a.role = ''coordinator'''),
    ('{notice_preferences,notices,step_backs}', 't.account_id = a.account'),
    ('{alarms}', 'is_called(a, t)'),
    ('{alarm_actions}', 'exists (select from alarms l where l.id = t.alarm_id and is_called(a, l))'),
    ('{acceptances,contacts,emergency_contacts,intake_forms,intakes,outbox,safety_plans,updates}', 't.participant_id = any (a.people)'),
    ('{waiting_people}', 'a.role = ''coordinator'' and t.participant_id = any (a.people)'),
    ('{exclusion_requests}', $$a.role = 'coordinator' and not t.for_lead and not is_due(t.id) and t.participant_id = any (a.people)
        or a.role = 'administrator' and t.for_lead and t.participant_id <> all (a.hidden)$$),
    ('{host_assignments,sessions}', 't.cohort_id = any (a.rooms)'),
    ('{qualifications,staff,trainings}', 'a.role = ''administrator'''),
    ('{training_courses,training_offerings}',
        $$a.role in ('peer_supporter', 'mental_health_professional', 'coordinator', 'administrator')$$),
    ('{region_moves}', 't.participant_id = any (a.people) or a.role = ''coordinator'' and t.recorded_by = a.account'),
    ('{absences,back_ups}', 'a.role in (''coordinator'', ''administrator'')'),
    ('{participants}', 't.id = any (a.people)'),
    ('{cohorts}', 't.id = any (a.rooms)'),
    ('{guest_pages,guests}', 'a.role = ''coordinator'''),
    ('{apologies,calendar_feeds,interests}', 't.participant_id = a.self'),
    ('{idempotency_keys}', 't.account_id = a.account'),
    ('{hand_overs}', $$a.role = 'coordinator' and case when t.participant_id is not null then t.participant_id = any (a.people)
        else t.subject_id <> all (a.own) end$$),
    ('{enrolment_decisions}', $$keeps_seat(a, t.enrolment_id) and (t.reason is distinct from 'conflict' or not exists (
        select from enrolments e join host_assignments h on h.cohort_id = e.cohort_id
        where e.id = t.enrolment_id and h.account_id = a.account and h.released_at is null))$$),
    ('{places}', 't.participant_id = a.self or keeps_seat(a, t.enrolment_id)'),
    ('{place_decisions}', 'exists (select from places l where l.id = t.place_id and keeps_seat(a, l.enrolment_id))'),
    ('{contact_openings}', $$keeps_seat(a, t.enrolment_id)
        or a.role = 'administrator' and not exists (select from sessions s where s.id = t.session_id and s.cohort_id = any (a.own))$$),
    ('{enrolments}', 't.participant_id = a.self or keeps_seat(a, t.id)'),
    -- A coordinator: of those they serve, and whole groups in their care or led by them.
    ('{attendances}', $$t.participant_id = a.self or t.session_id = any (a.nights) and (
        a.role <> 'coordinator' or t.session_id = any (a.leads) or t.participant_id = any (a.people)
        or exists (select from sessions s join cohorts c on c.id = s.cohort_id where s.id = t.session_id
            and c.coordinator_id = a.account))$$),
    ('{audit_events}', $$a.role = 'administrator' and not t.participant_ids && a.hidden or a.self = any (t.participant_ids)$$),
    ('{incidents}', 'is_told(a, t)'),
    ('{incident_actions}', 'exists (select from incidents i where i.id = t.incident_id and is_told(a, i))'),
    ('{referral_attempts}', 'a.role = ''coordinator'''),
    ('{duty_shifts}', 'a.role in (''mental_health_professional'', ''coordinator'', ''administrator'')'),
    ('{duty_swaps}', $$a.role = 'administrator'
        or a.role in ('mental_health_professional', 'coordinator') and a.account in (t.from_account_id, t.to_account_id)$$),
    ('{referrals}', 'a.role = ''coordinator'' or a.role = ''line'' and t.client_account_id = a.account'),
    ('{accounts}', $$t.id = a.account or a.role = 'administrator' and t.role <> 'peer'
        or a.role = 'coordinator' and t.role = 'coordinator'$$),
    ('{conflict_declarations}', 't.declared_by = a.account
        or not is_due(t.id) and (t.for_participant_id is null or t.for_participant_id = any (a.people))
        and meets(a, array[t.id], array[t.for_participant_id, t.for_account_id, t.participant_id, t.account_id])'),
    ('{conflict_matches}', '(t.for_participant_id is null or t.for_participant_id = any (a.people))
        and (t.declaration_id is null or exists (select from conflict_declarations d where d.id = t.declaration_id
            and (d.conversation_at is not null or t.raised_at is not null and d.counts_from <> ''now'')))
        and meets(a, array[t.declaration_id, t.other_declaration_id],
        array[t.for_participant_id, t.for_account_id, t.participant_id, t.account_id])'),
    ('{debriefs}', 't.account_id = a.account and t.cohort_id <> all (a.own) or supervises(a, t)'),
    -- Whom others have kept from one is not for oneself to read.
    ('{exclusions}', $$a.role = 'coordinator'
        and (t.participant_id = any (a.people) or t.account_id = a.account and t.created_by = a.account)$$),
    -- A key opens nothing without the value that was sealed with it: those of people are not asked for one by one.
    ('{sealed_keys}', $$case t.owner_type
        when 'participant' then a.role = 'coordinator' or t.owner_id = a.self
        when 'referral' then a.role = 'coordinator'
        when 'guest' then a.role = 'coordinator'
        when 'session' then t.owner_id = any (a.nights)
        else a.role = 'administrator' or a.role not in ('coordinator', 'peer') and t.owner_id = a.account end$$),
    ('{session_presences}', $$t.account_id = a.account or a.role = 'coordinator'
        and exists (select from sessions s where s.id = t.session_id and s.cohort_id = any (a.rooms))$$)) v (names, rule);
insert into oracle (name, verb, rule, change)
select o.name, v.verb, case when o.name in ('cohorts', 'host_assignments', 'sessions') then 'a.role = ''coordinator'' and ' else '' end
    || o.rule, v.change
from (values
    ('delete', '{absences,calendar_feeds,guest_pages,idempotency_keys,interests,trainings}', null),
    ('update', '{interests}', 'languages = ''{en}'''),
    ('update', '{cohorts,conflict_declarations,contacts,emergency_contacts,host_assignments,intake_forms,intakes}', 'version = 9'),
    ('update', '{guests,participants,qualifications,safety_plans,sessions}', 'version = 9'),
    ('update', '{notice_preferences}', 'mail = ''now'''), ('update', '{notices}', 'version = 9'),
    ('update', '{step_backs}', 'ended_at = now()'),
    ('update', '{alarms}', 'version = 9'), ('update', '{staff}', 'serving_caf = true'), ('update', '{idempotency_keys}', 'status = 200'),
    ('update', '{conflict_matches}', 'decided_by = actor_account_id()'),
    ('update', '{outbox}', 'state = ''cancelled'', reason = ''x'', lease_until = null')) v (verb, names, change)
join oracle o on o.name = any (v.names::text[]);
insert into oracle (name, verb, rule, change)
select unnest('{holidays,services,training_courses,training_offerings}'::text[]), 'update', 'a.role = ''administrator''', 'version = 9';
insert into oracle (name, verb, rule, change) values
    ('back_ups', 'update', 'arranges(a, t.account_id)', 'named_by = actor_account_id()'),
    ('acceptances', 'update', 't.participant_id = a.self', 'withdrawn_at = now()'),
    ('accounts', 'update', 'a.role = ''administrator'' and t.role <> ''peer''', 'version = 9'),
    ('debriefs', 'update', 'supervises(a, t)', 'supervised_by = actor_account_id()'),
    ('incidents', 'update', 'a.role <> ''peer_supporter'' and is_told(a, t)', 'state = ''acknowledged'', acknowledged_at = now(),
        acknowledged_by = gen_random_uuid(), followed_up_at = null, closed_at = null, closed_by = null'),
    ('referrals', 'update', 'a.role = ''coordinator''', 'version = 9'),
    ('exclusion_requests', 'update',
        $$a.role = 'coordinator' and not t.for_lead and not is_due(t.id) and t.participant_id = any (a.people)
        or a.role = 'administrator' and t.for_lead and t.participant_id <> all (a.hidden)$$, 'version = 9'),
    ('activities', 'update', 'a.role = ''coordinator''', 'version = 9'),
    ('duty_shifts', 'update', 'keeps_duty(a, t.regions::text[])', 'version = 9'),
    ('duty_shifts', 'delete', 'keeps_duty(a, t.regions::text[])', null),
    ('duty_swaps', 'update', $$a.role in ('mental_health_professional', 'coordinator')
        and a.account in (t.from_account_id, t.to_account_id)$$, 'state = ''declined'', decided_at = now()'),
    ('code_lists', 'update', $$a.role = 'administrator' and t.list in ('training_orientation', 'training_facilitator',
        'training_continuing', 'training_method', 'activity_kind', 'expertise')$$, 'version = 9'),
    ('exclusions', 'delete', 'a.role = ''coordinator'' and t.participant_id = any (a.people)', null),
    ('holidays', 'delete', 'a.role = ''administrator''', null),
    ('sealed_keys', 'delete', $$t.owner_type = 'participant' and t.owner_id = a.self and a.role = 'peer'
        or a.role = 'coordinator' and case t.owner_type
        when 'participant' then t.owner_id = any (a.people)
        when 'session' then t.owner_id = any (a.nights)
        else t.owner_type in ('guest', 'referral') end$$, null);

-- And whether a adds a row about s: it has what policies ask for and no more; what tables ask for they ask after policies.
create temp table subjects (kind text, id uuid, other uuid, word text);
insert into subjects
select 'person', id, null::uuid, null from persons union all
select 'account', account, null, null from asks where account is not null union all
select 'group', id, null, null from cohorts union all
select 'evening', id, cohort_id, null from sessions union all
select 'incident', id, null, null from incidents union all
select 'alarm', id, null, null from alarms union all
select 'role', null, null, unnest('{peer,peer_supporter,mental_health_professional,coordinator,line,administrator}'::text[]) union all
select 'region', null, null, unnest('{ON,QC,-}'::text[]);
create temp table additions (name text, columns text, given text, kind text, rule text);
insert into additions (name, columns, given, kind, rule)
select unnest(v.names::text[]), v.columns, v.given, v.kind, v.rule from (values
    ('{contacts,emergency_contacts,intake_forms,safety_plans}', 'participant_id', '%1$L', 'person',
        'a.role = ''coordinator'' and s.id = any (a.people)'),
    ('{acceptances,calendar_feeds,exclusion_requests,interests}', 'participant_id', '%1$L', 'person', 's.id = a.self'),
    ('{sign_in_codes}', 'created_by, account_id', 'actor_account_id(), %1$L', 'account', $$case a.role
        when 'coordinator' then exists (select from participants p where p.account_id = s.id and p.id = any (a.people))
        else a.role = 'administrator' and not exists (select from participants p where p.account_id = s.id) end$$),
    ('{outbox}', 'participant_id', '%1$L', 'person', 's.id = any (a.people)'),
    ('{outbox}', 'participant_id, enrolment_id', '%1$L, gen_random_uuid()', 'person', 'false'),
    ('{outbox}', 'guest_id', '%1$L', 'account', 'a.role = ''coordinator'''),
    ('{qualifications}', 'account_id', '%1$L', 'account', 'a.role = ''administrator'''),
    ('{guests}', 'id', '%1$L', 'account', 'a.role = ''coordinator'''),
    ('{holidays,services,staff,training_courses,training_offerings}', 'id', '%1$L', 'account', 'a.role = ''administrator'''),
    ('{activities}', 'id', '%1$L', 'account', 'a.role = ''coordinator'''),
    ('{code_lists}', 'list, code', '''training_method'', %3$L', 'region', 'a.role = ''administrator'''),
    ('{code_lists}', 'list, code', '''language'', %3$L', 'region', 'false'),
    ('{idempotency_keys}', 'account_id', '%1$L', 'account', 's.id = a.account'),
    ('{step_backs}', 'account_id, since', '%1$L, now()', 'account',
        's.id = a.account and a.role in (''peer'', ''peer_supporter'', ''mental_health_professional'')'),
    ('{comparisons}', 'subject, owner_id, created_at', '''participant'', %1$L, now()', 'account',
        'a.role in (''peer'', ''peer_supporter'', ''mental_health_professional'', ''coordinator'', ''line'', ''administrator'')'),
    ('{notice_preferences}', 'account_id', '%1$L', 'account', 's.id = a.account and a.role not in (''peer'', ''line'')'),
    ('{alarm_actions}', 'account_id, alarm_id', 'actor_account_id(), %1$L', 'alarm',
        'exists (select from alarms l where l.id = s.id and is_called(a, l))'),
    ('{audit_events}', 'at, role, account_id', 'now(), actor_role(), %1$L', 'account', 's.id = a.account'),
    ('{audit_events}', 'at, role, account_id', 'now(), %3$L, actor_account_id()', 'role', 's.word = a.role'),
    ('{documents}', 'published_by', '%1$L', 'account', 'a.role = ''administrator'' and s.id = a.account'),
    ('{absences}', 'recorded_by, account_id', '%1$L, actor_account_id()', 'account',
        'a.role in (''coordinator'', ''administrator'') and s.id = a.account'),
    ('{absences}', 'recorded_by, account_id', 'actor_account_id(), %1$L', 'account', 'arranges(a, s.id)'),
    ('{back_ups}', 'named_by, account_id', '%1$L, actor_account_id()', 'account',
        'a.role in (''coordinator'', ''administrator'') and s.id = a.account'),
    ('{back_ups}', 'named_by, account_id', 'actor_account_id(), %1$L', 'account', 'arranges(a, s.id)'),
    ('{trainings}', 'recorded_by', '%1$L', 'account', 'a.role = ''administrator'' and s.id = a.account'),
    ('{cohorts}', 'coordinator_id', '%1$L', 'account', 'a.role = ''coordinator'' and s.id = a.account'),
    ('{participants,incidents}', 'created_by', '%1$L', 'account', 'a.role = ''coordinator'' and s.id = a.account'),
    ('{referral_attempts,referrals}', 'recorded_by', '%1$L', 'account', 'a.role = ''coordinator'' and s.id = a.account'),
    ('{referrals}', 'recorded_by, client_account_id', 'actor_account_id(), %1$L', 'account', 'a.role = ''line'' and s.id = a.account'),
    ('{sessions}', 'cohort_id', '%1$L', 'group', 'a.role = ''coordinator'' and s.id = any (a.rooms)'),
    ('{host_assignments}', 'assigned_by, cohort_id', 'actor_account_id(), %1$L', 'group',
        'a.role = ''coordinator'' and s.id = any (a.rooms)'),
    ('{host_assignments}', 'assigned_by, cohort_id', '%1$L, gen_random_uuid()', 'account', 'a.role = ''coordinator'' and s.id = a.account'),
    ('{incidents}', 'created_by, session_id, cohort_id', 'actor_account_id(), %1$L, %2$L', 'evening', 's.id = any (a.nights)'),
    ('{incident_actions}', 'recorded_by, incident_id', 'actor_account_id(), %1$L', 'incident',
        'exists (select from incidents i where i.id = s.id and is_told(a, i))'),
    ('{incident_actions}', 'recorded_by, incident_id', '%1$L, (select id from incidents limit 1)', 'account',
        's.id = a.account and exists (select from incidents i where is_told(a, i))'),
    ('{duty_shifts}', 'created_by', '%1$L', 'account', 'keeps_duty(a, ''{}'') and s.id = a.account'),
    ('{duty_shifts}', 'created_by, regions', 'actor_account_id(), array_remove(array[%3$L], ''-'')::region[]', 'region',
        'keeps_duty(a, array_remove(array[s.word], ''-''))'),
    ('{duty_swaps}', 'from_account_id, state', '%1$L, ''asked''', 'account',
        'a.role in (''mental_health_professional'', ''coordinator'') and s.id = a.account'),
    ('{accounts}', 'role', '%3$L', 'role',
        'a.role = ''administrator'' and s.word <> ''peer'' or a.role = ''coordinator'' and s.word = ''peer'''),
    ('{participants}', 'id, created_by', '%1$L, actor_account_id()', 'person', 'a.role = ''coordinator'' and s.id <> all (a.hidden)'),
    ('{participants}', 'region, created_by', 'nullif(%3$L, ''-''), actor_account_id()', 'region', $$a.role = 'coordinator'
        and (a.regions = '{}' or s.word = any (a.regions || '-'::text))$$),
    ('{conflict_declarations}', 'declared_by, for_participant_id', 'actor_account_id(), %1$L', 'person', 's.id = any (a.people)'),
    ('{conflict_declarations}', 'declared_by, for_account_id', 'actor_account_id(), %1$L', 'account',
        $$a.role = 'coordinator' or a.role in ('peer_supporter', 'mental_health_professional') and s.id = a.account$$),
    ('{conflict_declarations}', 'declared_by, for_account_id, participant_id', 'actor_account_id(), actor_account_id(), %1$L', 'person',
        'a.role = ''coordinator'' and s.id = any (a.people)'),
    ('{conflict_declarations}', 'declared_by, for_account_id', '%1$L, actor_account_id()', 'account',
        $$a.role in ('peer_supporter', 'mental_health_professional', 'coordinator') and s.id = a.account$$),
    -- Whoever was there, or is on call for what has begun.
    ('{debriefs}', 'account_id, session_id, cohort_id', 'actor_account_id(), %1$L, %2$L', 'evening',
        $$a.role in ('peer_supporter', 'mental_health_professional', 'coordinator') and s.other <> all (a.own)
        and (s.id = any (a.attended) or a.name = 'max' and s.id = n('birch 1'))$$)) v (names, columns, given, kind, rule)
union all
select v.name, v.author || ', participant_id', o.given, o.kind, 'a.role = ''coordinator'' and ' || o.rule from (values
    ('exclusions', 'created_by'), ('intakes', 'coordinator_id'), ('updates', 'recorded_by')) v (name, author)
cross join (values
    ('actor_account_id(), %1$L', 'person', 's.id = any (a.people)'),
    ('%1$L, (select id from participants limit 1)', 'account', 's.id = a.account')) o (given, kind, rule)
union all
select 'sealed_keys', 'owner_type, owner_id', format('%L, %%1$L', v.type), v.kind, v.rule from (values
    ('participant', 'person', 's.id = a.self or a.role = ''coordinator'' and s.id = any (a.people)'),
    ('staff', 'account', $$a.role = 'administrator'
        or a.role in ('peer_supporter', 'mental_health_professional', 'coordinator') and s.id = a.account$$),
    ('session', 'evening', 'a.role = ''coordinator'' and s.id = any (a.nights)'),
    ('referral', 'evening', 'a.role in (''coordinator'', ''line'')')) v (type, kind, rule);

create function tests.come(a asks) returns void language plpgsql as $$
begin
    perform enter('nobody');
    perform context_enter('https://id.example', split_part(a.name, ' as a', 1), a.role, 'both', '11111111-1111-4111-8111-111111111111',
        null, 'tests_run') where a.role <> 'nobody';
    perform set_config('role', 'alongside_api', true);
end $$;
create function tests.key_of(in_table text) returns text stable language sql return (
    select 'concat_ws('' '', ' || string_agg('t.' || c.attname, ', ' order by c.attnum) || ')'
    from pg_index i join pg_attribute c on c.attrelid = i.indrelid and c.attnum = any (i.indkey)
    where i.indrelid = in_table::regclass and i.indisprimary);
create function tests.keys(in_sql text, a asks default null) returns text[] language plpgsql as $$
declare
    found text[];
begin
    execute in_sql into found using a;
    return array(select unnest(found) order by 1);
end $$;
-- The keys of the rows that somebody reaches: what they read, or what a statement without a condition, which asks no other policy, has
-- changed or removed. Undone.
create function tests.reached(a asks, in_table text, in_verb text, in_change text) returns text[] language plpgsql as $$
declare
    key text := key_of(in_table);
    places text := format('select array_agg(%s || '' '' || t.ctid) from %I t', key, in_table);
    before text[] := keys(places);
    found text[];
begin
    perform come(a);
    if in_verb = 'select' then
        execute format('select array_agg(%s order by %1$s) from %I t', key, in_table) into found;
    else
        execute format(case in_verb when 'update' then 'update %I set %s' else 'delete from %I' end, in_table, in_change);
        perform set_config('role', 'none', true);
        found := array(
            select regexp_replace(c.place, ' \S+$', '') from (select unnest(before) except select unnest(keys(places))) c (place)
            order by 1);
    end if;
    raise exception using errcode = 'TT000';
exception
    when others then
        return case sqlstate when 'TT000' then coalesce(found, '{}') else array[sqlstate] end;
end $$;
create function tests.is_refused(in_sql text) returns boolean language plpgsql as $$
begin
    perform set_config('role', 'alongside_api', true);
    execute in_sql;
    raise exception using errcode = 'TT000';
exception
    when insufficient_privilege then
        return true;
    when others then
        return false;
end $$;
-- Whether somebody adds what the oracle says they do not, or is refused what it lets them add.
create function tests.adds_otherwise(a asks, in_addition additions) returns boolean language plpgsql as $$
declare
    s subjects;
    may boolean;
begin
    perform come(a), set_config('role', 'none', true);
    for s in select * from subjects where kind = in_addition.kind loop
        execute format('select coalesce((%s), false) from (select ($1).*) a cross join (select ($2).*) s', in_addition.rule)
        into may using a, s;
        if may = is_refused(format('insert into %4$I (%5$s) values (' || in_addition.given || ')',
            s.id, s.other, s.word, in_addition.name, in_addition.columns))
        then
            return true;
        end if;
    end loop;
    return false;
end $$;
create function tests.is_otherwise(a asks, in_table text, in_verb text) returns boolean language sql return case
    when in_verb = 'insert' then exists (select from additions x where x.name = in_table and adds_otherwise(a, x))
    else exists (
        select from oracle o
        where o.name = in_table and o.verb = in_verb and reached(a, o.name, o.verb, o.change) <> keys(
            format('select array_agg(%s) from %I t cross join (select ($1).*) a where %s', key_of(o.name), o.name, o.rule), a)) end;
-- Which of some tables are not as the oracle has it once a text has been run. Undone.
create function tests.found_after(in_sql text, in_tables text[], in_verb text default 'select') returns text language plpgsql as $$
declare
    found text;
begin
    execute in_sql;
    found := (
        select string_agg(t, ' ' order by t) from unnest(in_tables) t
        where exists (select from asks a where is_otherwise(a, t, in_verb)));
    raise exception using errcode = 'TT000';
exception
    when sqlstate 'TT000' then
        return found;
end $$;
-- A table's policy that answers everybody the same.
create function tests.answering(in_answer text, in_table text, in_verb text) returns text stable language sql return (
    select string_agg(format('alter policy %I on %I', p.policyname, in_table)
        || case when p.cmd <> 'INSERT' then format(' using (%s)', in_answer) else '' end
        || case when p.cmd in ('INSERT', 'UPDATE', 'ALL') then format(' with check (%s)', in_answer) else '' end, ';')
    from pg_policies p
    where p.tablename = in_table and p.cmd in (upper(in_verb), 'ALL') and p.roles && '{public,alongside_api}'::name[]);

create temp view asked as
select name, verb, case when rule <> 'true' then name end as found from oracle
union all
select distinct name, 'insert', name from additions;
select plan(7 + 3 * (select count(*) from asked)::int);
select is((select string_agg(a.name, ', ' order by a.place) from asks a where is_otherwise(a, t.name, t.verb)), null,
    t.verb || ' ' || t.name || ': nobody reaches more, or less') from asked t order by t.name, t.verb;
select is(found_after(answering(v.answer, t.name, t.verb), array[t.name], t.verb), case v.answer when 'true' then t.found else t.name end,
    format('%s %s: a policy that says %s to everybody is found', t.verb, t.name, v.answer))
from asked t cross join (values ('true'), ('false')) v (answer) order by t.name, t.verb, v.answer;
select is(found_after(
    format('create or replace function %s stable language sql return %s', c.function, c.answer),
    array(select name from oracle where verb = 'select')), c.shown, c.title)
from (values
    ('actor_hidden_ids() returns uuid[]', '''{}''::uuid[]',
        'acceptances alarm_actions alarms attendances audit_events conflict_declarations conflict_matches contact_openings '
        'contacts emergency_contacts enrolment_decisions enrolments exclusion_requests exclusions hand_overs incident_actions '
        'incidents intake_forms intakes outbox participants place_decisions places region_moves safety_plans updates waiting_people',
        'I13, R14 what would be shown if nobody were hidden'),
    ('actor_own_cohort_ids() returns uuid[]', '''{}''::uuid[]',
        'alarm_actions alarms attendances cohorts contact_openings debriefs enrolment_decisions enrolments hand_overs '
        'host_assignments incident_actions incidents place_decisions places sealed_keys session_presences sessions',
        'I13 if staff were peers nowhere'),
    ('actor_hidden_conflict_ids() returns uuid[]', '''{}''::uuid[]', 'conflict_declarations conflict_matches',
        'A6.5, I13 if conflicts were about nobody'),
    ('actor_kept_conflict_ids() returns uuid[]', '''{}''::uuid[]', 'alarm_actions alarms', 'I13 if nobody were meant themselves'),
    ('actor_region_keys() returns text[]', 'region_keys()',
        'acceptances alarm_actions alarms attendances conflict_declarations conflict_matches contact_openings contacts '
        'emergency_contacts enrolment_decisions enrolments exclusion_requests exclusions hand_overs intake_forms intakes outbox '
        'participants place_decisions places region_moves safety_plans updates waiting_people', 'R14 if coordinators served everywhere'),
    ('actor_stands_for_ids() returns uuid[]', '''{}''::uuid[]', 'attendances', 'A6.8 if nobody had a group in their care')
    ) c (function, answer, shown, title);
select set_eq($$
    select c.relname::text, v.verb from pg_class c cross join unnest('{select,update,delete,insert}'::text[]) v (verb)
    where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity and (
        has_table_privilege('alongside_api', c.oid, v.verb)
        or v.verb <> 'delete' and has_any_column_privilege('alongside_api', c.oid, v.verb))$$,
    'select name, verb from asked', 'the oracle knows every table, and what requests may do to it');
select * from finish();
rollback;
