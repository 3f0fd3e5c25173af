-- SPDX-License-Identifier: MIT

create table acceptances (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    document_id uuid not null constraint acceptances__document_id__known references documents (id),
    language_read text not null constraint acceptances__language_read__known check (language_read in ('en', 'fr')),
    accepted_at timestamptz not null,
    withdrawn_at timestamptz
);
create unique index acceptances__document_id__taken on acceptances (participant_id, document_id) where withdrawn_at is null;
create index acceptances__participant_id on acceptances (participant_id, accepted_at desc, id desc);
create index acceptances__document_id on acceptances (document_id) where withdrawn_at is null;
