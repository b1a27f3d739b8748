"""Scenes by the hints that they try: each makes the error, follows the hint, and sees it gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.broker.cluster import Cluster
from core.broker.embedded import start_embedded
from core.clock import SystemClock
from core.config import Paths
from core.errors import DropshipError
from tests.support.bench import Bench, Told
from tests.support.topic import publish

TOPIC = "orders_topic"

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
        name = f"{play.__module__.rpartition('.')[2]}-{play.__name__}"
        assert name not in SCENES, name
        SCENES[name] = Scene(play, hints, slow)
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


@contextmanager
def broker(b: Bench) -> Iterator[Cluster]:
    """Keep an embedded broker up for the jobs of a bench."""
    paths = Paths(data=b.folder / "data", reports=b.folder / "reports")
    opened = start_embedded(paths, TOPIC, clock=SystemClock())
    try:
        yield opened
    finally:
        opened.close()


def send(cluster: Cluster, *values: bytes | None) -> None:
    """Publish records to partition 0."""
    publish(cluster.bootstrap_servers, TOPIC, values, key=b"k", partition=0)
