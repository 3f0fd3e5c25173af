-- before a process serves: $1 {name of a key: its check value} → what is not this database's, null = nothing
select seal_check($1::jsonb) as fault;
