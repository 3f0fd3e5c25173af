-- SPDX-License-Identifier: MIT
-- From an inquiry to the first human reply, and to how it ended.
begin;
\ir 00_helpers.sql
\set list `python3 sql/page.py sql/statements/referrals/list.sql`
prepare referrals_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set read `cat sql/statements/referrals/read.sql`
prepare referrals_read (text, text, jsonb, jsonb, int[], jsonb) as :read
\set attempts `python3 sql/page.py sql/statements/referrals/attempts_list.sql`
prepare attempts_list (text, text, jsonb, jsonb, int[], jsonb) as :attempts
\set line_list `python3 sql/page.py sql/statements/line_referrals/list.sql`
prepare line_list (text, text, jsonb, jsonb, int[], jsonb) as :line_list
\set line_read `cat sql/statements/line_referrals/read.sql`
prepare line_read (text, text, jsonb, jsonb, int[], jsonb) as :line_read
select plan(107);

set local session_replication_role = replica;
delete from referral_attempts;
delete from referrals;
set local session_replication_role = origin;
\set c 'a0000000-0000-4000-8000-000000000004'
\set c2 'a0000000-0000-4000-8000-000000000014'
\set l 'a0000000-0000-4000-8000-000000000005'
\set l2 'a0000000-0000-4000-8000-000000000015'
select account('coordinator', :'c'), account('coordinator', :'c2', '{QC}'), account('line', :'l'), account('line', :'l2'),
    account('administrator', 'a0000000-0000-4000-8000-000000000006');
\set key '{"id": "33333333-3333-4333-8333-333333333333", "wrapped": "k1~d3JhcHBlZA"}'
\set new '{"external_ref": "L-1", "channel": "line_smsrc", "language": "fr", "callback": {"method": "phone", "handle": "33333333-3333-4333-8333-333333333333.cGhvbmU"}, "ok_to_leave_message": true, "safe_hours": "33333333-3333-4333-8333-333333333333.aG91cnM", "caller_consented": true, "name": "33333333-3333-4333-8333-333333333333.bmFtZQ"}'
create function tests.refer(in_body jsonb, in_key jsonb default null) returns text language sql as $$
    select format('select * from line_referrals_create(%L, %L)', in_body, in_key)
$$;
create function tests.inquire(in_body jsonb, in_key jsonb default null) returns text language sql as $$
    select format('select * from referrals_create(%L, %L)', in_body, in_key)
$$;
create function tests.attempt(in_id text, in_body jsonb) returns text language sql as $$
    select format('select * from referrals_attempts_create(%L, %L)', in_id, in_body)
