-- SPDX-License-Identifier: MIT
-- Who is there for whom: two coordinators who stand in for each other, an absence that was and one to come, somebody who moved to Ontario,
-- and work that went from one to the other.
insert into back_ups (account_id, back_up_account_id, named_by, named_at)
select a.id::uuid, a.back_up::uuid, '00000000-0000-4000-8000-000000000004', transaction_timestamp() - interval '60 days'
from (values
    ('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000014'),
    ('00000000-0000-4000-8000-000000000014', '00000000-0000-4000-8000-000000000004')) a (id, back_up)
on conflict do nothing;
insert into absences (id, account_id, starts_on, ends_on, timezone, stand_in_account_id, recorded_by, created_at)
select v.id::uuid, v.account::uuid, transaction_timestamp()::date + v.since, transaction_timestamp()::date + v.since + 4, 'America/Toronto',
    v.stand_in::uuid, v.account::uuid, transaction_timestamp() - interval '50 days'
from (values
    ('00000000-0000-4000-8000-000000000921', '00000000-0000-4000-8000-000000000004', -40, null),
    ('00000000-0000-4000-8000-000000000922', '00000000-0000-4000-8000-000000000014', 60, '00000000-0000-4000-8000-000000000004')
) v (id, account, since, stand_in)
on conflict do nothing;

-- Sillage came from Quebec; the file and its work went along.
insert into region_moves (id, participant_id, from_region, to_region, said_by, recorded_by, recorded_at)
select '00000000-0000-4000-8000-000000000931', p.id, 'QC', p.region, 'peer', p.account_id, transaction_timestamp() - interval '18 days'
from participants p where p.id = '00000000-0000-4000-8000-000000003011'
on conflict do nothing;
with done as (
    insert into hand_overs (
        id, batch_id, kind, subject_id, participant_id, from_account_id, to_account_id, reason, handed_by, handed_at)
    select
        v.id::uuid, v.batch::uuid, v.kind, v.subject::uuid, v.person::uuid, v.giver::uuid, v.receiver::uuid, v.reason, v.by_whom::uuid,
        transaction_timestamp() - v.age
    from (values
        ('00000000-0000-4000-8000-000000000941', '00000000-0000-4000-8000-000000000951', 'participant',
            '00000000-0000-4000-8000-000000003011', '00000000-0000-4000-8000-000000003011', '00000000-0000-4000-8000-000000000014',
            '00000000-0000-4000-8000-000000000004', 'moved', '00000000-0000-4000-8000-000000002011', interval '18 days'),
        ('00000000-0000-4000-8000-000000000942', '00000000-0000-4000-8000-000000000952', 'participant',
            '00000000-0000-4000-8000-000000003009', '00000000-0000-4000-8000-000000003009', '00000000-0000-4000-8000-000000000004',
            '00000000-0000-4000-8000-000000000014', 'workload', '00000000-0000-4000-8000-000000000004', interval '6 days'),
        ('00000000-0000-4000-8000-000000000943', '00000000-0000-4000-8000-000000000952', 'intake',
            '00000000-0000-4000-8000-000000004009', '00000000-0000-4000-8000-000000003009', '00000000-0000-4000-8000-000000000004',
            '00000000-0000-4000-8000-000000000014', 'workload', '00000000-0000-4000-8000-000000000004', interval '6 days'),
        ('00000000-0000-4000-8000-000000000944', '00000000-0000-4000-8000-000000000953', 'referral',
            '00000000-0000-4000-8000-000000000204', null, '00000000-0000-4000-8000-000000000014',
            '00000000-0000-4000-8000-000000000004', 'absence', '00000000-0000-4000-8000-000000000014', interval '3 days')
    ) v (id, batch, kind, subject, person, giver, receiver, reason, by_whom, age)
    on conflict do nothing
    returning kind, subject_id, to_account_id),
files as (update participants p set coordinator_id = d.to_account_id from done d where d.kind = 'participant' and p.id = d.subject_id),
ways as (update intakes i set coordinator_id = d.to_account_id from done d where d.kind = 'intake' and i.id = d.subject_id)
update referrals r set coordinator_id = d.to_account_id from done d where d.kind = 'referral' and r.id = d.subject_id;

-- Noor is also Granite, as the lead may know.
insert into exclusions (id, participant_id, account_id, reason, created_by, created_at)
select '00000000-0000-4000-8000-000000000961', p.id, '00000000-0000-4000-8000-000000000025', 'own_case', p.created_by, p.created_at
from participants p where p.id = '00000000-0000-4000-8000-000000003012'
on conflict do nothing;
