"""Files that are there whole or as they were."""

import os
from pathlib import Path

import pytest

from core.errors import StorageError
from core.files import cannot_write, replace_file


def test_a_file_is_replaced_whole_with_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "letters.jsonl"
    replace_file(file, b"first\n")
    replace_file(file, b"second\n", mode=0o600)
    assert file.read_bytes() == b"second\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["letters.jsonl"]


def test_what_cannot_be_finished_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "letters.jsonl"
    replace_file(file, b"first\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(StorageError, match=r"cannot write .*letters.jsonl: No space") as caught,
        cannot_write(file, "make room"),
    ):
        replace_file(file, b"second\n")
    assert caught.value.hint == "make room"
    assert file.read_bytes() == b"first\n"
    assert [each.name for each in tmp_path.iterdir()] == ["letters.jsonl"]


def test_a_link_in_place_of_the_draft_is_not_followed(tmp_path: Path) -> None:
    file, other = tmp_path / "state.json", tmp_path / "other"
    other.write_bytes(b"kept")
    (tmp_path / f".state.json.{os.getpid()}").symlink_to(other)
    with pytest.raises(OSError):
        replace_file(file, b"{}")
    assert other.read_bytes() == b"kept"
    assert not file.exists()
