-- SPDX-License-Identifier: MIT
-- Who goes by which name, and whom what is said of somebody may mean (decisions 6 and 18). The kernel makes the digests; here nothing
-- but digests is compared.

-- Whether the actor writes what is kept of this one.
create or replace function name_digest_is_theirs(in_of text, in_id uuid) returns boolean language plpgsql stable as $$
begin
    return case in_of
        when 'participant' then actor_serves(in_id)
        when 'account' then actor_role() = 'administrator'
        when 'guest' then actor_role() = 'coordinator'
        when 'referral' then actor_role() in ('coordinator', 'line')
        when 'declaration' then exists (
            select from conflict_declarations d where d.id = in_id and d.declared_by = actor_account_id())
        else exists (
            select from exclusion_requests r where r.id = in_id and r.participant_id = actor_participant_id()) end;
end $$;

-- Whether what they now say of themself was not looked at before somebody found them ready.
create or replace function name_digest_is_self_given(in_of text, in_id uuid) returns boolean language plpgsql stable as $$
begin
    return in_of = 'participant' and actor_role() = 'peer' and exists (
        select from intakes i where i.participant_id = in_id and i.ready_at is not null);
end $$;

-- What the kernel made: of a name an array of spellings, of an address or a number a text.
create or replace function name_digest_parts(in_digests jsonb)
returns table (kind text, version int, whole text, ends text, tokens text[]) language plpgsql immutable as $$
begin
    return query
    select 'name', coalesce((s->>'version')::int, 0), s->>'whole', s->>'ends', text_array(s->'tokens')
    from jsonb_array_elements(case jsonb_typeof(in_digests->'name') when 'array' then in_digests->'name' end) s
    union all
    select d.key, 0, d.value, null, '{}' from jsonb_each_text(in_digests) d where d.key in ('email', 'phone') and d.value is not null;
end $$;

create or replace function name_digest_pair() returns trigger language plpgsql as $$
begin
    new.pairs := array(
        select hashtextextended(a || b, 0) from unnest(new.tokens) a join unnest(new.tokens) b on a < b);
    return new;
end $$;
create or replace trigger pair before insert on name_digests for each row execute function name_digest_pair();

-- in_of: participant, account, guest, referral, declaration, request; in_digests: name, email, phone, as far as they are written.
-- What was kept stays: a name that is erased, or another, takes nothing back. What somebody gave themself is looked at when a coordinator
-- writes it.
create or replace function name_digests_keep(in_of text, in_id uuid, in_digests jsonb) returns void
language plpgsql security definer as $$
begin
    perform require_role('peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator');
    insert into name_digests as n (
        participant_id, account_id, guest_id, referral_id, declaration_id, exclusion_request_id, kind, version, whole, ends, tokens,
        is_self_given, created_at)
    select
        case in_of when 'participant' then in_id end, case in_of when 'account' then in_id end,
        case in_of when 'guest' then in_id end,
        case in_of when 'referral' then in_id end, case in_of when 'declaration' then in_id end,
        case in_of when 'request' then in_id end, p.kind, p.version, p.whole, p.ends, p.tokens,
        name_digest_is_self_given(in_of, in_id), app_now()
    from name_digest_parts(in_digests) p
    where name_digest_is_theirs(in_of, in_id)
    on conflict (owner_id, kind, whole, ends) do update set
        is_self_given = n.is_self_given and excluded.is_self_given, version = greatest(n.version, excluded.version)
    where n.is_self_given and not excluded.is_self_given or n.version < excluded.version;
end $$;

-- Of a referral that was made a participant, the participant goes by that name.
create or replace function name_digests_follow(in_referral_id uuid, in_participant_id uuid) returns void
language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    insert into name_digests (participant_id, kind, version, whole, ends, tokens, created_at)
    select in_participant_id, n.kind, n.version, n.whole, n.ends, n.tokens, app_now()
    from name_digests n where n.referral_id = in_referral_id and actor_serves(in_participant_id)
    on conflict do nothing;
end $$;

