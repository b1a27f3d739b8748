"""The environment of the fake Snowflake: made once from its lock file, in a cache outside."""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.lock")
_INSTALL_S = 300


class FakeSnowUnavailableError(Exception):
    """Why no fake Snowflake can be started here."""


def fakesnow_python() -> Path:
    """Return the interpreter of that environment. Errors: FakeSnowUnavailableError."""
    name = "fakesnow-" + hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = _cache() / f"{name}-{version}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes make it once
        if not (folder / "complete").exists():
            _make(folder)
    return folder / "bin" / "python"


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "dropship-tests"


def _make(folder: Path) -> None:
    """Make the environment; what was left half made is made anew."""
    venv.create(folder, clear=True, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    command = [*map(str, pip), "install", "--require-hashes", "--requirement", str(LOCK)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_INSTALL_S)
    except subprocess.CalledProcessError as error:
        said = (error.stdout + error.stderr).decode(errors="replace")[-500:]
        raise FakeSnowUnavailableError(f"pip could not install fakesnow: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise FakeSnowUnavailableError(f"pip took more than {_INSTALL_S} s") from error
    (folder / "complete").touch()
