"""The looks to choose from: dark, light, high contrast, and a terminal's own sixteen colours."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textual.theme import BUILTIN_THEMES, Theme


def _made(base: str, *, variables: Mapping[str, str], **changes: Any) -> Theme:
    """Return a look of Textual's with other colours."""
    theme = BUILTIN_THEMES[base]
    return replace(theme, variables={**theme.variables, **variables}, **changes)


CHOSEN = {
    "row-cursor": "#2D373F",
    "row-cursor-text": "#57A5E2",
    "border-rest": "#6A6A6A",
    "key-rest": "#A0A0A0",
}
"""Colours of our own that style sheets name, as they are on dark ground; border-rest: of what has
not the focus, at 3 to 1 (WCAG 1.4.11); key-rest: of keys without effect, which are dim beside."""

SIXTEEN = _made(
    "ansi-dark",
    name="sixteen",
    accent="ansi_magenta",
    variables={
        "text-primary": "ansi_bright_blue",
        "border-rest": "ansi_default",
        "key-rest": "ansi_default",
        "row-cursor": "ansi_white",
        "row-cursor-text": "ansi_black",
    },
)
"""A look in the terminal's own colours, whose two series differ; plain blue is hardly seen."""

DARK = _made("textual-dark", variables={**CHOSEN, "text-error": "#D98A9C"})
"""Textual's dark look; its chosen row leaves every text on it a contrast of 4.5."""

LIGHT = _made(
    "textual-light",
    variables={
        "text-warning": "#7A4A00",
        "text-accent": "#7A4A00",
        "text-success": "#1C6335",
        "text-muted": "#474747",
        "text-disabled": "#5F5F5F",
        "border-rest": "#777777",
        "key-rest": "#474747",
        "row-cursor": "#004578",
        "row-cursor-text": "#E0E0E0",
    },
)
"""Textual's light look with an amber, a green and a grey that can be read on its grey."""

CONTRAST = _made(
    "textual-dark",
    name="high-contrast",
    primary="#1AEBFF",
    warning="#FFD54A",
    error="#FF8A8A",
    success="#6BFF8F",
    accent="#FFC04D",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#262626",
    variables={
        "text-muted": "#D6D6D6",
        "text-disabled": "#B0B0B0",
        "text-primary": "#6FE3FF",
        "text-warning": "#FFD54A",
        "text-error": "#FF9A9A",
        "text-success": "#7CFF9D",
        "text-accent": "#FFC04D",
        "border-rest": "#8A8A8A",
        "key-rest": "#D6D6D6",
        "row-cursor": "#FFFFFF",
        "row-cursor-text": "#000000",
    },
)
"""Black below, every text at 7 or more to 1."""

OURS = (DARK, LIGHT, CONTRAST, SIXTEEN)

THEMES = tuple(theme.name for theme in OURS)
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
