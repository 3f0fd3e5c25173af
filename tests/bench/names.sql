-- SPDX-License-Identifier: MIT
-- :people people with a name, an address and a number, and :declarations declarations of names; any text of its length does for a digest.
-- Of 3,000 first and 40,000 last names some are far more frequent than others, about as in a country.
set search_path = alongside, pg_catalog;
select setseed(0.5) \g /dev/null
begin;
create function pg_temp.spelling(in_first int, in_last int, in_middle int) returns table (whole text, ends text, tokens text[])
language sql as $$
    select md5(string_agg(t, ' ' order by t)), md5(least(first, last) || greatest(first, last)), array_agg(t order by t)
    from (select md5('first ' || in_first) as first, md5('last ' || in_last) as last) w
    cross join unnest(array[first, last] || array_remove(array[case when in_middle > 0 then md5('first ' || in_middle) end], null)) t
    group by first, last
$$;
create temp table bearers as
select
    gen_random_uuid() as id, gen_random_uuid() as account_id, n, (3000 * power(random(), 2))::int as first,
    (40000 * power(random(), 2))::int as last, case when random() < 0.05 then (3000 * power(random(), 2))::int else 0 end as middle,
    random() < 0.1 as is_written_twice
from generate_series(1, :people) n;
create temp table sayings as
select gen_random_uuid() as id, n, (3000 * power(random(), 2))::int as first, (40000 * power(random(), 2))::int as last
from generate_series(1, :declarations) n;

set local session_replication_role = replica; -- triggers and foreign keys would only slow the copying down
insert into accounts (id, issuer, subject, role, participant_id) select b.account_id, 'urn:x', b.account_id, 'peer', b.id from bearers b;
insert into participants (
    id, account_id, alias, alias_key, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by,
    coordinator_id, created_at)
select b.id, b.account_id, 'Bench ' || b.n, 'bench ' || b.n, 'en', 'caf_former', now(), now(), a.id, a.id, now()
from bearers b cross join (select a.id from accounts a where a.role = 'coordinator' limit 1) a;
insert into conflict_declarations (id, kind, for_participant_id, name_digest, declared_by, call_from, call_due, created_at)
select s.id, 'no_contact', b.id, 'x', b.account_id, now(), now(), now() from sayings s join bearers b on b.n = 1 + s.n % :people;

set local session_replication_role = origin; -- digests have theirs
insert into name_digests (participant_id, kind, whole, ends, tokens, created_at)
select b.id, 'name', s.*, now() from bearers b cross join lateral pg_temp.spelling(b.first, b.last, b.middle) s
union all
select b.id, 'name', s.*, now() from bearers b cross join lateral pg_temp.spelling(b.first, b.last + 50000, 0) s where b.is_written_twice;
insert into name_digests (participant_id, kind, whole, created_at)
select b.id, k, md5(k || b.n), now() from bearers b cross join unnest(array['email', 'phone']) k;
insert into name_digests (declaration_id, kind, whole, ends, tokens, created_at)
select s.id, 'name', n.*, now() from sayings s cross join lateral pg_temp.spelling(s.first, s.last, 0) n;
commit;
vacuum analyze;
