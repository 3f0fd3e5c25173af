-- SPDX-License-Identifier: MIT
-- Private addresses of one's own sessions.

create or replace view calendar_feeds_json with (security_invoker = true) as
select f.id, f.participant_id, f.created_at, row_to_json(members) as body
from calendar_feeds f
cross join lateral (select
    f.id,
    f.participant_id,
    f.language,
    null as path,
    utc(f.created_at) as created_at) members;

-- The address is told once, here; what is kept for a repeated request has none.
create or replace function calendar_feeds_create(in_participant_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    calendar_id uuid := gen_random_uuid();
    secret_id uuid := gen_random_uuid();
    answer response;
begin
    perform participant_lock(in_participant_id);
    if (select count(*) from calendar_feeds f where f.participant_id = in_participant_id) >= 10 then
        perform conflict('too-many');
    end if;
    insert into calendar_feeds (id, participant_id, language, secret_sha256, created_at)
    values (new_id, in_participant_id, in_body->>'language', secret_digest(calendar_id, secret_id), app_now());
    perform audit('create', 'calendar_feed', new_id, array[in_participant_id], body_fields(in_body));
    answer := respond(
        201, (select f.body from calendar_feeds_json f where f.id = new_id),
        '/v1/participants/' || in_participant_id || '/calendar-feeds', 1);
    answer.body := answer.body::jsonb || jsonb_build_object('path', '/v1/calendar/' || calendar_id || '/' || secret_id);
    return answer;
end $$;

create or replace function calendar_feeds_delete(in_id uuid) returns response language plpgsql as $$
declare
    participant uuid;
begin
    delete from calendar_feeds f where f.id = in_id returning f.participant_id into participant;
    if not found then
        perform problem('not-found');
    end if;
    perform audit('delete', 'calendar_feed', in_id, array[participant]);
    return respond(204, null);
end $$;
