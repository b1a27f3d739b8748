"""The merge loop goes on after what passes, and ends with what does not."""

from collections.abc import Iterator
from typing import cast

import pytest

from core.errors import WarehouseError
from core.transform.worker import MergeWorker
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult
from tests.support.waiting import wait_until


class Scripted:
    """A warehouse whose merges end as told, then find nothing."""

    def __init__(self, *outcomes: MergeResult | WarehouseError) -> None:
        self._outcomes: Iterator[MergeResult | WarehouseError] = iter(outcomes)

    def merge(self) -> MergeResult:
        outcome = next(self._outcomes, MergeResult())
        if isinstance(outcome, WarehouseError):
            raise outcome
        return outcome


def worker(*outcomes: MergeResult | WarehouseError) -> MergeWorker:
    made = MergeWorker(cast(Warehouse, Scripted(*outcomes)), interval_s=0.01)
    made.start()
    return made


def test_a_failure_that_passes_is_tried_again() -> None:
    away = WarehouseError("away", transient=True)
    merging = worker(away, away, MergeResult(inserted=3))
    wait_until(lambda: merging.snapshot().total.inserted == 3)
    merging.stop()
    merging.join()
    assert merging.error is None


@pytest.mark.parametrize("before", [[], [MergeResult(inserted=1), MergeResult()]])
def test_a_refusal_ends_it(before: list[MergeResult]) -> None:
    merging = worker(*before, WarehouseError("no such table"))
    merging.join()
    assert isinstance(merging.error, WarehouseError)
    assert merging.snapshot().total.inserted == (1 if before else 0)
