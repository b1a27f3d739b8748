"""The whole command speaks the language that the option or the locale names."""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli import parsing
from core.cli.joblist import NAMES
from core.text import use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language("en")


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as another program would, with a locale."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "core.cli.main", *arguments],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(Path(parsing.__file__).parents[2]), **environ},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def helps(job: str | None, code: str) -> dict[str, str]:
    """What is said of each option, without its default."""
    use_language(code)
    parser = parsing.main_parser() if job is None else parsing.job_parser(job)
    return {
        action.option_strings[0]: (action.help or "").rpartition(" (")[0] or str(action.help)
        for action in parser._actions
        if action.help != argparse.SUPPRESS
    }


@pytest.mark.parametrize("job", [None, *NAMES])
def test_every_option_is_explained_in_french(job: str | None) -> None:
    english, french = helps(job, "en"), helps(job, "fr")
    assert english.keys() == french.keys()
    same = {name for name in english if english[name] == french[name]}
    assert not same


@pytest.mark.parametrize("job", [None, *NAMES])
def test_the_rest_of_the_help_is_french(job: str | None) -> None:
    use_language("en")
    english = parsing.help_text(job).splitlines()
    use_language("fr")
    french = parsing.help_text(job).splitlines()
    assert not {line for line in english if len(line.split()) > 2 and line in french}
    assert french[0].startswith("usage\u00a0: ")
    assert "défaut\u00a0:" in "".join(french)


@pytest.mark.parametrize("job", [None, *NAMES])
def test_help_keeps_names_in_one_piece(job: str | None) -> None:
    use_language("fr")
    text = parsing.help_text(job)
    assert not re.search(r"<data-\n|--\w+-\n", text)
    assert max(map(len, text.splitlines())) < 120


def test_the_locale_makes_the_help_french(tmp_path: Path) -> None:
    told = run(tmp_path, "--help", LC_ALL="fr_FR.UTF-8")
    assert told.returncode == 0
    assert "tâches\u00a0:" in told.stdout
    assert "jobs:" in run(tmp_path, "--help", LC_ALL="C.UTF-8", LANG="fr_FR.UTF-8").stdout


def test_the_option_makes_errors_french(tmp_path: Path) -> None:
    told = run(tmp_path, "--run", "seed", "--orders", "x", "--lang", "fr", LANG="C.UTF-8")
    assert told.returncode == 2
    assert told.stderr == "dropship: erreur\u00a0: --orders\u00a0: 'x' n’est pas un nombre entier\n"


def test_the_option_outweighs_the_locale_in_json_too(tmp_path: Path) -> None:
    told = run(
        tmp_path, "--run", "seed", "--orders", "x", "--lang", "en", "--json", LC_ALL="fr_FR.UTF-8"
    )
    assert json.loads(told.stdout)["error"]["message"] == "--orders: 'x' is not a whole number"


def test_reasons_of_the_system_are_french_in_json(tmp_path: Path) -> None:
    told = run(tmp_path, "--run", "load", "--input", "absent", "--json", "--lang", "fr", "--quiet")
    error = json.loads(told.stdout)["error"]
    assert error["message"].endswith("absent/customers.csv\u00a0: ce fichier n’existe pas")


def test_french_on_a_terminal_that_cannot_write_it_is_no_error(tmp_path: Path) -> None:
    told = run(tmp_path, "--help", "--lang", "fr", PYTHONIOENCODING="ascii")
    assert told.returncode == 0
    assert "usage" in told.stdout
