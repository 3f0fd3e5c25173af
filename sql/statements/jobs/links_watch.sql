-- each round: links that somebody still knows who has no part in the session any more
select join_link_watch() as told from (select from schema_state limit 1) s;
