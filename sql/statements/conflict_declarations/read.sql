-- GET /v1/conflict-declarations/{declaration_id}: $1 declaration id → ConflictDeclaration; no row = 404
select 200 as status, d.body
from conflict_declarations_json d cross join lateral audit('read', 'conflict_declaration', d.id, conflict_declaration_audited())
where d.id = $1::uuid;
