"""The warehouse: whether it opens, who holds it, its tables; then its offsets against Kafka's."""

from collections.abc import Iterator

from core.doctor.model import Examination, Finding, Section, fail, ok, unseen, warn
from core.errors import DropshipError, WarehouseHeldError
from core.remedies import CONSUME, SET_UP
from core.text import _, clean
from core.text.amounts import dead_letters, raw_events, records
from core.text.figures import count, decimal
from core.validation import schema
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.base import Warehouse

_MB = 1_000_000


def look_at_warehouse(visit: Examination) -> Iterator[Finding]:
    """Yield whether the warehouse opens and whether its tables are right. Writes nothing."""
    if "warehouse" in visit.unsure:
        yield unseen("warehouse")
        yield unseen("tables")
        return
    if visit.settings.snowflake is not None:
        yield from _look_at_snowflake(visit)
        return
    file = visit.settings.paths.warehouse_file
    not_opened = _("not looked at: see warehouse")
    if not file.exists():
        yield ok("warehouse", _("{file} is made at the first use").format(file=clean(file)))
        yield ok("tables", _("none yet"))
        return
    try:
        warehouse = _open(visit)
    except WarehouseHeldError as error:
        yield warn("warehouse", clean(error.message), error.advice, error.remedies)
        yield warn("tables", not_opened, _("run the doctor again once it is free"))
        return
    except DropshipError as error:
        yield fail("warehouse", clean(error.message), error.advice, error.remedies)
        yield warn("tables", not_opened, _("run the doctor again once it opens"))
        return
    try:
        size = decimal(file.stat().st_size / _MB, 1)
        yield ok("warehouse", _opened(warehouse, clean(file), size))
        try:
            yield unseen("tables") if "tables" in visit.unsure else _tables(visit, warehouse)
        except DropshipError as error:
            yield fail("tables", clean(error.message), error.advice, error.remedies)
    finally:
        warehouse.close()


def _look_at_snowflake(visit: Examination) -> Iterator[Finding]:
    from core.doctor import snowflake  # noqa: PLC0415 - only where it is used

    try:
        warehouse = snowflake.open_snowflake(visit)
    except DropshipError as error:
        yield fail("warehouse", clean(error.message), error.advice, error.remedies)
        again = _("run the doctor again once it opens")
        yield warn("tables", _("not looked at: see warehouse"), again)
        return
    try:
        for name, look in (("warehouse", snowflake.session), ("tables", _tables)):
            try:
                yield unseen(name) if name in visit.unsure else look(visit, warehouse)
            except DropshipError as error:
                yield fail(name, clean(error.message), error.advice, error.remedies)
    finally:
        warehouse.close()


def look_at_offsets(visit: Examination) -> Iterator[Finding]:
    """Yield how Kafka's commits stand to the stored offsets: behind or equal, never ahead."""
    if "offsets" in visit.unsure:
        yield unseen("offsets")
        return
    facts, stored = visit.topic, visit.stored
    if facts is None or stored is None:
        missing = "broker" if facts is None else "warehouse"
        embedded = not visit.settings.engine.is_remote
        file = visit.settings.paths.warehouse_file
        nothing = facts is not None and embedded and not file.exists()
        if nothing:
            yield ok("offsets", _("nothing stored yet"))
        else:
            yield warn(
                "offsets",
                _("not compared: see {name}").format(name=missing),
                _("run the doctor while a broker runs and nobody holds the warehouse"),
            )
        return
    ahead = [
        f"{partition}: {offset} > {stored.get(partition, 0)}"
        for partition, offset in sorted(facts.committed.items())
        if offset > stored.get(partition, 0)
    ]
    cut = [
        f"{partition}: {offset} > {facts.marks[partition].high}"
        for partition, offset in sorted(stored.items())
        if partition in facts.marks and offset > facts.marks[partition].high
    ]
    lost = [
        f"{partition}: {offset}-{facts.marks[partition].low - 1}"
        for partition, offset in sorted(stored.items())
        if partition in facts.marks and offset < facts.marks[partition].low
    ]
    lag = sum(mark.high - stored.get(part, mark.low) for part, mark in facts.marks.items())
    yield _compared(visit, ahead, cut, lost, lag)


