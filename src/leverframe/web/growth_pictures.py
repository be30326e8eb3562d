"""How is it drawn how one guardrail's evidence grew?

The estimate over time and what is still possible around it, narrowing, with the bound that it must pass; below it the
evidence of harm on its way to what rolls back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from markupsafe import Markup

from leverframe.nouns.evidence import Finding
from leverframe.nouns.growth import Against, Grown, Growth, Moment
from leverframe.web.times import say_share

WIDTH, HEIGHT = 360, 196
LEFT, RIGHT, TOP, FLOOR = 2, 42, 8, 132
STRIP_TOP, STRIP_FLOOR = 144, 172
LOWEST_RATIO, HIGHEST_RATIO, GREAT_RATIO = 0.25, 8.0, 64.0
RATIOS = (0.5, 1.0, 2.0, 3.0, 5.0)
GREAT_RATIOS = (0.5, 1.0, 3.0, 10.0, 30.0)
"""Where harm is so great that it would lie at the edge, ratios are drawn closer together."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things lie in one picture: time from the visit's beginning to the last moment, and values by `height`.

    `height` says how high a value lies, 0 at the floor and 1 at the top.
    """

    starts: datetime
    ends: datetime
    height: Callable[[float], float]

    def x(self, at: datetime) -> float:
        """Return the place of a time."""
        span = (self.ends - self.starts).total_seconds() or 1.0
        return round(LEFT + (at - self.starts).total_seconds() / span * (WIDTH - RIGHT - LEFT), 1)

    def y(self, value: float | None, otherwise: float) -> float:
        """Return the place of a value, kept inside the picture; of none, that of the height given."""
        part = otherwise if value is None else self.height(value)
        return round(FLOOR - min(max(part, 0.0), 1.0) * (FLOOR - TOP), 1)


def growth_picture(grown: Grown, growth: Growth, id: str, name: str, said: str, zone: str) -> Markup:
    """Draw one guardrail's growth; `name` and `said` are what it is called and described as."""
    frame = Frame(growth.visit.since, grown.moments[-1].at, _height_of(grown))
    parts = (
        *_scale(grown, frame),
        *_spans(grown, frame),
        *_bound(grown, frame),
        *_estimates(grown, frame),
        *_evidence(grown, frame),
        *_times(frame, zone),
    )
    whole = '<svg class="growing" viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}-t">{}</title>'
    whole += '<desc id="{}-d">{}</desc>{}</svg>'
    return Markup(whole).format(
        WIDTH, HEIGHT, f"{id}-t {id}-d", id, f"{name}, over time", id, said, Markup("").join(parts)
    )


def _height_of(grown: Grown) -> Callable[[float], float]:
    """Put ratios on a logarithmic scale, rates and means on an even one that leaves the limit in the middle."""
    if grown.against is Against.CURRENT:
        low, high = math.log(LOWEST_RATIO), math.log(GREAT_RATIO if _is_great(grown) else HIGHEST_RATIO)
        return lambda ratio: (math.log(max(ratio, 1e-9)) - low) / (high - low)
    limit, last = grown.bound or 1.0, grown.moments[-1]
    most = max(2.0 * limit, 1.25 * (last.estimate or 0.0), min(1.1 * (last.highest or 0.0), 5.0 * limit))
    least = min(-limit, 1.25 * (last.estimate or 0.0)) if _is_distance(grown) else 0.0
    return lambda value: (value - least) / (most - least)


def _is_distance(grown: Grown) -> bool:
    """Say whether nought is that both arms are alike, and not the least that can be."""
    return grown.against in (Against.FALL, Against.RISE)


def _is_great(grown: Grown) -> bool:
    last = grown.moments[-1]
    return max(last.estimate or 0.0, last.lowest or 0.0) > HIGHEST_RATIO / 1.5


def _scale(grown: Grown, frame: Frame) -> Iterator[Markup]:
    yield Markup('<path class="floor" d="M{} {}H{}"/>').format(LEFT, FLOOR, WIDTH - RIGHT)
    if grown.against in (Against.LIMIT, Against.MEAN):
        yield _axis(FLOOR + 4, "0 %" if grown.against is Against.LIMIT else "0")
        return
    if _is_distance(grown):
        y = frame.y(0.0, 0.0)
        yield Markup('<path class="even" d="M{} {}H{}"/>').format(LEFT, y, WIDTH - RIGHT)
        yield _axis(y + 4, "0")
        return
    for ratio in GREAT_RATIOS if _is_great(grown) else RATIOS:
        y = frame.y(ratio, 0.0)
        yield Markup('<path class="{}" d="M{} {}H{}"/>').format(
            "even" if ratio == 1.0 else "tick", LEFT, y, WIDTH - RIGHT
        )
        if ratio != grown.bound:
            yield _axis(y + 4, f"{ratio:g}x")


