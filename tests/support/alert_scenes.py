"""Alerts as the engine raises and clears them, and the last hours, in the language in use."""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.alerts.engine import AlertEngine
from core.alerts.model import Alert, PipelineSample
from core.alerts.rules import RuleEvaluator
from core.config.thresholds import Thresholds
from core.operations.history import Sample
from tests.support.moments import NOW

_AGO: tuple[tuple[float, dict[str, Any]], ...] = (
    (8_400, {"consumed": 1_000}),
    (8_390, {"consumed": 2_000, "dead_lettered": 140}),
    (8_300, {"consumed": 90_000, "dead_lettered": 140}),
    (1_900, {"consumed": 91_000, "p95_ms": 6_400.0}),
    (1_750, {"consumed": 92_000, "p95_ms": 900.0}),
    (250, {"consumed": 93_000, "acked": 900}),
    (240, {"consumed": 94_000, "acked": 1_800, "failed": 31, "gap_offsets": 50}),
    (
        190,
        {
            "consumed": 95_000,
            "acked": 2_800,
            "failed": 31,
            "gap_offsets": 50,
            "validation": 2,
            "validation_checks": ("duplicates", "raw_vs_prod_counts"),
            "newest_row": NOW - timedelta(hours=30),
            "merge_delay_s": 400.0,
        },
    ),
)
"""Seconds before now, and what was read then."""


def alerts() -> tuple[Alert, ...]:
    """Return active and past alerts; that of the validation has been seen."""
    engine, feed = AlertEngine(hold_s=0.0), RuleEvaluator(Thresholds())
    for ago, known in _AGO:
        at = NOW - timedelta(seconds=ago)
        engine.see(-ago, at, feed.values(PipelineSample(-ago, at, **known)))
    engine.acknowledge(NOW - timedelta(seconds=90), "validation")
    return engine.latest


def minutes(count: int = 240) -> tuple[Sample, ...]:
    """Return the last hours, a sample a minute: waves, and a rest."""
    return tuple(_minute(number, count) for number in range(count))


def _minute(number: int, count: int) -> Sample:
    at = (NOW - timedelta(minutes=count - number)).replace(second=0)
    resting = 90 <= number < 120
    rate = 0.0 if resting else 900 + 400 * math.sin(number / 15)
    latency: Sequence[float | None] = (None,) * 3 if resting else (18.0, 41.0 + number % 9, 66.0)
    return Sample(at, rate, rate * 0.99, 0 if resting else 4 + number % 11, *latency)
