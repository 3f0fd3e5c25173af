# SPDX-License-Identifier: MIT
"""I1-I13 of the program, and what else must hold of seats at every moment, asked of the tables themselves: no function of the server's
decides whether the server was right, but for the three that say when a group locks, what a person lacks and who must not meet.

Each query names the rule and what breaks it; none finds anything."""

BEGUN = "('in_progress', 'completed')"
LIVE = "('requested', 'waitlisted', 'offered', 'accepted', 'confirmed', 'active')"
SEATED = "('confirmed', 'active')"
# The first session that stands, of each group.
FIRST = "(select distinct on (cohort_id) * from sessions where state <> 'cancelled' order by cohort_id, starts_at, seq)"

ALWAYS = {
    "I1 never more people than seats": """
        select g.id from looked g
        where (select count(*) from enrolments e where e.cohort_id = g.id and e.state in ('offered', 'accepted', 'confirmed', 'active')) > g.capacity""",
    "I1 a seat is held by who was offered it, and by nobody else": """
        select e.id from seats e where e.holds_seat <> (e.state in ('offered', 'accepted', 'confirmed', 'active'))""",
    "decision 1: never larger than the service": """
        select g.id from looked g join services v on v.id = g.service_id
        where g.capacity > v.capacity or g.max_sessions > v.max_sessions or g.parts <> v.parts""",
    "decision 1: places in a session where and only where the group has them, and never more than it has for each": """
        select s.id from looked g join sessions s on s.cohort_id = g.id
        where s.capacity > g.session_capacity or (s.capacity is null) <> (g.session_capacity is null)""",
    "I2 never more sessions than the group may have": """
        select g.id from looked g
        where (select count(*) from sessions s where s.cohort_id = g.id and s.state <> 'cancelled') > g.max_sessions""",
    "I2 every session has its number, its length and its instant": """
        select s.id from looked g join sessions s on s.cohort_id = g.id
        where s.duration_minutes <> part_minutes(g.parts, s.part) or s.starts_at <> wall_instant(s.local_start, s.timezone)
            or exists (select from sessions o where o.cohort_id = g.id and o.seq = s.seq and o.id <> s.id)""",
    "I2 no two sessions of a group at once": """
        select s.id from looked g join sessions s on s.cohort_id = g.id and s.state <> 'cancelled'
        join sessions o on o.cohort_id = g.id and o.state <> 'cancelled' and o.id <> s.id
        where o.starts_at between s.starts_at and s.starts_at + s.duration_minutes * interval '1 minute' - interval '1 second'""",
    "I3 nobody is let into a closed group that has begun": f"""
        select e.id from seats e join looked g on g.id = e.cohort_id and g.joining = 'closed'
        where e.state = 'confirmed' and exists (select from sessions s where s.cohort_id = g.id and s.state in {BEGUN})""",
    # In the order of the audit, which is that of the group's lock: who acts at the same moment has the same time, or an earlier one.
    "I3 nobody took a seat of a closed group after its first session": f"""
        select e.id from seats e join looked g on g.id = e.cohort_id and g.joining = 'closed'
        join {FIRST} s on s.cohort_id = g.id and s.state in {BEGUN}
        join noted took on took.object_id = e.id and took.action in ('accept', 'confirm')
        where took.at > s.starts_at or took.id > (
            select min(b.id) from audit_events b where b.object_id = s.id and b.action = 'start' and b.object_type = 'session')""",
    "I3, I10, decision 15 who takes an offer in time is answered before the group locks": """
        select e.id from seats e join looked g on g.id = e.cohort_id
        where e.state = 'offered' and coalesce(cohort_answers_until(g) > app_now(), true)
            and (e.offer_expires_at >= e.answer_at or e.answer_at > cohort_answers_until(g))""",
    "I4 a seat only after an intake that was finished, and held before the first session": f"""
        select e.id from seats e join looked g on g.id = e.cohort_id left join {FIRST} s on s.cohort_id = g.id
        where e.state in ('confirmed', 'active', 'completed') and not exists (
            select from intakes i
            where i.participant_id = e.participant_id and i.track = 'group' and i.readiness = 'ready' and i.ready_at <= e.decided_at
                and (s.id is null or g.joining <> 'closed' or i.meeting_held_at < s.starts_at)
                and coalesce(i.valid_until, i.withdrawn_at, 'infinity') >= e.decided_at
            union all
            select from intakes i
            where i.participant_id = e.participant_id and i.track = 'activity' and g.activity_id is not null
                and i.form_returned_at <= e.decided_at and coalesce(i.valid_until, i.withdrawn_at, 'infinity') >= e.decided_at)""",
    "I4 a seat only with the documents of that day": """
        select e.id || ' ' || t.kind from seats e
        join looked g on g.id = e.cohort_id
        join track_documents t on t.track = case when g.activity_id is null then 'group' else 'activity' end
        cross join lateral (
            select d.id from documents d where d.kind = t.kind and d.published_at <= e.decided_at order by d.number desc limit 1) d
        where e.state in ('confirmed', 'active', 'completed') and t.needed_for = 'completion' and not exists (
            select from acceptances a
            where a.participant_id = e.participant_id and a.document_id = d.id and a.accepted_at <= e.decided_at
                and (a.withdrawn_at is null or a.withdrawn_at >= e.decided_at))""",
    "I5 every session that began had its hosts": f"""
        select s.id || ' ' || w.slot from looked g join sessions s on s.cohort_id = g.id and s.state in {BEGUN}
        join host_slots w on host_count_needed(s.hosts, w.slot) > (
            select count(distinct p.account_id) from session_presences p join accounts a on a.id = p.account_id
            where p.session_id = s.id and p.slot = w.slot and a.role = w.role)""",
    "I6 hosts speak the language of the group, and every text has both": f"""
        select s.id from looked g join sessions s on s.cohort_id = g.id and s.state in {BEGUN}
        where exists (
            select from session_presences p join staff f on f.id = p.account_id
            where p.session_id = s.id and not g.language = any (f.languages))
        union all
        select s.id from sessions s where (s.topic_en is null) <> (s.topic_fr is null) or (s.material_en is null) <> (s.material_fr is null)
        union all
        select d.id from documents d where '' = any (array[d.title_en, d.title_fr, d.body_en, d.body_fr])""",
    "I7 attendance only of who had a seat, in a session that has begun, by who may": f"""
        select a.id from attendances a join seats e on e.id = a.enrolment_id join sessions s on s.id = a.session_id
        where s.cohort_id <> e.cohort_id or a.participant_id <> e.participant_id or s.state not in {BEGUN}
            or a.recorded_at < s.started_at or a.recorded_at > coalesce(e.left_at, 'infinity')
            or not exists (select from enrolment_decisions d where d.enrolment_id = e.id and d.decision = 'confirmed' and d.at <= a.recorded_at)
            or not exists (
                select from accounts b where b.id = a.recorded_by and (b.role = 'coordinator' or exists (
                    select from session_presences p where p.session_id = s.id and p.account_id = b.id)))""",
    "I7 one row for each person and session": """
        select a.session_id || ' ' || a.participant_id from attendances a group by a.session_id, a.participant_id having count(*) > 1""",
    "I8 who left has no seat, no mail, and gave no reason": """
        select e.id from seats e
        where e.state = 'withdrawn' and (e.left_at is null or e.removal_reason is not null
            or exists (select from outbox o where o.enrolment_id = e.id and o.state in ('queued', 'held'))
            or exists (select from enrolment_decisions d where d.enrolment_id = e.id and d.decision = 'withdrawn' and d.reason is not null))""",
    "I8 who has left the program has no seat, and waits for none": """
        select e.id from seats e
        where e.state in ('waitlisted', 'offered', 'accepted', 'confirmed', 'active')
            and exists (select from intakes i where i.participant_id = e.participant_id and i.track in ('group', e.track) and i.state = 'withdrawn')
            and not exists (
                select from intakes i
                where i.participant_id = e.participant_id and i.track in ('group', e.track)
                    and (i.valid_until is not null or i.state = 'forms_returned'))""",
    "I9 nobody without both attestations": """
        select p.id from participants p where p.age_attested_at is null or p.eligibility_attested_at is null""",
    "I10 nobody took a seat after the registration deadline": f"""
        select e.id from seats e join looked g on g.id = e.cohort_id join {FIRST} s on s.cohort_id = g.id
        join enrolment_decisions d on d.enrolment_id = e.id and d.decision in ('accepted', 'confirmed')
        -- Of a track, in which who asked in time is answered after it, the moment at which they asked.
        cross join lateral (select case when g.activity_id is null then d.at else e.created_at end as at) t
        where g.registration_deadline_days is not null
            and t.at >= ((s.local_start::date - g.registration_deadline_days) + 1)::timestamp at time zone s.timezone
            and not exists (select from sessions o where o.cohort_id = g.id and o.changed_at >= t.at)""",
    "I11 the first reply comes after the inquiry": """
        select r.id from referrals r where r.first_reply_at < r.received_at or r.reply_breach < r.reply_due""",
    "I12 who waits has a day by which they are told": """
        select i.id from intakes i
        where (i.update_due_at is not null) <> (i.state in (
            'form_returned', 'acknowledged', 'meeting_scheduled', 'meeting_done', 'not_ready', 'ready', 'forms_returned'))
            and i.participant_id in (select participant_id from seats)""",
    "I13 nobody handles their own case, nor a group in which they have a part": """
        select d.id from enrolment_decisions d join seats e on e.id = d.enrolment_id
        join exclusions x on x.account_id = d.account_id and x.reason = 'own_case'
        where exists (select from enrolments o where o.participant_id = x.participant_id and o.cohort_id = e.cohort_id and o.created_at <= d.at)
        union all
        select p.session_id from session_presences p
        join exclusions x on x.account_id = p.account_id and x.reason = 'own_case'
        join sessions s on s.id = p.session_id
        join seats e on e.cohort_id = s.cohort_id and e.participant_id = x.participant_id
        join enrolment_decisions d on d.enrolment_id = e.id and d.decision = 'confirmed'""",
    # Of two who must not meet the later one is confirmed only if nothing had been found yet.
    "A6.5 nobody takes a seat beside whom they must not meet": """
        select took.object_id || ' beside ' || m.id from seats e join noted took on took.object_id = e.id and took.action = 'confirm'
        join conflict_matches m on m.is_blocking and e.participant_id in (m.for_participant_id, m.participant_id)
            and m.declaration_id is not null and m.created_at < took.at - interval '0.9 seconds'
        where (
            exists (
                select from seats o join noted before on before.object_id = o.id and before.action = 'confirm' and before.id < took.id
                where o.cohort_id = e.cohort_id and o.id <> e.id and o.state in ('confirmed', 'active')
                    and o.participant_id in (m.for_participant_id, m.participant_id))
            or exists (
                select from host_assignments h
                join audit_events before on before.object_id = h.id and before.action = 'assign' and before.id < took.id
                where h.cohort_id = e.cohort_id and h.session_id is null and h.released_at is null
                    and h.host_id in (m.for_person_id, m.person_id)))""",
    "what joined a declaration is called, and was talked about, with it": """
        select d.id from conflict_declarations d join conflict_declarations root on root.id = d.root_id
        where d.declared_by <> root.declared_by or root.joins_id is not null or d.call_due <> root.call_due
            or (d.conversation_at, d.conversation_by) is distinct from (root.conversation_at, root.conversation_by)
        union all
        select min(d.id::text)::uuid from conflict_declarations d where d.joins_id is null and d.conversation_at is null
        group by d.declared_by having count(*) > 1""",
    "every step has its decision": f"""
        select e.id from seats e
        where e.state not in ('requested', 'completed') and case e.state
            when 'active' then not exists (select from enrolment_decisions d where d.enrolment_id = e.id and d.decision = 'confirmed')
            else e.state <> coalesce((
                select case d.decision when 'passed_over' then 'waitlisted' when 'asked_again' then 'accepted'
                    when 'ended' then 'withdrawn' else d.decision end
                from enrolment_decisions d where d.enrolment_id = e.id order by d.place desc limit 1), 'waitlisted') end
        union all
        select e.id from seats e where e.state in {SEATED} and (e.decided_at is null or e.decided_by_role is null)""",
    "every decision of a person is in the audit, once": """
        select e.id || ' ' || a.decision from seats e
        cross join (values
            ('accepted', 'accept'), ('confirmed', 'confirm'), ('declined', 'decline'), ('withdrawn', 'withdraw'), ('removed', 'remove'),
            ('ended', 'end')) a (decision, action)
        where (select count(*) from enrolment_decisions d where d.enrolment_id = e.id and d.decision = a.decision)
            <> (select count(*) from noted v where v.object_id = e.id and v.action = a.action)""",
    "nobody is lost": """
        select v.object_id from audit_events v
        where v.object_type = 'enrolment' and v.action = 'create' and not exists (select from enrolments e where e.id = v.object_id)
        union all
        select e.id from seats e
        where not exists (select from noted v where v.object_id = e.id and v.action = 'create')""",
    "who has a seat waits no longer": f"""
        select e.id from seats e join intakes i on i.participant_id = e.participant_id and e.track = 'group'
            and (i.track, i.state) = ('group', 'ready')
        where e.state in {SEATED}
        union all
        select e.id from seats e join intakes i on i.participant_id = e.participant_id and e.track = 'activity'
            and (i.track, i.state) = ('activity', 'forms_returned')
        where e.state in {SEATED}""",
    "each seat has its mail, and no other": f"""
        select e.id || ' ' || k.kind from seats e join looked g on g.id = e.cohort_id
        cross join (values ('seat_offered'), ('seat_confirmed'), ('seat_registered'), ('seat_not_placed')) k (kind)
        where case k.kind
            when 'seat_offered' then e.state = 'offered' when 'seat_confirmed' then e.state in {SEATED} and g.session_capacity is null
            when 'seat_registered' then e.state in {SEATED} and g.session_capacity is not null else e.state = 'not_placed' end
            <> (exists (select from outbox o where o.enrolment_id = e.id and o.kind = k.kind
                and (o.state in ('queued', 'held', 'failed') or k.kind = 'seat_not_placed')))""",
    "S2.11 never more places taken than a session has": """
        select s.id from looked g join sessions s on s.cohort_id = g.id
        where coalesce(s.capacity, 0) < (
            select count(*) from placed l
            where l.session_id = s.id and (l.state = 'held' or l.state = 'offered' and l.offered_until > app_now()))""",
    "S2.11 a place is of somebody who has a seat, while its session is to come": """
        select l.id from seats e join placed l on l.enrolment_id = e.id join sessions s on s.id = l.session_id
        where s.cohort_id <> e.cohort_id or l.participant_id <> e.participant_id
            or s.state = 'scheduled' and not e.is_seated and l.state <> 'freed'""",
    "every step of a place has its decision, and the last one says how it stands": """
        select l.id from placed l left join decided d on d.place_id = l.id and d.is_last
        where l.state is distinct from case d.decision
            when 'taken' then 'held' when 'given' then 'held' when 'accepted' then 'held' when 'ended' then 'freed'
            when 'expired' then 'waiting' when 'told' then 'waiting' when 'passed' then 'waiting' else d.decision end""",
    "every decision of a place is in the audit, once, but that a turn passed": """
        select d.place_id || ' ' || d.decision
        from (select place_id, decision, count(*) from decided where decision <> 'passed' group by 1, 2) d
        full join (
            select v.object_id as place_id, v.action as decision, count(*)
            from audit_events v where v.object_type = 'place' and v.action not in ('read', 'update', 'list')
                and v.object_id in (select id from placed) group by 1, 2) v
        using (place_id, decision) where d.count is distinct from v.count""",
    # Of what was decided since the session was last changed.
    "ANCHORS 1.2.1 no place is taken, given or offered after the start, and none is given or offered outside its window": """
        select d.id from looked g join sessions s on s.cohort_id = g.id join placed l on l.session_id = s.id
        join decided d on d.place_id = l.id and d.at >= s.changed_at
        cross join lateral (values (
            s.starts_at - make_interval(hours => g.places_given_hours),
            s.starts_at - make_interval(hours => g.places_offered_hours))) w (offered_from, open_from)
        where case d.decision
            when 'given' then d.at >= w.offered_from
            when 'offered' then d.at < w.offered_from or d.at >= w.open_from
            when 'told' then d.at < w.open_from or d.at >= s.starts_at
            when 'let_in' then d.at < s.starts_at
            else d.decision in ('taken', 'waiting', 'accepted', 'expired') and d.at >= s.starts_at end""",
    "ANCHORS 1.2.1 whoever is given, offered or told of a place is written to": """
        select d.id from placed l join decided d on d.place_id = l.id
        join (values ('given', 'place_given'), ('offered', 'place_offered'), ('told', 'place_open')) k (decision, kind)
            on k.decision = d.decision
        left join outbox o
            on o.enrolment_id = l.enrolment_id and o.kind = k.kind and (o.data->>'session_id')::uuid = l.session_id
        where o.id is null""",
}
# What holds once the jobs have run.
SETTLED = {
    "every list has moved since the last fixed hour": """
        select e.id from seats e join looked g on g.id = e.cohort_id
        where e.state = 'waitlisted' and e.created_at < fixed_hour_before(app_now())
            and coalesce(g.list_moved_at < fixed_hour_before(app_now()), true)""",
    "who accepted hears at the hour that was said": """
        select e.id from seats e where e.state = 'accepted' and e.answer_at <= app_now()""",
    "of two in one group who must not meet the coordinators know": """
        select m.id from conflict_matches m
        join seats one on one.participant_id = m.for_participant_id join seats other on other.participant_id = m.participant_id
        where m.is_blocking and m.basis <> 'record' and m.raised_at is null and one.cohort_id = other.cohort_id
            and one.holds_seat and other.holds_seat
            and one.cohort_id in (select g.id from looked g where g.state not in ('completed', 'cancelled'))""",
    "no offer is open after its time": """
        select e.id from seats e where e.state = 'offered' and e.offer_expires_at <= app_now()""",
    "S2.11 whoever waits for a place that is free has been told why it is not theirs": """
        select l.id from looked g join sessions s on s.cohort_id = g.id and s.state = 'scheduled' and s.starts_at > app_now()
        join placed l on l.session_id = s.id and (l.state = 'waiting' or l.state = 'offered' and l.offered_until <= app_now())
        join decided d on d.place_id = l.id and d.is_last and d.decision not in ('told', 'passed')
        where s.capacity > (
            select count(*) from placed o
            where o.session_id = s.id and (o.state = 'held' or o.state = 'offered' and o.offered_until > app_now()))""",
}


