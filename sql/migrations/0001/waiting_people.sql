-- SPDX-License-Identifier: MIT
-- Who is ready and waits, one row for each wish and one ('') for whatever it is: every way of asking has its index, however many wait.
-- Kept by waiting_person_refresh(); what it holds stands in intakes, forms, participants and enrolments. `state`:
-- 'ready' waits, 'placed' does not.
create table waiting_people (
    intake_id uuid not null references intakes (id),
    service text not null,
    participant_id uuid not null references participants (id),
    state text not null,
    language text not null,
    region_key text not null,
    waiting_since timestamptz not null,
    valid_until timestamptz not null,
    primary key (intake_id, service)
);
-- With everything the list reads of the table, so that one page is one walk along the index.
create index waiting_people__order on waiting_people (service, state, language, region_key, waiting_since, intake_id)
    include (participant_id, valid_until);
create index waiting_people__participant_id on waiting_people (participant_id);
