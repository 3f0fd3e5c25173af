-- SPDX-License-Identifier: MIT
-- Who has said that they cannot come to one session, which keeps their seat and every other session; no reason, and no mark. It counts for
-- the start of which it was said: moved, the session is a new question.
create table apologies (
    session_id uuid not null constraint apologies__session_id__known references sessions (id),
    enrolment_id uuid not null constraint apologies__enrolment_id__known references enrolments (id),
    participant_id uuid not null constraint apologies__participant_id__known references participants (id),
    starts_at timestamptz not null,
    created_at timestamptz not null,
    primary key (session_id, enrolment_id)
);
create index apologies__participant_id on apologies (participant_id);
