"""The smoke test for a real account, on the fake: its steps, its comparison, its cleaning up."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config.load import load_settings
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.smoke.only_here import PROBES
from tests.smoke.report import Report
from tests.smoke.snowflake import (
    PREFIX,
    Log,
    Smoke,
    SmokeError,
    main,
    smoke_environ,
    thrown_away,
)

ROOT = Path(__file__).parents[2]


def schemas(settings) -> set[str]:
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    try:
        session = warehouse._sessions.mine()
        sql = "SELECT DISTINCT table_schema FROM INFORMATION_SCHEMA.TABLES"
        return {str(name) for (name,) in session.run(sql)}
    finally:
        warehouse.close()


SHOWN_HERE = {probe.__name__ for probe in PROBES} - {"triggered_task"}
"""What the fake can answer too: it starts no task by itself."""


def test_the_whole_smoke_test_passes_reports_and_leaves_nothing(fake, monkeypatch, tmp_path):
    for name, value in fake.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    lines: list[str] = []
    code = main(["--orders", "500", "--task-wait", "0"], lines.append)
    assert code == 0, "\n".join(lines)
    assert lines[-1] == "all as hoped"
    steps = [line.split()[1] for line in lines if line.startswith("ok")]
    assert steps == ["setup", "load", "consume", "transform", "validate", "kpis", "setup"]
    assert {line.split()[2] for line in lines if line.startswith("as hoped")} == SHOWN_HERE
    (made,) = {line.split()[-1] for line in lines if " schema " in line}
    assert made.startswith(PREFIX)
    assert made not in schemas(load_settings(environ=fake.environ()))
    (file,) = (tmp_path / "reports").iterdir()
    told = file.read_text()
    rows = [line for line in told.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(steps) + 5 + len(PROBES)
    for secret in (made, "fakesnow", "tester", "not-a-secret", "MA_BASE", "MON_ENTREPOT"):
        assert secret.lower() not in told.lower()


@pytest.fixture
def log():
    return Log(Report({}, began_at=datetime(2026, 1, 2, tzinfo=UTC)), lambda _line: None)


def test_a_difference_is_told_and_fails(dropship, log):
    smoke = Smoke(dropship, {}, log, SystemClock())
    smoke._same("KPIs", {"total_orders": 1}, {"total_orders": 2})
    assert log.failed == 1


def test_a_schema_of_another_name_is_never_dropped(fake, schema):
    settings = load_settings(environ=fake.environ(schema))
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    warehouse.setup()
    warehouse.close()
    with thrown_away(settings, lambda _line: None, keep=False):
        pass
    assert schema.upper() in schemas(settings)
    mine = replace(settings, schema=f"{PREFIX}TEST")
    warehouse = SnowflakeWarehouse(mine, clock=SystemClock())
    warehouse.setup()
    warehouse.close()
    with (
        pytest.raises(ValueError, match="broken"),
        thrown_away(mine, lambda _line: None, keep=False),
    ):
        raise ValueError("broken")
    assert f"{PREFIX}TEST" not in schemas(settings)


def test_settings_come_from_the_environment_and_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("SNOW_ACCOUNT=a\nSNOW_USER=b\nKAFKA_TOPIC=c\nSNOW_SCHEMA=production\n")
    found = smoke_environ({"SNOW_USER": "d", "HOME": "e"}, file)
    assert found.pop("SNOW_SCHEMA").startswith(PREFIX)
    assert found == {"SNOW_ACCOUNT": "a", "SNOW_USER": "d"}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "set SNOW_ACCOUNT"),
        ({"SNOW_ACCOUNT": "a", "SNOW_ROLE": "accountadmin"}, "use a role of its own"),
    ],
)
def test_a_run_that_would_do_harm_is_refused(environ, said):
    with pytest.raises(SmokeError, match=said):
        smoke_environ(environ, Path("absent"))
