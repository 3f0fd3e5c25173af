-- SPDX-License-Identifier: MIT
-- Who came (I7, decision 5, A6.8): a peer reads their own, hosts those of sessions they lead, a coordinator those too, of people they serve
-- and of groups in their care, none of groups that are their own (I13). Written through attendance_record() alone.

grant select on attendances to alongside_api;
create policy api_reads on attendances for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'peer_supporter' then session_id = any ((select actor_session_ids())::uuid[])
        when 'mental_health_professional' then session_id = any ((select actor_session_ids())::uuid[])
        when 'coordinator' then session_id = any ((select actor_session_ids())::uuid[]) or exists (
            select from sessions s join cohorts g on g.id = s.cohort_id
            where s.id = session_id and (
                g.coordinator_id = any ((select actor_stands_for_ids())::uuid[])
                or exists (select from participants p where p.id = attendances.participant_id)))
        else false end);
grant select on attendances_json to alongside_api;

grant select, insert, update on attendances to alongside_sessions;
create policy sessions_record on attendances to alongside_sessions using (true);
