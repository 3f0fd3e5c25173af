-- SPDX-License-Identifier: MIT

create table emergency_contacts (
    participant_id uuid primary key references participants (id),
    -- Sealed: emergency_contact.name, emergency_contact.phone, emergency_contact.relation.
    name text,
    phone text,
    relation text,
    -- R7: the emergency contact may be the person to be protected from.
    may_know_program boolean not null default false,
    declined boolean not null default false,
    confirmed_at timestamptz,
    version int not null default 1,
    constraint emergency_contacts__declined__empty check (not declined or num_nonnulls(name, phone, relation) = 0),
    constraint emergency_contacts__phone__together check ((name is null) = (phone is null))
);
