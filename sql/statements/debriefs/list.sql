-- GET /v1/debriefs: $3 needs_supervision, session_id, coordinator_id, after {at desc, id desc}, limit → [Debrief], newest first;
-- needs_supervision: those nobody has talked about yet, by when it is due (R13). Hosts: their own; a professional also
-- those they were asked to supervise.
-- audit: debrief
select f.at, f.id, j.body
from debriefs_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from debriefs_json j where j.id = f.id limit 1) j
order by f.nth;
