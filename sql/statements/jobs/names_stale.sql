-- each round: $1 the version of the comparison, $2 how many → names that open and were compared by an older one
select subject, owner_id, sealed, mark from (select from schema_state limit 1) s cross join name_digest_stale($1::int, $2::int);
