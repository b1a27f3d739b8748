"""What `dlq` tells of letters that the merge wrote: they stand in raw, and may be fixed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.broker.cluster import Cluster
from core.config import Settings
from core.jobs import dlq
from core.jobs.base import JobContext
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.validation.pipeline import Pipeline
from tests.support.events import event


@pytest.fixture
def quarantined(warehouse: DuckDbWarehouse, settings: Settings) -> Settings:
    """Settings of a warehouse with two letters of the consumer, then one of the merge."""
    pipeline = Pipeline(warehouse)
    pipeline.consume([event(1), event(2, quantity="many")], letters=2)
    assert warehouse.merge().quarantined == 1
    warehouse.close()
    return settings


def listed(settings: Settings, **options: object) -> dlq.DlqResult:
    return dlq.run(JobContext(settings), replace(dlq.Options(), **options))


def stages(result: dlq.DlqResult) -> Sequence[tuple[object, object]]:
    letters = result.fields()["dead_letters"]
    assert isinstance(letters, list)
    return sorted((letter["stage"], letter["replayable"]) for letter in letters)


def test_letters_of_the_merge_are_told_apart(quarantined: Settings) -> None:
    result = listed(quarantined)
    assert stages(result) == [("decode", True), ("decode", True), ("merge", False)]
    assert result.fields()["of_merge"] == 1
    said = "\n".join(result.summary().lines)
    assert "1 letter was rejected by the merge: its event is already in the raw table" in said
    assert "--save FILE, then --replay --fix FILE" in said
    assert sorted(row[1] for row in result.summary().tables[0].rows) == [
        "consumer",
        "consumer",
        "merge",
    ]


def test_a_replay_leaves_them_out_and_says_so(quarantined: Settings) -> None:
    preview = listed(quarantined, replay=True)
    assert stages(preview) == [("decode", True), ("decode", True)]
    assert preview.fields()["of_merge"] == 1
    assert "skips it" in "\n".join(preview.summary().lines)
    # The newest letter is the one of the merge: a limit counts what may be published.
    assert stages(listed(quarantined, replay=True, limit=1)) == [("decode", True)]


def test_without_any_nothing_is_said_of_the_merge(
    warehouse: DuckDbWarehouse, settings: Settings
) -> None:
    Pipeline(warehouse).consume([], letters=1)
    warehouse.close()
    result = listed(settings)
    assert result.fields()["of_merge"] == 0
    assert "merge" not in "\n".join(result.summary().lines)


def test_a_mended_letter_of_the_merge_becomes_an_order(
    quarantined: Settings, broker: Cluster, tmp_path
) -> None:
    file = tmp_path / "letters.jsonl"
    listed(quarantined, reason="cast", save=file)
    file.write_text(file.read_text().replace('"many"', "3"))
    result = listed(quarantined, replay=True, fix=file, yes=True)
    assert (result.replayed, result.of_merge) == (1, 0)
    assert [letter.stage for letter in listed(quarantined).letters] == ["decode", "decode"]
