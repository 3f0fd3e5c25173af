-- SPDX-License-Identifier: MIT
-- A coordinator makes a code for whom they serve (I13, R14), and nobody reads one: sign_in_code_bind() looks for the one that
-- somebody names.

grant insert on sign_in_codes to alongside_api;
create policy api_adds on sign_in_codes for insert to alongside_api with check (
    actor_role() = 'coordinator' and created_by = actor_account_id() and participant_is_seen(participant_id));

grant select, update, delete on sign_in_codes to alongside_desk;
create policy desk_uses on sign_in_codes to alongside_desk using (true);
