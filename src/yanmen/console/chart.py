"""Traffic by the minute as one inline SVG: no script, no style of its own, a text for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from yanmen.console.desk.overview import MinuteShape
from yanmen.core.clock import iso

WIDTH, HEIGHT = 720, 190
"""Of the drawing, in its own units; the page scales it."""
LEFT, TOP, FOOT = 44, 10, 24
GAP = 2
STACK = ("allow", "redact", "challenge", "block", "failed")
"""From the bottom up."""


def traffic(minutes: Sequence[MinuteShape], label: str) -> Markup:
    """Stacked bars, one a minute, the colours set by class; ``label`` says the same in words."""
    top = ceiling(max((total(one) for one in minutes), default=0))
    plot = HEIGHT - TOP - FOOT
    step = (WIDTH - LEFT) / max(1, len(minutes))
    parts = [_grid(top, plot)]
    for index, one in enumerate(minutes):
        parts.append(_bar(one, LEFT + index * step, step - GAP, top, plot))
    for index in range(0, len(minutes), 15):
        x = LEFT + index * step
        stamp = iso(minutes[index].at)
        parts.append(
            Markup('<text class="tick" x="{:.1f}" y="{}" data-clock="{}">{}</text>').format(
                x, HEIGHT - 6, stamp, stamp[11:16]
            )
        )
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, Markup("").join(parts)
    )


def total(minute: MinuteShape) -> int:
    """All calls of a minute."""
    return minute.allow + minute.redact + minute.challenge + minute.block + minute.failed


def ceiling(most: int) -> int:
    """The next number above that is 1, 2, 4 or 5 times a power of ten; at least 4, so that the lines are whole."""
    if most <= 4:  # noqa: PLR2004  # the least
        return 4
    power = int(10 ** int(math.log10(most)))
    return min(factor * power for factor in (1, 2, 4, 6, 8, 10) if factor * power >= most)


def compact(count: int) -> str:
    """``950``, ``1.2k``, ``40k``, ``3M``: short enough to stand beside the drawing."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return str(count)


def _grid(top: int, plot: int) -> Markup:
    lines = []
    for part in (0, 1, 2):
        y = TOP + plot - plot * part / 2
        lines.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="tick end" x="{}" y="{:.1f}">{}</text>'
            ).format(LEFT, WIDTH, y, y, LEFT - 8, y + 4, compact(top * part // 2))
        )
    return Markup("").join(lines)


def _bar(minute: MinuteShape, x: float, width: float, top: int, plot: int) -> Markup:
    parts, base = [], TOP + plot
    for name in STACK:
        count = getattr(minute, name)
        if not count:
            continue
        height = max(1.0, plot * count / top)
        base -= height
        parts.append(
            Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                f"bar-{name}", x, base, width, height
            )
        )
    return Markup("").join(parts)
