-- SPDX-License-Identifier: MIT

-- S0.31: what was completed and until when it counts. Another time is another row; the module is a code of training_<kind>.
create table trainings (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    kind text not null constraint trainings__kind__known check (kind in ('orientation', 'facilitator', 'continuing')),
    module text not null,
    completed_on date not null,
    -- The last day on which it counts; null = it does not expire.
    expires_on date constraint trainings__expires_on__order check (expires_on >= completed_on),
    recorded_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint trainings__module__taken unique (account_id, kind, module, completed_on)
);
create index trainings__account_id on trainings (account_id, completed_on desc, id desc);
