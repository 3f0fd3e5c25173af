-- SPDX-License-Identifier: MIT
-- Every step of an intake there is, and who may take it.
delete from intake_transitions;
insert into intake_transitions (track, from_state, to_state, roles) values
    ('group', 'received', 'form_sent', '{coordinator}'),
    ('group', 'form_sent', 'form_returned', '{coordinator,peer}'),
    ('group', 'form_returned', 'acknowledged', '{coordinator,worker}'),
    ('group', 'acknowledged', 'meeting_scheduled', '{coordinator}'),
    ('group', 'not_ready', 'meeting_scheduled', '{coordinator}'),
    ('group', 'meeting_scheduled', 'meeting_done', '{coordinator}'),
    ('group', 'meeting_scheduled', 'not_ready', '{coordinator}'),
    ('group', 'meeting_done', 'not_ready', '{coordinator}'),
    ('group', 'meeting_done', 'ready', '{coordinator,peer}'),
    -- The first seat that is taken ends the waiting; the person may be the one who takes it.
    ('group', 'ready', 'placed', '{worker}'),
    ('activity', 'received', 'forms_sent', '{coordinator}'),
    ('activity', 'forms_sent', 'forms_returned', '{coordinator,peer}'),
    -- Or with the first place that is confirmed.
    ('activity', 'forms_returned', 'registered', '{coordinator,worker}');
-- I8: away from everywhere, by either side; the other two endings are the coordinator's.
insert into intake_transitions (track, from_state, to_state, roles)
select t.track, t.state, ending.state, ending.roles
from (
    select track, from_state as state from intake_transitions union select track, to_state from intake_transitions) t
cross join (values
    ('closed', '{coordinator}'::text[]), ('ineligible', '{coordinator}'), ('withdrawn', '{coordinator,peer}')) ending (state, roles)
union all
select track, state, 'withdrawn', '{coordinator,peer}'
from unnest(array['group', 'activity']) track, unnest(array['closed', 'ineligible']) state;
