"""What a new pipeline shows and checks, chosen from its fields: data for the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.inference.fields import Inferred
from core.inference.names import VERSION_WORDS, means_id, words
from core.inference.roles import Roles
from core.pipeline.defaults import placeholder
from core.pipeline.types import FieldType

NOT_SUMMED = frozenset(
    [
        "age",
        "code",
        "index",
        "lat",
        "latitude",
        "level",
        "lon",
        "longitude",
        "month",
        "number",
        "percent",
        "percentage",
        "port",
        "position",
        "priority",
        "rank",
        "score",
        "status",
        "year",
    ]
)
MEASURES = frozenset(
    [
        "altitude",
        "brightness",
        "current",
        "depth",
        "height",
        "humidity",
        "length",
        "pressure",
        "speed",
        "temperature",
        "usage",
        "voltage",
        "weight",
        "width",
    ]
)
"""Names of numbers whose sum says nothing and whose mean does."""
_SUMS, _AVERAGES, _TOPS, _RECENT, _LIMITS = 3, 2, 2, 7, 6
_MOST_IN_TOP = 500
_LONGEST_TOP = 60
_ROOM = 10
_MOST_DIGITS = _FLOAT_DIGITS = 15
_CENTS = 2
_SHOWN_AS_THEY_ARE = frozenset({"integer", "number", "boolean", "timestamp", "date"})


@dataclass(frozen=True)
class Column:
    """A column of the table of rows, as the templates need it.

    place: its number (from 1) among the columns that are read as text, or among those that are
    kept as JSON. path: as a definition writes it. in_row: of an envelope's row: a delete has none.
    """

    name: str
    path: str
    steps: tuple[str, ...]
    type: FieldType
    required: bool
    place: int
    in_row: bool = False

    @property
    def is_json(self) -> bool:
        """Whether its value is kept as JSON."""
        return self.type.kind == "json"

    @property
    def is_proven(self) -> bool:
        """Whether it has one text on both sides, so that Snowflake can prove it (`fingerprint`)."""
        return self.type.kind not in {"number", "json"} and not self.type.epoch

    @property
    def has_many_digits(self) -> bool:
        """Whether it may have more digits than binary floating point tells apart."""
        return bool(self.type.epoch) or self.type.precision > _FLOAT_DIGITS

    @property
    def cast_can_fail(self) -> bool:
        """Whether there are texts that are no value of its type."""
        return self.type.kind not in {"text", "uuid", "json"}

    @property
    def shown_as(self) -> str:
        """The kind of column that it is in a query of figures."""
        kind = self.type.kind
        if kind == "decimal":
            return "money" if self.type.scale == _CENTS else "decimal"
        return kind if kind in _SHOWN_AS_THEY_ARE else "text"


@dataclass(frozen=True)
class Limit:
    """The highest plausible value of a column.

    seen: the highest value of the sample. negative: whether it had values below zero.
    """

    column: Column
    highest: int
    seen: str
    negative: bool

    @property
    def threshold(self) -> str:
        """The name of its threshold."""
        return f"{self.column.name}_max"


@dataclass(frozen=True)
class Plan:
    """Everything that is chosen. time: the column that KPIs go by. has_time: not that of arrival.

    versions: columns that make a version newer. kind: the column of the event's type. deletes:
    whether rows can be deleted. key_before: where an envelope holds the key of a deleted row.
    """

    columns: tuple[Column, ...]
    key: Column
    time: str
    has_time: bool
    versions: tuple[Column, ...]
    kind: Column | None
    sums: tuple[Column, ...]
    averages: tuple[Column, ...]
    tops: tuple[Column, ...]
    split: Column | None
    recent: tuple[Column, ...]
    limits: tuple[Limit, ...]
    deletes: bool = False
    key_before: tuple[str, ...] = ()

    def is_always_there(self, column: Column) -> bool:
        """Return whether a column has a value in every version of a row."""
        return column.required and not (self.deletes and column.in_row and column != self.key)

    def can_be_absent(self, column: Column) -> bool:
        """Return whether an event may be without a required column: of a delete."""
        return self.deletes and column.required and column != self.key

    def unless_absent(self, column: Column, table: str = "") -> str:
        """Return what to add to a condition that a required column is missing."""
        if not self.can_be_absent(column):
            return ""
        deleted = f" AND NOT {table}deleted" if column.in_row else ""
        return f"{deleted} AND NOT {table}tombstone"

    def with_default(self, column: Column, table: str = "", given: str = "") -> str:
        """Return an optional column or its default. given: its value, if not just its name."""
        default = f"{{{placeholder(column.name)}}}"
        if self.deletes:
            deleted = f"{table}deleted OR " if column.in_row else ""
            default = f"CASE WHEN NOT ({deleted}{table}tombstone) THEN {default} END"
        return f"COALESCE({given or table + column.name}, {default})"

    def place_before(self, column: Column) -> int:
        """Return where the key of a deleted row stands among the texts; 0 for other columns."""
        return len(self.texts) + 1 if self.key_before and column == self.key else 0

    @property
    def texts(self) -> tuple[Column, ...]:
        """Columns that are read as text and cast."""
        return tuple(column for column in self.columns if not column.is_json)

    @property
    def jsons(self) -> tuple[Column, ...]:
        """Columns that are kept as JSON."""
        return tuple(column for column in self.columns if column.is_json)

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns that always have a value."""
        return tuple(column for column in self.columns if column.required)

    @property
    def optional(self) -> tuple[Column, ...]:
        """Columns of which an event may have no value."""
        return tuple(column for column in self.columns if not column.required)

    @property
    def others(self) -> tuple[Column, ...]:
        """All columns but the key."""
        return tuple(column for column in self.columns if column is not self.key)


