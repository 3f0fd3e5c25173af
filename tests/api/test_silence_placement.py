# SPDX-License-Identifier: MIT
"""Placement tells nobody whether somebody in the cohort has named them (decisions 15 and 18): whoever has two accounts in the same cohort
and is told all that a peer sees of both guesses no better than 55 %.

1,000 placements each, two in a group, half of the accounts named by somebody who is seated, for each account alone. The guesser is told the truth of
one half of the placements, keeps of every feature, and of every two, the rule that is best there, and is judged by the other half.

- The list: 20 who wait since the same week, one seat that is free, both accounts first to be ready in that week. Whoever is named is never
  offered the seat, so whoever is offered it knows that they are not: the best guess is right in 1/2 + (free seats / waiting) / 2, here
  52.5 %. Of fewer waiting, or as more seats come free, more is told, whatever the order: more than one seat in ten would break 55 %.
- The hour: both accounts accepted. What the coordinator decides is theirs, and hidden by nothing: half of those who are named and half of
  the others are confirmed. Whoever is named is answered later, 5 to 30 hours after they accepted, the others after 1 to 10; all before
  the hour that was said."""

import contextlib
import itertools
import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest
from harness.crowd import make_people
from steps.seats import COORDINATOR, Desk, office

PLACEMENTS, WAITING = 1000, 20
MOVED, LOCKS = office("2031-03-12", "12:00"), office("2031-04-01", "18:30")
SINCE = office("2031-02-24", "09:00")
SAID = """
with said as (
    insert into conflict_declarations (kind, for_participant_id, name_digest, declared_by, created_at)
    select 'no_contact', %(member)s, n, %(account)s, now() from unnest(%(named)s::text[]) n returning id, name_digest),
digests as (
    insert into name_digests (declaration_id, kind, whole, tokens, created_at)
    select id, 'name', name_digest, array[name_digest], now() from said),
borne as (
    insert into name_digests (participant_id, kind, whole, tokens, created_at)
    select n::uuid, 'name', n, array[n], now() from unnest(%(named)s::text[]) n)
select comparison_ask('declaration', array(select id from said))
"""


@pytest.fixture(scope="module")
def world(db):
    """The seated members; of whom the attacker's accounts are: named by a member, some of whom turned out to be somebody else; named by
    nobody; the others who wait."""
    people = make_people(db, 70, datetime(2031, 1, 6, tzinfo=SINCE.tzinfo))
    members, named, cleared, unnamed, others = (people[n:m] for n, m in ((0, 4), (4, 14), (14, 24), (24, 44), (44, 70)))
    values = {"member": members[0].id, "account": members[0].account, "named": [p.id for p in named + cleared]}
    db.execute(SAID, values)
    with db.transaction():
        Desk(db).work(MOVED, "comparison_run")
        db.execute(
            "update conflict_matches set state = 'allowed', same_person = false, decided_by = %s, decided_at = now() where participant_id = any (%s)",
            (COORDINATOR, [p.id for p in cleared]),
        )
    # Lists of the demonstration do not move here, nor draw from the same lot.
    db.execute("update cohorts set list_moved_at = 'infinity'")
    assert db.execute("select count(*) from conflict_matches where for_participant_id = %s", (members[0].id,)).fetchone() == (20,)
    return {"members": members, "named": named, "cleared": cleared, "unnamed": unnamed, "others": others}


def features(seen, other, start):
    """What a peer reads of one seat, beside the same of the other; moments as hours since it began."""

    def flat(body):
        for key, value in body.items():
            if key.endswith("_at") and value:
                yield key, (datetime.fromisoformat(value) - start) / timedelta(hours=1)
            elif key not in ("id", "participant_id", "group_id"):
                yield key, repr(value)

    found, beside = dict(flat(seen)), dict(flat(other))
    both = {f"other's {key}": value for key, value in beside.items()}
    later = {f"later {key}": v - beside[key] for key, v in found.items() if isinstance(v, float) and isinstance(beside.get(key), float)}
    return found | both | later


