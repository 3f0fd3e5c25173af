-- SPDX-License-Identifier: MIT

-- S0.31: what was completed and until when it counts. Another time is another row. Either a course, at an offering of ours or elsewhere
-- with who vouches for it, or a single module: a code of training_<kind>.
create table trainings (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    kind text not null constraint trainings__kind__known check (kind in ('orientation', 'facilitator', 'continuing')),
    module text,
    offering_id uuid references training_offerings (id),
    course_id uuid references training_courses (id),
    -- Of a course: what it taught then.
    modules text[],
    vouched_by text constraint trainings__vouched_by__length check (char_length(vouched_by) between 1 and 200),
    completed_on date not null,
    -- The last day on which it counts; null = it does not expire.
    expires_on date constraint trainings__expires_on__order check (expires_on >= completed_on),
    recorded_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint trainings__module__taken unique (account_id, kind, module, completed_on),
    constraint trainings__offering_id__taken unique (account_id, offering_id),
    constraint trainings__course_id__taken unique (account_id, course_id, completed_on),
    constraint trainings__module__one check ((module is null) = (course_id is not null) and (course_id is null) = (modules is null)),
    constraint trainings__vouched_by__required check (course_id is null or offering_id is not null or vouched_by is not null)
);
create index trainings__account_id on trainings (account_id, completed_on desc, id desc);
