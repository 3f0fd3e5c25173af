-- GET /v1/duty-rungs: $3 region, at, after {place, id}, limit → [DutyRung], who is called first comes first
-- audit: duty_rung
select r.place, r.id, r.body from duty_rungs_find($3) r order by r.place, r.id;
