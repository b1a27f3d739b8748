"""Names for what was found: columns, tables, words of a name, and which of them mean something."""

import re
from collections.abc import Iterable

from core.pipeline.columns import RESERVED
from core.pipeline.reserved_words import RESERVED_WORDS

ENGINE_TABLES = frozenset(
    {
        "batches",
        "consumer_offsets",
        "dead_letters",
        "merge_batch",
        "merge_cast",
        "offset_gaps",
        "staged",
        "transform_runs",
        "validation_runs",
    }
)
"""Tables and stages that the engine has in the schema, or makes for itself."""
QUERY_WORDS = frozenset({"incoming", "parts", "payload", "stored", "row_count", "rule", "found"})
"""Names that the SQL of `templates` gives to what is not a column."""

TIME_WORDS = frozenset(
    [
        "at",
        "changed",
        "created",
        "date",
        "datetime",
        "epoch",
        "happened",
        "modified",
        "moment",
        "occurred",
        "received",
        "recorded",
        "sent",
        "time",
        "timestamp",
        "timestamps",
        "ts",
        "updated",
        "when",
    ]
)
SPAN_WORDS = frozenset(
    ["duration", "elapsed", "id", "interval", "lag", "latency", "spent", "timeout", "ttl", "zone"]
)
MONEY_WORDS = frozenset(
    [
        "amount",
        "balance",
        "charge",
        "cost",
        "credit",
        "debit",
        "fee",
        "paid",
        "payment",
        "price",
        "revenue",
        "salary",
        "subtotal",
        "tax",
        "total",
    ]
)
ID_WORDS = frozenset(["code", "guid", "id", "key", "ref", "sku", "uuid"])
VERSION_WORDS = frozenset(["lsn", "revision", "rev", "seq", "sequence", "version"])
CHANGE_WORDS = frozenset(["changed", "modified", "updated"])
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_IN_SQL = re.compile(r"""[^\x00-\x1f\x7f"'\\*{};$?\[\]]+""")
_LONGEST = 50


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in small letters: `createdAt` and `created_at` have two."""
    spaced = _CAMEL.sub("_", name).lower()
    return tuple(word for word in _NOT_NAME.split(spaced) if word)


def plain_name(text: str, otherwise: str = "field") -> str:
    """Return a name of small letters, digits and _ that begins with a letter."""
    name = "_".join(words(text))[:_LONGEST].rstrip("_") or otherwise
    return f"n_{name}" if name[0].isdigit() else name


def fits_sql(steps: Iterable[str]) -> bool:
    """Return whether the keys of a path can stand in the text of a query."""
    return all(_IN_SQL.fullmatch(step) for step in steps)


def column_name(steps: Iterable[str], taken: Iterable[str]) -> str:
    """Return a name for the column of a path that both engines take and none of `taken` is."""
    name = plain_name("_".join(steps))
    if name in RESERVED_WORDS or name in RESERVED or name in QUERY_WORDS:
        name = f"{name}_"
    used = set(taken)
    found, number = name, 1
    while found in used:
        number += 1
        found = f"{name.rstrip('_')}_{number}"
    return found


def table_name(text: str) -> str:
    """Return a name for the table of rows."""
    name = plain_name(text, "pipeline")
    return f"{name}_" if name in RESERVED_WORDS or name in ENGINE_TABLES else name


def means_time(name: str) -> bool:
    """Return whether a name is one that times have."""
    found = set(words(name))
    return bool(found & TIME_WORDS) and not found & SPAN_WORDS


def means_money(name: str) -> bool:
    """Return whether a name is one that sums of money have."""
    found = set(words(name))
    return bool(found & MONEY_WORDS) and not found & {"cents", "minor", "count", "id"}


def means_id(name: str) -> bool:
    """Return whether a name is one that identities have."""
    found = words(name)
    return bool(found) and found[-1] in ID_WORDS
