-- SPDX-License-Identifier: MIT
-- What everybody may read: documents by version, help lines, code lists. Always in both languages.

create table documents (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint documents__kind__known check (kind in (
        'code_of_conduct', 'consent', 'confidentiality', 'safety_protocol', 'privacy_notice')),
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
call secure_table('documents');
-- What was accepted must stay what was read.
create trigger append_only before update or delete on documents for each row execute function refuse_change();

create table help_lines (
    code text primary key constraint help_lines__code__form check (code ~ '^[a-z0-9_]{1,40}$'),
    position int not null constraint help_lines__position__taken unique,
    name_en text not null,
    name_fr text not null,
    ways text[] not null constraint help_lines__ways__known check (ways <@ array['call', 'text', 'email'] and ways <> '{}'),
    number text,
    email text,
    note_en text not null,
    note_fr text not null,
    constraint help_lines__number__one_way check (num_nonnulls(number, email) = 1)
);
call secure_table('help_lines');

-- Every enumeration is a code; its words in both languages.
create table code_lists (
    list text not null,
    code text not null,
    position int not null,
    label_en text not null,
    label_fr text not null,
    primary key (list, code),
    constraint code_lists__label__both check (btrim(label_en) <> '' and btrim(label_fr) <> '')
);
call secure_table('code_lists');
