-- SPDX-License-Identifier: MIT
-- Whose open work goes to whom (decision 22). What the receiver may not have stays where it is, all else moves: sixty intakes do not wait
-- for the one that needs somebody else.

create or replace view hand_overs_json with (security_invoker = true) as
select h.id, h.handed_at, row_to_json(members) as body
from hand_overs h
cross join lateral (select
    h.id,
    h.kind,
    h.subject_id,
    h.participant_id,
    h.from_account_id,
    h.to_account_id,
    h.reason,
    h.handed_by,
    utc(h.handed_at) as handed_at) members;

-- What is open and somebody's.
create or replace function hand_over_work(in_account_id uuid)
returns table (kind text, id uuid, participant_id uuid, region_key text) stable language sql
begin atomic
    select 'group', g.id, null::uuid, null::text from cohorts g
    where g.coordinator_id = in_account_id and g.state not in ('completed', 'cancelled')
    union all
    select 'participant', p.id, p.id, p.region_key from participants p
    where p.coordinator_id = in_account_id and p.status = 'active'
    union all
    select 'intake', i.id, i.participant_id, i.region_key from intakes i
    where i.coordinator_id = in_account_id and i.is_open
    union all
    select 'referral', r.id, null, null from referrals r where r.coordinator_id = in_account_id and r.closed_at is null;
end;

-- Whether this can be somebody's work: a person they serve, or what is about nobody, but for groups in which they are a peer.
create or replace function hand_over_fits(
    in_id uuid, in_participant_id uuid, in_region_key text, in_region_keys text[], in_hidden_ids uuid[], in_own_cohort_ids uuid[])
returns boolean immutable language sql
return case when in_participant_id is not null
    then actor_covers(in_region_key, in_participant_id, in_region_keys, in_hidden_ids)
    else in_id <> all (in_own_cohort_ids)
end;

-- Whoever takes it stays while it comes to them.
create or replace function hand_over_lock(in_from uuid, in_to uuid) returns void language plpgsql as $$
begin
    perform from accounts a where a.id = in_to and a.role = 'coordinator' and a.is_active for share;
    if not found then
        perform problem_field('to_account_id', 'does-not-exist');
    end if;
    perform from cohorts g where g.coordinator_id = in_from order by g.id for no key update;
    perform from participants p where p.coordinator_id = in_from order by p.id for no key update;
    perform from intakes i where i.coordinator_id = in_from and i.is_open order by i.id for no key update;
    perform from referrals r where r.coordinator_id = in_from and r.closed_at is null order by r.id for no key update;
end $$;

-- One thing, or all that is somebody's, but for what is of the regions they keep; a coordinator moves what they see. The answer names what
-- went together.
-- Writes: hand_overs, cohorts, participants, intakes, referrals. Locks: who takes it; groups, people, intakes, referrals, each by id.
create or replace function hand_over(
    in_from uuid, in_to uuid, in_reason text, in_kind text default null, in_id uuid default null, in_kept text[] default null)
returns uuid
language plpgsql security definer as $$
declare
    batch uuid := gen_random_uuid();
    regions text[] := account_region_keys(in_to);
    hidden uuid[] := account_hidden_ids(in_to);
    own uuid[] := account_own_cohort_ids(in_to);
begin
    perform require_role('coordinator', 'administrator');
    perform hand_over_lock(in_from, in_to);
    insert into hand_overs (
        batch_id, kind, subject_id, participant_id, from_account_id, to_account_id, reason, handed_by, handed_at)
    select batch, w.kind, w.id, w.participant_id, in_from, in_to, in_reason, actor_account_id(), app_now()
    from hand_over_work(in_from) w
    where (in_id is null or (w.kind, w.id) = (in_kind, in_id)) and (in_kept is null or w.region_key <> all (in_kept))
        and hand_over_fits(w.id, w.participant_id, w.region_key, regions, hidden, own)
        and (actor_role() = 'administrator' or hand_over_fits(
            w.id, w.participant_id, w.region_key, actor_region_keys(), actor_hidden_ids(), actor_own_cohort_ids()));
    perform hand_over_apply(batch);
    return batch;
end $$;

create or replace function hand_over_apply(in_batch_id uuid) returns void language plpgsql as $$
begin
    update cohorts g set coordinator_id = h.to_account_id, version = g.version + 1
    from hand_overs h where h.batch_id = in_batch_id and h.kind = 'group' and g.id = h.subject_id;
    update participants p set coordinator_id = h.to_account_id, version = p.version + 1
    from hand_overs h where h.batch_id = in_batch_id and h.kind = 'participant' and p.id = h.subject_id;
    update intakes i set coordinator_id = h.to_account_id, version = i.version + 1
    from hand_overs h where h.batch_id = in_batch_id and h.kind = 'intake' and i.id = h.subject_id;
    update referrals r set coordinator_id = h.to_account_id, updated_at = app_now(), version = r.version + 1
    from hand_overs h where h.batch_id = in_batch_id and h.kind = 'referral' and r.id = h.subject_id;
    perform notice_tell(
        array(select h.to_account_id from hand_overs h where h.batch_id = in_batch_id), 'work_handed_over', in_batch_id);
    -- Whom a person is kept from now is not told that they were (R14).
    perform notice_tell(
        array(select h.from_account_id from hand_overs h where h.batch_id = in_batch_id), 'work_handed_over', in_batch_id,
        array(select h.participant_id from hand_overs h where h.batch_id = in_batch_id and h.participant_id is not null));
    perform audit('hand_over', h.kind, h.subject_id, array[h.participant_id])
    from hand_overs h where h.batch_id = in_batch_id;
