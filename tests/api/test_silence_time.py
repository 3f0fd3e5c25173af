# SPDX-License-Identifier: MIT
"""How long an answer takes never says whom it concerns (A6.5, DESIGN: a request never matches). Every operation of a peer or a host that
touches names, declarations, exclusions, offers, places or sessions, from the same state again and again, where it concerns somebody and
where it concerns nobody, in turns; alone, while the same account reads something else, and while a second account does it at the same
moment. `./dev soak` takes a long measure."""

import math
import os

import pytest
from steps.evenings import DEBRIEF
from steps.journey import unique
from steps.silence import ALPHA, MILLISECOND, WAYS, Measure, kolmogorov_smirnov
from steps.silence_world import Act, World

IS_LONG = os.environ.get("TEST_SOAK") == "1"
# Pairs of each: at least, and at most where they spread widely; the short form does not wait for a busy machine.
PAIRS, PATIENCE_S = ((400, 4000), math.inf) if IS_LONG else ((20, 200), 0.25)


def peer_reads(world):
    """Somebody reads what is theirs; a second one, whom all the matches are with, reads theirs."""

    def read(operation, path, variant=""):
        return Act(
            world, operation, lambda side: (side.peer, path(side, side.peer)), lambda side: (side.other, path(side, side.other)),
            method="GET", variant=variant)  # fmt: skip

    return [
        read("homes_read", lambda _, who: f"{who.path}/home"),
        read("statuses_read", lambda _, who: f"{who.path}/status"),
        read("participants_read", lambda _, who: who.path),
        read("contacts_read", lambda _, who: f"{who.path}/contact"),
        read("participants_audit_events", lambda _, who: f"{who.path}/audit-events"),
        read("enrolments_participant_list", lambda _, who: f"{who.path}/enrolments"),
        read("enrolments_read", lambda side, who: side.seat_of(who, side.offering), "offered"),
        read("enrolments_read", lambda side, who: side.seat_of(who, side.waiting), "waitlisted"),
        read("enrolments_read", lambda side, who: side.seat_of(who, side.evening.group), "seated"),
        read("conflict_declarations_list", lambda *_: "/v1/conflict-declarations"),
        read("conflict_declarations_read", lambda side, who: side.declared_by(who, side.other if who is side.peer else side.peer)),
        read("attendances_list", lambda side, _: f"{side.evening.path}/attendance", "peer"),
        read("places_read", lambda side, _: side.free, "free"),
        read("places_read", lambda side, _: side.held, "held"),
        read("places_read", lambda side, _: side.full, "full"),
        read("calendars_read", lambda side, _: side.feed),
        read("intakes_read", lambda _, who: f"/v1/intakes/{who.intake}"),
        read("region_moves_list", lambda _, who: f"{who.path}/region-moves"),
        read("calendar_feeds_list", lambda _, who: f"{who.path}/calendar-feeds"),
        read("updates_list", lambda _, who: f"/v1/intakes/{who.intake}/updates"),
        read("step_backs_read", lambda *_: "/v1/step-back"),
        read("me_read", lambda *_: "/v1/me"),
    ]


def host_reads(world):
    """A host reads of a group in which people must not meet, two of them the host; the co-host reads the same."""

    def read(operation, path):
        return Act(
            world, operation, lambda side: (side.host, path(side)), lambda side: (side.cohost, path(side)), method="GET",
            variant="host")  # fmt: skip

    return [
        read("my_sessions_list", lambda _: "/v1/my-sessions"),
        read("rosters_read", lambda side: f"{side.evening.path}/roster"),
        read("attendances_list", lambda side: f"{side.evening.path}/attendance"),
        read("groups_list", lambda _: "/v1/groups"),
        read("groups_read", lambda side: side.evening.group.path),
        read("sessions_list", lambda side: f"{side.evening.group.path}/sessions"),
        read("sessions_read", lambda side: side.evening.path),
        read("host_assignments_list", lambda side: f"{side.evening.group.path}/host-assignments"),
        read("conflict_declarations_list", lambda _: "/v1/conflict-declarations"),
        read("host_assignments_read", lambda side: f"/v1/host-assignments/{side.assignment}"),
        read("incidents_list", lambda _: "/v1/incidents"),
        read("notices_list", lambda _: "/v1/notices"),
        read("step_backs_read", lambda _: "/v1/step-back"),
    ]


