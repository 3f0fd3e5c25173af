-- SPDX-License-Identifier: MIT
-- Every step of an enrolment there is.
delete from enrolment_transitions;
insert into enrolment_transitions (from_state, to_state) values
    ('requested', 'waitlisted'), ('requested', 'offered'), ('requested', 'not_placed'),
    ('waitlisted', 'offered'), ('waitlisted', 'not_placed'),
    -- Who asks for an activity has said yes by asking.
    ('waitlisted', 'accepted'),
    ('offered', 'accepted'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'not_placed'),
    ('accepted', 'confirmed'), ('accepted', 'not_placed'),
    ('confirmed', 'active'), ('confirmed', 'completed'),
    ('active', 'completed');
-- I8: away from every live state, by either side.
insert into enrolment_transitions (from_state, to_state)
select live, gone
from unnest(array['requested', 'waitlisted', 'offered', 'accepted', 'confirmed', 'active']) live, unnest(array['withdrawn', 'removed']) gone;
