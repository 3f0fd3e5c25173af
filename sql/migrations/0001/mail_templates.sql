-- SPDX-License-Identifier: MIT

create table mail_templates (
    kind text primary key,
    subject_en text not null,
    subject_fr text not null,
    body_en text not null,
    body_fr text not null,
    constraint mail_templates__text__both check (
        btrim(subject_en) <> '' and btrim(subject_fr) <> '' and btrim(body_en) <> '' and btrim(body_fr) <> '')
);
