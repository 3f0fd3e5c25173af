-- SPDX-License-Identifier: MIT
-- Each time the person was told how things stand. Mail counts when it has gone out, not when it was queued.
create table updates (
    id uuid primary key default gen_random_uuid(),
    intake_id uuid not null references intakes (id),
    participant_id uuid not null references participants (id),
    method text not null constraint updates__method__known check (method in ('phone', 'email', 'in_person')),
    outbox_id uuid constraint updates__outbox_id__known references outbox (id),
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    told_at timestamptz,
    constraint updates__intake_id__participant
        foreign key (intake_id, participant_id) references intakes (id, participant_id)
);
create index updates__intake_id on updates (intake_id, recorded_at desc, id desc);
create index updates__outbox_id on updates (outbox_id) where outbox_id is not null;
