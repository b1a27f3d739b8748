"""Consumers of strangers' pipelines into Snowflake are killed; rows and letters stay exact."""

import random
import signal
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from core.broker.embedded import find_embedded
from core.clock import SystemClock
from core.config.load import load_settings
from core.pipeline import Pipeline, open_pipeline
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.pipelines.oracle import newest
from tests.pipelines.samples import BAD_READINGS, STREAMS, records
from tests.pipelines.test_topic import publish
from tests.snowflake.test_foreign import alike
from tests.snowflake.test_kills import STORE
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.oracle import check_exactly_once
from tests.support.processes import Dropship, Running
from tests.support.proxy import Proxy, Request, Send, proxy_to
from tests.support.snowflake_flow import make_tables
from tests.support.topic import read_messages
from tests.support.waiting import wait_until

SIZE, PART = 400, 100
KEYS = {"iot": ("--key", "readingId")}


def kill_at_a_batch(proxy: Proxy, dropship: Dropship, env: dict[str, str], *, stored: bool) -> None:
    """Kill a consumer as it hands in a batch. stored: the server has it by then."""
    running: list[Running] = []
    begun = Event()

    def strike(request: Request, send: Send) -> None:
        begun.wait(60)
        if stored:
            send(request)
        running[0].kill()

    proxy.rule(STORE, strike, times=1)
    running.append(dropship.start("consume", env=env))
    begun.set()
    wait_until(lambda: running[0].ended, seconds=60, what=running[0].err)
    proxy.heal()
    assert running[0].process.returncode == -signal.SIGKILL, running[0].err


def rows_of(warehouse: SnowflakeWarehouse, pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """The live rows of a pipeline by their key, without the columns of the engine."""
    definition = pipeline.definition
    fields = [
        column
        for path, field in definition.fields.items()
        if (column := field.column_at(path)) is not None
    ]
    table = f"{warehouse._identifiers.schema}.{definition.tables.rows}"
    found = warehouse._sessions.mine().run(f"SELECT {', '.join(fields)} FROM {table}")
    rows = [dict(zip(fields, map(alike, row), strict=True)) for row in found]
    return {str(row[definition.key_column]): row for row in rows}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", STREAMS)
def test_killed_consumers_leave_the_rows_that_plain_python_makes(
    fake: FakeSnowflake, schema: str, dropship: Dropship, name: str
) -> None:
    rng = random.Random(name)
    stream = records(name, SIZE)
    dropship.start_broker()
    cluster = find_embedded(dropship.paths)
    assert cluster is not None
    with proxy_to(fake.port) as proxy:
        env = fake.environ(schema, port=proxy.port) | {"DROPSHIP_PIPELINE": name}
        publish(cluster, stream[:PART], name)
        file = dropship.folder / "sample.jsonl"
        file.write_bytes(b"".join(value + b"\n" for _key, value in stream if value))
        dropship("init", name, "--from-file", str(file), *KEYS.get(name, ())).done()
        pipeline = open_pipeline(str(dropship.folder / name))
        loaded = load_settings(environ=fake.environ(schema), pipeline=pipeline.where)
        settings = replace(loaded, timeout_s=10.0)
        warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
        make_tables(warehouse)
        for begin in range(PART, SIZE, PART):
            kill_at_a_batch(proxy, dropship, env, stored=rng.random() < 0.5)
            publish(cluster, stream[begin : begin + PART], name)
        consumed = dropship("consume", "--until-caught-up", env=env).done()
        assert (consumed["lag"], consumed["gaps"]) == (0, 0)
        merged = dropship("transform", env=env).done()
        assert merged["quarantined"] == 0
    check_exactly_once(cluster, warehouse, name, f"dropship-{name}")
    messages = read_messages(cluster.bootstrap_servers, name)
    letters = {
        (one.partition() or 0, one.offset() or 0)
        for one in messages
        if b'"n/a"' in (one.value() or b"")
    }
    assert len(letters) == (BAD_READINGS if name == "iot" else 0)
    told = warehouse.dead_letters()
    assert {(one.partition, one.offset) for one in told} == letters
    assert {one.reason for one in told} <= {"wrong_type"}
    expected = {
        str(key): {column: alike_json(cell) for column, cell in row.items()}
        for key, row in newest(name, [(one.key(), one.value()) for one in messages]).items()  # type: ignore[misc]
    }
    assert rows_of(warehouse, pipeline) == expected
    warehouse.close()
    cluster.close()


def alike_json(cell: Any) -> Any:
    """A cell of the oracle as both engines mean it; JSON as it is once read."""
    return cell if isinstance(cell, (list, dict)) else alike(cell)
