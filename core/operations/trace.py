"""Where a key is: in the topic, as raw events and dead letters, as a row, and what the row names.

The raw events and dead letters tell where in the topic their records lie, so those are fetched
there; what no consumer has stored yet is looked through, as far as that is little.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.broker.base import Broker
from core.config import Settings
from core.errors import DropshipError
from core.operations.tail_record import TailRecord
from core.pipeline.base import steps
from core.pipeline.folder import Pipeline
from core.query.pages import Page, in_session, own_name
from core.warehouse.base import Warehouse
from core.warehouse.questions import Found, Question

MOST = 200
"""Raw events, dead letters and records of one key that are shown."""
_LETTERS = "dead_letters"
_UNREAD = 50_000
"""Records that no consumer has stored which are looked through for a key."""
_SECONDS = 60.0


@dataclass(frozen=True)
class Trace:
    """What is known of a key so far. None: not looked at yet, or why that failed is in `problems`.

    row: of the table of rows; references: the rows that it names, by their tables. looked_through:
    records that no consumer has stored yet; unread: those that were too many to look through.
    done: everything was looked at.
    """

    key: str
    row: Found | None = None
    events: Found | None = None
    letters: Found | None = None
    references: tuple[tuple[str, Found], ...] = ()
    records: tuple[TailRecord, ...] | None = None
    looked_through: int = 0
    unread: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    done: bool = False


def trace(
    key: str,
    settings: Settings,
    warehouse: Warehouse,
    broker: Callable[[], Broker],
    new_id: Callable[[], str],
    *,
    show: Callable[[Trace], None] = lambda _so_far: None,
    text: Callable[[bytes | None], bytes | None] = lambda _value: None,
) -> Trace:
    """Return everything about a key; what could not be looked at is among its problems.

    show: told what is known after each step. text: returns the JSON of a value that is not JSON.
    """
    found = _Tracer(key, settings, warehouse, new_id, show)
    found.look("row", found.row)
    found.look("references", found.references)
    found.look("events", found.events)
    found.look("letters", found.letters)
    found.look("records", lambda: found.records(broker(), text))
    return replace(found.latest, done=True)


class _Tracer:
    """Looks at one place after the other; what fails at one does not hide the others."""

    def __init__(
        self,
        key: str,
        settings: Settings,
        warehouse: Warehouse,
        new_id: Callable[[], str],
        show: Callable[[Trace], None],
    ) -> None:
        self.latest = Trace(key)
        self._key = key
        self._settings = settings
        self._pipeline = settings.pipeline
        self._definition = settings.pipeline.definition
        self._engine = settings.engine
        self._warehouse = warehouse
        self._new_id = new_id
        self._show = show

    def look(self, part: str, work: Callable[[], None]) -> None:
        try:
            work()
        except DropshipError as error:
            self.latest = replace(
                self.latest, problems=(*self.latest.problems, (part, error.message))
            )
        self._show(self.latest)

    def row(self) -> None:
        found = self._equal(self._definition.tables.rows, self._definition.key_column, self._key)
        self.latest = replace(self.latest, row=found)

    def references(self) -> None:
        row = self.latest.row
        if row is None or not row.rows:
            return
        names = [column.name.lower() for column in row.columns]
        found = []
        for table, (reference, column) in self._definition.joined.items():
            value = row.rows[0][names.index(column.lower())] if column.lower() in names else None
            if value is not None:
                found.append((table, self._equal(table, reference.key, str(value))))
        self.latest = replace(self.latest, references=tuple(found))

    def events(self) -> None:
        self.latest = replace(self.latest, events=self._named("trace_events"))

    def letters(self) -> None:
        self.latest = replace(self.latest, letters=self._named("trace_letters"))

    def records(self, broker: Broker, text: Callable[[bytes | None], bytes | None]) -> None:
        from core.operations.topic_scan import (  # noqa: PLC0415 - loads the Kafka client
            TopicScan,
            Wanted,
        )

        kafka = self._settings.kafka
        identity = broker.identity(kafka.topic)
        marks = broker.watermarks(kafka.topic)
        stored = self._warehouse.stored_offsets(identity)
        places = self._places(identity.source_id)
        unread = {
            partition: (max(stored.get(partition, mark.low), mark.low), mark.high)
            for partition, mark in marks.items()
        }
        waiting = sum(max(high - low, 0) for low, high in unread.values())
        with TopicScan(broker, kafka.topic, kafka.group_id, text=text) as scan:
            kept = [
                place
                for place in places
                if place[0] in marks and marks[place[0]].low <= place[1] < marks[place[0]].high
            ]
            found = scan.fetch(kept)
            looked = 0
            if 0 < waiting <= _UNREAD:
                # Known already, should the broker fall silent over what nobody has stored.
                self.latest = replace(self.latest, records=tuple(found), unread=waiting)
                more = scan.search(unread, Wanted.of_key(self._key), most=MOST)
                looked = waiting
                known = {(one.partition, one.offset) for one in found}
                found += [one for one in more if (one.partition, one.offset) not in known]
        self.latest = replace(
            self.latest,
            records=tuple(sorted(found, key=lambda one: (one.partition, one.offset))),
            looked_through=looked,
            unread=0 if looked else waiting,
        )

    def _places(self, source_id: str) -> list[tuple[int, int]]:
        """Return where in the present topic the records of events and letters lie."""
        places = set()
        for found in (self.latest.events, self.latest.letters):
            if found is None:
                continue
            names = [column.name.lower() for column in found.columns]
            source, partition, offset = (
                names.index(name) for name in ("source_id", "kafka_partition", "kafka_offset")
            )
            places |= {
                (_whole(row[partition]), _whole(row[offset]))
                for row in found.rows
                if row[source] == source_id
            }
        return sorted(places)

    def _equal(self, table: str, column: str, text: str) -> Found:
        page = Page(table, where=((own_name(column, self._engine), (text,)),))
        question = page.question(self._pipeline, self._engine, self._new_id())
        return self._warehouse.ask(replace(question, seconds=_SECONDS))

    def _named(self, name: str) -> Found:
        sql = in_session(self._pipeline.sql(self._engine.name, name))
        for placeholder, value in self._pipeline.placeholders(self._engine.name).items():
            sql = sql.replace(f"{{{placeholder}}}", value)
        parameters = (self._key,) * sql.count("?")
        return self._warehouse.ask(
            Question(self._new_id(), sql, parameters, rows=MOST, seconds=_SECONDS)
        )


def _whole(value: Any) -> int:
    return int(value)


def changed_fields(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    """Return the fields in which two versions of an event differ: path, before, after."""
    one, two = (dict(_leaves(_parsed(text))) for text in (before, after))
    return tuple(
        (path, one.get(path, ""), two.get(path, ""))
        for path in dict.fromkeys([*one, *two])
        if one.get(path) != two.get(path)
    )


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _leaves(value: object, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [
            leaf
            for name, part in value.items()
            for leaf in _leaves(part, f"{path}.{name}" if path else str(name))
        ]
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(path or "value", told)]


def record_key(pipeline: Pipeline, key: bytes | None, value: bytes | None) -> str:
    """Return which key of the pipeline a record is about: as its value says, else its own key."""
    try:
        found: object = json.loads(value or b"")
    except (ValueError, RecursionError):
        found = None
    for step in steps(pipeline.definition.event.key):
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, (str, int)) and not isinstance(found, bool):
        return str(found)
    return "" if key is None else key.decode("utf-8", "replace")


def row_key(pipeline: Pipeline, table: str, found: Found, row: tuple[object, ...]) -> str:
    """Return which key a row of a table is about: it names it, or holds a record; else empty.

    table: of rows, of raw events, or `dead_letters`; others are of no key.
    """
    definition = pipeline.definition
    cells = {column.name.lower(): cell for column, cell in zip(found.columns, row, strict=True)}
    if table == definition.tables.rows:
        return str(cells.get(definition.key_column.lower(), ""))
    if table not in {definition.tables.events, _LETTERS}:
        return ""
    key, value = cells.get("message_key"), cells.get("payload")
    return record_key(
        pipeline,
        key if isinstance(key, bytes) else None,
        value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else None,
    )
