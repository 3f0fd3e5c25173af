-- $1 how many → messages that may go out now
select id, to_mark, subject, body, language from outbox_take($1::int);
