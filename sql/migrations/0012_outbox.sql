-- SPDX-License-Identifier: MIT
-- Mail that is to go out. A row is written with the change that causes it and holds no personal data: address, language and
-- words are looked up at the moment of sending, and so are the rules that may forbid it.

create table settings (
    key text primary key,
    value text not null
);
call secure_table('settings');

create table mail_templates (
    kind text primary key,
    subject_en text not null,
    subject_fr text not null,
    body_en text not null,
    body_fr text not null,
    constraint mail_templates__text__both check (
        btrim(subject_en) <> '' and btrim(subject_fr) <> '' and btrim(body_en) <> '' and btrim(body_fr) <> '')
);
call secure_table('mail_templates');

create table outbox (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint outbox__kind__known check (kind in (
        'form_sent', 'acknowledgement', 'meeting_scheduled', 'meeting_changed', 'status_update', 'document_changed',
        'intake_closed')),
    participant_id uuid not null references participants (id),
    intake_id uuid references intakes (id),
    data jsonb not null default '{}',
    state text not null default 'queued' constraint outbox__state__known check (state in (
        'queued', 'sending', 'sent', 'failed', 'held', 'cancelled')),
    -- Why it was held, failed or cancelled.
    reason text,
    due_at timestamptz not null,
    attempts int not null default 0,
    lease_until timestamptz,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    constraint outbox__reason__given check (state not in ('held', 'failed', 'cancelled') or reason is not null),
    constraint outbox__lease_until__sending check ((state = 'sending') = (lease_until is not null))
);
call secure_table('outbox');
create index outbox__due_at on outbox (due_at, id) where state = 'queued';
create index outbox__lease_until on outbox (lease_until) where state = 'sending';
create index outbox__held on outbox (changed_at, id) where state in ('held', 'failed');
create index outbox__participant_id on outbox (participant_id, state);
create index outbox__intake_id on outbox (intake_id) where intake_id is not null;
create trigger peer_changes_only before update on outbox for each row execute function peer_changes_only(
    'state', 'reason', 'changed_at', 'due_at', 'attempts');

-- One row per attempt: what became of it, never to whom it went.
create table deliveries (
    id bigint generated always as identity primary key,
    outbox_id uuid not null references outbox (id),
    attempt int not null,
    at timestamptz not null,
    outcome text not null constraint deliveries__outcome__known check (outcome in ('sent', 'retry', 'failed')),
    smtp_code int
);
call secure_table('deliveries');
create index deliveries__outbox_id on deliveries (outbox_id);
create trigger append_only before update or delete on deliveries for each row execute function refuse_change();
alter table status_updates add constraint status_updates__outbox_id__known foreign key (outbox_id) references outbox (id);
