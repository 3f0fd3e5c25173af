-- SPDX-License-Identifier: MIT
-- Whoever spoke steps back, alone, and comes back when they wish (decision 16).

create or replace function step_back_since(in_account_id uuid) returns timestamptz language plpgsql stable as $$
begin
    return (select b.since from step_backs b where b.account_id = in_account_id and b.ended_at is null);
end $$;

create or replace function step_back_begin() returns void language plpgsql as $$
begin
    insert into step_backs (account_id, since) values (actor_account_id(), app_now())
    on conflict (account_id) where ended_at is null do nothing;
end $$;

-- One's own, with who calls about what one has said.
create or replace view step_backs_json with (security_invoker = true) as
select a.id as account_id, row_to_json(members) as body
from accounts a
cross join lateral (select step_back_since(a.id) as since) b
cross join lateral (select
    case when b.since is null then 'in' else 'stepped_back' end as state,
    utc(b.since) as since,
    (
        select conflict_declaration_call(d) from conflict_declarations d
        where d.declared_by = a.id and d.joins_id is null and d.conversation_at is null limit 1) as call,
    help_json() as help) members
where a.id = (select actor_account_id());

-- What was declared goes on counting until a coordinator has looked.
create or replace function step_backs_delete() returns response language plpgsql as $$
begin
    update step_backs b set ended_at = app_now() where b.account_id = actor_account_id() and b.ended_at is null;
    if found then
        perform audit('delete', 'step_back', actor_account_id(), array[actor_participant_id()]);
    end if;
    return respond(204, null);
end $$;
