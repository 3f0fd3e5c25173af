-- GET /v1/duty-shifts: $3 account_id, after {at, id}, limit → [DutyShift], the oldest first
-- audit: duty_shift
select s.created_at as at, s.id, s.body
from duty_shifts_json s
where (s.created_at, s.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'account_id' is null or s.account_id = ($3->>'account_id')::uuid)
order by s.created_at, s.id;
