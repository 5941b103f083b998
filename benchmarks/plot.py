"""A plain bar chart as SVG text: readable in both themes, without a library."""

from collections.abc import Mapping
from html import escape
from typing import Final

_LEFT, _WIDTH, _BAR, _GAP = 170, 720, 16, 14
_COLOURS: Final = ("#b3261e", "#8a8f98", "#2f6f8f", "#a07a1f")


def bars(title: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Draw group after group, in each one bar per side, and its value behind it."""
    sides = list(dict.fromkeys(side for group in groups.values() for side in group))
    most = max((value for group in groups.values() for value in group.values()), default=1.0)
    body, top = [], 56
    for name, group in groups.items():
        middle = top + len(group) * _BAR / 2 + 4
        body.append(f'<text x="{_LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>')
        for side, value in group.items():
            length = (_WIDTH - _LEFT - 70) * value / most
            body.append(
                f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR - 3}" fill="{_COLOURS[sides.index(side)]}"/>'
                f'<text x="{_LEFT + length + 6:.1f}" y="{top + _BAR - 5}">{value:,.0f}</text>'
            )
            top += _BAR
        top += _GAP
    key = "".join(
        f'<rect x="{_LEFT + 110 * place}" y="32" width="12" height="12" fill="{_COLOURS[place]}"/>'
        f'<text x="{_LEFT + 110 * place + 18}" y="42">{escape(side)}</text>'
        for place, side in enumerate(sides)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" role="img" '
        f'aria-label="{escape(title)}"><style>text{{font:12px system-ui,sans-serif;fill:#667}}</style>'
        f'<text x="{_LEFT}" y="20" font-weight="bold">{escape(title)}</text>{key}{"".join(body)}</svg>\n'
    )
