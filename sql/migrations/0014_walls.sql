-- SPDX-License-Identifier: MIT
-- What the walls stand on: who is the same person, what belongs together, and how a file is read without reading everything.

-- Somebody of the staff may be, or have been, a peer with the same sign-in: one account for each side. Were there only one, opening
-- the other would be refused, and so tell who is in the program.
alter table accounts drop constraint accounts__subject__unique;
create unique index accounts__subject__taken on accounts (issuer, subject, (role = 'peer'));

-- Most events are about one person: their file is read in its order, however often they look at it. A page of a list is about many.
drop index audit_events__participant_ids;
create index audit_events__participant_id on audit_events ((participant_ids[1]), at, id) where cardinality(participant_ids) = 1;
create index audit_events__participant_ids on audit_events using gin (participant_ids) where cardinality(participant_ids) > 1;

-- What hangs on an intake is of the intake's participant: no policy that asks for the one need ask for the other.
alter table intakes add constraint intakes__id__participant unique (id, participant_id);
alter table intake_forms add constraint intake_forms__intake_id__participant
    foreign key (intake_id, participant_id) references intakes (id, participant_id);
alter table status_updates add constraint status_updates__intake_id__participant
    foreign key (intake_id, participant_id) references intakes (id, participant_id);
alter table outbox add constraint outbox__intake_id__participant
    foreign key (intake_id, participant_id) references intakes (id, participant_id);

-- A peer changes an intake by taking a step, never beside one.
create function intakes_peer_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if actor_role() = 'peer' and new.state = old.state
        -- A generated column is not there yet.
        and (to_jsonb(new) - 'is_open') is distinct from (to_jsonb(old) - 'is_open')
    then
        raise exception 'not for a peer to change' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger peer_guard before update on intakes for each row execute function intakes_peer_guard();