-- Of a referral that is erased, and a request that is settled, nothing is kept.
create or replace function name_digests_forget(in_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator', 'administrator');
    delete from name_digests n where n.referral_id = in_id or n.exclusion_request_id = in_id;
end $$;

-- A name that is written again is to be looked at by the worker: the process that wrote it may be of an older version.
create or replace function name_digest_rewritten() returns trigger language plpgsql as $$
begin
    new.names_version := 0;
    return new;
end $$;
create or replace trigger renews before update of name_to_use on contacts for each row
when (new.name_to_use is distinct from old.name_to_use) execute function name_digest_rewritten();
create or replace trigger renews before update of name on staff for each row
when (new.name is distinct from old.name) execute function name_digest_rewritten();
create or replace trigger renews before update of name on guests for each row
when (new.name is distinct from old.name) execute function name_digest_rewritten();

-- Worker: names that open, of people and of the staff, whose digests are of an older version.
create or replace function name_digest_stale(in_version int, in_limit int)
returns table (subject text, owner_id uuid, sealed text, mark text) language plpgsql stable as $$
begin
    return query
    (select 'participant', c.participant_id, c.name_to_use, sealed_mark('contact.name_to_use', c.name_to_use, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(c.name_to_use))))
    from contacts c where c.name_to_use is not null and c.names_version < in_version limit in_limit)
    union all
    (select 'account', s.id, s.name, sealed_mark('staff.name', s.name, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(s.name))))
    from staff s where s.name is not null and s.names_version < in_version limit in_limit)
    union all
    -- Announced, so that it is not sealed.
    (select 'guest', g.id, g.name, g.name from guests g where g.names_version < in_version limit in_limit);
end $$;

-- Worker: what is made anew of a name stands beside what was kept: what was declared by older rules is met by those. It was given by the
-- person alone if that of the same name was. What was not there before is compared.
create or replace function name_digest_add(in_subject text, in_id uuid, in_digests jsonb) returns void
language plpgsql security definer as $$
declare
    is_self_given boolean := (
        select bool_and(n.is_self_given) from name_digests n join name_digest_parts(in_digests) p using (kind, whole)
        where n.owner_id = in_id);
    before bigint := (select count(*) from name_digests n where n.owner_id = in_id);
begin
    perform require_role('worker');
    insert into name_digests as n (participant_id, account_id, guest_id, kind, version, whole, ends, tokens, is_self_given, created_at)
    select
        case in_subject when 'participant' then in_id end, case in_subject when 'account' then in_id end,
        case in_subject when 'guest' then in_id end, p.kind, p.version, p.whole, p.ends, p.tokens, coalesce(is_self_given, false), app_now()
    from name_digest_parts(in_digests) p
    on conflict (owner_id, kind, whole, ends) do update set version = excluded.version where n.version < excluded.version;
    if before < (select count(*) from name_digests n where n.owner_id = in_id) then
        perform comparison_ask(in_subject, array[in_id]);
    end if;
end $$;

-- Worker: keeps a batch. What was written meanwhile has its turn again; what could not be opened waits for that, or for the next version.
create or replace function name_digest_renew(in_version int, in_made jsonb) returns bigint language plpgsql as $$
declare
    made record;
    renewed bigint := 0;
begin
    for made in select * from jsonb_to_recordset(in_made) m (subject text, owner_id uuid, sealed text, digests jsonb) loop
        perform name_digest_add(made.subject, made.owner_id, jsonb_build_object('name', made.digests));
        update contacts c set names_version = in_version where c.participant_id = made.owner_id and c.name_to_use = made.sealed;
        update staff s set names_version = in_version where s.id = made.owner_id and s.name = made.sealed;
        update guests g set names_version = in_version where g.id = made.owner_id and g.name = made.sealed;
        renewed := renewed + 1;
    end loop;
    return renewed;
end $$;

-- For `alongside check`: what stands declared by an older version; 0 is what SQL made, the demo's.
create or replace function name_digest_declared(in_version int, out declarations bigint, out oldest int)
language plpgsql stable security definer as $$
begin
    select count(distinct n.declaration_id), min(n.version) into declarations, oldest
    from name_digests n join conflict_declarations d on d.id = n.declaration_id and d.withdrawn_at is null
    where n.kind = 'name' and n.version > 0 and n.version < in_version;
end $$;

