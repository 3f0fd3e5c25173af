# SPDX-License-Identifier: MIT
"""Said, done, taken back, done again: for every two of the operations that touch protection (DESIGN 5b; S2's kind). Whoever was named and
whoever named them come together nowhere while it stands; nobody else reads any of it; taken back it frees, and nothing stays behind."""

import pytest
from harness.server import IS_SANITIZED
from steps.evenings import PLANNED
from steps.journey import as_worker
from steps.seats import Desk
from steps.undone import BORNE, FORMER, MEANT, OFFICE, UNIT, Cast, Order


def declares(about, counts_from="before_my_next_placement"):
    return lambda o: o.declare(about, counts_from)


# Each with what undoes it.
OPERATIONS = {
    "declare now": (declares(FORMER, "now"), Order.take_back),
    "declare": (declares(FORMER), Order.take_back),
    "declare a host": (declares(MEANT), Order.take_back),
    "declare a unit": (declares(UNIT, "now"), Order.take_back),
    "take back": (Order.take_back, declares(FORMER)),
    "come back": (Order.come_back, declares(FORMER, "now")),
    "ask not to be seen": (Order.ask_not_to_be_seen, Order.lift),
    "exclude": (Order.exclude, Order.lift),
    "lift": (Order.lift, Order.exclude),
    "a coordinator gives the name": (lambda o: o.goes_by(OFFICE, BORNE), lambda o: o.goes_by(OFFICE, FORMER)),
    "they give themself the name": (lambda o: o.goes_by(None, BORNE), lambda o: o.goes_by(None, FORMER)),
    "accept": (lambda o: o.of_the_named("accept"), lambda o: o.of_the_named("withdraw")),
    "decline": (lambda o: o.of_the_named("decline"), Order.place),
    "withdraw": (lambda o: o.of_the_named("withdraw"), Order.place),
    "who declares withdraws": (Order.victim_leaves, Order.victim_is_placed),
    "offer": (Order.place, lambda o: o.of_the_named("decline")),
    "confirm": (lambda o: (o.of_the_named("accept"), o.answer("confirm")), lambda o: o.answer("not_this_one")),
    "not this one": (lambda o: (o.of_the_named("accept"), o.answer("not_this_one")), lambda o: o.answer("confirm")),
    "seat": (Order.seated, lambda o: o.of_the_named("withdraw")),
    "assign": (Order.assign, Order.release),
    "release": (Order.release, Order.assign),
    "block": (lambda o: o.look("block"), lambda o: o.look("allow")),
    "allow": (lambda o: o.look("allow"), lambda o: o.look("block")),
    "own case": (Order.own_case, lambda o: o.lift(o.cast.named)),
    "no own case": (lambda o: o.lift(o.cast.named), Order.own_case),
}


@pytest.fixture(scope="module")
def casts():
    return {}


@pytest.fixture
def cast(client, db, casts):
    """One for all."""
    if not casts:
        casts["one"] = Cast(client, db)
        as_worker(db, PLANNED, "select watched_clock_follow()")
    return casts["one"]


def runs(db, cast, one, decided=None):
    """Of each other operation the order: before, declared; then the one, the other, the one undone, the other again; the hour; all taken
    back."""
    begun, made = Order(db, cast, decided is None, decided and decided[0]), {}
    with db.transaction(force_rollback=True):
        state = begun.look_behind()
        for act in (declares(FORMER), OPERATIONS[one][0]):
            state = begun.step(act, state)
        for other in OPERATIONS:
            made[other] = order = begun.go_on(decided and decided[1][other])
            with db.transaction(force_rollback=True):
                then = state
                for act in (OPERATIONS[other][0], OPERATIONS[one][1], OPERATIONS[other][0], Order.hour):
                    then = order.step(act, then)
                order.end()
    return begun, made


@pytest.mark.slow
@pytest.mark.skipif(IS_SANITIZED, reason="it asks PostgreSQL alone")
@pytest.mark.parametrize("one", OPERATIONS)
def test_what_is_done_undone_and_done_again(db, cast, one):
    begun, met = runs(db, cast, one)
    _, unmet = runs(db, cast, one, (begun.decided, {other: order.decided for other, order in met.items()}))
    for other in OPERATIONS:
        for told, elsewhere in zip(met[other].told, unmet[other].told, strict=True):
            assert told == elsewhere, (one, other)
        assert met[other].decided == unmet[other].decided, (one, other)


# What must be found, where the program did this instead.
PLANTS = {
    "together": ("seat_hindrance", "when conflict_blocks_participant(in_participant_id, in_cohort.id) then 'conflict'", "", "seat"),
    "together too": ("host_assignments_create", "if conflict_blocks_host(host_id, in_cohort_id) then", "if false then", "declare a host"),
    "nobody is told": ("conflict_raise", "for no key update skip locked", "and false", "seat"),
    "free": ("conflict_compare_declaration", "if declaration.withdrawn_at is not null then", "if false then", "take back"),
    "behind": ("watched_clock_end", "'ended'", "'open'", "declare now"),
    "told": (
        "exclusion_request_match",
        "perform conflict_raise(array[asker])",
        "update cohorts set version = version + 1",
        "ask not to be seen",
    ),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_it_is_found(db, cast, plant):
    function, old, new, one = PLANTS[plant]
    with Desk(db).replaced(function, old, new), pytest.raises(AssertionError) as found:
        test_what_is_done_undone_and_done_again(db, cast, one)
    assert plant.split()[0] in str(found.value), found.value
