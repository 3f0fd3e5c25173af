# SPDX-License-Identifier: MIT
"""Do not place together, at every point where two could meet: placing, offering, the waiting list, confirming, assigning and
substituting a host, starting a session, and every new declaration (A6.5, R1, I5, decisions 15 and 17). Neither side learns that the
other exists: the answers are the ordinary ones. How long they take: test_silence_time.py."""

import itertools
from datetime import timedelta

import pytest
from steps import COORDINATOR as ME
from steps import OTHER_COORDINATOR, at_once
from steps.evenings import Evening, chats, informal
from steps.groups import FORMAL, INFORMAL, Group, Host, ago, clock, ready, service
from steps.journey import as_worker, bare, compared, is_hidden, open_person, talked, unique

PATH = "/v1/conflict-declarations"


def named(client, name=None, **more):
    """Somebody ready for a group, who goes by a name of their own that a coordinator wrote."""
    person = ready(client, **more)
    person.name = name or unique("Kim")
    person.contact(who=person.coordinator, name_to_use=person.name).ok()
    return person


def apart(who, name, kind="no_contact", **more):
    return who.post(PATH, {"kind": kind, "name": name} | more).created()


def withdraw(who, declaration):
    who.post(f"{declaration.path}/withdraw").ok()


def says_conflict(answer):
    """What a coordinator reads: that it is a conflict; why stands with the matches."""
    assert answer.problem(409, "conflict")["reason"] == "conflict"


@pytest.fixture
def group(administrator, coordinator):
    return Group(coordinator, service(administrator)).open()


# ---- the points ----


@pytest.mark.parametrize("kind", [{"kind": "no_contact"}, {"kind": "chain_of_command", "period": "former"}, {"kind": "dual_relationship"}])
@pytest.mark.parametrize("declarer", ["newcomer", "seated"])
def test_placing_beside_somebody_who_must_not_be_met(client, group, declarer, kind):
    """A6.5: in either direction, undecided warnings as well; taken back, there is a place."""
    seated, newcomer = named(client), named(client)
    group.seat(seated)
    one, other = (newcomer, seated) if declarer == "newcomer" else (seated, newcomer)
    declaration = apart(one.peer, other.name, **kind)
    if declarer == "newcomer":
        assert group.place(newcomer).problem(409, "conflict")["reason"] == "conversation-first", "met or not (DESIGN 5b.3)"
        talked(group.coordinator, declaration)
    says_conflict(group.place(newcomer))
    withdraw(one.peer, declaration)
    assert group.place(newcomer).created()["state"] == "offered"


@pytest.mark.parametrize("declarer", ["peer", "host"])
def test_placing_beside_a_host_who_must_not_be_met(client, administrator, group, declarer):
    """A6.5 over participants and hosts: whichever comes second is kept away, whoever declared it."""
    host, person = Host(client, administrator), named(client)
    kind = "recusal" if declarer == "host" else "no_contact"
    said = apart(host.client if declarer == "host" else person.peer, person.name if declarer == "host" else host.made["name"], kind)
    talked(group.coordinator, said)
    group.led_by(host)
    says_conflict(group.place(person))
    other = Group(group.coordinator, service(administrator)).open()
    other.seat(person)
    says_conflict(other.assign(host))


def test_offering_a_seat_to_somebody_proposed_before(client, group):
    """A6.5, offer: a mere proposal asks nothing; the offer does, each time."""
    seated, proposed = named(client), named(client)
    group.seat(seated)
    seat = group.place(proposed, propose_only=True).created()
    talked(group.coordinator, apart(proposed.peer, seated.name))
    offer = group.coordinator.post(f"{seat.path}/offer", {}, if_match="*")
    says_conflict(offer)
    assert group.coordinator.get(seat.path).ok()["state"] == "requested"


def test_the_waiting_list_passes_them_over_and_they_do_not_notice(client, administrator, coordinator):
    """A6.5, S2.45: the seat goes to the next one; the reason is kept for coordinators, the peer reads what they read before."""
    group = Group(coordinator, service(administrator), capacity=2).open()
    seated, leaving, last = (named(client) for _ in range(3))
    blocked = named(client, now=ago(days=30)).at(None)
    group.seat(seated)
    free = group.seat(leaving)
    waits, next_one = group.seat(blocked, "waitlisted"), group.seat(last, "waitlisted")
    home = f"{blocked.path}/home"
    before = [bare(blocked.peer.get(path).ok()) for path in (waits.path, home)]
    apart(seated.peer, blocked.name)
    free.withdraw().ok()
    group.advance()
    assert (waits.state, next_one.state) == ("waitlisted", "offered")
    assert [bare(blocked.peer.get(path).ok()) for path in (waits.path, home)] == before
    assert [(d["decision"], d["reason"]) for d in waits.decisions()][-1] == ("passed_over", "conflict")
    blocked.peer.get(f"{waits.path}/decisions").problem(403, "forbidden")


