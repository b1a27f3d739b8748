"""Keys of a person's own: `keymap.toml` gives actions other keys, by the ids of their bindings.

It stands beside `contexts.toml`, in the folder of the person. It is proven when the console begins:
Textual takes whatever it is given, and of two actions with one key it lets one do nothing.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, _character_to_key, key_to_character

from core.config.errors import Problem, SettingsError
from core.config.userfiles import read_user_file, user_folder
from core.files import cannot_write, replace_file
from core.pipeline.toml_lines import line_of
from core.text import N_, _, clean
from tui.dialogs.choose import ChooseScreen
from tui.dialogs.edit_letter import EditLetter
from tui.dialogs.form import FormScreen
from tui.dialogs.row_details import RowDetails
from tui.keys import CONSOLE_KEYS
from tui.panes.rows_pane import RowsPane
from tui.screens.arrangement import ALL
from tui.screens.command_line import CommandLine
from tui.screens.desk import DeskScreen
from tui.screens.explore import ExploreScreen
from tui.screens.figures import FiguresScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.offsets import OffsetsScreen
from tui.screens.peek import PeekScreen
from tui.screens.search import SearchScreen
from tui.screens.sql import SqlScreen
from tui.screens.table import TableScreen
from tui.screens.trace import TraceScreen
from tui.widgets.choice import Choice
from tui.widgets.grid import ResultGrid

_SCREENS: tuple[type[DOMNode], ...] = (
    *(DeskScreen, ExploreScreen, PeekScreen, OffsetsScreen, SearchScreen, TraceScreen),
    *(FiguresScreen, RowDetails),
)
_GRIDS: tuple[type[DOMNode], ...] = (TableScreen, SqlScreen)
_DIALOGS: tuple[type[DOMNode], ...] = (EditLetter, CommandLine, ChooseScreen, HelpScreen)
FIXED = frozenset(
    {
        *("form.submit", "form.leave", "letter.leave", "command.close", "choose.close"),
        "help.close",
    }
)
"""Confirm and cancel: a person whose file went wrong still gets out of every dialog."""
_MODIFIERS = {"ctrl", "alt", "shift", "meta", "super", "hyper"}
_NAMED = {key.value for key in Keys} - {Keys.Ignore.value, Keys.Any.value}
_OF_TEXTUAL = {"ctrl+q": "app.quit"}
"""Keys of the library's own that do the same as ours."""
_FIX = N_("give a key such as f5, ctrl+t or x, or remove the line; docs/console.md tells the rest")


def keymap_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file with the keys of the person."""
    return user_folder(environ) / "keymap.toml"


def read_keymap(file: Path) -> dict[str, str]:
    """Return keys by ids of actions, several apart by commas; nothing where there is no file.

    Errors: SettingsError with file, line and id, of all that is wrong.
    """
    tables, text = read_user_file(file)
    keymap: dict[str, str] = {}
    places: dict[str, tuple[str, ...]] = {}
    problems = []

    def refuse(place: tuple[str, ...], reason: str) -> None:
        told = _("{file}:{line}: {id}: {reason}").format(
            file=clean(file),
            line=line_of(text, place),
            id=clean(".".join(place), 60),
            reason=reason,
        )
        problems.append(Problem(told, _(_FIX)))

    for place, value in _entries(tables):
        name = ".".join(place)
        reason = _unknown(name) or _wrong(name, value)
        if reason:
            refuse(place, reason)
        elif _keys(value) != actions()[name].key:
            keymap[name], places[name] = _keys(value), place
    if not problems:
        for name, reason in _clashes(keymap):
            refuse(places[name], reason)
    if problems:
        raise SettingsError(problems)
    return keymap


def rebound(binding: Binding, keymap: Mapping[str, str]) -> Binding:
    """Return a binding with the keys of a person, where there are some for it."""
    keys = keymap.get(binding.id or "")
    return binding if keys is None else replace(binding, key=keys, key_display=None)


@cache
def actions() -> dict[str, Binding]:
    """Return every action that can have another key, by its id: as in help, then of screens."""
    kinds: tuple[type[DOMNode], ...]
    kinds = (MainScreen, *ALL, RowsPane, ResultGrid, *_GRIDS, *_SCREENS)
    kinds += (FormScreen, Choice, *_DIALOGS)
    bound = [one for kind in kinds for base in kind.__mro__ for one in _listed(vars(base))]
    known = (*_listed({"BINDINGS": CONSOLE_KEYS}), *bound)
    return {one.id: one for one in known if one.id and one.id not in FIXED}


def keymap_text(keymap: Mapping[str, str]) -> str:
    """Return a file that names all actions; those that keep their keys stand behind a #."""
    lines = [
        "# " + _("Keys of dropship: remove a # and change what stands behind the =."),
        "# " + _("They take effect when the console is opened the next time."),
    ]
    part = ""
    for name, binding in actions().items():
        head, _dot, _rest = name.partition(".")
        if head != part:
            part = head
            lines.append("")
        sign = "" if name in keymap else "#"
        keys = ",".join(map(_typed, keymap.get(name, binding.key).split(",")))
        lines.append(f'{sign}"{name}" = "{keys}"  # {_(binding.tooltip or binding.description)}')
    return "\n".join(lines) + "\n"


