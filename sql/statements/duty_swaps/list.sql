-- GET /v1/duty-swaps: $3 state, after {at desc, id desc}, limit → [DutySwap], the newest first
-- audit: duty_swap
select w.created_at as at, w.id, w.body
from duty_swaps_json w
where (w.created_at, w.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'state' is null or w.state = $3->>'state')
order by w.created_at desc, w.id desc;
