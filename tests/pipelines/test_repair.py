"""Damaged deletes are put back from the topic, with the rows that follow from them."""

from pathlib import Path

import pytest

from core.broker.cluster import Cluster
from core.config import Settings
from core.config.load import examine_settings
from core.jobs import consume, transform, validate
from core.jobs.base import JobContext
from core.pipeline import open_pipeline
from tests.pipelines.conftest import Init, rows_of, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.samples import records
from tests.pipelines.test_topic import TOPIC, publish


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["(tombstone)", "d", "u"])
def test_a_damaged_delete_is_put_back_and_its_row_stays_deleted(
    broker: Cluster, settings: Settings, init_job: Init, tmp_path: Path, kind: str
) -> None:
    stream = records("accounts", 300)
    publish(broker, stream)
    init_job(name=str(tmp_path / "accounts"), from_topic=TOPIC)
    pipeline = open_pipeline(str(tmp_path / "accounts"))
    own, _problems = examine_settings(
        environ={},
        data_dir=settings.paths.data,
        reports_dir=settings.paths.reports,
        pipeline=pipeline.where,
        timeout_s=10,
    )
    consume.run(JobContext(own), consume.Options(until_caught_up=True))
    transform.run(JobContext(own), transform.Options())
    with warehouse_of(pipeline, own) as warehouse:
        assert rows_of(warehouse, pipeline) == newest("accounts", stream)
        schema = pipeline.definition.tables.db_schema
        events = f"{schema}.{pipeline.definition.tables.events}"
        damaged = warehouse._db.rows(
            f'UPDATE {events} SET payload = \'{{"after": {{"account_id": 7}}}}\''
            f" WHERE seq IN (SELECT seq FROM {events} WHERE event_type = '{kind}'"
            " ORDER BY seq DESC LIMIT 3) RETURNING event_id",
            [],
        )
    assert len(damaged) == 3
    told = validate.run(JobContext(own), validate.Options(repair=True)).fields()
    assert (len(told["repaired"]), told["not_repaired"]) == (3, [])  # type: ignore[arg-type]
    assert told["checks"]["content"]["status"] == "PASS"  # type: ignore[index]
    with warehouse_of(pipeline, own) as warehouse:
        assert rows_of(warehouse, pipeline) == newest("accounts", stream)