def hears(seat):
    """What the person reads of their seat, but for the moments."""
    read = seat.read(seat.person.peer)
    return read["state"], read["text"], read["answer_at"], read["instead"], read["group"] and read["group"]["sessions"]


def test_accepting_answers_alike_whoever_is_there(client, group):
    """Decision 15: the acceptance, what is read after it and the hour of the answer are the same, whether or not the person must not
    meet somebody there; a coordinator, who answers, hears that it is a conflict."""
    seated, blocked, free = named(client), named(client), ready(client)
    group.seat(seated)
    seats = {person: group.seat(person, "offered") for person in (blocked, free)}
    group.coordinator.db.execute(
        "update enrolments set offer_expires_at = %s, answer_at = %s where id = any (%s)",
        ("2099-01-02T15:00:00Z", "2099-01-02T17:00:00Z", [seat.id for seat in seats.values()]))  # fmt: skip
    apart(seated.peer, blocked.name)
    compared(client.db)
    answers = [seats[person].accept().ok() for person in (blocked, free)]
    assert len({str(hears(seat)) for seat in seats.values()}) == 1 and {answer["state"] for answer in answers} == {"accepted"}
    says_conflict(seats[blocked].confirm())
    seats[free].confirm().ok()
    assert len({str(hears(seat)) for seat in seats.values()}) == 1, "what was answered shows in neither before its hour"


def test_not_this_one_has_one_text_whatever_the_cause(client, administrator, coordinator):
    """DESIGN 5b.4, R11: a conflict, the coordination's judgement, a lock and a group that ended: the same state, the same words, and
    always what comes instead."""
    read = []
    for cause in ("conflict", "judgement", "locked"):
        group = Group(coordinator, service(administrator)).open()
        seated, person = named(client), named(client)
        group.seat(seated)
        seat = group.seat(person, "accepted")
        if cause == "conflict":
            apart(seated.peer, person.name)
            says_conflict(seat.confirm())
        if cause == "locked":
            client.db.execute("update sessions set starts_at = now() - interval '1 minute' where cohort_id = %s and seq = 1", (group.id,))
        else:
            seat.confirm("not-this-one").ok()
        seat.hear()
        read.append([value for value in hears(seat) if not isinstance(value, str)])
        assert seat.state == "not_placed"
    assert read[0] == read[1] == read[2] and len(read[0][2]) == 3


def test_what_is_met_after_the_answer_is_answered_again(client, group):
    """Decision 15: said by somebody else in between, it is a coordinator's to answer again; the person waits for the next fixed hour."""
    seated, person = named(client), named(client)
    group.seat(seated)
    seat = group.seat(person, "accepted")
    seat.confirm().ok()
    apart(seated.peer, person.name)
    before = seat.read()
    seat.hear()
    again = seat.read()
    assert (again["state"], again["answer"]) == ("accepted", None) and again["answer_at"] != before["answer_at"]
    assert (seat.decisions()[-1]["decision"], seat.decisions()[-1]["reason"]) == ("asked_again", "conflict")
    # An answer in their own file, and no confirmation: there would be one cause for it.
    nobody, unanswered = named(client), ready(client)
    other = Group(group.coordinator, service(client("administrator"))).open()
    other.seat(nobody)
    waits = other.seat(unanswered, "accepted")
    waits.read()
    waits.hear()
    files = [
        {(event["role"], event["action"]) for event in who.peer.get(f"{who.path}/audit-events").ok().data
         if event["object_type"] == "enrolment"} for who in (person, unanswered)]  # fmt: skip
    assert files[0] == files[1]


