"""What is written and what is chosen can be told from what lies below it, in every look of ours."""

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tui.themes import LIGHT

LOOKS = {"textual-dark": BUILTIN_THEMES["textual-dark"], "textual-light": LIGHT}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 has it, from 1 to 21."""
    lights = sorted(_luminance(Color.parse(name)) for name in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("ground", ["background", "surface"])
@pytest.mark.parametrize("role", ["text-warning", "text-success", "text-error", "text-accent"])
def test_every_word_in_colour_can_be_read(look: str, ground: str, role: str) -> None:
    theme = LOOKS[look]
    colors = {**theme.to_color_system().generate(), **theme.variables}
    assert contrast(colors[role], colors[ground]) >= 4.5


def test_the_chosen_row_of_the_light_look_stands_out_and_can_be_read() -> None:
    colors = LIGHT.to_color_system().generate()
    assert contrast(colors["primary"], colors["background"]) >= 3
    assert contrast(colors["background"], colors["primary"]) >= 4.5
