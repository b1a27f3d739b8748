"""The warehouse: whether it opens, who holds it, its tables; then its offsets against Kafka's."""

from collections.abc import Iterator

from core.doctor.model import CheckGroup, DoctorContext, Finding, fail, ok, skipped, warn
from core.doctor.model import Status as FindingStatus
from core.errors import DropshipError, WarehouseHeldError
from core.remedies import CONSUME, SET_UP
from core.text import _, clean
from core.text.amounts import dead_letters, raw_events, records
from core.text.number_format import count, decimal
from core.validation import schema
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.base import Warehouse
from core.warehouse.tables import kept_tables

_MB = 1_000_000


def look_at_warehouse(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield whether the warehouse opens and whether its tables are right. Writes nothing."""
    if "warehouse" in doctor.unsure:
        yield skipped("warehouse")
        yield skipped("tables")
        return
    if doctor.settings.snowflake is not None:
        yield from _look_at_snowflake(doctor)
        return
    file = doctor.settings.paths.warehouse_file
    not_opened = _("not looked at: see warehouse")
    if not file.exists():
        yield ok("warehouse", _("{file} is made at the first use").format(file=clean(file)))
        yield ok("tables", _("none yet"))
        return
    try:
        warehouse = _open(doctor)
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
            yield skipped("tables") if "tables" in doctor.unsure else _tables(doctor, warehouse)
        except DropshipError as error:
            yield fail("tables", clean(error.message), error.advice, error.remedies)
    finally:
        warehouse.close()


def _look_at_snowflake(doctor: DoctorContext) -> Iterator[Finding]:
    from core.doctor import snowflake  # noqa: PLC0415 - only where it is used

    try:
        warehouse = snowflake.open_snowflake(doctor)
    except DropshipError as error:
        yield fail("warehouse", clean(error.message), error.advice, error.remedies)
        again = _("run the doctor again once it opens")
        yield warn("tables", _("not looked at: see warehouse"), again)
        return
    try:
        looks = (("warehouse", snowflake.session), ("tables", _tables_of_snowflake))
        for name, look in looks:
            try:
                yield skipped(name) if name in doctor.unsure else look(doctor, warehouse)
            except DropshipError as error:
                yield fail(name, clean(error.message), error.advice, error.remedies)
    finally:
        warehouse.close()


def _tables_of_snowflake(doctor: DoctorContext, warehouse: Warehouse) -> Finding:
    """Return whether the tables are right, and the merge procedure is of today's definition."""
    from core.doctor import snowflake  # noqa: PLC0415 - only where it is used

    found = _tables(doctor, warehouse)
    if found.status is not FindingStatus.OK:
        return found
    return snowflake.merge_procedure(doctor, warehouse) or found


def look_at_offsets(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield how Kafka's commits stand to the stored offsets: behind or equal, never ahead."""
    if "offsets" in doctor.unsure:
        yield skipped("offsets")
        return
    facts, stored = doctor.topic, doctor.stored
    if facts is None or stored is None:
        missing = "broker" if facts is None else "warehouse"
        embedded = not doctor.settings.engine.is_remote
        file = doctor.settings.paths.warehouse_file
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
    yield _compared(doctor, ahead, cut, lost, lag)


WAREHOUSE = CheckGroup(("warehouse", "tables"), look_at_warehouse)
OFFSETS = CheckGroup(("offsets",), look_at_offsets)


def _open(doctor: DoctorContext) -> Warehouse:
    """Open the file, or ask the process that has it open."""
    from core.warehouse.duckdb.warehouse import DuckDbWarehouse  # noqa: PLC0415 - imports duckdb
    from core.warehouse.shared.warehouse import SharedWarehouse  # noqa: PLC0415

    try:
        return DuckDbWarehouse(doctor.settings, clock=doctor.clock, read_only=True)
    except WarehouseHeldError:
        return SharedWarehouse(doctor.settings, clock=doctor.clock)


def _opened(warehouse: Warehouse, file: str, size: str) -> str:
    from core.warehouse.shared.warehouse import SharedWarehouse  # noqa: PLC0415

    if isinstance(warehouse, SharedWarehouse):
        return _("{file}: {size} MB, shared by process {pid}").format(
            file=file, size=size, pid=warehouse.holder
        )
    return _("{file}: {size} MB, nobody holds it").format(file=file, size=size)


def _tables(doctor: DoctorContext, warehouse: Warehouse) -> Finding:
    """Return whether the tables are as expected; keep the stored offsets."""
    advice = _("it creates what is missing and never changes what is there")
    if not warehouse.rows("any_table", [doctor.settings.schema]):
        return warn(
            "tables",
            _("the schema {schema} has none").format(schema=clean(doctor.settings.schema, 80)),
            advice,
            (SET_UP,),
        )
    context = CheckContext(
        warehouse,
        doctor.settings.thresholds,
        doctor.clock.now(),
        pipeline=doctor.settings.pipeline,
    )
    found = schema.check(context)
    pipeline = doctor.settings.pipeline
    kept = kept_tables(doctor.settings.engine.name, pipeline)
    if schema.is_older(found, pipeline.definition.tables.events, kept):
        return _older(doctor, found.message)
    if found.status is not Status.PASS:
        return fail("tables", clean(found.message), advice, found.remedies or (SET_UP,))
    if doctor.topic is not None:
        doctor.stored = warehouse.stored_offsets(doctor.topic.identity)
    ((raw, rows, dead),) = warehouse.rows("validate_totals")
    row = pipeline.definition.row
    return ok(
        "tables",
        _("as expected: {raw}, {orders}, {dead}").format(
            raw=raw_events(raw), orders=f"{count(rows)} {row.of(rows)}", dead=dead_letters(dead)
        ),
    )


def _older(doctor: DoctorContext, lacking: str) -> Finding:
    """Return that the tables are those of an earlier version. lacking: what they have not."""
    told = _("made by an earlier version: {reason}").format(reason=lacking)
    if doctor.settings.engine.upgrades_itself:
        advice = _("nothing to do: the next job that opens the warehouse adds them")
        return warn("tables", told, advice)
    return warn("tables", told, _("by the owner of the tables"), (SET_UP,))


def _compared(
    doctor: DoctorContext, ahead: list[str], cut: list[str], lost: list[str], lag: int
) -> Finding:
    """Return the worst of what the comparison brought."""
    group = clean(doctor.settings.kafka.group_id, 80)
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
                _("offsets expired before being read ({list})").format(list=", ".join(lost)),
                600,
            ),
            _("it records them as gaps; keep records longer (retention.ms)"),
            (CONSUME,),
        )
    return ok("offsets", _("committed offsets are consistent; lag {lag}").format(lag=records(lag)))
