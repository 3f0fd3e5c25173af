-- SPDX-License-Identifier: MIT
-- What a service consists of, as data on the service and copied from there: parts in their order, each
-- {duration_minutes, gap_days, hosts: {slot: {count, is_needed}}}. One part is met again and again; several are met once each. gap_days
-- are those since the session before.

create or replace function part_of(in_parts jsonb, in_part int) returns jsonb immutable language sql
return in_parts->(in_part - 1);

-- Which part the session of this place in the series is.
create or replace function part_at(in_parts jsonb, in_seq int) returns int immutable language sql
return case jsonb_array_length(in_parts) when 1 then 1 else in_seq end;

create or replace function part_minutes(in_parts jsonb, in_part int) returns int immutable language sql
return (part_of(in_parts, in_part)->>'duration_minutes')::int;

-- S2.23: on the same clock, so many days after the first.
create or replace function part_days_after_first(in_parts jsonb, in_seq int) returns int language plpgsql immutable as $$
begin
    return (
        select coalesce(sum((part_of(in_parts, part_at(in_parts, n))->>'gap_days')::int), 0)
        from generate_series(2, in_seq) n);
end $$;

-- S2.25: what makes up for a session is the same part; otherwise the first one of which there is none.
create or replace function part_next(in_cohort cohorts, in_makes_up_for uuid) returns int language plpgsql stable as $$
begin
    return coalesce((select s.part from sessions s where s.id = in_makes_up_for), (
        select min(n) from generate_series(1, jsonb_array_length(in_cohort.parts)) n
        where jsonb_array_length(in_cohort.parts) = 1 or not exists (
            select from sessions s where s.cohort_id = in_cohort.id and s.part = n and s.state <> 'cancelled')));
end $$;
