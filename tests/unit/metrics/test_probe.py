"""The health of a worker by its own metrics."""

import pytest

from core.metrics.probe import fault

NOW = 10_000.0


def text(lag: float, commit: float | None = None, threads: float = 0, began: float = 0.0) -> str:
    lines = [
        f'dropship_consumer_lag_records{{topic="t",partition="0"}} {lag}',
        'dropship_consumer_lag_records{topic="t",partition="1"} 0',
        f"dropship_failed_threads {threads}",
        f"process_start_time_seconds {began}",
    ]
    if commit is not None:
        lines.append(f'dropship_last_commit_timestamp_seconds{{topic="t"}} {commit}')
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (text(5, NOW - 599), ""),
        (text(5, NOW - 601), "5 records waiting, and nothing was stored for 601 s"),
        (text(0, NOW - 9_000), ""),  # nothing comes, so nothing is stored
        (text(5, None), "5 records waiting, and nothing was stored for 10000 s"),
        (text(5, None, began=NOW - 10), ""),
        (text(0, NOW, threads=1), "threads of the worker have ended"),
    ],
)
def test_a_worker_is_sound_as_long_as_what_waits_is_being_stored(metrics: str, said: str) -> None:
    found = fault(metrics, NOW)
    assert found.startswith(said)
    assert bool(found) == bool(said)
