"""`setup` with the rights of a worker, an owner, and nobody: what it does and what it says."""

import pytest

from core.clock import SystemClock
from core.config.load import load_settings
from core.errors import WarehouseError
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.proxy import answer, proxy_to, sql_like

WORKER = "dropship_worker"


def refused(code: str, said: str):
    """Answer as Snowflake does when the role may not."""
    data = {"errorCode": code, "sqlState": "42501"}
    return answer(200, {"data": data, "code": code, "message": said, "success": False})


DENIED = refused("003001", "SQL access control error: Insufficient privileges to operate on it")
HIDDEN = refused("002003", "SQL compilation error: Object does not exist or not authorized.")
ACCOUNT_OBJECTS = (
    r"^\s*(CREATE (WAREHOUSE|DATABASE|SCHEMA|ROLE|USER)|GRANT .* (ACCOUNT|USER|TO ROLE))"
)


@pytest.fixture
def proxy(fake):
    with proxy_to(fake.port) as made:
        yield made


def test_an_administrator_makes_everything_and_can_repeat_it(fake, dropship, schema):
    for _ in range(2):
        record = dropship("setup", env=fake.environ(schema)).done()
        assert record["executed"] is True
        assert [(step["script"][:2], step["denied"]) for step in record["steps"]] == [
            ("01", 0),
            ("02", 0),
            ("03", 0),
            ("04", 0),
            ("05", 0),
        ]
    assert record["topic"] is None


def test_settings_of_the_tasks_are_run_after_the_others(fake, dropship, schema):
    wanted = {
        "SNOW_TASK_COMPUTE": "serverless",
        "SNOW_ALERT_INTEGRATION": "ops_queue",
        "SNOW_ALERT_EMAIL": "ops@example.com",
    }
    record = dropship("setup", env=fake.environ(schema) | wanted).done()
    found = [(step["script"][:2], step["denied"]) for step in record["steps"]]
    assert found == [(f"{number:02}", 0) for number in (1, 2, 3, 4, 5, 10, 11, 12)]
    printed = dropship("setup", "--print", env=fake.environ(schema) | wanted).done()
    assert printed["statements"] == record["statements"]


def test_an_owner_is_told_what_is_left_to_others(fake, dropship, schema, proxy):
    dropship("setup", env=fake.environ(schema)).done()
    proxy.rule(sql_like(ACCOUNT_OBJECTS), DENIED)
    steps = dropship("setup", env=fake.environ(schema, port=proxy.port)).done()["steps"]
    told = {step["script"][:2]: step for step in steps}
    assert (told["01"]["done"], told["01"]["denied"]) == (0, 3)
    assert (told["02"]["done"], told["03"]["denied"], told["04"]["denied"]) == (0, 0, 0)
    assert "Insufficient privileges" in told["01"]["reason"]


BY_A_WORKER = [0, 0, 0, 2, 0]
"""Statements that a worker may run: those that fill the figures of KPIs where there are none."""


def test_a_worker_may_run_setup_where_all_is_there(fake, dropship, schema, proxy):
    dropship("setup", env=fake.environ(schema)).done()
    proxy.rule(sql_like(r"^\s*(CREATE|GRANT|ALTER|USE)"), HIDDEN)
    env = fake.environ(schema, port=proxy.port) | {"SNOW_ROLE": "DROPSHIP_WORKER"}
    steps = dropship("setup", env=env).done()["steps"]
    assert [step["done"] for step in steps] == BY_A_WORKER


def test_a_worker_whose_user_has_no_other_role_runs_setup(fake, dropship, schema):
    """The service refuses USE ROLE of a role that was not granted with 3013."""
    dropship("setup", env=fake.environ(schema)).done()
    env = fake.environ(schema, user=WORKER) | {"SNOW_ROLE": "DROPSHIP_WORKER"}
    session = SnowflakeWarehouse(load_settings(environ=env), clock=SystemClock())
    try:
        with pytest.raises(WarehouseError, match="not assigned to the executing user") as refused:
            session._sessions.mine().run('USE ROLE "DROPSHIP_OWNER"')
        assert getattr(refused.value.__cause__, "errno", None) == 3013
    finally:
        session.close()
    steps = dropship("setup", env=env).done()["steps"]
    assert [step["done"] for step in steps] == BY_A_WORKER
    size = ("--customers", "20", "--products", "5", "--orders", "50")
    assert dropship("pipeline", *size, env=env).code == 0


def test_a_worker_whose_user_has_no_other_role_is_told_who_makes_the_tables(fake, dropship, schema):
    env = fake.environ(schema, user=WORKER) | {"SNOW_ROLE": "DROPSHIP_WORKER"}
    ended = dropship("setup", env=env)
    assert ended.code == 3
    assert "DROPSHIP_WORKER may not create them" in ended.record["error"]["message"]


def test_what_is_missing_and_may_not_be_made_is_an_error(fake, dropship, schema, proxy):
    proxy.rule(sql_like(r"^\s*(CREATE (TABLE|STAGE|STREAM|OR|TASK)|ALTER|GRANT)"), DENIED)
    env = fake.environ(schema, port=proxy.port) | {"SNOW_ROLE": "DROPSHIP_WORKER"}
    ended = dropship("setup", env=env)
    assert ended.code == 3
    error = ended.record["error"]
    assert "lacks orders_events, orders, customers" in error["message"]
    assert "DROPSHIP_WORKER may not create them" in error["message"]
    assert "setup --print" in error["hint"]


def test_the_pipeline_runs_the_scripts_only_where_a_table_is_missing(fake, dropship, schema, proxy):
    dropship("setup", env=fake.environ(schema)).done()
    rule = proxy.rule(sql_like(r"^\s*(CREATE TABLE|GRANT)"), DENIED)
    size = ("--customers", "20", "--products", "5", "--orders", "50")
    assert dropship("pipeline", *size, env=fake.environ(schema, port=proxy.port)).code == 0
    assert not rule.hits
