"""Which statements only read: a person's SQL is looked at before any warehouse gets it.

DuckDB parses it again itself and runs it where it cannot write (`core.warehouse.duckdb.question`).
Snowflake has no such transaction, so there it is this module that keeps writes out: what is not
known to read is refused. The words are those of a text without its strings, names in quotes and
comments.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import UsageError
from core.text import _, clean

BEGINNINGS = ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "EXPLAIN")
_SNOWFLAKE = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"})
_WRITING_WORDS = """
ALTER BEGIN CALL COMMIT COPY CREATE DECLARE DELETE DROP EXECUTE GET GRANT INSERT INTO LET LIST LS
MERGE PUT REMOVE REVOKE RM ROLLBACK SET TRUNCATE UNDROP UNSET UPDATE USE
"""
_WRITING = frozenset(_WRITING_WORDS.split())
"""Words that begin or make what writes, or change the session."""
_TABLE_FUNCTIONS = frozenset({"FLATTEN", "RESULT_SCAN", "GENERATOR", "SPLIT_TO_TABLE"})
"""What may stand in TABLE(...): a procedure of the account may too, and could write."""

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<comment>--[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<string>'(?:[^'\\]|''|\\.)*(?:'|\Z)|\$\$.*?(?:\$\$|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z))
    | (?P<number>\d[\w.]*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<sign>->>|::|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of a statement. kind: space, comment, string, name, number, word or sign."""

    kind: str
    text: str
    start: int


def tokens(sql: str) -> Iterator[Token]:
    """Yield the pieces of a text, all of it; what is not closed goes to its end."""
    for found in _TOKEN.finditer(sql):
        yield Token(str(found.lastgroup), found.group(), found.start())


def check_reading(sql: str, *, remote: bool) -> str:
    """Return a statement without the semicolon at its end; refuse what does not only read.

    remote: for a warehouse that would run what it is told to. Errors: UsageError.
    """
    parts = [token for token in tokens(sql) if token.kind not in {"space", "comment"}]
    while parts and parts[-1].text == ";":
        parts.pop()
    if not parts:
        raise UsageError(_("there is no statement"), hint=_("write a SELECT"))
    first = parts[0].text.upper()
    opened = first == "("
    if first not in BEGINNINGS and not opened:
        raise _refused(parts[0].text)
    if any(token.text == ";" for token in parts):
        raise UsageError(
            _("these are several statements; one can be run at a time"),
            hint=_("take out the semicolon in between"),
        )
    if remote:
        _check_remote(parts, opened=opened)
    last = parts[-1]
    return sql[: last.start + len(last.text)]


def _check_remote(parts: list[Token], *, opened: bool) -> None:
    if not opened and parts[0].text.upper() not in _SNOWFLAKE:
        raise _refused(parts[0].text)
    for place, token in enumerate(parts):
        word = token.text.upper()
        if token.text in {"->>", "@"}:
            raise _refused(token.text)
        if token.kind == "word" and (word in _WRITING or word.startswith("SYSTEM$")):
            raise _refused(token.text)
        if token.kind == "name" and word.strip('"').startswith("SYSTEM$"):
            raise _refused(token.text)
        if word == "NEXTVAL":
            raise _refused(token.text)
        if word == "TABLE" and not _is_known_table(parts[place + 1 : place + 5]):
            raise _refused(token.text)


def _is_known_table(following: list[Token]) -> bool:
    """Whether what follows TABLE is one of Snowflake's own functions, or none at all."""
    words = [token.text.upper() for token in following]
    if not words or words[0] != "(":
        return True
    return len(words) > 1 and words[1] in {"INFORMATION_SCHEMA", *_TABLE_FUNCTIONS}


def _refused(word: str) -> UsageError:
    return UsageError(
        _("{word}: only statements that read are run here").format(word=clean(word, 40)),
        hint=_("begin with SELECT, WITH, SHOW, DESCRIBE or EXPLAIN"),
    )