class Invariants:
    """Looks at one database through a superuser's connection. Clocks of I11 are compared with what they were at first."""

    def __init__(self, db):
        self.db = db
        self.referrals = self._referrals()

    def _referrals(self):
        return self.db.execute("select id, received_at, reply_due, reply_breach, first_reply_at from referrals order by id").fetchall()

    def broken(self, groups, settled=False, now=None):
        """What is broken in these groups, as [(rule, id)]. settled: the jobs have run since the last request."""
        rules = ALWAYS | (SETTLED if settled else {})
        parts = [f"select '{rule}' as rule, id::text from ({query}) q (id)" for rule, query in rules.items()]
        query = (
            "with looked as materialized (select * from cohorts where id = any (%(groups)s)),"
            " seats as materialized (select e.* from enrolments e where e.cohort_id = any (%(groups)s)),"
            " noted as materialized (select v.* from audit_events v where v.object_type = 'enrolment' and v.object_id in (select id from seats)),"
            " placed as materialized (select l.* from places l where l.enrolment_id in (select id from seats)),"
            " decided as materialized (select d.*, lead(d.seq) over (partition by d.place_id order by d.seq) is null as is_last"
            " from place_decisions d where d.place_id in (select id from placed)) "
        ) + "\nunion all\n".join(parts)
        with self.db.transaction():
            self.db.execute("select set_config('app.now', %s, true)", (now or "",))
            found = self.db.execute(query, {"groups": [str(group) for group in groups]}).fetchall()
        if self._referrals() != self.referrals:
            found.append(("I11 reply clocks are set once", ""))
        return found
