-- SPDX-License-Identifier: MIT
-- What people read: states in plain words, what is left to do, what a withdrawal stops and keeps.
create table plain_texts (
    -- Which lists there are is for the reference data to say.
    list text not null constraint plain_texts__list__form check (list ~ '^[a-z_]+$'),
    code text not null,
    position int not null,
    text_en text not null,
    text_fr text not null,
    primary key (list, code),
    constraint plain_texts__text__both check (btrim(text_en) <> '' and btrim(text_fr) <> '')
);
