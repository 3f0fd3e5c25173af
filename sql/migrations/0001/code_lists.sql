-- SPDX-License-Identifier: MIT

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
