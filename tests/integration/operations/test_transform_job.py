"""What `transform` and `pipeline` tell of their merge, also when it fails."""

import json
from pathlib import Path

import duckdb
import pytest

from core.cli.output import Outcome
from core.clock import SystemClock
from core.config import Settings
from core.errors import WarehouseError
from core.jobs import pipeline, transform
from core.jobs.base import JobContext
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.warehouse.test_duckdb_merge import store
from tests.support.events import event


def altered(settings: Settings) -> None:
    with duckdb.connect(str(settings.paths.warehouse_file)) as base:
        base.execute("ALTER TABLE mon_schema.orders RENAME unit_price TO price")


def stored(settings: Settings, *payloads: bytes) -> None:
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    store(warehouse, *payloads)
    warehouse.close()


def told(fields: dict[str, object]) -> dict[str, object]:
    """Return fields as `--json` prints them."""
    whole = Outcome("transform", 0, 1.0, "embedded", "duckdb", None, fields).record()
    found: dict[str, object] = json.loads(json.dumps(whole))
    return found


def test_a_merge_tells_how_it_stands_when_it_is_done(settings: Settings) -> None:
    stored(settings, event(1), event(2))
    found = told(transform.run(JobContext(settings), transform.Options()).fields())
    assert (found["inserted"], found["updated"], found["quarantined"]) == (2, 0, 0)
    merge = found["merge"]
    assert isinstance(merge, dict)
    assert str(merge.pop("last_merge")).endswith("Z")
    assert merge == {
        "state": "stopped",
        "runs": 1,
        "backlog": 0,
        "oldest_at": None,
        "waiting_for": "",
        "error": "",
        "hint": "",
        "errors": 0,
    }


def test_a_merge_that_fails_tells_why_and_what_still_waits(settings: Settings) -> None:
    stored(settings, event(1), event(2))
    altered(settings)
    context = JobContext(settings)
    with pytest.raises(WarehouseError):
        transform.run(context, transform.Options())
    merge = told(context.known)["merge"]
    assert isinstance(merge, dict)
    assert (merge["state"], merge["backlog"], merge["errors"]) == ("failed", 2, 1)
    assert "unit_price" in merge["error"]
    assert merge["oldest_at"].endswith("Z")


def test_a_pipeline_whose_merge_fails_stores_everything_and_does_not_end_well(
    settings: Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    stored(settings)
    altered(settings)
    context = JobContext(settings)
    with pytest.raises(WarehouseError) as caught:
        pipeline.run(context, pipeline.Options(customers=5, products=5, orders=300))
    assert caught.value.exit_code == 3
    assert "the merge failed" in [record.getMessage() for record in caplog.records]
    parts = context.known
    merged, consumed = parts["transform"], parts["consume"]
    assert isinstance(merged, dict)
    assert isinstance(consumed, dict)
    assert (merged["merge"]["state"], merged["inserted"]) == ("failed", 0)
    assert merged["merge"]["backlog"] == consumed["inserted"]
    assert consumed["lag"] == 0
