-- SPDX-License-Identifier: MIT
-- A secret address of a guest's own page: one for each mail that left, so that the secret is in the mail alone. Only its digest is kept.
create table guest_pages (
    id uuid primary key default gen_random_uuid(),
    guest_id uuid not null references guests (id),
    secret_sha256 bytea not null constraint guest_pages__secret__unique unique,
    created_at timestamptz not null
);
create index guest_pages__guest_id on guest_pages (guest_id, created_at);