def rule(truth, values):
    """By this value, the guess that is right most often: a threshold among numbers, for anything else what is usual."""
    numbers = [v for v in values if isinstance(v, float)]
    if len(set(numbers)) > 2:
        cuts = sorted(numbers)[:: max(len(numbers) // 40, 1)]
        kinds = [lambda v, cut=cut: v > cut if isinstance(v, float) else None for cut in cuts]
    else:
        kinds = [lambda v: v]
    best = None
    for kind in kinds:
        seen = defaultdict(Counter)
        for named, value in zip(truth, values, strict=True):
            seen[kind(value)][named] += 1
        right = sum(max(c.values()) for c in seen.values())
        if best is None or right > best[0]:
            usual = {value: c.most_common(1)[0][0] for value, c in seen.items()}
            best = right, lambda v, kind=kind, usual=usual: usual.get(kind(v), True)
    return best


def guessed(rows):
    """The share of right guesses on the half that the guesser was not told of, each half in its turn."""
    right = 0
    for known, asked in ((rows[::2], rows[1::2]), (rows[1::2], rows[::2])):
        truth = [named for named, _ in known]
        keys = sorted({key for _, found in known for key in found})
        # What never differs tells nothing.
        keys = [key for key in keys if len({found.get(key) for _, found in known}) > 1]
        rules = [(*rule(truth, [found.get(key) for _, found in known]), lambda f, key=key: f.get(key)) for key in keys]
        few = [key for key in keys if len({found.get(key) for _, found in known}) <= 8]
        for one, two in itertools.combinations(few, 2):
            rules.append((*rule(truth, [(f.get(one), f.get(two)) for _, f in known]), lambda f, a=one, b=two: (f.get(a), f.get(b))))
        if rules:
            _, guess, value = max(rules, key=lambda r: r[0])
            right += sum(guess(value(found)) == named for named, found in asked)
        else:
            right += sum(named for named, _ in asked)
    return right / len(rows)


def moved(desk, dice, world):
    """The list moves once: [(is named, what is seen)] of both accounts."""
    pairs = [dice.random() < 0.5 for _ in range(2)]
    accounts = [dice.choice(world["named"] if is_named else world["unnamed"]) for is_named in pairs]
    while accounts[0] is accounts[1]:
        accounts[1] = dice.choice(world["named"] if pairs[1] else world["unnamed"])
    before = MOVED - timedelta(days=1)
    cohort = desk.cohort(before, LOCKS, capacity=len(world["members"]) + 1)
    desk.enrol(cohort, world["members"], "confirmed", before)
    waiting = accounts + dice.sample(world["others"], WAITING - 2)
    seats = desk.enrol(cohort, waiting, "waitlisted", before, [SINCE + timedelta(hours=n) for n in range(WAITING)])
    desk.db.execute("select setseed(%s)", (dice.random(),))
    desk.work(MOVED, "comparison_run", "seat_advance_lists")
    bodies = [desk.seen(seat, person, MOVED) for seat, person in zip(seats, accounts, strict=False)]
    return [(pairs[n], features(bodies[n], bodies[1 - n], MOVED)) for n in range(2)]


def answered(desk, dice, world, at_once):
    """Both were offered a seat and accepted it; what is decided about them is heard."""
    pairs = [dice.random() < 0.5 for _ in range(2)]
    confirmed = [dice.random() < 0.5 for _ in range(2)]
    kinds = [("cleared" if yes else "named") if is_named else "unnamed" for is_named, yes in zip(pairs, confirmed, strict=True)]
    accounts = [dice.choice(world[kind]) for kind in kinds]
    while accounts[0] is accounts[1]:
        accounts[1] = dice.choice(world[kinds[1]])
    cohort = desk.cohort(MOVED - timedelta(days=1), LOCKS, capacity=8)
    desk.enrol(cohort, world["members"], "confirmed", MOVED)
    seats = desk.enrol(cohort, accounts, "waitlisted", MOVED)
    plan = []
    for seat, person, is_named, yes in zip(seats, accounts, pairs, confirmed, strict=True):
        desk.act("worker", MOVED, "select seat_move(e, 'offered', 'offered', 'in_turn', true) from enrolments e where id = %s", (seat,))
        desk.accept(seat, person, MOVED + timedelta(hours=1))
        after = dice.uniform(5, 30) if is_named else dice.uniform(1, 10)
        plan.append((MOVED + timedelta(hours=1 + after), seat, "confirm" if yes else "not_this_one"))
    for at, seat, answer in sorted(plan):
        desk.answer(seat, answer, at)
        if at_once:
            desk.work(at, "seat_answer_all")
    (said,) = desk.db.execute("select max(answer_at) from enrolments where cohort_id = %s", (cohort,)).fetchone()
    desk.work(said, "seat_answer_all")
    bodies = [desk.seen(seat, person, said) for seat, person in zip(seats, accounts, strict=True)]
    wanted = ["confirmed" if yes else "not_placed" for yes in confirmed]
    assert [body["state"] for body in bodies] == wanted
    return [(pairs[n], features(bodies[n], bodies[1 - n], MOVED)) for n in range(2)]


def simulated(db, world, one, seed, *changes):
    """So many placements, each undone after it."""
    dice, desk, rows = random.Random(seed), Desk(db), []
    with contextlib.ExitStack() as ends:
        for change in changes:
            ends.enter_context(desk.replaced(*change))
        for _ in range(PLACEMENTS // 2):
            with db.transaction(force_rollback=True):
                rows += one(desk, dice, world)
    return rows


LOT_OFF = ("seat_list_advance", "order by random()", "order by e.waiting_since")
HOUR_OFF = ("enrolment_answer", "answered_by = actor_account_id()", "answered_by = actor_account_id(), answer_at = app_now()")


def test_the_list_tells_nobody_whether_they_are_named(db, world):
    rows = simulated(db, world, moved, 9)
    offered = Counter((is_named, found["state"]) for is_named, found in rows)
    assert offered[(True, "'offered'")] == 0 and offered[(False, "'offered'")] > 0, "the list does look"
    assert guessed(rows) <= 0.55, guessed(rows)


def test_without_the_lot_the_list_tells(db, world):
    assert guessed(simulated(db, world, moved, 9, LOT_OFF)) > 0.55


def test_the_hour_of_an_answer_tells_nobody_whether_they_are_named(db, world):
    rows = simulated(db, world, lambda *of: answered(*of, at_once=False), 9)
    assert guessed(rows) <= 0.55, guessed(rows)


def test_without_the_common_hour_the_answer_tells(db, world):
    assert guessed(simulated(db, world, lambda *of: answered(*of, at_once=True), 9, HOUR_OFF)) > 0.55
