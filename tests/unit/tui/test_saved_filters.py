"""Filters that are kept by name, for each list its own."""

from pathlib import Path

import pytest

from core.errors import UsageError
from tui.saved_filters import FILE, SavedFilters


def test_a_filter_is_kept_for_its_list_and_read_by_another_console(tmp_path: Path) -> None:
    SavedFilters(tmp_path).save("events.dead_letters", "mine", " negative 7 ")
    SavedFilters(tmp_path).save("logs", "mine", "ERROR")
    again = SavedFilters(tmp_path)
    assert again.words("events.dead_letters", "mine") == "negative 7"
    assert again.of("logs") == {"mine": "ERROR"}
    with pytest.raises(UsageError, match="saved: mine"):
        again.words("logs", "yours")
    for name, words in (("", "x"), ("x", " ")):
        with pytest.raises(UsageError):
            again.save("logs", name, words)


def test_a_filter_is_forgotten(tmp_path: Path) -> None:
    saved = SavedFilters(tmp_path)
    saved.save("logs", "mine", "ERROR")
    saved.delete("logs", "mine")
    assert saved.of("logs") == {}
    with pytest.raises(UsageError, match="mine"):
        saved.delete("logs", "mine")


@pytest.mark.parametrize("content", ["", "[1]", '{"logs": 5}', "{"])
def test_a_file_that_is_broken_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert SavedFilters(tmp_path).of("logs") == {}


def test_what_stands_in_the_file_cannot_drive_the_terminal(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"logs": {"\\u001b[2J": "\\u001b]0;x\\u0007"}}')
    ((name, words),) = SavedFilters(tmp_path).of("logs").items()
    assert "\x1b" not in name + words
