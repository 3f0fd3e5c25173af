-- SPDX-License-Identifier: MIT
-- Guests are the coordinators' to keep, whatever region those serve: a guest belongs to none. Others learn the name under which one is
-- announced. What their conflicts say stays with coordinators (conflict_matches).

grant select, insert, update on guests to alongside_api;
create policy api_keeps on guests to alongside_api using ((select actor_role()) = 'coordinator');
grant select on guests_json to alongside_api;

-- On their own page a guest signs.
grant select (id, name, language, state, agreement_id, agreement_signed_on, version), update (agreement_id, agreement_signed_on, version)
on guests to alongside_sessions;
create policy sessions_sign on guests for update to alongside_sessions using ((select actor_role()) = 'guest');
grant select (id, name, state, credentials_en, credentials_fr, link_en, link_fr) on guests to alongside_desk;
grant select (id) on guests to alongside_conflicts;
grant select (id, name, names_version, email, language, state, page_revoked_at, created_by), update (names_version)
on guests to alongside_worker;
create policy worker_renews on guests for update to alongside_worker using (true);
create policy others_read on guests for select 
    to alongside_sessions, alongside_desk, alongside_conflicts, alongside_worker using (true);
