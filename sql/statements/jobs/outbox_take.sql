-- $1 how many → messages that may go out now
select id, to_mark, subject, body, language from (select from schema_state limit 1) s cross join outbox_take($1::int);
