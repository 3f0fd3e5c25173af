-- SPDX-License-Identifier: MIT

-- What a coordinator hands over, so that somebody's first sign-in finds their account. Only the digest is kept; used once.
create table sign_in_codes (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    code_sha256 bytea not null constraint sign_in_codes__code__unique unique,
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sign_in_codes__participant_id on sign_in_codes (participant_id);

-- Who tried a code within the hour, by a digest of issuer and subject: guessing is bounded.
create table sign_in_attempts (
    id bigint generated always as identity primary key,
    login_sha256 bytea not null,
    at timestamptz not null
);
create index sign_in_attempts__login on sign_in_attempts (login_sha256, at);
create index sign_in_attempts__at on sign_in_attempts (at);
