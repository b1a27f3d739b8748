"""The person's own editor, run for real: what it writes is taken, what fails is told."""

import os
import stat
from pathlib import Path

import pytest

from core.errors import InputError
from tui.external_editor import edited_outside


def editor(tmp_path: Path, script: str) -> dict[str, str]:
    """Return an environment with an editor that is a shell script; $1 is the file."""
    file = tmp_path / "my editor"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return {**os.environ, "VISUAL": "", "EDITOR": f"'{file}' --wait"}


def test_what_the_editor_writes_is_taken_and_its_file_is_gone(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = f'ls -l "$2" | cut -c1-10 > {seen}; echo "$2" >> {seen}; echo changed >> "$2"'
    assert edited_outside("begin\n", 100, editor(tmp_path, script)) == "begin\nchanged\n"
    mode, name = seen.read_text().split()
    assert mode == stat.filemode(stat.S_IFREG | 0o600)
    assert not Path(name).exists()


def test_a_line_break_of_the_editor_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert edited_outside("a", 100, editor(tmp_path, "printf 'é\\377\\n' > $2")) == "é\\xff"


@pytest.mark.parametrize(
    ("script", "told"), [("exit 3", "ended with 3"), ("printf 12345678901 > $2", "too large")]
)
def test_what_fails_changes_nothing_and_is_told(tmp_path: Path, script: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        edited_outside("a", 10, editor(tmp_path, script))


def test_an_editor_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot run no-such-editor") as told:
        edited_outside("a", 10, {**os.environ, "VISUAL": "no-such-editor"})
    assert "EDITOR" in told.value.hint
