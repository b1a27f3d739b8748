"""Runs mutants: one forked child each, several at once, each against the tests that reach it."""

import ctypes
import gc
import importlib
import os
import pickle
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.mutations import child_process
from tests.mutations.mutants import Mutant
from tests.mutations.plan import ROOT

_COPIED = ("core", "tui", "sql", "tests", "docs", "pyproject.toml", "README.md", ".env.example")
_OURS = ("core", "tui", "sql", "tests", "conftest")
_LEAST_TIMEOUT_S = 15.0
_SLOWER = 6.0
"""A child may take so many times what its tests took unmutated: the machine may be busy."""
_TICK_S = 0.01
_WITH_THE_PARENT = 1  # PR_SET_PDEATHSIG


Tests = tuple[str, ...]


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNREACHED = "no test reaches it"


@dataclass
class Reach:
    """The tests of one file: how long each takes, and which lines of the file it runs."""

    tests: dict[str, tuple[float, set[int]]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    code: int = 0

    def order_for(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, the fastest first."""
        lines = set(range(mutant.line, mutant.last + 1))
        chosen = [
            (took, name)
            for name, (took, reached) in self.tests.items()
            if not mutant.last or reached & lines
        ]
        return [name for _took, name in sorted(chosen)]

    def seconds(self, order: Sequence[str]) -> float:
        """Return how long tests took."""
        return sum(self.tests[name][0] for name in order)


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """Yield a copy of what the tests need; whatever they do, the checkout stays as it is."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve()
        unwanted = shutil.ignore_patterns("__pycache__", "__snapshots__")
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=unwanted)
            else:
                shutil.copy2(source, copy / name)
        yield copy


def measure(copy: Path, groups: Mapping[Tests, Sequence[str]], width: int) -> dict[str, Reach]:
    """Run tests once, unmutated; return what they reach of each file.

    groups: the files that the same tests hold. The first group runs alone: what it needs is loaded
    ahead for all later ones.
    """
    waiting = list(groups.items())
    running: dict[int, tuple[Path, Sequence[str]]] = {}
    reaches: dict[str, Reach] = {}
    while waiting or running:
        if waiting and len(running) < (width if reaches else 1):
            tests, files = waiting.pop(0)
            result = copy / f".reach-{len(waiting)}"
            running[_measuring(copy, result, files, tests)] = result, files
            continue
        ended, _status = os.wait()
        result, files = running.pop(ended)
        found = _measured(result, files)
        reaches |= found
        load_ahead({name for reach in found.values() for name in reach.modules})
    return reaches


def _measuring(copy: Path, result: Path, files: Sequence[str], tests: Tests) -> int:
    """Start a child that writes what tests reach of files."""

    def body() -> int:
        plugin = child_process.Reached([copy / file for file in files])
        code = child_process.run_tests(tests, plugin)
        known = {name for name in sys.modules if name.split(".")[0] not in _OURS}
        reaches = {
            file: Reach(
                {
                    name: (took, lines[str(copy / file)])
                    for name, (took, lines) in plugin.tests.items()
                },
                known,
                plugin.failed,
                code,
            )
            for file in files
        }
        result.write_bytes(pickle.dumps(reaches))
        return code

    return _fork(copy, body, result.with_suffix(".log"))


def _measured(result: Path, files: Sequence[str]) -> dict[str, Reach]:
    if not result.exists():
        log = result.with_suffix(".log")
        said = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        return {file: Reach(code=4, failed=[said]) for file in files}
    reaches: dict[str, Reach] = pickle.loads(result.read_bytes())
    return reaches


def load_ahead(modules: set[str]) -> None:
    """Import what the tests will import and is not ours, once, before any fork."""
    for name in sorted(modules):
        if name not in sys.modules and not name.startswith(("_pytest", "pytest", "__")):
            with suppress(Exception):
                importlib.import_module(name)
    gc.collect()
    gc.freeze()


@dataclass
class _Child:
    mutant: Mutant
    until: float


class Pool:
    """Keeps `width` children at work."""

    def __init__(self, copy: Path, width: int, done: Callable[[Mutant, Fate], None]) -> None:
        self._copy = copy
        self._width = width
        self._done = done
        self._children: dict[int, _Child] = {}

    def run(self, mutant: Mutant, reach: Reach) -> None:
        """Start a mutant once there is room; its fate is told when it is known."""
        order = reach.order_for(mutant)
        if not order:
            self._done(mutant, Fate.UNREACHED)
            return
        while len(self._children) >= self._width:
            self._collect()
        copy, files = self._copy, list(dict.fromkeys(name.split("::")[0] for name in order))
        module = mutant.file.removesuffix(".py").replace("/", ".")

        def body() -> int:
            sys.dont_write_bytecode = True
            sys.meta_path.insert(
                0, child_process.MutatedSource(copy / mutant.file, module, mutant.source)
            )
            return child_process.run_tests(files, child_process.Chosen(order), "-x")

        child = _fork(copy, body, Path(os.devnull))
        allowed = max(_LEAST_TIMEOUT_S, _SLOWER * reach.seconds(order))
        self._children[child] = _Child(mutant, monotonic() + allowed)

    def finish(self) -> None:
        """Wait for those that are at work."""
        while self._children:
            self._collect()

    def _collect(self) -> None:
        for pid, child in list(self._children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._children[pid]
                passed = os.waitstatus_to_exitcode(status) in {0, 5}
                self._done(child.mutant, Fate.SURVIVED if passed else Fate.KILLED)
            elif monotonic() > child.until:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                del self._children[pid]
                self._done(child.mutant, Fate.TIMED_OUT)
        sleep(_TICK_S)


def _fork(copy: Path, body: Callable[[], int], log: Path) -> int:
    """Run something in a child, a group of its own, with its output in a file; return its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        with suppress(OSError):
            os.setpgid(child, child)
        return child
    code: Any = 3
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        with suppress(OSError, AttributeError):  # Linux: ends with its parent, however that ends
            ctypes.CDLL(None).prctl(_WITH_THE_PARENT, signal.SIGKILL)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        silence = os.open(os.devnull, os.O_RDONLY)
        os.dup2(silence, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        child_process.prepare(copy)
        code = body()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code))
