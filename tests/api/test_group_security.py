# SPDX-License-Identifier: MIT
"""What an attacker would try around a group: a peer who wonders who else is there, a host or a coordinator who wants more than theirs,
somebody of the staff who is a peer as well, and whoever reaches the functions of the database themselves."""

import json
import uuid

import psycopg
import pytest
from steps import at_once
from steps.groups import FORMAL, INFORMAL, Group, Host, in_days, instant, ready, service
from steps.journey import QUEBEC_COORDINATOR, compared, is_hidden, tables_with, talked, unique


@pytest.fixture
def formal(administrator):
    return service(administrator, FORMAL)


@pytest.fixture
def informal(administrator):
    return service(administrator, INFORMAL)


def same_sign_in(db, client, person, staff_account):
    """From here on the peer signs in as this member of the staff does: one person, two accounts, and no exclusion was written down."""
    db.execute("update accounts set subject = %s where id = %s", (str(staff_account), person.account))
    person.peer = client("peer", staff_account)
    return person


# ---- I13: nobody meets their own case as staff, whether somebody wrote an exclusion or not ----


def test_a_coordinator_who_is_a_peer_of_a_group_sees_nothing_of_it(client, coordinator, db, formal):
    """I13: the group, its seats, its sessions, its roster and its decisions do not exist for them, nor do they wait anywhere."""
    other = client("coordinator", "other")
    person = ready(client)
    group = Group(coordinator, formal).open()
    seat = group.seat(person)
    same_sign_in(db, client, person, other.account)
    session = group.sessions()[0]
    for path in (group.path, f"{group.path}/sessions", f"{group.path}/enrolments", f"{group.path}/host-assignments"):
        is_hidden(other, "GET", path)
    for path in (f"/v1/sessions/{session['id']}", f"/v1/sessions/{session['id']}/roster", f"/v1/sessions/{session['id']}/attendance"):
        is_hidden(other, "GET", path)
    for path in (seat.path, f"{seat.path}/decisions"):
        is_hidden(other, "GET", path)
    for step, body in (("accept", None), ("decline", None), ("withdraw", None), ("offer", {}), ("remove", {"reason": "safety"})):
        is_hidden(other, "POST", f"{seat.path}/{step}", body)
    is_hidden(other, "POST", f"{group.path}/cancel")
    assert group.id not in {one["id"] for one in other.get("/v1/groups", params={"limit": 100}).ok().data}
    assert seat.state == "confirmed"
    db.execute("update accounts set subject = id::text where id = %s", (person.account,))


def test_a_coordinator_records_nothing_about_a_group_of_their_own(client, coordinator, db, formal):
    """I13: a seat beside theirs is answered as one that never was."""
    other = client("coordinator", "other")
    person, beside = ready(client), ready(client)
    group = Group(coordinator, formal).open()
    group.seat(person)
    seat = group.seat(beside)
    same_sign_in(db, client, person, other.account)
    body = {"kind": "distress", "severity": 2}
    for enrolment_id in (seat.id, str(uuid.uuid4())):
        other.post("/v1/incidents", body | {"enrolment_id": enrolment_id}).problem(422).fault("#/enrolment_id", "does-not-exist")
    db.execute("update accounts set subject = id::text where id = %s", (person.account,))


def test_a_coordinator_does_not_place_themselves(client, coordinator, db, formal):
    """I13: in a group where they are not yet, either."""
    other = client("coordinator", "other")
    person = same_sign_in(db, client, ready(client), other.account)
    group = Group(coordinator, formal).open()
    answer = other.post(f"{group.path}/enrolments", {"participant_id": person.id}).problem(422)
    answer.fault("#/participant_id", "does-not-exist")
    waiting = other.get("/v1/waiting-people", params={"limit": 100}).ok().data
    assert person.id not in {one["participant_id"] for one in waiting}
    db.execute("update accounts set subject = id::text where id = %s", (person.account,))


