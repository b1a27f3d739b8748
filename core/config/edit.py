"""Changes a file of settings: the lines of some, and nothing else of it.

Comments, order and line ends stay. What is written is read again before it counts, so that it says
what was asked for and every other setting says what it said.
"""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from core.config.envfile import decoded, parse_env_file, read_bytes
from core.errors import ConfigError
from core.files import cannot_write, replace_file
from core.text import _, clean

LONGEST = 4_000
"""Characters of a value."""
PRIVATE = 0o600
"""The mode of a new file."""

_PLAIN = re.compile(r"[A-Za-z0-9_./:,@%+=-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
# As python-dotenv reads a line: up to where the value begins, the value, what follows it.
_BEFORE = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*=[^\S\r\n]*")
_QUOTED = re.compile(r"'(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"")
_REMARK = re.compile(r"[^\S\r\n]+#[^\r\n]*")
_END = re.compile(r"\r?\n\Z|\r\Z")


def unusable(name: str, value: str) -> str:
    """Return why a value cannot stand in a file; empty when it can. The value is not told."""
    if not _NAME.fullmatch(name):
        return _("{name} is not the name of a setting").format(name=clean(name, 80))
    if len(value) > LONGEST:
        return _("more than {count} characters").format(count=LONGEST)
    if _CONTROL.search(value):
        return _("a value is one line without control characters")
    return ""


def edited(text: str, changes: Mapping[str, str]) -> str:
    """Return the text of a file with other values; an empty one takes a setting out.

    Errors: ConfigError for a value that a file cannot hold.
    """
    for name, value in changes.items():
        if why := unusable(name, value):
            raise ConfigError(_("{setting}: {reason}").format(setting=clean(name, 80), reason=why))
    end = "\r\n" if "\r\n" in text else "\n"
    for name, value in changes.items():
        bindings = list(parse_stream(io.StringIO(text, newline="")))
        text = "".join(_lines(bindings, name, value, end))
    return text


def _lines(bindings: list[Binding], name: str, value: str, end: str) -> Iterator[str]:
    """Yield the text anew, with one setting changed."""
    places = [at for at, one in enumerate(bindings) if one.key == name and not one.error]
    last = places[-1] if places else _proposed(bindings, name)
    for at, binding in enumerate(bindings):
        text = binding.original.string
        if at in places and not value:
            yield _without(text)
        elif at in places and at == last:
            yield _with(text, value)
        else:
            yield text
        if at == last and not places and value:
            yield _assignment(text, name, value, end)
    if last is None and value:
        yield _assignment(bindings[-1].original.string if bindings else end, name, value, end)


def _proposed(bindings: list[Binding], name: str) -> int | None:
    """Return the last comment that holds the setting, as an example file has them."""
    wanted = re.compile(rf"\s*#\s*(?:export\s+)?{name}\s*=")
    found = [
        at
        for at, one in enumerate(bindings)
        if one.key is None and wanted.match(one.original.string)
    ]
    return found[-1] if found else None


def _assignment(before: str, name: str, value: str, end: str) -> str:
    """Return a line of its own. before: what stands in front of it."""
    gap = "" if not before or _END.search(before) else end
    return f"{gap}{name}={_written(value)}{end}"


def _parts(text: str) -> tuple[str, str, str]:
    """Return what stands before a value, the remark behind it, and the end of the line."""
    end = _END.search(text)
    body = text[: end.start()] if end else text
    before = _BEFORE.match(body)
    start = before.end() if before else len(body)
    quoted = _QUOTED.match(body, start)
    remark = _REMARK.search(body, quoted.end() if quoted else start)
    return body[:start], remark[0] if remark else "", end[0] if end else ""


def _with(text: str, value: str) -> str:
    before, remark, end = _parts(text)
    return before + _written(value) + remark + end


def _without(text: str) -> str:
    """Return what is left of an assignment that goes: the blank lines before it and its remark."""
    before, remark, end = _parts(text)
    blanks = before[: len(before) - len(before.lstrip())]
    return blanks + (remark.strip() + end if remark else "")


def _written(value: str) -> str:
    """Return a value as a line holds it: between single quotes nothing has a meaning."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def text_of(path: Path) -> str:
    """Return the text of a file of settings, nothing for one that is not there.

    Errors: SettingsError.
    """
    try:
        data, _exposed = read_bytes(path)
    except FileNotFoundError:
        return ""
    return decoded(path, data)


def checked_edit(path: Path, text: str, changes: Mapping[str, str]) -> str:
    """Return the text of a file with changes, read again. Errors: ConfigError."""
    new = edited(text, changes)

    def said(content: str) -> dict[str, str]:
        return {one.key: one.value for one in parse_env_file(path, content, {}).entries}

    before, after = said(text), said(new)
    others = {name: value for name, value in before.items() if name not in changes}
    wanted = {name: value for name, value in changes.items() if value}
    if {name: after[name] for name in others if name in after} != others or any(
        after.get(name) != value for name, value in wanted.items()
    ):
        raise ConfigError(
            _("{file}: cannot be changed without touching other lines").format(file=clean(path)),
            hint=_("change it in an editor"),
        )
    return new


def write_env_file(path: Path, text: str) -> None:
    """Write a file of settings whole, with the mode it had; a link stays one.

    Errors: StorageError.
    """
    file = path.resolve()
    hint = _("make its folder writable, or change the file in an editor")
    with cannot_write(path, hint):
        mode = file.stat().st_mode & 0o777 if file.exists() else PRIVATE
        replace_file(file, text.encode(), mode=mode)
