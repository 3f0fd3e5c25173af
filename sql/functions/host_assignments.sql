-- SPDX-License-Identifier: MIT
-- Who is assigned to lead what, and released.

-- What people call a host; peers see it too, elsewhere.
create or replace function host_assignment_alias(in_host_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (
        select w.alias
        from (select s.id, s.alias from staff s union all select g.id, g.name from guests g) w
        where w.id = in_host_id and actor_role() in ('coordinator', 'peer_supporter', 'mental_health_professional')
            and exists (select from host_assignments h where h.host_id = w.id));
end $$;

-- What an assignment is for, whatever became of either: who leads the series leads those of its sessions that ask for them.
create or replace view host_assignment_sessions with (security_invoker = true) as
select s.id as session_id, s.cohort_id, s.state, s.starts_at, session_ends_at(s) as ends_at, s.started_at, h.id as assignment_id,
    h.account_id, h.guest_id, h.host_id, h.slot, h.released_at
from sessions s
join host_assignments h on h.cohort_id = s.cohort_id and (
    h.session_id = s.id
    or h.session_id is null and s.hosts ? h.slot and not exists (
        select from host_assignments x where x.session_id = s.id and x.replaces = h.id and x.released_at is null));

create or replace view host_assignments_json with (security_invoker = true) as
select h.id, h.cohort_id, h.assigned_at, h.released_at, h.version, row_to_json(members) as body
from host_assignments h
cross join lateral (select
    h.id,
    h.cohort_id as group_id,
    h.session_id,
    h.account_id,
    h.guest_id,
    host_assignment_alias(h.host_id) as alias,
    h.slot,
    h.replaces,
    case when (select actor_role()) = 'coordinator' then h.assigned_by end as assigned_by,
    utc(h.assigned_at) as assigned_at,
    case when (select actor_role()) = 'coordinator' then utc(h.confirmed_at) end as confirmed_at,
    case when (select actor_role()) = 'coordinator' then utc(h.declined_at) end as declined_at,
    utc(h.released_at) as released_at) members;

create or replace function host_assignment_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, h.body, case when in_status = 201 then '/v1/host-assignments/' || h.id end, h.version)
        from host_assignments_json h where h.id = in_id);
end $$;

-- Where a session is named, it must be one that still needs hosts; where somebody is replaced, it is in that session and slot.
create or replace function host_assignment_require_fitting(in_cohort cohorts, in_body jsonb) returns void language plpgsql as $$
declare
    session sessions;
    replaced uuid := (in_body->>'replaces')::uuid;
begin
    perform cohort_require_alive(in_cohort);
    if host_count_most(in_cohort.id, in_body->>'slot') = 0 then
        perform problem_field('slot', 'not-allowed');
    elsif in_body->>'session_id' is not null then
        select * into session from sessions s where s.id = (in_body->>'session_id')::uuid and s.cohort_id = in_cohort.id;
        if not found then
            perform problem_field('session_id', 'does-not-exist');
        elsif session.state not in ('scheduled', 'in_progress') then
            perform problem_state(session.state);
        end if;
    end if;
    if replaced is not null and not exists (
        select from session_leads l join host_assignments h on h.id = l.assignment_id
        where l.session_id = session.id and h.id = replaced and h.slot = in_body->>'slot' and h.session_id is null)
    then
        perform problem_field('replaces', 'invalid');
    end if;
end $$;

-- A guest in the slot of guests, somebody of the staff in every other.
create or replace function host_assignment_require_host(in_body jsonb) returns void language plpgsql as $$
declare
    wanted text := case in_body->>'slot' when 'guest' then 'guest_id' else 'account_id' end;
    other text := case in_body->>'slot' when 'guest' then 'account_id' else 'guest_id' end;
begin
    if in_body->>wanted is null then
        perform problem_field(wanted, 'required');
    elsif in_body ? other then
        perform problem_field(other, 'invalid');
    end if;
end $$;

create or replace function host_assignment_compare(in_assignment host_assignments) returns void language plpgsql as $$
begin
    perform comparison_ask('account', array[in_assignment.account_id]);
    perform comparison_ask('guest', array[in_assignment.guest_id]);
end $$;

-- Guests are written to of the dates that are theirs from now on, or no longer; also whoever a substitute replaces, or has replaced.
create or replace function host_assignment_tell_guests(in_assignment host_assignments, in_kind text, in_other_kind text) returns void
language plpgsql as $$
begin
    perform guest_mail_put(in_assignment.guest_id, in_kind, array(
        select s.session_id from host_assignment_sessions s
        where s.assignment_id = in_assignment.id and s.state in ('scheduled', 'in_progress') and s.ends_at > app_now()));
    perform guest_mail_put(h.guest_id, in_other_kind, array[in_assignment.session_id])
    from host_assignments h where h.id = in_assignment.replaces;
