-- SPDX-License-Identifier: MIT
create table contacts (
    participant_id uuid primary key references participants (id),
    -- Sealed: contact.name_to_use, contact.handle (email, phone), contact.safe_hours.
    name_to_use text,
    -- By which version of the comparison its digests were made; 0 = it was written since.
    names_version int not null default 0,
    email text,
    email_is_government boolean,
    phone text,
    safe_hours text,
    ok_to_email boolean not null default false,
    ok_to_leave_message boolean not null default false,
    -- When the person said yes or no to e-mail and to messages: the defaults are not an answer.
    rules_answered_at timestamptz,
    work_address_acknowledged boolean not null default false,
    version int not null default 1,
    -- R3: mail to a work mailbox may be seen by colleagues; the person must have agreed to it.
    constraint contacts__email__work_address check (
        not coalesce(email_is_government, false) or work_address_acknowledged or not ok_to_email)
);
create index contacts__names_version on contacts (names_version) where name_to_use is not null;
