"""What the doctor says of a Snowflake account: who one is there, and what keeps it from working."""

import json

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.config.engine import SNOWFLAKE
from core.doctor.model import DoctorContext, Status
from core.doctor.snowflake import session
from tests.support.proxy import LOGIN, answer, path_like, proxy_to


class Answers:
    """A warehouse that answers named reads."""

    engine = SNOWFLAKE

    def __init__(self, **answers):
        self._answers = answers

    def rows(self, query, _parameters=()):
        return self._answers[query]


TASK = {
    "tasks_shown": [
        (
            json.dumps(
                {
                    "name": "MERGE_ORDERS_TASK",
                    "state": "suspended",
                    "last_suspended_reason": "SUSPENDED_DUE_TO_ERRORS",
                }
            ),
        )
    ],
    "task_runs": [],
}


def checks(ended):
    return {check["name"]: check for check in ended.record["checks"]}


def test_an_account_that_is_ready(fake, dropship, schema):
    env = fake.environ(schema)
    before = checks(dropship("doctor", env=env))
    assert before["warehouse"]["status"] == "ok"
    assert "role A_ROLE, warehouse A_WAREHOUSE" in before["warehouse"]["detail"]
    assert before["tables"]["status"] == "warn"
    assert "--run setup" in before["tables"]["hint"]
    dropship("setup", env=env).done()
    after = checks(dropship("doctor", env=env))
    assert (after["warehouse"]["status"], after["tables"]["status"]) == ("ok", "ok")
    assert not list(dropship.paths.data.glob("*.duckdb"))


def test_a_login_that_is_refused_is_told_at_once(fake, dropship, schema):
    wrong = {"data": {}, "code": "390100", "success": False}
    with proxy_to(fake.port) as proxy:
        said = answer(200, wrong | {"message": "Incorrect username or password was specified."})
        proxy.rule(path_like(LOGIN), said)
        found = checks(dropship("doctor", env=fake.environ(schema, port=proxy.port)))
    assert found["warehouse"]["status"] == "fail"
    assert "Incorrect username or password" in found["warehouse"]["detail"]
    assert found["tables"]["status"] == "warn"


def test_an_account_out_of_reach_costs_the_doctor_little(fake, dropship, schema):
    with proxy_to(fake.port) as proxy:
        env = fake.environ(schema, port=proxy.port)
        proxy.vanish()
        ended = dropship("doctor", env=env)
    found = checks(ended)
    assert found["warehouse"]["status"] == "fail"
    assert "refused" in found["warehouse"]["detail"]
    assert ended.record["elapsed_s"] < 25


@pytest.mark.parametrize(
    ("facts", "status", "told"),
    [
        (("U", "R", None, "10"), Status.FAIL, "may use no warehouse"),
        (("U", "ACCOUNTADMIN", "W", "10"), Status.WARN, "role ACCOUNTADMIN"),
        (("U", None, "W", "10"), Status.WARN, "suspended after too many failures"),
    ],
)
def test_what_keeps_an_account_from_working(facts, status, told):
    doctor = DoctorContext(Settings(), SystemClock(), patience_s=1.0)
    found = session(doctor, Answers(session_facts=[facts], **TASK))
    assert (found.name, found.status) == ("warehouse", status)
    assert told in found.detail
    assert found.hint
