"""Settings of a running process: shown, judged and changed in their file."""

import logging
from pathlib import Path

import pytest

from core.config.load import SettingsSource
from core.errors import ConfigError
from core.operations.configuration import Configuration
from core.operations.controller import Controller

TEXT = """\
# Mine
KAFKA_TOPIC=sales
SNOW_PASSWORD='hunter2hunter2'
DROPSHIP_ALERT_LAG_WARN=100
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / ".env"
    file.write_text(TEXT)
    file.chmod(0o600)
    return file


def opened(file: Path, **environ: str) -> Configuration:
    source = SettingsSource(env_file=file, data_dir=file.parent / "data", environ=environ)
    controller = Controller(source.load())
    controller.configuration.source = source
    return controller.configuration


def shown(configuration: Configuration) -> dict[str, tuple[str, str, bool, bool, bool]]:
    return {
        one.name: (one.value, one.where, one.fixed, one.at_once, one.pending)
        for one in configuration.listed()
    }


def test_every_setting_is_listed_with_its_place_and_secrets_are_masked(file: Path) -> None:
    listed = shown(opened(file, KAFKA_GROUP_ID="mine"))
    assert listed["KAFKA_TOPIC"] == ("sales", f"{file}:2", False, False, False)
    assert listed["KAFKA_GROUP_ID"] == ("mine", "environment", True, False, False)
    assert listed["SNOW_PASSWORD"] == ("***", f"{file}:3", False, False, False)
    assert listed["SNOW_OAUTH_TOKEN"] == ("–", "", False, False, False)
    assert listed["DROPSHIP_ALERT_LAG_WARN"] == ("100", f"{file}:4", False, True, False)
    assert listed["--data-dir"][2]
    assert "hunter2" not in str(listed)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KAFKA_BOOTSTRAP_SERVERS", "localhost:x", "port must be a number"),
        ("KAFKA_TOPIC", "a b", "not a topic name"),
        ("LOG_LEVEL", "loud", "is not a level"),
        ("DROPSHIP_ALERT_LAG_FAIL", "-1", "too small"),
        ("DROPSHIP_ALERT_LAG_FAIL", "many", "not a whole number"),
        ("DROPSHIP_ALERT_LAG_WARN", "9000000", "above critical"),
        ("DROPSHIP_ALERT_LAG_FAIL", "99", "DROPSHIP_ALERT_LAG_WARN"),
        ("KAFKA_GROUP_ID", "other", "environment"),
        ("SNOW_PASSWORD", "your_password", "placeholder"),
        ("--data-dir", "x", "not a setting"),
        ("PATH", "x", "not a setting"),
        ("SNOW_PASSWORD", "a\nKAFKA_TOPIC=b", "one line"),
    ],
)
def test_a_wrong_value_is_told_by_its_setting_and_changes_nothing(
    file: Path, name: str, value: str, told: str
) -> None:
    configuration = opened(file, KAFKA_GROUP_ID="mine")
    faults = configuration.faults({name: value})
    assert list(faults) == [name]
    assert told in faults[name]
    assert str(file) not in faults[name]
    with pytest.raises(ConfigError, match=name):
        configuration.save({name: value})
    assert file.read_text() == TEXT


def test_all_faults_are_told_at_once(file: Path) -> None:
    found = opened(file).faults({"KAFKA_TOPIC": "a b", "LOG_LEVEL": "loud", "SNOW_ROLE": "ROLE"})
    assert sorted(found) == ["KAFKA_TOPIC", "LOG_LEVEL"]


def test_a_fault_that_the_file_had_before_stops_no_other_change(file: Path) -> None:
    configuration = opened(file)
    file.write_text(TEXT + "KAFKA_TOPC=1\n")
    assert configuration.faults({"LOG_LEVEL": "DEBUG"}) == {}
    configuration.save({"LOG_LEVEL": "DEBUG"})
    assert file.read_text() == TEXT + "KAFKA_TOPC=1\nLOG_LEVEL=DEBUG\n"


def test_what_needs_a_restart_is_told_and_stays_marked(file: Path) -> None:
    configuration = opened(file)
    saved = configuration.save({"KAFKA_TOPIC": "orders"})
    assert (saved.at_once, saved.later) == ((), ("KAFKA_TOPIC",))
    assert shown(configuration)["KAFKA_TOPIC"] == ("orders", f"{file}:2", False, False, True)
    assert file.stat().st_mode & 0o777 == 0o600


def test_limits_take_effect_in_alerts_checks_and_doctor_at_once(file: Path) -> None:
    source = SettingsSource(env_file=file, data_dir=file.parent / "data", environ={})
    controller = Controller(source.load())
    controller.configuration.source = source
    saved = controller.configuration.save(
        {"DROPSHIP_ALERT_LAG_WARN": "7", "DROPSHIP_LAG_WARN": "9", "DROPSHIP_ALERT_HOLD_S": "0"}
    )
    assert saved.later == ()
    assert controller.snapshot().limits["alert_lag_warn"] == 7
    assert controller.settings.thresholds.lag_warn == 9
    assert controller._validation._settings.thresholds.lag_warn == 9
    assert controller.explorer._settings.thresholds.lag_warn == 9
    alerts = controller._recorder.alerts
    assert alerts._rules._limits.alert_lag_warn == 7
    assert alerts._engine.hold_s == 0
    controller.configuration.save({"DROPSHIP_ALERT_LAG_WARN": ""})
    assert controller.snapshot().limits["alert_lag_warn"] == 50_000
    controller.close()


def test_secrets_are_written_and_never_told(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    configuration = opened(file)
    with caplog.at_level(logging.DEBUG):
        saved = configuration.save({"SNOW_PASSWORD": "n3w-s3cr3t's"})
    assert "SNOW_PASSWORD='n3w-s3cr3t\\'s'\n" in file.read_text()
    records = [vars(record) for record in caplog.records]
    assert any(record.get("settings") == ["SNOW_PASSWORD"] for record in records)
    assert (
        "n3w"
        not in f"{records} {saved} {configuration.listed()} {configuration.__dict__['_later']}"
    )


def test_read_only_changes_nothing(file: Path) -> None:
    source = SettingsSource(env_file=file, data_dir=file.parent / "data", environ={})
    controller = Controller(source.load(), read_only=True)
    controller.configuration.source = source
    with pytest.raises(ConfigError, match="read-only"):
        controller.configuration.save({"KAFKA_TOPIC": "orders"})
    assert file.read_text() == TEXT
    controller.close()


def test_a_process_that_does_not_know_its_file_changes_none(settings) -> None:
    controller = Controller(settings)
    assert all(one.fixed for one in controller.configuration.listed())
    assert "file" in controller.configuration.faults({"LOG_LEVEL": "DEBUG"})["LOG_LEVEL"]
    controller.close()
