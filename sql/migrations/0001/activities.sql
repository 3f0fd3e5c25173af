-- SPDX-License-Identifier: MIT

-- What is offered besides groups (S2.8). Its figures are its service's; each language track is a cohort of its own (S2.25).
create table activities (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null constraint activities__service_id__known references services (id),
    kind text not null,
    state text not null default 'planned' constraint activities__state__known check (state in (
        'planned', 'announced', 'open', 'ended', 'cancelled')),
    title_en text not null,
    title_fr text not null,
    description_en text not null,
    description_fr text not null,
    -- S2.13, S2.20: what to have at hand.
    bring_en text,
    bring_fr text,
    -- S2.16: whose method it is.
    credit_en text,
    credit_fr text,
    -- [{url, label: {en, fr}}]
    links jsonb not null default '[]',
    -- For whom, in words: a wish, never checked (S2.45).
    meant_for_en text,
    meant_for_fr text,
    season_en text,
    season_fr text,
    planned_on date,
    -- S2.10: the feedback it answers.
    answers_to_en text,
    answers_to_fr text,
    -- S2.12: what somebody who leads it should know.
    expertise text[] not null default '{}',
    announced_at timestamptz,
    created_at timestamptz not null,
    version int not null default 1,
    constraint activities__bring__both check ((bring_en is null) = (bring_fr is null)),
    constraint activities__credit__both check ((credit_en is null) = (credit_fr is null)),
    constraint activities__meant_for__both check ((meant_for_en is null) = (meant_for_fr is null)),
    constraint activities__season__both check ((season_en is null) = (season_fr is null)),
    constraint activities__answers_to__both check ((answers_to_en is null) = (answers_to_fr is null)),
    constraint activities__announced_at__state check (case state
        when 'planned' then announced_at is null when 'cancelled' then true else announced_at is not null end)
);
create index activities__created_at on activities (created_at desc, id desc);