def test_who_cannot_be_compared_is_placed_nowhere(client, group, db):
    """DESIGN 5b.1: what is not compared says so; nobody else waits for it."""
    seated, person, other = named(client), named(client), named(client)
    talked(group.coordinator, apart(seated.peer, name := unique("Kim")))
    group.seat(seated)
    compared(db)
    db.execute(
        "insert into job_faults (job, subject_id, sqlstate, since, retry_at) values ('comparisons', %s, '57014', now(), 'infinity')",
        (person.id,),
    )
    person.contact(who=person.coordinator, name_to_use=name).ok()
    compared(db)
    assert group.place(person).problem(409, "conflict")["reason"] == "not-compared-yet"
    assert group.place(other).created()["state"] == "offered"
    db.execute("delete from job_faults where subject_id = %s", (person.id,))
    says_conflict(group.place(person))


def test_what_takes_too_long_to_compare_holds_nobody_elses_up(client, db):
    """DESIGN 5b.1: whatever somebody made of their names, the others' are compared in the same second, and the next round begins there."""
    heavy, other = named(client), named(client)
    compared(db)
    with db.transaction(force_rollback=True):
        db.execute(
            "alter function comparison_one(text, uuid) rename to comparison_of_one; create function comparison_one(in_subject text, in_id uuid)"
            f" returns void language plpgsql as $$ begin perform pg_sleep(case when in_id = '{heavy.id}' then 60 else 0 end);"
            " perform comparison_of_one(in_subject, in_id); end $$")  # fmt: skip
        db.execute("select set_config('app.role', 'worker', true), comparison_ask('participant', %s)", ([heavy.id, other.id],))
        left = "select owner_id::text from comparisons"
        db.execute("set local statement_timeout = '2500ms'")
        db.execute("select comparison_run()")
        assert db.execute("select subject_id::text, sqlstate from job_faults where job = 'comparisons'").fetchall() == [(heavy.id, "57014")]
        db.execute("select comparison_run()")
        assert db.execute(left).fetchall() == [(heavy.id,)]


def test_assigning_and_substituting_a_host(client):
    """A6.5, I5: as somebody who leads the group and for one evening; who must not meet somebody there is no candidate either."""
    evening = informal(client, people=0)
    person = evening.joined(named(client, coordinator=evening.coordinator, now=evening.now))
    evening.seat(person)
    substitute, other = evening.host(), evening.host()
    apart(substitute.client, person.name)
    (led,) = [
        h for h in evening.coordinator.get(f"{evening.group.path}/host-assignments").ok().data
        if h["account_id"] == evening.supporter.id]  # fmt: skip
    tonight = {"session_id": evening.session["id"], "replaces": led["id"]}
    says_conflict(evening.group.assign(substitute, **tonight))
    evening.group.assign(other, **tonight).created()
    missing = informal(client, people=0)
    missing.seat(missing.joined(named(client, name=person.name, coordinator=missing.coordinator, now=missing.now)))
    (assignment,) = [
        h for h in missing.coordinator.get(f"{missing.group.path}/host-assignments").ok().data
        if h["account_id"] == missing.supporter.id]  # fmt: skip
    missing.coordinator.post(f"/v1/host-assignments/{assignment['id']}/release", if_match="*").ok()
    says_conflict(missing.group.assign(substitute))


@pytest.mark.parametrize("kind", [FORMAL, INFORMAL], ids=["formal", "informal"])
def test_a_session_does_not_start_while_a_decided_conflict_stands(client, kind):
    """A6.5, decision 17: hosts hear only whom to call, in what they read nothing has changed; peers read an ordinary notice with the
    line. What nobody has decided stops nothing: a host cannot try out names with it (S2)."""
    evening = Evening(client, kind, people=0)
    people = [evening.joined(named(client, coordinator=evening.coordinator, now=evening.now)) for _ in range(2)]
    for person in people:
        evening.seat(person)
    evening.at(minutes=-10)
    paths = (evening.group.path, evening.path, f"{evening.path}/roster", "/v1/my-sessions")
    seen = [bare(evening.supporter.client.get(path).ok()) for path in paths]
    body = {"kind": "no_contact", "for_participant_id": people[0].id, "participant_id": people[1].id}
    declaration = evening.coordinator.post(PATH, body).created()
    compared(client.db, evening.now)
    assert [bare(evening.supporter.client.get(path).ok()) for path in paths] == seen
    for who in (evening.supporter.client, evening.coordinator):
        assert evening.start(who).problem(409, "conflict")["reason"] == "call-your-coordinator"
    for person in people:
        (upcoming,) = [n for n in next_sessions(person) if n["session"]["id"] == evening.session["id"]]
        assert upcoming["session"]["notice"] is None
    evening.at(minutes=2)
    homes = {str(upcoming_notice(person, evening.session)) for person in people}
    assert len(homes) == 1 and "1-844-750-1648" in homes.pop()
    evening.coordinator.post(f"{declaration.path}/withdraw").ok()
    apart(people[1].peer, people[0].name)
    compared(client.db, evening.now)
    evening.start().ok()
    assert upcoming_notice(people[0], evening.session) is None