end $$;

-- Who takes a person on where they are now: somebody there and not away, of that region rather than of all, with the fewest people.
create or replace function hand_over_receiver(in_participant_id uuid) returns uuid language plpgsql stable as $$
begin
    return (
        select a.id from participants p join accounts a on a.role = 'coordinator' and a.is_active
        where p.id = in_participant_id
            and actor_covers(p.region_key, p.id, account_region_keys(a.id), account_hidden_ids(a.id))
        order by
            account_is_away(a.id, app_now()), a.regions = '{}',
            (select count(*) from participants o where o.coordinator_id = a.id), a.created_at, a.id
        limit 1);
end $$;

-- What of a person's is with somebody who may not have it any more, for where they live or whom it was kept from, goes to somebody who may;
-- false = there is nobody, and it stays.
-- Writes: hand_overs, participants, intakes.
create or replace function hand_over_follow(in_participant_id uuid, in_reason text) returns boolean
language plpgsql security definer as $$
declare
    batch uuid := gen_random_uuid();
    receiver uuid := hand_over_receiver(in_participant_id);
begin
    perform require_role('coordinator', 'peer');
    if receiver is null then
        return false;
    end if;
    insert into hand_overs (
        batch_id, kind, subject_id, participant_id, from_account_id, to_account_id, reason, handed_by, handed_at)
    select batch, w.kind, w.id, in_participant_id, w.account_id, receiver, in_reason, actor_account_id(), app_now()
    from (
        select 'participant' as kind, p.id, p.region_key, p.coordinator_id as account_id
        from participants p where p.id = in_participant_id
        union all
        select 'intake', i.id, i.region_key, i.coordinator_id
        from intakes i where i.participant_id = in_participant_id and i.is_open) w
    where not actor_covers(
        w.region_key, in_participant_id, account_region_keys(w.account_id), account_hidden_ids(w.account_id));
    perform hand_over_apply(batch);
    return true;
end $$;

-- How much of what is somebody's, but for the regions they keep, for who ends their account and sees none of it; null = nothing.
create or replace function hand_over_left(in_account_id uuid, in_kept text[]) returns jsonb
language plpgsql stable security definer as $$
begin
    perform require_role('administrator');
    return (
        select jsonb_object_agg(w.kind, w.number)
        from (
            select o.kind, count(*) as number from hand_over_work(in_account_id) o
            where in_kept is null or o.region_key <> all (in_kept) group by o.kind) w);
end $$;

-- Writes: as hand_over().
create or replace function hand_overs_create(in_account_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    receiver uuid := (in_body->>'to_account_id')::uuid;
    wanted_kind text := in_body#>>'{work,kind}';
    wanted_id uuid := in_body#>>'{work,id}';
    batch uuid;
begin
    if not exists (select from accounts a where a.id = in_account_id and a.role = 'coordinator') then
        perform problem('not-found');
    elsif receiver = in_account_id or not account_may_coordinate(receiver) then
        perform problem_field('to_account_id', 'does-not-exist');
    elsif wanted_id is not null and not exists (
        select from hand_over_work(in_account_id) w where (w.kind, w.id) = (wanted_kind, wanted_id))
    then
        perform problem_field('work/id', 'does-not-exist');
    end if;
    batch := hand_over(in_account_id, receiver, in_body->>'reason', wanted_kind, wanted_id);
    return respond(200, json_build_object(
        'moved', (
            select coalesce(json_agg(json_build_object('kind', h.kind, 'id', h.subject_id) order by h.kind, h.subject_id), '[]')
            from hand_overs h where h.batch_id = batch),
        'left', (
            select coalesce(json_agg(json_build_object('kind', w.kind, 'id', w.id) order by w.kind, w.id), '[]')
            from hand_over_work(in_account_id) w
            where wanted_id is null or (w.kind, w.id) = (wanted_kind, wanted_id))));
end $$;

-- Newest first: of one thing, what went together, or everything.
create or replace function hand_overs_find(in_query jsonb) returns table (at timestamptz, id uuid, participant_id uuid)
language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    subject uuid := in_query->>'subject_id';
    batch uuid := in_query->>'batch_id';
    coordinator uuid := in_query->>'coordinator_id';
begin
    if batch is not null then
        return query
        select h.handed_at, h.id, h.participant_id from hand_overs h
        where h.batch_id = batch and (subject is null or h.subject_id = subject) and (h.handed_at, h.id) < (after_at, after_id)
            and (coordinator is null or coordinator in (h.from_account_id, h.to_account_id))
        order by h.handed_at desc, h.id desc limit wanted;
    elsif subject is not null then
        return query
        select h.handed_at, h.id, h.participant_id from hand_overs h
        where h.subject_id = subject and (h.handed_at, h.id) < (after_at, after_id)
            and (coordinator is null or coordinator in (h.from_account_id, h.to_account_id))
        order by h.handed_at desc, h.id desc limit wanted;
    else
        return query
        select h.handed_at, h.id, h.participant_id from hand_overs h
        where (h.handed_at, h.id) < (after_at, after_id)
            and (coordinator is null or coordinator in (h.from_account_id, h.to_account_id))
        order by h.handed_at desc, h.id desc limit wanted;
    end if;
end $$;

create or replace trigger append_only before update or delete on hand_overs for each row execute function refuse_change();
