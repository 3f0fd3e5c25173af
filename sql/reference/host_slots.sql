-- SPDX-License-Identifier: MIT
-- What is asked of whoever leads: a row more is a slot more, its figure a column of services and groups.
insert into host_slots (slot, place, role, training_kinds, credential, is_needed) values
    ('peer_supporter', 1, 'peer_supporter', '{orientation}', 'none', true),
    ('mental_health_professional', 2, 'mental_health_professional', '{orientation,facilitator}', 'designation', true),
    ('on_call_professional', 3, 'mental_health_professional', '{orientation,facilitator}', 'designation', false),
    ('coordinator', 4, 'coordinator', '{orientation}', 'education', true)
on conflict (slot) do update set
    place = excluded.place, role = excluded.role, training_kinds = excluded.training_kinds, credential = excluded.credential,
    is_needed = excluded.is_needed;
