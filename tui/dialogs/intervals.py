"""How often something is done again: one of a few times, or never by itself."""

from collections.abc import Callable, Sequence

from textual.app import App

from core.text import _
from tui.dialogs.choose import ChooseScreen


def choose_interval(
    app: App[object],
    title: str,
    offered: Sequence[float],
    present: float,
    take: Callable[[float], object],
) -> None:
    """Ask for the seconds between two runs, 0 for none. offered: beside the present one."""
    every = sorted({0.0, present, *offered})
    choices = [(f"{seconds:g}", _told(seconds)) for seconds in every]

    def chosen(value: str | None) -> None:
        if value is not None:
            take(float(value))

    app.push_screen(ChooseScreen(title, choices, f"{present:g}"), chosen)


def _told(seconds: float) -> str:
    return _("every {seconds} s").format(seconds=f"{seconds:g}") if seconds else _("manually")
