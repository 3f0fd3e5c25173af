-- SPDX-License-Identifier: MIT

create table referrals (
    id uuid primary key,
    -- The 24/7 line's account, null when a coordinator recorded the inquiry; the sender's own reference, of a form that is no name's.
    client_account_id uuid references accounts (id),
    external_ref text constraint referrals__external_ref__form check (
        external_ref ~ '^([A-Z]{1,4}-)?([0-9][0-9-]{0,39}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$'),
    recorded_by uuid not null references accounts (id),
    channel text not null constraint referrals__channel__known check (channel in (
        'email_self', 'line_smsrc', 'line_eap_followup', 'line_voicemail', 'rsc', 'vac', 'other')),
    language text not null constraint referrals__language__known check (language in ('en', 'fr')),
    -- Sealed as the contact that is made of them one day: contact.name_to_use, contact.handle, contact.safe_hours. A caller may be
    -- anonymous.
    name text,
    callback_method text constraint referrals__callback__known check (callback_method in ('phone', 'email')),
    callback_handle text,
    callback_is_government boolean,
    safe_hours text,
    ok_to_leave_message boolean not null,
    caller_consented_at timestamptz not null,
    urgent boolean not null default false,
    -- I11: computed once, at receipt, whatever happens to the holiday table later.
    received_at timestamptz not null,
    reply_due timestamptz not null,
    reply_breach timestamptz not null,
    first_reply_at timestamptz,
    first_reply_by uuid references accounts (id),
    attempts int not null default 0,
    last_attempt_at timestamptz,
    coordinator_id uuid references accounts (id),
    state text not null default 'received' constraint referrals__state__known check (state in (
        'received', 'contacted', 'converted', 'declined', 'unreachable', 'duplicate', 'redirected')),
    redirect_reason text constraint referrals__redirect_reason__known check (redirect_reason in (
        'under_18', 'family_member', 'not_eligible')),
    duplicate_of uuid references referrals (id),
    closed_at timestamptz,
    closed_by uuid references accounts (id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version int not null default 1,
    constraint referrals__external_ref__taken unique (client_account_id, external_ref),
    constraint referrals__external_ref__required check (client_account_id is null or external_ref is not null),
    constraint referrals__reply_due__order check (received_at < reply_due and reply_due < reply_breach),
    constraint referrals__first_reply_at__order check (first_reply_at >= received_at),
    constraint referrals__first_reply_by__together check ((first_reply_at is null) = (first_reply_by is null)),
    constraint referrals__state__replied check (
        case when state = 'received' then first_reply_at is null
            when state in ('contacted', 'converted', 'declined') then first_reply_at is not null
            else true end),
    constraint referrals__state__closed check ((state in ('received', 'contacted')) = (closed_at is null)),
    constraint referrals__closed_by__together check ((closed_at is null) = (closed_by is null)),
    constraint referrals__redirect_reason__together check ((state = 'redirected') = (redirect_reason is not null)),
    constraint referrals__duplicate_of__together check ((state = 'duplicate') = (duplicate_of is not null)),
    constraint referrals__duplicate_of__other check (duplicate_of <> id),
    -- R16: of those who are sent elsewhere only the count stays; of those whose file was opened, too: the rest is in their contact.
    constraint referrals__state__erased check (
        state not in ('redirected', 'duplicate', 'converted')
        or num_nonnulls(name, callback_method, callback_handle, callback_is_government, safe_hours) = 0),
    constraint referrals__callback__required check (
        state in ('redirected', 'duplicate', 'converted') or callback_method is not null)
);
create index referrals__queue on referrals (state, reply_due, id);
create index referrals__client on referrals (client_account_id, received_at, id) where client_account_id is not null;
create index referrals__coordinator on referrals (coordinator_id) where closed_at is null;
create index referrals__duplicate_of on referrals (duplicate_of) where duplicate_of is not null;