def test_a_host_does_not_lead_a_group_in_which_they_are_a_peer(client, coordinator, administrator, db, informal):
    """I13: refused in the words of any other conflict, from either side; whoever is both by then leads nothing."""
    person, later = ready(client), ready(client)
    host, second = Host(client, administrator), Host(client, administrator)
    same_sign_in(db, client, person, host.id)
    group = Group(coordinator, informal).open()
    group.seat(person)
    assert group.assign(host).problem(409, "conflict")["reason"] == "conflict"
    group.assign(second).created()
    same_sign_in(db, client, later, second.id)
    assert group.place(later).problem(409, "conflict")["reason"] == "conflict"
    db.execute("update accounts set subject = id::text where id = %s", (later.account,))
    later.peer = client("peer", later.account)
    group.seat(later)
    same_sign_in(db, client, later, second.id)
    session = group.sessions()[0]
    for path in (group.path, f"/v1/sessions/{session['id']}", f"/v1/sessions/{session['id']}/roster"):
        is_hidden(second.client, "GET", path)


# ---- a coordinator of some regions ----


def test_a_roster_shows_a_coordinator_the_people_they_serve(client, coordinator, formal, db):
    """A6.8, R14: of somebody of another region nothing, unless the group is in their care."""
    db.execute("delete from back_ups")
    far, near = ready(client, region="ON"), ready(client, region="QC")
    group = Group(coordinator, formal).open()
    seats = [group.seat(far), group.seat(near)]
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    session = group.sessions()[0]
    roster = quebec.get(f"/v1/sessions/{session['id']}/roster").ok().data
    assert {one["enrolment_id"]: one["participant_id"] for one in roster} == {seats[1].id: near.id}
    for path in (seats[0].path, f"{seats[0].path}/decisions", far.path):
        is_hidden(quebec, "GET", path)
    assert [one["id"] for one in quebec.get(f"{group.path}/enrolments").ok().data] == [seats[1].id]


# ---- join links ----


def test_a_substitute_has_the_link_of_their_session_alone(client, coordinator, administrator, formal):
    """Join links reach the hosts: of each session those who lead it."""
    host, substitute = Host(client, administrator), Host(client, administrator)
    group = Group(coordinator, formal).open().led_by(host)
    first, second = group.sessions()[:2]
    for session in (first, second):
        link = f"https://meet.example.org/{uuid.uuid4().hex}"
        coordinator.patch(f"/v1/sessions/{session['id']}", {"join_link": link}, if_match="*").ok()
    (lead,) = coordinator.get(f"{group.path}/host-assignments").ok().data
    group.assign(substitute, session_id=second["id"], replaces=lead["id"]).created()

    def links(who):
        return [session["join_link"] is not None for session in group.sessions(who)[:2]]

    assert links(coordinator) == [True, True]
    assert links(host.client) == [True, False]
    assert links(substitute.client) == [False, True]


# ---- kept answers ----


def test_a_repeated_placement_shows_nobody_who_is_hidden_by_now(client, coordinator, formal):
    """I13, R14: the key of a placement of then opens nothing, once the person is hidden."""
    person = ready(client)
    group = Group(coordinator, formal).open()
    key = str(uuid.uuid4())
    path, body = f"{group.path}/enrolments", {"participant_id": person.id}
    made = coordinator.post(path, body, idempotency_key=key).created()
    assert coordinator.post(path, body, idempotency_key=key).created()["id"] == made["id"]
    other = client("coordinator", "other")
    other.post(f"{person.path}/exclusions", {"account_id": coordinator.account, "reason": "asked_by_peer"}).created()
    answer = coordinator.post(path, body, idempotency_key=key).problem(409, "conflict")
    assert answer["reason"] == "no-longer-seen" and made["alias"] not in answer.content.decode()


def test_a_link_does_not_live_on_in_a_kept_answer(client, coordinator, db, formal):
    """A session's keys end its links: what is kept for a repeated request holds none, nor its wrapped key."""
    group = Group(coordinator, formal, series={"local_start": in_days(21), "count": 1})
    key, body = str(uuid.uuid4()), {"local_start": in_days(28), "join_link": "https://meet.example.org/room"}
    made = coordinator.post(f"{group.path}/sessions", body, idempotency_key=key).created()
    assert made["join_link"] == body["join_link"]
    again = coordinator.post(f"{group.path}/sessions", body, idempotency_key=key).created()
    assert again["id"] == made["id"] and again["join_link"] is None
    wrapped = db.execute("select wrapped from sealed_keys where owner_id = %s", (made["id"],)).fetchone()[0]
    assert "sealed_keys" in tables_with(db, wrapped) and "idempotency_keys" not in tables_with(db, wrapped)


