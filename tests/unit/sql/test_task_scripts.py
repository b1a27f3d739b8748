"""The settings of tasks in the scripts, and the fragments that several scripts share."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.broker.identity import TopicIdentity
from core.config import Settings, SnowflakeSettings
from core.config.settings import SnowflakeTasks
from core.export.script import sink_script
from core.warehouse.fragments import included
from core.warehouse.snowflake.identifiers import Identifiers
from core.warehouse.snowflake.scripts import (
    script_statements,
    setup_scripts,
    split_statements,
)
from tests.support.snowflake_sql import named_sql

MERGE, SINK = "merge_orders_task", "take_from_sink_task"
NAMES = Identifiers(warehouse="w", database="d", schema_name="s", worker_user="u")


def statements_of(tasks: SnowflakeTasks) -> list[str]:
    names = replace(NAMES, tasks=tasks)
    return [part for name in setup_scripts(names) for part in script_statements(name, names)]


def of_task(task: str, statements: Sequence[str]) -> list[str]:
    """Return what happens to a task, without its name, one blank between words."""
    begin = re.compile(rf"(?:CREATE|ALTER) TASK (?:IF (?:NOT )?EXISTS )?\S+\.{task} ")
    return [begin.sub("", " ".join(one.split())) for one in statements if begin.match(one)]


def test_a_task_that_exists_gets_warehouse_and_interval_of_the_settings() -> None:
    made, *changes = of_task(MERGE, statements_of(SnowflakeTasks(interval_s=10)))
    assert "INTERVAL" not in made, "what CREATE ... IF NOT EXISTS says, no existing task hears"
    assert 'SET WAREHOUSE = "W"' in changes
    assert "SET USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS = 10" in changes
    assert "SET SUSPEND_TASK_AFTER_NUM_FAILURES = 5" in changes


def test_the_compute_is_said_last_and_every_task_runs_in_the_end() -> None:
    for compute, found in (("warehouse", []), ("serverless", ["UNSET WAREHOUSE"])):
        changes = of_task(MERGE, statements_of(SnowflakeTasks(compute=compute)))
        after = changes[changes.index('SET WAREHOUSE = "W"') + 1 :]
        assert [one for one in after if "WAREHOUSE" in one] == found
        assert changes[-1] == "RESUME"
    target = "SET TARGET_COMPLETION_INTERVAL = '10 MINUTES'"
    assert changes.index("UNSET WAREHOUSE") < changes.index(target)


def test_the_right_to_serverless_tasks_is_given_only_to_who_wants_them() -> None:
    right = 'GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE "DROPSHIP_OWNER"'
    assert right not in statements_of(SnowflakeTasks())
    assert right in statements_of(SnowflakeTasks(compute="serverless"))


def test_failed_tasks_tell_the_queue_that_is_named_and_nobody_without_a_name() -> None:
    assert not any("INTEGRATION" in one for one in statements_of(SnowflakeTasks()))
    told = statements_of(SnowflakeTasks(error_integration="ops_queue"))
    assert 'GRANT USAGE ON INTEGRATION "OPS_QUEUE" TO ROLE "DROPSHIP_OWNER"' in told
    for task in (MERGE, SINK, "clear_sink_task"):
        suspended, changed, resumed = of_task(task, told)[-3:]
        assert (suspended, resumed) == ("SUSPEND", "RESUME")
        assert changed == 'SET ERROR_INTEGRATION = "OPS_QUEUE"'


def test_failed_tasks_are_mailed_to_the_addresses_and_to_nobody_without() -> None:
    assert not any("ALERT" in one for one in statements_of(SnowflakeTasks()))
    told = statements_of(SnowflakeTasks(mail_to=("a@example.com", "o'b@example.com")))
    (alert,) = (one for one in told if one.startswith("CREATE OR REPLACE ALERT"))
    assert "'a@example.com, o''b@example.com'" in alert
    assert "schema_name = 'S'" in alert
    assert "ERROR_ONLY => TRUE" in alert
    assert "WAREHOUSE" not in alert, "a look must not wake the warehouse"
    assert told[-1] == 'ALTER ALERT "D"."S".failed_tasks_alert RESUME'


@pytest.mark.parametrize("tasks", [SnowflakeTasks(), SnowflakeTasks("serverless", 10, "q")])
def test_the_tasks_of_the_engine_are_set_as_the_merge_is(tasks: SnowflakeTasks) -> None:
    snow = SnowflakeSettings(account="a", user="u", warehouse="w", database="d", tasks=tasks)
    settings = Settings(snowflake=snow, schema="s")
    identity = TopicIdentity("cluster", "topic", "1")
    script = split_statements(sink_script(settings, identity))
    engine = [one.replace(SINK, MERGE) for one in of_task(SINK, script)]
    assert engine[1:] == of_task(MERGE, statements_of(tasks))[1:]


def test_an_include_names_a_fragment_and_its_words() -> None:
    with pytest.raises(KeyError, match="no SQL named absent"):
        included("SELECT 1;\n-- include absent task=x\n", named_sql)
    with pytest.raises(KeyError, match="has no job"):
        included("-- include task_settings job=x", named_sql)
    assert included("-- includes nothing\nSELECT 1", named_sql) == "-- includes nothing\nSELECT 1"
    text = included("SELECT 1;\n\n-- include task_settings task=other\n", named_sql)
    assert "ALTER TASK {schema}.other SUSPEND" in text
    assert "include" not in text


def test_every_fragment_is_used() -> None:
    used = set()
    for file in Path("sql").rglob("*.sql"):
        used |= set(
            re.findall(r"^-- include (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        )
    fragments = {file.stem for file in Path("sql/engine/fragments").glob("*.sql")}
    named = {file.stem for file in Path("sql").glob("*/*/*.sql")}
    assert used & (fragments | named | {"reference_grants"}) == used
    assert fragments <= used
