-- SPDX-License-Identifier: MIT
-- A guest's own page (ANCHORS 1.2.6): what, when, where, whom to call, what is to be signed, and their answer. Nothing of anybody else.

-- Worker: a new address, for the mail that is about to leave; the secret is kept nowhere. Null for mail to others.
create or replace function guest_page_open(in_guest_id uuid) returns text language plpgsql as $$
declare
    page_id uuid := gen_random_uuid();
    secret_id uuid := gen_random_uuid();
begin
    if in_guest_id is null then
        return null;
    end if;
    insert into guest_pages (guest_id, secret_sha256, created_at) values (in_guest_id, secret_digest(page_id, secret_id), app_now());
    return setting('public_url') || '/v1/guest-pages/' || page_id || '/' || secret_id;
end $$;

-- Until a day after the last of what they lead, or said they cannot, since it was sent; a month, while there is nothing.
create or replace function guest_page_ends_at(in_page guest_pages) returns timestamptz language plpgsql stable as $$
begin
    return coalesce((
        select max(session_near_until(s))
        from host_assignments h
        join host_assignment_sessions l on l.assignment_id = h.id
        join sessions s on s.id = l.session_id
        where h.guest_id = in_page.guest_id and (h.released_at is null or h.declined_at is not null)
            and session_near_until(s) > in_page.created_at), in_page.created_at + interval '30 days');
end $$;

-- Worker: returns how many were over.
create or replace function guest_page_expire() returns bigint language plpgsql security definer as $$
declare
    expired bigint;
begin
    perform require_role('worker');
    delete from guest_pages p where guest_page_ends_at(p) <= app_now();
    get diagnostics expired = row_count;
    return expired;
end $$;

-- Whose page this is; whoever knows the address is the guest, and acts from here on in a role that no policy names.
create or replace function guest_page_enter(in_page_id uuid, in_secret_id uuid) returns uuid language plpgsql as $$
declare
    guest uuid := (
        select p.guest_id from guest_pages p join guests g on g.id = p.guest_id
        where p.secret_sha256 = secret_digest(in_page_id, in_secret_id) and g.state = 'active' and guest_page_ends_at(p) > app_now());
begin
    if guest is null then
        perform problem('not-found');
    end if;
    perform set_config('app.role', 'guest', true);
    return guest;
end $$;

-- The sessions of an assignment that are not over for a day. I8: the way in as peers have it, and only for who leads and has signed.
create or replace function guest_page_parts(in_assignment_id uuid, in_has_agreed boolean) returns json language plpgsql stable as $$
begin
    return (
        select json_agg(json_build_object(
            'session_id', s.id,
            'state', s.state,
            'topic', case when s.topic_en is not null then localized(s.topic_en, s.topic_fr) end,
            'local_start', wall_text(s.local_start),
            'timezone', s.timezone,
            'utc_offset', utc_offset(s.local_start, s.starts_at),
            'starts_at', utc(s.starts_at),
            'ends_at', utc(session_ends_at(s)),
            'join_link_from', case when o.is_led then utc(session_link_from(s)) end,
            'join_link', case when o.is_led and in_has_agreed and app_now() >= session_link_from(s) and app_now() < session_ends_at(s)
                then unseal('session.join_link', s.join_link) end,
            'link_changed_at', case when o.is_led and s.link_changed_at > session_link_from(s) then utc(s.link_changed_at) end)
            order by s.starts_at, s.seq)
        from host_assignment_sessions h
        join sessions s on s.id = h.session_id
        cross join lateral (select h.released_at is null and s.state in ('scheduled', 'in_progress') as is_led) o
        where h.assignment_id = in_assignment_id and session_near_until(s) > app_now());
end $$;

-- What they lead, and what they said they cannot, as long as it is not over.
create or replace function guest_page_assignments(in_guest_id uuid, in_has_agreed boolean)
returns table (id uuid, starts_at timestamptz, body json) language plpgsql stable as $$
begin
    return query
    select h.id, min(p.starts_at), json_build_object(
        'id', h.id,
        'title', localized(coalesce(a.title_en, v.title_en), coalesce(a.title_fr, v.title_fr)),
        'language', g.language,
        'coordinator_alias', (select w.alias from staff w where w.id = coordinator_stand_in(g.coordinator_id, app_now())),
        'answer', case when h.declined_at is not null then 'declined' when h.confirmed_at is not null then 'confirmed' else 'awaited' end,
        'parts', guest_page_parts(h.id, in_has_agreed))
    from host_assignments h
    join cohorts g on g.id = h.cohort_id
    join services v on v.id = g.service_id
    left join activities a on a.id = g.activity_id
    join host_assignment_sessions p on p.assignment_id = h.id
    join sessions s on s.id = p.session_id and session_near_until(s) > app_now()
    where h.guest_id = in_guest_id and (h.released_at is null or h.declined_at is not null)
    group by h.id, v.id, g.id, a.id;
end $$;

