"""The `.env` file itself: syntax, encoding, places, references."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.envfile import MAX_BYTES, EnvFile, read_env_file
from core.config.problems import SettingsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.env"


def read(file: Path, data: bytes | str, **environ: str) -> EnvFile:
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_env_file(file, environ)


def fault(file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_env_file(file, {})
    return caught.value.message


def test_assignments_keep_their_order_and_lines(file):
    found = read(file, "\ufeff# hello\r\n\r\nA=1\r\nexport B = 'two' # why\n\n\nC=\"x\\ny\"\nD=\n")
    assert [(e.key, e.value, e.line) for e in found.entries] == [
        ("A", "1", 3),
        ("B", "two", 4),
        ("C", "x\ny", 7),
        ("D", "", 8),
    ]


def test_references_look_above_then_into_the_environment(file):
    found = read(file, "A=1\nB=${A}-${HOST}-${NONE:-fallback}\nC=${LATER}\nLATER=1\n", HOST="h")
    values = {entry.key: entry for entry in found.entries}
    assert values["B"].value == "1-h-fallback"
    assert values["B"].undefined == ()
    assert values["C"].undefined == ("LATER",)


def test_each_syntax_error_names_its_line(file):
    file.write_text("A=1\n\nB='open\nC=3\n=4\n")
    found = read_env_file(file, {})
    places = [problem.message.split(":")[1] for problem in found.problems]
    assert "3" in places
    assert "5" in places
    assert [entry.key for entry in found.entries] == ["A", "C"]
    assert found.problems[0].setting == "B"


def test_what_is_not_utf8_names_its_line(file):
    file.write_bytes(b"A=1\nB=caf\xe9\n")
    assert "x.env:2" in fault(file)
    file.write_bytes(b"A=1\nB=2\nC=\x00\n")
    assert "x.env:3" in fault(file)


def test_a_directory_is_refused(tmp_path):
    assert "directory" in fault(tmp_path)


def test_what_cannot_be_opened_is_said(file):
    file.symlink_to(file)
    assert "cannot be read" in fault(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_said(file):
    file.write_text("A=1\n")
    file.chmod(0)
    assert "cannot be read" in fault(file)


def test_an_endless_file_is_refused(file):
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "too large" in fault(file)


def test_hostile_file_names_are_shown_harmless(tmp_path):
    path = tmp_path / "a\x1b[31m\u202e.env"
    path.mkdir()
    message = fault(path)
    assert "\x1b" not in message
    assert "\u202e" not in message


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("env") / "any.env"
    path.write_bytes(data)
    with suppress(SettingsError):
        assert all(entry.line >= 1 for entry in read_env_file(path, {}).entries)
