"""The keys of the desk of dead letters, as its last line names them."""

from core.text import _
from tui.styled_text import Span


def letter_keys(width: int, *, taking_back: bool, read_only: bool) -> list[Span]:
    """Return the keys that there is room for. taking_back: the list is of dismissed letters."""
    pairs = [("esc", _("back"))]
    if not read_only:
        if taking_back:
            pairs += [("d", _("take back"))]
        else:
            pairs += [
                ("e", _("edit")),
                ("r", _("replay")),
                ("d", _("dismiss")),
            ]
        pairs += [("space a i", _("mark"))]
    pairs += [("tab", _("reasons")), ("/", _("narrow"))]
    if not read_only and not taking_back:
        pairs += [("R D", _("all that match"))]
    pairs += [("n p", _("page"))]
    pairs += [("v", _("pending ones") if taking_back else _("dismissed ones"))]
    pairs += [("f5", _("refresh"))]
    spans: list[Span] = []
    for key, text in pairs:
        width -= len(key) + len(text) + 3
        if width < 0:
            break
        spans += [Span(key, "accent"), Span(f" {text}  ", "dim")]
    return spans
