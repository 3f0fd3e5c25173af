-- GET /v1/conflict-declarations: $3 state, participant_id, after {at desc, id desc}, limit → [ConflictDeclaration], newest first. Peers and
-- hosts: their own. Coordinators: all that they handle, or those for one participant. waiting: who is to be called first.
-- audit: conflict_declaration
with subject as (select (conflict_declaration_audited())[1] as participant_id)
select f.at, f.id, j.body
from conflict_declarations_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from conflict_declarations_json j where j.id = f.id limit 1) j
order by f.nth;
