"""From a stranger's topic to checked rows and figures, by the jobs, with nothing edited by hand."""

from pathlib import Path
from typing import Any

import pytest

from core.broker.cluster import Cluster
from core.config import Settings
from core.config.load import examine_settings
from core.jobs import consume, kpis, transform, validate
from core.jobs.base import JobContext
from core.pipeline import open_pipeline
from tests.pipelines.conftest import SIZE, Init, rows_of, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.samples import BAD_READINGS, STREAMS, records
from tests.pipelines.test_topic import TOPIC, publish

KEYS = {"iot": "readingId", "repository": None, "accounts": None}


@pytest.mark.slow
@pytest.mark.parametrize("name", STREAMS)
def test_a_topic_becomes_rows_that_pass_every_check(
    broker: Cluster, settings: Settings, init_job: Init, tmp_path: Path, name: str
) -> None:
    stream = records(name, SIZE)
    publish(broker, stream)
    init_job(name=str(tmp_path / name), from_topic=TOPIC, key=KEYS[name])
    pipeline = open_pipeline(str(tmp_path / name))
    own, problems = examine_settings(
        environ={},
        data_dir=settings.paths.data,
        reports_dir=settings.paths.reports,
        pipeline=str(tmp_path / name),
        timeout_s=10,
    )
    assert problems == ()
    assert own.kafka.topic == TOPIC

    def run(job: Any, **options: object) -> dict[str, Any]:
        found: dict[str, Any] = job.run(JobContext(own), job.Options(**options)).fields()
        return found

    expected = newest(name, stream)
    bad = BAD_READINGS if name == "iot" else 0
    stored = run(consume, until_caught_up=True)
    assert (stored["inserted"], stored["dead_lettered"]) == (SIZE - bad, bad)
    assert stored["lag"] == 0
    assert run(consume, until_caught_up=True)["consumed"] == 0
    merged = run(transform)
    assert (merged["inserted"], merged["quarantined"]) == (len(expected), 0)
    assert ("deleted" in merged) is (name == "accounts")
    with warehouse_of(pipeline, own) as warehouse:
        assert rows_of(warehouse, pipeline) == expected
    told = run(validate)
    found = {check: one["status"] for check, one in told["checks"].items()}
    waiting = {check for check, status in found.items() if status != "PASS"}
    assert waiting == ({"dead_letters"} if bad else set()), told["checks"]
    drift = told["checks"]["schema_drift"]
    assert drift["changed_types"] == (["temperature"] if bad else [])
    assert (drift["new_fields"], drift["missing_fields"]) == ([], [])
    figures = run(kpis)
    assert figures["total_rows"] == len(expected)
    assert sum(row["day_rows"] for row in figures["by_day"]) == len(expected)
    assert len(figures["recent"]) == 20
