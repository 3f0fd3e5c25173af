-- each round: the audit chain
select audit_link_append() as linked from (select from schema_state limit 1) s;
