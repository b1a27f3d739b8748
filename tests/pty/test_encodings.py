"""Terminals that do not speak UTF-8: one line says so and what to set, before anything is drawn."""

import subprocess

import pytest

from tests.support.terminal import Terminal


def environment(folder, kind):
    if kind == "variable":
        return {"PYTHONIOENCODING": "latin-1"}
    name = "fr_FR.ISO-8859-1"
    made = subprocess.run(
        ["localedef", "-i", "fr_FR", "-f", "ISO-8859-1", str(folder / name)],
        check=False,
        capture_output=True,
    )
    if not (folder / name / "LC_CTYPE").exists():
        pytest.skip(f"no such locale can be made here: {made.stderr!r}")
    return {"LOCPATH": str(folder), "LC_ALL": name, "LANG": name}


@pytest.mark.parametrize("options", [(), ("--ascii",)])
@pytest.mark.parametrize("kind", ["variable", "locale"])
@pytest.mark.slow
def test_another_encoding_is_told_in_one_line_and_nothing_is_drawn(tmp_path, kind, options):
    settings = environment(tmp_path, kind)
    with Terminal(tmp_path, "--lang=fr", *options, **settings) as terminal:
        assert terminal.exit_code() == 2
        assert terminal.modes() == terminal.before
        told = bytes(terminal.output).decode("latin-1")
    lines = told.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("dropship: erreur\xa0: ")
    assert "UTF-8" in lines[0]
    assert ("PYTHONIOENCODING" if kind == "variable" else "LC_ALL=C.UTF-8") in lines[1]
    assert "\\u" not in told
    assert "\\x" not in told
    assert "\x1b" not in told
    assert not (tmp_path / "data").exists()
