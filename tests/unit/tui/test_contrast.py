"""What is written and what is chosen can be told from what lies below it, in every look of ours."""

from collections.abc import Iterator

import pytest
from rich.color import Color
from rich.style import Style
from textual.app import App
from textual.widget import Widget
from textual.widgets import Label

from tests.support.console import piloted, still_console
from tests.support.moments import moment
from tui.dialogs.choose import ChooseScreen
from tui.dialogs.row_details import RowDetails
from tui.screens.explore import ExploreScreen
from tui.themes import CONTRAST, LIGHT, OURS, SIXTEEN, THEMES
from tui.widgets.choice import Choice
from tui.widgets.lines_view import _ROLES, LinesView
from tui.widgets.rows_view import RowsView

XTERM = (
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
)
"""What a terminal without a look of its own makes of the sixteen colours."""
LEAST = {CONTRAST.name: 7.0, SIXTEEN.name: 3.0}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 has it, from 1 to 21."""
    lights = sorted(_luminance(Color.parse(name)) for name in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shown(color: Color | None, default: str) -> str:
    """Return a colour as a terminal shows it."""
    if color is None or color.is_default:
        return default
    return color.get_truecolor().hex if color.number is None else XTERM[color.number]


def drawn(app: App[int]) -> Iterator[tuple[float, str]]:
    """Yield what stands on the screen, each with its contrast; borders too."""
    for strip in app.screen._compositor.render_strips():
        for text, style, _control in strip:
            if style is not None and text.strip():
                over, under = shown(style.color, "#ffffff"), shown(style.bgcolor, "#000000")
                if style.dim:  # of the sixteen colours a terminal makes half of it
                    one, other = (Color.parse(name).get_truecolor() for name in (over, under))
                    over = "#" + "".join(
                        f"{sum(two) // 2:02x}" for two in zip(one, other, strict=True)
                    )
                yield contrast(over, under), text.strip()


def written(widget: Widget) -> Iterator[tuple[str, Style]]:
    """Yield every way in which a widget of ours writes."""
    if isinstance(widget, LinesView):
        for role in _ROLES:
            style = widget.get_component_rich_style(f"lines--{role}")
            yield role, style
            if isinstance(widget, RowsView):
                chosen = widget.get_component_rich_style("rows--cursor", partial=True)
                yield f"{role} of the chosen row", style + chosen
    elif isinstance(widget, Choice):
        for name in ("choice--chosen", "choice--other"):
            yield name, widget.get_component_rich_style(name)
    elif isinstance(widget, Label):
        yield "label", widget.rich_style


@pytest.mark.slow
@pytest.mark.parametrize("look", THEMES)
def test_everything_that_is_written_can_be_read(settings, look):
    @piloted
    async def script():
        app = still_console(settings, moment())
        wrong, seen = set(), 0
        async with app.run_test(size=(120, 36)) as pilot:
            app.use_theme(look)
            for screen in (
                None,
                ExploreScreen(),
                RowDetails("one", lambda _frame: [], app.frame(app.size)),
                ChooseScreen("which?", [("1", "one")]),
            ):
                if screen is not None:
                    app.push_screen(screen)
                await pilot.pause()
                for widget in app.screen.walk_children():
                    for name, style in written(widget):
                        over, under = shown(style.color, "#ffffff"), shown(style.bgcolor, "#000000")
                        seen += 1
                        if contrast(over, under) < LEAST.get(look, 4.5):
                            wrong.add((name, over, under))
                if screen is not None:
                    app.pop_screen()
            app._main.pane("producer").action_options()
            await pilot.pause()
            for choice in app.screen.query(Choice):
                choice.focus()
                await pilot.pause()
                for name, style in written(choice):
                    over, under = shown(style.color, "#ffffff"), shown(style.bgcolor, "#000000")
                    if contrast(over, under) < LEAST.get(look, 4.5):
                        wrong.add((name, over, under))
        assert seen > 30
        assert not wrong

    script()


@pytest.mark.parametrize("look", THEMES)
def test_borders_and_keys_without_effect_can_be_seen(settings, look):
    """3 to 1 for what is no text, as WCAG 1.4.11 has it."""

    @piloted
    async def script():
        app = still_console(settings, moment())
        async with app.run_test(size=(120, 36)) as pilot:
            app.use_theme(look)
            app.tick()
            await pilot.pause()
            app.tick()
            await pilot.pause()
            found = list(drawn(app))
            signs = {sign for _ratio, sign in found}
            assert {"╭", "│", "x stop"} <= signs
            assert not [one for one in found if one[0] < 3]

    script()


@pytest.mark.parametrize("theme", OURS, ids=THEMES)
def test_the_chosen_row_and_a_pane_with_the_keys_stand_out(theme):
    if theme is SIXTEEN:
        assert theme.variables["row-cursor"] != theme.variables["row-cursor-text"]
        return
    colors = {**theme.to_color_system().generate(), **theme.variables}
    least = 3.0 if theme in (LIGHT, CONTRAST) else 1.5
    assert contrast(colors["row-cursor"], colors["background"]) >= least
    assert contrast(colors["row-cursor-text"], colors["row-cursor"]) >= 4.5
    assert contrast(colors["border"], colors["background"]) >= 3
