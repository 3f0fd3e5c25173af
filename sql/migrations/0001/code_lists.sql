-- SPDX-License-Identifier: MIT

-- Every enumeration is a code; its words in both languages. What a code means stays, so nothing here is ever removed: one that is retired
-- is no longer offered, and still shown where it stands.
create table code_lists (
    list text not null,
    code text not null,
    position int not null,
    label_en text not null,
    label_fr text not null,
    id uuid not null default gen_random_uuid() constraint code_lists__id__taken unique,
    is_retired boolean not null default false,
    version int not null default 1,
    constraint code_lists__code__taken primary key (list, code),
    constraint code_lists__label__both check (btrim(label_en) <> '' and btrim(label_fr) <> '')
);
