-- each round: mail whose sender died
select outbox_release_leases() as released from (select from schema_state limit 1) s;
