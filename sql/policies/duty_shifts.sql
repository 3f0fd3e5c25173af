-- SPDX-License-Identifier: MIT
-- Who stands duty reads the roster, and the program lead; it is kept by the lead, and by who coordinates all the regions concerned.

grant select, insert, update, delete on duty_shifts to alongside_api;
create policy api_reads on duty_shifts for select to alongside_api using (
    (select actor_role()) in ('mental_health_professional', 'coordinator', 'administrator'));
create policy api_adds on duty_shifts for insert to alongside_api with check (
    duty_shift_is_kept(actor_role(), actor_region_keys(), regions::text[]) and created_by = actor_account_id());
create policy api_changes on duty_shifts for update to alongside_api using (
    duty_shift_is_kept((select actor_role()), (select actor_region_keys()), regions::text[]));
create policy api_removes on duty_shifts for delete to alongside_api using (
    duty_shift_is_kept((select actor_role()), (select actor_region_keys()), regions::text[]));
grant select on duty_shifts_json to alongside_api;

grant select, update (version) on duty_shifts to alongside_duty;
create policy duty_looks on duty_shifts to alongside_duty using (true);
