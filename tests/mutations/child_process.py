"""What runs in the child process of one run: pytest, over a mutated module and chosen tests.

The mutated source is given to the import system and never written to a file. Children are forked
from a process that has the heavy libraries and nothing of ours, so one takes a second and not five.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import settings as hypothesis_settings

OPTIONS = (
    "-q",
    "--import-mode=importlib",
    "--strict-markers",
    "--hypothesis-profile=mutations",
    *("-o", "addopts="),
    *("-p", "no:cacheprovider"),
    *("-p", "hypothesispytest"),
    *("-p", "pytest_timeout"),
)
"""Plugins are named: most that are installed cost time and do nothing here."""


def prepare(copy: Path) -> None:
    """Make this process one that runs tests in a copy of the tree."""
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    hypothesis_settings.register_profile(
        "mutations",
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=60,
        phases=[Phase.explicit, Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )


_LOOKS = 500
"""Calls of one function in one test after which its lines are taken to be known."""


class MutatedSource(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Gives one module another source; everything else comes from its file."""

    def __init__(self, file: Path, module: str, source: str) -> None:
        self._file = str(file)
        self._module = module
        self._source = source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        return importlib.util.spec_from_file_location(fullname, self._file, loader=self)

    def get_filename(self, _fullname: str) -> str:
        return self._file

    def get_data(self, _path: str) -> bytes:
        return self._source.encode()

    def source_to_code(self, data: Any, path: Any = "", *, _optimize: int = -1) -> CodeType:
        code: CodeType = compile(data, path, "exec", dont_inherit=True)
        return code

    def get_code(self, _fullname: str) -> CodeType:
        """Return the code, without a look at what is compiled already."""
        return self.source_to_code(self._source.encode(), self._file)


class Chosen:
    """A plugin that runs the chosen tests, the fastest first."""

    def __init__(self, order: Sequence[str]) -> None:
        self._rank = {name: rank for rank, name in enumerate(order)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self._rank]
        items[:] = sorted(kept, key=lambda item: self._rank[item.nodeid])


class Reached:
    """A plugin that notes which lines of some files each test runs, and how long it takes."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = {str(file) for file in files}
        self._lines: dict[str, set[int]] = {}
        self._entered: Counter[CodeType] = Counter()
        self.tests: dict[str, tuple[float, dict[str, set[int]]]] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._lines = {file: set() for file in self._files}
        self._entered.clear()
        threading.settrace(self._trace)
        sys.settrace(self._trace)
        began = monotonic()
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]  # as the library allows
            self.tests[item.nodeid] = (monotonic() - began, self._lines)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def _trace(self, frame: FrameType, _what: str, _value: object) -> Any:
        lines = self._lines.get(frame.f_code.co_filename)
        if lines is None:
            return None
        self._entered[frame.f_code] += 1
        if self._entered[frame.f_code] > _LOOKS:
            return None
        lines.add(frame.f_lineno)

        def within(inner: FrameType, what: str, _value: object) -> Any:
            if what == "line":
                lines.add(inner.f_lineno)
            return within

        return within


def run_tests(files: Sequence[str], plugin: object, *more: str) -> int:
    """Run pytest in this process; return its exit code."""
    return int(pytest.main([*OPTIONS, *more, *files], plugins=[plugin]))
