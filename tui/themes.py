"""The looks to choose from: dark, light, and one that uses a terminal's own sixteen colours."""

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES

SIXTEEN = replace(BUILTIN_THEMES["ansi-dark"], name="sixteen", accent="ansi_magenta")
"""A look in the terminal's own colours, whose two series differ."""

LIGHT = replace(
    BUILTIN_THEMES["textual-light"],
    variables={
        **BUILTIN_THEMES["textual-light"].variables,
        "text-warning": "#7A4A00",
        "text-accent": "#7A4A00",
        "text-success": "#1C6335",
    },
)
"""Textual's light look with an amber and a green that can be read on its grey."""

THEMES = ("textual-dark", "textual-light", SIXTEEN.name)
"""In the order in which a key goes through them."""

_FEW_COLOURS = {"standard", "windows"}


def first_theme(remembered: str | None, color_system: str | None) -> str:
    """Return the theme to begin with: the remembered one, else what the terminal can show."""
    if remembered in THEMES:
        return remembered
    return SIXTEEN.name if color_system in _FEW_COLOURS else THEMES[0]


def next_theme(present: str) -> str:
    """Return the theme after this one."""
    index = THEMES.index(present) if present in THEMES else -1
    return THEMES[(index + 1) % len(THEMES)]


def color_system(environ: Mapping[str, str]) -> str:
    """Return how many colours the terminal is known to show: truecolor, 256 or standard."""
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "standard"
