"""A failed merge on the screen, and threads of the console itself that die."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.config import Settings
from core.errors import ExitCode
from core.operations.backends import Backends
from core.operations.controller import Controller
from core.text import use_language
from core.threads import failures
from core.warehouse.base import Warehouse
from core.workers import RunState
from tests.support.breaking import Bomb, BoomError, BreakingBackends
from tui.panes.consumer import ConsumerPane
from tui.run import told_failures
from tui.signals import SignalHandler

pytestmark = [pytest.mark.threads_fail, pytest.mark.slow]


class _Grumbling(Backends):
    """Back ends that fail when they are closed."""

    def close(self) -> None:
        super().close()
        raise BoomError("boom")


class _Forgetful(Backends):
    """Back ends whose warehouse fails when it is asked for earlier validations."""

    def open_warehouse(self, context: Any) -> bool:
        opened = super().open_warehouse(context)
        inner = self.warehouse

        class Asked:
            def __getattr__(self, name: str) -> Any:
                return getattr(inner, name)

            def rows(self, query: str, *parameters: Any) -> Any:
                if query == "validation_history":
                    raise BoomError("boom")
                assert inner is not None
                return inner.rows(query, *parameters)

        self.warehouse = cast(Warehouse, Asked())
        return opened


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_a_failed_merge_is_seen_everywhere_and_started_again(play, size, caplog):
    async def script(here):
        await here.press("3", "s")
        await here.until(lambda: here.console.controller.snapshot().merge.state is RunState.FAILED)
        await here.until(lambda: "✗ merg" in here.text.splitlines()[0])
        await here.until(lambda: "▲ " in here.text.splitlines()[0])
        assert "the merge failed: internal error: BoomError: boom" in here.text
        assert "[s] starts it again" in here.text
        await here.press("7")
        await here.until(lambda: "✗ merge failed" in here.text)
        await here.press("8")
        await here.until(lambda: "failed: internal error" in here.text)
        await here.press("3", "s")
        await here.until(lambda: here.console.controller.snapshot().merge.state is RunState.RUNNING)
        await here.until(lambda: "● merg" in here.text.splitlines()[0])
        assert "the merge failed" not in here.text

    controller = play(script, size=size, backends=BreakingBackends(Bomb("merge")))
    assert told_failures(controller, ExitCode.OK) == ExitCode.OK
    assert "thread merge failed: boom" in caplog.text


def test_a_reading_of_a_pane_that_dies_is_said(play, caplog):
    async def script(here):
        await here.press("4")
        await here.until(lambda: "past-runs" in [one.thread for one in failures()])
        await here.until(
            lambda: any(one.rule == "threads" for one in here.console.controller.snapshot().alerts)
        )

    play(script, backends=_Forgetful())
    assert "thread past-runs failed: boom" in caplog.text


def test_leaving_ends_the_console_even_when_closing_fails(
    settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("en")
    controller = Controller(settings, backends=_Grumbling())
    left: list[int] = []
    app = SimpleNamespace(exit=left.append, _loop=None)
    ending = SignalHandler(cast(Any, app), controller)
    ending.finished()
    ending._end(15)
    assert "thread ending failed: boom" in caplog.text
    assert told_failures(controller, ExitCode.OK) == ExitCode.INTERNAL
    assert "thread ending failed: boom" in capsys.readouterr().err


def test_a_console_whose_closing_fails_is_left_all_the_same(settings: Settings) -> None:
    from tui.app import Console
    from tui.formats import Formats

    use_language("en")
    controller = Controller(settings, backends=_Grumbling())
    console = Console(controller, Formats("en"), timer=False)

    async def session() -> None:
        async with console.run_test(size=(80, 24)) as pilot:
            console.action_leave()
            while console.is_running and console.return_value is None:
                await pilot.pause(0.02)

    asyncio.run(session())
    assert console.return_value == 0
    assert told_failures(controller, 0) == ExitCode.INTERNAL


def _failing(message: str) -> Any:
    def view(*_given: object) -> None:
        raise BoomError(message)

    return view


def test_a_view_that_fails_takes_only_itself_away(play, monkeypatch):
    """A defect in one pane: it says so in its place, the rest is drawn, and it comes back."""

    async def script(session):
        with monkeypatch.context() as bent:
            bent.setattr(ConsumerPane, "view", _failing("bad \x1b[31mview"))
            await session.until(lambda: "view-consumer" in {one.thread for one in failures()})
            await session.draw()
            assert "cannot be drawn: bad" in session.text
            assert "1 Seed" in session.text
            assert "\x1b" not in session.text
            await session.press("1")
            assert session.console.chosen.NAME == "seed"
        await session.draw()
        assert "cannot be drawn" not in session.text
        assert failures() == ()

    play(script)


def test_a_strip_that_fails_leaves_the_panes(play, monkeypatch):
    async def script(session):
        with monkeypatch.context() as bent:
            bent.setattr("tui.screens.edges.strip", _failing("bad strip"))
            await session.draw()
            assert "cannot be drawn: bad strip" in session.text
            assert "3 Consumer" in session.text
        await session.draw()
        assert failures() == ()

    play(script)
