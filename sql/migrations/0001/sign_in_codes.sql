-- SPDX-License-Identifier: MIT

-- What is handed over by whoever may write how somebody signs in, so that their first sign-in finds their account. Only the digest is
-- kept; used once.
create table sign_in_codes (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    code_sha256 bytea not null constraint sign_in_codes__code__unique unique,
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sign_in_codes__account_id on sign_in_codes (account_id);

-- Who tried a code within the hour, by a digest of issuer and subject: guessing is bounded.
create table sign_in_attempts (
    id bigint generated always as identity primary key,
    login_sha256 bytea not null,
    at timestamptz not null
);
create index sign_in_attempts__login on sign_in_attempts (login_sha256, at);
create index sign_in_attempts__at on sign_in_attempts (at);
