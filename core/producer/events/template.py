"""Events as text: JSON objects with a place for the value of each field of a definition."""

import json
from collections.abc import Sequence

from core.pipeline import Definition
from core.pipeline.base import steps

_Tree = dict[str, "str | _Tree"]


class EventTemplate:
    """Puts values into their places. paths: of the fields, in the order of their values.

    stamped: whether the event's time is that of publishing; its place is left open then, and is not
    among the paths.
    """

    def __init__(self, definition: Definition, *, stamped: bool) -> None:
        tree: _Tree = {}
        for path in definition.fields:
            level = tree
            *outer, last = steps(path)
            for step in outer:
                below = level.setdefault(step, {})
                if not isinstance(below, dict):
                    raise TypeError("a definition has no field within another one")
                level = below
            level[last] = path
        self._open = definition.event.time if stamped else None
        self._places = 0
        self.paths: list[str] = []
        self._before, is_open, after = self._text(tree).partition("\0")
        self._after = after if is_open else None

    def _text(self, tree: _Tree) -> str:
        parts = []
        for key, part in tree.items():
            if isinstance(part, dict):
                value = self._text(part)
            elif part == self._open:
                value, self._places = "\0", len(self.paths)
            else:
                self.paths.append(part)
                value = "%s"
            parts.append(json.dumps(key, ensure_ascii=False).replace("%", "%%") + ":" + value)
        return "{" + ",".join(parts) + "}"

    def fill(self, values: Sequence[str]) -> tuple[bytes, bytes | None]:
        """Return an event, and what comes after its time where that is left open."""
        if self._after is None:
            return (self._before % tuple(values)).encode(), None
        head, tail = tuple(values[: self._places]), tuple(values[self._places :])
        return (self._before % head).encode(), (self._after % tail).encode()
