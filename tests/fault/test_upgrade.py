# SPDX-License-Identifier: MIT
"""`alongside migrate` without a new release makes what differs and nothing else; who makes requests meanwhile hardly notices."""

import math
import os
import subprocess
import time

import pytest
from harness.cluster import SEAL_KEYS, TEMPLATE, server_environment
from harness.hammer import Hammer
from harness.rebuilt import ROOT, build
from harness.server import PATIENCE

# Alone, half a second; beside other tests the clients themselves wait for the processors.
RUNS, LONGEST_S = (100, 0.5) if os.environ.get("TEST_SOAK") else (4, 2 * PATIENCE)
ANEW = "migrate: not only what changed is made, but everything anew: "


def edited(name, *changes):
    """A file of sql/ with other text in it."""
    text = (ROOT / "sql" / name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {name: text}


# One of each kind is changed, comes, and goes.
OTHER = (
    edited(
        "functions/holidays.sql",
        ("return respond(204, null);", "return respond(204, null); -- gone"),
        ("holidays h;", "holidays h limit 900;"),
    )
    | edited("functions/participants.sql", ("row execute function participant_guard", "row when (true) execute function participant_guard"))
    | edited("functions/intakes.sql", ("create or replace trigger peer_guard before", "create or replace trigger other_guard before"))
    | edited("policies/services.sql", ("to alongside_api with check (actor_role()", "to alongside_api with check (true and actor_role()"))
    | edited("policies/holidays.sql", ("create policy all_read on", "create policy other_read on"))
    | edited("reference/help_lines.sql", ("When somebody is in immediate danger.", "When somebody is in danger."))
    | {
        "functions/other.sql": """
create or replace function other_sees() returns boolean language plpgsql security definer as $$ begin return false; end $$;
create view other_days with (security_invoker = true) as select h.id, other_sees() as seen from holidays h;
""",
        "policies/other.sql": "grant select on other_days to alongside_api;\n",
    }
    | edited("policies/zz_doors.sql", ("alias idempotency_key_forget", "alias idempotency_key_forget other_sees"))
)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return build(tmp_path_factory.mktemp("other"), OTHER)


@pytest.fixture
def migrate(cluster):
    """migrate(binary, database): what it says, a line each."""

    def run(binary, database):
        environment = server_environment(migrate_database_url=cluster.url(database, "alongside_owner"), seal_keys=SEAL_KEYS)
        result = subprocess.run([binary, "migrate"], env=environment, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stderr
        return result.stderr.splitlines()

    return run


@pytest.fixture
def own_database(cluster):
    made = []

    def make(template=TEMPLATE):
        made.append(cluster.create_database(template))
        return made[-1]

    yield make
    for name in made:
        cluster.drop_database(name)


@pytest.mark.slow
def test_what_differs_is_made_and_nothing_else(cluster, own_database, binary, other, migrate):
    database, anew = own_database(), own_database("template0")
    help_line = "select note_en from alongside.help_lines where code = 'emergency_911'"
    before = cluster.structure(database)
    migrate(other, anew)
    differs = [
        *("added policy other_read on holidays", "removed policy all_read on holidays", "changed policy api_adds on services"),
        *("added routine other_sees()", "changed routine holidays_delete(uuid,integer[])"),
        *("changed trigger guard on participants", "added trigger other_guard on intakes", "removed trigger peer_guard on intakes"),
        *("added view other_days", "changed view holidays_json", "applied reference/help_lines.sql"),
    ]
    assert sorted(migrate(other, database)) == sorted(differs)
    assert cluster.structure(database) == cluster.structure(anew)
    assert cluster.psql(database, help_line) == "When somebody is in danger.\n"
    assert migrate(other, database) == ["nothing to apply"]

    opposite = {"added": "removed", "removed": "added"}
    back = [" ".join([opposite.get(word, word), *rest]) for word, *rest in (line.split() for line in differs)]
    assert sorted(migrate(binary, database)) == sorted(back)
    assert cluster.structure(database) == before
    assert cluster.psql(database, help_line) == "When somebody is in immediate danger.\n"


# What somebody did by hand, and what is told when it is undone.
BY_HAND = {
    "an owner": (
        "reset role; alter function incident_check_in owner to alongside_desk",
        ["changed routine incident_check_in(uuid)"],
    ),
    "rights of a function": (
        "grant execute on function incident_check_in to public; revoke execute on function utc from alongside_api",
        ["changed routine incident_check_in(uuid)", "changed routine utc(timestamp with time zone)"],
    ),
    "rights of a table": (
        """grant insert on services to alongside_worker; revoke select on services from alongside_desk;
        grant update (name_en) on holidays to alongside_api""",
        ["changed table holidays", "changed table services"],
    ),
    "options of a view": ("alter view holidays_json reset (security_invoker)", ["changed view holidays_json"]),
    "a view that is gone": ("drop view shortfalls_json", ["added view shortfalls_json"]),
    "a definer that is gone": ("drop function incident_check_in", ["added routine incident_check_in(uuid)"]),
    "an open policy": ("alter policy api_changes on services using (true)", ["changed policy api_changes on services"]),
    "another type": (
        "drop function idempotency_key_horizon; create function idempotency_key_horizon() returns int language sql return 1",
        ["changed routine idempotency_key_horizon()"],
    ),
    "a column more": (
        """do $$ begin execute 'create or replace view services_json with (security_invoker = true) as select s.*, 1 as more from ('
        || rtrim(pg_get_viewdef('services_json'::regclass), ';') || ') s'; end $$""",
        ["changed view services_json"],
    ),
    "a trigger": ("drop trigger guard on participants", ["added trigger guard on participants"]),
}
# And where the difference cannot be made by itself.
FROM_THE_GROUND = {
    "what guards the months of the audit": (
        """do $$ begin execute replace(pg_get_functiondef('audit_month_guard'::regproc), 'append_only', 'only_append'); end $$;
        drop trigger append_only on alongside_audit.events_rest""",
        f"{ANEW}the months of the audit are guarded otherwise",
    ),
    "a routine that guards the months of the audit": (
        """do $$ begin
            execute replace(pg_get_functiondef('audit_month_guard'::regproc), 'if in_month is not null', 'if true and in_month is not null');
        end $$""",
        f"{ANEW}the months of the audit are guarded otherwise",
    ),
    "what stands on what is to go": (
        "create function carried() returns int language sql return 1; reset role; create view public.carried as select carried()",
        f"{ANEW}something else stands on what changes",
    ),
}


@pytest.mark.parametrize("by_hand", BY_HAND)
def test_what_was_done_by_hand_is_undone(cluster, own_database, binary, migrate, by_hand):
    statements, told = BY_HAND[by_hand]
    database = own_database()
    before = cluster.structure(database)
    arrange(cluster, database, statements)
    assert migrate(binary, database) == told
    assert cluster.structure(database) == before


def test_what_stands_on_what_cannot_be_replaced_is_made_again(cluster, own_database, binary, migrate):
    """A value by default cannot be taken away: the function goes, and with it views, functions and policies. Then one that is gone."""
    database = own_database()
    before = cluster.structure(database)
    arrange(
        cluster,
        database,
        """do $$ begin
        execute replace(pg_get_functiondef('utc'::regproc), 'with time zone)', 'with time zone default now())');
        execute replace(pg_get_functiondef('actor_role'::regproc), '()', '(in_more int default 1)');
        drop function actor_role() cascade;
    end $$""",
    )
    said = migrate(binary, database)
    assert {"changed routine utc(timestamp with time zone)", "changed view documents_json", "added policy api_adds on services"} <= set(
        said
    )
    assert {"added routine actor_role()", "removed routine actor_role(integer)"} <= set(said) and len(said) > 100
    assert cluster.structure(database) == before


@pytest.mark.parametrize("by_hand", FROM_THE_GROUND)
def test_where_something_stands_in_the_way_everything_is_made_anew(cluster, own_database, binary, migrate, by_hand):
    statements, told = FROM_THE_GROUND[by_hand]
    database = own_database()
    before = cluster.structure(database)
    arrange(cluster, database, statements)
    said = migrate(binary, database)
    assert said[0] == told and "applied policies/zz_doors.sql" in said
    assert cluster.structure(database) == before


def arrange(cluster, database, statements):
    cluster.psql(
        database,
        f"set role alongside_owner; set search_path = alongside, pg_catalog; delete from schema_state where key = 'code'; {statements}",
    )


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("anew", [False, True], ids=["what differs", "everything anew"])
def test_requests_hardly_notice(cluster, start_server, contract, token, inquiry, migrate, binary, other, anew):
    """Two binaries in turn; every answer is 2xx or a 503 that says when to come again, which the client asks of each."""
    in_the_way, told = FROM_THE_GROUND["a routine that guards the months of the audit"]
    server = start_server(worker=True, seal_keys=SEAL_KEYS)
    hammers = [Hammer(server, contract, token, inquiry, pause_s=0.02) for _ in range(8)]
    try:
        for hammer in hammers:
            hammer.warm_up()
        seconds = 0
        for number in range(RUNS):
            if anew:
                arrange(cluster, server.database, in_the_way)
            began = time.monotonic()
            said = migrate(binary if number % 2 else other, server.database)
            seconds += math.ceil(time.monotonic() - began)
            assert [line for line in said if line.startswith(ANEW)] == ([told] if anew else [])
            assert anew or ("removed" if number % 2 else "added") + " view other_days" in said
            time.sleep(0.2)
    finally:
        for hammer in hammers:
            hammer.stop()
    statuses = [status for hammer in hammers for status in hammer.statuses]
    refused = statuses.count(503)
    slowest, where = max(hammer.slowest for hammer in hammers)
    print(f"{RUNS} runs, {len(statuses)} requests, {refused} refused, the slowest {slowest * 1000:.0f} ms: {where}")
    assert set(statuses) <= {200, 201, 503} and len(statuses) > 50 * RUNS
    # Each client twice a second that the upgrade takes: no less than one, on a quiet machine no more.
    assert refused <= (2 * len(hammers) * seconds if anew else len(statuses) / 100), (refused, seconds)
    assert slowest < LONGEST_S, (slowest, where)