# ---- oracles: is a certain person in the program, or in this group ----


def declare(who, name, kind="no_contact"):
    return who.post("/v1/conflict-declarations", {"kind": kind, "name": name})


def names_somebody(peer, _, name):
    declare(peer, name).created()


def goes_by_it_for_a_while(peer, person, name):
    for word in (name, "Sam"):
        person.contact(who=peer, name_to_use=word).ok()


def asks_not_to_be_seen(peer, _, name):
    assert peer.post("/v1/exclusion-requests", {"staff_name": name}).status == 202


@pytest.mark.parametrize("tries", [names_somebody, goes_by_it_for_a_while, asks_not_to_be_seen])
def test_an_open_offer_tells_nothing_about_a_name(client, coordinator, administrator, informal, tries):
    """A6.5, R2, S3, S4, decision 15: a peer with an offer names somebody, or goes by a name that somebody there has declared, or asks that
    a host not see them; and accepts. The answer is the same whether it concerns the group or nobody of the program, also once it was
    compared; and so is the hour at which they hear."""
    member, host = ready(client), Host(client, administrator)
    name = host.made["name"] if tries is asks_not_to_be_seen else unique("Robin")
    if tries is goes_by_it_for_a_while:
        talked(coordinator, declare(member.peer, name).created())
    elif tries is names_somebody:
        member.contact(who=coordinator, name_to_use=name).ok()
    answers = []
    for tried in (name, unique("Nobody")):
        group = Group(coordinator, informal, series={"local_start": in_days(30 + len(answers)), "count": 3}).open().led_by(host)
        group.seat(member)
        seat = group.seat(ready(client), state="offered")
        tries(seat.person.peer, seat.person, tried)
        compared(client.db)
        seen = [seat.accept().ok(), seat.read(seat.person.peer)]
        answers.append([(answer["state"], answer["answer_at"], answer["text"], answer["instead"]) for answer in seen])
    assert answers[0] == answers[1] and answers[0][0][0] == "accepted"


def test_what_was_said_before_an_offer_does_not_stand_in_its_way(client, coordinator, informal):
    """A6.5: whom they must not meet was asked at the intake, and talked about; nobody of them is in the group, so there is a place."""
    person = ready(client)
    declared = declare(person.peer, unique("Nobody")).created()
    assert Group(coordinator, informal).open().place(person).problem(409, "conflict")["reason"] == "conversation-first"
    talked(coordinator, declared)
    seat = Group(coordinator, informal).open().seat(person)
    assert seat.state == "confirmed"


