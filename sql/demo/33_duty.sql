-- SPDX-License-Identifier: MIT
-- Who is on call: two who share the weeks' nights, a back-up for Quebec, and a swap that waits for its answer.
with monday as (select date_trunc('week', now() at time zone 'America/Toronto') as begins)
insert into duty_shifts (id, account_id, step, regions, local_start, local_end, timezone, is_weekly, created_by, created_at)
select v.id::uuid, v.account::uuid, v.step, v.regions::region[], begins + v.since, begins + v.until, 'America/Toronto', true,
    '00000000-0000-4000-8000-000000000006', now() - interval '30 days'
from monday cross join (values
    ('00000000-0000-4000-8000-000000000901', '00000000-0000-4000-8000-000000000004', 'duty', '{}',
        interval '17 hours', interval '4 days 9 hours'),
    ('00000000-0000-4000-8000-000000000902', '00000000-0000-4000-8000-000000000003', 'duty', '{}',
        interval '4 days 17 hours', interval '7 days 9 hours'),
    ('00000000-0000-4000-8000-000000000903', '00000000-0000-4000-8000-000000000014', 'back_up', '{QC}',
        interval '17 hours', interval '7 days 9 hours')) v (id, account, step, regions, since, until)
on conflict do nothing;
insert into duty_swaps (id, shift_id, local_on, from_account_id, to_account_id, return_shift_id, return_local_on, created_at)
select '00000000-0000-4000-8000-000000000911', '00000000-0000-4000-8000-000000000901', s.local_start::date + 21,
    '00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000902',
    s.local_start::date + 25, now() - interval '1 day'
from duty_shifts s where s.id = '00000000-0000-4000-8000-000000000901'
on conflict do nothing;
