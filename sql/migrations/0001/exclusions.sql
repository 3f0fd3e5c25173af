-- SPDX-License-Identifier: MIT

-- I13, R14: staff for whom this person does not exist.
create table exclusions (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    account_id uuid not null constraint exclusions__account_id__known references accounts (id),
    reason text not null constraint exclusions__reason__known check (reason in (
        'own_case', 'own_case_said', 'asked_by_peer')),
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint exclusions__account_id__taken unique (account_id, participant_id)
);
create index exclusions__participant_id on exclusions (participant_id, created_at, id);
