-- SPDX-License-Identifier: MIT

create table referral_attempts (
    id uuid primary key,
    referral_id uuid not null references referrals (id),
    at timestamptz not null,
    channel text not null constraint referral_attempts__channel__known check (channel in ('phone', 'email', 'other')),
    outcome text not null constraint referral_attempts__outcome__known check (outcome in (
        'no_answer', 'message_left', 'replied')),
    recorded_by uuid not null references accounts (id),
    created_at timestamptz not null
);
create index referral_attempts__referral_id on referral_attempts (referral_id, at, id);
