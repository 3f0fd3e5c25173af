-- SPDX-License-Identifier: MIT
-- Whoever writes asks for a comparison, and nobody sees that one is waited for. Compared by the functions of conflicts.

grant insert on comparisons to alongside_api, alongside_seats, alongside_sessions, alongside_desk;
create policy api_asks on comparisons for insert to alongside_api with check (
    actor_role() in ('peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator'));
create policy others_ask on comparisons for insert to alongside_seats, alongside_sessions, alongside_desk with check (true);
grant select, insert, delete on comparisons to alongside_conflicts;
create policy conflicts_compare on comparisons to alongside_conflicts using (true);
