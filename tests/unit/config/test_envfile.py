"""The `.env` file itself: syntax, encoding, places, references."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.envfile import MAX_BYTES, EnvFile, read_env_file
from core.config.errors import SettingsError


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


@pytest.mark.parametrize("before", ["", "\n\n# why\n", "A=1\r\n"])
@pytest.mark.parametrize("name", ["P", "export P", "'P'", "export\tP "])
def test_single_quotes_keep_a_value_as_it_is(file, before, name):
    (entry,) = read(
        file, f"{before}{name} = ' p${{HOME}}${{X:-y}}#\\'$ ' # end\n", HOME="h"
    ).entries[-1:]
    assert (entry.key, entry.value, entry.undefined) == ("P", " p${HOME}${X:-y}#'$ ", ())
    assert entry.quoted


def test_double_quotes_and_bare_values_refer(file):
    found = read(file, "A=\"${HOME}/'x'\"\nB=${HOME}'${HOME}'\n", HOME="h")
    assert [entry.value for entry in found.entries] == ["h/'x'", "h'h'"]


def test_lines_that_are_hardly_meant_are_warned_about_with_their_place_and_not_shown(file):
    text = (
        "A=1\nhunter2\nB=\u201chunter2\u201d\n\u2018C\u2019=hunter2\nD='\u201c'\nE=don\u2019t\nA\n"
    )
    found = read(file, text)
    assert [warning.split(": ")[0] for warning in found.warnings] == [
        f"{file}:{line}" for line in (2, 3, 4, 7)
    ]
    assert "no =" in found.warnings[0]
    assert "curly" in found.warnings[1]
    assert "hunter2" not in "".join(found.warnings)
    # A line that sets nothing takes nothing away either.
    assert [entry.value for entry in found.entries if entry.key == "A"] == ["1"]


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
