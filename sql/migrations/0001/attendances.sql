-- SPDX-License-Identifier: MIT

-- Decision 5: participation and safety, never a penalty. No minutes, no camera.
create table attendances (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    enrolment_id uuid not null references enrolments (id),
    participant_id uuid not null references participants (id),
    status text not null constraint attendances__status__known check (status in (
        'present', 'absent', 'left_early', 'left_unexpectedly')),
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    version int not null default 1,
    -- I7.
    constraint attendances__participant_id__taken unique (session_id, participant_id)
);
create index attendances__enrolment_id on attendances (enrolment_id);
create index attendances__participant_id on attendances (participant_id, recorded_at desc, id desc);
