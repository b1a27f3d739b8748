"""The wall clock of a whole process, set by a test while the process runs.

Python, librdkafka and DuckDB all see it, and their waits behave as they do when the clock of a
machine is set: see `fake_time.c`, which is compiled here and preloaded.
"""

import os
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_suffix(".c")


class FakeTime:
    """A wall clock that is wrong by as many seconds as it is told."""

    def __init__(self, folder: Path) -> None:
        """Compile the library in a folder; skips the test where that is not possible."""
        if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc":
            pytest.skip("bending the clock of a process needs Linux with glibc")
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("bending the clock of a process needs a C compiler (cc)")
        self._library = folder / "fake_time.so"
        self._file = folder / "fake_time"
        options = ("-std=gnu11", "-O2", "-shared", "-fPIC")
        command = [compiler, *options, "-o", str(self._library), str(_SOURCE), "-pthread", "-ldl"]
        made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert made.returncode == 0, made.stderr
        self._file.write_bytes(struct.pack("=q", 0))

    @property
    def env(self) -> dict[str, str]:
        """What a process needs in its environment to see this clock."""
        return {"LD_PRELOAD": str(self._library), "FAKE_TIME_FILE": str(self._file)}

    def jump_to(self, seconds: int) -> None:
        """Make the clock wrong by this many seconds from now on."""
        file = os.open(self._file, os.O_WRONLY)
        try:
            os.pwrite(file, struct.pack("=q", seconds), 0)
        finally:
            os.close(file)
