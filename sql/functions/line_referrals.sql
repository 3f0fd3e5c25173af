-- SPDX-License-Identifier: MIT
-- Referrals as the 24/7 line sees them.

-- All that the 24/7 line sees, of its own referrals only.
create or replace view line_referrals_json with (security_invoker = true) as
select r.id, r.client_account_id, r.external_ref, r.received_at, row_to_json(members) as body
from referrals r
cross join lateral (select
    r.id,
    r.external_ref,
    utc(r.received_at) as received_at,
    case when r.state in ('received', 'contacted') then r.state else 'closed' end as state) members
where r.client_account_id = (select actor_account_id());

create or replace function line_referrals_create(in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    new_id uuid := referral_insert(in_body, in_key, actor_account_id(), app_now());
begin
    return (
        select respond(case when r.id = new_id then 201 else 200 end, r.body, '/v1/line-referrals/' || r.id)
        from line_referrals_json r
        where r.client_account_id = actor_account_id() and r.external_ref = in_body->>'external_ref');
end $$;