def _axis(y: float, said: str, kind: str = "axis") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, WIDTH - RIGHT + 7, y, said)


T = TypeVar("T")


def _stretches(line: Sequence[T], is_drawn: Callable[[T], bool]) -> Iterator[list[T]]:
    """Yield the stretches of a line that are drawn: over the others there is a gap."""
    return (list(part) for drawn, part in groupby(line, is_drawn) if drawn)


def _is_sound(moment: Moment) -> bool:
    """Say whether the counts could be trusted."""
    return moment.finding is not Finding.ERROR


def _spans(grown: Grown, frame: Frame) -> Iterator[Markup]:
    """Draw what is still possible, and what is ruled out above it."""
    for run in _stretches(grown.moments, _is_sound):
        above = [(frame.x(m.at), frame.y(m.highest, 1.0)) for m in run]
        below = [(frame.x(m.at), frame.y(m.lowest, 0.0)) for m in run]
        top = [(x, float(TOP)) for x, _ in above]
        yield _area("ruled-out", above, top)
        yield _area("possible", above, below)
        for part in _stretches(above, lambda point: point[1] > TOP):
            yield from _edge("edge", part)
        for part in _stretches(below, lambda point: point[1] < FLOOR):
            yield from _edge("shown", part)


_Points = Sequence[tuple[float, float]]


def _area(kind: str, one: _Points, other: _Points) -> Markup:
    return Markup('<path class="{}" d="{}Z"/>').format(kind, _line([*one, *reversed(other)]))


def _edge(kind: str, points: _Points) -> Iterator[Markup]:
    if len(points) > 1:
        yield Markup('<path class="{}" d="{}"/>').format(kind, _line(points))


def _line(points: _Points) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _bound(grown: Grown, frame: Frame) -> Iterator[Markup]:
    if grown.bound is None:
        return
    y, edge = frame.y(grown.bound, 1.0), WIDTH - RIGHT
    said = _said(grown, grown.bound)
    yield Markup('<path class="bound" d="M{0} {1}H{2}l-8 -3.5v7l8 -3.5"/>').format(LEFT, y, edge)
    yield _axis(y + 4, said, "axis asked")


def _said(grown: Grown, bound: float) -> str:
    if grown.against.is_mean:
        return f"{bound:.3g}"
    return f"{bound:g}x" if grown.against is Against.CURRENT else say_share(100 * bound)


def _estimates(grown: Grown, frame: Frame) -> Iterator[Markup]:
    for run in _stretches(grown.moments, lambda moment: moment.estimate is not None):
        points = [(frame.x(m.at), frame.y(m.estimate, 0.0)) for m in run]
        yield from _edge("estimate", points)
        if run[-1] is grown.moments[-1]:
            yield Markup('<circle class="dot" cx="{}" cy="{}" r="4"/>').format(*points[-1])


def _evidence(grown: Grown, frame: Frame) -> Iterator[Markup]:
    """Draw the evidence of harm below, on a logarithmic scale from 1 to 1 up to what rolls back."""
    most = math.log(max(grown.e_bound, 2.0))

    def y(e_value: float) -> float:
        part = min(max(math.log(max(e_value, 1.0)) / most, 0.0), 1.0)
        return round(STRIP_FLOOR - part * (STRIP_FLOOR - STRIP_TOP), 1)

    yield Markup('<path class="rolls-back" d="M{} {}H{}"/>').format(LEFT, STRIP_TOP, WIDTH - RIGHT)
    yield Markup('<path class="floor" d="M{} {}H{}"/>').format(LEFT, STRIP_FLOOR, WIDTH - RIGHT)
    yield from _edge("weight", [(frame.x(m.at), y(m.e_value)) for m in grown.moments])
    yield _axis(STRIP_TOP + 4, f"{grown.e_bound:,.0f}")
    yield _axis(STRIP_FLOOR + 3, "1")
    yield Markup('<text class="axis" x="{}" y="{}">evidence of harm</text>').format(LEFT + 3, STRIP_TOP + 12)


def _times(frame: Frame, zone: str) -> Iterator[Markup]:
    text = Markup('<text class="axis {}" x="{}" y="{}">{}</text>')
    for side, x, at in (("start", LEFT, frame.starts), ("end", WIDTH - RIGHT, frame.ends)):
        yield text.format(side, x, HEIGHT - 8, f"{at.astimezone(ZoneInfo(zone)):%a %H:%M}")
