"""The validation as a whole: nothing passes in silence, and one broken check stops no other."""

import json
from dataclasses import dataclass, field

import pytest

from core.config import Thresholds
from core.pipeline import builtin
from core.remedies import SET_UP
from core.validation import Status, checks_of, record_run, validate
from tests.integration.validation.pipeline import NOW, Pipeline, view

CHECK_NAMES = tuple(checks_of(builtin().definition))


@dataclass
class Steps:
    """Notes the progress it is told."""

    seen: list[tuple[str, object]] = field(default_factory=list)

    def start(self, task: str, total: int | None, unit: str) -> None:
        assert unit == "checks"
        self.seen.append((task, total))

    def update(self, task: str, done: int, note: str = "") -> None:
        assert note in {"", *CHECK_NAMES} or note.startswith("content: ")
        self.seen.append((task, done))

    def finish(self, task: str) -> None:
        self.seen.append((task, "finished"))


def test_a_pipeline_in_order_passes_every_check(pipeline: Pipeline) -> None:
    result = pipeline.validate(broker_view=view(high=6))
    assert {
        check.name: (check.status.name, check.rows) for check in result.checks
    } == dict.fromkeys(CHECK_NAMES, ("PASS", ()))
    assert result.status is Status.PASS
    assert not result.bad(strict=True)


def test_an_empty_warehouse_warns_it_does_not_pass(fresh: Pipeline) -> None:
    result = fresh.validate()
    assert result.status is Status.WARN
    statuses = {check.name: check.status for check in result.checks}
    assert statuses.pop("schema") is Status.PASS
    assert set(statuses.values()) == {Status.WARN}
    assert all(
        check.message.startswith("nothing to check")
        for check in result.checks
        if check.name != "schema"
    )


def test_the_worst_check_is_the_status_of_the_whole(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE orders SET quantity = 0 WHERE id = 'ORDER_000001'")
    result = pipeline.validate()
    assert result.status is Status.FAIL
    assert result.bad()


def test_without_tables_the_schema_fails_and_the_others_say_what_to_run(
    fresh: Pipeline,
) -> None:
    fresh.sql("DROP SCHEMA mon_schema CASCADE; CREATE SCHEMA mon_schema")
    result = fresh.validate()
    assert result.status is Status.ERROR
    for check in result.checks:
        assert check.status is (Status.FAIL if check.name == "schema" else Status.ERROR)
        assert SET_UP in check.remedies
        assert "dropship --run setup" in check.hint
    assert not record_run(fresh.warehouse, result)


def test_one_check_that_breaks_leaves_the_others_alone(pipeline: Pipeline) -> None:
    pipeline.sql("ALTER TABLE transform_runs DROP COLUMN to_seq")
    result = pipeline.validate()
    broken = result.check("raw_vs_prod_counts")
    assert broken.status is Status.ERROR
    assert "to_seq" in broken.message
    assert "\n" not in broken.message
    assert result.check("duplicates").status is Status.PASS
    assert result.check("schema").status is Status.FAIL


def test_a_defect_inside_a_check_is_an_error_without_a_traceback(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline.sql("ALTER TABLE consumer_offsets ALTER start_offset TYPE VARCHAR")
    result = pipeline.validate()
    broken = result.check("reconciliation")
    assert broken.status is Status.ERROR
    assert "Traceback" not in broken.message
    assert "check reconciliation broke" in caplog.text


def test_results_are_json(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE orders SET unit_price = -1.50, quantity = 0")
    found = json.loads(json.dumps(pipeline.validate().as_json(), allow_nan=False))
    assert set(found) == {"status", "checks"}
    assert list(found["checks"]) == list(CHECK_NAMES)
    assert all({"status", "message", "rows"} <= set(check) for check in found["checks"].values())
    assert found["checks"]["data_quality"]["rows"][0]["unit_price"] == "-1.50"
    assert found["checks"]["data_quality"]["rows"][0]["sold_at"] == "2024-05-06T07:08:09.000Z"


def test_progress_counts_the_checks(pipeline: Pipeline) -> None:
    steps = Steps()
    validate(pipeline.warehouse, Thresholds(), now=NOW, broker_view=None, progress=steps)
    done = [int(str(value)) for _task, value in steps.seen[1:-1]]
    assert steps.seen[0] == ("validate", len(CHECK_NAMES))
    assert sorted(set(done)) == list(range(len(CHECK_NAMES) + 1))
    assert steps.seen[-1] == ("validate", "finished")
