-- SPDX-License-Identifier: MIT
-- How somebody of the staff is written to; what is pressing now always is.

-- In which language when they have not said, and whether there is an address at all.
create or replace function notice_preference_default(out language text, out has_email boolean)
language plpgsql stable security definer as $$
begin
    select coalesce(s.languages[1], 'en'), s.email is not null into language, has_email
    from accounts a left join staff s on s.id = a.id where a.id = actor_account_id();
end $$;

create or replace view notice_preferences_json with (security_invoker = true) as
select a.id, coalesce(p.version, 0) as version, row_to_json(members) as body
from accounts a
left join notice_preferences p on p.account_id = a.id
cross join lateral notice_preference_default() own
cross join lateral (select
    coalesce(p.language, own.language) as language,
    coalesce(p.mail, 'later') as mail,
    own.has_email) members
where a.id = (select actor_account_id());

create or replace function notice_preferences_update(in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    preference notice_preferences;
begin
    perform from accounts a where a.id = actor_account_id() for key share;
    select * into preference from notice_preferences p where p.account_id = actor_account_id() for no key update;
    perform require_version(in_if_match, coalesce(preference.version, 0));
    insert into notice_preferences as p (account_id, language, mail)
    values (
        actor_account_id(), coalesce(in_body->>'language', (select r.language from notice_preference_default() r)),
        coalesce(in_body->>'mail', 'later'))
    on conflict (account_id) do update set
        language = coalesce(in_body->>'language', p.language), mail = coalesce(in_body->>'mail', p.mail), version = p.version + 1;
    perform audit('update', 'notice_preference', actor_account_id(), in_fields => body_fields(in_body));
    return (select respond(200, p.body, null, p.version) from notice_preferences_json p);
end $$;
