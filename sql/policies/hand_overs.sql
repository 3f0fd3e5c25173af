-- SPDX-License-Identifier: MIT
-- Who had what before whom (decision 22): a coordinator reads it of people they serve and of what is about nobody, never of groups in
-- which they are a peer (I13). hand_over() alone writes it.

grant select on hand_overs to alongside_api;
create policy api_reads on hand_overs for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then case when participant_id is not null
            then exists (select from participants p where p.id = hand_overs.participant_id)
            else subject_id <> all ((select actor_own_cohort_ids())::uuid[]) end
        else false end);
grant select on hand_overs_json to alongside_api;

grant select, insert on hand_overs to alongside_desk;
create policy desk_writes on hand_overs to alongside_desk using (true);
