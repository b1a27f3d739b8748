"""docs/console.md tells what the bindings say: each key, under its pane, in the help's words."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from textual.binding import Binding

from core.alerts.model import RULES
from core.config.thresholds import Thresholds
from tui.keys import CONSOLE_KEYS
from tui.panes.rows_pane import RowsPane
from tui.screens.arrangement import ALL
from tui.screens.main import MainScreen

MANUAL = (Path(__file__).parents[3] / "docs" / "console.md").read_text(encoding="utf-8")
NAMES = {
    "question_mark": "?",
    "colon": ":",
    "comma": ",",
    "semicolon": ";",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "asterisk": "*",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def rows(bindings: Sequence[object]) -> Iterator[tuple[str, str]]:
    """Yield the keys of each binding as the manual writes them, and what they do."""
    for entry in bindings:
        assert isinstance(entry, Binding)
        keys = " ".join(f"`{NAMES.get(key, key)}`" for key in entry.key.split(","))
        yield keys, entry.tooltip or entry.description


def sections() -> dict[str, dict[str, str]]:
    """Return the tables of keys in the manual: what each key does, by heading."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^#+ ", MANUAL, flags=re.MULTILINE)[1:]:
        title, _newline, body = part.partition("\n")
        table = re.search(r"\| key \| does \|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", body)
        if table:
            lines = [line.strip("|").split("|") for line in table[1].splitlines()]
            found[title] = {keys.strip(): does.strip() for keys, does in lines}
    return found


WANTED = {
    "Everywhere": [*MainScreen.BINDINGS, *CONSOLE_KEYS],
    "Lists": RowsPane.BINDINGS,
    **{f"{pane.NUMBER} {pane.TITLE}": pane.BINDINGS for pane in ALL},
}


@pytest.mark.parametrize("title", WANTED)
def test_every_key_of_the_bindings_stands_in_its_table(title: str) -> None:
    assert sections()[title] == dict(rows(WANTED[title]))


def test_every_limit_of_an_alert_is_named_with_its_default() -> None:
    for name, field in Thresholds.model_fields.items():
        if name.startswith("alert_"):
            shown = f"{field.default:g}" if field.default < 1 else f"{field.default:.0f}"
            assert re.search(rf"`DROPSHIP_{name.upper()}`[^|]*{shown}\b", MANUAL), name


def test_every_rule_is_told() -> None:
    for name in RULES.values():
        assert f"| {name} |" in MANUAL, name


def test_its_pictures_are_there_and_small() -> None:
    folder = Path(__file__).parents[3] / "docs"
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", MANUAL)
    assert 1 <= len(pictures) <= 3
    for picture in pictures:
        assert (folder / picture).stat().st_size < 150_000
