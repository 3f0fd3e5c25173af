-- SPDX-License-Identifier: MIT

-- A6.8, R14: a professional who had to know how to reach somebody; reviewed by coordinators and administrators.
create table contact_openings (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    enrolment_id uuid not null references enrolments (id),
    account_id uuid not null references accounts (id),
    reason text not null constraint contact_openings__reason__known check (reason in (
        'check_in', 'danger_to_self', 'danger_to_others', 'medical_emergency')),
    at timestamptz not null
);
create index contact_openings__at on contact_openings (at desc, id desc);
