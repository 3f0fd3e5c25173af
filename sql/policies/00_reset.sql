-- SPDX-License-Identifier: MIT
-- Policies and grants are applied whole, in one transaction: what a file below no longer says is gone.
do $$
declare
    old record;
begin
    for old in select tablename, policyname from pg_policies where schemaname = 'alongside' and policyname <> 'owner_all' loop
        execute format('drop policy %I on alongside.%I', old.policyname, old.tablename);
    end loop;
end
$$;
revoke all on all tables in schema alongside from alongside_api, alongside_worker, alongside_definer;
revoke all on all functions in schema alongside from alongside_api, alongside_worker, alongside_definer;
