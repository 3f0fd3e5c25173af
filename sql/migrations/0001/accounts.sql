-- SPDX-License-Identifier: MIT
-- Who may come in. The identity provider's (issuer, subject) is the key; peers' accounts carry their participant.
create table accounts (
    id uuid primary key default gen_random_uuid(),
    issuer text not null,
    subject text not null,
    -- Peers: the sign-in that a coordinator has written, where it is another account's.
    wanted_subject text,
    role text not null constraint accounts__role__known check (role in (
        'peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator')),
    is_active boolean not null default true,
    participant_id uuid,
    -- Coordinators: the regions they serve; empty = every region.
    regions region[] not null default '{}',
    created_at timestamptz not null default transaction_timestamp(),
    version int not null default 1,
    constraint accounts__participant_id__peer check ((participant_id is not null) = (role = 'peer'))
);
create unique index accounts__participant_id__unique on accounts (participant_id) where participant_id is not null;
create index accounts__role on accounts (role, created_at, id) where role <> 'peer';
-- Somebody of the staff may be, or have been, a peer with the same sign-in: one account for each side. Were there only one, opening
-- the other would be refused, and so tell who is in the program.
create unique index accounts__subject__taken on accounts (issuer, subject, (role = 'peer'));
