# SPDX-License-Identifier: MIT
"""The last place of a chat (S2.11): two hundred people for ten places, through three servers, and nobody is lost from those who wait."""

import contextlib
import random

import psycopg
import pytest
from harness.client import Client
from harness.server import IS_SANITIZED, PATIENCE
from harness.volley import Volley, call
from steps.groups import INFORMAL, Group, in_days, service
from steps.journey import until
from steps.scene import PEOPLE, Scene, statuses

PLACES = 10
ROUNDS = 2 if IS_SANITIZED else 20
CHATS = INFORMAL | {"capacity": PEOPLE, "session_capacity": PLACES, "max_sessions": ROUNDS}


@pytest.mark.slow
def test_ten_of_two_hundred_take_the_ten_places(start_server, cluster, contract, token):
    """S2.11: never an eleventh, and what is freed goes to who waits."""
    first = start_server(worker=True, worker_interval_ms=20, pool_wait_ms=10000 * PATIENCE)
    others = [start_server(database=first.database, pool_wait_ms=10000 * PATIENCE) for _ in range(2)]
    with (
        contextlib.closing(Volley(first, *others)) as volley,
        psycopg.connect(cluster.url(first.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db,
    ):
        made = service(Client(first.url, contract, token("administrator")), CHATS)
        group = Group(
            Client(first.url, contract, token("coordinator")), made, series={"local_start": in_days(21), "count": ROUNDS}, capacity=PEOPLE
        )
        scene = Scene(group, volley, db, token, contract).propose()
        # Whoever cannot be told is given no place.
        db.execute(
            "insert into contacts (participant_id, email, email_is_government, ok_to_email)"
            " select p, 'x', false, true from unnest(%s::uuid[]) p",
            ([person.id for person in scene.people],),
        )
        scene.fire([scene.offer(person) for person in scene.people])
        assert statuses(scene.say_yes(scene.people)) == {200: PEOPLE}
        scene.hear()
        until(lambda: len(scene.of("confirmed")) == PEOPLE, 20 * PATIENCE)
        for number, session in enumerate(group.sessions(), 1):
            place = f"/v1/sessions/{session['id']}/place"

            def counted(session=session):
                found = db.execute("select state, count(*) from places where session_id = %s group by state", (session["id"],))
                return dict(found.fetchall())

            rng = random.Random(number)
            order = rng.sample(scene.people, PEOPLE)
            answers = scene.fire([call(scene.tokens[person.id], "PUT", place) for person in order])
            assert set(statuses(answers)) <= {200, 201}, statuses(answers)
            assert counted() == {"held": PLACES, "waiting": PEOPLE - PLACES}

            leaving = rng.sample(scene.people, 60)
            requests = [call(scene.tokens[person.id], "DELETE", place) for person in leaving]
            requests += [call(scene.tokens[person.id], "PUT", place) for person in scene.people if person not in leaving]
            rng.shuffle(requests)
            assert set(statuses(scene.fire(requests))) <= {200, 201, 204}
            whole = {"held": PLACES, "waiting": PEOPLE - PLACES - len(leaving), "freed": len(leaving)}
            until(lambda counted=counted, whole=whole: counted() == whole, 20 * PATIENCE)
