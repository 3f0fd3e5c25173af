-- $1 the version, $2 [{subject, owner_id, sealed, digests}] → how many
select name_digest_renew($1::int, $2::jsonb) as renewed from (select from schema_state limit 1) s;
