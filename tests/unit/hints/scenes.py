"""Scenes by the hints that they try: each makes the error, follows the hint, and sees it gone."""

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import DropshipError
from tests.support.bench import Bench, Told

Play = Callable[[Bench], None]


@dataclass(frozen=True)
class Scene:
    """A scene. hints: those it must be given. slow: takes more than two seconds."""

    play: Play
    hints: tuple[str, ...]
    slow: bool = False


SCENES: dict[str, Scene] = {}


def tries(*hints: str, slow: bool = False) -> Callable[[Play], Play]:
    """Enter a scene under its name."""

    def enter(play: Play) -> Play:
        assert play.__name__ not in SCENES, play.__name__
        SCENES[play.__name__] = Scene(play, hints, slow)
        return play

    return enter


SEED = ("seed", "--customers", "2", "--products", "2", "--orders", "2")
"""A job of some milliseconds, for errors that come before any job."""


def caught(b: Bench, hint: str, call: Callable[[], object]) -> str:
    """Return the hint of an error that no job meets, as it is told; fail without the error."""
    try:
        call()
    except DropshipError as error:
        b.expect(hint, Told(int(error.exit_code), error.message, (error.hint,), {}))
        return error.hint
    raise AssertionError(f"no error that says: {hint}")
