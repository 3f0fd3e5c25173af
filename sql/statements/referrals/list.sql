-- GET /v1/referrals: $3 state[] (the open ones when absent), overdue, due_before, urgent, language, channel, coordinator_id,
-- after {due, id}, limit → [QueuedReferral], what is due first comes first. One index scan per state, however many are closed.
-- (select …) around a bound makes it a plain parameter: row level security lets no other expression become an index condition.
-- coalesce() around the filters: the planner would believe that hardly a row passes five of them, and sort instead of reading in order.
-- coordinator_id: those they took, and while they are on duty those that nobody took.
-- audit: referral
with keys as (
    select r.id, r.reply_due
    from jsonb_array_elements_text(coalesce($3->'state', '["received", "contacted"]')) wanted (state)
    cross join lateral (
        select r.id, r.reply_due
        from referrals r
        where r.state = wanted.state
            and (r.reply_due, r.id) > (($3#>>'{after,due}')::timestamptz, ($3#>>'{after,id}')::uuid)
            and r.reply_due < (select coalesce(($3->>'due_before')::timestamptz, 'infinity'))
            and coalesce(
                ($3->'overdue' is null
                    or ($3->>'overdue')::boolean = (r.state = 'received' and r.reply_breach < (select app_now())))
                and ($3->'urgent' is null or r.urgent = ($3->>'urgent')::boolean)
                and ($3->'language' is null or r.language = $3->>'language')
                and ($3->'channel' is null or r.channel = $3->>'channel')
                and ($3->'coordinator_id' is null or case when r.coordinator_id is not null
                    then r.coordinator_id = ($3->>'coordinator_id')::uuid
                    else (select duty_turn_is_on(($3->>'coordinator_id')::uuid, app_now())) end), false)
        order by r.reply_due, r.id
        limit ($3->>'limit')::int + 1) r
    order by r.reply_due, r.id
    limit ($3->>'limit')::int + 1)
select k.reply_due as due, k.id, j.queued_body as body
from keys k
cross join lateral (select j.queued_body from referrals_json j where j.id = k.id limit 1) j
order by k.reply_due, k.id;
