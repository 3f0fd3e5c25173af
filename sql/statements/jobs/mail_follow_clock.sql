-- each round of the worker, like the next: mail after the database's clock was set back. As in all statements of the worker a table comes
-- first, so that it waits for an upgrade before it looks for the function: one that is made anew meanwhile cannot answer.
select outbox_follow_clock() as moved from (select from schema_state limit 1) s;
