"""The fields of a definition as the tree of objects that an event is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from core.pipeline.base import steps
from core.pipeline.fields import EventField


@dataclass(frozen=True)
class Leaf:
    """A field at its place. level: objects around it, the event itself included."""

    path: str
    field: EventField
    level: int

    @property
    def required(self) -> bool:
        """Whether it must be there, and not be null."""
        return self.field.required


@dataclass(frozen=True)
class Branch:
    """An object. path: empty for the event itself. parts: by key, in the definition's order."""

    path: str
    level: int
    parts: dict[str, "Branch | Leaf"] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether something within it must be there."""
        return any(part.required for part in self.parts.values())

    def leaves(self) -> Iterator[Leaf]:
        """Yield the fields within it, in order."""
        for part in self.parts.values():
            if isinstance(part, Leaf):
                yield part
            else:
                yield from part.leaves()

    @property
    def depth(self) -> int:
        """The deepest level of objects."""
        below = (part.depth for part in self.parts.values() if isinstance(part, Branch))
        return max([self.level, *below])


def layout(fields: Mapping[str, EventField]) -> Branch:
    """Return the event that fields describe by their paths; each stands where its path leads."""
    event = Branch("", 1)
    for path, described in fields.items():
        place = steps(path)
        branch = event
        for level, step in enumerate(place[:-1], start=2):
            inner = branch.parts.setdefault(step, Branch(".".join(place[: level - 1]), level))
            branch = cast("Branch", inner)  # a definition lets no field lie within another
        branch.parts[place[-1]] = Leaf(path, described, len(place))
    return event
