-- each round: offers whose time has run out
select seat_expire_offers() as expired from (select from schema_state limit 1) s;