@pytest.mark.parametrize("tried", ["a name", "a unit"])
def test_a_host_tries_out_nobody_with_a_start(client, tried):
    """S2, decision 17: of what a host says ten minutes before nothing has been decided, and the evening begins, whoever is behind an
    alias; the match is there, and is the coordinators'."""
    evening, unit = informal(client, people=0), {"unit": unique("2 RCR"), "from": "2015-01-01"}
    person = evening.joined(named(client, coordinator=evening.coordinator, now=evening.now))
    talked(evening.coordinator, person.peer.post(PATH, {"kind": "same_unit"} | unit).created())
    evening.seat(person)
    evening.at(minutes=-10)
    host = evening.supporter.client
    said = [apart(host, name, "recusal") for name in (unique("Kim"), person.name)]
    said += [host.post(PATH, {"kind": "same_unit"} | body).created() for body in (unit | {"unit": unique("3 RCR")}, unit)]
    met = dict(zip(("a name", "a unit"), (said[1], said[3]), strict=True))[tried]
    for one in said:
        if one is not met:
            host.post(f"{one.path}/withdraw").ok()
    compared(client.db, evening.now)
    evening.start().ok()
    assert [m["participant_id"] for m in talked(evening.coordinator, met)["matches"]] == [person.id]


def next_sessions(person):
    return person.peer.get(f"{person.path}/home").ok()["next_sessions"]


def upcoming_notice(person, session):
    (upcoming,) = [n for n in next_sessions(person) if n["session"]["id"] == session["id"]]
    return upcoming["session"]["notice"]


def test_the_notice_is_the_same_when_hosts_are_late(client):
    """A6.5: an ordinary delay notice is one that others read as well, where nobody has declared anything."""
    evening = informal(client)
    person = evening.seats[0].person
    evening.at(minutes=2)
    assert set(upcoming_notice(person, evening.session)) == {"en", "fr"}


def decided(evening, declaration):
    """A coordinator has looked: it is the person who was meant."""
    compared(evening.client.db, evening.now)
    (match,) = evening.coordinator.get(declaration.path).ok()["matches"]
    body = {"decision": "block", "same_person": True}
    evening.coordinator.post(f"/v1/conflict-matches/{match['id']}/decide", body, if_match="*").ok()


def test_what_was_decided_and_is_taken_back_stops_an_evening_until_the_next_fixed_hour(client):
    """S2, DESIGN 5b.3: never at the click: which of two names a host takes back shows in no start."""
    evening = informal(client, people=0)
    person = evening.joined(named(client, coordinator=evening.coordinator, now=evening.now))
    evening.seat(person)
    host = evening.supporter.client
    said = [apart(host, name, "recusal") for name in (unique("Kim"), person.name)]
    talked(evening.coordinator, said[0])
    decided(evening, said[1])
    evening.at(minutes=-10)
    for one in said:
        host.post(f"{one.path}/withdraw").ok()
        compared(client.db, evening.now)
        assert evening.start().problem(409, "conflict")["reason"] == "call-your-coordinator"
    (hour,) = client.db.execute("select fixed_hour_after(%s)", (evening.now,)).fetchone()
    compared(client.db, f"{hour + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}")
    evening.start().ok()


def test_whoever_comes_back_has_no_part_in_what_began_without_them(client):
    """Decision 16: while they were away nobody asked whether they may; the next evening is asked again."""
    evening = informal(client, people=0)
    person = evening.joined(named(client, coordinator=evening.coordinator, now=evening.now))
    evening.seat(person)
    on_call = evening.on_call.client
    said = apart(on_call, person.name, "recusal", counts_from="now")
    talked(evening.coordinator, said)
    decided(evening, said)
    evening.at(minutes=-5)
    evening.start().ok()
    evening.at(minutes=1)
    on_call.delete("/v1/step-back")
    is_hidden(on_call, "GET", f"{evening.path}/roster")
    refused = on_call.put(f"{evening.path}/join-link", {"join_link": "https://teams.example/join/mine"})
    refused.problem(404, "not-found")


