-- SPDX-License-Identifier: MIT
-- One active account per role (peers: 20_participants.sql) and referrals in every state. Nothing here is sealed: SQL has no keys.
insert into accounts (id, issuer, subject, role, regions)
select v.id::uuid, current_setting('app.issuer'), v.id, v.role, v.regions::region[]
from (values
    ('00000000-0000-4000-8000-000000000002', 'peer_supporter', '{}'),
    ('00000000-0000-4000-8000-000000000003', 'mental_health_professional', '{}'),
    ('00000000-0000-4000-8000-000000000004', 'coordinator', '{}'),
    ('00000000-0000-4000-8000-000000000005', 'line', '{}'),
    ('00000000-0000-4000-8000-000000000006', 'administrator', '{}'),
    ('00000000-0000-4000-8000-000000000014', 'coordinator', '{QC}')) v (id, role, regions)
on conflict do nothing;
insert into staff (id, alias, languages, employer, serving_caf) values
    ('00000000-0000-4000-8000-000000000002', 'Robin', '{en,fr}', null, false),
    ('00000000-0000-4000-8000-000000000003', 'Morgan', '{en,fr}', 'vac', false),
    ('00000000-0000-4000-8000-000000000004', 'Dominique', '{en,fr}', null, false),
    ('00000000-0000-4000-8000-000000000005', null, '{en,fr}', null, null),
    ('00000000-0000-4000-8000-000000000006', null, '{en,fr}', null, null),
    ('00000000-0000-4000-8000-000000000014', 'Maxime', '{fr}', null, false)
on conflict do nothing;

insert into referrals (
    id, client_account_id, external_ref, recorded_by, channel, language, callback_method, ok_to_leave_message,
    caller_consented_at, urgent, received_at, reply_due, reply_breach, first_reply_at, first_reply_by, attempts,
    last_attempt_at, coordinator_id, state, redirect_reason, duplicate_of, closed_at, closed_by, created_at, updated_at)
select
    d.id::uuid, d.client::uuid, d.external_ref, coalesce(d.client::uuid, coordinator), d.channel, d.language, d.method, d.message,
    d.received, d.urgent, d.received, business_day_end(d.received, 1), business_day_end(d.received, 2),
    d.received + d.replied, case when d.replied is not null then coordinator end, d.attempts,
    d.received + coalesce(d.replied, d.attempts * interval '1 day'), case when d.attempts > 0 then coordinator end, d.state,
    d.reason, d.original::uuid, d.received + d.closed, case when d.closed is not null then coordinator end, d.received,
    d.received + coalesce(d.closed, d.replied, interval '0')
from (
    select v.*, date_trunc('second', now()) - v.age as received, uuid '00000000-0000-4000-8000-000000000004' as coordinator
    from (values
        ('00000000-0000-4000-8000-000000000201', '00000000-0000-4000-8000-000000000005', 'LINE-2041', 'line_smsrc', 'en', 'phone',
            true, true, interval '2 hours', null::interval, 0, 'received', null, null, null::interval),
        ('00000000-0000-4000-8000-000000000202', '00000000-0000-4000-8000-000000000005', 'LINE-2029', 'line_voicemail', 'fr', 'phone',
            false, false, interval '9 days', null, 1, 'received', null, null, null),
        ('00000000-0000-4000-8000-000000000203', null, null, 'email_self', 'fr', 'email',
            false, false, interval '1 day', null, 0, 'received', null, null, null),
        ('00000000-0000-4000-8000-000000000204', '00000000-0000-4000-8000-000000000005', 'LINE-2017', 'line_eap_followup', 'en', 'phone',
            true, false, interval '6 days', interval '20 hours', 1, 'contacted', null, null, null),
        ('00000000-0000-4000-8000-000000000205', null, null, 'email_self', 'en', null,
            false, false, interval '30 days', interval '5 hours', 1, 'converted', null, null, interval '3 days'),
        ('00000000-0000-4000-8000-000000000206', '00000000-0000-4000-8000-000000000005', 'LINE-1988', 'line_smsrc', 'fr', 'phone',
            true, false, interval '25 days', interval '1 day', 1, 'declined', null, null, interval '2 days'),
        ('00000000-0000-4000-8000-000000000207', null, null, 'rsc', 'en', 'phone',
            true, false, interval '40 days', null, 3, 'unreachable', null, null, interval '8 days'),
        ('00000000-0000-4000-8000-000000000208', '00000000-0000-4000-8000-000000000005', 'LINE-2018', 'line_smsrc', 'en', null,
            true, false, interval '5 days', null, 0, 'duplicate', null, '00000000-0000-4000-8000-000000000204', interval '1 day'),
        ('00000000-0000-4000-8000-000000000209', '00000000-0000-4000-8000-000000000005', 'LINE-1975', 'line_smsrc', 'fr', null,
            false, false, interval '28 days', interval '4 hours', 1, 'redirected', 'family_member', null, interval '5 hours')
    ) v (id, client, external_ref, channel, language, method, message, urgent, age, replied, attempts, state, reason, original, closed)
) d
on conflict do nothing;
insert into referral_attempts (id, referral_id, at, channel, outcome, recorded_by, created_at)
select
    md5(r.id::text || n)::uuid, r.id,
    case when n = r.attempts then r.last_attempt_at else r.received_at + n * interval '1 day' end,
    coalesce(r.callback_method, 'phone'),
    case when n = r.attempts and r.first_reply_at is not null then 'replied' else 'message_left' end,
    '00000000-0000-4000-8000-000000000004', r.created_at
from referrals r cross join lateral generate_series(1, r.attempts) n
where r.id::text like '00000000-0000-4000-8000-0000000002__'
on conflict do nothing;

-- S2.17. Nobody has her address: nothing here is sealed.
insert into guests (
    id, name, credentials_en, credentials_fr, language, agreement_id, agreement_signed_on, created_by, created_at)
select
    '00000000-0000-4000-8000-000000000701', 'Rita Martine-Perez', 'Visual artist and registered Zentangle Method instructor',
    'Artiste visuelle et instructrice agréée de la méthode Zentangle', 'en', d.id, office_date(),
    '00000000-0000-4000-8000-000000000004', transaction_timestamp()
from documents_current d where d.kind = 'guest_confidentiality'
on conflict do nothing;
