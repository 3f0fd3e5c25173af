-- SPDX-License-Identifier: MIT
-- The seat's own guard, whoever writes: no more than there are, nobody after the lock or without what is asked for, no step backwards.
begin;
\ir helpers.psql
\ir world.psql
select plan(23);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') as boss \gset
select clock('2026-11-23 15:00:00Z') \g /dev/null
-- What a text does as superuser: 'done', or how it is refused.
create function tests.forced(in_sql text) returns text language plpgsql as $$
declare
    members text;
begin
    execute in_sql;
    raise exception using errcode = 'TT000';
exception
    when sqlstate 'TT000' then
        return 'done';
    when others then
        get stacked diagnostics members = pg_exception_detail;
        return concat_ws(' ', sqlerrm, nullif(members, ''));
end
$$;

-- A drop-in group of one seat, which is offered; a closed one whose first session has begun.
select cohort('drop_in', '2026-11-20 18:30', 'in_progress', 1) as g, cohort('closed', '2026-11-23 09:00', 'recruiting') as begun \gset
select ready() as a, ready() as b, ready() as c, person() as unready \gset
select seat(:'a', :'g', 'accepted') as accepted, seat(:'b', :'g', 'withdrawn') as left_, seat(:'c', :'begun', 'accepted') as late \gset
select is(forced(format(c.tried, c.id, :'b')), c.refused, c.title) from (values
    ('an acceptance is confirmed', 'update enrolments set state = ''confirmed'' where id = %L', :'accepted', 'done'),
    ('decision 15 an offer is accepted first', 'update enrolments set state = ''confirmed'' where id = %L',
        (select seat(ready(), :'begun', 'offered')), 'conflict-state {"state": "offered"}'),
    ('I1 the table holds no more than the seats there are',
        'update enrolments set state = ''offered'', offer_expires_at = app_now(), answer_at = app_now() where id = %L',
        (select seat(:'c', :'g', 'waitlisted')), 'conflict {"reason": "full"}'),
    ('I3 nobody joins a closed group that has begun',
        'update enrolments set state = ''confirmed'' where id = %L', :'late', 'conflict {"reason": "locked"}'),
    ('A6.2 no step that there is not', 'update enrolments set state = ''active'' where id = %L', :'accepted',
        'conflict-state {"state": "accepted"}'),
    ('A6.2 nor one backwards', 'update enrolments set state = ''waitlisted'' where id = %L', :'left_',
        'conflict-state {"state": "withdrawn"}'),
    ('a seat is one person''s', 'update enrolments set participant_id = %2$L where id = %1$L', :'accepted', 'given once')
    ) c (title, tried, id, refused);
update cohorts set registration_deadline_days = 20 where id = :'g';
select is(forced(format('update enrolments set state = ''confirmed'' where id = %L', :'accepted')), 'conflict {"reason": "locked"}',
    'I10 nor after the deadline');
update cohorts set registration_deadline_days = null where id = :'g';
update acceptances set withdrawn_at = app_now()
where participant_id = :'a' and document_id = (select id from documents_current where kind = 'safety_protocol');
select is(forced(format('update enrolments set state = ''confirmed'' where id = %L', :'accepted')), 'conflict {"reason": "not-ready"}',
    'I4 nor without the documents');
insert into enrolment_decisions (enrolment_id, at, decision, reason, by_role)
values (:'accepted', app_now(), 'offered', 'in_turn', 'system');
select throws_ok(c.tried, '42501', null, c.title) from (values
    ('update enrolment_decisions set reason = ''in_turn''', 'decisions stay as they were'),
    ('delete from enrolment_decisions', 'and stay')) c (tried, title);

-- The functions past the second wall ask who calls them.
select is(roles_that(format(c.tried, :'begun', :'late')), c.roles, 'A6.8 ' || c.tried) from (values
    ('select * from enrolments_create(%L, ''{"participant_id": "00000000-0000-4000-8000-00000000dead"}'')', 'coordinator'),
    ('select * from enrolments_offer(%2$L, null, null)', 'coordinator'),
    ('select * from enrolments_accept(%2$L, null)', 'coordinator'),
    ('select * from enrolments_remove(%2$L, null, ''{"reason": "safety"}'')', 'coordinator'),
    ('select * from enrolments_withdraw(%2$L)', 'coordinator'),
    ('select seat_release_all(%L, ''group_cancelled'')', 'coordinator'),
    ('select * from enrolments_confirm(%2$L, null)', 'coordinator'),
    ('select * from enrolments_not_this_one(%2$L, null)', 'coordinator'),
    ('select seat_advance_lists()', ''),
    ('select seat_answer_all()', ''),
    ('select seat_expire_offers()', ''),
    ('select seat_move(null::enrolments, ''offered'', null)', '')) c (tried, roles);
select * from finish();
rollback;
