-- GET /v1/duty-gaps: $3 days, after {at, kind}, limit → [DutyGap], the soonest first
select g.at, g.kind, g.body from duty_gaps_find($3) g order by g.at, g.kind;
