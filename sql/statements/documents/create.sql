-- POST /v1/documents: $4 DocumentNew → 201 Document, published at once; 409 when nothing changed
select * from documents_create($4);
