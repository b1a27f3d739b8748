"""Finds named SQL: `sql/<dialect>/<name>.sql` first, then `sql/shared/<name>.sql`.

`{schema}` stands for the quoted schema name in every file; values are bound, never formatted in.
"""

from functools import cache
from importlib.resources import files


@cache
def _text(dialect: str, name: str) -> str:
    for folder in (dialect, "shared"):
        file = files("sql").joinpath(folder, f"{name}.sql")
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise KeyError(f"no SQL named {name} for {dialect}")


def statement(dialect: str, name: str, quoted_schema: str) -> str:
    """Return one named statement. Errors: KeyError for a name that has no file."""
    return _text(dialect, name).replace("{schema}", quoted_schema)


def script(dialect: str, name: str, quoted_schema: str) -> list[str]:
    """Return the statements of a file, split at semicolons that end a line."""
    text = statement(dialect, name, quoted_schema)
    parts = (part.strip() for part in text.split(";\n"))
    return [part.rstrip(";").strip() for part in parts if part.strip(" \n;")]
