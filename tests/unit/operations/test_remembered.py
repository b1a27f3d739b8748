"""What a console remembers: typed, bounded, without secrets, whatever becomes of the file."""

import json
from pathlib import Path

import pytest

from core.operations.remembered import MOST_COMMANDS, Memory, Remembered


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "console.json"


def test_everything_is_there_again(file):
    kept = {
        "theme": "textual-light",
        "language": "fr",
        "pane": "alerts",
        "range_s": 3_600,
        "filters": {"logs": "error"},
        "commands": ("rate 500", "every 30"),
        "options": {"producer": {"rate": 5.0, "mode": "stream", "limit": None}},
    }
    Memory(file).remember(**kept)
    assert Memory(file).now == Remembered(**kept)
    assert file.stat().st_mode & 0o777 == 0o600
    Memory(file).remember(pane="logs")
    assert Memory(file).now == Remembered(**(kept | {"pane": "logs"}))


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"theme": 5, "pane": []}', b"null"]
)
def test_a_damaged_file_is_nothing_and_is_replaced(file, damage):
    file.parent.mkdir()
    file.write_bytes(damage)
    memory = Memory(file)
    assert memory.now == Remembered()
    memory.remember(pane="logs")
    assert Memory(file).now.pane == "logs"


def test_a_damaged_part_costs_that_part(file):
    file.parent.mkdir()
    file.write_text('{"theme": "sixteen", "filters": {"logs": 5}, "pane": "kpis", "new": 1}')
    assert Memory(file).now == Remembered(theme="sixteen", pane="kpis")


def test_a_file_of_a_later_version_is_left_alone(file):
    file.parent.mkdir()
    later = '{"version": 2, "theme": {"name": "x"}}'
    file.write_text(later)
    memory = Memory(file)
    memory.remember(theme="sixteen")
    assert memory.now.theme == "sixteen"
    assert file.read_text() == later


def test_commands_are_bounded_and_hold_no_secret(file):
    memory = Memory(file)
    typed = [f"rate {n}" for n in range(2 * MOST_COMMANDS)]
    memory.remember(
        commands=(*typed, "set SNOW_PASSWORD hunter2", "SNOW_PASSWORD hunter2", "set SNOW_PASSWORD")
    )
    kept = json.loads(file.read_text())["commands"]
    assert kept == [*typed, "set SNOW_PASSWORD"][-MOST_COMMANDS:]


def test_what_is_read_is_harmless(file):
    file.parent.mkdir()
    file.write_text(json.dumps({"filters": {"logs": "a\x1b[31m"}, "commands": ["b\u202e" * 900]}))
    now = Memory(file).now
    assert now.filters["logs"] == "a\ufffd[31m"
    assert len(now.commands[0]) == 400
    assert "\u202e" not in now.commands[0]


def test_a_folder_that_cannot_be_written_costs_the_memory_alone(tmp_path):
    (tmp_path / "data").write_text("")
    memory = Memory(tmp_path / "data" / "console.json")
    memory.remember(theme="sixteen")
    assert memory.now.theme == "sixteen"
