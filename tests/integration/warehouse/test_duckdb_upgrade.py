"""Files of version 0.1.0: they get the columns that came later, and lose nothing by it."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from core.clock import SystemClock
from core.config import Settings, Thresholds
from core.doctor.model import DoctorContext
from core.doctor.warehouse import look_at_warehouse
from core.operations.inspect import MergeRun
from core.pipeline import builtin
from core.query.letters import Narrowing, read_desk
from core.validation import CheckResult, Status, run
from core.validation.context import CheckContext
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch
from tests.support import old_file
from tests.support.events import event
from tests.support.old_file import EVENTS, TOPIC

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
KILLED_BETWEEN = """
import os, sys
from pathlib import Path
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb import warehouse
place, real = int(sys.argv[2]), warehouse.script
def killed(dialect, name, *rest):
    for number, part in enumerate(real(dialect, name, *rest)):
        if name == "upgrade" and number == place:
            os._exit(9)
        yield part
    if name == "upgrade" and place == -1:
        os._exit(9)
warehouse.script = killed
warehouse.DuckDbWarehouse(Settings(paths=Paths(data=Path(sys.argv[1]))), clock=SystemClock())
os._exit(9 if place == 99 else 1)
"""


@pytest.fixture
def file(settings: Settings) -> Path:
    """A file of version 0.1.0 that was closed well."""
    old_file.make_old(settings.paths.warehouse_file).close()
    return settings.paths.warehouse_file


def check(warehouse: DuckDbWarehouse, name: str) -> CheckResult:
    return run.checks_of(builtin().definition)[name](
        CheckContext(warehouse, Thresholds(), datetime.now(UTC))
    )


def checksums(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as base:
        return base.execute(
            "SELECT (SELECT count(checksum) FROM mon_schema.orders_events),"
            " (SELECT count(checksum) FROM mon_schema.dead_letters)"
        ).fetchall()


def test_opening_adds_the_columns_and_changes_nothing_else(settings: Settings, file: Path) -> None:
    before = old_file.content(file)
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    assert check(warehouse, "schema").status is Status.PASS
    told = check(warehouse, "content")
    assert told.status is Status.WARN
    assert told.figures["without_checksum"] == told.figures["stored"] == EVENTS + 2
    warehouse.close()
    assert old_file.content(file) == before
    assert checksums(file) == [(0, 0)]


def test_a_log_that_told_no_deletes_is_read_as_it_is_and_completed_when_opened(
    settings: Settings, file: Path
) -> None:
    """Also where little else is missing, as in files of the versions between."""
    with duckdb.connect(str(file)) as base:
        for table in ("orders_events", "dead_letters"):
            base.execute(f"ALTER TABLE mon_schema.{table} ADD COLUMN checksum UBIGINT")
        base.execute("ALTER TABLE mon_schema.orders_events ALTER COLUMN seq DROP DEFAULT")
    before = file.read_bytes()
    looking = DuckDbWarehouse(settings, clock=SystemClock(), read_only=True)
    (run,) = [MergeRun(*row) for row in looking.rows("inspect_runs", [9])]
    assert (run.inserted, run.deleted, run.quarantined) == (EVENTS - 1, 0, 1)
    assert check(looking, "schema").figures["missing_columns"] == [
        "dead_letters.dismissed_at",
        "dead_letters.dismissed_by",
        "dead_letters.dismissed_why",
        "transform_runs.deleted",
    ]
    looking.close()
    assert file.read_bytes() == before
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    assert check(warehouse, "schema").status is Status.PASS
    assert [MergeRun(*row) for row in warehouse.rows("inspect_runs", [9])] == [run]
    warehouse.close()


def test_work_goes_on_and_only_new_rows_are_provable(settings: Settings, file: Path) -> None:
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    offset = EVENTS + 2
    warehouse.write_batch(
        RawBatch(
            TOPIC,
            datetime.now(UTC),
            [0],
            [offset],
            [event(EVENTS + 1)],
            [],
            [OffsetAdvance(0, offset, offset + 1)],
        )
    )
    assert warehouse.merge().inserted == 1
    found = check(warehouse, "content")
    assert found.status is Status.PASS
    assert (found.figures["verified"], found.figures["without_checksum"]) == (1, EVENTS + 2)
    warehouse.close()
    again = DuckDbWarehouse(settings, clock=SystemClock())
    told = dict(check(again, "content").figures) | {"verified_since": None}
    assert told == {**found.figures, "verified_since": None}
    again.close()


def test_a_file_whose_rows_are_still_in_the_log(settings: Settings, tmp_path: Path) -> None:
    file = settings.paths.warehouse_file
    made = [sys.executable, "-m", "tests.support.old_file", str(file)]
    assert subprocess.run(made, cwd=ROOT, check=False).returncode == 9
    assert file.with_name(file.name + ".wal").stat().st_size > 100_000
    twin = tmp_path / "twin" / "warehouse.duckdb"
    old_file.make_old(twin).close()
    DuckDbWarehouse(settings, clock=SystemClock()).close()
    assert old_file.content(file) == old_file.content(twin)
    assert checksums(file) == [(0, 0)]


@pytest.mark.parametrize(("place", "logged"), [(1, False), (0, True), (-1, True), (99, True)])
def test_a_kill_in_the_middle_leaves_the_old_file_or_the_new_one(
    settings: Settings, tmp_path: Path, place: int, *, logged: bool
) -> None:
    """Before the first column, between both, before the commit (-1), after it (99)."""
    file = settings.paths.warehouse_file
    if logged:
        made = [sys.executable, "-m", "tests.support.old_file", str(file)]
        subprocess.run(made, cwd=ROOT, check=False)
    else:
        old_file.make_old(file).close()
    twin = tmp_path / "twin" / "warehouse.duckdb"
    old_file.make_old(twin).close()
    upgrade = [sys.executable, "-c", KILLED_BETWEEN, str(settings.paths.data), str(place)]
    assert subprocess.run(upgrade, cwd=ROOT, check=False).returncode == 9
    DuckDbWarehouse(settings, clock=SystemClock()).close()
    assert old_file.content(file) == old_file.content(twin)
    assert checksums(file) == [(0, 0)]


def test_looking_only_leaves_an_old_file_byte_for_byte(settings: Settings, file: Path) -> None:
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    warehouse = DuckDbWarehouse(settings, clock=SystemClock(), read_only=True)
    assert warehouse.rows("count_rows") == [(EVENTS - 1,)]
    assert len(warehouse.dead_letters()) == 2
    told = check(warehouse, "content")
    assert (told.status, told.figures["without_checksum"]) == (Status.WARN, EVENTS + 2)
    warehouse.close()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_the_doctor_says_that_it_is_older_and_what_happens(settings: Settings, file: Path) -> None:
    doctor = DoctorContext(settings=settings, clock=SystemClock(), patience_s=1)
    found = {one.name: one for one in look_at_warehouse(doctor)}
    assert found["tables"].status.value == "warn"
    assert "earlier version" in found["tables"].detail
    assert "nothing to do" in found["tables"].hint
    DuckDbWarehouse(settings, clock=SystemClock()).close()
    found = {one.name: one for one in look_at_warehouse(doctor)}
    assert found["tables"].status.value == "ok"


def test_a_table_that_was_dropped_stays_so(settings: Settings, file: Path) -> None:
    with duckdb.connect(str(file)) as base:
        base.execute("DROP TABLE mon_schema.dead_letters")
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    assert check(warehouse, "schema").figures["missing_tables"] == ["dead_letters"]
    warehouse.close()


def test_letters_of_a_file_that_is_only_looked_at_wait_as_before(
    settings: Settings, file: Path
) -> None:
    """Of a version without dismissals, but with checksums too, which are still compared."""
    with duckdb.connect(str(file)) as base:
        for table in ("orders_events", "dead_letters"):
            base.execute(f"ALTER TABLE mon_schema.{table} ADD COLUMN checksum UBIGINT")
        base.execute("ALTER TABLE mon_schema.orders_events ALTER COLUMN seq DROP DEFAULT")
    looking = DuckDbWarehouse(settings, clock=SystemClock(), read_only=True)
    desk = read_desk(looking, Narrowing(), 0, datetime.now(UTC))
    assert (desk.waiting, desk.dismissed, len(desk.page)) == (2, 0, 2)
    assert read_desk(looking, Narrowing(dismissed=True), 0, datetime.now(UTC)).page == ()
    assert check(looking, "dead_letters").figures["dismissed"] == 0
    assert looking.content_span("dead_letters").without == 2
    looking.close()
    opened = DuckDbWarehouse(settings, clock=SystemClock())
    ids = [one.letter.event_id for one in desk.page]
    opened.execute("dismiss_letters", [datetime.now(UTC), "ann", "why", ids])
    assert read_desk(opened, Narrowing(), 0, datetime.now(UTC)).dismissed == 2
    opened.close()
