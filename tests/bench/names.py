# SPDX-License-Identifier: MIT
"""What comparing names costs (decision 18): all that was declared against everybody, from scratch, and one of them alone."""

import statistics
import time
from pathlib import Path

import psycopg
from meter import await_quiet

PEOPLE, DECLARATIONS = 100_000, 10_000
ROUND, ALONE = 100, 200  # as many as comparison_all takes together
WANTED_S, WANTED_ALONE_S = 10, 1


def compare(cluster, row):
    database = cluster.create_database()
    script = Path(__file__).with_name("names.sql").read_text()
    cluster.psql(database, script, f"-vpeople={PEOPLE}", f"-vdeclarations={DECLARATIONS}")
    await_quiet(cluster, database)
    with psycopg.connect(cluster.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:

        def taken(owners, at_once):
            """Seconds of each round of so many, compared in one transaction as the worker does; and how many were met."""
            query = "select count(*) from unnest(%s::uuid[]) o cross join lateral name_digests_meet(o)"
            times, met = [], 0
            for first in range(0, len(owners), at_once):
                started = time.monotonic()
                met += db.execute(query, (owners[first : first + at_once],)).fetchone()[0]
                times.append(time.monotonic() - started)
            return times, met

        declared, people = (
            [one for (one,) in db.execute(f"select distinct {kind} from name_digests where {kind} is not null").fetchall()]
            for kind in ("declaration_id", "participant_id")
        )
        times, met = taken(declared, ROUND)
        name = f"{DECLARATIONS:,} declarations against {PEOPLE:,} people, s ({met:,} met)"
        row(name, f"{sum(times):.1f}", f"< {WANTED_S}", sum(times) < WANTED_S)
        times, _ = taken(declared[:ALONE], 1)
        name = f"one declaration, ms: median {statistics.median(times) * 1000:.2f}, longest"
        row(name, f"{max(times) * 1000:.1f}", f"< {WANTED_ALONE_S} s", max(times) < WANTED_ALONE_S)
        times, _ = taken(people[:ALONE], 1)
        row(f"one person against {DECLARATIONS:,} declarations, ms: median", f"{statistics.median(times) * 1000:.2f}", "", True)
    cluster.drop_database(database)
