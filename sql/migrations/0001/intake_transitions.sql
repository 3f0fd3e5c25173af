-- SPDX-License-Identifier: MIT
-- Every step there is, and who may take it. intake_guard() lets nothing else through.
create table intake_transitions (
    track text not null constraint intake_transitions__track__known check (track in ('group', 'activity')),
    from_state text not null,
    to_state text not null,
    roles text[] not null,
    primary key (track, from_state, to_state)
);
