-- SPDX-License-Identifier: MIT
-- Jobs open a guest's page with each mail; a coordinator sees when, and ends it. Who knows the address reads guest_pages_read().

grant select, delete on guest_pages to alongside_api;
create policy api_keeps on guest_pages to alongside_api using ((select actor_role()) = 'coordinator');

grant insert on guest_pages to alongside_worker;
create policy worker_opens on guest_pages for insert to alongside_worker with check (true);
grant select, delete on guest_pages to alongside_sessions;
create policy sessions_keep on guest_pages to alongside_sessions using (true);
