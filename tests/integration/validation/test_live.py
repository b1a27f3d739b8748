"""Validation beside a running consumer and merge: what moves is no fault."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from core.validation import Status
from tests.integration.validation.pipeline import Pipeline
from tests.support.events import event

EXACT = ("raw_vs_prod_counts", "duplicates", "reconciliation", "dead_letters", "volume")


def repeated(step: Callable[[int], object], over: Event, at_least: int) -> int:
    """Run a step until told to stop, at least so many times; return how many."""
    done = 0
    while done < at_least or not over.is_set():
        step(done)
        done += 1
    return done


@pytest.mark.slow
def test_running_writers_never_make_a_check_fail(pipeline: Pipeline) -> None:
    over = Event()

    def write(number: int) -> None:
        first = 100 + 20 * number
        payloads = [event(first + index // 2) for index in range(40)]
        pipeline.consume([*payloads, event(1, quantity="many")], letters=1, skipped=1)

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(repeated, write, over, 10)
        merger = pool.submit(repeated, lambda _: pipeline.warehouse.merge(), over, 10)
        try:
            for _ in range(12):
                result = pipeline.validate(
                    dead_letters_fail=0.5, merge_backlog_fail=10_000_000, volume_drop_fail=1.0
                )
                found = {name: result.check(name) for name in EXACT}
                assert all(check.status <= Status.WARN for check in found.values()), found
        finally:
            over.set()
        assert writer.result() >= 10
        assert merger.result() >= 10
    pipeline.warehouse.merge()
    settled = pipeline.validate(dead_letters_warn=0.5, dead_letters_fail=0.5, drift_warn=0.5)
    assert settled.status is Status.PASS
