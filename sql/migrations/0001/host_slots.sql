-- SPDX-License-Identifier: MIT

-- I5: as what somebody leads a session, and what each asks of them.
create table host_slots (
    slot text primary key,
    place int not null,
    role text not null,
    -- S0.23, S0.25, S0.31: every module of these kinds.
    training_kinds text[] not null,
    -- S0.21, S0.24: what their qualification says.
    credential text not null constraint host_slots__credential__known check (credential in ('none', 'designation', 'education'))
);
