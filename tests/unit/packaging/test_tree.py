"""What must not be in the repository: paths of one machine, package hosts, what programs made."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FORBIDDEN = {
    "a path of one machine": r"(?<![A-Za-z0-9.])/(?:root|home|Users|work)/",
    "a package host": r"https?://(?:[\w.-]*(?:pypi|pythonhosted|artifactory|nexus|devpi)[\w.-]*)",
}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that git knows, and those it would add."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(files, what):
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        if file != Path(__file__) and file.suffix not in {".lock", ".png", ".mo"}
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_generated_files_and_secrets_are_not_kept(files):
    names = {file.relative_to(ROOT).as_posix() for file in files}
    assert not {name for name in names if name.startswith(("data/", "reports/", ".venv/"))}
    assert ".env" not in names


def test_scripts_can_be_run():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
