"""`content`: every stored record is, byte for byte, what the broker's client gave.

A checksum is taken of each payload before anything else touches it, and stored beside it. This
check reads back what is stored and compares: on DuckDB the bytes of every payload, and of every
dead letter with its key and headers; on Snowflake, where a VARIANT keeps values and not bytes, the
fields that orders are made of. Event ids are compared with the Kafka coordinates beside them.

Without a ledger everything is read. With one (a console that checks every few seconds) a run takes
what is new and a slice of what is old, and says how much that was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.clock import iso
from core.remedies import REPAIR, Remedy
from core.text import _, ngettext
from core.text.number_format import count
from core.validation.content_ledger import ContentLedger
from core.validation.context import CheckContext, nothing_to_check
from core.validation.model import MAX_ROWS, CheckResult, Status
from core.warehouse.model import ContentSpan, Damage

NAME = "content"
_NAMED = 3
"""Event ids that the message names; the rows name up to ten."""


def check(context: CheckContext) -> CheckResult:
    """Compare stored records with their checksums."""
    ledger = context.content or ContentLedger.whole()
    ledger.begin(context.now)
    tables = _tables(context)
    spans = {table: context.warehouse.content_span(table) for table in tables}
    walk = _Walk(context, ledger, sum(span.rows for span in spans.values()))
    for table, span in spans.items():
        walk.go(table, span)
    ledger.end(context.now)
    damaged = [damage for table in tables for damage in ledger.tables[table].damaged.values()]
    figures: dict[str, object] = {
        "stored": walk.stored,
        "compared": walk.compared,
        "verified": walk.verified,
        "without_checksum": sum(span.without for span in spans.values()),
        "damaged": len(damaged) + sum(ledger.tables[table].uncounted for table in tables),
        "damaged_event_ids": [damage.event_id for damage in damaged[:MAX_ROWS]],
        "verified_since": ledger.since,
    }
    if not walk.stored:
        return nothing_to_check(NAME, _("no raw events and no dead letters"), figures)
    if damaged:
        rows = [_row(context, damage) for damage in damaged]
        remedies, advice = _how_to_fix(context, rows)
        return CheckResult.of(
            NAME,
            Status.FAIL,
            _bad(figures, rows),
            figures,
            rows,
            remedies=remedies,
            advice=advice,
        )
    status, message = _good(walk, ledger, spans)
    return CheckResult.of(NAME, status, message, figures)


def find_damage(context: CheckContext) -> list[Damage]:
    """Compare everything; return the records that are damaged, the first thousand of a table."""
    ledger = ContentLedger.whole()
    check(replace(context, content=ledger))
    return [
        damage for table in _tables(context) for damage in ledger.tables[table].damaged.values()
    ]


def _tables(context: CheckContext) -> tuple[str, str]:
    """Return the tables that hold records as they came."""
    return context.definition.tables.events, "dead_letters"


def places_of(damage: Damage, source_id: str) -> list[tuple[int, int]]:
    """Return partition and offset of a damaged record within one topic, as far as it tells them.

    The columns tell one place and the event id tells one: which of them is right is not known.
    """
    places: dict[tuple[int, int], None] = {}
    if damage.source_id == source_id:
        places[damage.partition, damage.offset] = None
    source, _dash, place = damage.event_id.partition("-")
    partition, _dash, offset = place.partition("-")
    if source == source_id and partition.isdecimal() and offset.isdecimal():
        places[int(partition), int(offset)] = None
    return list(places)


class _Walk:
    """One run. compared: records read, of which `verified` were as their checksums say."""

    def __init__(self, context: CheckContext, ledger: ContentLedger, stored: int) -> None:
        self._context = context
        self._ledger = ledger
        self.stored = stored
        self.compared = 0
        self.verified = 0
        self.stopped = False

    def go(self, name: str, span: ContentSpan) -> None:
        """Compare what is known to be damaged, what is new, and a slice of what is old."""
        ledger, table = self._ledger, self._ledger.tables[name]
        known = table.fit(span)
        for position in list(table.damaged):
            self._compare(name, position - 1, position)
        table.newest = self._far(name, known, span.last, ledger.new_rows)
        table.behind = table.newest < span.last
        if known < span.first:
            table.rounds += 1  # what is new here has all been looked at just now
        elif ledger.old_rows:
            table.oldest = self._far(name, table.oldest, known, ledger.old_rows)
            if table.oldest >= known:
                table.next_round(span.first)

    def _far(self, name: str, after: int, last: int, most: int | None) -> int:
        """Compare rows behind a position, about so many; return how far it came."""
        began = self.compared
        while after < last and (most is None or self.compared - began < most):
            if self._context.stopping:
                self.stopped = True
                break
            after = self._compare(name, after, last)
            told = _("{name}: {done} of {total}").format(
                name=NAME, done=count(self.compared), total=count(self.stored)
            )
            self._context.tell(told)
            self._context.compared(self.compared, self.stored)
        return after

    def _compare(self, name: str, after: int, last: int) -> int:
        part = self._context.warehouse.compare_content(name, after, last)
        table = self._ledger.tables[name]
        table.forget(after, part.last)
        for damage in part.damaged:
            table.learn(damage)
        table.uncounted += part.more_damaged
        self.compared += part.compared
        self.verified += part.verified
        return part.last


def _good(
    walk: _Walk, ledger: ContentLedger, spans: Mapping[str, ContentSpan]
) -> tuple[Status, str]:
    """Return how much is as it came, and how much of it was looked at."""
    without = sum(span.without for span in spans.values())
    status = Status.WARN if walk.stopped or without == walk.stored else Status.PASS
    part = {"compared": count(walk.compared), "stored": count(walk.stored)}
    if walk.stopped:
        message = ngettext(
            "stopped: {compared} of {stored} record compared",
            "stopped: {compared} of {stored} records compared",
            walk.stored,
        ).format(**part)
    elif walk.compared >= walk.stored:
        message = ngettext(
            "{count} record is as it came",
            "{count} records are as they came",
            walk.verified,
        ).format(count=count(walk.verified))
    elif ledger.since is None:
        message = ngettext(
            "{compared} of {stored} record compared in this run, some never so far",
            "{compared} of {stored} records compared in this run, some never so far",
            walk.stored,
        ).format(**part)
    else:
        message = ngettext(
            "{compared} of {stored} record compared in this run, all of them since {since}",
            "{compared} of {stored} records compared in this run, all of them since {since}",
            walk.stored,
        ).format(**part, since=iso(ledger.since))
    if without:
        older = ngettext(
            "{count} record was stored before checksums existed",
            "{count} records were stored before checksums existed",
            without,
        ).format(count=count(without))
        message = older if without == walk.stored else _("; ").join((message, older))
    return status, message


def _bad(figures: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> str:
    """Return how many records are damaged, and which."""
    damaged = int(str(figures["damaged"]))
    named = ", ".join(str(row["event_id"]) for row in rows[:_NAMED])
    return ngettext(
        "{count} record is not as it came: {events}",
        "{count} records are not as they came: {events}",
        damaged,
    ).format(count=count(damaged), events=named if damaged <= _NAMED else f"{named} ...")


def _how_to_fix(
    context: CheckContext, rows: Sequence[Mapping[str, object]]
) -> tuple[tuple[Remedy, ...], str]:
    """Return what puts damaged records back, and what is to be said about it."""
    if context.warehouse.restores and any(row["fix"] != "none" for row in rows):
        return (REPAIR,), _("the broker must be up: the topic has their bytes")
    return (), _("nothing in reach has their bytes: restore a copy of the warehouse")


def _row(context: CheckContext, damage: Damage) -> dict[str, object]:
    """Return a damaged record, where it came from, and where its bytes can still be had."""
    view = context.broker
    fix, topic = "unknown", None
    if view is not None:
        places = places_of(damage, view.identity.source_id)
        marks = [(view.watermarks.get(partition), offset) for partition, offset in places]
        held = any(mark is not None and mark.low <= offset < mark.high for mark, offset in marks)
        fix, topic = "topic" if held else "none", view.identity.topic if places else None
    return {
        "fault": damage.fault,
        "stage": damage.stage,
        "event_id": damage.event_id,
        "topic": topic,
        "partition": damage.partition,
        "offset": damage.offset,
        "checksum": damage.stored,
        "found": damage.found,
        "fix": fix,
    }
