-- SPDX-License-Identifier: MIT
create table holidays (
    id uuid primary key default gen_random_uuid(),
    date date not null,
    -- Null = national: only these stop the reply clock.
    region region constraint holidays__region__known check (region <> 'outside_canada'),
    name_en text not null,
    name_fr text not null,
    created_at timestamptz not null default transaction_timestamp(),
    version int not null default 1,
    constraint holidays__date__taken unique nulls not distinct (date, region),
    constraint holidays__name__both check (btrim(name_en) <> '' and btrim(name_fr) <> '')
);
