"""Named contexts: each a data directory with its file of settings and its pipeline.

They stand in `contexts.toml` of the person's folder, a table for each name.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from core.config.errors import Problem, SettingsError
from core.config.userfiles import read_user_file, user_folder
from core.errors import UsageError
from core.pipeline.toml_lines import line_of
from core.text import _, clean

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_KEYS = ("data_dir", "env_file", "pipeline", "reports_dir")


class Context(msgspec.Struct, frozen=True):
    """One of them. Paths are whole; None: as without the option of that name.

    Without an env_file it is the `.env` beside the data directory, where there is one.
    """

    name: str
    data_dir: Path
    env_file: Path | None = None
    pipeline: str | None = None
    reports_dir: Path | None = None


def contexts_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file that names the contexts."""
    return user_folder(environ) / "contexts.toml"


def read_contexts(file: Path) -> tuple[Context, ...]:
    """Return the contexts of a file, in its order; none where there is no file.

    Errors: SettingsError with file, line and name, of all that is wrong.
    """
    tables, text = read_user_file(file)
    found, problems = [], []
    for name, table in tables.items():
        faults = list(_faults(name, table))
        for place, told in faults:
            at = line_of(text, (name, *place))
            message = _("{file}:{line}: context {name}: {reason}").format(
                file=clean(file), line=at, name=clean(name, 60), reason=told
            )
            problems.append(Problem(message, _("docs/console.md describes the file")))
        if not faults and isinstance(table, dict):
            found.append(_context(name, table))
    if problems:
        raise SettingsError(problems)
    return tuple(found)


def context_named(name: str, contexts: tuple[Context, ...], file: Path) -> Context:
    """Return a context by its name. Errors: UsageError naming those there are."""
    for one in contexts:
        if one.name == name:
            return one
    if not contexts:
        raise UsageError(
            _("there are no contexts"),
            hint=_("{file} names them, a table for each: [staging]").format(file=clean(file)),
        )
    raise UsageError(
        _("there is no context {name}").format(name=clean(name, 60)),
        hint=_("give one of {names}").format(names=", ".join(one.name for one in contexts)),
    )


def _faults(name: str, table: object) -> list[tuple[tuple[str, ...], str]]:
    """Return what is wrong with one entry: where inside it, and what."""
    if not _NAME.fullmatch(name):
        return [((), _("a name has up to 40 letters, digits, dots, _ and -"))]
    if not isinstance(table, dict):
        return [((), _("is not a table"))]
    found: list[tuple[tuple[str, ...], str]] = [
        (
            (key,),
            _("{key} is not known; use {keys}").format(key=clean(key, 60), keys=", ".join(_KEYS)),
        )
        for key in table
        if key not in _KEYS
    ]
    for key in _KEYS:
        value = table.get(key)
        if value is None:
            if key == "data_dir":
                found.append(((), _("data_dir is missing")))
        elif not isinstance(value, str) or not value.strip():
            found.append(((key,), _("{key} is not a text").format(key=key)))
        elif not Path(value).expanduser().is_absolute() and not _bare(key, value):
            found.append(((key,), _("{key} is not a whole path").format(key=key)))
    return found


def _bare(key: str, value: str) -> bool:
    """Whether a pipeline is named as one that is built in."""
    return key == "pipeline" and "/" not in value


def _context(name: str, table: Mapping[str, str]) -> Context:
    def path(key: str) -> Path | None:
        return Path(table[key]).expanduser() if key in table else None

    data = Path(table["data_dir"]).expanduser()
    beside = data.parent / ".env"
    pipeline = table.get("pipeline")
    if pipeline is not None and not _bare("pipeline", pipeline):
        pipeline = str(Path(pipeline).expanduser())
    return Context(
        name,
        data,
        path("env_file") or (beside if beside.exists() else None),
        pipeline,
        path("reports_dir") or data.parent / "reports",
    )
