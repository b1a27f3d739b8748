"""A pipeline of another kind: its own checks and limits, and the engine's checks in its words."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Settings
from core.config.load import examine_settings, load_settings
from core.operations.effective_settings import effective_settings
from core.remedies import LOAD
from core.text import use_language
from core.validation import CheckResult, Status, ValidationResult, checks_of, validate
from core.validation.history import record_run
from core.validation.last_validation import last_run
from core.validation.reports.files import write_reports
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from tests.support.meters import write_meters

RECEIVED = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
NOW = RECEIVED + timedelta(minutes=5)
AT_MS = int(RECEIVED.timestamp() * 1000)
TOPIC = TopicIdentity("cluster-1", "iot.meters", "0")


def reading(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a good reading of a meter, with fields changed."""
    device = {"id": f"M{number:03d}", "site": "lyon"}
    return {"device": device, "at": AT_MS, "kwh": 12.5} | changes


@dataclass
class Meters:
    """A warehouse of meters, filled as the consumer does it."""

    settings: Settings
    warehouse: DuckDbWarehouse
    next_offset: int = 0

    def consume(self, *events: object, letters: tuple[object, ...] = (), later: int = 0) -> None:
        """Store events and dead letters of one batch, then merge. later: in seconds."""
        start, received = self.next_offset, RECEIVED + timedelta(seconds=later)
        dead = start + len(events)
        self.next_offset = dead + len(letters)
        self.warehouse.register_partitions(TOPIC, {0: start})
        self.warehouse.write_batch(
            RawBatch(
                TOPIC,
                received,
                [0] * len(events),
                list(range(start, dead)),
                [json.dumps(event).encode() for event in events],
                [
                    DeadLetter(0, dead + number, "wrong_type", "", None, self._bytes(letter))
                    for number, letter in enumerate(letters)
                ],
                [OffsetAdvance(0, start, self.next_offset)],
            )
        )
        self.warehouse.merge()

    @staticmethod
    def _bytes(letter: object) -> bytes:
        return letter if isinstance(letter, bytes) else json.dumps(letter).encode()

    def sql(self, statement: str) -> None:
        cursor = self.warehouse._db.cursor()
        cursor.execute("SET schema = 'iot'")
        cursor.execute(statement)

    def validate(self, now: datetime = NOW) -> ValidationResult:
        return validate(
            self.warehouse,
            self.settings.thresholds,
            now=now,
            broker_view=None,
            pipeline=self.settings.pipeline,
        )

    def check(self, name: str) -> CheckResult:
        return self.validate().check(name)


