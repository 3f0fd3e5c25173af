# SPDX-License-Identifier: MIT
"""No operation costs more than 1.3 times its budget (tests/bench/budgets.json; `./dev bench --budgets` measures them anew)."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))

import budgets  # noqa: E402

OPERATIONS = [case.name for case in budgets.CASES]


@pytest.fixture(scope="module")
def measured(binary):
    return budgets.measure_all(binary)


def test_every_operation_has_a_budget():
    assert list(budgets.load()["operations"]) == OPERATIONS


@pytest.mark.slow
def test_polling_of_two_hundred_every_five_seconds_is_less_than_two_percent_of_a_core(measured):
    cost = sum(budgets.scaled(measured["notices"], budgets.load()["reference_us"]).values())
    assert 200 / 5 * cost < 0.02 * 1e6, cost


@pytest.mark.parametrize("name", OPERATIONS)
def test_buffers_wal_plans_and_statements(measured, name):
    kept = budgets.load()
    assert not budgets.exceeded(measured[name], kept["operations"][name], budgets.COUNTED, kept["reference_us"])


@pytest.mark.slow  # and not with sanitizers, which multiply the server's part
@pytest.mark.parametrize("name", OPERATIONS)
def test_cpu(measured, name):
    kept = budgets.load()
    assert not budgets.exceeded(measured[name], kept["operations"][name], budgets.CPU, kept["reference_us"])
