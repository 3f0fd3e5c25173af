-- SPDX-License-Identifier: MIT
-- The reply clock stands in the table itself (I11); on how many business days somebody was tried; what the line and colleagues never see.
begin;
\ir helpers.psql
select plan(19);

\set c 'a0000000-0000-4000-8000-000000000004'
\set l 'a0000000-0000-4000-8000-000000000005'
\set l2 'a0000000-0000-4000-8000-000000000015'
select account('coordinator', :'c'), account('line', :'l'), account('line', :'l2') \g /dev/null
create function tests.inquiry(in_client uuid) returns uuid language sql as $$
    insert into referrals (
        id, client_account_id, external_ref, recorded_by, channel, language, callback_method, ok_to_leave_message, caller_consented_at,
        received_at, reply_due, reply_breach, created_at, updated_at)
    values (
        gen_random_uuid(), in_client, '1', coalesce(in_client, 'a0000000-0000-4000-8000-000000000004'), 'other', 'en', 'phone', true,
        now(), '2026-09-21 14:00Z', business_day_end('2026-09-21 14:00Z', 1), business_day_end('2026-09-21 14:00Z', 2), now(), now())
    returning id
$$;
select inquiry(null) as id, inquiry(:'l') as of_line \gset

-- I11: computed at receipt, stopped once.
update referrals set state = 'contacted', first_reply_at = '2026-09-22 14:00Z', first_reply_by = :'c' where id = :'id';
select throws_ok(format('update referrals set %s where id = %L', c.change, :'id'), '23514', null, c.title) from (values
    ('I11: the clock is never recomputed',
        'reply_due = reply_due + interval ''1 day'', reply_breach = reply_breach + interval ''2 day'''),
    ('I11: nor the first reply moved', 'first_reply_at = first_reply_at + interval ''1 hour'''),
    ('A6.2: nothing moves backwards', 'state = ''received'', first_reply_at = null, first_reply_by = null')) c (title, change);
insert into holidays (date, name_en, name_fr) values ('2026-09-22', 'a', 'b');
select is((select utc(reply_due) from referrals where id = :'id'), '2026-09-22T21:00:00Z',
    'I11: a holiday that comes later changes no clock');
delete from holidays where date = '2026-09-22';
select is(referral_reply_status(c.state, c.reply::timestamptz, app_now() + c.due::interval, app_now() + c.breach::interval), c.status,
    'decision 7: ' || c.title)
from (values
    ('before it is due', 'received', null, '1 hour', '1 day', 'on_time'),
    ('after it was due', 'received', null, '-1 hour', '1 day', 'due'),
    ('after the breach', 'received', null, '-1 day', '-1 hour', 'breached'),
    ('once somebody replied', 'contacted', '2026-09-22 14:00Z', '-1 day', '-1 hour', 'replied')
    ) c (title, state, reply, due, breach, status);

-- Unreachable: on different business days of Toronto.
create function tests.tried(variadic in_at timestamptz[]) returns int language plpgsql as $$
declare
    referral uuid := tests.inquiry(null);
begin
    insert into referral_attempts
    select gen_random_uuid(), referral, at, 'phone', 'no_answer', 'a0000000-0000-4000-8000-000000000004', now() from unnest(in_at) at;
    return referral_days_tried(referral);
end
$$;
select is(tried(variadic c.at::timestamptz[]), c.days, 'A6.2: ' || c.title) from (values
    ('untried', '{}', 0),
    ('once', '{2026-09-22 14:00Z}', 1),
    ('late in the evening it is the same day in Toronto', '{2026-09-22 14:00Z,2026-09-23 03:30Z}', 1),
    ('a Saturday does not count', '{2026-09-22 14:00Z,2026-09-26 14:00Z}', 1),
    ('nor a holiday', '{2026-09-22 14:00Z,2026-09-30 14:00Z}', 1),
    ('three days', '{2026-09-22 14:00Z,2026-09-28 14:00Z,2026-09-29 14:00Z}', 3)) c (title, at, days);

-- A6.8: each line its own; no line works on one.
select enter('line', :'l') \g /dev/null
select is(answer('select count(*) from referrals where client_account_id is distinct from actor_account_id()')->>'count', '0',
    'the line sees its own only');
select is(refusal(format(c.tried, :'of_line')), c.refused, c.title) from (values
    ('select * from referrals_create(''{"channel": "line_smsrc"}'', null)', '42501', 'and records nothing in the coordinators'' name'),
    ('select * from referrals_attempts_create(%L, ''{"channel": "phone", "outcome": "replied"}'')', 'not-found',
        'nor works on a referral, not even on its own')) c (tried, refused, title);
select is(answer(format('select body from referrals_json where id = %L and body#>>''{callback,handle}'' is not null', :'of_line')), null,
    'nothing sealed opens for it');
select is(touches(format('update referrals set client_account_id = %L where id = %L', :'l2', :'of_line')), false, 'nor gives it away');
select * from finish();
rollback;
