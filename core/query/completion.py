"""What may follow in a statement that is being written: tables, columns and words of SQL.

Tables and columns are those of the pipeline; after `name.` only the columns of that table, or of
the one that the statement calls so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.warehouse.reading import Token, tokens

_KEYWORDS = """
SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT ON USING AND OR NOT NULL IS IN LIKE ILIKE
BETWEEN CASE WHEN THEN ELSE END AS DISTINCT UNION ALL WITH ASC DESC COUNT SUM AVG MIN MAX CAST
COALESCE EXISTS OVER PARTITION EXPLAIN DESCRIBE SHOW TABLES VALUES TRUE FALSE INTERVAL
"""
KEYWORDS = tuple(_KEYWORDS.split())
_WORD = re.compile(r"[\w$]*\Z")
_QUALIFIER = re.compile(r"([\w$]+)\.[\w$]*\Z")
_BEFORE_TABLES = frozenset({"FROM", "JOIN", "TABLE", "DESCRIBE", "DESC"})
_LEAST = 1


@dataclass(frozen=True)
class Completion:
    """What may stand in place of the word before the cursor. start: where that word begins."""

    start: int
    choices: tuple[str, ...]


def complete(text: str, tables: Mapping[str, Sequence[str]], most: int = 12) -> Completion:
    """Return what may follow a text up to the cursor. tables: their columns, by their names."""
    typed = _WORD.search(text)
    word = typed[0] if typed else ""
    start = len(text) - len(word)
    qualified = _QUALIFIER.search(text)
    written = [token for token in tokens(text) if token.kind not in {"space", "comment"}]
    if written and written[-1].kind == "string":
        return Completion(start, ())
    if qualified:
        found = list(_columns_of(qualified[1], written, tables))
    elif _last_word(written, word) in _BEFORE_TABLES:
        found = sorted(tables)
    elif len(word) < _LEAST:
        found = []
    else:
        found = list(_everything(written, tables))
    lowered = word.lower()
    fitting = [one for one in found if one.lower().startswith(lowered) and one.lower() != lowered]
    return Completion(start, tuple(dict.fromkeys(fitting))[:most])


def _everything(written: Sequence[Token], tables: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield columns of the tables that are named, then tables, all columns, keywords."""
    named = {token.text.lower() for token in written}
    for table, columns in tables.items():
        if table in named:
            yield from columns
    yield from tables
    for columns in tables.values():
        yield from columns
    yield from KEYWORDS


def _columns_of(
    name: str, written: Sequence[Token], tables: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    if name.lower() in tables:
        yield from tables[name.lower()]
        return
    words = [token.text.lower() for token in written]
    for place, word in enumerate(words):
        if word != name.lower() or place == 0:
            continue
        before = words[place - 2] if words[place - 1] == "as" and place > 1 else words[place - 1]
        yield from tables.get(before, ())


def _last_word(written: Sequence[Token], typed: str) -> str:
    """Return the word before the one that is being typed."""
    before = written[:-1] if typed and written else written
    return before[-1].text.upper() if before else ""
