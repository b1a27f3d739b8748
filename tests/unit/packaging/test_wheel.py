"""The wheel holds all that the program reads at run time, and works away from the sources."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PACKAGES = ("core", "sql", "tui")


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """A copy of the sources, so that building leaves nothing behind among them."""
    sources = tmp_path_factory.mktemp("sources")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, sources / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources / name)
    return sources


@pytest.fixture(scope="module")
def wanted(sources) -> set[str]:
    """Every file of the packages, listed before anything is built."""
    return {
        file.relative_to(sources).as_posix()
        for package in PACKAGES
        for file in (sources / package).rglob("*")
        if file.is_file()
    }


@pytest.fixture(scope="module")
def wheel(sources, wanted, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ".", cwd=sources)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel) -> Path:
    """A folder with the wheel's content, as an environment would have it."""
    folder = wheel.parent / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_every_file_of_the_packages_is_in_it(wheel, wanted):
    assert {Path(name).suffix for name in wanted} >= {".sql", ".csv", ".toml", ".j2", ".md"}
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_nothing_else_is_in_it(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_it_runs_away_from_the_sources(installed, tmp_path):
    code = "import sys, core; from core.cli.main import entry_point; sys.exit(entry_point())"
    away = {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    where = run(sys.executable, "-c", "import core; print(core.__file__)", cwd=tmp_path, **away)
    assert Path(where.strip()).is_relative_to(installed)
    shown = run(sys.executable, "-c", code, "--run", "setup", "--print", cwd=tmp_path, **away)
    assert "CREATE TABLE" in shown


def test_its_seed_data_are_complete(installed, tmp_path):
    code = "import sys; from core.cli.main import entry_point; sys.exit(entry_point())"
    away = {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    run(sys.executable, "-c", code, "--run", "seed", "--orders", "10", cwd=tmp_path, **away)
    assert (tmp_path / "data" / "seed" / "orders.csv").is_file()


def test_the_command_is_declared(installed):
    (declared,) = installed.glob("*.dist-info/entry_points.txt")
    assert "dropship = tui.entry:command" in declared.read_text(encoding="utf-8")
