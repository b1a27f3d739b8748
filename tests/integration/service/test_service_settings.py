"""An attached console shows and changes the settings of the service, in the service's file."""

import logging
from pathlib import Path

import pytest

from core.config.load import SettingsSource
from core.errors import ConfigError
from core.service.client import Connection, NoServiceError
from tests.integration.service.test_server import attached, serving
from tests.support.waiting import wait_until

TEXT = "# The service's\nDROPSHIP_ALERT_LAG_WARN=100\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "service.env"
    file.write_text(TEXT)
    return file


def test_limits_of_a_service_change_at_once_for_every_console(settings, file, caplog):
    with serving(settings, opened=False) as (controller, _asked):
        controller.configuration.source = SettingsSource(file, settings.paths.data, environ={})
        with attached(settings) as one, attached(settings) as other:
            assert {row.where for row in one.configuration.listed()} >= {f"{file}:2"}
            faults = one.configuration.faults({"DROPSHIP_ALERT_LAG_WARN": "many"})
            assert "not a whole number" in faults["DROPSHIP_ALERT_LAG_WARN"]
            with pytest.raises(ConfigError, match="DROPSHIP_ALERT_LAG_WARN"):
                one.configuration.save({"DROPSHIP_ALERT_LAG_WARN": "many"})
            assert file.read_text() == TEXT
            with caplog.at_level(logging.INFO):
                saved = one.configuration.save({"DROPSHIP_ALERT_LAG_WARN": "7"})
            assert saved.at_once == ("DROPSHIP_ALERT_LAG_WARN",)
            wait_until(lambda: other.snapshot().limits.get("alert_lag_warn") == 7)
        assert file.read_text() == TEXT.replace("100", "7")
        asked = [vars(one) for one in caplog.records if getattr(one, "control", "")]
        assert [one["control"] for one in asked] == ["save_settings"]
        assert asked[0]["user"]


def test_secrets_travel_to_the_service_and_into_no_log(settings, file, caplog):
    with serving(settings, opened=False) as (controller, _asked):
        controller.configuration.source = SettingsSource(file, settings.paths.data, environ={})
        with attached(settings) as console, caplog.at_level(logging.DEBUG):
            console.configuration.faults({"SNOW_PASSWORD": "n3w-s3cr3t"})
            console.configuration.save({"SNOW_PASSWORD": "n3w-s3cr3t"})
            listed = {row.name: row.value for row in console.configuration.listed()}
        assert listed["SNOW_PASSWORD"] == "***"
        assert "n3w" not in str([vars(one) for one in caplog.records])
        assert file.read_text() == TEXT + "SNOW_PASSWORD=n3w-s3cr3t\n"


def test_a_read_only_console_changes_no_setting_and_bounds_hold(settings, file):
    with serving(settings, opened=False) as (controller, _asked):
        controller.configuration.source = SettingsSource(file, settings.paths.data, environ={})
        with (
            attached(settings, read_only=True) as console,
            pytest.raises(ConfigError, match="read-only"),
        ):
            console.configuration.save({"DROPSHIP_ALERT_LAG_WARN": "7"})
        with Connection(settings.paths) as connection:
            for changes in ({"LOG_LEVEL": "x" * 9_000}, {f"A{n}": "" for n in range(65)}, ["a"]):
                with pytest.raises((RuntimeError, NoServiceError)):
                    connection.ask("save_settings", (changes,))
        assert file.read_text() == TEXT
