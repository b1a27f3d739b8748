"""One command, two front ends: what needs no screen imports nothing of one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tui.arguments import wants_console

ROOT = Path(__file__).parents[3]
_HEAVY = ("textual", "rich", "pandas", "duckdb", "pyarrow", "snowflake", "babel")
_PROBE = (
    "import sys; from tui.entry import main\n"
    "code = main()\n"
    f"found = sorted(name for name in {_HEAVY!r} if name in sys.modules)\n"
    "sys.stderr.write('IMPORTED ' + ','.join(found)); sys.exit(code)"
)


def call(*arguments):
    return subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["--version"], 0), (["--run", "seed", "--help"], 0), (["--run", "x"], 2)],
)
def test_texts_need_no_screen_and_no_engine(arguments, code):
    done = call(*arguments)
    assert done.returncode == code
    assert done.stderr.endswith("IMPORTED ")


def test_a_job_runs_without_the_screens_library(tmp_path):
    done = call("--run", "seed", "--orders", "5", "--data-dir", str(tmp_path), "--json")
    assert done.returncode == 0
    assert '"job"' in done.stdout
    assert "textual" not in done.stderr
    assert "rich" not in done.stderr


def test_the_first_picture_waits_for_no_client_and_no_engine():
    late = (
        "babel",
        "confluent_kafka",
        "duckdb",
        "faker",
        "numpy",
        "pandas",
        "pyarrow",
        "snowflake",
    )
    probe = f"import sys, tui.run; print([name for name in {late!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_help_tells_of_the_console_and_its_options():
    text = call("--help").stdout
    for part in ("Without --run the console opens", "--ascii", "--read-only", "--run JOB"):
        assert part in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["--ascii", "--read-only", "--data-dir", "x", "--lang=fr"], True),
        (["--run", "seed"], False),
        (["--run=seed"], False),
        (["--help"], False),
        (["-h"], False),
        (["--version"], False),
        (["--json"], False),
    ],
)
def test_which_calls_open_the_console(arguments, expected):
    assert wants_console(arguments) is expected


@pytest.mark.slow
def test_a_wrong_option_is_refused_before_the_screen_opens(tmp_path):
    done = call("--nonsense")
    assert done.returncode == 2
    assert "--nonsense: unknown option" in done.stderr
    assert "dropship --help" in done.stderr


def test_json_without_a_job_asks_for_one():
    done = call("--json")
    assert done.returncode == 2
    assert "--run: name a job" in done.stdout
