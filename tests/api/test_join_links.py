# SPDX-License-Identifier: MIT
"""The way into a session: sealed at rest, for whoever has a confirmed seat from 24 hours before, for its hosts and for coordinators;
it ends with the seat (I8, R17, A6.8, issue point 6)."""

import pytest
from steps.alarms import notices
from steps.evenings import Evening, audited, informal
from steps.journey import QUEBEC_COORDINATOR, is_hidden, open_person, own_case, tables_with


@pytest.fixture
def evening(client):
    return Evening(client)


def home(person):
    return person.peer.get(f"{person.path}/home").ok()


def shown(evening, seat=None):
    """The first session's link as the person with this seat sees it; False = they see no such session."""
    sessions = {s["session"]["id"]: s for s in home((seat or evening.seats[0]).person)["next_sessions"]}
    return sessions[evening.session["id"]]["join_link"] if evening.session["id"] in sessions else False


def everything_of(person, seat):
    """All that a peer can read of their place, as bytes."""
    paths = (
        f"{person.path}/home", f"{person.path}/enrolments", f"{person.path}/status", f"{person.path}/audit-events", seat.path,
        f"/v1/sessions/{seat.group.sessions()[0]['id']}/attendance")  # fmt: skip
    answers = [person.peer.get(path) for path in paths]
    assert {answer.status for answer in answers} <= {200, 404}
    feed = person.peer.post(f"{person.path}/calendar-feeds", {"language": "en"}).created()
    return b"".join([*(answer.content for answer in answers), person.peer.get(feed["path"]).ok().content])


# ---- at rest ----


def test_it_is_sealed_at_rest(evening, db, server):
    """Nothing of it stands in the open: in no table, with nobody's look, nor in the log."""
    room = evening.link.rsplit("/", 1)[-1]
    evening.at(hours=-1)
    assert shown(evening) == evening.link
    for who in (evening.coordinator, *(host.client for host in evening.hosts)):
        assert who.get(evening.path).ok()["join_link"] == evening.link
        who.get(f"{evening.group.path}/sessions").ok()
    assert tables_with(db, room) == [] == tables_with(db, "teams.example")
    assert room not in server.log_text()


def test_a_session_that_is_cancelled_takes_it_along(evening, db):
    """For everybody, and its key with it."""
    keys = "select count(*) from sealed_keys where owner_type = 'session' and owner_id = %s"
    assert db.execute(keys, (evening.session["id"],)).fetchone() == (1,)
    evening.at(hours=-2)
    evening.cancel()
    assert db.execute(keys, (evening.session["id"],)).fetchone() == (0,)
    assert shown(evening) is None
    assert evening.coordinator.get(evening.path).ok()["join_link"] is None
    assert evening.supporter.client.get(evening.path).ok()["join_link"] is None


def test_so_does_a_group_that_is_cancelled(evening, db):
    evening.at(hours=-2)
    evening.group.step("cancel").ok()
    assert shown(evening) is False and home(evening.seats[0].person)["next_sessions"] == []
    assert {s["join_link"] for s in evening.group.sessions()} == {None}
    assert db.execute("select count(*) from sealed_keys where owner_id = %s", (evening.session["id"],)).fetchone() == (0,)


# ---- a confirmed seat ----


@pytest.mark.parametrize(
    ("shift", "link"),
    [
        ({"hours": -24, "seconds": -1}, None),
        ({"hours": -24}, "shown"),
        ({"minutes": 89, "seconds": 59}, "shown"),
        ({"minutes": 90}, False),
    ],
)
def test_from_24_hours_before_until_the_end(evening, shift, link):
    """A6.8; before that the page says from when it will be there."""
    evening.at(**shift)
    assert shown(evening) == (evening.link if link == "shown" else link)
    later = home(evening.seats[0].person)["next_sessions"][-1]
    assert (later["session"]["seq"], later["join_link_from"], later["join_link"]) == (2, "2090-01-16T23:30:00Z", None)


def test_it_stays_while_the_session_is_under_way(evening):
    """Somebody whose connection broke comes back."""
    evening.started().at(minutes=30)
    assert shown(evening) == evening.link
    assert evening.at(minutes=40).end().ok() and shown(evening) is False


def test_it_moves_with_the_session(evening):
    evening.at(hours=-2)
    assert shown(evening) == evening.link
    evening.change(evening.session, local_start="2090-01-13T18:30")
    assert shown(evening) is None


@pytest.mark.parametrize("state", ["offered", "declined", "waitlisted"])
def test_not_without_a_confirmed_seat(client, state):
    evening = informal(client, people=0) if state != "waitlisted" else informal_with_one_place(client)
    seat = evening.seat(state="offered") if state != "waitlisted" else evening.seat(state="waitlisted")
    if state == "declined":
        seat.decline().ok()
    evening.at(hours=-1)
    assert seat.state == state
    assert evening.link.encode() not in everything_of(seat.person, seat)
    assert home(seat.person)["next_sessions"] == []


