-- SPDX-License-Identifier: MIT
-- What somebody of the staff has been told.
create table notices (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    kind text not null references notice_kinds (kind),
    urgency text not null,
    object_id uuid not null,
    alarm_id uuid references alarms (id),
    step int,
    -- To somebody who must not see the person: alias, session and kind are all there is.
    is_by_alias boolean not null default false,
    created_at timestamptz not null,
    acknowledged_at timestamptz,
    version int not null default 1,
    -- An alarm is never sent twice to one person for one step.
    constraint notices__step__taken unique (alarm_id, account_id, step),
    constraint notices__alarm_id__together check ((alarm_id is null) = (step is null))
);
create index notices__account_id on notices (account_id, created_at desc, id desc);
create index notices__unread on notices (account_id, created_at desc, id desc) where acknowledged_at is null;

-- How somebody is written to of them. Without a row: everything, in the first of their languages.
create table notice_preferences (
    account_id uuid primary key references accounts (id),
    language text not null constraint notice_preferences__language__known check (language in ('en', 'fr')),
    -- The least pressing that is mailed; what is pressing now always is.
    mail text not null constraint notice_preferences__mail__known check (mail in ('now', 'today', 'later')),
    version int not null default 1
);
