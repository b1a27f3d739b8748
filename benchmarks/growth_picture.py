"""Draws what an event costs at each size as an SVG picture; no library is needed for that."""

import math
from collections.abc import Mapping

_WIDTH, _HEIGHT = 640, 300
_FONT = 'font-family="sans-serif" font-size="12" fill="#333"'
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 30, 45


def drawn(costs: Mapping[int, float]) -> str:
    """Return a picture of microseconds over the number of events, on a logarithmic scale."""
    sizes = sorted(costs)
    lowest, highest = math.log10(sizes[0]), max(math.log10(sizes[-1]), math.log10(sizes[0]) + 1)
    top = math.ceil(max(costs.values()) / 5) * 5

    def x(size: int) -> float:
        share = (math.log10(size) - lowest) / (highest - lowest)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(cost: float) -> float:
        return _HEIGHT - _BOTTOM - cost / top * (_HEIGHT - _TOP - _BOTTOM)

    lines = [
        f'<line x1="{_LEFT}" y1="{y(cost):.0f}" x2="{_WIDTH - _RIGHT}" y2="{y(cost):.0f}" '
        'stroke="#ddd"/>'
        f'<text x="{_LEFT - 8}" y="{y(cost) + 4:.0f}" text-anchor="end">{cost}</text>'
        for cost in range(0, top + 1, 5)
    ]
    lines += [
        f'<text x="{x(size):.0f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{size:,}</text>'
        f'<circle cx="{x(size):.1f}" cy="{y(costs[size]):.1f}" r="4" fill="#07c"/>'
        f'<text x="{x(size):.0f}" y="{y(costs[size]) - 10:.0f}" text-anchor="middle">'
        f"{costs[size]:.1f}</text>"
        for size in sizes
    ]
    path = " ".join(f"{x(size):.1f},{y(costs[size]):.1f}" for size in sizes)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            f'<text x="{_LEFT}" y="18">processor time an event, microseconds</text>',
            f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">events stored</text>',
            *lines,
            f'<polyline points="{path}" fill="none" stroke="#07c" stroke-width="2"/>',
            "</svg>",
            "",
        ]
    )