def test_a_host_who_recuses_themselves_is_replaced_for_the_evening(client):
    """I5: what counts is today's roster: with a substitute in the host's place the session starts, the next one does not."""
    evening = informal(client, people=0)
    person = evening.joined(named(client, coordinator=evening.coordinator, now=evening.now))
    evening.seat(person)
    substitute = evening.host()
    decided(evening, apart(evening.supporter.client, person.name, "recusal"))
    evening.at(minutes=-10)
    assert evening.start().problem(409, "conflict")["reason"] == "call-your-coordinator"
    assignments = evening.coordinator.get(f"{evening.group.path}/host-assignments").ok().data
    (led,) = [h for h in assignments if h["account_id"] == evening.supporter.id]
    evening.group.assign(substitute, session_id=evening.session["id"], replaces=led["id"]).created()
    present = [substitute] + [h for h in evening.hosts if h is not evening.supporter]
    evening.start(substitute.client, present).ok()
    evening.at(minutes=90).end(substitute.client).ok()
    evening.at(days=7)
    later = evening.coordinator.post(
        f"/v1/sessions/{evening.next_session['id']}/start", {"hosts_present": [h.id for h in evening.hosts]})  # fmt: skip
    assert later.problem(409, "conflict")["reason"] == "call-your-coordinator"


def test_moving_a_session_neither_asks_nor_opens_anything(client):
    """A6.5: another date brings nobody else together; the session still does not start."""
    evening = informal(client, people=0)
    people = [evening.joined(named(client, coordinator=evening.coordinator, now=evening.now)) for _ in range(2)]
    for person in people:
        evening.seat(person)
    decided(evening, apart(people[1].peer, people[0].name))
    evening.change(evening.session, local_start="2090-01-10T19:00")
    evening.at(minutes=30)
    assert evening.start().problem(409, "conflict")["reason"] == "call-your-coordinator"


def test_a_seat_and_a_declaration_at_the_same_moment(client, administrator, coordinator, db):
    """A6.5, issue point 5: whichever is later sees the other: nobody sits beside somebody they must not meet without its being known."""
    people = [ready(client) for _ in range(6)]
    groups = [Group(coordinator, service(administrator)).open() for _ in range(3)]
    pairs = list(itertools.combinations(people, 2))[:9]
    placements = [(groups[n % 3], person) for n, person in enumerate(people)] + [(groups[(n + 1) % 3], p) for n, p in enumerate(people)]
    colleagues = [client("coordinator", ME if n % 2 else OTHER_COORDINATOR) for n in range(len(pairs) + len(placements))]

    def work(number):
        who = colleagues[number]
        if number < len(pairs):
            one, other = pairs[number]
            return who.post(PATH, {"kind": "no_contact", "for_participant_id": one.id, "participant_id": other.id}).status
        group, person = placements[number - len(pairs)]
        return who.post(f"{group.path}/enrolments", {"participant_id": person.id}).status

    done = at_once(len(colleagues), work)
    assert done[: len(pairs)] == [201] * len(pairs) and set(done[len(pairs) :]) <= {201, 409}, done
    compared(db)
    for one, other in pairs:
        together, raised = db.execute(
            "select exists (select from enrolments a join enrolments b using (cohort_id)"
            "   where a.participant_id = %(one)s and b.participant_id = %(other)s and a.holds_seat and b.holds_seat),"
            " (select raised_at is not null from conflict_matches where for_participant_id = %(one)s and participant_id = %(other)s)",
            {"one": one.id, "other": other.id},
        ).fetchone()
        assert together == raised


# ---- silence ----


