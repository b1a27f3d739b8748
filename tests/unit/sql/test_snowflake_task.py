"""What is told of the tasks inside Snowflake, from what Snowflake answers."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from core.config.engine import DUCKDB, SNOWFLAKE
from core.errors import WarehouseError
from core.warehouse.backlog import MergeBacklog
from core.warehouse.base import Warehouse
from core.warehouse.model import Row
from core.warehouse.snowflake.credits import read_credits
from core.warehouse.snowflake.task import SINK_TASK, TaskStatus, read_tasks

DUE = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the warehouse gives UTC without a zone
GOOD = ("SUCCEEDED", DUE, 0.25, 3.5, None)
BAD = ("FAILED", DUE, 0.5, 1.0, "Numeric value '\x1b[31mx' is not recognized")
RUNNING = ("EXECUTING", DUE, 0.1, None, None)


class Answers:
    """A warehouse that answers named reads; one that has no answer is refused."""

    engine = SNOWFLAKE

    def __init__(self, answers: Mapping[str, Sequence[Row]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def rows(self, query: str, _parameters: Sequence[object] = ()) -> list[Row]:
        self.asked.append(query)
        if query not in self._answers:
            raise WarehouseError("Insufficient privileges")
        return list(self._answers[query])


def shown(state: str, reason: str | None = None, name: str = "MERGE_ORDERS_TASK") -> Row:
    """A row of SHOW TASKS: Snowflake tells more than is needed, in an order of its own."""
    told = {"created_on": DUE, "warehouse": "W", "last_suspended_reason": reason, "state": state}
    told["name"] = name
    return (json.dumps(told, default=str),)


def status(state: str = "started", *runs: tuple[Any, ...], reason: str | None = None) -> TaskStatus:
    answers = Answers({"tasks_shown": [shown(state, reason)], "task_runs": runs})
    (found,) = read_tasks(cast("Warehouse", answers))
    assert answers.asked == ["tasks_shown", "task_runs"]
    return found


def test_a_started_task_that_runs_is_healthy() -> None:
    found = status("started", RUNNING, GOOD, BAD)
    assert (found.state, found.failures, found.healthy) == ("started", 0, True)
    assert found.runs[1].due_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert "its last run began 0.1 s late" in found.line


def test_failures_are_counted_since_the_last_good_run() -> None:
    found = status("started", RUNNING, BAD, BAD, GOOD, BAD)
    assert (found.failures, found.healthy) == (2, False)
    assert "2 runs in a row failed: Numeric value" in found.line
    assert "\x1b" not in found.line


def test_a_task_that_gave_up_says_why() -> None:
    last = ("FAILED_AND_AUTO_SUSPENDED", *BAD[1:])
    found = status("suspended", last, BAD, reason="SUSPENDED_DUE_TO_ERRORS")
    assert (found.failures, found.healthy) == (2, False)
    assert "suspended after too many failures: Numeric value" in found.line


def test_a_task_that_somebody_suspended_says_how_to_start_it() -> None:
    found = status("suspended", GOOD, reason="USER_SUSPENDED")
    assert (found.failures, found.healthy) == (0, False)
    assert "ALTER TASK ... RESUME" in found.line


def test_a_task_without_runs() -> None:
    assert "no run in the last seven days" in status("started").line


def test_a_task_that_is_not_visible() -> None:
    (found,) = read_tasks(cast("Warehouse", Answers({"tasks_shown": []})))
    assert (found.state, found.healthy) == ("absent", False)
    assert "not there, or not visible" in found.line


def test_a_question_that_is_refused_is_no_error() -> None:
    (found,) = read_tasks(cast("Warehouse", Answers({"task_runs": [GOOD]})))
    assert found.state == "unknown"
    assert "Insufficient privileges" in found.line


def test_a_hidden_history_leaves_the_state() -> None:
    answers = {"tasks_shown": [shown("started")]}
    (found,) = read_tasks(cast("Warehouse", Answers(answers)))
    assert (found.state, found.runs, found.hidden) == ("started", (), "Insufficient privileges")
    assert "its runs are not visible" in found.line


def test_the_task_of_the_engine_stands_beside_the_merge_where_it_is_there() -> None:
    other = shown("started", name="SOMEBODY_ELSES_TASK")
    sink = shown("suspended", "SUSPENDED_DUE_TO_ERRORS", "TAKE_FROM_SINK_TASK")
    answers = Answers(
        {
            "tasks_shown": [other, sink, shown("started")],
            "task_runs": [GOOD],
            "sink_task_runs": [BAD, GOOD],
            "sink_waiting": [(1_200, DUE)],
        }
    )
    merge, engine = read_tasks(cast("Warehouse", answers))
    assert (merge.name, merge.healthy, merge.backlog) == ("merge_orders_task", True, None)
    assert (engine.name, engine.gave_up, engine.failures) == (SINK_TASK, True, 1)
    assert engine.backlog == MergeBacklog(1_200, DUE.replace(tzinfo=UTC))
    assert engine.line.startswith(f"task {SINK_TASK}: suspended after too many failures: Numeric")
    assert engine.line.endswith("; 1,200 records waiting")


def test_a_stream_of_the_engine_that_is_not_visible_leaves_its_state_and_runs() -> None:
    answers = Answers(
        {
            "tasks_shown": [shown("started"), shown("started", name="TAKE_FROM_SINK_TASK")],
            "task_runs": [],
            "sink_task_runs": [GOOD],
        }
    )
    _merge, engine = read_tasks(cast("Warehouse", answers))
    assert (engine.backlog, engine.healthy) == (None, True)
    assert "its last run began 0.2 s late" in engine.line


def test_a_look_without_runs_asks_the_warehouse_for_nothing_but_what_waits() -> None:
    answers = Answers(
        {
            "tasks_shown": [shown("started"), shown("started", name="TAKE_FROM_SINK_TASK")],
            "sink_waiting": [(0, None)],
        }
    )
    found = read_tasks(cast("Warehouse", answers), runs=False)
    assert answers.asked == ["tasks_shown", "sink_waiting"]
    assert [task.hidden for task in found] == ["", ""]


def test_why_a_task_gave_up_is_asked_in_any_case() -> None:
    answers = Answers(
        {
            "tasks_shown": [shown("suspended", "SUSPENDED_DUE_TO_ERRORS")],
            "task_runs": [("FAILED_AND_AUTO_SUSPENDED", *BAD[1:]), BAD],
        }
    )
    (found,) = read_tasks(cast("Warehouse", answers), runs=False)
    assert "suspended after too many failures: Numeric value" in found.line


def test_duckdb_has_no_tasks() -> None:
    answers = Answers({})
    answers.engine = DUCKDB
    assert read_tasks(cast("Warehouse", answers)) == ()
    assert answers.asked == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"warehouse_credits": [(Decimal("1.25"),)]}, "1.25 in 24 h"),
        ({"warehouse_credits": [(None,)]}, "none in 24 h, or not visible to the role"),
        ({}, "not visible to the role"),
    ],
)
def test_credits_are_told_as_far_as_the_role_may_see_them(
    answers: dict[str, list[Row]], said: str
) -> None:
    assert read_credits(cast("Warehouse", Answers(answers))) == said
