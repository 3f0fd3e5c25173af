-- SPDX-License-Identifier: MIT

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
