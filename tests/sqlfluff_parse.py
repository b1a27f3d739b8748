"""Parses every statement for Snowflake with a second parser, sqlfluff's; part of `make lint`.

sqlglot, which the other rules rest on, is generous: it takes a reserved word as an alias and whole
statements as text. sqlfluff's dialect is another reading of the same documents. Only its parser is
used: how SQL is laid out is not its business here. `python -m tests.sqlfluff_parse` prints a line
for each fault and ends with 1 where there is one.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter

from tests.support.snowflake_sql import filled, snowflake_files, split_statements

_NO_BIND = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"")
NOT_KNOWN = (
    "PUT file:",
    "CREATE NOTIFICATION INTEGRATION",
    "GRANT EXECUTE MANAGED ALERT",
    "GRANT CREATE ALERT",
)
"""How statements begin that Snowflake documents and this version of sqlfluff cannot parse: it knows
PUT with a path of its own kind alone, integrations of queues but not of mail, and managed tasks but
not alerts. The rules of `tests.support.snowflake_sql` still know their shapes."""


def bound(text: str) -> str:
    """Return SQL with a value in place of every `?`, which sqlfluff does not know."""
    kept = [(found.start(), found.end()) for found in _NO_BIND.finditer(text)]
    return re.sub(
        r"\?",
        lambda mark: "?" if any(a <= mark.start() < b for a, b in kept) else "1",
        text,
    )


def known(text: str) -> str:
    """Return SQL with another statement for those that are not known, of as many lines."""
    for statement in split_statements(text):
        if statement.startswith(NOT_KNOWN):
            text = text.replace(statement, "SELECT 1" + "\n" * statement.count("\n"))
    return text


def faults(linter: Linter, file: Path) -> Iterator[str]:
    """Yield what cannot be parsed in a file, with its line."""
    text = known(bound(filled(file.read_text(encoding="utf-8"))))
    for fault in linter.parse_string(text, fname=str(file)).violations:
        yield f"{file}:{fault.line_no}: {fault.desc()}"


def main() -> int:
    """Parse every file; return the exit code."""
    wanted = {"dialect": "snowflake", "large_file_skip_byte_limit": 0}
    linter = Linter(config=FluffConfig(overrides=wanted))
    files = snowflake_files()
    found = [fault for file in files for fault in faults(linter, file)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or f"{len(files)} files parsed\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
