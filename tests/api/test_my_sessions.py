# SPDX-License-Identifier: MIT
"""What a host leads next: substitutions counted, soonest first, with the link (A6.8, S2.33, S2.40)."""

import pytest
from steps import walk
from steps.evenings import Evening, audited, informal
from steps.groups import COORDINATED, Group, service
from steps.journey import own_case

PATH = "/v1/my-sessions"


@pytest.fixture
def formal(client):
    return Evening(client, people=0)


def mine(host):
    return host.client.get(PATH).ok().data


def ids(host):
    return [session["id"] for session in mine(host)]


def test_a_host_sees_their_sessions_with_link_slot_and_zone(formal, db):
    session, _ = mine(formal.supporter)
    assert session == formal.supporter.client.get(formal.path).ok().json | {"slot": "peer_supporter", "language": "en", "joining": "closed"}
    assert (session["local_start"], session["timezone"], session["utc_offset"], session["starts_at"], session["ends_at"]) == (
        "2090-01-10T18:30", "America/Toronto", "-05:00", "2090-01-10T23:30:00Z", "2090-01-11T01:00:00Z")  # fmt: skip
    assert session["join_link"] == formal.link and session["topic"] == {"en": "Part 0", "fr": "Partie 0"}
    assert mine(formal.professional)[0]["slot"] == "mental_health_professional"
    mine(formal.supporter)
    assert audited(db, "session")[0] == ("list", formal.supporter.id, [])


def test_in_one_language(formal):
    french = formal.supporter.client.get(PATH, language="fr").ok()
    assert french.data[0]["topic"] == {"fr": "Partie 0"}
    assert formal.supporter.client.get(PATH, language="en").ok().data[0]["topic"] == {"en": "Part 0"}


def test_on_call_is_a_slot_too(client):
    drop_in = informal(client, people=0)
    assert {s["slot"] for s in mine(drop_in.on_call)} == {"on_call_professional"}
    assert (mine(drop_in.on_call)[0]["joining"], mine(drop_in.on_call)[0]["topic"]) == ("drop_in", None)


def test_a_coordinator_who_leads_has_theirs(client):
    """S2.12: as any host; what they only plan is not among it."""
    evening = Evening(client, COORDINATED, people=0)
    leader = evening.host("coordinator")
    assert mine(leader) == []
    evening.group.assign(leader, "coordinator").created()
    assert [(s["id"], s["slot"], s["join_link"]) for s in mine(leader)] == [
        (session["id"], "coordinator", evening.link) for session in (evening.session, evening.next_session)]  # fmt: skip


def test_soonest_first_over_all_groups_page_by_page(formal, client):
    """A host of several groups; no session twice, none left out."""
    other = Group(
        formal.coordinator, service(formal.administrator), local_starts=["2090-01-12T18:30", "2090-01-09T18:30", "2090-01-24T18:30"]
    )
    other.led_by(formal.supporter)
    wanted = [session["starts_at"] for session in mine(formal.supporter)]
    assert len(wanted) == 5 and wanted == sorted(wanted)
    paged = walk(formal.supporter.client, PATH, params={"limit": 2})
    assert [session["starts_at"] for session in paged] == wanted


def test_a_substitute_sees_that_session_and_the_one_replaced_does_not(formal):
    substitute = formal.host("mental_health_professional")
    assert mine(substitute) == []
    made = formal.stand_in(substitute, formal.professional)
    assert ids(substitute) == [formal.session["id"]]
    assert ids(formal.professional) == [formal.next_session["id"]]
    formal.coordinator.post(f"{made.path}/release", if_match="*").ok()
    assert mine(substitute) == [] and len(ids(formal.professional)) == 2


def test_what_is_cancelled_or_over_is_not_next(formal):
    """What is over stays for a day as long as nobody ended it, so that somebody can."""
    formal.started()
    assert mine(formal.supporter)[0]["state"] == "in_progress"
    formal.at(hours=24, minutes=90)
    assert ids(formal.supporter) == [formal.session["id"], formal.next_session["id"]]
    formal.at(hours=24, minutes=90, seconds=1)
    assert ids(formal.supporter) == [formal.next_session["id"]]
    formal.at(minutes=90).end().ok()
    assert ids(formal.supporter) == [formal.next_session["id"]]
    formal.coordinator.post(f"/v1/sessions/{formal.next_session['id']}/cancel", if_match="*").ok()
    assert mine(formal.supporter) == []


def test_it_moves_with_the_session(formal):
    formal.change(formal.session, local_start="2090-01-20T17:00")
    assert ids(formal.supporter) == [formal.next_session["id"], formal.session["id"]]


def test_nobody_else_sees_them(formal):
    assert formal.session["id"] not in [s["id"] for s in formal.stranger().get(PATH).ok().data]
    assert formal.session["id"] not in [s["id"] for s in walk(formal.coordinator, PATH)], "to plan is not to lead"
    for role in ("peer", "line", "administrator"):
        formal.client(role).get(PATH).problem(403, "forbidden")
    # I13: nor a host who turns out to be a peer in that group.
    person = formal.seat(state="offered").person
    own_case(formal.client, person, formal.supporter.id)
    assert mine(formal.supporter) == []
