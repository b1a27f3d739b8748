"""Reads a `.env` file: every fault of the file itself becomes one line with its place.

python-dotenv knows the syntax; here are the bounds, the encoding, the line numbers, the rule that
`${NAME}` must be defined, and that nothing is put in between single quotes: as in a shell they keep
a value as it is, a password with `${` for instance. Nothing is written to the process environment.
"""

import io
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import Literal, Variable, parse_variables

from core.config.errors import Problem, SettingsError
from core.text import _, clean
from core.text.os_errors import os_reason

MAX_BYTES = 1_000_000
_NAME = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")
# Up to where the value begins, as python-dotenv reads a line.
_QUOTE = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*=[^\S\r\n]*(['\"])")
_CURLY = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True)
class EnvEntry:
    """One assignment. line: 1-based. undefined: names in `${...}` that nothing defines.

    quoted: the value stands in straight quotes, so spaces at its ends are meant.
    """

    key: str
    value: str
    line: int
    undefined: tuple[str, ...] = ()
    quoted: bool = False


@dataclass(frozen=True)
class EnvFile:
    """The assignments of a file, in order. exposed: others than the owner may read it.

    problems: one a line that breaks the syntax; the other lines count. warnings: lines that are
    good syntax and hardly what was meant.
    """

    path: Path
    entries: tuple[EnvEntry, ...]
    exposed: bool
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def read_env_file(path: Path, environ: Mapping[str, str]) -> EnvFile:
    """Read a `.env` file; `${NAME}` is looked up in earlier lines, then in `environ`.

    Between single quotes it stands for itself.

    Errors: SettingsError when the file cannot be read or is not UTF-8; FileNotFoundError is left to
    the caller, who knows whether that matters.
    """
    data, exposed = read_bytes(path)
    return parse_env_file(path, decoded(path, data), environ, exposed=exposed)


def parse_env_file(
    path: Path, text: str, environ: Mapping[str, str], *, exposed: bool = False
) -> EnvFile:
    """Return what a text says that stands in a file, or is about to. See `read_env_file`."""
    bindings = list(parse_stream(io.StringIO(text, newline="")))
    problems = tuple(_malformed(path, binding) for binding in bindings if binding.error)
    doubtful = tuple(_doubtful(path, bindings))
    return EnvFile(path, tuple(_resolved(bindings, environ)), exposed, problems, doubtful)


def _doubtful(path: Path, bindings: list[Binding]) -> Iterator[str]:
    """Yield a warning for each line without `=` or with quotes that are none to any program.

    The line itself is not shown: it may be a secret.
    """
    for binding in bindings:
        if binding.key is None or binding.error:
            continue
        if binding.value is None:
            told = _("{file}:{line}: this line has no = and sets nothing")
        elif _curly(binding.key) or (not _quote(binding) and _curly(binding.value)):
            told = _("{file}:{line}: curly quotes are part of the text; use straight ones, ' or \"")
        else:
            continue
        yield told.format(file=clean(path), line=_line(binding))


def _curly(text: str) -> bool:
    """Return whether a text begins or ends with a quotation mark of a word processor."""
    return bool(text) and (text[0] in _CURLY or text[-1] in _CURLY)


def _quote(binding: Binding) -> str:
    """Return the straight quote that a value stands in, or nothing."""
    found = _QUOTE.match(binding.original.string)
    return found[1] if found else ""


def _malformed(path: Path, binding: Binding) -> Problem:
    """Return the problem of a line without a meaning, with the name that it seems to set."""
    name = _NAME.match(binding.original.string)
    return Problem(
        _("{file}:{line}: this is not NAME=value").format(file=clean(path), line=_line(binding)),
        _("comment the line out with #, or close the quotes"),
        name[1] if name else "",
    )


def read_bytes(path: Path) -> tuple[bytes, bool]:
    """Return the content and whether others may read it; a named pipe is fine too.

    Errors: as `read_env_file`.
    """
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except IsADirectoryError as error:
        raise SettingsError(
            [
                Problem(
                    _("{file}: is a directory, not a file of settings").format(file=clean(path)),
                    _("name a file with --env-file"),
                )
            ]
        ) from error
    except OSError as error:
        raise SettingsError(
            [
                Problem(
                    _("{file}: cannot be read: {reason}").format(
                        file=clean(path), reason=os_reason(error)
                    ),
                    _("make it readable for you, or name another file with --env-file"),
                )
            ]
        ) from error
    if len(data) > MAX_BYTES:
        raise SettingsError(
            [Problem(_("{file}: is too large for a file of settings").format(file=clean(path)))]
        )
    return data, stat.S_ISREG(mode) and bool(mode & _OTHERS_READ)


def decoded(path: Path, data: bytes) -> str:
    """Return the text. Errors: SettingsError with the line that is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise SettingsError([_not_text(path, at)]) from error
    if "\x00" in text:
        raise SettingsError([_not_text(path, text.count("\n", 0, text.index("\x00")) + 1)])
    return text


def _not_text(path: Path, line: int) -> Problem:
    return Problem(
        _("{file}:{line}: is not UTF-8 text").format(file=clean(path), line=line),
        _("save the file as UTF-8"),
    )


def _line(binding: Binding) -> int:
    """Return the line an assignment begins on: python-dotenv counts from the blanks before it."""
    text = binding.original.string
    blanks = text[: len(text) - len(text.lstrip())]
    return int(binding.original.line) + len(blanks.splitlines())


def _resolved(bindings: list[Binding], environ: Mapping[str, str]) -> list[EnvEntry]:
    """Return the assignments, `${NAME}` and `${NAME:-default}` put in but in single quotes."""
    known: dict[str, str | None] = dict(environ)
    entries = []
    for binding in bindings:
        if binding.key is None or binding.value is None:
            continue
        quote = _quote(binding)
        literal = quote == "'"
        atoms = [Literal(binding.value)] if literal else list(parse_variables(binding.value))
        undefined = tuple(
            atom.name
            for atom in atoms
            if isinstance(atom, Variable) and atom.default is None and atom.name not in known
        )
        value = "".join(atom.resolve(known) for atom in atoms)
        known[binding.key] = value
        entries.append(EnvEntry(binding.key, value, _line(binding), undefined, bool(quote)))
    return entries