-- How many there are: exactly while they are few, and then as PostgreSQL reckons it; counting everybody would cost more than all the rest.
create or replace function name_digest_people() returns bigint language plpgsql stable as $$
declare
    reckoned bigint := (select c.reltuples from pg_class c where c.oid = 'accounts'::regclass);
begin
    return case when reckoned > 10000 then reckoned else (select count(*) from accounts) end;
end $$;

-- Said of somebody, and not borne.
create or replace function name_digest_is_said(in_digest name_digests) returns boolean immutable language sql
return in_digest.declaration_id is not null or in_digest.exclusion_request_id is not null;

-- How often the actor, a peer, has called themself otherwise, or was to be reached elsewhere: in a day, and ever. There is a bound for
-- both: all of it is kept and compared.
create or replace function name_digest_given(out today bigint, out ever bigint) language plpgsql stable security definer as $$
begin
    select count(distinct n.created_at) filter (where n.created_at > app_now() - interval '24 hours'), count(distinct n.created_at)
    into today, ever
    from name_digests n where n.participant_id = actor_participant_id();
end $$;

-- What meets in_id's names on the other side: of a person, what was said that may mean them; of what was said, whom it may mean. Certain:
-- all tokens of the shorter name, two at least, are among the other's, or the address or the number is the same. Likely: the same name
-- (is_whole), the same first and last, or one token that fewer than 1 in 1,000 bear: of one that many have, no more are read than decide,
-- for a name has up to four spellings.
create or replace function name_digests_meet(in_id uuid)
returns table (
    participant_id uuid, account_id uuid, guest_id uuid, declaration_id uuid, exclusion_request_id uuid, is_certain boolean,
    is_whole boolean, is_self_given boolean)
language plpgsql stable rows 10 as $$
declare
    people bigint := name_digest_people();
begin
    return query
    with mine as (select n.*, name_digest_is_said(n) as is_said from name_digests n where n.owner_id = in_id),
    words as (select m.id, m.is_said, t as token from mine m cross join unnest(m.tokens) t),
    found as (
        select m.id as own_id, n as other, false as is_pair
        from mine m join name_digests n on n.whole = m.whole and m.is_said <> name_digest_is_said(n)
        union all
        select m.id, n, false from mine m join name_digests n on n.ends = m.ends and m.is_said <> name_digest_is_said(n)
        union all
        select m.id, n, true from mine m join name_digests n on n.pairs && m.pairs and m.is_said <> name_digest_is_said(n)
        union all
        select w.id, unnest(b.others), false
        from words w cross join lateral (
            select array_agg(b.other) as others
            from (
                select n as other from name_digests n
                where n.tokens @> array[w.token] and coalesce(n.participant_id, n.account_id, n.guest_id) is not null
                limit 4 * (people / 1000 + 1)) b
            having 1000 * count(distinct (b.other).owner_id) < people) b
        where w.is_said
        union all
        select w.id, n, false
        from words w join name_digests n on n.tokens @> array[w.token] and coalesce(n.declaration_id, n.exclusion_request_id) is not null
        where not w.is_said and 1000 * (
            select count(distinct b.owner_id)
            from (
                select n.owner_id from name_digests n
                where n.tokens @> array[w.token] and coalesce(n.participant_id, n.account_id, n.guest_id) is not null
                limit 4 * (people / 1000 + 1)) b) < people)
    select
        n.participant_id, n.account_id, n.guest_id, n.declaration_id, n.exclusion_request_id,
        bool_or(n.kind <> 'name' and n.whole = m.whole
            or least(cardinality(n.tokens), cardinality(m.tokens)) > 1 and (n.tokens <@ m.tokens or n.tokens @> m.tokens)),
        bool_or(n.whole = m.whole),
        bool_and(n.is_self_given or m.is_self_given)
    from found f cross join lateral (select (f.other).*) n join mine m on m.id = f.own_id and n.kind = m.kind
    -- Two words in common mean nobody where both names have others.
    where (not f.is_pair or n.tokens <@ m.tokens or n.tokens @> m.tokens) and n.referral_id is null
        and m.is_said <> (n.declaration_id is not null or n.exclusion_request_id is not null)
    group by n.participant_id, n.account_id, n.guest_id, n.declaration_id, n.exclusion_request_id;
end $$;
