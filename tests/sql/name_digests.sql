-- SPDX-License-Identifier: MIT
-- Who goes by which name (decisions 6 and 18): digests alone are compared, stay, and are nobody's to read.
begin;
\ir helpers.psql
\ir world.psql
select plan(32);

\set boss 'c0000000-0000-4000-8000-000000000001'
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :'boss'), account('administrator', 'c0000000-0000-4000-8000-000000000009') \g /dev/null
select person() as ann, person() as bea \gset
select set_config('tests.ann', :'ann', true) \g /dev/null
select host('peer_supporter', 'b0000000-0000-4000-8000-000000000001') as host \gset
select enter('coordinator', :'boss') \g /dev/null
-- As the kernel would send it: here a token is its own digest, and there are no spellings.
create function tests.name_of(in_text text) returns jsonb language sql as $$
    select jsonb_build_array(jsonb_build_object(
        'whole', (select string_agg(t, ' ' order by t) from regexp_split_to_table(in_text, ' ') t),
        'ends', case when in_text ~ ' ' then concat_ws(
            ' ', least(split_part(in_text, ' ', 1), split_part(in_text, ' ', -1)),
            greatest(split_part(in_text, ' ', 1), split_part(in_text, ' ', -1))) end,
        'tokens', (select jsonb_agg(t order by t) from regexp_split_to_table(in_text, ' ') t)))
$$;
create function tests.goes_by(in_person uuid, in_digests jsonb) returns void language sql as $$
    select answer(format('select name_digests_keep(%L, %L, %L)', 'participant', in_person, in_digests))
