-- SPDX-License-Identifier: MIT

-- R14: a peer asks that somebody of the staff, whom they name, not see their file.
create table exclusion_requests (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    -- The first of those that name_digests keeps of it. Null once somebody was met, or it is settled.
    name_digest text,
    state text not null default 'open' constraint exclusion_requests__state__known check (state in ('open', 'closed')),
    -- R6: whoever it names is the last who could work for the person. It waits until the program lead has found somebody else.
    for_lead boolean not null default false,
    created_at timestamptz not null,
    -- Until when a coordinator is to call, whomever it means.
    call_due timestamptz not null,
    closed_at timestamptz,
    closed_by uuid references accounts (id),
    version int not null default 1,
    constraint exclusion_requests__name_digest__open check (state = 'open' or name_digest is null),
    constraint exclusion_requests__closed_at__state check ((state = 'open') = (closed_at is null))
);
create index exclusion_requests__created_at on exclusion_requests (created_at desc, id desc);
create index exclusion_requests__open on exclusion_requests (created_at desc, id desc) where state = 'open';
create index exclusion_requests__participant_id on exclusion_requests (participant_id, created_at desc, id desc);