def test_a_request_compares_nothing(client, administrator, coordinator):
    """S1, 5b.1: whomever it means, a request leaves one row for the worker, finds nobody and excludes nobody; the worker does."""
    met, host, declarer = named(client), Host(client, administrator), ready(client)
    awaited = unique("Kim")
    talked(coordinator, apart(declarer.peer, awaited))
    compared(client.db)
    found = "select (select count(*) from conflict_matches where ended_at is null) + (select count(*) from exclusions)"
    waits = "select count(*) from comparisons"
    said = []
    for act in (
        lambda: said.append(apart(declarer.peer, met.name)),
        lambda: said.append(apart(host.client, met.name, "recusal", counts_from="now")),
        lambda: declarer.peer.post("/v1/exclusion-requests", {"staff_name": host.made["name"]}),
        lambda: met.contact(name_to_use=awaited).ok(),
        lambda: withdraw(declarer.peer, said[0]),
        lambda: withdraw(host.client, said[1]),
    ):
        before = client.db.execute(found).fetchone()[0]
        act()
        assert client.db.execute(f"select ({found}), ({waits})").fetchone() == (before, 1)
        compared(client.db)
        assert client.db.execute(f"select ({found}) = {before}, ({waits})").fetchone() == (False, 0)


def test_whether_somebody_is_met_is_not_in_the_answer(client, administrator):
    """A6.5: one's own declarations read the same, whether they meet somebody of one's group, somebody else, or nobody."""
    met, now = named(client), "2026-11-23T15:00:00Z"
    peers = [open_person(client, now=now).peer for _ in range(2)]
    hosts = [Host(client, administrator, is_trained=False).client for _ in range(2)]
    clock(now, *hosts)
    for pair in (peers, hosts):
        made = [apart(who, name) for who, name in zip(pair, (met.name, unique("Nobody")), strict=True)]
        shapes = [{k: v for k, v in m.json.items() if k != "id"} for m in made]
        assert shapes[0] == shapes[1]
        read = [who.get(m.path).ok() for who, m in zip(pair, made, strict=True)]
        assert [r.json for r in read] == [m.json for m in made] and len({len(r.content) for r in read}) == 1


def test_who_is_meant_notices_nothing(client, group):
    """A6.5: their file, their seat, their home, their audit: byte for byte as before."""
    meant, declarer = named(client), open_person(client)
    seat = group.seat(meant)
    paths = [meant.path, f"{meant.path}/contact", f"{meant.path}/home", f"{meant.path}/enrolments", seat.path, PATH]

    def everything():
        # Their own reading is in their audit as well: what others did is not.
        others = [e for e in meant.peer.get(f"{meant.path}/audit-events", params={"limit": 100}).ok().data if e["role"] != "peer"]
        return [bare(meant.peer.get(path).ok()) for path in paths] + [others]

    before = everything()
    declaration = apart(declarer.peer, meant.name)
    compared(client.db)
    group.coordinator.get(declaration.path).ok()
    (match,) = talked(group.coordinator, declaration)["matches"]
    group.coordinator.post(f"/v1/conflict-matches/{match['id']}/decide", {"decision": "block", "same_person": True}, if_match="*").ok()
    assert everything() == before


def test_whoever_has_a_place_or_waits_for_one_notices_nothing(client):
    """A6.5, S2.11: somebody who waits names one who has a place, it is met, talked about and decided; everybody who is in the chat, the host
    and whoever named them read what they read before, and take and free as before."""
    evening = chats(client, people=3)
    meant, other, waiting = evening.seats
    name = unique("Kim")
    meant.person.contact(who=evening.coordinator, name_to_use=name).ok()
    place = f"{evening.path}/place"
    for seat in evening.seats:
        seat.person.peer.put(place).ok()
    read = {
        seat.person.peer: [place, seat.path, seat.person.path, f"{seat.person.path}/home", f"{seat.person.path}/enrolments"]
        for seat in evening.seats}  # fmt: skip
    read[evening.supporter.client] = ["/v1/my-sessions", f"{evening.path}/roster", evening.path, evening.group.path]

    def everything():
        return [bare(who.get(path).ok()) for who, paths in read.items() for path in paths]

    before = everything()
    declaration = apart(waiting.person.peer, name)
    compared(client.db)
    (match,) = talked(evening.coordinator, declaration)["matches"]
    evening.coordinator.post(f"/v1/conflict-matches/{match['id']}/decide", {"decision": "block", "same_person": True}, if_match="*").ok()
    assert everything() == before
    as_worker(client.db, evening.now, "select place_list_advance_all()")
    assert everything() == before, "nothing is free"
    # Whoever frees their place and comes again is behind who waits, whoever that is.
    for seat in (meant, other):
        seat.person.peer.delete(place).no_content()
        assert seat.person.peer.get(place).ok()["standing"] == "full"
        assert seat.person.peer.put(place).ok()["standing"] == "waiting"
