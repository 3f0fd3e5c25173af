-- SPDX-License-Identifier: MIT
-- Who wants to be told when an activity is offered, and in which languages; one row, which goes with the mail or when it is taken back.
create table interests (
    participant_id uuid not null constraint interests__participant_id__known references participants (id),
    activity_id uuid not null constraint interests__activity_id__known references activities (id),
    languages text[] not null constraint interests__languages__known check (
        languages <@ '{en,fr}' and cardinality(languages) between 1 and 2),
    created_at timestamptz not null,
    primary key (participant_id, activity_id)
);
create index interests__activity_id on interests (activity_id);
