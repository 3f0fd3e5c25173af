-- SPDX-License-Identifier: MIT
-- Decision 22: whoever is away or gone, named or not, somebody who is there acts for a coordinator, or the lead does.
begin;
\ir helpers.psql
select plan(6);
\set lead '00000000-0000-4000-8000-00000000e001'
\set one '00000000-0000-4000-8000-00000000e002'
\set at '2026-11-25 12:00-05'
-- Nobody but these, so that all can be away.
update accounts set is_active = false where role in ('coordinator', 'administrator');
select account('administrator', :'lead'), account('coordinator', :'one') \g /dev/null
create temp table team as
select account('coordinator', in_regions => regions::text[]) as id from unnest('{"{}","{QC}","{ON}","{ON,QC}","{}"}'::text[]) regions;
insert into team values (:'one');

-- Absences, back-ups and who has left, by lot; who stands in for whom must be there, or be the lead when nobody is.
create function tests.round_fails(in_at timestamptz) returns text language plpgsql as $$
declare
    one record;
begin
    delete from absences;
    delete from back_ups;
    update accounts a set is_active = random() < 0.8 from team t where a.id = t.id;
    insert into back_ups (account_id, back_up_account_id, named_by, named_at)
    select t.id, b.id, t.id, in_at from team t cross join lateral (
        select o.id from team o where o.id <> t.id order by md5(o.id::text || t.id::text || random()) limit 1) b where random() < 0.7;
    insert into absences (account_id, starts_on, ends_on, timezone, stand_in_account_id, recorded_by, created_at)
    select t.id, '2026-11-24', '2026-11-26', 'America/Toronto', case when random() < 0.5 then b.id end, t.id, in_at
    from team t cross join lateral (
        select o.id from team o where o.id <> t.id order by md5(t.id::text || o.id::text || random()) limit 1) b where random() < 0.6;
    for one in
        select t.id, s.id as found, a.role, a.is_active and not account_is_away(a.id, in_at) as is_there,
            exists (
                select from accounts c
                where c.role = 'coordinator' and c.is_active and not account_is_away(c.id, in_at)) as somebody_is
        from team t cross join lateral coordinator_stand_in(t.id, in_at) s (id) left join accounts a on a.id = s.id
    loop
        if one.is_there is not true or (one.role = 'coordinator') <> one.somebody_is then
            return one::text;
        end if;
    end loop;
    return null;
end $$;
select enter('coordinator', :'one');
select setseed(0.22) \g /dev/null
select is((select string_agg(f, ' ') from generate_series(1, 300) cross join lateral round_fails(:'at') f), null,
    'somebody who is there, in three hundred draws');
delete from back_ups;
delete from absences;
update accounts a set is_active = true from team t where a.id = t.id;
select is(coordinator_stand_in(:'one', :'at'), :'one', 'who is there acts themself');
insert into absences (account_id, starts_on, ends_on, timezone, recorded_by, created_at)
select id, '2026-11-25', '2026-11-25', 'America/Toronto', id, now() from team;
select is(coordinator_stand_in(:'one', :'at'), :'lead', 'all are away: the lead');
insert into absences (account_id, starts_on, ends_on, timezone, recorded_by, created_at)
values (:'lead', '2026-11-25', '2026-11-25', 'America/Toronto', :'lead', now());
select is(coordinator_stand_in(:'one', :'at'), :'lead', 'who is away as well: there is nobody else');
select enter('public');
select is(coordinator_stand_in(:'one', :'at'), null, 'nobody tells the public');
select is(account_is_away(:'one', :'at'), false, 'nor who is away');
select * from finish();
rollback;
