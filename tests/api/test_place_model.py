# SPDX-License-Identifier: MIT
"""Random histories of places beside a small model of them (S2.11, ANCHORS 1.2.1, 1.2.3, 1.2.9): series of eight dates in one language and two in the other, people who wait for
several at once, offers that end while processes die, the clock a second before, at and after every edge. After each step every place is as
the model foresees it. `./dev soak` takes 10,000 of them; a failure names its seed and TEST_SEED=n runs that one alone."""

import os
import random
from collections import Counter
from datetime import date

import pytest
from harness.crowd import make_people
from steps.places import ADDRESS, Story
from steps.seats import Desk, office

IS_LONG = os.environ.get("TEST_SOAK") == "1"
SEEDS = [int(os.environ["TEST_SEED"])] if "TEST_SEED" in os.environ else range(10_000 if IS_LONG else 120)
STEPS = 50
# Every way of a place, and why a turn passed or a place ended.
WAYS = {
    ("taken", None), ("waiting", None), ("given", None), ("offered", None), ("accepted", None), ("expired", None), ("told", None),
    ("freed", None), ("passed", "conversation"), ("passed", "stepped_back"), ("passed", "unreachable"),
    ("ended", "only_one"), ("ended", "seat_ended")}  # fmt: skip


@pytest.fixture(scope="module")
def people(db):
    # A history is one transaction, which is undone: jobs do not look at how long it has taken.
    db.execute("create or replace function job_is_long() returns boolean volatile language sql return false")
    made = make_people(db, 6, office(date(2031, 1, 6), "09:00"))
    for person in made:
        db.execute(ADDRESS, {"id": person.id})
    return made


def run(db, people, seed):
    """One history; what was decided in it, counted."""
    with db.transaction(force_rollback=True):
        story = Story(db, people, random.Random(seed))
        try:
            for _ in range(STEPS):
                story.step()
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error}\n" + "\n".join(story.log)) from error
        assert db.execute("select * from job_faults").fetchall() == []
    return story.decided


@pytest.mark.soak
def test_every_place_is_as_the_rules_say(db, people):
    decided = sum((run(db, people, seed) for seed in SEEDS), Counter())
    assert set(decided) == WAYS or len(SEEDS) == 1, WAYS ^ set(decided)


# A function, what it says, and what it says wrongly instead.
FAULTS = [
    ("place_lock", "app_now() >= session.starts_at", "app_now() > session.starts_at"),
    ("place_window", "places_given_hours))) THEN", "places_given_hours, secs => -1))) THEN"),
    ("place_window", "places_offered_hours))) THEN", "places_offered_hours, secs => 1))) THEN"),
    ("place_offer_ends", "LEAST((in_session).starts_at, ", "GREATEST((in_session).starts_at, "),
    ("place_count", "l.offered_until > app_now()", "l.offered_until >= app_now()"),
    ("place_move", "in_place.is_only_one", "false"),
    ("place_end_others", "g.activity_id = cohort.activity_id", "false"),
    ("place_list_advance", "order by l.waiting_since, l.id", "order by l.waiting_since desc, l.id"),
    ("place_list_hindrance", "then 'conversation'", "then null"),
    ("place_follow_move", "else place_offer_ends(s)", "else s.starts_at"),
    ("place_release_all", "s.state = 'scheduled'", "s.starts_at > app_now()"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("function", "right", "wrong"), FAULTS)
def test_a_fault_is_found(db, people, function, right, wrong):
    """By a second at an edge, too."""
    with Desk(db).replaced(function, right, wrong), pytest.raises(AssertionError, match="seed"):
        for seed in range(400):
            run(db, people, seed)