def said(world):
    """One account says something of others: of somebody who is in the program, in several groups, with many matches; of nobody. The
    second account says it of the first."""
    met = world.both[0]
    one, other, host, cohost = met.seated[2], met.peer, met.host, met.cohost
    declared = ("name_digests", "conflict_matches", "conflict_declarations", "step_backs")
    asked = ("name_digests", "conflict_matches", "exclusion_requests", "exclusions")

    def says(operation, path, body, *, who=(one, other), tables=declared, **more):
        """body(side, of): what is said where somebody else is meant."""
        return Act(
            world, operation, lambda side: (who[0], path(who[0]), body(side, who[1])),
            lambda side: (who[1], path(who[1]), body(side, who[0])), tables=tables, method="POST", takes_turns=False, **more)  # fmt: skip

    def declares(kind, who=(one, other), variant=None, **more):
        return says(
            "conflict_declarations_create", lambda _: "/v1/conflict-declarations",
            lambda side, of: {"kind": kind, "name": side.names(of if hasattr(of, "name") else other)} | more, who=who, status=201,
            variant=variant or kind)  # fmt: skip

    def writes(member):
        """Themself: what many have declared, and what nobody has."""
        fresh = {"name": lambda: unique("Kim"), "email": lambda: f"{unique('p').replace(' ', '.')}@example.org", "phone": a_number}[member]
        return Act(
            world, "contacts_update",
            lambda side: (one, f"{one.path}/contact", {COLUMN[member]: world.awaited[member] if side.is_met else fresh()}),
            lambda side: (other, f"{other.path}/contact", {COLUMN[member]: world.awaited[member] if side.is_met else fresh()}),
            tables=("name_digests", "conflict_matches", "contacts"), method="PATCH", variant=member,
            takes_turns=False)  # fmt: skip

    def takes_back(who, of, variant):
        def path(side, who, of):
            return f"{side.declared_by(who(side), of(side))}/withdraw"

        return Act(
            world, "conflict_declarations_withdraw", lambda side: (who(side), path(side, who, of)),
            lambda side: (of(side), path(side, of, who)) if variant == "peer" else (side.cohost, path(side, lambda s: s.cohost, of)),
            tables=declared, method="POST", variant=variant)  # fmt: skip

    return [
        declares("no_contact"),
        declares("chain_of_command", period="former"),
        declares("dual_relationship"),
        declares("no_contact", variant="now", counts_from="now"),
        declares("recusal", (host, cohost)),
        says(
            "conflict_declarations_create", lambda _: "/v1/conflict-declarations",
            lambda side, _: {"kind": "same_unit", "unit": world.unit if side.is_met else unique("Unit"), "from": "2016-01-01"},
            status=201, variant="same_unit"),
        says(
            "exclusion_requests_create", lambda _: "/v1/exclusion-requests",
            lambda side, _: {"staff_name": world.staff.made["name"] if side.is_met else unique("Host")}, tables=asked, status=202),
        *[writes(member) for member in COLUMN],
        takes_back(lambda side: side.peer, lambda side: side.other, "peer"),
        takes_back(lambda side: side.host, lambda side: side.peer, "host"),
    ]  # fmt: skip


LINK = "https://teams.example/join/another"
COLUMN = {"name": "name_to_use", "email": "email", "phone": "phone"}


def a_number():
    return f"+1 613 {int(unique('')[:3], 16) % 800 + 200} {int(unique('')[:4].strip(), 16) % 9000 + 1000}"


