"""What ended a piece of work: one line that says what and where, and one that says how to fix it.

Snapshots, alerts and the log of a failed worker all say it with these words.
"""

from pathlib import PurePath

from core.errors import DropshipError
from core.text import _, clean

_MOST = 500


def explained(error: BaseException) -> tuple[str, str]:
    """Return message and hint, one harmless line each, of whatever ended a piece of work."""
    if isinstance(error, DropshipError):
        return clean(error.message, _MOST), clean(error.hint, _MOST)
    reason = _("out of memory") if isinstance(error, MemoryError) else clean(error, 200)
    text = _("internal error: {kind}: {reason}").format(kind=type(error).__name__, reason=reason)
    place = _place(error)
    return f"{text} ({place})" if place else text, _("the log has the details")


def _place(error: BaseException) -> str:
    """Return file and line of ours where it happened, empty where that is not known."""
    import traceback  # noqa: PLC0415 - nobody needs it where nothing fails

    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = PurePath(frame.filename).parts
        for folder in ("core", "tui"):
            if folder in parts and "site-packages" not in parts:
                index = len(parts) - 1 - parts[::-1].index(folder)
                return clean(f"{'/'.join(parts[index:])}:{frame.lineno}", 120)
    return ""
