-- SPDX-License-Identifier: MIT
-- What the coordinator, the professional and the peer supporter have been told; the alarms come from the worker.
insert into notices (id, account_id, kind, urgency, object_id, created_at)
select v.id::uuid, v.account::uuid, v.kind, k.urgency, v.object::uuid, now() - v.ago
from (values
    ('00000000-0000-4000-8000-000000000921', '00000000-0000-4000-8000-000000000003', 'swap_asked',
        '00000000-0000-4000-8000-000000000911', interval '1 day'),
    ('00000000-0000-4000-8000-000000000922', '00000000-0000-4000-8000-000000000002', 'hosting_assigned',
        '00000000-0000-4000-8000-000000000401', interval '20 days'),
    ('00000000-0000-4000-8000-000000000923', '00000000-0000-4000-8000-000000000003', 'hosting_assigned',
        '00000000-0000-4000-8000-000000000401', interval '20 days')) v (id, account, kind, object, ago)
join notice_kinds k on k.kind = v.kind
on conflict do nothing;