def steps(world):
    """Somebody goes on their way; somebody else, whom all the matches are with, at the same moment."""
    place = ("places", "place_decisions", "outbox")
    seat = (*place, "enrolments", "enrolment_decisions", "waiting_people", "intakes", "cohorts", "conflict_matches")

    def does(operation, path, body=None, tables=(), method="POST", **more):
        return Act(
            world, operation, lambda side: (side.peer, path(side, side.peer), *body_of(body)),
            lambda side: (side.other, path(side, side.other), *body_of(body)), tables=tables, method=method, **more)  # fmt: skip

    return [
        does("enrolments_accept", lambda side, who: f"{side.seat_of(who, side.offering)}/accept", tables=seat),
        does("enrolments_decline", lambda side, who: f"{side.seat_of(who, side.offering)}/decline", tables=seat),
        does("enrolments_withdraw", lambda side, who: f"{side.seat_of(who, side.offering)}/withdraw", tables=seat, variant="offered"),
        does("enrolments_withdraw", lambda side, who: f"{side.seat_of(who, side.more)}/withdraw", tables=seat, variant="seated"),
        does("enrolments_withdraw", lambda side, who: f"{side.seat_of(who, side.waiting)}/withdraw", tables=seat, variant="waitlisted"),
        does(
            "step_backs_delete", lambda *_: "/v1/step-back", tables=("step_backs",), method="DELETE", status=204, variant="peer",
            changes=STEPPED_BACK),
        does(
            "registrations_create", lambda side, _: f"{side.track.path}/register", {"nobody_to_avoid": True}, seat,
            status=201),
        does(
            "enrolments_update", lambda side, who: side.seat_of(who, side.asked), {"is_only_one": True}, ("enrolments",), "PATCH"),
        does("places_replace", lambda side, _: side.free, tables=place, method="PUT", variant="free"),
        does("places_replace", lambda side, _: side.full, tables=place, method="PUT", variant="full"),
        does("places_delete", lambda side, _: side.held, tables=place, method="DELETE", status=204),
        does("intakes_withdraw", lambda _, who: f"/v1/intakes/{who.intake}/withdraw", tables=seat),
        does("participants_update", lambda _, who: who.path, {"preferred_language": "fr"}, ("participants", "waiting_people"), "PATCH"),
        does(
            "region_moves_create", lambda _, who: f"{who.path}/region-moves", {"region": "QC", "agreed": True},
            (*seat, "participants", "region_moves", "hand_overs", "conflict_declarations")),
        does(
            "calendar_feeds_create", lambda _, who: f"{who.path}/calendar-feeds", {"language": "en"}, ("calendar_feeds",), status=201),
        Act(
            world, "sign_in_codes_redeem", lambda side: (side.logins_now[0], "/v1/sign-in-codes/redeem", {"code": side.newcomer.code}),
            lambda side: (side.logins_now[1], "/v1/sign-in-codes/redeem", {"code": side.other_newcomer.code}), method="POST", status=204,
            tables=("accounts", "sign_in_codes", "sign_in_attempts", "conflict_matches")),
    ]  # fmt: skip


STEPPED_BACK = "insert into step_backs (account_id, since) select id, now() from kept.accounts on conflict do nothing"


def body_of(body):
    return () if body is None else (body,)


def leads(world):
    """A host leads an evening in which people must not meet; the co-host does the same."""
    ran = (
        "sessions",
        "session_presences",
        "cohorts",
        "enrolments",
        "attendances",
        "incidents",
        "debriefs",
        "conflict_matches",
        "step_backs",
    )

    def does(operation, path, body=None, changes="", method="POST", **more):
        def of(side, who, seated):
            return (who, path(side, seated), *body_of(body(side, seated) if body else None))

        return Act(
            world, operation, lambda side: of(side, side.host, side.peer), lambda side: of(side, side.cohost, side.other),
            tables=ran, changes=changes, method=method, **more)  # fmt: skip

    under_way = "state = 'in_progress' and cohort_id in (select id from kept.groups)"
    not_yet = (
        f"delete from session_presences where session_id in (select id from sessions where {under_way});"
        f" update sessions set state = 'scheduled', started_at = null where {under_way}")  # fmt: skip
    return [
        does(
            "sessions_start", lambda side, _: f"{side.evening.path}/start",
            lambda side, _: {"hosts_present": [host.id for host in side.evening.hosts]}, changes=not_yet),
        does(
            "attendances_replace", lambda side, who: f"{side.evening.path}/attendance/{side.seats[side.evening.group.id, who.id]}",
            lambda *_: {"status": "left_early"}, method="PUT"),
        does("session_topics_replace", lambda side, _: f"{side.evening.path}/topic", lambda *_: {"topics": ["coping"]}, method="PUT"),
        does(
            "incidents_create", lambda *_: "/v1/incidents",
            lambda side, who: {
                "kind": "distress", "severity": 2, "session_id": side.evening.session["id"],
                "enrolment_id": side.seats[side.evening.group.id, who.id]}, status=201),
        does("join_links_replace", lambda side, _: f"{side.evening.path}/join-link", lambda side, _: {"join_link": LINK}, method="PUT"),
        does(
            "step_backs_delete", lambda *_: "/v1/step-back", method="DELETE", status=204, variant="host", changes=STEPPED_BACK),
        does("sessions_end", lambda side, _: f"{side.evening.path}/end"),
        does(
            "debriefs_create", lambda side, _: f"{side.evening.path}/debriefs", lambda *_: DEBRIEF, status=201,
            changes=f"update sessions set state = 'completed', ended_at = started_at where {under_way}"),
    ]  # fmt: skip