WAREHOUSE = Section(("warehouse", "tables"), look_at_warehouse)
OFFSETS = Section(("offsets",), look_at_offsets)


def _open(visit: Examination) -> Warehouse:
    """Open the file, or ask the process that has it open."""
    from core.warehouse.duckdb.warehouse import DuckDbWarehouse  # noqa: PLC0415 - imports duckdb
    from core.warehouse.shared.warehouse import SharedWarehouse  # noqa: PLC0415

    try:
        return DuckDbWarehouse(visit.settings, clock=visit.clock, read_only=True)
    except WarehouseHeldError:
        return SharedWarehouse(visit.settings, clock=visit.clock)


def _opened(warehouse: Warehouse, file: str, size: str) -> str:
    from core.warehouse.shared.warehouse import SharedWarehouse  # noqa: PLC0415

    if isinstance(warehouse, SharedWarehouse):
        return _("{file}: {size} MB, shared by process {pid}").format(
            file=file, size=size, pid=warehouse.holder
        )
    return _("{file}: {size} MB, nobody holds it").format(file=file, size=size)


def _tables(visit: Examination, warehouse: Warehouse) -> Finding:
    """Return whether the tables are as expected; keep the stored offsets."""
    advice = _("it creates what is missing and never changes what is there")
    if not warehouse.rows("any_table", [visit.settings.schema]):
        return warn(
            "tables",
            _("the schema {schema} has none").format(schema=clean(visit.settings.schema, 80)),
            advice,
            (SET_UP,),
        )
    context = CheckContext(
        warehouse,
        visit.settings.thresholds,
        visit.clock.now(),
        pipeline=visit.settings.pipeline,
    )
    found = schema.check(context)
    if schema.is_older(found, visit.settings.pipeline.definition.tables.events):
        return _older(visit)
    if found.status is not Status.PASS:
        return fail("tables", clean(found.message), advice, found.remedies or (SET_UP,))
    if visit.topic is not None:
        visit.stored = warehouse.stored_offsets(visit.topic.identity)
    ((raw, rows, dead),) = warehouse.rows("validate_totals")
    row = visit.settings.pipeline.definition.row
    return ok(
        "tables",
        _("as expected: {raw}, {orders}, {dead}").format(
            raw=raw_events(raw), orders=f"{count(rows)} {row.of(rows)}", dead=dead_letters(dead)
        ),
    )


def _older(visit: Examination) -> Finding:
    """Return that the tables are those of an earlier version."""
    told = _("made by an earlier version: columns for checksums are missing")
    if visit.settings.engine.upgrades_itself:
        advice = _("nothing to do: the next job that opens the warehouse adds them")
        return warn("tables", told, advice)
    return warn("tables", told, _("by the owner of the tables"), (SET_UP,))


def _compared(
    visit: Examination, ahead: list[str], cut: list[str], lost: list[str], lag: int
) -> Finding:
    """Return the worst of what the comparison brought."""
    group = clean(visit.settings.kafka.group_id, 80)
    if ahead:
        return fail(
            "offsets",
            clean(
                _("Kafka's commits of {group} are ahead of the stored offsets ({list})").format(
                    group=group, list=", ".join(ahead)
                ),
                600,
            ),
            _("another program commits as this group: give it another KAFKA_GROUP_ID"),
        )
    if cut:
        return fail(
            "offsets",
            clean(
                _("the topic ends before the stored offsets ({list})").format(list=", ".join(cut)),
                600,
            ),
            _("the topic was cut or made again: find out before anything is read from it"),
        )
    if lost:
        return fail(
            "offsets",
            clean(
                _("offsets are gone before they were read ({list})").format(list=", ".join(lost)),
                600,
            ),
            _("it records them as gaps; keep records longer (retention.ms)"),
            (CONSUME,),
        )
    return ok("offsets", _("commits are not ahead; {lag} behind").format(lag=records(lag)))
