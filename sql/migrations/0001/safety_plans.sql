-- SPDX-License-Identifier: MIT

create table safety_plans (
    participant_id uuid primary key references participants (id),
    current_place_method text, -- sealed safety_plan.current_place_method
    consent_to_checkin boolean,
    confirmed_at timestamptz,
    version int not null default 1
);
