-- SPDX-License-Identifier: MIT

-- Decision 22: work that went from one coordinator to another, a row for each thing; what went together has one batch.
create table hand_overs (
    id uuid primary key default gen_random_uuid(),
    batch_id uuid not null,
    kind text not null constraint hand_overs__kind__known check (kind in ('group', 'participant', 'intake', 'referral')),
    subject_id uuid not null,
    participant_id uuid references participants (id),
    from_account_id uuid not null references accounts (id),
    to_account_id uuid not null references accounts (id),
    reason text not null constraint hand_overs__reason__known check (reason in (
        'absence', 'leaving', 'regions', 'workload', 'conflict', 'moved', 'other')),
    handed_by uuid not null references accounts (id),
    handed_at timestamptz not null,
    constraint hand_overs__participant_id__kind check ((participant_id is not null) = (kind in ('participant', 'intake'))),
    constraint hand_overs__to_account_id__other check (to_account_id <> from_account_id)
);
create index hand_overs__handed_at on hand_overs (handed_at desc, id desc);
create index hand_overs__subject_id on hand_overs (subject_id, handed_at desc, id desc);
create index hand_overs__batch_id on hand_overs (batch_id);