create or replace function guest_page_json(in_guest_id uuid) returns json language plpgsql stable as $$
begin
    return (
        select json_build_object(
            'name', g.name,
            'language', g.language,
            'agreement_to_sign', case when not o.has_agreed then (
                select json_build_object(
                    'document_id', d.id, 'title', localized(d.title_en, d.title_fr), 'body', localized(d.body_en, d.body_fr))
                from documents_current d where d.kind = 'guest_confidentiality') end,
            'agreement_signed_on', case when o.has_agreed then g.agreement_signed_on end,
            'assignments', (
                select coalesce(json_agg(a.body order by a.starts_at, a.id), '[]')
                from guest_page_assignments(g.id, o.has_agreed) a),
            'help', help_json())
        from guests g cross join lateral (select guest_has_agreed(g.agreement_id) as has_agreed) o
        where g.id = in_guest_id);
end $$;

create or replace function guest_pages_read(in_page_id uuid, in_secret_id uuid) returns response
language plpgsql security definer as $$
declare
    guest uuid := guest_page_enter(in_page_id, in_secret_id);
begin
    perform audit('read', 'guest', guest);
    return respond(200, guest_page_json(guest));
end $$;

-- The version they name, which is to be the one in force; today. Once more changes nothing.
-- Writes: guests. Locks: the guest.
create or replace function guest_pages_sign(in_page_id uuid, in_secret_id uuid, in_body jsonb) returns response
language plpgsql security definer as $$
declare
    guest uuid := guest_page_enter(in_page_id, in_secret_id);
    document uuid := (in_body->>'document_id')::uuid;
begin
    if not exists (select from documents d where d.id = document and d.kind = 'guest_confidentiality') then
        perform problem_field('document_id', 'does-not-exist');
    elsif not guest_has_agreed(document) then
        perform problem_field('document_id', 'not-current');
    end if;
    update guests g set agreement_id = document, agreement_signed_on = office_date(), version = g.version + 1
    where g.id = guest and g.agreement_id is distinct from document;
    if found then
        perform audit('accept', 'guest', guest, in_fields => body_fields(in_body));
    end if;
    return respond(200, guest_page_json(guest));
end $$;

-- One that is on their page. Its cohort is locked, as whoever ends it otherwise does.
create or replace function guest_page_assignment_lock(in_guest_id uuid, in_assignment_id uuid) returns host_assignments
language plpgsql as $$
declare
    assignment host_assignments;
begin
    if not exists (select from guest_page_assignments(in_guest_id, false) a where a.id = in_assignment_id) then
        perform problem_field('assignment_id', 'does-not-exist');
    end if;
    perform cohort_lock((select h.cohort_id from host_assignments h where h.id = in_assignment_id));
    select * into assignment from host_assignments h where h.id = in_assignment_id for no key update;
    if assignment.released_at is not null and assignment.declined_at is null then
        perform problem_field('assignment_id', 'does-not-exist');
    end if;
    return assignment;
end $$;

-- What has begun is not declined any more, and what is over not confirmed: what has happened does not change.
create or replace function guest_page_require_ahead(in_assignment_id uuid, in_states text[]) returns void language plpgsql as $$
begin
    if not coalesce((
        select bool_or(s.state = 'scheduled' and s.starts_at > app_now()) and bool_and(s.state <> all (in_states))
        from host_assignment_sessions h join sessions s on s.id = h.session_id
        where h.assignment_id = in_assignment_id), false)
    then
        perform conflict('too-late');
    end if;
end $$;

-- Writes: host_assignments. Locks: the cohort, the assignment.
create or replace function guest_pages_confirm(in_page_id uuid, in_secret_id uuid, in_body jsonb) returns response
language plpgsql security definer as $$
declare
    guest uuid := guest_page_enter(in_page_id, in_secret_id);
    assignment host_assignments := guest_page_assignment_lock(guest, (in_body->>'assignment_id')::uuid);
begin
    if assignment.declined_at is not null then
        perform problem_state('declined');
    elsif assignment.confirmed_at is null then
        perform guest_page_require_ahead(assignment.id, '{}');
        update host_assignments h set confirmed_at = app_now(), version = h.version + 1 where h.id = assignment.id;
        perform audit('confirm', 'host_assignment', assignment.id);
    end if;
    return respond(200, guest_page_json(guest));
end $$;

-- It ends as any other does, and whoever has the group in their care is told: nobody finds out at the hour itself.
-- Writes: host_assignments, comparisons, outbox, notices. Locks: the cohort, the assignment, then its hosts by id.
create or replace function guest_pages_decline(in_page_id uuid, in_secret_id uuid, in_body jsonb) returns response
language plpgsql security definer as $$
declare
    guest uuid := guest_page_enter(in_page_id, in_secret_id);
    assignment host_assignments := guest_page_assignment_lock(guest, (in_body->>'assignment_id')::uuid);
    coordinator uuid;
begin
    if assignment.declined_at is null then
        perform guest_page_require_ahead(assignment.id, '{in_progress,completed}');
        perform host_assignment_end(assignment);
        select coordinator_stand_in(g.coordinator_id, app_now()) into coordinator from cohorts g where g.id = assignment.cohort_id;
        perform notice_tell(array[coordinator], 'hosting_declined', assignment.cohort_id, in_cohort_id => assignment.cohort_id);
    end if;
    return respond(200, guest_page_json(guest));
end $$;
