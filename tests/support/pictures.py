"""Makes pictures of a screen smaller without a change of what they show."""

import re

TYPED = "type:"
"""Before a text that is typed at once, in the place of a key."""
_RECT = re.compile(
    r'<rect fill="(?P<fill>[^"]*)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" width="(?P<width>[\d.]+)"'
    r' height="(?P<height>[\d.]+)" shape-rendering="crispEdges"/>'
)
_ROWS = re.compile(rf"(?:{re.sub(r'[?]P<[a-z]+>', '?:', _RECT.pattern)})+")


def shrunk(svg: str) -> str:
    """Return a picture in which neighbouring cells of one colour share a rectangle."""
    return _ROWS.sub(lambda found: _joined(found.group()), svg)


def _joined(rects: str) -> str:
    joined: list[dict[str, str]] = []
    for found in _RECT.finditer(rects):
        rect = found.groupdict()
        last = joined[-1] if joined else None
        if last is not None and _adjoins(last, rect):
            last["width"] = _number(float(last["width"]) + float(rect["width"]))
        else:
            joined.append(rect)
    return "".join(
        f'<rect fill="{rect["fill"]}" x="{rect["x"]}" y="{rect["y"]}" width="{rect["width"]}"'
        f' height="{rect["height"]}" shape-rendering="crispEdges"/>'
        for rect in joined
    )


def _adjoins(left: dict[str, str], right: dict[str, str]) -> bool:
    same = all(left[name] == right[name] for name in ("fill", "y", "height"))
    end = float(left["x"]) + float(left["width"])
    return same and abs(end - float(right["x"])) < 0.05


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
