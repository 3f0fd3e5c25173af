-- SPDX-License-Identifier: MIT
-- Every step of an enrolment there is; enrolment_guard() lets nothing else through.
create table enrolment_transitions (
    from_state text not null,
    to_state text not null,
    primary key (from_state, to_state)
);
