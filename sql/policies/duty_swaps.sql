-- SPDX-License-Identifier: MIT
-- Between the two whom it is about; the program lead reads it.

grant select, insert, update on duty_swaps to alongside_api;
create policy api_reads on duty_swaps for select to alongside_api using (
    case (select actor_role())
        when 'administrator' then true
        when 'coordinator' then (select actor_account_id()) in (from_account_id, to_account_id)
        when 'mental_health_professional' then (select actor_account_id()) in (from_account_id, to_account_id)
        else false end);
create policy api_adds on duty_swaps for insert to alongside_api with check (
    actor_role() in ('mental_health_professional', 'coordinator') and from_account_id = actor_account_id() and state = 'asked');
create policy api_changes on duty_swaps for update to alongside_api using (
    (select actor_role()) in ('mental_health_professional', 'coordinator')
    and (select actor_account_id()) in (from_account_id, to_account_id));
grant select on duty_swaps_json to alongside_api;

grant select on duty_swaps to alongside_duty;
create policy duty_reads on duty_swaps for select to alongside_duty using (true);
