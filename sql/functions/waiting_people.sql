-- SPDX-License-Identifier: MIT
-- Who waits, in fair order.

-- The fair order: since when somebody is ready, for any group; for an activity, since they have asked for it.
create or replace function waiting_person_since(in_participant_id uuid, in_cohort cohorts) returns timestamptz
language plpgsql stable as $$
begin
    return coalesce((
        select min(coalesce(i.ready_at, i.created_at)) from intakes i
        where i.participant_id = in_participant_id and cohort_track(in_cohort) = 'group' and intake_opens(i, 'group')), app_now());
end $$;

-- What people on the list still lack, of those whom the coordinator serves.
create or replace function waiting_people_missing(in_participant_ids uuid[]) returns table (participant_id uuid, missing text[])
language plpgsql stable security definer rows 26 as $$
begin
    if actor_role() = 'coordinator' then
        return query select * from enrolments_missing(array(
            select p.id from participants p
            where p.id = any (in_participant_ids)
                and actor_covers(p.region_key, p.id, (select actor_region_keys()), (select actor_hidden_ids()))), 'group');
    end if;
end $$;

-- Who waits: who is ready, and whose last place the program itself has ended, until they have another. The intake's own state never
-- goes backwards.
create or replace function waiting_person_state(in_intake intakes) returns text language plpgsql stable as $$
begin
    return case when in_intake.state = 'placed' and (
        select e.removal_reason in ('group_cancelled', 'other_group')
        from enrolments e
        where e.participant_id = in_intake.participant_id and e.track = 'group' and e.decided_at is not null
            and e.state in ('confirmed', 'active', 'withdrawn', 'removed')
        order by (e.left_at is null) desc, e.left_at desc limit 1) then 'ready' else in_intake.state end;
end $$;

-- Called by whatever changes an intake that waits, what the form asks for, where the person lives or their language.
create or replace function waiting_person_refresh(in_participant_id uuid) returns void language plpgsql security definer as $$
begin
    if actor_role() <> 'worker' and not actor_serves(in_participant_id) then
        return;
    end if;
    delete from waiting_people w where w.participant_id = in_participant_id;
    insert into waiting_people (intake_id, service, participant_id, state, language, region_key, waiting_since, valid_until)
    select
        i.id, s.service, i.participant_id, waiting_person_state(i), p.preferred_language, p.region_key,
        coalesce(i.ready_at, i.created_at), i.valid_until
    from intakes i
    join participants p on p.id = i.participant_id
    left join intake_forms f on f.intake_id = i.id
    cross join lateral (select '' as service union select unnest(f.services_wanted)) s
    where i.participant_id = in_participant_id and i.track = 'group' and i.state in ('ready', 'placed') and i.valid_until is not null
    on conflict (intake_id, service) do update set
        state = excluded.state, language = excluded.language, region_key = excluded.region_key,
        waiting_since = excluded.waiting_since, valid_until = excluded.valid_until;
end $$;

-- A place that the program ends leads back to the list; the next one leads off it again.
create or replace function waiting_person_return(in_participant_id uuid) returns void language plpgsql as $$
begin
    -- Two groups may end at once: whoever comes second sees what the first has done.
    perform from waiting_people w where w.participant_id = in_participant_id and w.service = '' for update;
    update waiting_people w set state = waiting_person_state(i)
    from intakes i
    where w.participant_id = in_participant_id and i.id = w.intake_id and w.state <> waiting_person_state(i);
end $$;
