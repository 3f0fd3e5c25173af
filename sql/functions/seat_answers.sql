-- SPDX-License-Identifier: MIT
-- What who accepted hears, and when.

-- Decision 15: what was answered to one who accepted takes effect. Where something was said since, or stands since, a coordinator answers
-- again, and it is heard at the next fixed hour, at the latest when the group locks: then it will not be this one.
create or replace function seat_answer(in_enrolment enrolments, in_cohort cohorts) returns void language plpgsql as $$
declare
    again text := case
        when in_enrolment.answer is null then 'judgement'
        when in_enrolment.answer = 'confirmed' then seat_hindrance(in_enrolment.participant_id, in_cohort) end;
begin
    if in_enrolment.answer = 'not_placed' or not cohort_answers_people(in_cohort) then
        perform seat_move(
            in_enrolment, 'not_placed', 'not_placed',
            case when in_enrolment.answer = 'not_placed' then 'judgement' else 'locked' end, true);
        perform audit('not_place', 'enrolment', in_enrolment.id, array[in_enrolment.participant_id]);
    elsif again is null then
        perform seat_move(in_enrolment, 'confirmed', 'confirmed', in_is_system => true);
        perform audit('confirm', 'enrolment', in_enrolment.id, array[in_enrolment.participant_id]);
        perform seat_end_waiting(in_enrolment.participant_id, in_enrolment.track);
    else
        update enrolments e set
            answer = null, answered_by = null, answer_at = least(fixed_hour_after(app_now()), cohort_answers_until(in_cohort))
        where e.id = in_enrolment.id;
        perform seat_decide(in_enrolment.id, 'asked_again', again, true);
    end if;
end $$;

-- Worker: at the hour that was said with their offers, all who accepted in a cohort hear at once; and whose place a coordinator has ended
-- in the meantime. Returns how many.
create or replace function seat_answer_all() returns bigint language plpgsql security definer as $$
declare
    cohort cohorts;
    enrolment enrolments;
    answered bigint := 0;
begin
    perform comparison_finish();
    for cohort in
        select g.* from cohorts g
        where not job_is_aside('answers', g.id) and g.id = any (array(
            select e.cohort_id from enrolments e where e.state = 'accepted' and e.answer_at <= app_now()
            union
            select e.cohort_id from enrolments e where e.removes_at <= app_now() and e.is_live
            union
            select o.cohort_id from enrolments e join enrolments o on o.participant_id = e.participant_id and o.is_live
            where e.is_seated and e.is_only_one and not o.is_seated and seat_is_elsewhere(o)))
        order by g.id limit 100 for no key update skip locked
    loop
        exit when job_is_long();
        begin
            for enrolment in
                select * from enrolments e
                where e.cohort_id = cohort.id
                    and (e.removes_at <= app_now() and e.is_live or e.state = 'accepted' and e.answer_at <= app_now()
                        or e.is_live and not e.is_seated and seat_is_elsewhere(e))
                -- Who leaves is gone before anybody is asked to meet them.
                order by coalesce(e.answer = 'confirmed' and e.removes_at is null, false), e.id for no key update
            loop
                -- Of two tracks that are answered at once the second sees the first; whoever is placed right now, next round.
                continue when enrolment.track = 'activity'
                    and not pg_try_advisory_xact_lock(seat_key(enrolment.participant_id));
                if enrolment.removes_at <= app_now() then
                    perform seat_move(enrolment, 'removed', 'removed', enrolment.removes_for, true);
                    perform audit('remove', 'enrolment', enrolment.id, array[enrolment.participant_id]);
                elsif seat_is_elsewhere(enrolment) then
                    perform seat_move(enrolment, 'withdrawn', 'ended', 'only_one', true);
                    perform audit('end', 'enrolment', enrolment.id, array[enrolment.participant_id]);
                elsif enrolment.state = 'accepted' and enrolment.answer_at <= app_now() then
                    perform seat_answer(enrolment, cohort);
                end if;
                answered := answered + 1;
            end loop;
            perform job_take_back('answers', cohort.id);
        exception when others then
            perform job_set_aside('answers', cohort.id, sqlstate);
        end;
    end loop;
    return answered;
end $$;
