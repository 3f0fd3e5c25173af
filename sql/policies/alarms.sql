-- SPDX-License-Identifier: MIT
-- Whoever was called sees an alarm and may answer it; a coordinator those of their regions, but of a host's evening whoever led it with
-- them; the program lead all; neither those of people and groups that do not exist for them (I13, R14). Of what may mean themselves nobody
-- reads any. The worker raises and ends them, through what looks past this.

grant select, update (state, holder_account_id, version) on alarms to alongside_api;
create policy api_reads on alarms for select to alongside_api using (
    -- Looked up for these alone: whoever polls has none of them, almost always.
    (not alarm_may_mean_staff(kind)
        or object_id <> all ((select actor_kept_conflict_ids())::uuid[])) and (
        id = any ((select actor_alarm_ids())::uuid[])
        or case (select actor_role())
            when 'administrator' then true
            when 'coordinator' then region_key = any ((select actor_region_keys())::text[])
                and (kind <> all ((select actor_near_kinds())::text[]) or cohort_id <> all ((select actor_led_cohort_ids())::uuid[]))
            else false end
        and (participant_id is null or participant_id <> all ((select actor_hidden_ids())::uuid[]))
        and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))));
create policy api_changes on alarms for update to alongside_api
    using (
        (not alarm_may_mean_staff(kind)
            or object_id <> all ((select actor_kept_conflict_ids())::uuid[])) and (
            id = any ((select actor_alarm_ids())::uuid[])
            or case (select actor_role())
                when 'administrator' then true
                when 'coordinator' then region_key = any ((select actor_region_keys())::text[])
                    and (kind <> all ((select actor_near_kinds())::text[]) or cohort_id <> all ((select actor_led_cohort_ids())::uuid[]))
                else false end
            and (participant_id is null or participant_id <> all ((select actor_hidden_ids())::uuid[]))
            and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))))
    with check (state <> 'ended' and (holder_account_id is null or holder_account_id = (select actor_account_id())));
grant select on alarms_json to alongside_api;

grant select, insert, update on alarms to alongside_duty;
create policy duty_keeps on alarms to alongside_duty using (true);
grant select on watched_clocks to alongside_duty;
grant select on alarms to alongside_worker;
create policy worker_reads on alarms for select to alongside_worker using (true);
