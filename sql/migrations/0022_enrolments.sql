-- SPDX-License-Identifier: MIT
-- Placement: who waits, how a seat is offered, taken and freed, why each was offered or passed over, and private calendars.

-- Every step of an enrolment there is; the trigger below lets nothing else through.
create table enrolment_transitions (
    from_state text not null,
    to_state text not null,
    primary key (from_state, to_state)
);
call secure_table('enrolment_transitions');
insert into enrolment_transitions (from_state, to_state) values
    ('requested', 'waitlisted'), ('requested', 'offered'), ('requested', 'expired'),
    ('waitlisted', 'offered'), ('waitlisted', 'expired'),
    ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'),
    ('confirmed', 'active'), ('confirmed', 'completed'),
    ('active', 'completed');
-- I8: away from every live state, by either side.
insert into enrolment_transitions (from_state, to_state)
select live, gone
from unnest(array['requested', 'waitlisted', 'offered', 'confirmed', 'active']) live, unnest(array['withdrawn', 'removed']) gone;

create index enrolments__group_id on enrolments (group_id, created_at desc, id desc);

-- The seats as the table itself keeps them, whoever writes: only steps of the table, never more than the group holds (I1), nobody
-- into a closed group that has begun (I3), nobody without a valid intake and current documents (I4).
create function enrolments_guard() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    taken_in groups;
begin
    if tg_op = 'UPDATE' then
        if (new.id, new.group_id, new.participant_id, new.created_at)
            is distinct from (old.id, old.group_id, old.participant_id, old.created_at)
        then
            raise exception 'given once' using errcode = '42501';
        elsif new.state = old.state then
            return new;
        elsif not exists (select from enrolment_transitions t where t.from_state = old.state and t.to_state = new.state) then
            perform problem_state(old.state);
        end if;
    end if;
    -- From a seat to the same seat nothing of the group is asked, so that nothing of it is locked.
    if new.state not in ('offered', 'confirmed', 'active')
        or tg_op = 'UPDATE' and new.state <> 'confirmed' and old.state in ('offered', 'confirmed', 'active')
    then
        return new;
    end if;
    select * into taken_in from groups g where g.id = new.group_id for update;
    if tg_op = 'UPDATE' and new.state = 'confirmed' then
        if group_is_locked(taken_in) then
            perform problem('conflict', '{"reason": "locked"}');
        elsif cardinality(enrolment_missing(new.participant_id)) > 0 then
            perform problem('conflict', '{"reason": "not-ready"}');
        end if;
    elsif group_seats_taken(new.group_id) >= taken_in.capacity then
        perform problem('conflict', '{"reason": "full"}');
    end if;
    return new;
end
$$;
alter function enrolments_guard() owner to alongside_definer;
create trigger guard before insert or update on enrolments for each row execute function enrolments_guard();

-- Why each offer was made, or somebody was passed over, and what became of it. Coordinators alone read it.
create table enrolment_decisions (
    id uuid primary key default gen_random_uuid(),
    place bigint generated always as identity,
    enrolment_id uuid not null references enrolments (id),
    at timestamptz not null,
    decision text not null constraint enrolment_decisions__decision__known check (decision in (
        'offered', 'passed_over', 'accepted', 'declined', 'expired', 'withdrawn', 'removed')),
    -- I8: a withdrawal has none.
    reason text constraint enrolment_decisions__reason__known check (reason in (
        'in_turn', 'out_of_turn', 'composition', 'availability', 'language', 'continuity',
        'full', 'not_ready', 'conflict',
        'conduct', 'safety', 'not_eligible', 'group_cancelled', 'other_group')),
    by_role text not null,
    -- Null when the waiting list moved by itself.
    account_id uuid references accounts (id),
    constraint enrolment_decisions__reason__given check (
        (reason is not null) = (decision in ('offered', 'passed_over', 'removed')))
);
call secure_table('enrolment_decisions');
create index enrolment_decisions__enrolment_id on enrolment_decisions (enrolment_id, place);
create trigger append_only before update or delete on enrolment_decisions for each row execute function refuse_change();
create trigger no_truncate before truncate on enrolment_decisions for each statement execute function refuse_change();