end $$;

-- I5: every thing that is missing is named at once; a conflict only as such, and only to coordinators (A6.5).
-- Writes: host_assignments, comparisons, notices, outbox. Locks: comparisons, the cohort, then its hosts by id.
create or replace function host_assignments_create(in_cohort_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    cohort cohorts;
    assignment host_assignments;
    host_id uuid := coalesce(in_body->>'account_id', in_body->>'guest_id');
    host record;
begin
    perform comparison_finish(host_id, in_cohort_id);
    cohort := cohort_lock(in_cohort_id);
    perform host_assignment_require_fitting(cohort, in_body);
    perform host_assignment_require_host(in_body);
    -- On the day of the first session they are to lead.
    select * into host from host_facts(host_id, in_body->>'slot', cohort.language, coalesce((
        select min(s.local_start)::date from sessions s
        where s.cohort_id = in_cohort_id and s.id = coalesce((in_body->>'session_id')::uuid, s.id)
            and s.state = 'scheduled' and s.starts_at > app_now()), office_date()));
    if host.missing is null then
        perform problem_field(case in_body->>'slot' when 'guest' then 'guest_id' else 'account_id' end, 'does-not-exist');
    elsif host.missing <> '{}' then
        perform problem('validation-failed', jsonb_build_object(
            'errors', (
                select jsonb_agg(jsonb_build_object(
                    'pointer', case when code = 'wrong-role' then '#/slot' when in_body->>'slot' = 'guest' then '#/guest_id'
                        else '#/account_id' end, 'code', code) order by place)
                from unnest(host.missing) with ordinality m (code, place)),
            'modules_missing', host.modules));
    end if;
    if conflict_blocks_host(host_id, in_cohort_id) then
        perform conflict('conflict');
    end if;
    insert into host_assignments (cohort_id, session_id, account_id, guest_id, slot, replaces, assigned_by, assigned_at)
    values (
        in_cohort_id, (in_body->>'session_id')::uuid, (in_body->>'account_id')::uuid, (in_body->>'guest_id')::uuid, in_body->>'slot',
        (in_body->>'replaces')::uuid, actor_account_id(), app_now())
    returning * into assignment;
    perform host_assignment_compare(assignment);
    perform host_require_no_clash(in_cohort_id);
    perform notice_tell(array[assignment.account_id], 'hosting_assigned', in_cohort_id, in_cohort_id => in_cohort_id);
    perform host_assignment_tell_guests(assignment, 'guest_assigned', 'guest_released');
    perform audit('assign', 'host_assignment', assignment.id, in_fields => body_fields(in_body));
    return host_assignment_respond(201, assignment.id);
end $$;

-- Without a substitute, the one who was replaced leads again: that must fit as well. A guest who declines is not written to of it.
-- Writes: host_assignments, comparisons, outbox. Locks: its hosts by id; the cohort and the assignment are the caller's.
create or replace function host_assignment_end(in_assignment host_assignments) returns void language plpgsql as $$
declare
    is_declined boolean := actor_role() = 'guest';
begin
    update host_assignments h set
        released_at = app_now(), declined_at = case when is_declined then app_now() end, version = h.version + 1
    where h.id = in_assignment.id;
    perform host_assignment_compare(in_assignment);
    perform host_require_no_clash(in_assignment.cohort_id);
    perform host_assignment_tell_guests(in_assignment, case when not is_declined then 'guest_released' end, 'guest_assigned');
    perform audit(case when is_declined then 'decline' else 'release' end, 'host_assignment', in_assignment.id);
end $$;

-- Writes: host_assignments, comparisons, notices, outbox. Locks: the cohort, the assignment, then its hosts by id.
create or replace function host_assignments_release(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    assignment host_assignments;
begin
    perform cohort_lock((select h.cohort_id from host_assignments h where h.id = in_id));
    select * into assignment from host_assignments h where h.id = in_id for no key update;
    perform require_version(in_if_match, assignment.version);
    if assignment.released_at is not null then
        perform problem_state('released');
    end if;
    perform host_assignment_end(assignment);
    perform notice_tell(array[assignment.account_id], 'hosting_released', assignment.cohort_id);
    return host_assignment_respond(200, in_id);
end $$;
