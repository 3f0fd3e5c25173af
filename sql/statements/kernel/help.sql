-- asked once, at start: whom to call, as every problem says it that a peer may meet, also when the database is away
select help_json();
