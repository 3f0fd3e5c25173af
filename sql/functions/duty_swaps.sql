-- SPDX-License-Identifier: MIT
-- Turns that change hands when both agree.

create or replace view duty_swaps_json with (security_invoker = true) as
select w.id, w.version, w.created_at, w.state, row_to_json(members) as body
from duty_swaps w
cross join lateral (select
    w.id,
    w.shift_id,
    w.local_on,
    w.from_account_id,
    account_alias(w.from_account_id) as from_alias,
    w.to_account_id,
    account_alias(w.to_account_id) as to_alias,
    case when w.return_shift_id is not null then
        json_build_object('shift_id', w.return_shift_id, 'local_on', w.return_local_on) end as in_return,
    w.state,
    utc(w.created_at) as created_at,
    utc(w.decided_at) as decided_at) members;

create or replace function duty_swap_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, w.body, case when in_status = 201 then '/v1/duty-swaps/' || w.id end, w.version)
        from duty_swaps_json w where w.id = in_id);
end $$;

-- What keeps a turn from passing from one to the other, and where that was said; nulls when nothing does.
create or replace function duty_swap_fault(
    in_shift_id uuid, in_local_on date, in_from uuid, in_to uuid, out field text, out code text)
language plpgsql stable as $$
declare
    holder uuid;
    regions text[];
    ends_at timestamptz;
begin
    select t.account_id, t.regions, t.ends_at into holder, regions, ends_at from duty_turn_on(in_shift_id, in_local_on) t;
    field := 'local_on';
    code := case
        when holder is null then 'does-not-exist'
        when holder <> in_from then 'not-allowed'
        when ends_at <= app_now() then 'in-the-past' end;
    if code is null then
        field := 'to_account_id';
        code := coalesce(duty_shift_fault(in_to, regions), case when account_is_away(in_to, ends_at) then 'not-allowed' end);
    end if;
end $$;

create or replace function duty_swaps_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    other uuid := in_body->>'to_account_id';
    fault record;
begin
    if other = actor_account_id() then
        perform problem_field('to_account_id', 'invalid');
    end if;
    select * into fault
    from duty_swap_fault((in_body->>'shift_id')::uuid, (in_body->>'local_on')::date, actor_account_id(), other);
    if fault.code is not null then
        perform problem_field(fault.field, fault.code);
    end if;
    if in_body->>'in_return' is not null then
        select * into fault from duty_swap_fault(
            (in_body#>>'{in_return,shift_id}')::uuid, (in_body#>>'{in_return,local_on}')::date, other, actor_account_id());
        if fault.code is not null then
            perform problem_field('in_return/local_on', fault.code);
        end if;
    end if;
    begin
        insert into duty_swaps (id, shift_id, local_on, from_account_id, to_account_id, return_shift_id, return_local_on, created_at)
        values (
            new_id, (in_body->>'shift_id')::uuid, (in_body->>'local_on')::date, actor_account_id(), other,
            (in_body#>>'{in_return,shift_id}')::uuid, (in_body#>>'{in_return,local_on}')::date, app_now());
    exception when unique_violation then
        perform problem_taken('local_on');
    end;
    perform notice_tell(array[other], 'swap_asked', new_id);
    perform audit('create', 'duty_swap', new_id, in_fields => body_fields(in_body));
    return duty_swap_respond(201, new_id);
end $$;

-- in_party: whose step it is, 'from' or 'to'.
create or replace function duty_swap_lock(in_id uuid, in_if_match int[], in_party text) returns duty_swaps language plpgsql as $$
declare
    swap duty_swaps;
begin
    select * into swap from duty_swaps w where w.id = in_id for no key update;
    perform require_version(in_if_match, swap.version);
    if actor_account_id() <> (case in_party when 'from' then swap.from_account_id else swap.to_account_id end) then
        perform conflict('other-party');
    elsif swap.state <> 'asked' then
        perform problem_state(swap.state);
    end if;
    return swap;
end $$;

create or replace function duty_swap_decide(in_id uuid, in_state text, in_action text) returns response language plpgsql as $$
begin
    update duty_swaps w set state = in_state, decided_at = app_now(), version = w.version + 1 where w.id = in_id;
    perform notice_tell(array(
        select unnest(array[w.from_account_id, w.to_account_id]) from duty_swaps w where w.id = in_id), 'swap_decided', in_id);
    perform audit(in_action, 'duty_swap', in_id);
    return duty_swap_respond(200, in_id);
end $$;

-- Writes: duty_swaps, duty_covers. Locks: the swap, then both shifts by id, so that a turn passes on once at a time.
create or replace function duty_swaps_agree(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    swap duty_swaps := duty_swap_lock(in_id, in_if_match, 'to');
begin
    perform duty_swap_pass(swap.id);
    return duty_swap_decide(in_id, 'agreed', 'agree');
end $$;

create or replace function duty_swaps_decline(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform duty_swap_lock(in_id, in_if_match, 'to');
    return duty_swap_decide(in_id, 'declined', 'decline');
end $$;

create or replace function duty_swaps_withdraw(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform duty_swap_lock(in_id, in_if_match, 'from');
    return duty_swap_decide(in_id, 'withdrawn', 'withdraw');
end $$;

-- Looks past row level security, which lets nobody write who has a turn: both have said so.
create or replace function duty_swap_pass(in_id uuid) returns void language plpgsql security definer as $$
declare
    swap duty_swaps;
begin
    select * into swap from duty_swaps w where w.id = in_id and w.state = 'asked' and w.to_account_id = actor_account_id();
    perform from duty_shifts s where s.id in (swap.shift_id, swap.return_shift_id) order by s.id for no key update;
    if swap.id is null or exists (
        select from (values
            (swap.shift_id, swap.local_on, swap.from_account_id, swap.to_account_id),
            (swap.return_shift_id, swap.return_local_on, swap.to_account_id, swap.from_account_id)) v (shift_id, local_on, giver, taker)
        cross join lateral duty_swap_fault(v.shift_id, v.local_on, v.giver, v.taker) f
        where v.shift_id is not null and f.code is not null)
    then
        perform conflict('turn-passed');
    end if;
    insert into duty_covers (shift_id, local_on, account_id)
    select v.shift_id, v.local_on, v.account_id
    from (values
        (swap.shift_id, swap.local_on, swap.to_account_id),
        (swap.return_shift_id, swap.return_local_on, swap.from_account_id)) v (shift_id, local_on, account_id)
    where v.shift_id is not null
    on conflict (shift_id, local_on) do update set account_id = excluded.account_id;
end $$;
