-- GET /v1/duty-turns: $3 from, days, account_id, region, after {at, id}, limit → [DutyTurn], the soonest first
-- audit: duty_turn
select t.at, t.id, t.body from duty_turns_find($3) t order by t.at, t.id;
