"""What checks, the doctor and errors advise can be done: here by a key, outside by a command."""

import ast
import re
from pathlib import Path

import pytest
from textual.binding import Binding

from core import remedies
from core.cli.parsing import parse
from core.doctor.model import fail
from core.errors import WarehouseError
from core.remedies import MERGE, REMEDIES, SET_UP, Remedy, outside
from core.validation.model import CheckResult, Status
from tests.support.moments import NOW, frame
from tui.keys import CONSOLE_KEYS
from tui.screens.arrangement import ALL
from tui.views.check_details import check_details
from tui.views.doctor import finding_details
from tui.views.frame import ActionKey
from tui.views.remedies import keys_of

CORE = Path(remedies.__file__).parent
ADVISING = (*(CORE / "validation").rglob("*.py"), *(CORE / "doctor").rglob("*.py"))
BOUND = {
    entry.id
    for entry in (*CONSOLE_KEYS, *(one for pane in ALL for one in pane.BINDINGS))
    if isinstance(entry, Binding)
}


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.action)
def test_its_action_has_a_key_and_its_command_is_one(remedy: Remedy) -> None:
    assert remedy.action in BOUND
    program, run, job, *options = remedy.command.split()
    assert (program, run) == ("dropship", "--run")
    parse(job, ["--run", job, *options])


def test_every_remedy_that_core_names_is_among_them() -> None:
    """So that the test before walks every hint there is."""
    named = set()
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "core.remedies":
                named |= {one.name for one in node.names if one.name.isupper()}
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            assert called != "Remedy" or file.name == "remedies.py", file
    known = {name for name, value in vars(remedies).items() if isinstance(value, Remedy)}
    assert {getattr(remedies, name) for name in known} == set(REMEDIES)
    assert named >= {"MERGE", "LOAD", "SET_UP", "CONSUME", "REPLAY", "REPAIR", "EXAMINE"}


@pytest.mark.parametrize("file", ADVISING, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_check_names_a_command_in_its_words(file: Path) -> None:
    """A command in words would be all that the console has to say."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [text for text in texts if re.search(r"`[^`]*--run ", text)] == []


def bound(action: str) -> ActionKey | None:
    return ActionKey("7 m", "merge now") if action == MERGE.action else None


def test_the_console_names_the_key_and_others_the_command() -> None:
    check = CheckResult.of("counts", Status.WARN, "12 events wait", remedies=(MERGE,))
    here = frame(78, 20, key_of=bound)
    assert keys_of(check.remedies, here) == "7 m merge now"
    assert keys_of(check.remedies, here, whole=False) == "7 m"
    shown = "\n".join(entry.text for entry in check_details(check, here, NOW))
    assert "here: 7 m merge now" in shown
    assert "without the console: `dropship --run transform`" in shown
    assert check.message == "12 events wait"
    assert check.with_hint == "12 events wait; run `dropship --run transform`"
    assert check.as_json()["hint"] == "run `dropship --run transform`"


def test_what_no_key_does_is_told_by_its_command_and_words() -> None:
    found = fail("tables", "tables missing: orders", "it creates them \x1b[31m", (SET_UP,))
    assert found.hint == outside((SET_UP,), found.advice)
    shown = "\n".join(entry.text for entry in finding_details(found, frame(78, 20)))
    assert "here:" not in shown
    assert "without the console: `dropship --run setup`" in shown
    assert "it creates them" in shown
    assert "\x1b" not in shown


def test_an_error_carries_its_remedies_and_tells_their_commands() -> None:
    error = WarehouseError("no such table", hint="look first", remedies=(SET_UP,))
    assert error.hint == "run `dropship --run setup`; look first"
    assert (error.advice, error.remedies) == ("look first", (SET_UP,))