Opened = Callable[..., Meters]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open a warehouse of meters: with settings of the environment, and SQL changed."""
    made: list[DuckDbWarehouse] = []

    def open_(changed: dict[str, str] | None = None, **environ: str) -> Meters:
        where = write_meters(tmp_path / "meters", changed)
        settings = load_settings(data_dir=tmp_path / "data", pipeline=where, environ=environ)
        settings.paths.data.mkdir()
        made.append(DuckDbWarehouse(settings, clock=SystemClock()))
        meters = Meters(settings, made[-1])
        meters.sql("INSERT INTO sites VALUES ('lyon', 'Lyon')")
        return meters

    yield open_
    for warehouse in made:
        warehouse.close()


def test_a_pipeline_in_order_passes_the_engine_s_checks_and_its_own(opened: Opened) -> None:
    meters = opened()
    meters.consume(*(reading(number) for number in range(1, 7)))
    result = meters.validate()
    assert [check.name for check in result.checks] == list(
        checks_of(meters.settings.pipeline.definition)
    )
    own = ["plausible", "sites_known", "referential_integrity"]
    assert [check.name for check in result.checks][-3:] == own
    assert {check.status for check in result.checks} == {Status.PASS}, result.as_json()
    assert result.check("plausible").message == "every reading is plausible"
    assert result.check("sites_known").message == "nothing was found"
    counts = result.check("raw_vs_prod_counts")
    assert counts.message == "the same 6 meters in raw events and in meters"
    assert counts.figures["raw_meters"] == counts.figures["prod_meters"] == 6
    assert result.check("freshness").message == "the newest meter was ingested 5 min 0 s ago"
    assert result.check("freshness").figures["newest_meter"] == "2024-05-06T08:00:00.000Z"
    assert result.check("duplicates").figures == {
        "raw_duplicates": 0,
        "coordinate_duplicates": 0,
        "meters_duplicates": 0,
        "sites_duplicates": 0,
    }
    assert result.check("volume").figures["meters"] == 6
    assert result.totals is not None
    assert result.totals.rows == 6
    assert "order" not in json.dumps(result.as_json())


def test_nothing_is_told_of_orders_in_french_either(opened: Opened) -> None:
    meters = opened()
    use_language("fr")
    try:
        empty = meters.validate()
        meters.consume(reading(1))
        one = meters.validate()
    finally:
        use_language("en")
    told = [check.message for result in (empty, one) for check in result.checks]
    assert "ni événements bruts ni compteurs" in " ".join(told)
    assert "1 compteur en brut comme dans meters" in told
    assert not [text for text in told if "commande" in text or "order" in text]


def test_an_empty_warehouse_is_nothing_to_check(opened: Opened) -> None:
    meters = opened()
    found = {check.name: check for check in meters.validate().checks}
    assert found.pop("schema").status is Status.PASS
    assert {check.status for check in found.values()} == {Status.WARN}
    assert found["plausible"].message == "nothing to check: no rows in meters"
    assert found["plausible"].figures["high_share"] == 0


@pytest.mark.parametrize(
    ("high", "status"), [(0, Status.PASS), (1, Status.PASS), (2, Status.WARN), (6, Status.FAIL)]
)
def test_a_share_is_held_against_limits_by_name(opened: Opened, high: int, status: Status) -> None:
    meters = opened()
    meters.consume(*(reading(n, kwh=100.001 if n <= high else 100) for n in range(1, 11)))
    check = meters.check("plausible")
    assert check.status is status
    assert check.figures["high_share"] == high / 10
    assert check.figures["total_issues"] == bool(high)
    assert [row["meter"] for row in check.rows] == [f"M{n:03d}" for n in range(1, high + 1)]
    if high:
        assert check.message == f"readings too high: {high} ({high}0 %)"
        assert check.rows[0] == {"meter": "M001", "kwh": "100.001"}


def test_a_severity_is_enough(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1), reading(2, kwh=-0.001))
    check = meters.check("plausible")
    assert (check.status, check.message) == (Status.FAIL, "negative readings: 1")
    assert check.figures["issues"] == ["negative readings: 1"]


def test_limits_come_from_the_environment(opened: Opened) -> None:
    meters = opened(DROPSHIP_KWH_MAX="12.4", DROPSHIP_HIGH_WARN="1", DROPSHIP_HIGH_FAIL="1")
    meters.consume(reading(1), reading(2, kwh=12.4))
    check = meters.check("plausible")
    assert (check.status, check.figures["high"]) == (Status.PASS, 1)
    shown = {row.name: row.value for row in effective_settings(meters.settings, {})}
    assert shown["DROPSHIP_KWH_MAX"] == "12.4"
    assert shown["DROPSHIP_OLDEST_DAYS"] == "30"
    assert "DROPSHIP_PRICE_MAX" not in shown


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("KWH_MAX", "0", "'0' is too small: it must be more than 0.0"),
        ("KWH_MAX", "much", "'much' is not a number"),
        ("KWH_MAX", "inf", "'inf' is not a number"),
        ("HIGH_WARN", "1.5", "'1.5' is too large: at most 1.0"),
        ("HIGH_WARN", "-0.1", "'-0.1' is too small: at least 0.0"),
        ("HIGH_FAIL", "0.01", "is below DROPSHIP_HIGH_WARN, so it would fail before it warns"),
        ("OLDEST_DAYS", "1.5", "'1.5' is not a whole number"),
        ("OLDEST_DAYS", "0", "'0' is too small: at least 1"),
        ("OLDEST_DAYS", "366", "'366' is too large: at most 365"),
    ],
)
def test_limits_out_of_their_bounds_are_refused(
    tmp_path: Path, setting: str, value: str, reason: str
) -> None:
    where = write_meters(tmp_path / "meters")
    name = f"DROPSHIP_{setting}"
    _settings, problems = examine_settings(pipeline=where, environ={name: value})
    assert [problem.message for problem in problems] == [f"environment: {name}: {reason}"]


def test_limits_of_another_pipeline_are_told_and_stop_nothing(tmp_path: Path) -> None:
    where = write_meters(tmp_path / "meters")
    file = tmp_path / "settings.env"
    file.write_text("DROPSHIP_PRICE_MAX=5\nDROPSHIP_DEPTH_FAIL=5\nDROPSHIP_KWH_MAXX=5\n")
    environ = {"DROPSHIP_PRICE_MAX": "5", "DROPSHIP_PRICE_MIN": "5"}
    settings, problems = examine_settings(pipeline=where, env_file=file, environ=environ)
    assert [problem.message for problem in problems] == [
        f"{file}:3: DROPSHIP_KWH_MAXX is not a setting of dropship",
    ]
    assert problems[0].hint == "did you mean DROPSHIP_KWH_MAX?"
    assert [line for line in settings.warnings if "limit" in line] == [
        f"{file}:1: DROPSHIP_PRICE_MAX is no limit of this pipeline: it is ignored",
        f"{file}:2: DROPSHIP_DEPTH_FAIL is no limit of this pipeline: it is ignored",
    ]


def test_a_limit_of_the_engine_cannot_be_taken(tmp_path: Path) -> None:
    where = Path(write_meters(tmp_path / "meters"))
    file = where / "pipeline.toml"
    text = file.read_text().replace("kwh_max = {", "alert_lag_warn = {")
    file.write_text(text.replace('"kwh_max"', '"alert_lag_warn"'))
    line = text[: text.index("alert_lag_warn")].count("\n") + 1
    _settings, problems = examine_settings(
        pipeline=str(where), environ={"DROPSHIP_HIGH_WARN": "0.2"}
    )
    assert [problem.message for problem in problems] == [
        f"{file}:{line}: thresholds.alert_lag_warn: is a setting of dropship: name it otherwise"
    ]


def test_an_empty_reference_table_is_the_cause_that_is_named(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1))
    meters.sql("DELETE FROM sites")
    check = meters.check("sites_known")
    assert (check.status, check.message) == (Status.WARN, "sites are wrong: without_site 1")
    assert check.remedies == (LOAD,)
    assert check.rows == ()


def test_a_day_from_now_is_what_tomorrow_binds(opened: Opened) -> None:
    meters = opened()
    tomorrow = AT_MS + 86_400_000 + 300_000
    meters.consume(reading(1, at=tomorrow), reading(2, at=tomorrow + 1))
    check = meters.check("sites_known")
    assert check.figures["in_future"] == 1


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1, 2, 3, CAST(? AS DECIMAL(9, 1))", "one row with meters, high, negative"),
        (
            "SELECT 1, 2, 3 FROM range(2) WHERE 0 < CAST(? AS DOUBLE)",
            "one row with meters, high, negative",
        ),
        ("SELECT 1, 'two', 3 WHERE 0 < CAST(? AS DOUBLE)", "numbers alone"),
    ],
)
def test_sql_that_does_not_fit_its_check_is_named(opened: Opened, sql: str, message: str) -> None:
    meters = opened({"shared/check_plausible": sql})
    check = meters.check("plausible")
    assert check.status is Status.ERROR
    assert check.message == f"check_plausible.sql must return {message}, as pipeline.toml says"
    assert meters.check("sites_known").status is Status.WARN


def test_the_last_validation_is_recalled_in_its_words(opened: Opened, tmp_path: Path) -> None:
    meters = opened()
    meters.consume(reading(1))
    found = meters.validate()
    (report,) = write_reports(found, tmp_path / "reports", ["json"], strict=False)
    record_run(meters.warehouse, found, report)
    recalled = last_run(
        meters.warehouse,
        meters.settings.thresholds,
        tmp_path / "reports",
        meters.settings.pipeline.definition,
    )
    assert recalled is not None
    age = recalled[0].check("freshness").told(NOW + timedelta(hours=1))
    assert age == "the newest meter was ingested 1 h 5 min ago"


def test_copies_are_found_under_any_key(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1))
    meters.sql("INSERT INTO meters SELECT * FROM meters")
    check = meters.check("duplicates")
    assert (check.status, check.figures["meters_duplicates"]) == (Status.FAIL, 1)
    assert check.rows == ({"key": "meters.id", "value": "M001", "copies": 2},)


def test_a_lost_row_is_named_by_its_key(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1), reading(2))
    meters.sql("DELETE FROM meters WHERE id = 'M002'")
    (row,) = meters.check("raw_vs_prod_counts").rows
    assert (row["fault"], row["device_id"]) == ("missing", "M002")


def test_new_missing_and_changed_fields_are_told_with_share_and_examples(opened: Opened) -> None:
    meters = opened()
    good = [reading(number) for number in range(6)]
    new = [reading(6, phase="L1"), reading(7, phase="L\x1b[31m2")]
    without = {"device": {"id": "M009"}, "at": AT_MS}
    meters.consume(*good, *new, letters=(without, reading(8, kwh="many"), b"{"))
    check = meters.check("schema_drift")
    assert check.status is Status.WARN
    assert check.message == (
        "40 % of the newest records depart from the definition: new field phase (20 %), "
        "kwh holds text for decimal(12,3) (10 %), kwh is missing (10 %)"
    )
    assert check.rows == (
        {
            "fault": "new_field", "field": "phase", "expected": None, "found": "text",
            "records": 2, "share": 0.2, "examples": "L1, L\ufffd[31m2",
        },
        {
            "fault": "changed_type", "field": "kwh", "expected": "decimal(12,3)",
            "found": "text", "records": 1, "share": 0.1, "examples": "many",
        },
        {
            "fault": "missing_field", "field": "kwh", "expected": "decimal(12,3)",
            "found": None, "records": 1, "share": 0.1, "examples": "",
        },
    )  # fmt: skip
    assert check.figures["unreadable"] == 1
    assert check.figures["new_fields"] == ["phase"]
    assert "pipeline.toml" in check.hint


def test_a_share_within_the_limit_is_told_and_passes(opened: Opened) -> None:
    meters = opened(DROPSHIP_DRIFT_WARN="0.25")
    meters.consume(*(reading(n) for n in range(3)), reading(3, phase="L1"))
    check = meters.check("schema_drift")
    assert (check.status, check.figures["share"]) == (Status.PASS, 0.25)
    assert "new field phase (25 %)" in check.message


def test_drift_that_is_over_is_forgotten(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1, phase="L1"), letters=(reading(2, kwh=None),))
    assert meters.check("schema_drift").status is Status.WARN
    meters.consume(*(reading(n) for n in range(1_000)), later=60)
    check = meters.check("schema_drift")
    assert check.status is Status.PASS
    assert (check.figures["raw_events"], check.figures["dead_letters"]) == (1_000, 0)
    assert check.message.endswith("1,000 looked at; never seen: battery, extra")
    assert check.figures["never_seen"] == ["battery", "extra"]


def test_records_that_are_too_large_or_no_objects_are_left_out(opened: Opened) -> None:
    meters = opened()
    meters.consume(
        reading(1), reading(2, extra="x" * 70_000), letters=(b"[]", b"\xff", b'{"a":' * 9_999)
    )
    check = meters.check("schema_drift")
    assert check.status is Status.PASS
    assert (check.figures["raw_events"], check.figures["unreadable"]) == (1, 3)


def test_each_record_is_looked_at_once_and_replayed_letters_no_more(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1), reading(2, kwh="many"), letters=(reading(3, kwh=[]), b"{"))
    before = meters.check("schema_drift").figures
    assert (before["raw_events"], before["dead_letters"], before["departed"]) == (2, 2, 2)
    meters.warehouse.mark_replayed([TOPIC.event_id(0, 2)])
    after = meters.check("schema_drift").figures
    assert (after["raw_events"], after["dead_letters"], after["departed"]) == (2, 1, 1)


def test_an_empty_table_that_a_check_needs_is_nothing_to_check(opened: Opened) -> None:
    meters = opened()
    meters.consume(reading(1) | {"device": {"id": "M001"}})
    meters.sql("DELETE FROM sites")
    check = meters.check("sites_known")
    assert (check.status, check.message) == (Status.WARN, "nothing to check: no rows in sites")
