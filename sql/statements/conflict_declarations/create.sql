-- POST /v1/conflict-declarations: $4 ConflictDeclarationNew, of names and units only the digests → 201 ConflictDeclaration
select * from conflict_declarations_create($4);
