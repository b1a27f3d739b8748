"""docs/pipelines.md: its commands are run as they stand, and do what they say."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/pipelines.md").read_text("utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder where `dropship` and `.venv` are what the document takes for granted."""
    command = tmp_path / "bin" / "dropship"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m core.cli.main "$@"\n')
    command.chmod(0o755)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    yield tmp_path
    announced = tmp_path / "data" / "broker.json"
    if announced.exists():
        os.kill(json.loads(announced.read_text())["pid"], signal.SIGTERM)


def run(folder: Path, script: str) -> str:
    """Run a part of the document; return what it showed."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("DROPSHIP")}
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    with (folder / "shown").open("w+") as shown:  # a pipe would be held by the broker
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env={**own, "PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=shown,
            stderr=shown,
            timeout=100,
            check=False,
        )
        shown.seek(0)
        text = shown.read()
    assert ended.returncode == 0, text
    return text


def asked(folder: Path, job: str) -> dict[str, object]:
    """The JSON result of a job of the pipeline that the document makes."""
    text = run(folder, f"dropship --pipeline readings --run {job} --json --quiet")
    found: dict[str, object] = json.loads(text)
    return found


@pytest.mark.slow
def test_every_command_of_the_tutorial_works(folder: Path) -> None:
    start, publish, init, use, _references = COMMANDS
    run(folder, start)
    run(folder, publish)
    told = run(folder, init)
    assert "3,000 records of readings were looked at" in told
    assert "key: readingId; time: ts" in told
    text = (folder / "readings" / "pipeline.toml").read_text("utf-8")
    assert "# absent in 0, null in " in text
    told = run(folder, use)
    assert "3,000 records: 3,000 stored, 0 dead letters" in told
    assert "3,000 raw events merged: 3,000 inserted, 0 updated, 0 stale, 0 quarantined" in told
    assert asked(folder, "consume --until-caught-up")["consumed"] == 0
    assert asked(folder, "transform")["inserted"] == 0
    again = run(folder, init)
    assert "readings is there and fits; nothing was changed" in again
