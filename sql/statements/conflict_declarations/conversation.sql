-- POST /v1/conflict-declarations/{declaration_id}/conversation: $1 declaration id → ConflictDeclaration, at any time and again
select * from conflict_declarations_conversation($1::uuid);
