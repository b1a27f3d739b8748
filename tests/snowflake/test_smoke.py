"""The smoke test for a real account, on the fake: its steps, its comparison, its cleaning up."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.config.load import load_settings
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.smoke.only_here import PROBES
from tests.smoke.snowflake import (
    PREFIX,
    Smoke,
    SmokeError,
    ask,
    main,
    smoke_environ,
    thrown_away,
)


def schemas(settings) -> set[str]:
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    try:
        session = warehouse._sessions.mine()
        sql = "SELECT DISTINCT table_schema FROM INFORMATION_SCHEMA.TABLES"
        return {str(name) for (name,) in session.run(sql)}
    finally:
        warehouse.close()


def test_the_smoke_test_passes_and_leaves_nothing(fake, monkeypatch, tmp_path):
    for name, value in fake.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    lines: list[str] = []
    assert main(["--orders", "500", "--compare-only"], lines.append) == 0, "\n".join(lines)
    assert lines[-1] == "all the same"
    steps = [line.split()[1] for line in lines if line.startswith("ok")]
    assert steps == ["setup", "load", "consume", "transform", "validate", "kpis", "setup"]
    (made,) = {line.split()[-1] for line in lines if "schema" in line}
    assert made.startswith(PREFIX)
    assert made not in schemas(load_settings(environ=fake.environ()))


def test_every_question_to_a_real_account_is_answered_in_a_line(fake, schema):
    settings = load_settings(environ=fake.environ(schema))
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    warehouse.setup()
    warehouse.close()
    lines: list[str] = []
    other = ask(settings, lines.append)
    told = {line.partition(":")[0].split()[-1]: line for line in lines[1:]}
    assert set(told) == {probe.__name__ for probe in PROBES}
    assert other == sum(line.startswith("OTHER") for line in lines)
    assert told["waiting_update"].startswith("as hoped")


def test_a_difference_is_told_and_fails(dropship):
    lines: list[str] = []
    smoke = Smoke(dropship, {}, lines.append)
    smoke._same("KPIs", {"total_orders": 1}, {"total_orders": 2})
    assert smoke.failed == 1
    assert lines[0].startswith("DIFFER KPIs")


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
