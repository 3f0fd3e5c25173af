-- SPDX-License-Identifier: MIT
-- What a session was about, where the participants choose.

-- S2.34: the participants choose, a host writes it down, as codes.
create or replace function session_topics_set(in_session_id uuid, in_codes text[]) returns void language plpgsql security definer as $$
declare
    session sessions;
begin
    perform session_require_host(in_session_id);
    session := session_lock(in_session_id);
    if (select g.topics from cohorts g where g.id = session.cohort_id) <> 'participants' then
        perform conflict('topics-predetermined');
    elsif session.state not in ('scheduled', 'in_progress', 'completed') then
        perform problem_state(session.state);
    elsif not session_is_near(session) then
        perform conflict('too-late');
    end if;
    perform require_no_faults(code_faults('topics', in_codes, 'session_topic'));
    update sessions s set
        topic_codes = in_codes,
        topic_en = l.label_en,
        topic_fr = l.label_fr,
        version = s.version + 1
    from (
        select string_agg(l.label_en, ', ' order by t.place) as label_en, string_agg(l.label_fr, ', ' order by t.place) as label_fr
        from unnest(in_codes) with ordinality t (code, place) join code_lists l on l.list = 'session_topic' and l.code = t.code) l
    where s.id = in_session_id;
end $$;

create or replace function session_topics_replace(in_id uuid, in_body jsonb) returns response language plpgsql as $$
begin
    perform session_topics_set(in_id, text_array(in_body->'topics'));
    perform audit('update', 'session', in_id, in_fields => body_fields(in_body));
    return (
        select respond(200, json_build_object(
            'session_id', s.id, 'topics', s.topic_codes,
            'topic', case when s.topic_en is not null then localized(s.topic_en, s.topic_fr) end))
        from sessions s where s.id = in_id);
end $$;
