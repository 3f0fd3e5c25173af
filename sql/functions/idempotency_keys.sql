-- SPDX-License-Identifier: MIT
-- A request with a key takes effect once; its answer is kept and given again while its subject is seen.

-- A key is new again after a day: those made before this moment.
create or replace function idempotency_key_horizon() returns timestamptz stable language sql return app_now() - interval '24 hours';

-- Worker: returns how many were over.
create or replace function idempotency_key_expire() returns bigint language plpgsql as $$
declare
    expired bigint;
begin
    delete from idempotency_keys k using (
        select account_id, operation, key from idempotency_keys where created_at < idempotency_key_horizon() limit 1000) old
    where (k.account_id, k.operation, k.key) = (old.account_id, old.operation, old.key);
    get diagnostics expired = row_count;
    return expired;
end $$;

-- The first request with a key goes on; another one waits for it here and is then told to replay.
create or replace function idempotency_key_claim(in_key text, in_fingerprint text) returns void language plpgsql as $$
begin
    delete from idempotency_keys k
    where k.account_id = actor_account_id() and k.operation = current_setting('app.operation') and k.key = in_key
        and k.created_at < idempotency_key_horizon();
    insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
    values (actor_account_id(), current_setting('app.operation'), in_key, in_fingerprint, app_now())
    on conflict do nothing;
    if not found then
        perform problem('idempotency-replay');
    end if;
    perform set_config('app.idempotency_key', in_key, true);
end $$;

-- An answer that is kept for a repeated request is given again only to somebody who still sees what it is about; an answer about nothing
-- says no more than that it was received.
create or replace function idempotency_key_is_seen(in_location text) returns boolean language plpgsql stable as $$
declare
    named uuid := split_part(in_location, '/', 4);
begin
    case split_part(in_location, '/', 3)
        when 'absences' then return exists (select from absences b where b.id = named);
        when 'acceptances' then return exists (select from acceptances a where a.id = named);
        when 'codes' then return exists (select from code_lists c where c.id = named);
        when 'conflict-declarations' then return exists (select from conflict_declarations d where d.id = named);
        when 'debriefs' then return exists (select from debriefs d where d.id = named);
        when 'documents' then return exists (select from documents d where d.id = named);
        when 'duty-shifts' then return exists (select from duty_shifts s where s.id = named);
        when 'duty-swaps' then return exists (select from duty_swaps w where w.id = named);
        when 'enrolments' then return exists (select from enrolments e where e.id = named);
        when 'exclusions' then return exists (select from exclusions x where x.id = named);
        when 'activities' then return exists (select from activities a where a.id = named);
        when 'groups' then return exists (select from cohorts g where g.id = named);
        when 'guests' then return exists (select from guests g where g.id = named);
        when 'holidays' then return exists (select from holidays h where h.id = named);
        when 'host-assignments' then return exists (select from host_assignments h where h.id = named);
        when 'incidents' then return exists (select from incidents i where i.id = named);
        when 'intakes' then return exists (select from intakes i where i.id = named);
        when 'line-referrals' then return exists (select from referrals r where r.id = named);
        when 'participants' then return exists (select from participants p where p.id = named);
        when 'referrals' then return exists (select from referrals r where r.id = named);
        when 'services' then return exists (select from services s where s.id = named);
        when 'sessions' then return exists (select from sessions s where s.id = named);
        when 'staff' then return exists (select from staff s where s.id = named);
        when 'training-courses' then return exists (select from training_courses c where c.id = named);
        when 'training-offerings' then return exists (select from training_offerings o where o.id = named);
        when 'trainings' then return exists (select from trainings t where t.id = named);
        else return in_location is null;
    end case;
end $$;

-- R14: whose file a kept answer shows.
create or replace function idempotency_key_participant_id(in_word text, in_id uuid) returns uuid language plpgsql stable as $$
begin
    return case in_word
        when 'acceptances' then (select a.participant_id from acceptances a where a.id = in_id)
        when 'enrolments' then (select e.participant_id from enrolments e where e.id = in_id)
        when 'incidents' then (select i.participant_id from incidents i where i.id = in_id)
        when 'intakes' then (select i.participant_id from intakes i where i.id = in_id)
        when 'participants' then in_id end;
end $$;

create or replace function idempotency_key_replay(in_key text, in_fingerprint text) returns response language plpgsql as $$
declare
    idempotency_key idempotency_keys;
    word text;
    named uuid;
begin
    select * into idempotency_key from idempotency_keys k
    where k.account_id = actor_account_id() and k.operation = current_setting('app.operation') and k.key = in_key;
    if idempotency_key.status is null then
        perform problem('idempotency-in-progress');
    elsif idempotency_key.fingerprint <> in_fingerprint then
        perform problem('idempotency-key-reused');
    elsif not idempotency_key_is_seen(idempotency_key.location) then
        perform conflict('no-longer-seen');
    elsif idempotency_key.location is not null then
        word := split_part(idempotency_key.location, '/', 3);
        named := split_part(idempotency_key.location, '/', 4);
        perform audit(
            'replay', regexp_replace(translate(word, '-', '_'), 's$', ''), named, array[idempotency_key_participant_id(word, named)]);
    end if;
    perform set_config('app.language', coalesce(idempotency_key.language, current_setting('app.language')), true);
    -- A commit that wrote nothing waits for no standby: what is only here would be said to be safe.
    perform pg_logical_emit_message(true, 'alongside', '');
    return (idempotency_key.status, idempotency_key.body, idempotency_key.location, idempotency_key.etag, null)::response;
end $$;

-- Answers kept for repeated requests lose what was sealed in them; whoever repeats one sees the record as it is now.
create or replace function idempotency_key_forget(in_location text, in_body json) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    update idempotency_keys k set body = in_body where k.location = in_location and in_location ~ '^/v1/(referrals|guests)/';
end $$;
