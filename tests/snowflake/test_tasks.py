"""The tasks of the scripts, run on the fake by EXECUTE TASK as the worker's role may."""

import json
import re
from dataclasses import replace

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import KafkaSettings
from core.config.load import load_settings
from core.errors import WarehouseError
from core.export.script import sink_script
from core.warehouse.snowflake.scripts import split_statements
from core.warehouse.snowflake.task import read_tasks
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.snowflake_flow import make_tables

IDENTITY = TopicIdentity("a 'cluster'", "orders_topic", "gen-1")


@pytest.fixture
def sink(fake, schema):
    """A warehouse with the table of the engine, and the tasks of `sql/connector`."""
    settings = replace(load_settings(environ=fake.environ(schema)), kafka=KafkaSettings("b:9092"))
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    make_tables(warehouse)
    session = warehouse._sessions.mine()
    for statement in split_statements(sink_script(settings, IDENTITY)):
        if statement.startswith(("CREATE TABLE", "CREATE TASK", "ALTER TASK")):
            session.run(re.sub(r"record_content\s+VARIANT", "record_content VARCHAR", statement))
    yield warehouse
    warehouse.close()


def arrive(session, schema: str, partition: int, offset: int, topic: str = "orders_topic") -> None:
    metadata = json.dumps({"topic": topic, "partition": partition, "offset": offset})
    session.run(
        f"INSERT INTO {schema}.orders_events_sink (record_metadata, record_content)"
        " SELECT PARSE_JSON(?), '{}'",
        [metadata],
    )


def test_what_was_taken_on_is_cleared_and_nothing_else(sink):
    session, schema = sink._sessions.mine(), sink._identifiers.schema
    sink.register_partitions(IDENTITY, {0: 2, 1: 0})
    for partition, offset in ((0, 0), (0, 1), (0, 2), (1, 0)):
        arrive(session, schema, partition, offset)
    arrive(session, schema, 0, 0, topic="another")
    session.run(f"EXECUTE TASK {schema}.clear_sink_task")
    kept = session.run(
        "SELECT record_metadata:topic::VARCHAR, record_metadata:partition::NUMBER(10, 0),"
        f" record_metadata:offset::NUMBER(19, 0) FROM {schema}.orders_events_sink"
    )
    assert sorted(kept) == [("another", 0, 0), ("orders_topic", 0, 2), ("orders_topic", 1, 0)]


def test_a_task_keeps_what_it_was_set_to(sink):
    session, schema = sink._sessions.mine(), sink._identifiers.schema
    for task in ("merge_orders_task", "take_from_sink_task"):
        rows = session.shown(f"SHOW PARAMETERS IN TASK {schema}.{task}")
        found = {str(row["key"]): str(row["value"]) for row in rows}
        assert found["QUERY_TAG"].startswith("dropship ")
        assert found["QUERY_TAG"].endswith(f" {task}")
        assert (found["TIMEZONE"], found["TIMESTAMP_INPUT_FORMAT"]) == ("UTC", "AUTO")


def test_a_task_that_is_not_there_is_refused_with_the_code_of_the_service(sink):
    with pytest.raises(WarehouseError) as refused:
        sink._sessions.mine().run(f"EXECUTE TASK {sink._identifiers.schema}.no_such_task")
    assert getattr(refused.value.__cause__, "errno", None) == 2003


def test_a_job_says_once_that_the_merge_stands_still(fake, schema, dropship):
    env = fake.environ(schema)
    dropship("setup", env=env).done()
    dropship.start_broker()
    told = "task merge_orders_task: suspended; ALTER TASK ... RESUME starts it"

    def said(job, *arguments, **more):
        ended = dropship(job, *arguments, env=env | more)
        assert ended.err.count(told) == ended.record["notices"].count(told)
        return ended.record["notices"]

    consume = ("consume", "--until-caught-up")
    assert said(*consume) == said("validate") == []
    warehouse = SnowflakeWarehouse(load_settings(environ=env), clock=SystemClock())
    session, task = warehouse._sessions.mine(), f"{warehouse._identifiers.schema}.merge_orders_task"
    session.run(f"ALTER TASK {task} SUSPEND")
    assert said(*consume) == said("validate") == [told]
    assert said(*consume, SNOW_TRANSFORM="client") == [], "who merges by himself needs no task"
    size = ("--customers", "5", "--products", "5", "--orders", "5")
    ended = dropship("pipeline", *size, env=env)
    assert ended.done()["consume"]["notices"] == [told]
    session.run(f"ALTER TASK {task} RESUME")
    assert said(*consume) == []
    warehouse.close()


def test_a_task_that_fails_is_told_and_loses_nothing(fake, schema, dropship):
    env = fake.environ(schema) | {"SNOW_TRANSFORM": "task"}
    dropship("setup", env=env).done()
    dropship.start_broker()
    warehouse = SnowflakeWarehouse(load_settings(environ=env), clock=SystemClock())
    session, own = warehouse._sessions.mine(), warehouse._identifiers.schema
    session.run(f"ALTER TABLE {own}.orders RENAME TO {own}.orders_away")
    size = ("--customers", "5", "--products", "5", "--orders", "40")
    dropship("seed", *size, env=env).done()
    dropship("produce", "--rate", "0", env=env).done()
    dropship("consume", "--until-caught-up", env=env)

    ended = dropship("transform", env=env)
    assert ended.code == 3
    assert "the task merge_orders_task failed: " in ended.err
    assert "ORDERS" in ended.err
    assert "SNOW_TRANSFORM=client merges without it" in ended.err
    assert ended.record["task"]["failures"] >= 1
    assert "ORDERS" in ended.record["task"]["last_error"]
    while not read_tasks(warehouse)[0].gave_up:
        session.run(f"EXECUTE TASK {own}.merge_orders_task")
    status = read_tasks(warehouse)[0]
    assert status.failures == 5
    assert status.line.startswith("task merge_orders_task: suspended after too many failures: ")

    session.run(f"ALTER TABLE {own}.orders_away RENAME TO {own}.orders")
    merged = dropship("transform", env=env).done()
    assert merged["inserted"] == 40
    assert merged["task"]["failures"] == 0
    assert merged["task"]["state"] == "suspended", "EXECUTE TASK runs it all the same"
    session.run(f"ALTER TASK {own}.merge_orders_task RESUME")
    assert read_tasks(warehouse)[0].healthy
    assert dropship("transform", env=env).done()["inserted"] == 0
    warehouse.close()
