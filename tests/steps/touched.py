# SPDX-License-Identifier: MIT
"""Every write that concerns a person, as the database sees it: by which operation, in which table, of whom; and whether the person's own
file tells of it in the same transaction."""

WATCHED = """
create schema watch;
create table watch.touched (xid xid8, operation text, relation text, person uuid);
create function watch.touch() returns trigger language plpgsql security definer set search_path = alongside, pg_catalog as $$
declare
    was jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
begin
    if session_user::text in ('alongside_api', 'alongside_worker') or current_setting('app.role', true) = 'worker' then
        insert into watch.touched values (
            pg_current_xact_id(),
            case current_setting('app.role', true) when 'worker' then 'worker' else current_setting('app.operation', true) end, tg_table_name,
            case when tg_table_name = 'participants' then was->>'id'
                when was->>'participant_id' is not null then was->>'participant_id'
                else (select e.participant_id::text from enrolments e where e.id = (was->>'enrolment_id')::uuid) end::uuid);
    end if;
    return null;
end $$;
do $$
declare
    name text;
begin
    for name in
        select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'alongside'::regnamespace and c.relkind = 'r'
            and (a.attname in ('participant_id', 'enrolment_id') or c.relname = 'participants')
    loop
        execute format(
            'create trigger zz_watch after insert or update or delete on alongside.%I for each row execute function watch.touch()', name);
    end loop;
end $$
"""
UNTOLD = """
select t.operation, t.relation, count(*) from watch.touched t
where t.person is not null and not exists (
    select from audit_events e where e.xid = t.xid and e.participant_ids @> array[t.person])
group by 1, 2
"""


class Touched:
    def __init__(self, db):
        self.db = db
        db.execute(WATCHED)

    def untold(self):
        """{(operation, table)} of the writes of which the file of the person says nothing."""
        return {(operation, relation) for operation, relation, _ in self.db.execute(UNTOLD).fetchall()}

    def operations(self):
        """The operations that have written something of somebody, and "worker"."""
        return {name for (name,) in self.db.execute("select distinct operation from watch.touched where person is not null")}

    def work(self, now, *jobs):
        """What the worker does in a round, at this moment."""
        for job in jobs:
            with self.db.transaction():
                self.db.execute("set local role alongside_worker")
                self.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (now,))
                self.db.execute(f"select {job}()")
