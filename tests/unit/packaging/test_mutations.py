"""The stage that mutates the code: what it changes, what it leaves alone, and what it covers."""

from pathlib import Path

import pytest

from tests.mutations.mutants import files_of, mutants_of
from tests.mutations.plan import MUTATED, ROOT, held_by, known_survivors

SOURCE = '''
"""Text of the module."""
import os

LIMIT = 10
log = print


class Room:
    """Text."""

    width: int = 3

    def __init__(self, width: int) -> None:
        self._width = width
        self._count = width - 1

    def fits(self, size: int, *, spare: bool = False) -> bool:
        """Text."""
        if size < self._width and not spare:
            log.warning("too large")
            self.add(size)
            return True
        raise ValueError(_("no room for {size}"))
'''
CHANGES = [
    "10 -> 11",
    "3 -> 4",
    "self._count = width - 1 -> pass",
    "width - 1 -> width + 1",
    "1 -> 2",
    "False -> True",
    "size < self._width and (not spare) -> not (size < self._width and (not spare))",
    "size < self._width and (not spare) -> size < self._width or not spare",
    "size < self._width -> size <= self._width",
    "size < self._width -> size >= self._width",
    "not spare -> spare",
    "self.add(size) -> pass",
    "True -> False",
    "raise ValueError(_('no room for {size}')) -> pass",
]


@pytest.fixture
def found(tmp_path: Path):
    (tmp_path / "room.py").write_text(SOURCE, encoding="utf-8")
    return mutants_of(tmp_path, "room.py")


def test_each_small_change_is_made_once_and_texts_are_left_alone(found):
    assert [f"{one.before} -> {one.after}" for one in found] == CHANGES


def test_a_mutant_is_the_source_with_one_change(found):
    for one in found:
        compile(one.source, "room.py", "exec")
        changed = [
            (old, new)
            for old, new in zip(SOURCE.splitlines(), one.source.splitlines(), strict=True)
            if old != new
        ]
        assert len(changed) == 1, one.told


def test_what_no_line_of_a_test_reaches_is_told_apart(found):
    """Read at the import: every test of the file may notice it."""
    assert [one.before for one in found if not one.last] == ["10", "3", "False"]
    assert {one.scope for one in found} == {"", "Room", "Room.__init__", "Room.fits"}


@pytest.mark.parametrize("file", files_of(ROOT, MUTATED))
def test_every_mutated_file_is_held_by_tests_that_are_there(file):
    tests = held_by(file)
    assert tests
    assert all((ROOT / name.split("::")[0]).exists() for name in tests)


def test_every_survivor_that_is_listed_says_why():
    listed = known_survivors()
    assert len({entry.key for entry in listed}) == len(listed)
    assert all(len(entry.why) > 10 for entry in listed)
