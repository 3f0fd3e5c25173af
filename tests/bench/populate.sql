-- SPDX-License-Identifier: MIT
-- :count participants with an account, an intake and a referral each; of the referrals one in fifty is still in the queue.
-- Sealed values are those of the one referral and the one participant that the bench has made through the API, so they open.
set search_path = alongside, pg_catalog;
begin;
set local session_replication_role = replica; -- triggers and foreign keys would only slow the copying down

insert into accounts (id, subject, role, participant_id)
select ('0000000a-0000-4000-8000-' || n)::uuid, '0000000a-0000-4000-8000-' || n, 'peer', (:'prefix' || n)::uuid
from generate_series(100000000001, 100000000000 + :count) n;

insert into participants (
    id, account_id, alias, preferred_language, region, timezone, affiliation_kind, age_attested_at, eligibility_attested_at,
    accessibility_needs, created_by, created_at)
select
    (:'prefix' || n)::uuid, ('0000000a-0000-4000-8000-' || n)::uuid, 'Bench ' || n, 'en', 'ON', 'America/Toronto', 'caf_former',
    now(), now(), model.accessibility_needs, model.created_by, now() - n % 1000000 * interval '1 second'
from generate_series(100000000001, 100000000000 + :count) n
cross join (select * from participants where id = :'participant') model;

insert into intakes (id, participant_id, region, track, state, coordinator_account_id, created_at)
select ('0000000c-0000-4000-8000-' || n)::uuid, (:'prefix' || n)::uuid, 'ON', 'group', 'received', model.created_by, now()
from generate_series(100000000001, 100000000000 + :count) n
cross join (select * from participants where id = :'participant') model;

insert into referrals (
    id, recorded_by, channel, language, callback_method, callback_handle, ok_to_leave_message, caller_consented_at,
    received_at, reply_due, reply_breach, attempts, state, closed_at, closed_by, created_at, updated_at)
select
    ('0000000d-0000-4000-8000-' || n)::uuid, model.recorded_by, model.channel, model.language, model.callback_method,
    model.callback_handle, false, at, at, at + interval '1 day', at + interval '2 days', 0, fate.state,
    case when fate.state <> 'received' then at end, case when fate.state <> 'received' then model.recorded_by end, at, at
from generate_series(100000000001, 100000000000 + :count) n
cross join (select * from referrals where id = :'referral') model
cross join lateral (
    select case when n % 50 = 0 then 'received' else 'unreachable' end as state, now() - n % 1000000 * interval '1 second' as at) fate;
commit;
