-- POST /v1/conflict-declarations/{declaration_id}/withdraw: $1 declaration id, $4 ConflictWithdrawal or nothing →
-- ConflictDeclaration, at any time and again
select * from conflict_declarations_withdraw($1::uuid, $4);
