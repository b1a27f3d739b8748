"""What is mutated, by which tests each file is held, and which survivors are known, with why."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.mutants import Mutant

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
LEAST_SHARE = 0.90

MUTATED = (
    "core/consumer/*.py",
    "core/consumer/decoders/*.py",
    "core/pipeline/bounds.py",
    "core/pipeline/time_readers.py",
    "core/pipeline/values.py",
    "core/dlq/*.py",
    "core/merge/*.py",
    "core/alerts/*.py",
    "core/config/secrets.py",
)

_CONSUMER = "tests/unit/consumer/"
_DECODING = (
    "test_decode_reasons.py",
    "test_event.py",
    "test_decode_fast_path.py",
    "test_decode_any_pipeline.py::test_many_events_of_any_pipeline",
    "test_decode_hostile.py",
    "test_decode_equivalence.py::test_blocks_of_usual_odd_and_damaged_events",
    "test_decode_equivalence.py::test_every_day_of_the_calendar_and_some_that_it_lacks",
)
"""The others generate examples for a quarter of a minute each, too long for each of 350 mutants."""
_TESTS: dict[str, tuple[str, ...]] = {
    "core/consumer/batch.py": ("test_batch.py",),
    "core/consumer/poller.py": ("test_poller*.py",),
    "core/consumer/latency.py": ("test_latency*.py",),
    "core/consumer/unread.py": ("test_stop_condition.py",),
    "core/consumer/options.py": ("test_stop_condition.py", "test_snapshot.py"),
    **{
        f"core/consumer/decoders/{name}.py": _DECODING
        for name in (
            "base",
            "suspects",
            "bulk_match",
            "bulk_timestamps",
            "json_events",
            "json_text",
            "field_tree",
            "fast_path",
            "reasons",
            "shape",
            "strict",
        )
    },
    **{
        f"core/consumer/decoders/{name}.py": ("test_decode_compact.py",)
        for name in ("compact", "compact_values")
    },
    "core/consumer/decoders/columns.py": ("test_decode_columns.py",),
    "core/consumer/decoders/tombstones.py": ("test_decode_any_pipeline.py",),
    "core/consumer/outage.py": ("test_consume_loop*.py",),
    "core/consumer/batch_sequence.py": ("test_batch_sequence.py", "test_consume_loop.py"),
    "core/consumer/batch_writer.py": ("test_batch_writer*.py", "test_batch_sequence.py"),
    **{
        f"core/consumer/decoders/{name}.py": ("test_decode_registry.py",)
        for name in ("factory", "registry")
    },
    **{f"core/pipeline/{name}.py": _DECODING for name in ("bounds", "time_readers", "values")},
    "core/consumer/consume_loop.py": (
        "test_consume_loop*.py",
        "tests/integration/consumer/test_consume_loop_run.py",
    ),
    "core/consumer/worker.py": ("test_worker*.py",),
    "core/consumer/snapshot.py": ("test_counters.py", "test_snapshot.py"),
    "core/dlq/editing.py": ("tests/unit/dlq/*.py",),
    "core/dlq/edits.py": ("tests/unit/dlq/*.py",),
    "core/dlq/redeliveries.py": ("tests/unit/dlq/*.py", "tests/integration/dlq/*.py"),
    "core/dlq/refused.py": ("tests/unit/dlq/*.py", "tests/integration/dlq/*.py"),
    "core/dlq/replay.py": ("tests/unit/dlq/*.py", "tests/integration/dlq/*.py"),
    "core/config/secrets.py": ("tests/unit/config/test_secrets.py",),
}
"""Tests by mutated file. Elsewhere those of its name; for alerts and the merge all of theirs."""


def held_by(file: str) -> list[str]:
    """Return the test files that hold a mutated file."""
    folder, name = file.rsplit("/", 1)
    if file in _TESTS:
        patterns = _TESTS[file]
    elif folder in {"core/alerts", "core/merge"}:
        patterns = (f"tests/unit/{folder.removeprefix('core/')}/*.py",)
    else:
        patterns = (f"test_{name}",)
    found: list[str] = []
    for pattern in patterns:
        where, both, test = pattern.partition("::")
        paths = sorted(ROOT.glob(where if "/" in where else _CONSUMER + where))
        names = (path.relative_to(ROOT).as_posix() for path in paths)
        found += [name + both + test for name in names if "/test_" in name]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Known:
    """A survivor that was looked at. equivalent: no test can see it, so it does not count."""

    key: tuple[str, str, str, str]
    why: str
    equivalent: bool


def known_survivors() -> list[Known]:
    """Return what `survivors.toml` lists."""
    listed = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    return [
        Known(
            (entry["file"], entry["in"], entry["before"], entry["after"]),
            entry["why"],
            entry.get("equivalent", False),
        )
        for entry in listed.get("survivor", [])
    ]


def by_key(known: list[Known], mutant: Mutant) -> Known | None:
    """Return what is known of a mutant."""
    return next((entry for entry in known if entry.key == mutant.key), None)
