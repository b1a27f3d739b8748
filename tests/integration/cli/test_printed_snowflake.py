"""`setup --print` for Snowflake: whole, with the names in force, and without any login."""

import pytest

from tests.support.processes import Dropship, commands

ACCOUNT = {"SNOW_ACCOUNT": "nowhere", "SNOW_DATABASE": "shop", "SNOW_SCHEMA": "raw"}


@pytest.fixture
def dropship(tmp_path):
    with commands(tmp_path) as command:
        yield command


@pytest.mark.parametrize(
    "login",
    [
        {},
        {"SNOW_USER": "loader", "SNOW_PRIVATE_KEY_FILE": "absent.p8"},
        {"SNOW_AUTHENTICATOR": "oauth"},
    ],
)
def test_the_sql_is_shown_without_a_login(dropship: Dropship, login: dict[str, str]) -> None:
    record = dropship("setup", "--print", env=ACCOUNT | login).done()
    assert record["executed"] is False
    assert record["steps"] == []
    text = "\n".join(record["statements"])
    assert 'CREATE TABLE IF NOT EXISTS "SHOP"."RAW".orders (' in text
    assert 'CREATE USER IF NOT EXISTS "DROPSHIP_WORKER" TYPE = SERVICE' in text
    assert "LOADER" not in text, "whoever runs it is not the workers' user"
    assert "PASSWORD" not in text
    assert not list(dropship.folder.glob("data/*.duckdb"))


def test_the_user_of_the_workers_can_be_named(dropship: Dropship) -> None:
    record = dropship("setup", "--print", env=ACCOUNT | {"SNOW_WORKER_USER": "loader"}).done()
    text = "\n".join(record["statements"])
    assert 'CREATE USER IF NOT EXISTS "LOADER" TYPE = SERVICE' in text


def test_a_name_that_is_wrong_is_refused_all_the_same(dropship: Dropship) -> None:
    ended = dropship("setup", "--print", env=ACCOUNT | {"SNOW_SCHEMA": "a; DROP"})
    assert ended.code == 2
    assert "SNOW_SCHEMA" in ended.record["error"]["message"]


def test_running_it_still_needs_a_login(dropship: Dropship) -> None:
    ended = dropship("setup", env=ACCOUNT)
    assert ended.code == 2
    assert "log in" in ended.record["error"]["message"]