def informal_with_one_place(client):
    evening = informal(client, people=0)
    evening.coordinator.patch(evening.group.path, {"capacity": 1}, if_match="*").ok()
    evening.seat()
    return evening


@pytest.mark.parametrize("way", ["withdrawal", "withdrawal from the intake", "removal", "a group that ends"])
def test_it_ends_with_the_seat(evening, way):
    """I8, R17: at once, whatever was shown before."""
    (seat,) = evening.seats
    evening.at(hours=-1)
    assert shown(evening) == evening.link
    if way == "withdrawal":
        seat.withdraw().ok()
    elif way == "removal":
        seat.remove().ok()
    elif way == "a group that ends":
        evening.group.step("cancel").ok()
    else:
        (intake,) = seat.person.status()["intakes"]
        seat.person.peer.post(f"/v1/intakes/{intake['intake_id']}/withdraw").ok()
    assert evening.link.encode() not in everything_of(seat.person, seat)
    assert home(seat.person)["next_sessions"] == []


# ---- a closed room is closed ----

ANOTHER = "https://teams.example/join/another"


def rosters(evening):
    """What those who may replace the link read of it on the roster; the same for all of them."""
    answers = [
        {name: value for name, value in who.get(f"{evening.path}/roster").ok().json.items() if name.startswith("link_")}
        for who in (evening.coordinator, *(host.client for host in evening.hosts))
    ]
    assert answers == answers[:1] * len(answers)
    return answers[0]


def needs_replacing(evening):
    needed = rosters(evening)["link_needs_replacing"]
    for who in (evening.coordinator, evening.supporter.client):
        assert who.get(evening.path).ok()["link_needs_replacing"] is needed
    for listed in (evening.group.sessions(evening.supporter.client), evening.supporter.client.get("/v1/my-sessions").ok().data):
        assert [s["link_needs_replacing"] for s in listed if s["id"] == evening.session["id"]] == [needed]
    return needed


def replace(evening, who=None, link=ANOTHER):
    return (who or evening.supporter.client).put(f"{evening.path}/join-link", {"join_link": link})


def told(evening, who):
    """How often somebody is told of this session's link, after a round of the worker."""
    with evening.client.db.transaction():
        evening.client.db.execute("set local role alongside_worker")
        evening.client.db.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (evening.now,))
        evening.client.db.execute("select join_link_watch()")
    return [entry["about"] for entry in notices(who, "link_to_replace")].count({"type": "session", "id": evening.session["id"]})


def test_whoever_leaves_after_having_seen_it_makes_it_stale(evening):
    """R17, join links are revocable: those who may replace it read so until one of them does; those who stay see the new one
    at once, and that it is new; the old one is gone."""
    stays = evening.seat()
    early = evening.seat()
    evening.at(hours=-24, seconds=-1)
    early.withdraw().ok()
    assert needs_replacing(evening) is False, "who left before never saw it"
    undecided = evening.seat(state="offered")
    evening.at(hours=-24)
    undecided.withdraw().ok()
    assert needs_replacing(evening) is False, "nor did somebody without a seat"
    evening.seats[0].withdraw().ok()
    assert needs_replacing(evening) is True
    evening.at(hours=-23)
    evening.change(evening.session, material={"en": "Page 3", "fr": "Page 3"})
    assert needs_replacing(evening) is True, "another change replaces no link"
    evening.change(evening.session, join_link=ANOTHER)
    assert needs_replacing(evening) is False
    assert shown(evening, stays) == ANOTHER
    stays.remove().ok()
    assert needs_replacing(evening) is True


def leave(evening, seat, way):
    if way == "withdraws":
        seat.withdraw().ok()
    elif way == "is removed":
        seat.remove().ok()
    elif way == "takes everything back":
        (intake,) = seat.person.status()["intakes"]
        seat.person.peer.post(f"/v1/intakes/{intake['intake_id']}/withdraw").ok()


@pytest.mark.parametrize("way", ["withdraws", "is removed", "takes everything back"])
@pytest.mark.parametrize("by", ["host", "coordinator"])
def test_a_host_or_a_coordinator_replaces_it(evening, db, way, by):
    """5b.8. Told is that it should be replaced, then since when it is new: of whom, when or why, nothing."""
    stays, gone = evening.seat(), evening.seats[0]
    evening.at(hours=-2)
    assert told(evening, evening.supporter.client) == 0
    before = rosters(evening)
    leave(evening, gone, way)
    evening.at(hours=-1)
    assert rosters(evening) == before | {"link_needs_replacing": True}
    for who in (evening.coordinator, *(host.client for host in evening.hosts)):
        assert told(evening, who) == told(evening, who) == 1
        listed = who.get("/v1/notices").ok().content
        assert gone.person.id.encode() not in listed and gone.id.encode() not in listed
    assert shown(evening, stays) == evening.link and changed_at(evening, stays) is None
    answer = replace(evening, evening.coordinator if by == "coordinator" else None).ok()
    assert answer.json == {"session_id": evening.session["id"], "join_link": ANOTHER, "link_changed_at": evening.now}
    author = evening.coordinator.account if by == "coordinator" else evening.supporter.id
    assert audited(db, "session", object_id=evening.session["id"])[0] == ("update", author, [])
    assert rosters(evening) == {"link_needs_replacing": False, "link_changed_at": evening.now}
    assert (shown(evening, stays), changed_at(evening, stays)) == (ANOTHER, evening.now)
    assert ANOTHER.encode() not in everything_of(gone.person, gone)
    assert {who.get(evening.path).ok()["join_link"] for who in (evening.coordinator, evening.professional.client)} == {ANOTHER}
    assert told(evening, evening.professional.client) == 1, "nobody is told again"
    assert tables_with(db, "teams.example") == []
    assert db.execute("select count(*) from sealed_keys where owner_id = %s", (evening.session["id"],)).fetchone() == (1,)