$$;
create function tests.says(in_digests jsonb) returns uuid language sql as $$
    select (answer(format('select * from conflict_declarations_create(%L)',
        jsonb_build_object('kind', 'no_contact', 'for_participant_id', current_setting('tests.ann'))
        || in_digests))#>>'{body,id}')::uuid
$$;
-- certain, likely, or null for no match.
create function tests.meets(in_declaration uuid, in_person uuid) returns text language sql as $$
    select case when is_certain then 'certain' else 'likely' end from name_digests_meet(in_declaration) where participant_id = in_person
$$;

-- What it may mean: of one person, by one of the names they bear or bore.
select person() as eve \gset
select goes_by(:'eve', jsonb_build_object('name', name_of('eve mary roy'), 'email', 'e@x', 'phone', '613')) \g /dev/null
select goes_by(:'eve', '{"name": null, "email": null, "phone": "416"}') \g /dev/null
select is(meets(says(c.said::jsonb), :'eve'), c.met, c.title) from (values
    (jsonb_build_object('name_digest', name_of('roy eve')), 'certain', 'the shorter name is in the other'),
    (jsonb_build_object('name_digest', name_of('eve mary ann roy')), 'certain', 'or the other in it'),
    (jsonb_build_object('name_digest', name_of('roy mary eve')), 'certain', 'or it is the same'),
    (jsonb_build_object('name_digest', name_of('eve ann roy')), 'likely', 'first and last are the same, with another between'),
    (jsonb_build_object('name_digest', name_of('eve')), null, 'one word that they also have means nobody'),
    (jsonb_build_object('name_digest', name_of('roy ann')), null, 'nor does one that they share'),
    ('{"email_digest": "e@x"}', 'certain', 'an address'),
    ('{"phone_digest": "613"}', 'certain', 'a number they had'),
    ('{"phone_digest": "416"}', 'certain', 'a number they have'),
    ('{"email_digest": "613"}', null, 'a number is no address'),
    (jsonb_build_object('name_digest', name_of('al bo'), 'phone_digest', '416'), 'certain', 'one of two that are said')
) c (said, met, title);
select person() as ida \gset
select goes_by(:'ida', jsonb_build_object('name', name_of('ida'))) \g /dev/null
select is(meets(says(jsonb_build_object('name_digest', name_of('ida'))), :'ida'), 'likely', 'the same single word is likely');
select goes_by(:'ida', jsonb_build_object('name', name_of('ida kay'))) \g /dev/null
select goes_by(:'ida', jsonb_build_object('name', name_of('lee mo'))) \g /dev/null
select is(meets(says(jsonb_build_object('name_digest', name_of('kay lee'))), :'ida'), null, 'names are not mixed');

-- Fewer than 1 in 1,000 bear it.
create function tests.crowd(in_count int) returns void language sql as $$
    insert into accounts (issuer, subject, role) select 'urn:alongside:local', gen_random_uuid(), 'line' from generate_series(1, in_count)
$$;
select says(jsonb_build_object('name_digest', name_of('zed roy'))) as rare \gset
select crowd((1000 - (select count(*) from accounts))::int) \g /dev/null
select is(meets(:'rare', :'eve'), null, 'one of a thousand is not fewer than one in a thousand');
select crowd(1) \g /dev/null
select is(meets(:'rare', :'eve'), 'likely', 'one of a thousand and one is');
select goes_by(:'bea', jsonb_build_object('name', name_of('roy bea'))) \g /dev/null
select is(meets(:'rare', :'eve'), null, 'two of them are not');

-- A match follows what is learnt: certain once it is, and held once somebody looked.
select says(jsonb_build_object('name_digest', name_of('nan ann ott'))) as said \gset
select intake(:'bea', 'group', 'ready') \g /dev/null
select enter_person(:'bea') \g /dev/null
select goes_by(:'bea', jsonb_build_object('name', name_of('nan sue ott'))) \g /dev/null
select answer(format('select comparison_ask(''participant'', array[%L::uuid])', :'bea')), comparison_all() \g /dev/null
create function tests.match_of(in_declaration uuid) returns text language sql as $$
    select concat_ws(' ', case when is_certain then 'certain' else 'likely' end, case when is_self_given then 'self-given' end,
        case when is_blocking then 'blocks' end) from conflict_matches where declaration_id = in_declaration
$$;
select is(match_of(:'said'), 'likely self-given', '5b.6 what they call themselves after their readiness holds nothing');
select goes_by(:'bea', jsonb_build_object('name', name_of('ann nan ott'))) \g /dev/null
select answer(format('select comparison_ask(''participant'', array[%L::uuid])', :'bea')), comparison_all() \g /dev/null
select is(match_of(:'said'), 'certain self-given', 'it may become certain');
select enter('coordinator', :'boss') \g /dev/null
select goes_by(:'bea', jsonb_build_object('name', name_of('ann nan ott'))) \g /dev/null
select answer(format('select comparison_ask(''participant'', array[%L::uuid])', :'bea')), comparison_all() \g /dev/null
select is(match_of(:'said'), 'certain blocks', 'and holds when a coordinator has written it');

-- 5b.1: what a name is by other rules stands beside what it was, is compared once, and was given by whoever gave the name.
create function tests.made(in_old text, in_new text) returns jsonb language sql as $$
    select jsonb_build_object('name', jsonb_agg(n.spelling || jsonb_build_object('version', n.version)))
    from (values (name_of(in_old)->0, 1072), (name_of(in_new)->0, 2072)) n (spelling, version)
$$;
create function tests.bears(in_person uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', whole, version, case when is_self_given then 'self-given' end), ', ' order by whole)
    from name_digests where owner_id = in_person and kind = 'name' and version > 0
$$;
select enter('worker') \g /dev/null
delete from comparisons;
select name_digest_add('participant', :'bea', made('nan sue ott', 'nan2 sue2 ott2')) from generate_series(1, 2) \g /dev/null
select is(bears(:'bea'), 'nan ott sue 1072 self-given, nan2 ott2 sue2 2072 self-given', 'what they gave themselves stays so');
select is((select count(*) from comparisons where owner_id = :'bea'), 1::bigint, 'it is compared, and once');
select name_digest_add('participant', :'ida', made('ida kay', 'ida2 kay2')) \g /dev/null
select is(bears(:'ida'), 'ida kay 1072, ida2 kay2 2072', 'what others wrote of them as well');
select enter('coordinator', :'boss') \g /dev/null
select is(meets(says(jsonb_build_object('name_digest', name_of('ida kay'))), :'ida'), 'certain', 'by the older rules they are met still');
select is(meets(says(jsonb_build_object('name_digest', name_of('ida2 kay2'))), :'ida'), 'certain', 'and by the others too');

-- Whose it is to write, and nobody's to read.
create function tests.keeps(in_of text, in_id uuid) returns bigint language plpgsql as $$
declare
    before bigint := (select count(*) from name_digests);
begin
    perform answer(format('select name_digests_keep(%L, %L, %L)', in_of, in_id, jsonb_build_object('phone', gen_random_uuid())));
    return (select count(*) from name_digests) - before;
end
$$;
select enter_person(:'ann') \g /dev/null
select is(array[keeps('participant', :'ann'), keeps('participant', :'bea'), keeps('account', :'host'), keeps('declaration', :'said')],
    '{1,0,0,0}', 'a peer: of themself alone');
select enter('coordinator', :'boss') \g /dev/null
select is(array[keeps('participant', :'bea'), keeps('account', :'host'), keeps('declaration', :'said')], '{1,0,1}',
    'a coordinator: of whom they serve, and what they declared');
select enter('administrator', 'c0000000-0000-4000-8000-000000000009') \g /dev/null
select is(array[keeps('participant', :'bea'), keeps('account', :'host')], '{0,1}', 'an administrator: of the staff');
select enter('peer_supporter', :'host') \g /dev/null
select is(array[keeps('participant', :'bea'), keeps('account', :'host')], '{0,0}', 'a host: of nobody');
select is(refusal(c.tried), '42501', c.title) from (values
    ('select from name_digests', 'nobody reads digests'),
    ('select from name_digests_meet(gen_random_uuid())', 'nor whom they meet'),
    ('select name_digest_add(''participant'', gen_random_uuid(), ''{}'')', 'nor makes some anew'),
    ('delete from name_digests', 'and none goes')) c (tried, title);
select * from finish();
rollback;
