-- SPDX-License-Identifier: MIT
-- The first page of the referrals that are open, with the keys of the three things that are sealed.
with a as (
    select * from accounts where issuer = :issuer and subject = :subject and role <> 'peer' and role = :role and is_active),
noted as (
    insert into audit_events (at, account_id, role, operation, action, object_type, request_id)
    select now(), id, :role, :operation, 'list', 'referral', (:request_id)::uuid from a)
select json_agg(row_to_json(r) order by r.reply_due, r.id)
from (
    select
        r.*, n.wrapped as name_key, c.wrapped as callback_key, h.wrapped as hours_key,
        case when r.first_reply_at is not null then 'replied' when r.state <> 'received' then 'closed' when now() <= r.reply_due then 'on_time'
            when now() <= r.reply_breach then 'due' else 'breached' end as reply_status
    from a, referrals r
    left join sealed_keys n on n.id = split_part(r.name, '.', 1)::uuid
    left join sealed_keys c on c.id = split_part(r.callback_handle, '.', 1)::uuid
    left join sealed_keys h on h.id = split_part(r.safe_hours, '.', 1)::uuid
    where r.state in ('received', 'contacted')
    order by r.reply_due, r.id
    limit 26) r;
