"""What fixes something, as the console tells it: by the key that does it here, then the command."""

from collections.abc import Sequence

from core.remedies import Remedy
from core.text import _, clean
from tui.styled_text import Line, Span, line
from tui.views.frame import Frame, wrap


def keys_of(remedies: Sequence[Remedy], frame: Frame, *, whole: bool = True) -> str:
    """Return the keys of remedies, whole with what they do; empty for none."""
    found = (frame.key_of(remedy.action) for remedy in remedies)
    return ", ".join(
        f"{key.keys} {key.does}" if whole else key.keys for key in found if key is not None
    )


def told(remedies: Sequence[Remedy], advice: str, frame: Frame) -> list[Line]:
    """Return a paragraph: the keys here, the commands outside, then advice in words."""
    keys = keys_of(remedies, frame)
    parts = []
    if keys:
        parts.append(_("here: {keys}").format(keys=keys))
    if remedies:
        commands = ", ".join(f"`{remedy.command}`" for remedy in remedies)
        parts.append(_("without the console: {commands}").format(commands=commands))
    if advice:
        parts.append(clean(advice))
    return [
        line(Span(row, "accent" if part is parts[0] and keys else "dim"))
        for part in parts
        for row in wrap(part, frame.width)
    ]
