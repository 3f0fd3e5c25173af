# SPDX-License-Identifier: MIT
"""At the end of a full run: every operation was called, and every declared answer was seen."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def exempt():
    rows = [line.split(maxsplit=2) for line in (HERE / "exempt.txt").read_text().splitlines() if line and line[0] != "#"]
    assert all(len(row) == 3 for row in rows), "every exemption has a reason"
    return {(operation, status) for operation, status, _ in rows}


@pytest.fixture(scope="module")
def seen():
    if os.environ.get("TEST_FULL_RUN") != "1":
        pytest.skip("only a full run has seen everything")
    return {tuple(line.split()) for line in Path(os.environ["TEST_SEEN"]).read_text().splitlines()}


def test_every_operation_was_called(contract, seen):
    assert not {operation.id for operation in contract.operations} - {operation for operation, _ in seen}


def test_every_declared_status_was_seen(contract, seen):
    excused = exempt()
    declared = {(o.id, status) for o in contract.operations for status in o.responses}
    missing = sorted(
        (operation, status) for operation, status in declared - seen if (operation, status) not in excused and ("*", status) not in excused
    )
    assert not missing, "declared but never seen: " + ", ".join(" ".join(pair) for pair in missing)


def test_exemptions_are_still_needed(contract):
    declared = {(o.id, status) for o in contract.operations for status in o.responses}
    statuses = {status for _, status in declared}
    unknown = [(o, s) for o, s in exempt() if o != "*" and (o, s) not in declared]
    assert not unknown and "500" not in statuses - {"500"}