def guests(world):
    """A guest looks and answers, whom some of those whom they lead must not meet; another one does the same. Who asks is nobody."""

    def does(step, body=None, method="POST", **more):
        def of(who, guest):
            return (who, f"{guest.page}/{step}" if body else guest.page, *body_of(body(guest) if body else None))

        return Act(
            world, f"guest_pages_{step}", lambda side: of(side.peer, side.guest), lambda side: of(side.other, side.other_guest),
            method=method, **more)  # fmt: skip

    (agreement,) = world.db.execute("select id::text from documents_current where kind = 'guest_confidentiality'").fetchone()
    return [
        does("read", method="GET"),
        does(
            "sign", lambda _: {"document_id": agreement}, tables=("guests",),
            changes="update guests set agreement_id = null, agreement_signed_on = null"),
        does("confirm", lambda guest: {"assignment_id": guest.assignment}, tables=("host_assignments",)),
        does("decline", lambda guest: {"assignment_id": guest.assignment}, tables=("host_assignments", "notices")),
    ]  # fmt: skip


def acts(world):
    return [act for kind in (said, steps, leads, peer_reads, host_reads, guests) for act in kind(world)]


# What a peer or a host may ask, and is not measured here: why its time can tell nothing about anybody else.
LEFT_OUT = {
    "the same for everybody": """documentation_contract documentation_page documentation_script code_lists_read health_live health_ready
        help_lines_list documents_list documents_read holidays_list holidays_read services_list services_read training_courses_list
        training_courses_read training_offerings_list training_offerings_read public_activities_calendar public_activities_list
        public_activities_read""",
    "what one says of oneself, kept and never compared": """acceptances_create acceptances_list acceptances_read acceptances_withdraw
        emergency_contacts_read emergency_contacts_replace intake_forms_read intake_forms_submit intake_forms_update safety_plans_read
        safety_plans_replace notice_preferences_read notice_preferences_update calendar_feeds_delete apologies_delete apologies_read
        apologies_replace interests_delete interests_list
        interests_replace""",
    "what one has written of an evening": "debriefs_list debriefs_read incidents_read",
    "who is on call, by the calendar": """duty_gaps_list duty_rungs_list duty_shifts_list duty_shifts_read duty_swaps_agree
        duty_swaps_create duty_swaps_decline duty_swaps_list duty_swaps_read duty_swaps_withdraw duty_turns_list""",
    "told to whoever is called, who learns by it whom it concerns": """alarms_hand_back alarms_list alarms_read alarms_take_over
        notices_acknowledge notices_read debriefs_supervise incidents_acknowledge incidents_actions_create""",
    "opened by a professional of the session, by what the person of the seat has agreed to": """session_contacts_open
        session_safety_plans_read""",
}


@pytest.fixture(scope="module")
def worlds():
    return {}


@pytest.fixture
def world(client, db, token, worlds):
    """One for all."""
    return worlds.get("one") or worlds.setdefault("one", World(client, db, token))


