-- SPDX-License-Identifier: MIT
-- Who is there when a coordinator is not (decision 22).

create or replace function back_ups_read(in_account_id uuid) returns json language plpgsql stable as $$
begin
    return (
        select json_build_object(
            'account_id', a.id,
            'back_up_account_id', coordinator_back_up(a.id),
            'is_named', exists (select from back_ups b where b.account_id = a.id),
            'is_away', account_is_away(a.id, app_now()),
            'stand_in_account_id', nullif(coordinator_stand_in(a.id, app_now()), a.id))
        from accounts a where a.id = in_account_id and a.role = 'coordinator');
end $$;

create or replace function back_ups_replace(in_account_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    named uuid := in_body->>'back_up_account_id';
begin
    perform account_require_arranged(in_account_id);
    if named = in_account_id or not account_may_coordinate(named) then
        perform problem_field('back_up_account_id', 'does-not-exist');
    end if;
    insert into back_ups (account_id, back_up_account_id, named_by, named_at)
    values (in_account_id, named, actor_account_id(), app_now())
    on conflict (account_id) do update set
        back_up_account_id = excluded.back_up_account_id, named_by = excluded.named_by, named_at = excluded.named_at;
    perform audit('update', 'back_up', in_account_id, in_fields => body_fields(in_body));
    return respond(200, back_ups_read(in_account_id));
end $$;
