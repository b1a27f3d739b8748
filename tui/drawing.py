"""Draws the parts of a screen so that a defect in one of them takes only that one away."""

from collections.abc import Callable
from contextlib import suppress

from core.text import _, clean
from core.threads import forget, report

_REASON = 120


class Drawing:
    """Draws part by part. A part that fails is reported once, until it can be drawn again."""

    def __init__(self) -> None:
        self._broken: set[str] = set()

    def part(
        self, name: str, draw: Callable[[], object], instead: Callable[[str], object] | None = None
    ) -> None:
        """Draw one part.

        name: as log, alerts and exit tell of its failure. instead: shows one line in the place of
        the part, which says that it failed.
        """
        try:
            draw()
        except Exception as error:  # noqa: BLE001 - reported; the other parts are drawn
            if name not in self._broken:
                self._broken.add(name)
                report(name, error)
            if instead is not None:
                reason = clean(error, _REASON) or type(error).__name__
                with suppress(Exception):
                    instead(
                        _("cannot be drawn: {reason} (the log has the details)").format(
                            reason=reason
                        )
                    )
        else:
            if name in self._broken:
                self._broken.discard(name)
                forget(name)
