-- SPDX-License-Identifier: MIT
-- What is asked of whoever leads: a row more is a slot more, which the parts of a service may then name. A guest has no account
-- (S2.17); somebody of the program's team is a coordinator in another part than their own (S2.18).
insert into host_slots (slot, place, role, training_kinds, credential) values
    ('peer_supporter', 1, 'peer_supporter', '{orientation}', 'none'),
    ('mental_health_professional', 2, 'mental_health_professional', '{orientation,facilitator}', 'designation'),
    ('on_call_professional', 3, 'mental_health_professional', '{orientation,facilitator}', 'designation'),
    ('coordinator', 4, 'coordinator', '{orientation}', 'education'),
    ('team_member', 5, 'coordinator', '{orientation}', 'none'),
    ('guest', 6, 'guest', '{}', 'none')
on conflict (slot) do update set
    place = excluded.place, role = excluded.role, training_kinds = excluded.training_kinds, credential = excluded.credential;