@pytest.fixture
def measure(server, world):
    return Measure(server, ALPHA / (len(acts(world)) * len(WAYS)), PAIRS, PATIENCE_S)


def test_every_operation_is_measured_or_says_why_not(world, contract):
    asked = {o.id for o in contract.operations if {"peer", "peer_supporter", "mental_health_professional", "public"} & set(o.roles)}
    left_out = [operation for operations in LEFT_OUT.values() for operation in operations.split()]
    measured = {act.operation for act in acts(world)}
    assert len(left_out) == len(set(left_out)) and not measured & set(left_out)
    assert measured | set(left_out) == asked


@pytest.mark.parametrize(("count", "apart"), [(20, 15), (100, 5), (100, 20), (100, 35), (400, 40), (400, 70)])
def test_the_chance_is_that_of_kolmogorov_and_smirnov(count, apart):
    """Beside what counting every order gives: so many of each, and so many of one before the first of the other."""
    ways = [(-1) ** (k - 1) * math.comb(2 * count, count - k * apart) for k in range(1, count // apart + 1)]
    found = kolmogorov_smirnov(range(count), range(apart, count + apart))
    assert found == pytest.approx(2 * sum(ways) / math.comb(2 * count, count), rel=0.5)


def test_equal_values_are_one_step():
    assert kolmogorov_smirnov([1, 1, 2], [1, 2, 2]) == kolmogorov_smirnov([2, 1, 1], [2, 2, 1]) > 0.9
    assert kolmogorov_smirnov([1] * 50, [1] * 50) == 1


@pytest.mark.slow
@pytest.mark.soak
def test_no_answer_tells_by_its_time_whom_it_concerns(world, measure):
    """Over all together once in a thousand runs, and then the second samples would have to differ as well."""
    told = [line for act in acts(world) for way in WAYS if (line := measure.tells(act, way))]
    assert not told, "\n".join(told)


# ---- the same measure finds a millisecond ----

PLANTS = {
    "conflict_declarations_create no_contact": """
        create function planted() returns trigger language plpgsql security definer as $$ begin
            if exists (select from alongside.name_digests n where n.whole = new.name_digest and n.participant_id is not null) then
                perform pg_sleep({0});
            end if;
            return null;
        end $$;
        create trigger planted after insert on conflict_declarations for each row execute function planted()""",
    "enrolments_accept": """
        create function planted() returns trigger language plpgsql security definer as $$ begin
            if exists (
                select from alongside.conflict_matches m where new.participant_id in (m.for_person_id, m.person_id) and m.ended_at is null)
            then
                perform pg_sleep({0});
            end if;
            return null;
        end $$;
        create trigger planted after update on enrolments for each row execute function planted()""",
    "homes_read": """
        create function planted() returns json language plpgsql security definer as $$ begin
            if exists (
                select from alongside.conflict_matches m
                where alongside.actor_participant_id() in (m.for_person_id, m.person_id) and m.ended_at is null)
            then
                perform pg_sleep({0});
            end if;
            return '[]';
        end $$;
        grant execute on function planted() to public;
        create or replace function home_help_arranged() returns json language sql stable security definer return planted()""",
}
# Where others keep the machine busy, the short form finds ten or a hundred where it does not find one.
PLANTED = (1,) if IS_LONG else (1, 10, 100)


def is_found(measure, db, act, seconds):
    (before,) = db.execute("select pg_get_functiondef('home_help_arranged()'::regprocedure)").fetchone()
    db.execute(PLANTS[act.name].format(seconds))
    try:
        return all(measure.tells(act, way) for way in (WAYS if IS_LONG else WAYS[:1]))
    finally:
        db.execute(f"{before}; drop function planted() cascade")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("where", PLANTS)
def test_a_millisecond_more_for_whoever_is_meant_is_found(world, measure, db, where):
    """A look for a match, an update that asks for one, a read that does: each as cheap as can be."""
    (act,) = [act for act in acts(world) if act.name == where]
    measure.pairs, measure.patience_s = (PAIRS[0], 4000), math.inf if IS_LONG else 4
    assert any(is_found(measure, db, act, count * MILLISECOND) for count in PLANTED)
