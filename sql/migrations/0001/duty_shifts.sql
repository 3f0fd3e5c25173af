-- SPDX-License-Identifier: MIT
-- When somebody is on call: once, or every week. Wall time and zone are the truth; each time it comes round is a turn (duty_turns).
create table duty_shifts (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    -- Who is called first, and who when nobody answers.
    step text not null constraint duty_shifts__step__known check (step in ('duty', 'back_up')),
    -- Empty = for every region.
    regions region[] not null default '{}',
    local_start timestamp not null,
    local_end timestamp not null,
    timezone text not null constraint duty_shifts__timezone__known references timezones (name),
    is_weekly boolean not null,
    -- Of a weekly one, the last day on which a turn begins; null = it goes on.
    last_on date,
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    version int not null default 1,
    constraint duty_shifts__local_end__order check (local_end > local_start),
    -- Two turns of one shift never overlap.
    constraint duty_shifts__local_end__length check (local_end <= local_start + interval '7 days'),
    constraint duty_shifts__last_on__weekly check (last_on is null or is_weekly and last_on >= local_start::date)
);
create index duty_shifts__created_at on duty_shifts (created_at, id);
create index duty_shifts__account_id on duty_shifts (account_id, created_at, id);

-- Who has a turn that was swapped.
create table duty_covers (
    shift_id uuid not null references duty_shifts (id) on delete cascade,
    local_on date not null,
    account_id uuid not null references accounts (id),
    primary key (shift_id, local_on)
);