def _typed(key: str) -> str:
    """Return a key as it is typed, where TOML and a list of keys leave that as it is."""
    letter = _letter(key)
    return key if not letter or letter in '," \\' else letter


def _letter(key: str) -> str:
    """Return what a key types; empty for nothing."""
    letter = key_to_character(REPLACED_KEYS.get(key, key)) or ""
    return letter if letter.isprintable() else ""


def write_keymap(file: Path, keymap: Mapping[str, str]) -> bool:
    """Write the file that names all actions, unless there is one. Errors: StorageError."""
    if file.exists():
        return False
    with cannot_write(file, _("name a file in a folder that exists and has room")):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, keymap_text(keymap).encode(), mode=0o600)
    return True


@cache
def _places() -> tuple[tuple[Binding, ...], ...]:
    """Return the actions that can be done at one place each, the inner ones first."""
    everywhere = (*_bound(MainScreen), *_listed({"BINDINGS": CONSOLE_KEYS}))
    panes = tuple((*_bound(kind), *everywhere) for kind in ALL)
    rows = (*_bound(RowsPane), *everywhere)
    screens = tuple(tuple(_bound(kind)) for kind in _SCREENS)
    grids = tuple((*_bound(ResultGrid), *_bound(kind)) for kind in _GRIDS)
    dialogs = tuple(tuple(_bound(kind)) for kind in _DIALOGS)
    form = (*_bound(Choice), *_bound(FormScreen))
    return (everywhere, rows, *panes, *screens, *grids, form, *dialogs)


def _bound(kind: type[DOMNode]) -> Iterator[Binding]:
    """Yield what is bound in a class, its own bindings before those of its bases."""
    seen: set[str] = set()
    for base in kind.__mro__:
        for binding in _listed(vars(base)):
            left = [key for key in binding.key.split(",") if key not in seen]
            seen |= set(left)
            # What a class of ours binds anew is not done by the key of its base any more.
            if left and binding.id:
                yield replace(binding, key=",".join(left))


def _listed(names: Mapping[str, object]) -> list[Binding]:
    """Return what is bound among the names of a class itself."""
    found = names.get("BINDINGS", ())
    return [one for one in found if isinstance(one, Binding)] if isinstance(found, list) else []


def _entries(
    tables: Mapping[str, object], within: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value with its place: ids may be quoted, or written as tables."""
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _entries(value, (*within, name))
        else:
            yield (*within, name), value


def _unknown(name: str) -> str:
    """Return why there is no such action; empty where there is one."""
    if name in actions():
        return ""
    close = difflib.get_close_matches(name, actions(), 1, 0.5)
    if not close:
        return _("there is no such action")
    return _("there is no such action; did you mean {close}?").format(close=close[0])


def _wrong(name: str, value: object) -> str:
    """Return why something is no key, or none for this action; empty where it is one."""
    if not _split(value):
        return _("is not a key, nor a list of keys")
    bound = actions()[name]
    for key in _keys(value).split(","):
        *modifiers, last = key.split("+")
        known = last in _NAMED or bool(_letter(last))
        typed = clean(_typed(key), 40)
        if not (known and set(modifiers) <= _MODIFIERS):
            return _("{key} is not a key").format(key=typed or "-")
        # In a field a letter is typed, whatever else it would do.
        typed_over = bound.priority or name.startswith("form.")
        if typed_over and not _letter(bound.key) and _letter(key):
            return _("{key} is needed to type; give it a function key").format(key=typed)
        if _OF_TEXTUAL.get(key, name) != name:
            return _("{key} does {other} already").format(key=typed, other=_OF_TEXTUAL[key])
    return ""


def _split(value: object) -> list[str]:
    """Return the keys that a value names; none where it names anything else."""
    if isinstance(value, str):
        value = [value] if len(value) == 1 else value.split(",")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return []
    return [one if len(one) == 1 else one.strip() for one in value]


def _keys(value: object) -> str:
    """Return keys by the names that Textual has for them, apart by commas."""
    return ",".join(_character_to_key(one) if len(one) == 1 else one for one in _split(value))


def _clashes(keymap: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each id whose key does something else at the same place, and why."""
    order = list(keymap)
    told: set[str] = set()
    for place in _places():
        holders: dict[str, Binding] = {}
        for binding in place:
            for key in rebound(binding, keymap).key.split(","):
                other = holders.setdefault(key, binding)
                pair = {str(binding.id), str(other.id)}
                moved = sorted(pair & keymap.keys(), key=order.index)
                if len(pair) > 1 and moved and moved[-1] not in told:
                    (rest,) = pair - {moved[-1]}
                    told.add(moved[-1])
                    reason = _("{key} does {other} already")
                    yield moved[-1], reason.format(key=_typed(key), other=rest)