-- Who is ready and waits, one row for each wish and one ('') for whatever it is: every way of asking has its index, however many wait.
-- Kept by triggers; what it holds stands in intakes, forms, participants and enrolments. `state`: 'ready' waits, 'placed' does not.
create table waiting_people (
    intake_id uuid not null references intakes (id),
    service text not null,
    participant_id uuid not null references participants (id),
    state text not null,
    language text not null,
    region_key text not null,
    waiting_since timestamptz not null,
    valid_until timestamptz not null,
    primary key (intake_id, service)
);
call secure_table('waiting_people');
-- With everything the list reads of the table, so that one page is one walk along the index.
create index waiting_people__order on waiting_people (service, state, language, region_key, waiting_since, intake_id)
    include (participant_id, valid_until);
create index waiting_people__participant_id on waiting_people (participant_id);

create function waiting_people_follow() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform waiting_people_refresh((to_jsonb(new)->>tg_argv[0])::uuid);
    return null;
end
$$;
create trigger waiting_people_begin after insert on intakes
    for each row when (new.state in ('ready', 'placed')) execute function waiting_people_follow('participant_id');
create trigger waiting_people_follow after update of state, ready_at, valid_until on intakes
    for each row when (old.state in ('ready', 'placed') or new.state in ('ready', 'placed'))
    execute function waiting_people_follow('participant_id');
create trigger waiting_people_follow after insert or update of services_wanted on intake_forms
    for each row execute function waiting_people_follow('participant_id');
create trigger waiting_people_follow after update of region, preferred_language on participants
    for each row when ((new.region, new.preferred_language) is distinct from (old.region, old.preferred_language))
    execute function waiting_people_follow('id');
-- A place that the program ends leads back to the list; the next one leads off it again.
create function waiting_people_return() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    -- Two groups may end at once: whoever comes second sees what the first has done.
    perform from waiting_people w where w.participant_id = new.participant_id and w.service = '' for update;
    update waiting_people w set state = intake_waiting_state(i)
    from intakes i
    where w.participant_id = new.participant_id and i.id = w.intake_id and w.state <> intake_waiting_state(i);
    return null;
end
$$;
create trigger waiting_people_return after update of state on enrolments
    for each row when (new.state = 'confirmed' or new.state = 'removed' and old.state in ('confirmed', 'active'))
    execute function waiting_people_return();
insert into waiting_people (intake_id, service, participant_id, state, language, region_key, waiting_since, valid_until)
select i.id, s.service, i.participant_id, i.state, p.preferred_language, p.region_key, coalesce(i.ready_at, i.created_at), i.valid_until
from intakes i
join participants p on p.id = i.participant_id
left join intake_forms f on f.intake_id = i.id
cross join lateral (select '' as service union select unnest(f.services_wanted)) s
where i.track = 'group' and i.state in ('ready', 'placed') and i.valid_until is not null;

-- The first seat that is taken ends the waiting; the person may be the one who takes it.
update intake_transitions set roles = '{coordinator,peer}' where track = 'group' and from_state = 'ready' and to_state = 'placed';

-- A private address of one's own sessions. Only the digest of its secret half is kept.
create table calendar_feeds (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    language text not null constraint calendar_feeds__language__known check (language in ('en', 'fr')),
    secret_sha256 bytea not null constraint calendar_feeds__secret__unique unique,
    created_at timestamptz not null
);
call secure_table('calendar_feeds');
create index calendar_feeds__participant_id on calendar_feeds (participant_id, created_at desc, id desc);

-- Mail about a seat belongs to its enrolment: with it, it is cancelled.
alter table outbox
    add column enrolment_id uuid references enrolments (id),
    drop constraint outbox__kind__known,
    add constraint outbox__kind__known check (kind in (
        'form_sent', 'acknowledgement', 'meeting_scheduled', 'meeting_changed', 'status_update', 'document_changed', 'intake_closed',
        'seat_offered', 'seat_confirmed', 'seat_released', 'session_changed', 'session_cancelled', 'series_changed',
        'group_cancelled'));
create index outbox__enrolment_id on outbox (enrolment_id) where enrolment_id is not null;

-- Which lists there are is for the reference data to say.
alter table plain_texts
    drop constraint plain_texts__list__known,
    add constraint plain_texts__list__form check (list ~ '^[a-z_]+$');
