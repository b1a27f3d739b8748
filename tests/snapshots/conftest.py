"""Pictures of the console: the real one, over a still moment, in surroundings that never change."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

import tui.app
from core.clock import SystemClock
from core.config import Paths, Settings
from core.config.load import SettingsSource
from core.jobs import seed
from core.jobs.base import JobContext
from core.operations.asking import Asking
from core.operations.snapshot import ControllerSnapshot
from core.pipeline import Pipeline, builtin
from core.seed.spec import SeedResult
from core.text import use_language
from core.validation.history import PastRun
from tests.support.asked_scenes import Stock, stocked
from tests.support.check_scenes import past
from tests.support.console import StillDesk
from tests.support.explorer_scenes import explored
from tests.support.moments import NOW
from tests.support.pictures import TYPED, shrunk
from tests.support.scenes import scene
from tests.tui.conftest import Session
from tui.app import Console
from tui.export import without_fonts
from tui.formats import Formats

_GONE = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_MESSAGES", "TZ")
_GIVEN = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
_MADE = NOW.timestamp() - 180


class Picture(Protocol):
    """Compares a picture with the one that is kept."""

    def __call__(
        self,
        state: str,
        size: tuple[int, int],
        code: str = "en",
        *keys: str,
        ascii_only: bool = False,
        change: Callable[[ControllerSnapshot], ControllerSnapshot] | None = None,
        environ: Mapping[str, str] | None = None,
        pipeline: Pipeline | None = None,
        stock: Stock | None = None,
    ) -> bool:
        """Return whether the console looks as it did. keys: pressed first; stock: what it asks."""


class PosedDesk(StillDesk):
    """A still controller whose warehouse remembers earlier validations."""

    past: Sequence[PastRun] = ()

    def past_validations(self, limit: int) -> list[PastRun]:
        """Return those of the moment."""
        return list(self.past[:limit])


class PicturedConsole(Console):
    """The console, with pictures of half the size."""

    CSS_PATH = str(Path(tui.app.__file__).parent / Console.CSS_PATH)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Return a picture of the screen."""
        return shrunk(without_fonts(super().export_screenshot(title=title, simplify=simplify)))


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SeedResult]:
    """Real seed files in a folder, and what their generation told."""
    folder = tmp_path_factory.mktemp("seeded")
    settings = Settings(paths=Paths(data=folder))
    result = seed.run(JobContext(settings, clock=SystemClock()), seed.Options()).written
    for file in settings.paths.seed.iterdir():
        os.utime(file, (_MADE, _MADE))
    return settings.paths.seed, result


@pytest.fixture(scope="session")
def stock(
    seeded: tuple[Path, SeedResult], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stock]:
    """A topic and a warehouse with the same events each time."""
    with stocked(tmp_path_factory.mktemp("stocked") / "data", seeded[0]) as opened:
        yield opened


@pytest.fixture
def picture(
    snap_compare: Callable[..., bool],
    seeded: tuple[Path, SeedResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Picture]:
    """Take a picture and compare it; paths are relative to an empty folder."""
    for name in _GONE:
        monkeypatch.delenv(name, raising=False)
    for name, value in _GIVEN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    files, result = seeded

    def compare(
        state: str,
        size: tuple[int, int],
        code: str = "en",
        *keys: str,
        ascii_only: bool = False,
        change: Callable[[ControllerSnapshot], ControllerSnapshot] | None = None,
        environ: Mapping[str, str] | None = None,
        pipeline: Pipeline | None = None,
        stock: Stock | None = None,
    ) -> bool:
        for name, value in (environ or {}).items():
            monkeypatch.setenv(name, value)
        use_language(code)
        now = scene(state, result, explored(state))
        settings = Settings(paths=Paths(), pipeline=pipeline or builtin())
        controller = PosedDesk(settings, change(now) if change else now)
        if stock is not None:
            controller.asking = stock.asking()
            controller.configuration.source = SettingsSource(
                env_file=Path(".env"), data_dir=Path("data"), environ={}
            )
        if state != "empty":
            controller.past = past()
            Path("data").mkdir()
            Path("data/seed").symlink_to(files)
        console = PicturedConsole(controller, Formats(code), ascii_only=ascii_only, timer=False)
        try:
            return snap_compare(console, terminal_size=size, run_before=lambda p: _pose(p, keys))
        finally:
            controller.close()

    yield compare
    use_language("en")


async def _pose(pilot: Pilot[int], keys: Sequence[str]) -> None:
    """Press keys, and draw until nothing that was asked for is under way."""
    console = pilot.app
    assert isinstance(console, Console)
    await _settle(pilot)
    for key in keys:
        typed = key.removeprefix(TYPED)
        # Pilot's own way waits for an idle processor, which one that has a broker in it never is.
        Session(console, pilot).type_ahead(*(typed if typed != key else [key]))
        await _settle(pilot)
    for field in (*console.screen.query(Input), *console.screen.query(TextArea)):
        field.cursor_blink = False
    await _settle(pilot)


async def _settle(pilot: Pilot[int]) -> None:
    console = pilot.app
    assert isinstance(console, Console)
    here = Session(console, pilot)
    await here.settle()
    for _round in range(2):
        await pilot.pause(0)
        console.tick()
        await console.workers.wait_for_complete()
    await pilot.pause(0)
    await here.settle()
    while _is_asked(console.controller.asking):
        await pilot.pause(0.01)
    draw = getattr(console.screen, "draw_now", None)
    if draw is not None:
        draw()
        await here.settle()


def _is_asked(asking: Asking) -> bool:
    """Whether an answer is still to come; a live tail never ends, but shows the newest records."""
    latest = [one.latest for one in asking._askers]
    return any(
        one.running and not (one.answered == one.number and getattr(one.result, "live", False))
        for one in latest
    )