def changed_at(evening, seat):
    sessions = {s["session"]["id"]: s for s in home(seat.person)["next_sessions"]}
    return sessions[evening.session["id"]]["link_changed_at"]


def test_what_is_read_does_not_depend_on_who_left(client):
    """Two evenings, one that somebody left and one whose host had a new link for another reason: to those who stay they are the
    same."""
    pictures = []
    for leaves in (True, False):
        evening = Evening(client, people=2)
        evening.at(hours=-2)
        if leaves:
            evening.seats[1].withdraw().ok()
        evening.at(hours=-1)
        replace(evening).ok()
        (seen,) = (s for s in home(evening.seats[0].person)["next_sessions"] if s["session"]["id"] == evening.session["id"])
        pictures.append({name: value for name, value in seen.items() if name.startswith("join_link") or name.startswith("link_")})
    assert pictures[0] == pictures[1]


def test_a_host_who_no_longer_leads_makes_it_stale(evening):
    """They have had it all along; whoever is away for an evening still leads, and nobody else asks for a new one."""
    other = evening.host()
    substitution = evening.stand_in(other, evening.supporter)
    evening.at(hours=-2)
    assert rosters_of(evening, evening.coordinator) is False
    evening.release(substitution)
    assert rosters_of(evening, evening.coordinator) is True
    evening.at(hours=-1)
    replace(evening).ok()
    assert rosters_of(evening, evening.coordinator) is False


def rosters_of(evening, who):
    return who.get(f"{evening.path}/roster").ok()["link_needs_replacing"]


def test_it_is_replaced_by_those_who_lead_and_until_the_end(evening):
    substitute = evening.host()
    evening.stand_in(substitute, evening.supporter)
    replace(evening).problem(404, "not-found")
    replace(evening, substitute.client, "https://teams.example/join/third").ok()
    for role in ("peer_supporter", "mental_health_professional"):
        replace(evening, evening.stranger(role)).problem(404, "not-found")
    for role in ("peer", "line", "administrator"):
        replace(evening, evening.client(role)).problem(403, "forbidden")
    refused = replace(evening, substitute.client, "http://teams.example/open").problem(422)
    refused.fault("#/join_link", "format")
    evening.at().start(substitute.client, [evening.professional, substitute]).ok()
    replace(evening, evening.professional.client).ok()
    evening.at(minutes=90).end(evening.professional.client).ok()
    assert replace(evening, evening.professional.client).problem(409, "conflict-state")["state"] == "completed"


def test_who_is_a_peer_there_replaces_nothing(evening):
    """I13."""
    own_case(evening.client, evening.seats[0].person, QUEBEC_COORDINATOR)
    replace(evening, evening.client("coordinator", QUEBEC_COORDINATOR)).problem(404, "not-found")


# ---- those who lead ----


def test_its_hosts_have_it_at_any_time(evening):
    """A6.8."""
    evening.at(days=-7)
    for host in evening.hosts:
        assert host.client.get(evening.path).ok()["join_link"] == evening.link
        assert {s["join_link"] for s in host.client.get("/v1/my-sessions").ok().data} == {evening.link}


def test_of_their_own_sessions_only(evening):
    """Whoever is replaced for one evening, and whoever stands in for one."""
    substitute = evening.host()
    made = evening.stand_in(substitute, evening.supporter)

    def links(host):
        return [session["join_link"] for session in evening.group.sessions(host.client)]

    assert (links(evening.supporter), links(substitute)) == ([None, evening.link], [evening.link, None])
    evening.release(made)
    assert links(evening.supporter) == [evening.link] * 2
    is_hidden(substitute.client, "GET", evening.path)
    assert substitute.client.get("/v1/my-sessions").ok().data == []


def test_nobody_else(evening):
    for role in ("peer_supporter", "mental_health_professional"):
        is_hidden(evening.stranger(role), "GET", evening.path)
    for role in ("peer", "line", "administrator"):
        evening.client(role).get(evening.path).problem(403, "forbidden")
    stranger = open_person(evening.client)
    assert home(stranger)["next_sessions"] == []
    # I13: a coordinator who is a peer in that group.
    own_case(evening.client, evening.seats[0].person, QUEBEC_COORDINATOR)
    is_hidden(evening.client("coordinator", QUEBEC_COORDINATOR), "GET", evening.path)
