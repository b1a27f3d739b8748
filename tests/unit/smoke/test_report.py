"""The report of the smoke test says what was seen and what it cost, and names nobody."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.smoke.report import Report, hourly_rate

NAMES = {
    "SNOW_ACCOUNT": "acme-emea_prod",
    "SNOW_USER": "jane.doe@acme.example",
    "SNOW_ROLE": "LOADER_OF_ACME",
    "SNOW_DATABASE": "DB",
    "SNOW_SCHEMA": "DROPSHIP_SMOKE_0123ABCD",
    "SNOW_PASSWORD": "correct horse",
    "SNOW_CONNECT_HOST": "acme-emea.snowflakecomputing.example",
    "SNOW_CONNECT_OAUTH_CLIENT_SECRET": "s3cr3t-s3cr3t",
}


def report(rate: float = 1.0) -> Report:
    return Report(NAMES, began_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), rate=rate)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Snowflake acme-emea_prod: no", "Snowflake <account>: no"),
        ("ACME-EMEA_PROD.eu-west-1", "<account>.eu-west-1"),
        ("emea_prod and acme", "<account> and <account>"),
        ('user "JANE.DOE@ACME.EXAMPLE"', 'user "<user>"'),
        ('"DB"."DROPSHIP_SMOKE_0123ABCD".t', '"<database>"."<schema>".t'),
        ("a DBA reads feedback", "a DBA reads feedback"),
        ("correct horse, s3cr3t-s3cr3t", "<secret>, <secret>"),
        ("acme-emea.snowflakecomputing.example:443", "<host>:443"),
        ("loader_of_acme\x1b[31m", "<role>"),
    ],
)
def test_names_and_secrets_are_masked_wherever_they_stand(said: str, shown: str) -> None:
    assert report().masked(said).startswith(shown)


def test_each_step_has_its_time_and_its_cost(tmp_path: Path) -> None:
    made = report(rate=2.0)
    made.add("consume", "ok", "a|b\nc", 90.0)
    made.add("KPIs", "same", "", 3600.0, billed=False)
    assert made.credits_used == pytest.approx(90 / 3600 * 2 + 2 / 60)
    file = made.write(tmp_path / "reports")
    assert file.name == "smoke_snowflake_20260304_050607.md"
    text = file.read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("| consume "))
    assert line.startswith("| consume | ok | 90.0 | 0.0500 | a\\|b")
    assert "more than" not in text
    made.add("validate", "ok", "", 3600.0)
    assert "more than the 0.2 that were meant" in made.text()


@pytest.mark.parametrize(("size", "rate"), [("X-Small", 1), ("Medium", 4), ("of tomorrow", 1)])
def test_a_larger_warehouse_costs_twice_as_much_a_size(size: str, rate: float) -> None:
    assert hourly_rate(size) == rate