def plan_of(fields: Sequence[Inferred], roles: Roles) -> Plan:
    """Return what to show and to check of the fields."""
    made = {field.path: column for field, column in _columns(fields, roles)}
    by_path = {field.path: field for field in fields}
    numbers = [
        made[field.path] for field in fields if _adds_up(field, roles) and field.path in made
    ]
    few = [made[field.path] for field in fields if _is_few(field, roles) and field.path in made]
    kind = None if roles.type is None else made.get(roles.type.path)
    time = None if roles.time is None else made[roles.time.path]
    key = made[roles.key.path]
    tops = tuple([column for column in few if column is not kind][:_TOPS])
    return Plan(
        columns=tuple(made.values()),
        key=key,
        time="ingested_at" if time is None else time.name,
        has_time=time is not None,
        versions=tuple(made[field.path] for field in roles.version),
        kind=kind,
        sums=tuple([one for one in numbers if not _is_measure(one)][:_SUMS]),
        averages=tuple([one for one in numbers if _is_measure(one)][:_AVERAGES]),
        tops=tops,
        split=kind,
        recent=_recent(tuple(made.values()), key, time),
        limits=tuple(_limits(numbers, by_path)[:_LIMITS]),
        deletes=roles.deletes,
        key_before=() if roles.envelope is None else roles.envelope.key_before,
    )


def _columns(fields: Sequence[Inferred], roles: Roles) -> list[tuple[Inferred, Column]]:
    found = []
    places = {True: 0, False: 0}
    for field in fields:
        if field.column is None:
            continue
        as_json = field.type.kind == "json"
        in_row = roles.envelope is not None and roles.envelope.holds(field.path)
        places[as_json] += 1
        column = Column(
            field.column,
            field.path,
            field.steps,
            field.type,
            field.required,
            places[as_json],
            in_row,
        )
        found.append((field, column))
    return found


def _adds_up(field: Inferred, roles: Roles) -> bool:
    """Return whether a sum or a mean of a field says something."""
    named = set(words(field.name))
    if field is roles.key or field in roles.version or means_id(field.name):
        return False
    return field.type.is_numeric and not named & (NOT_SUMMED | VERSION_WORDS)


def _is_measure(column: Column) -> bool:
    """Return whether the mean of a column says more than its sum."""
    return column.type.kind == "number" or bool(set(words(column.steps[-1])) & MEASURES)


def _is_few(field: Inferred, roles: Roles) -> bool:
    """Return whether a field has few enough values for a list of its best ones."""
    values = field.counts.values
    few = 1 < len(values) <= min(_MOST_IN_TOP, max(field.counts.seen // 5, 2))
    texts = field.type.kind in {"text", "identifier", "boolean"}
    return texts and few and field.counts.longest <= _LONGEST_TOP and field is not roles.key


def _recent(columns: Sequence[Column], key: Column, time: Column | None) -> tuple[Column, ...]:
    """Return the columns of the newest rows: key, time, then what a person can read."""
    rest = [column for column in columns if column not in (key, time) and not column.is_json]
    first = [key] if time is None else [key, time]
    return tuple([*first, *rest][:_RECENT])


def _limits(numbers: Sequence[Column], fields: dict[str, Inferred]) -> list[Limit]:
    found = []
    for column in numbers:
        counts = fields[column.path].counts
        if counts.high is None or counts.low is None or counts.high <= 0:
            continue
        if counts.high.adjusted() < _MOST_DIGITS:
            highest = _rounded_up(counts.high * _ROOM)
            found.append(Limit(column, highest, f"{counts.high:f}", counts.low < 0))
    return found


def _rounded_up(value: Decimal) -> int:
    """Return a number of one figure that is no less: 4,230 becomes 5,000."""
    step = Decimal(10) ** max(value.adjusted(), 0)
    return int(-(-value // step) * step)
