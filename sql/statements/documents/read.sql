-- GET /v1/documents/{document_id}: $1 document id → Document, any version; no row = 404. A version never changes.
select 200 as status, d.body, '1' as etag from documents_json d where d.id = $1::uuid;
