"""What the faults need: the real command in a folder, a port nobody answers on, a tiny disk."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import Dropship, commands


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    """The command in an empty folder."""
    with commands(tmp_path) as command:
        yield command


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path, str], Callable[[str], None]]]:
    """Mount a file system of a given size at a path; what comes back changes the size."""
    mounted: list[Path] = []

    def mount(path: Path, size: str) -> Callable[[str], None]:
        path.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            pytest.skip("only root may mount a small disk")
        try:
            run("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path))
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"this machine does not allow to mount a small disk: {error}")
        mounted.append(path)
        return lambda larger: run("-o", f"remount,size={larger}", str(path))

    def run(*arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, timeout=20)

    yield mount
    for path in mounted:
        subprocess.run(["umount", "--lazy", str(path)], check=True, timeout=20)


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the disk of a folder but for some bytes, by a file that is returned."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65_536))
        except OSError:
            pass
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            pass
    size = ballast.stat().st_size
    os.truncate(ballast, max(size - leave, 0))
    return ballast
