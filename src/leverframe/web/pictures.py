"""How is an interval, a ramp's progress or a lever drawn?

Pure functions that return SVG, each beside or inside a table that tells the same. No colour or size is written
inline: classes name what a thing is, the style sheet says how it looks.
"""

from __future__ import annotations

import math

from markupsafe import Markup

from leverframe.nouns.evidence import Reading

LOWEST_RATIO, HIGHEST_RATIO = 0.25, 8.0
BAR_WIDTH = 250
TICKS = (0.5, 1.0, 2.0, 3.0, 5.0)


def interval_axis() -> Markup:
    """Draw the ratio axis that stands over the bars."""
    tick = Markup('<text class="axis middle" x="{}" y="10">{:g}x</text>')
    ticks = Markup("").join(tick.format(_bar_x(ratio), ratio) for ratio in TICKS)
    whole = '<svg class="interval" viewBox="0 0 {} 12" role="img" aria-label="Candidate over current">{}</svg>'
    return Markup(whole).format(BAR_WIDTH, ticks)


def interval_bar(reading: Reading) -> Markup:
    """Draw one reading: the bar is still possible, its end ruled out, the dot the estimate, the flag the bound."""
    edge = _bar_x(reading.ruled_out) if reading.ruled_out else float(BAR_WIDTH)
    parts = [Markup('<rect class="possible" x="0" y="7" width="{}" height="6"/>').format(edge)]
    if reading.ruled_out:
        parts.append(_ruled_out(edge))
    parts.append(Markup('<path class="even" d="M{} 0V20"/>').format(_bar_x(1.0)))
    if reading.bound is not None:
        parts.append(Markup('<path class="bound" d="M{} 20V1l8 3.5-8 3.5"/>').format(_bar_x(reading.bound)))
    if reading.ratio is not None:
        parts.append(Markup('<circle class="estimate" cx="{}" cy="10" r="4.5"/>').format(_bar_x(reading.ratio)))
    whole = Markup('<svg class="interval" viewBox="0 0 {} 20" aria-hidden="true">{}</svg>')
    return whole.format(BAR_WIDTH, Markup("").join(parts))


def _ruled_out(edge: float) -> Markup:
    drawn = '<rect class="ruled-out" x="{0}" y="3" width="{1}" height="14"/><path class="edge" d="M{0} 2V18"/>'
    return Markup(drawn).format(edge, round(BAR_WIDTH - edge, 1))


def _bar_x(ratio: float) -> float:
    low, high = math.log(LOWEST_RATIO), math.log(HIGHEST_RATIO)
    place = min(max(math.log(max(ratio, 1e-9)), low), high)
    return round((place - low) / (high - low) * BAR_WIDTH, 1)


def pips(stage: int, stages: int) -> Markup:
    """Draw how far a ramp has come: one block a stage, those reached filled."""
    blocks = Markup("").join(_pip(number, stages, reached=number <= stage) for number in range(1, stages + 1))
    whole = Markup('<svg class="pips" viewBox="0 0 {0} 12" width="{0}" height="12" aria-hidden="true">{1}</svg>')
    return whole.format(stages * 11, blocks)


def _pip(number: int, stages: int, *, reached: bool) -> Markup:
    height = round(3 + 8 * number / stages, 1)
    block = Markup('<rect class="{}" x="{}" y="{}" width="9" height="{}"/>')
    return block.format("reached" if reached else "ahead", (number - 1) * 11 + 0.5, 11.5 - height, height)


POSES = {
    "set": '<path class="pole" d="M34 60 23 12"/><path class="grip" d="M26 24.5 22.4 9"/>',
    "thrown": '<path class="pole" d="M34 60 80 44"/><path class="grip" d="M67 48.6 82 43.3"/>',
}


def lever(thrown: bool) -> Markup:
    """Draw one lever of the frame from its side: set stands up, thrown lies down and is red."""
    pose = "thrown" if thrown else "set"
    return Markup(
        '<svg class="lever {}" viewBox="0 0 88 64" width="88" height="64" aria-hidden="true">'
        '<path class="quadrant" d="M11 60a23 23 0 0 1 46 0"/><path class="notch" d="M27.4 34l2.2 6M57 49.4l-6 2.4"/>'
        '{}<circle class="pivot" cx="34" cy="60" r="5"/></svg>'
    ).format(pose, Markup(POSES[pose]))
