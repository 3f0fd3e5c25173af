-- SPDX-License-Identifier: MIT
create table intake_forms (
    intake_id uuid primary key references intakes (id),
    participant_id uuid not null references participants (id),
    device_ok boolean,
    meeting_willing boolean,
    services_wanted text[],
    availability jsonb constraint intake_forms__availability__list check (jsonb_typeof(availability) = 'array'),
    -- Wishes, never filters; sealed: intake.composition_preference, intake.accommodation_needs.
    composition_preference text,
    accommodation_needs text,
    -- Yes or no; who it is the coordinator asks by voice and nobody writes down.
    must_not_meet_exists boolean,
    filled_by text constraint intake_forms__filled_by__known check (filled_by in ('peer', 'coordinator', 'both')),
    submitted_at timestamptz,
    submitted_by text constraint intake_forms__submitted_by__known check (submitted_by in ('peer', 'coordinator')),
    version int not null default 1,
    constraint intake_forms__intake_id__participant
        foreign key (intake_id, participant_id) references intakes (id, participant_id)
);