$$;
create function tests.change(in_id text, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from referrals_update(%L, %L, %L)', in_id, in_versions, in_body)
$$;
create function tests.close(in_id text, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from referrals_close(%L, %L, %L)', in_id, in_versions, in_body)
$$;

-- The line refers somebody.
select clock('2026-09-25 20:00:00.75Z');
select enter('line', :'l');
select answer(refer(:'new', :'key')) as made \gset
select (:'made'::jsonb)#>>'{body,id}' as id \gset
select is(:'made'::jsonb, jsonb_build_object('status', 201, 'location', '/v1/line-referrals/' || :'id', 'etag', null, 'next', null, 'body', jsonb_build_object(
    'id', :'id', 'external_ref', 'L-1', 'received_at', '2026-09-25T20:00:00Z', 'state', 'received', 'outcome', null)),
    'S1.26: the line refers, and is told no more than that it was received');
select is((select utc(reply_due) || ' ' || utc(reply_breach) from referrals where id = :'id'), '2026-09-28T21:00:00Z 2026-09-29T21:00:00Z',
    'S1.27, I11: the reply clock is computed at receipt');
select is((select count(*) from sealed_keys where owner_type = 'referral' and owner_id = :'id'), 1::bigint, 'the key of its sealed values is kept');
select is((select fields from audit_events where object_id = :'id' and action = 'create'),
    '{callback,caller_consented,channel,external_ref,language,name,ok_to_leave_message,safe_hours}', 'the audit names what was given, and no content');
select is(answer(refer(:'new'::jsonb || '{"language": "en"}', key(gen_random_uuid()))) - 'next', (:'made'::jsonb || '{"status": 200}') - 'next',
    'R5: the same reference again answers with the same referral');
select is((select count(*) from referrals), 1::bigint, 'R5: and never makes a second one');
select is((select language from referrals), 'fr', 'nor changes the first');
select is((select count(*) from sealed_keys where owner_type = 'referral' and created_at >= app_now()), 1::bigint, 'and keeps no key of what was not kept');
select is(answer(refer((:'new'::jsonb || '{"external_ref": "L-2"}') - 'name'::text))->>'status', '201', 'S1.26: a caller may be anonymous');
select is(refusal(refer(:'new'::jsonb - 'external_ref'::text)), '23514 referrals__external_ref__required', 'the line gives a reference');
select is(refusal(refer(:'new'::jsonb || '{"external_ref": "L-3", "channel": "fax"}')), '23514 referrals__channel__known', 'a channel is a known one');
select enter('line', :'l2');
select is(answer(refer(:'new'))->>'status', '201', 'another line has references of its own');
select is(answer(format('execute line_read(%L, null, null, null, null, null)', :'id')), null, 'A6.8: and does not see this one');
select is(refusal(inquire(:'new')), '42501', 'a line records nothing in the coordinators'' name');
select is(refusal(attempt(:'id', '{"channel": "phone", "outcome": "replied"}')), 'not-found', 'nor works on a referral');
select enter('line', :'l');
select is(refusal(attempt(:'id', '{"channel": "phone", "outcome": "replied"}')), 'not-found', 'not even on its own');
select is(answer(format('execute line_read(%L, null, null, null, null, null)', :'id'))->'body', (:'made'::jsonb)->'body', 'A6.8: the line reads its own');
select is((select array_agg(r->>'external_ref') from jsonb_array_elements(answer($$execute line_list(null, null, '{"limit": 25}', null, null, null)$$)->'body') r) @> '{L-1,L-2}'
    and (select count(*) = 2 from jsonb_array_elements(answer($$execute line_list(null, null, '{"limit": 25}', null, null, null)$$)->'body')), true, 'and lists its own only');
select is(answer($$execute line_list(null, null, '{"limit": 25, "external_ref": "L-2"}', null, null, null)$$)#>>'{body,0,external_ref}', 'L-2', 'finds one by reference');
select is(jsonb_array_length(answer($$execute line_list(null, null, '{"limit": 25, "external_ref": "L-9"}', null, null, null)$$)->'body'), 0, 'or none');
select answer($$execute line_list(null, null, '{"limit": 1}', null, null, null)$$) as one \gset
select isnt(answer(format('execute line_list(null, null, %L, null, null, null)', jsonb_build_object('limit', 1, 'after', ((:'one'::jsonb)->>'next')::jsonb)))#>>'{body,0,id}',
    (:'one'::jsonb)#>>'{body,0,id}', 'in pages');
select is(answer(format('select name, callback_handle from referrals_json j join referrals r using (id) where id = %L and (j.body#>>''{callback,handle}'') is not null', :'id')),
    null, 'A6.8: nothing sealed opens for the line, not even its own');

-- A coordinator records an inquiry.
select enter('coordinator', :'c');
select answer(inquire('{"channel": "email_self", "language": "en", "callback": {"method": "email", "handle": "44444444-4444-4444-8444-444444444444.bWFpbA"}, "ok_to_leave_message": false, "caller_consented": true, "urgent": true, "received_at": "2026-09-24T22:00:00Z"}',
    key('44444444-4444-4444-8444-444444444444'))) as mine \gset
select (:'mine'::jsonb)#>>'{body,id}' as mail \gset
select is((:'mine'::jsonb) - 'body' - 'next', jsonb_build_object('status', 201, 'location', '/v1/referrals/' || :'mail', 'etag', '1'), 'S1.2, S1.26: an e-mail inquiry is recorded');
select is((:'mine'::jsonb)#>>'{body,callback,handle}', e'\x01referral.callback.44444444-4444-4444-8444-444444444444.k1~d3JhcHBlZA.bWFpbA', 'sealed');
select is((:'mine'::jsonb)#>>'{body,reply_due}', '2026-09-28T21:00:00Z', 'I11: its clock starts when the e-mail arrived, here after the cut-off');
select is(refusal_detail(inquire('{"received_at": "2026-09-25T20:00:01Z"}'))#>>'{errors,0,code}', 'in-the-future', 'it did not arrive in the future');
select is(refusal_detail(inquire('{"received_at": "2026-08-26T19:00:00Z"}'))#>>'{errors,0,code}', 'in-the-past', 'nor more than thirty days ago');
select is(answer(inquire(:'new'))->>'status', '201', 'a reference of the line binds nobody else');

-- Reading
select is((answer(format('execute referrals_read(%L, null, null, null, null, null)', :'id'))->'body') - '{received_at,caller_consented_at,reply_due,reply_breach,updated_at}'::text[],
    jsonb_build_object('id', :'id', 'state', 'received', 'channel', 'line_smsrc', 'external_ref', 'L-1', 'language', 'fr', 'urgent', false,
        'name', e'\x01referral.name.33333333-3333-4333-8333-333333333333.k1~d3JhcHBlZA.bmFtZQ',
        'callback', jsonb_build_object('method', 'phone', 'handle', e'\x01referral.callback.33333333-3333-4333-8333-333333333333.k1~d3JhcHBlZA.cGhvbmU'),
        'ok_to_leave_message', true, 'safe_hours', e'\x01referral.safe_hours.33333333-3333-4333-8333-333333333333.k1~d3JhcHBlZA.aG91cnM',
        'first_reply_at', null, 'first_reply_by', null, 'attempts', 0, 'last_attempt_at', null, 'assigned_to', null, 'recorded_by', :'l',
        'redirect_reason', null, 'duplicate_of', null, 'closed_at', null, 'closed_by', null), 'a coordinator reads all of it');
select is((select count(*) from audit_events where object_id = :'id' and action = 'read' and role = 'coordinator'), 1::bigint, 'R14: a read is in the audit');
select is(answer($$execute referrals_read('a0000000-0000-4000-8000-0000000000ff', null, null, null, null, null)$$), null, 'what is not there is nothing');
select enter('coordinator', :'c2', null, '{QC}');
select is(answer(format('execute referrals_read(%L, null, null, null, null, null)', :'id'))->>'status', '200', 'R5: every coordinator sees every referral');
select enter('coordinator', :'c');

-- Changing
select is(refusal(change(:'id', '{"urgent": true}', '{9}')), 'precondition-failed', 'a change needs the version');
select is(refusal(change(gen_random_uuid()::text, '{"urgent": true}')), 'not-found', 'of what is there');
select is(answer(change(:'id', jsonb_build_object('assigned_to', :'c2'), '{1}'))#>>'{body,assigned_to}', :'c2', 'work is handed to a colleague');
select is(refusal_detail(change(:'id', jsonb_build_object('assigned_to', :'l')))#>>'{errors,0}', '{"code": "does-not-exist", "pointer": "#/assigned_to"}', 'only to a coordinator');
update accounts set is_active = false where id = :'c2';
select is(refusal(change(:'id', jsonb_build_object('assigned_to', :'c2'))), 'validation-failed', 'who is active');
update accounts set is_active = true where id = :'c2';
select is(answer(change(:'id', '{"urgent": true}', '{2,5}'))->'body' @> jsonb_build_object('urgent', true, 'assigned_to', :'c2'), true, 'what is not sent stays');
select is(answer(change(:'id', '{"assigned_to": null}'))#>>'{body,assigned_to}', null, 'null takes it back');

-- The queue. Now Tuesday 29 September, 18:00: both came before the weekend.
create function tests.queue(in_query jsonb, out refs text, out statuses text, out pages int) language plpgsql as $$
declare
    answer jsonb;
begin
    pages := 0;
    loop
        answer := tests.answer(format('execute referrals_list(null, null, %L, null, null, null)', in_query));
        refs := concat_ws(' ', refs, (select string_agg(e->>'external_ref', ' ') from jsonb_array_elements(answer->'body') e));
        statuses := concat_ws(' ', statuses, (select string_agg(e->>'reply_status', ' ') from jsonb_array_elements(answer->'body') e));
        pages := pages + 1;
        exit when answer->>'next' is null;
        in_query := in_query || jsonb_build_object('after', (answer->>'next')::jsonb);
    end loop;
end
$$;
create function tests.put(in_ref text, in_received timestamptz, in_more jsonb default '{}') returns uuid language plpgsql as $$
declare
    before text := current_setting('app.now', true);
    made text;
begin
    perform tests.clock(in_received);
    made := tests.answer(tests.inquire(jsonb_build_object('external_ref', in_ref, 'channel', 'email_self', 'language', 'en', 'ok_to_leave_message', true,
        'callback', '{"method": "phone"}'::jsonb) || in_more))#>>'{body,id}';
    perform tests.clock(before::timestamptz);
    return made;
end
$$;
set local session_replication_role = replica;
delete from referrals;
set local session_replication_role = origin;
select put('A', '2026-09-21 14:00Z'), put('B', '2026-09-28 14:00Z', '{"language": "fr"}'), put('C', '2026-09-25 14:00Z', '{"urgent": true}'),
    put('D', '2026-09-29 14:00Z', '{"channel": "rsc"}'), put('E', '2026-09-22 14:00Z') as e \gset
select clock('2026-09-29 22:00Z');
select is((select refs from queue('{"limit": 25}')), 'A E C B D', 'R5: what is due first comes first');
select is((select statuses from queue('{"limit": 25}')), 'breached breached breached due on_time', 'decision 7: each shows where its clock stands');
select is((queue('{"limit": 2}'))::text, '("A E C B D","breached breached breached due on_time",3)', 'pages without gap or repetition');
select is((select refs from queue('{"limit": 25, "overdue": true}')), 'A E C', 'R5: overdue ones are found');
select is((select refs from queue('{"limit": 25, "overdue": false}')), 'B D', 'and the others');
select is((select refs from queue('{"limit": 25, "due_before": "2026-09-29T21:00:01Z"}')), 'A E C B', 'soon due ones are found');
select is((select refs from queue('{"limit": 25, "urgent": true}')), 'C', 'by urgency');
select is((select refs from queue('{"limit": 25, "language": "fr"}')), 'B', 'by language');
select is((select refs from queue('{"limit": 25, "channel": "rsc"}')), 'D', 'by channel');
select is((select refs from queue(jsonb_build_object('limit', 25, 'assigned_to', :'c2'))), '', 'by assignment: none yet');
select is((select count(*) from audit_events where operation = 'tests_run' and action = 'list' and object_type = 'referral' and role = 'coordinator') > 0, true, 'a look at the queue is in the audit');

-- The first human reply stops the clock, once.
select is(refusal_detail(attempt(:'e', '{"channel": "phone", "outcome": "replied", "at": "2026-09-29T22:00:01Z"}'))#>>'{errors,0,code}', 'in-the-future', 'nobody replied in the future');
select is(refusal_detail(attempt(:'e', '{"channel": "phone", "outcome": "replied", "at": "2026-09-22T13:59:59Z"}'))#>>'{errors,0,code}', 'in-the-past', 'nor before it came');
select is(refusal(attempt(:'e', '{"channel": "pigeon", "outcome": "replied"}')), '23514 referral_attempts__channel__known', 'in a known way');
select is(answer(attempt(:'e', '{"channel": "phone", "outcome": "message_left", "at": "2026-09-22T14:00:00Z"}')) - 'body' - 'next',
    jsonb_build_object('status', 201, 'location', '/v1/referrals/' || :'e', 'etag', '2'), 'an attempt is recorded');
select is((select state || coalesce(first_reply_at::text, '') from referrals where id = :'e'), 'received', 'I11: a message left is no reply');
select is(refusal(close(:'e', '{"outcome": "declined"}')), 'conflict-state', 'A6.2: without a reply nobody declined');
select is(answer(attempt(:'e', '{"channel": "email", "outcome": "replied", "at": "2026-09-23T14:00:00Z"}'))->'body' @> jsonb_build_object(
    'state', 'contacted', 'first_reply_at', '2026-09-23T14:00:00Z', 'first_reply_by', :'c', 'attempts', 2, 'last_attempt_at', '2026-09-23T14:00:00Z'), true,
    'I11, S1.28: the first human reply stops the clock');
select enter('coordinator', :'c2');
select is(answer(attempt(:'e', '{"channel": "phone", "outcome": "replied", "at": "2026-09-22T15:00:00Z"}'))->'body' @> jsonb_build_object(
    'state', 'contacted', 'first_reply_at', '2026-09-23T14:00:00Z', 'first_reply_by', :'c', 'attempts', 3), true, 'I11: once, whatever is recorded later');
select enter('coordinator', :'c');
select is((select string_agg(action, ' ' order by id) from audit_events where object_id = :'e'), 'create attempt first_reply attempt', 'each step is in the audit');
select is((select refs || '|' || statuses from queue('{"limit": 25, "state": ["contacted"]}')), 'E|replied', 'the queue knows');
select is((select refs from queue('{"limit": 25, "overdue": true}')), 'A C', 'and no longer calls it overdue');
select is((select string_agg(a->>'outcome', ' ') from jsonb_array_elements(answer(format('execute attempts_list(%L, null, %L, null, null, null)', :'e', '{"limit": 25}'))->'body') a),
    'message_left replied replied', 'attempts are listed in order');
select is(answer(format('execute attempts_list(%L, null, %L, null, null, null)', :'e', '{"limit": 2, "after": {"at": "2026-09-22T14:00:00Z", "id": "ffffffff-ffff-ffff-ffff-ffffffffffff"}}'))->>'next',
    null, 'in pages');
select is(answer(format('execute attempts_list(%L, null, %L, null, null, null)', gen_random_uuid(), '{"limit": 25}')), null, 'of nothing there is no list');

-- I11 in the table itself
select throws_ok(format($$update referrals set reply_due = reply_due + interval '1 day', reply_breach = reply_breach + interval '2 day' where id = %L$$, :'e'), '23514', null, 'I11: the clock is never recomputed');
select throws_ok(format($$update referrals set first_reply_at = first_reply_at + interval '1 hour' where id = %L$$, :'e'), '23514', null, 'I11: nor the first reply moved');
select throws_ok(format($$update referrals set state = 'received', first_reply_at = null, first_reply_by = null where id = %L$$, :'e'), '23514', null, 'A6.2: nothing moves backwards');
select lives_ok($$insert into holidays (date, name_en, name_fr) values ('2026-10-05', 'a', 'b')$$, 'a holiday is added');
select is((select utc(reply_due) || ' ' || utc(reply_breach) from referrals where external_ref = 'D'), '2026-10-01T21:00:00Z 2026-10-02T21:00:00Z', 'I11: and no running clock changes');

-- Closing
select is(refusal(close(:'e', '{"outcome": "declined"}', '{1}')), 'precondition-failed', 'closing needs the version');
select is(refusal(close(gen_random_uuid()::text, '{"outcome": "declined"}')), 'not-found', 'of what is there');
select is(refusal_detail(close(:'e', '{"outcome": "redirected"}'))#>>'{errors,0}', '{"code": "required", "pointer": "#/redirect_reason"}', 'whoever is redirected is so for a reason');
select is(refusal_detail(close(:'e', '{"outcome": "declined", "redirect_reason": "under_18"}'))#>>'{errors,0,code}', 'invalid', 'and nobody else');
select is(refusal_detail(close(:'e', '{"outcome": "duplicate"}'))#>>'{errors,0}', '{"code": "required", "pointer": "#/duplicate_of"}', 'a duplicate names the other one');
select is(refusal_detail(close(:'e', jsonb_build_object('outcome', 'duplicate', 'duplicate_of', gen_random_uuid())))#>>'{errors,0,code}', 'does-not-exist', 'that is there');
select is(refusal_detail(close(:'e', jsonb_build_object('outcome', 'duplicate', 'duplicate_of', :'e')))#>>'{errors,0,code}', 'invalid', 'and is not itself');
select is(refusal_detail(close(:'e', jsonb_build_object('outcome', 'declined', 'duplicate_of', :'e')))#>>'{errors,0,code}', 'invalid', 'others name none');
savepoint open;
select is(answer(close(:'e', '{"outcome": "declined"}', '{4}'))->'body' @> jsonb_build_object('state', 'declined', 'closed_by', :'c', 'closed_at', '2026-09-29T22:00:00Z'), true, 'a person may decline');
select is(refusal(close(:'e', '{"outcome": "unreachable"}')), 'conflict-state', 'A6.2: what is closed stays closed');
select is(refusal_detail(change(:'e', '{"urgent": true}'))->>'state', 'declined', 'A6.2: 409 names the present state');
select is(refusal(attempt(:'e', '{"channel": "phone", "outcome": "replied"}')), 'conflict-state', 'no attempt after the end');
select is((select refs from queue('{"limit": 25, "state": ["declined", "received"]}')), 'A E C B D', 'the queue shows closed ones when asked');
rollback to open;

-- Unreachable: three attempts on three different business days of Toronto.
select id as a from referrals where external_ref = 'A' \gset
select is(refusal_detail(close(:'a', '{"outcome": "unreachable"}')), '{"state": "received", "business_days_tried": 0, "business_days_needed": 3}', 'A6.2: nobody is given up untried');
select answer(attempt(:'a', '{"channel": "phone", "outcome": "no_answer", "at": "2026-09-22T14:00:00Z"}')) is not null,
    answer(attempt(:'a', '{"channel": "phone", "outcome": "no_answer", "at": "2026-09-23T03:30:00Z"}')) is not null,
    answer(attempt(:'a', '{"channel": "email", "outcome": "message_left", "at": "2026-09-26T14:00:00Z"}')) is not null,
    answer(attempt(:'a', '{"channel": "phone", "outcome": "no_answer", "at": "2026-09-28T14:00:00Z"}')) is not null \g /dev/null
select is(refusal_detail(close(:'a', '{"outcome": "unreachable"}'))->>'business_days_tried', '2', 'A6.2: the same day in Toronto counts once, a Saturday not at all');
select answer(attempt(:'a', '{"channel": "other", "outcome": "message_left", "at": "2026-09-29T14:00:00Z"}')) \g /dev/null
select is(answer(close(:'a', '{"outcome": "unreachable"}'))#>>'{body,state}', 'unreachable', 'A6.2: after three business days one may close');
select isnt((select callback_method from referrals where id = :'a'), null, 'and the way to reach the person stays');

-- Redirected and duplicate: nothing stays but the count.
select enter('coordinator', :'c');
select set_config('app.idempotency_key', '', true) \g /dev/null
select answer('select idempotency_key_claim(''key-f'', ''f'')') \g /dev/null
select answer(inquire('{"external_ref": "F", "channel": "email_self", "language": "en", "ok_to_leave_message": true, "callback": {"method": "phone", "handle": "55555555-5555-4555-8555-555555555555.cGhvbmU"}, "name": "55555555-5555-4555-8555-555555555555.bmFtZQ", "safe_hours": "55555555-5555-4555-8555-555555555555.aG91cnM"}',
    key('55555555-5555-4555-8555-555555555555')))#>>'{body,id}' as f \gset
select set_config('app.idempotency_key', '', true) \g /dev/null
select alike((select body::text from idempotency_keys where key = 'key-f'), '%u0001referral.name%', 'a kept answer holds the sealed values');
select enter('coordinator', :'c2');
select is(answer(close(:'f', '{"outcome": "redirected", "redirect_reason": "under_18"}'))->'body' @> '{"state": "redirected", "redirect_reason": "under_18", "name": null, "callback": null, "safe_hours": null}',
    true, 'I9, R16: who is under 18 is shown the way elsewhere');
select is((select row(name, callback_method, callback_handle, safe_hours)::text from referrals where id = :'f'), '(,,,)', 'R16: no record is kept beyond the count');
select is((select count(*) from sealed_keys where owner_id = :'f'), 0::bigint, 'R16: the key is destroyed');
select unalike((select body::text from idempotency_keys where key = 'key-f'), '%u0001%', 'R16: in the kept answer too, also a colleague''s');
select is((select body->>'state' from idempotency_keys where key = 'key-f'), 'redirected', 'a repeated request then sees it as it is');
select id as c_id from referrals where external_ref = 'C' \gset
select id as b_id from referrals where external_ref = 'B' \gset
select is(answer(close(:'c_id', jsonb_build_object('outcome', 'duplicate', 'duplicate_of', :'b_id')))->'body' @> jsonb_build_object('state', 'duplicate', 'duplicate_of', :'b_id', 'callback', null), true, 'a duplicate names the one that stays, and is erased');
select is(refusal_detail(close(:'b_id', jsonb_build_object('outcome', 'duplicate', 'duplicate_of', :'c_id')))#>>'{errors,0,code}', 'invalid', 'which cannot point back');

-- Converted: only who was spoken to.
select is(refusal(format('select referral_convert(%L)', :'b_id')), 'conflict-state', 'A6.2: without a reply nobody becomes a participant');
select is(refusal(format('select referral_convert(%L)', :'f')), 'conflict-state', 'I9: nor who was redirected');
select is(refusal_detail(format('select referral_convert(%L)', gen_random_uuid()))#>>'{errors,0}', '{"code": "does-not-exist", "pointer": "#/referral_id"}', 'nor from nothing');
select answer(format('select referral_convert(%L)', :'e')) \g /dev/null
select is((select state || closed_by from referrals where id = :'e'), 'converted' || :'c2', 'A6.2: a contacted referral becomes a participant''s');
select is(refusal(format('select referral_convert(%L)', :'e')), 'conflict-state', 'once');

-- What the line is told at the end.
select enter('line', :'l');
select answer(refer(:'new'::jsonb || '{"external_ref": "L-7"}'))#>>'{body,id}' as l7 \gset
select enter('coordinator', :'c');
select answer(close(:'l7', '{"outcome": "redirected", "redirect_reason": "family_member"}')) \g /dev/null
select enter('line', :'l');
select is((answer(format('execute line_read(%L, null, null, null, null, null)', :'l7'))->'body') - '{received_at}'::text[],
    jsonb_build_object('id', :'l7', 'external_ref', 'L-7', 'state', 'closed', 'outcome', 'redirected'), 'A6.8: closed, with its category, and nothing else');
select is(answer(refer(:'new'::jsonb || '{"external_ref": "L-7"}'))#>>'{body,state}', 'closed', 'a reference that was closed is not opened again');

-- role × table × verb
create function tests.referral_row(in_client text) returns text language sql as $$
    select format($f$insert into referrals (id, client_account_id, external_ref, recorded_by, channel, language, callback_method, ok_to_leave_message, caller_consented_at, received_at,
        reply_due, reply_breach, created_at, updated_at) values (gen_random_uuid(), %L, 'V', coalesce(actor_account_id(), %L), 'other', 'en', 'phone', true, now(), now(),
        now() + interval '1 day', now() + interval '2 days', now(), now())$f$, in_client, 'a0000000-0000-4000-8000-000000000004')
$$;
create function tests.attempt_row(in_id text) returns text language sql as $$
    select format($f$insert into referral_attempts values (gen_random_uuid(), %L, now(), 'phone', 'replied', coalesce(actor_account_id(), %L), now())$f$, in_id, 'a0000000-0000-4000-8000-000000000004')
$$;
select enter('coordinator', :'c');
select is(verbs('referrals', referral_row(null)) || ' ' || verbs('referral_attempts', attempt_row(:'b_id')), 'SIU SI', 'coordinators: read, record, change; attempts are only added');
select is(touches(referral_row(:'l')), false, 'a coordinator never writes as the line');
select enter('line', :'l');
select is(verbs('referrals', referral_row(:'l')) || ' ' || verbs('referral_attempts', attempt_row(:'b_id')), 'SI ', 'the line: reads and adds its own');
select is(answer('select count(*) from referrals where client_account_id is distinct from actor_account_id()')->>'count', '0', 'of others it sees none');
select is(touches(referral_row(:'l2')) or touches(referral_row(null)), false, 'and writes none');
select is((select string_agg(r || ':' || verbs('referrals', referral_row(null)) || verbs('referral_attempts', attempt_row(:'b_id')), ' ' order by r)
        from unnest('{administrator,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
        cross join lateral (select enter(r, 'a0000000-0000-4000-8000-0000000000aa', 'a0000000-0000-4000-8000-0000000000ab')) e),
    'administrator: mental_health_professional: nobody: peer: peer_supporter: public:', 'A6.8: nobody else sees, adds or changes a referral');
select * from finish();
rollback;
