-- SPDX-License-Identifier: MIT

create table documents (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint documents__kind__known check (kind in (
        'code_of_conduct', 'consent', 'confidentiality', 'safety_protocol', 'privacy_notice', 'guest_confidentiality')),
    number int not null constraint documents__number__positive check (number > 0),
    title_en text not null,
    title_fr text not null,
    body_en text not null,
    body_fr text not null,
    sha256 text not null constraint documents__sha256__form check (sha256 ~ '^[0-9a-f]{64}$'),
    published_at timestamptz not null,
    -- Null = came with the installation.
    published_by uuid references accounts (id),
    constraint documents__number__taken unique (kind, number),
    -- I6: both languages or not at all.
    constraint documents__title__both check (btrim(title_en, e' \t\r\n') <> '' and btrim(title_fr, e' \t\r\n') <> ''),
    constraint documents__body__both check (btrim(body_en, e' \t\r\n') <> '' and btrim(body_fr, e' \t\r\n') <> '')
);
