"""The Makefile: its targets, what `clean` keeps, and what it says when Python does not fit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TARGETS = [
    "help",
    "install",
    "run",
    "test",
    "test-snapshots",
    "renew-snapshots",
    "check",
    "lint",
    "bench",
    "generate-data",
    "validate",
    "monitor",
    "docker-up",
    "docker-down",
    "all",
    "clean",
]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with our Makefile and the files that its rules look at."""
    shutil.copy(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    return tmp_path


def make(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "PYTHON"))}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env=surroundings | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def python(folder: Path, name: str, body: str) -> str:
    """A program that stands in for an interpreter; `body` is what it does."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return f"./{name}"


def test_every_target_is_listed_by_help(folder):
    listed = {line.split()[0] for line in make(folder, "help").stdout.splitlines()}
    assert set(TARGETS) <= listed


def test_make_alone_lists_the_targets(folder):
    assert make(folder).stdout == make(folder, "help").stdout != ""


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_a_recipe(folder, target):
    planned = make(folder, "--dry-run", target)
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout
    assert "Nothing to be done" not in planned.stdout


def test_clean_removes_seed_data_and_keeps_reports_and_warehouse(folder):
    kept = ["reports/validate_report_1.json", "data/warehouse.duckdb", "data/logs/dropship.log"]
    gone = ["data/seed/orders.csv", "core/__pycache__/x.pyc", ".ruff_cache/x", "build/x"]
    for name in kept + gone + ["tui/x", "sql/x", "tests/x", "benchmarks/x"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert make(folder, "clean").returncode == 0
    assert [name for name in kept if not (folder / name).exists()] == []
    assert [name for name in gone if (folder / name).exists()] == []


def test_clean_works_in_a_fresh_clone(folder):
    for name in ("core", "tui", "sql", "tests", "benchmarks"):
        (folder / name).mkdir()
    assert make(folder, "clean").returncode == 0


def test_reports_go_only_when_asked(folder):
    report = folder / "reports" / "validate_report_1.json"
    report.parent.mkdir()
    report.touch()
    assert make(folder, "clean-reports").returncode == 0
    assert not report.exists()


def test_a_python_that_does_not_fit_is_said_before_anything_is_made(folder):
    old = python(folder, "old", 'test "$1" = --version && echo Python 3.9.2')
    ended = make(folder, "install", PYTHON=old)
    assert ended.returncode != 0
    assert "needs Python 3.11" in ended.stderr
    assert "python3-venv" in ended.stderr
    assert "./old (Python 3.9.2)" in ended.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_absent_is_said(folder):
    ended = make(folder, "install", PYTHON="./nowhere")
    assert ended.returncode != 0
    assert "./nowhere (absent)" in ended.stderr


def test_the_first_python_that_fits_makes_the_environment(folder):
    old = python(folder, "old", "exit 1")
    fits = python(folder, "fits", 'test "$1" = -c || echo "$@" >made')
    make(folder, "install", PYTHON=f"{old} {fits}")
    assert (folder / "made").read_text(encoding="utf-8") == "-m venv --clear .venv\n"
