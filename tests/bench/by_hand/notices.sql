-- SPDX-License-Identifier: MIT
-- What somebody was told and has not acknowledged, with the alarms behind it.
with a as (
    select * from accounts where issuer = :issuer and subject = :subject and role <> 'peer' and role = :role and is_active)
select json_agg(row_to_json(n) order by n.created_at desc, n.id desc)
from (
    select n.*, k.object_type, l.state, l.due_at, s.alias
    from a
    join notices n on n.account_id = a.id and n.acknowledged_at is null
    join notice_kinds k on k.kind = n.kind
    left join alarms l on l.id = n.alarm_id
    left join staff s on s.id = l.holder_account_id
    order by n.created_at desc, n.id desc
    limit 26) n;
