-- SPDX-License-Identifier: MIT
-- A creating request and its answer, in the same transaction as its effect; kept 24 hours.
create table idempotency_keys (
    account_id uuid not null,
    operation text not null,
    key text not null,
    fingerprint text not null,
    status int,
    body json,
    location text,
    etag text,
    -- The one the first request asked for; repeated, the answer says so.
    language text constraint idempotency_keys__language__known check (language in ('both', 'en', 'fr')),
    created_at timestamptz not null,
    primary key (account_id, operation, key)
);
create index idempotency_keys__created_at on idempotency_keys (created_at);
