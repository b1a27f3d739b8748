"""The merge by procedure and by task, on a connection that answers as Snowflake documents it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from core.clock import SystemClock
from core.errors import WarehouseError
from core.warehouse.model import MergeResult, Row
from core.warehouse.snowflake.merge import merge_by_procedure, merge_by_task
from core.warehouse.snowflake.session import Connection

BEFORE = datetime(2026, 1, 5, 10, tzinfo=UTC).replace(tzinfo=None)
COUNTS = (3, 2, 1, 0, 0.5, 4.0, 5)


class Answers:
    """Answers each named statement with the next of its rows; the last one stays."""

    def __init__(self, **answers: list[list[Row]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def run(self, sql: str, _parameters: Sequence[object] = ()) -> list[Row]:
        self.asked.append(sql)
        left = self._answers[sql]
        return left.pop(0) if len(left) > 1 else left[0]


class HastyClock(SystemClock):
    """A clock on which a minute passes with each look."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def monotonic(self) -> float:
        self._seconds += 60
        return self._seconds


def by_task(answers: Answers, *, stop: bool = False) -> MergeResult:
    return merge_by_task(
        cast(Connection, answers),
        lambda name: name,
        HastyClock(),
        task="merge_orders_task",
        wait=lambda _seconds: stop,
        limit_s=900,
    )


def task(*states: list[Row]) -> Answers:
    return Answers(
        task_clock=[[(BEFORE,)]],
        task_execute=[[("Task MERGE_ORDERS_TASK is scheduled to run immediately.",)]],
        task_run_since=[[], *states],
        task_merged_since=[[COUNTS, COUNTS]],
    )


def test_the_procedure_tells_its_counts() -> None:
    told = '{"inserted": 3, "updated": 2, "stale": 1, "quarantined": 4, "duration_s": 0.25, '
    answers = Answers(merge_procedure=[[(told + '"delay_s": 7}',)]])
    result = merge_by_procedure(cast(Connection, answers), lambda name: name)
    assert result == MergeResult(3, 2, 1, 4, 0.25, 7.0)


def test_the_task_is_waited_for_and_its_log_is_the_result() -> None:
    answers = task([("SCHEDULED", None)], [("EXECUTING", None)], [("SUCCEEDED", None)])
    assert by_task(answers) == MergeResult(6, 4, 2, 0, 1.0, 4.0, deleted=10)
    assert answers.asked[:2] == ["task_clock", "task_execute"]


@pytest.mark.parametrize("state", ["FAILED", "FAILED_AND_AUTO_SUSPENDED", "CANCELLED"])
def test_a_run_that_failed_is_told_with_its_reason(state: str) -> None:
    with pytest.raises(
        WarehouseError, match=r"merge_orders_task failed: no \ufffd table"
    ) as caught:
        by_task(task([(state, "no \x1b table")]))
    assert not caught.value.transient


def test_a_task_that_never_runs_is_given_up() -> None:
    with pytest.raises(WarehouseError, match="not ended after 900 s") as caught:
        by_task(task([("SCHEDULED", None)]))
    assert "SNOW_TRANSFORM=client" in caught.value.hint
    assert caught.value.transient
