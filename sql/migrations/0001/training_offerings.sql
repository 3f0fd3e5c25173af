-- SPDX-License-Identifier: MIT

-- One time at which a course is given: local days of a zone.
create table training_offerings (
    id uuid primary key default gen_random_uuid(),
    course_id uuid not null constraint training_offerings__course_id__known references training_courses (id),
    starts_on date not null,
    ends_on date not null constraint training_offerings__ends_on__order check (ends_on >= starts_on),
    timezone text not null constraint training_offerings__timezone__known references timezones (name),
    language text not null constraint training_offerings__language__known check (language in ('en', 'fr')),
    -- S0.30: professionals and coordinators, by account; S0.29: experts are nobody's account, so they are words.
    delivered_by uuid[] not null default '{}',
    experts text[] not null default '{}',
    created_at timestamptz not null,
    version int not null default 1
);
create index training_offerings__starts_on on training_offerings (starts_on desc, id desc);
create index training_offerings__course_id on training_offerings (course_id, starts_on desc, id desc);
