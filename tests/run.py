# SPDX-License-Identifier: MIT
"""Runs the rings of tests and sums them up: the last line is `N passed, N failed`. Called by `dev test`."""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from harness.cluster import TEMPLATE, with_template  # noqa: E402

SANITIZER = {
    "ASAN_OPTIONS": "detect_leaks=1:exitcode=97",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=97",
}


class Ring:
    """What a ring found. A runner that fails without naming a failed case counts as one failed case."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.started = time.monotonic()

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def finish(self, exit_code=0):
        if self.failed == 0 and exit_code != 0:
            print(f"{self.name}: the runner ended with {exit_code}", flush=True)
            self.failed += 1
        if self.passed + self.failed == 0:
            print(f"{self.name}: no test was run", flush=True)
            self.failed += 1
        seconds = time.monotonic() - self.started
        more = f", {self.skipped} skipped" if self.skipped else ""
        print(f"ring {self.name}: {self.passed} good, {self.failed} bad{more} ({seconds:.1f} s)\n", flush=True)
        return self


def add_junit(ring, path):
    if not path.exists():
        ring.add(0, 1)
        return
    for suite in xml.parse(path).getroot().iter("testsuite"):
        bad = skipped = total = 0
        for case in suite.iter("testcase"):
            total += 1
            if case.find("failure") is not None or case.find("error") is not None:
                bad += 1
            elif case.find("skipped") is not None:
                skipped += 1
        ring.add(total - bad - skipped, bad, skipped)


@contextlib.contextmanager
def seed(build):
    """Inside, the clusters of all rings begin as a copy of one that has the template."""
    cluster = with_template(build / "alongside")
    try:
        cluster.stop()
        os.environ["TEST_CLUSTER_SEED"] = str(cluster.data)
        yield
    finally:
        os.environ.pop("TEST_CLUSTER_SEED", None)
        cluster.destroy()


def run_unit(build, options):
    ring = Ring("unit")
    log = build / "meson-logs" / "testlog.junit.xml"
    log.unlink(missing_ok=True)
    multiplier = "4" if options.is_sanitized else "1"
    code = subprocess.run(
        ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--timeout-multiplier", multiplier],
        env=dict(os.environ, PATH="/usr/bin:" + os.environ["PATH"], **SANITIZER),
    ).returncode
    add_junit(ring, log)
    return ring.finish(code)


def run_sql(build, _options):
    ring = Ring("sql")
    code = 0
    cluster = with_template(build / "alongside")
    try:
        cluster.psql(TEMPLATE, "create extension pgtap with schema public;")
        for file in sorted((ROOT / "tests" / "sql").glob("*.sql")):
            # A copy for each file: what one leaves behind can neither help nor hurt another.
            database = cluster.create_database()
            result = subprocess.run(
                ["pg_prove", "--verbose", "-h", cluster.root, "-U", "postgres", "-d", database, file],
                capture_output=True,
                text=True,
                env=dict(os.environ, PGOPTIONS="-c search_path=alongside,public,pg_catalog -c client_min_messages=warning"),
            )
            good = len(re.findall(r"^ok \d+", result.stdout, re.M))
            bad = len(re.findall(r"^not ok \d+", result.stdout, re.M))
            if result.returncode != 0 and bad == 0:
                bad = 1
            ring.add(good, bad)
            print(f"  {file.name}: {good} good, {bad} bad", flush=True)
            if bad:
                wanted = (line for line in result.stdout.splitlines() if not line.startswith("ok "))
                print("\n".join(wanted), result.stderr, sep="\n", flush=True)
            code = code or result.returncode
            cluster.drop_database(database)
    finally:
        cluster.destroy()
    return ring.finish(code)


# A module owns its database and server, a worker its cluster: modules run side by side, the biggest first.
SIDE_BY_SIDE = ("-n", str(min(len(os.sched_getaffinity(0)), 4)), "--dist", "loadfile")


def run_pytest(name, paths, build, options, *arguments):
    ring = Ring(name)
    report = build / f"tests-{name}.xml"
    report.unlink(missing_ok=True)
    environment = dict(os.environ, TEST_BUILD=str(build), TEST_SEEN=str(build / "seen.txt"), PYTHONDONTWRITEBYTECODE="1")
    if options.is_sanitized:
        environment["TEST_SANITIZE"] = "1"
    if options.is_full:
        environment["TEST_FULL_RUN"] = "1"
    quick = ["-m", "not slow"] if options.quick else []
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", ROOT / "tests" / "pytest.ini", f"--junitxml={report}"] + [*quick, *arguments, *paths],
        cwd=ROOT,
        env=environment,
    ).returncode
    add_junit(ring, report)
    return ring.finish(code)


WALLS = ROOT / "tests" / "api" / "test_walls.py"
RINGS = {
    "unit": run_unit,
    "sql": run_sql,
    "walls": lambda build, options: run_pytest("walls", [WALLS], build, options),
    "api": lambda build, options: run_pytest("api", [ROOT / "tests" / "api"], build, options, f"--ignore={WALLS}", *SIDE_BY_SIDE),
    "fault": lambda build, options: run_pytest("fault", [ROOT / "tests" / "fault"], build, options, *SIDE_BY_SIDE),
    # Last: it also asks what the rings before it have seen.
    "contract": lambda build, options: run_pytest("contract", [ROOT / "tests" / "contract"], build, options, *SIDE_BY_SIDE),
    # One of each provider for all of its tests: they stay with one worker.
    "providers": lambda build, options: run_pytest("providers", [ROOT / "tests" / "providers"], build, options),
    "clients": lambda build, options: run_pytest(
        "clients", [ROOT / "tests" / "clients"], build, options, *SIDE_BY_SIDE[:2], "--dist=worksteal"
    ),
}
QUICK = [name for name in RINGS if name not in ("clients", "providers")]


def run_ring(name, build, options):
    print(f"== {name}", flush=True)
    try:
        return RINGS[name](build, options)
    except Exception as error:  # a broken ring is a failed case, and the other rings still run
        print(f"{name}: {type(error).__name__}: {error}", flush=True)
        broken = Ring(name)
        broken.add(0, 1)
        return broken.finish()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("rings", nargs="*", choices=[[], *RINGS])
    options = parser.parse_args()
    build = (ROOT / options.build).resolve()
    wanted = [name for name in RINGS if name in options.rings] or (QUICK if options.quick else list(RINGS))
    options.is_sanitized = build.name == "sanitize"
    options.is_full = {"api", "fault", "contract"} <= set(wanted) and not options.quick
    if "api" in wanted:
        (build / "seen.txt").unlink(missing_ok=True)
    with seed(build) if set(wanted) - {"unit", "walls"} else contextlib.nullcontext():
        results = [run_ring(name, build, options) for name in wanted]
    passed = sum(ring.passed for ring in results)
    failed = sum(ring.failed for ring in results)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
