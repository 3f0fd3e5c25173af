-- SPDX-License-Identifier: MIT
-- Each contact that was opened behind glass (A6.8), for review (R14): by the administrator, but for groups of
-- their own (I13), and by a coordinator where they see the seat.

grant select on contact_openings to alongside_api;
create policy api_reads on contact_openings for select to alongside_api using (
    case (select actor_role())
        when 'administrator' then session_id <> all ((select actor_own_session_ids())::uuid[])
        when 'coordinator' then exists (select from enrolments e where e.id = enrolment_id)
        else false end);
grant select on contact_openings_json to alongside_api;

grant insert on contact_openings to alongside_sessions;
create policy sessions_record on contact_openings for insert to alongside_sessions with check (true);
