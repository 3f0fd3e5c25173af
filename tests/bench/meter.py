# SPDX-License-Identifier: MIT
"""wrk and pgbench with what they cost: CPU of the server and of PostgreSQL. Nothing counts before everything is warm."""

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from harness.cluster import POSTGRES_BIN, as_postgres

CONNECTIONS = 32
WARM = 3  # seconds in which pgbench's backends parse, plan and fill their caches; the server's are warm for longer
LUA = Path(__file__).with_name("request.lua")


def cpu_seconds(pid):
    """Of all threads of a process, to the nanosecond: the clock that clock_getcpuclockid() names."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def postgres_seconds(cluster):
    """Of the postmaster, all that run under it, and those that have ended."""
    postmaster = cluster.postmaster_pid()
    fields = Path(f"/proc/{postmaster}/stat").read_text().rsplit(")", 1)[1].split()
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return ended + cpu_seconds(postmaster) + sum(cpu_seconds(int(pid)) for pid in children)


def await_quiet(cluster, database):
    """What wrk has asked for and no longer waits for ends first."""
    busy = "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()"
    deadline = time.monotonic() + 30
    while cluster.psql(database, busy) != "0\n":
        if time.monotonic() > deadline:
            raise RuntimeError("the database does not come to rest")
        time.sleep(0.05)


def run_pgbench(cluster, database, case, script, seconds, user="alongside_api", connections=CONNECTIONS):
    """Rate and µs of PostgreSQL a transaction, of `seconds` that begin when the connections are warm."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir="/tmp") as file:
        file.write(script)
        file.flush()
        os.chmod(file.name, 0o644)
        running = subprocess.Popen(
            [POSTGRES_BIN / "pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", str(min(2, connections))]
            # The last second is one too many: connections that close are not measured.
            + ["-T", str(WARM + seconds + 1), "-P", "1"]
            + [f"-D{name}={value}" for name, value in case.variables().items()]
            + ["-h", cluster.root, "-U", user, "-f", file.name, database],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=os.environ | {"PGOPTIONS": case.settings()},
            **as_postgres(),
        )
        said, marks = [], []
        for line in running.stdout:
            said.append(line)
            if found := re.match(r"progress: ([\d.]+) s, ([\d.]+) tps", line):
                marks.append((float(found[1]), float(found[2]), postgres_seconds(cluster)))
        code = running.wait()
    # Every mark tells of the time since the one before it.
    inside = [pair for pair in zip(marks, marks[1:], strict=False) if pair[0][0] > WARM - 0.5 and pair[1][0] < WARM + seconds + 0.5]
    done = sum((after[0] - before[0]) * after[1] for before, after in inside)
    if code != 0 or done == 0:
        raise RuntimeError(f"pgbench {case.name}: {''.join(said)}")
    first, last = inside[0][0], inside[-1][1]
    return {"rate": done / (last[0] - first[0]), "pg_us": (last[2] - first[2]) * 1e6 / done}


def run_wrk(url, pid, cluster, case, count, tokens, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(tokens[case.who]))
        file.flush()
        arguments = [case.method, case.path, case.ids, case.draw, str(count), file.name, case.role, str(case.objects), str(case.shared)]
        if case.body is not None:
            arguments.append(json.dumps(case.body))
        before = cpu_seconds(pid), postgres_seconds(cluster)
        result = subprocess.run(
            ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s", "-s", LUA, url, "--", *arguments],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    after = cpu_seconds(pid), postgres_seconds(cluster)
    found = re.search(r"^JSON (.*)$", result.stdout, re.M)
    if not found:
        raise RuntimeError(f"wrk {case.name}: {result.stdout}{result.stderr}")
    numbers = json.loads(found[1])
    if numbers["bad"]:
        raise RuntimeError(f"wrk {case.name}: {numbers['bad']} of {numbers['requests']} answers were not 200")
    server_us, pg_us = ((b - a) * 1e6 / max(1, numbers["requests"]) for a, b in zip(before, after, strict=True))
    return numbers | {"rate": numbers["requests"] / numbers["seconds"], "server_us": server_us, "pg_us": pg_us}