@pytest.mark.parametrize("path, field", [("/v1/conflict-declarations", "name"), ("/v1/exclusion-requests", "staff_name")])
def test_names_are_not_tried_out_at_once(client, path, field):
    """A6.5: five a day, of declarations and of requests not to be seen, also when thirty come at the same moment."""
    person = ready(client)
    fixed = {"kind": "no_contact"} if field == "name" else {}
    peers = [client("peer", person.account) for _ in range(30)]
    answers = at_once(30, lambda n: peers[n].post(path, fixed | {field: f"Name {n}"}))
    assert sorted(answer.status // 100 for answer in answers) == [2] * 5 + [4] * 25
    refused = person.peer.post(path, fixed | {field: "Kim Sample"}).problem(409, "conflict")
    assert refused["reason"] == "too-many-today"


@pytest.mark.parametrize("member", ["name_digest", "unit_digest"])
def test_a_digest_is_made_here_and_never_sent(client, member):
    """Decision 6: whoever could send a digest could compare what was declared with what they know."""
    body = {"kind": "no_contact", "name": "Kim Sample", member: "0" * 64}
    client("peer").post("/v1/conflict-declarations", body).problem(422, "validation-failed").fault(f"#/{member}", "unknown")
    person = ready(client)
    person.contact(name_to_use="Kim", name_to_use_digest="0" * 64).problem(422).fault("#/name_to_use_digest", "unknown")


# ---- bounds ----


def test_a_peer_has_ten_calendars_however_many_are_asked_for_at_once(client, db):
    """Every resource has its bound, also against thirty requests at the same moment."""
    person = ready(client)
    peers = [client("peer", person.account) for _ in range(30)]
    answers = at_once(30, lambda n: peers[n].post(f"{person.path}/calendar-feeds", {"language": "en"}))
    assert sorted(answer.status for answer in answers) == [201] * 10 + [409] * 20
    assert db.execute("select count(*) from calendar_feeds where participant_id = %s", (person.id,)).fetchone() == (10,)


def test_a_group_meets_within_a_hundred_years(coordinator, formal):
    """A slip of the pen is refused, and no year leaves the four digits that calendars and RFC 3339 know."""
    body = {"service_id": formal["id"], "language": "en", "series": {"local_start": "9999-12-20T18:30", "count": 4}}
    coordinator.post("/v1/groups", body).problem(422).fault("#/series/local_start", "too-far")
    group = Group(coordinator, formal)
    session = group.sessions()[0]
    coordinator.post(f"{group.path}/sessions", {"local_start": in_days(100 * 366 + 1)}).problem(422).fault("#/local_start", "too-far")
    for cascade in (False, True):
        change = {"local_start": "9999-12-20T18:30", "cascade": cascade}
        coordinator.patch(f"/v1/sessions/{session['id']}", change, if_match="*").problem(422).fault("#/local_start", "too-far")


def test_nothing_of_a_group_grows_without_end(client, coordinator, db, informal):
    """Sessions that are planned and cancelled again stay in everybody's calendar; actions stay in every answer about an incident."""
    group = Group(coordinator, informal)
    db.execute(
        "insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, changed_at, state)"
        " select %s, 3 + n, 1, now()::timestamp, 'America/Toronto', now(), 90, '{}', now(), 'cancelled' from generate_series(1, 197) n",
        (group.id,),
    )
    refused = coordinator.post(f"{group.path}/sessions", {"local_start": in_days(60)}).problem(409, "conflict")
    assert refused["reason"] == "max-sessions"
    made = coordinator.post("/v1/incidents", {"kind": "technical", "severity": 1}).created()
    db.execute(
        "insert into incident_actions (incident_id, code, at, recorded_by, recorded_at)"
        " select %s, 'technical_help', now(), %s, now() from generate_series(1, 100)",
        (made["id"], coordinator.account),
    )
    refused = coordinator.post(f"{made.path}/actions", {"code": "technical_help"}).problem(409, "conflict")
    assert refused["reason"] == "too-many"


def test_a_calendar_ends_with_the_account(client, coordinator, nobody, db, informal):
    """I8, R15: after a withdrawal nothing of the group is left in it; of a peer who may not come in any more there is none."""
    person = ready(client)
    seat = Group(coordinator, informal).open().seat(person)
    path = person.peer.post(f"{person.path}/calendar-feeds", {"language": "en"}).created()["path"]
    assert nobody.get(path).ok().content.count(b"BEGIN:VEVENT") == 3
    seat.withdraw().ok()
    assert b"VEVENT" not in nobody.get(path).ok().content
    db.execute("update accounts set is_active = false where id = %s", (person.account,))
    nobody.get(path).problem(404, "not-found")


# ---- the second wall, by itself ----


@pytest.fixture
def inside(cluster, server):
    """inside(role, account): the database as the API reaches it, with that actor entered as every request enters it."""
    made = []

    def enter(role, account):
        connection = psycopg.connect(cluster.url(server.database, "alongside_api"))
        made.append(connection)
        connection.execute(
            "select context_enter('urn:alongside:local', %s, %s, 'en', %s, null, 'test')", (str(account), role, str(uuid.uuid4()))
        )
        return connection

    yield enter
    for connection in made:
        connection.close()


def refused(connection, sql, *values):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(sql, values)


def test_functions_believe_no_argument(client, coordinator, inside, formal):
    """Whoever reaches the database as a peer asks its functions in vain: how many sit in a group, whether somebody of it stands in
    their way, what another group meets about, mail to everybody."""
    member, stranger = ready(client), ready(client)
    group = Group(coordinator, formal).open().prepare()
    seat = group.seat(member)
    asking = inside("peer", stranger.account)
    refused(asking, "select cohort_seats_taken(%s)", group.id)
    refused(asking, "select conflict_blocks_participant(%s, %s)", stranger.id, group.id)
    refused(asking, "select cohort_notify(%s, 'series_changed')", group.id)
    assert asking.execute("select cohort_seats_shown(%s)", (group.id,)).fetchone() == (None,)
    assert asking.execute("select conflict_blocks_cohort(%s)", (group.id,)).fetchone() in ((None,), (False,))
    for seat_id in (seat.id, uuid.uuid4()):
        assert asking.execute("select enrolment_group_json(%s)", (seat_id,)).fetchone() == (None,)
    begun = {"id": group.id, "joining": "closed", "registration_deadline_days": 9999}
    locked = "select cohort_is_locked(jsonb_populate_record(null::cohorts, %s::jsonb))"
    assert asking.execute(locked, (json.dumps(begun),)).fetchone() == (False,), "not even when it meets"


def test_a_coordinator_tries_out_nobody(client, coordinator, administrator, db, inside, formal):
    """Whoever reaches the database as a coordinator learns of no person whom they do not serve in which groups that person is, and (I13)
    nothing of a group in which they are a peer themselves."""
    other = client("coordinator", "other")
    person, hidden = ready(client), ready(client)
    host = Host(client, administrator)
    group = Group(coordinator, formal).open()
    for each in (person, hidden):
        group.seat(each)
    same_sign_in(db, client, hidden, host.id)
    blocks = "select conflict_blocks_host(%s, %s)"
    stranger = inside("coordinator", QUEBEC_COORDINATOR)
    assert stranger.execute(blocks, (host.id, group.id)).fetchone() == (True,)
    assert stranger.execute(blocks, (hidden.id, group.id)).fetchone() == (False,), "a participant is nobody's host"
    refused(stranger, "select host_is_barred(%s, %s)", hidden.id, group.id)
    same_sign_in(db, client, person, other.account)
    themself = inside("coordinator", other.account)
    assert themself.execute(blocks, (host.id, group.id)).fetchone() == (False,)
    between = {"kind": "no_contact", "for_participant_id": person.id, "participant_id": hidden.id}
    coordinator.post("/v1/conflict-declarations", between).created()
    compared(db)
    asked = "select conflict_blocks_cohort(%s)"
    assert stranger.execute(asked, (group.id,)).fetchone() == (True,)
    assert themself.execute(asked, (group.id,)).fetchone() == (False,)
    assert themself.execute("select count(*) from host_clashes(%s)", (group.id,)).fetchone() == (0,)
    with pytest.raises(psycopg.DatabaseError, match="not-found"), themself.transaction():
        themself.execute("select cohort_offers_shorten(%s)", (group.id,))
    db.execute("update accounts set subject = id::text where id in (%s, %s)", (person.account, hidden.account))


@pytest.mark.parametrize("role", ["peer", "line"])
def test_what_follows_from_a_write_is_for_whoever_may_write_it(client, inside, db, role):
    """And for nobody whom nobody has thought of: the place on the list that is gone here does not come back by their asking."""
    someone = ready(client)
    asking = inside(role, ready(client).account if role == "peer" else client(role).account)
    refused(asking, "select comparison_finish() from (select %s) s", someone.id)
    db.execute("delete from waiting_people where participant_id = %s", (someone.id,))
    asking.execute("select waiting_person_refresh(%s)", (someone.id,))
    asking.commit()
    assert db.execute("select from waiting_people where participant_id = %s", (someone.id,)).rowcount == 0


def test_a_host_reaches_no_other_group_in_the_database(client, coordinator, administrator, inside, formal):
    """A6.8: neither its seats, nor its people, nor their mail."""
    host = Host(client, administrator)
    Group(coordinator, formal).open().led_by(host)
    group = Group(coordinator, formal).open()
    seat = group.seat(ready(client))
    session = group.sessions()[0]
    asking = inside("peer_supporter", host.id)
    for table, column, value in (
        ("cohorts", "id", group.id),
        ("sessions", "cohort_id", group.id),
        ("enrolments", "cohort_id", group.id),
        ("host_assignments", "cohort_id", group.id),
        ("attendances", "session_id", session["id"]),
    ):
        assert asking.execute(f"select count(*) from {table} where {column} = %s", (value,)).fetchone() == (0,), table
    assert asking.execute("select rosters_read(%s)", (session["id"],)).fetchone() == (None,)
    assert asking.execute("select session_role(%s)", (session["id"],)).fetchone() == (None,)
    assert asking.execute("select session_safety_plans_read(%s, %s)", (session["id"], seat.id)).fetchone() == (None,)
    refused(asking, "select cohort_notify(%s, 'series_changed')", group.id)


def test_no_row_moves_to_where_one_may_not_look(client, coordinator, db, inside, formal):
    """I13: what a coordinator may change stays where they may look; a group of their own takes nothing from them."""
    other = client("coordinator", "other")
    own, elsewhere = Group(coordinator, formal).open(), Group(coordinator, formal).open()
    person = ready(client)
    own.seat(person)
    same_sign_in(db, client, person, other.account)
    asking = inside("coordinator", other.account)
    session = elsewhere.sessions()[0]
    refused(asking, "update sessions set cohort_id = %s, seq = 99 where id = %s", own.id, session["id"])
    db.execute("update accounts set subject = id::text where id = %s", (person.account,))


def test_a_temporary_table_in_place_of_ours_is_not_believed(client, db, coordinator, inside, formal):
    """What a definer's function calls looks for our tables first: a trigger on a caller's own never runs with the definer's rights."""
    person = ready(client)
    seat = Group(coordinator, formal).open().seat(person, state="offered")
    asking = inside("peer", person.account)
    db.execute(f"grant temporary on database {asking.info.dbname} to alongside_api")
    for sql in (
        "create temp table loot (who text)",
        "create temp table enrolments (like alongside.enrolments)",
        "insert into pg_temp.enrolments select * from alongside.enrolments",
        "create function pg_temp.take() returns trigger language plpgsql as"
        " $$ begin insert into pg_temp.loot values (current_user); return new; end $$",
        "create trigger take before update on pg_temp.enrolments for each row execute function pg_temp.take()",
        "grant all on pg_temp.enrolments, pg_temp.loot to public",
    ):
        asking.execute(sql)
    assert asking.execute("select (enrolments_decline(%s, null)).status", (seat.id,)).fetchone() == (200,)
    assert asking.execute("select who from pg_temp.loot").fetchall() == []
    assert asking.execute("select state from alongside.enrolments where id = %s", (seat.id,)).fetchone() == ("declined",)
    db.execute(f"revoke temporary on database {asking.info.dbname} from alongside_api")


def test_requests_and_jobs_make_no_temporary_table(cluster):
    """The copies of a database that other tests run in do not take its own rights along: this one is made by itself."""
    made = cluster.create_database("template0")
    cluster.psql("postgres", f"grant temporary on database {made} to public")
    cluster.migrate(made, demo=False)
    for role in ("alongside_api", "alongside_worker"):
        with psycopg.connect(cluster.url(made, role)) as asking:
            refused(asking, "create temp table loot (who text)")
    cluster.drop_database(made)


def test_mail_about_a_seat_is_put_in_with_the_seat_alone(client, coordinator, inside, informal):
    """Nobody has themselves written to about a place that is somebody else's."""
    stranger = ready(client)
    seat = Group(coordinator, informal).open().seat(ready(client))
    asking = inside("peer", stranger.account)
    refused(
        asking,
        "insert into outbox (kind, participant_id, enrolment_id, data, due_at, created_at, changed_at)"
        " values ('seat_confirmed', %s, %s, '{}', now(), now(), now())",
        stranger.id,
        seat.id,
    )


# ---- who was reached behind the glass ----


def test_a_coordinator_finds_nobody_they_are_excluded_from_in_the_review(client, coordinator, administrator, formal):
    """R14, A6.8: the list of those who were reached in an emergency shows a coordinator the people they serve."""
    person = ready(client)
    professional = Host(client, administrator, "mental_health_professional")
    group = Group(coordinator, formal).open().led_by(professional)
    seat = group.seat(person)
    session = group.sessions()[0]
    now = {"X-Test-Now": instant(session["local_start"], minutes=-10)}
    opening = f"/v1/sessions/{session['id']}/contacts/{seat.id}/open"
    professional.client.post(opening, {"reason": "check_in"}, headers=now).ok()
    other = client("coordinator", "other")

    def reviewed(who):
        return seat.id in {one["enrolment_id"] for one in who.get("/v1/contact-openings", params={"limit": 100}).ok().data}

    assert reviewed(coordinator) and reviewed(other) and reviewed(administrator)
    coordinator.post(f"{person.path}/exclusions", {"account_id": other.account, "reason": "asked_by_peer"}).created()
    assert reviewed(coordinator) and not reviewed(other)
