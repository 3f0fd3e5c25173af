# SPDX-License-Identifier: MIT
"""What a session was about, where the participants choose (S2.40-S2.43)."""

import pytest
from steps.evenings import Evening, audited, informal

TOPICS = {"topics": ["self_care", "coping"]}


@pytest.fixture
def formal(client):
    return Evening(client)


@pytest.fixture
def drop_in(client):
    return informal(client)


def reason(response, slug="conflict"):
    return response.problem(409, slug)["reason"]


def test_participants_of_an_informal_group_choose(drop_in, db):
    """S2.34: a host writes it down, as codes; hosts and participants read it in their language. The last one counts."""
    first = drop_in.supporter.client.put(f"{drop_in.path}/topic", {"topics": ["relaxation"]}).ok()
    assert first["topic"] == {"en": "Relaxation", "fr": "Relaxation"}
    drop_in.started()
    chosen = drop_in.hosts[1].client.put(f"{drop_in.path}/topic", TOPICS, language="fr").ok()
    assert chosen.json == {
        "session_id": drop_in.session["id"], "topics": ["self_care", "coping"],
        "topic": {"fr": "Prendre soin de soi, Stratégies d'adaptation"}}  # fmt: skip
    assert audited(db, "session", object_id=drop_in.session["id"])[0] == ("update", drop_in.hosts[1].id, [])
    seen = drop_in.seats[0].person.peer.get(f"{drop_in.seats[0].person.path}/home").ok()["next_sessions"][0]["session"]
    assert seen["topic"] == {"en": "Self-care, Coping", "fr": "Prendre soin de soi, Stratégies d'adaptation"}
    read = drop_in.supporter.client.get(drop_in.path).ok()
    assert read["topic"] == seen["topic"]


def test_topics_are_codes(drop_in):
    """R4: no text of anybody's."""
    put = drop_in.supporter.client.put
    put(f"{drop_in.path}/topic", {"topics": ["coping", "football"]}).problem(422).fault("#/topics/1", "not-allowed")
    put(f"{drop_in.path}/topic", {"topics": []}).problem(422).fault("#/topics", "too-few")
    put(f"{drop_in.path}/topic", {"topics": ["coping"] * 2}).problem(422).fault("#/topics/1", "not-unique")


@pytest.mark.parametrize(("shift", "may"), [({"hours": 24, "minutes": 90}, True), ({"hours": 24, "minutes": 90, "seconds": 1}, False)])
def test_topics_until_a_day_after_the_end(drop_in, shift, may):
    answer = drop_in.ended().at(**shift).supporter.client.put(f"{drop_in.path}/topic", TOPICS)
    assert answer.ok() if may else reason(answer) == "too-late"


def test_topics_of_what_was_cancelled(drop_in):
    drop_in.cancel()
    refused = drop_in.coordinator.put(f"{drop_in.path}/topic", TOPICS)
    assert refused.problem(409, "conflict-state")["state"] == "cancelled"


def test_topics_of_a_formal_group_are_given(formal):
    """S2.43."""
    for who in (formal.supporter.client, formal.professional.client, formal.coordinator):
        assert reason(who.put(f"{formal.path}/topic", TOPICS)) == "topics-predetermined"
    assert formal.supporter.client.get(formal.path).ok()["topic"] == {"en": "Part 0", "fr": "Partie 0"}
