"""Runs the command as scripts do: a process of its own, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
STUB_JOBS = Path(__file__).with_name("stub_jobs.py")
_OURS = ("KAFKA_", "SNOW_", "DROPSHIP_", "LOG_LEVEL", "NO_COLOR", "LANG", "LC_")


class Ended:
    """A process that has ended."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out.decode()
        self.err = err.decode()

    @property
    def record(self) -> dict[str, Any]:
        """The one JSON object; fails when stdout holds anything else."""
        assert self.out.endswith("\n"), self.err
        assert self.out.count("\n") == 1
        record = json.loads(self.out)
        assert record["exit_code"] == self.code
        assert record["ok"] is (self.code == 0)
        assert list(record)[:6] == ["job", "ok", "exit_code", "elapsed_s", "backend", "error"]
        assert (record["error"] is None) is record["ok"]
        return record


class Command:
    """Starts `dropship` (or a stand-in job under its frame) in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, stub: str = "", **options: Any) -> subprocess.Popen[bytes]:
        """Start it; stub: the behaviour of the job that takes the place of `broker`."""
        what = [str(STUB_JOBS), stub] if stub else ["-m", "core.cli.main"]
        if script := options.pop("script", ""):
            what = ["-c", script]
        env = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
        env |= {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **options.pop("env", {})}
        process = subprocess.Popen(
            [sys.executable, *what, *arguments],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        self.started.append(process)
        return process

    def __call__(self, *arguments: str, **options: Any) -> Ended:
        """Run it to its end."""
        return self.end(self.start(*arguments, **options))

    @staticmethod
    def end(process: subprocess.Popen[bytes]) -> Ended:
        """Wait for the end of a process."""
        out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out or b"", err or b"")

    @staticmethod
    def ready(process: subprocess.Popen[bytes], word: str = "ready") -> None:
        """Read stderr until a line with the word comes."""
        assert process.stderr is not None
        for line in process.stderr:
            if word in line.decode():
                return
        raise AssertionError(f"ended without {word}")

    @property
    def log(self) -> str:
        """The text of the log."""
        return (self.folder / "data" / "logs" / "dropship.log").read_text(encoding="utf-8")


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Command]:
    """The command, in an empty folder."""
    command = Command(tmp_path)
    yield command
    for process in command.started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def env_file(tmp_path: Path) -> Callable[[str], Path]:
    """Write `.env` of the folder, readable by its owner only."""

    def write(text: str) -> Path:
        path = tmp_path / ".env"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write
