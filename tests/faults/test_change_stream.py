"""Changes through real processes that are killed: what is left, against plain Python."""

import random
from threading import Event

import pytest

from core.pipeline import open_pipeline
from tests.faults.test_signals_and_kills import kill_somewhere
from tests.pipelines.conftest import rows_of, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.samples import records
from tests.pipelines.test_topic import publish
from tests.support.processes import Dropship

pytestmark = pytest.mark.slow
SIZE, PART = 9_000, 3_000
TOPIC = "bank.public.accounts"


def test_killed_consumers_and_merges_leave_the_rows_that_plain_python_makes(
    dropship: Dropship,
) -> None:
    rng = random.Random(8)
    stream = records("accounts", SIZE)
    expected = newest("accounts", stream)
    dropship.start_broker()
    env = {"DROPSHIP_PIPELINE": "accounts"}
    with dropship.broker() as cluster:
        publish(cluster, stream[:PART], TOPIC)
        dropship("init", "accounts", "--from-topic", TOPIC).done()
        for begin in range(PART, SIZE, PART):
            kill_somewhere(dropship, dropship.start("consume", env=env), rng)
            merge = dropship.start("transform", env=env)
            Event().wait(rng.uniform(0.5, 2.5))
            merge.kill()
            publish(cluster, stream[begin : begin + PART], TOPIC)
    consumed = dropship("consume", "--until-caught-up", env=env).done()
    assert (consumed["lag"], consumed["gaps"], consumed["dead_lettered"]) == (0, 0, 0)
    merged = dropship("transform", env=env).done()
    assert merged["deleted"] > 0
    assert merged["quarantined"] == 0
    pipeline = open_pipeline(str(dropship.folder / "accounts"))
    with warehouse_of(pipeline, dropship.settings) as warehouse:
        assert rows_of(warehouse, pipeline) == expected
    checks = dropship("validate", env=env).done()["checks"]
    judged = {name: check["status"] for name, check in checks.items()}
    assert set(judged.values()) == {"PASS"}, checks
    assert checks["reconciliation"]["status"] == "PASS"
    assert dropship("kpis", env=env).done()["total_rows"] == len(expected)
