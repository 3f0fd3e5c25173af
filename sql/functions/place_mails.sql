-- SPDX-License-Identifier: MIT
-- What is written about places, and until when it is true.

create or replace function place_mail(in_place places, in_kind text) returns void language plpgsql as $$
begin
    perform seat_mail(e, in_kind, jsonb_build_object('session_id', in_place.session_id))
    from enrolments e where e.id = in_place.enrolment_id;
end $$;

-- Whether a message about a place is still true: nothing is said of what has begun.
create or replace function place_mail_stands(in_message outbox) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from places l join sessions s on s.id = l.session_id
        where l.enrolment_id = in_message.enrolment_id and s.id = (in_message.data->>'session_id')::uuid
            and s.state = 'scheduled' and s.starts_at > app_now() and case
                when in_message.kind in ('place_offered', 'place_offered_moved') then l.state = 'offered' and l.offered_until > app_now()
                when in_message.kind = 'place_awaited_moved' then l.state in ('waiting', 'offered')
                when in_message.kind = 'place_open' then l.state = 'waiting'
                else l.state = 'held' end);
end $$;
