-- SPDX-License-Identifier: MIT

-- A private address of one's own sessions. Only the digest of its secret half is kept.
create table calendar_feeds (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    language text not null constraint calendar_feeds__language__known check (language in ('en', 'fr')),
    secret_sha256 bytea not null constraint calendar_feeds__secret__unique unique,
    created_at timestamptz not null
);
create index calendar_feeds__participant_id on calendar_feeds (participant_id, created_at desc, id desc);
