"""How is a ramp, a reading or a lever drawn?

Pure functions that return SVG, each with a table behind it. No colour, size or style is written inline: classes
name what a thing is, the style sheet says how it looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from leverframe.nouns.evidence import Reading
from leverframe.web.marks import state_mark
from leverframe.web.times import say_share, say_span, say_time, zone_name

Band = tuple[datetime, datetime]
NamedBand = tuple[datetime, datetime, str]
WIDE, NARROW = 1120, 358


class Step(Protocol):
    """A point of a staircase: from `at` on, `share_percent` of the people get the candidate."""

    @property
    def at(self) -> datetime: ...
    @property
    def share_percent(self) -> float: ...
    @property
    def because(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things lie in a staircase's picture: the time from `starts` to `ends`, shares on a square-root scale."""

    starts: datetime
    ends: datetime
    width: int
    zone: str
    top: int = 22
    floor: int = 150
    left: int = 4
    right: int = 40

    def x(self, at: datetime) -> float:
        """Return the place of a time, kept inside the picture."""
        part = (at - self.starts) / (self.ends - self.starts)
        return round(self.left + min(max(part, 0.0), 1.0) * (self.width - self.left - self.right), 1)

    def y(self, share_percent: float) -> float:
        """Return the height of a share: the root keeps 1 % apart from 0."""
        return round(self.floor - math.sqrt(max(share_percent, 0.0) / 100) * (self.floor - self.top), 1)

    def shows(self, starts: datetime, ends: datetime) -> bool:
        """Say whether a stretch is seen at all."""
        return ends > self.starts and starts < self.ends


def staircase_figure(
    steps: Sequence[Step],
    now: datetime,
    windows_band: Sequence[Band],
    freezes: Sequence[NamedBand],
    *,
    p50: Sequence[Step] = (),
    p90: Sequence[Step] = (),
    zone: str = "UTC",
    caption: str = "The ramp over open windows and freezes",
) -> Markup:
    """Draw the staircase for wide and for narrow screens, with its legend and the same as a table."""
    wide, narrow = (
        staircase(steps, now, windows_band, freezes, width, p50=p50, p90=p90, zone=zone, caption=caption)
        for width in (WIDE, NARROW)
    )
    return Markup(
        '<figure class="staircase"><div class="wide-only">{}</div><div class="narrow-only">{}</div>{}{}</figure>'
    ).format(wide, narrow, _legend(steps, p50, p90, freezes), staircase_table(steps, p50, p90, now, zone))


def staircase(
    steps: Sequence[Step],
    now: datetime,
    windows_band: Sequence[Band],
    freezes: Sequence[NamedBand],
    width: int,
    *,
    p50: Sequence[Step] = (),
    p90: Sequence[Step] = (),
    zone: str = "UTC",
    caption: str = "The ramp over open windows and freezes",
) -> Markup:
    """Draw shares over time on a band of open windows and freezes; an empty picture where nothing is known."""
    if not (steps or p50 or p90):
        return Markup('<p class="none">There is nothing to draw yet.</p>')
    frame = _frame(steps, p50, p90, now, width, zone)
    parts = (
        _bands(frame, windows_band, freezes),
        _days(frame),
        _shares(frame, (*steps, *p50, *p90)),
        _path(frame, p90, "slow", _end(p90, frame)),
        _path(frame, p50, "likely", _end(p50, frame)),
        _path(frame, steps, "done", min(max(now, frame.starts), frame.ends)),
        _labels(frame, steps or p50 or p90),
        _now(frame, now),
    )
    return Markup('<svg class="stairs" viewBox="0 0 {} 178" role="img" aria-label="{}">{}</svg>').format(
        width, caption, Markup("").join(parts)
    )


def _frame(
    steps: Sequence[Step], p50: Sequence[Step], p90: Sequence[Step], now: datetime, width: int, zone: str
) -> Frame:
    times = [step.at for step in (*steps, *p50, *p90)]
    first, last = min(times), max(times)
    if first <= now <= last + timedelta(days=1):
        last = max(last, now)
    room = max((last - first) * (0.36 if width < 600 else 0.14), timedelta(hours=3))
    return Frame(first - room, last + max((last - first) * 0.1, timedelta(hours=2)), width, zone)


def _end(steps: Sequence[Step], frame: Frame) -> datetime:
    return frame.ends if steps else frame.starts


def _bands(frame: Frame, windows: Sequence[Band], freezes: Sequence[NamedBand]) -> Markup:
    height = frame.floor - frame.top
    closed = Markup('<rect class="closed" x="{}" y="{}" width="{}" height="{}"/>').format(
        frame.left, frame.top, frame.width - frame.left - frame.right, height
    )
    drawn = [_band(frame, "open", starts, ends) for starts, ends in windows if frame.shows(starts, ends)]
    for starts, ends, name in freezes:
        if frame.shows(starts, ends):
            drawn.append(_band(frame, "frozen", starts, ends) + _freeze_name(frame, starts, ends, name))
    return closed + Markup("").join(drawn)


def _band(frame: Frame, kind: str, starts: datetime, ends: datetime) -> Markup:
    left, right = frame.x(starts), frame.x(ends)
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, left, frame.top, round(max(right - left, 1), 1), frame.floor - frame.top
    ) + Markup('<path class="{}-edge" d="M{} {}H{}"/>').format(kind, left, frame.floor + 2, round(right, 1))


def _freeze_name(frame: Frame, starts: datetime, ends: datetime, name: str) -> Markup:
    middle = (frame.x(starts) + frame.x(ends)) / 2
    wide = frame.x(ends) - frame.x(starts) > len(name) * 6.4
    said = name if wide else ("frozen" if frame.x(ends) - frame.x(starts) > 44 else "")
    return Markup('<text class="freeze-name" x="{}" y="{}">{}</text>').format(round(middle, 1), frame.top + 14, said)


def _days(frame: Frame) -> Markup:
    zone = ZoneInfo(frame.zone)
    day = frame.starts.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    count = max(1, (frame.ends - frame.starts).days + 1)
    every = max(1, math.ceil(count * 46 / (frame.width - frame.left - frame.right)))
    drawn = []
    for number in range(count + 2):
        at = day + timedelta(days=number)
        if not frame.starts <= at <= frame.ends:
            continue
        drawn.append(Markup('<path class="day" d="M{} {}V{}"/>').format(frame.x(at), frame.top, frame.floor + 6))
        if number % every == 0:
            drawn.append(_day_name(frame, at))
    return Markup("").join(drawn) + _zone_name(frame)


def _day_name(frame: Frame, at: datetime) -> Markup:
    near_end = frame.x(at) > frame.width - frame.right - 30
    return Markup('<text class="axis" x="{}" y="{}">{}</text>').format(
        frame.x(at) + 3,
        frame.floor + 17,
        "" if near_end else f"{at:%a} {at.day} {at:%b}" if frame.width > 600 else f"{at:%a} {at.day}",
    )


def _zone_name(frame: Frame) -> Markup:
    name = zone_name(frame.starts.astimezone(ZoneInfo(frame.zone)), frame.zone)
    return Markup('<text class="axis end" x="{}" y="{}">{}</text>').format(frame.width - 2, frame.floor + 17, name)


def _shares(frame: Frame, steps: Sequence[Step]) -> Markup:
    shares = sorted({step.share_percent for step in steps if step.share_percent > 0} | {100.0})
    drawn, last = [], math.inf
    for share in shares:
        y = frame.y(share)
        line = Markup('<path class="share-line" d="M{} {}H{}"/>').format(frame.left, y, frame.width - frame.right)
        said = say_share(share) if last - y >= 11 else ""
        last = y if said else last
        drawn.append(
            line
            + Markup('<text class="axis" x="{}" y="{}">{}</text>').format(frame.width - frame.right + 4, y + 4, said)
        )
    return Markup("").join(drawn)


def _path(frame: Frame, steps: Sequence[Step], kind: str, until: datetime) -> Markup:
    if not steps:
        return Markup("")
    pieces = [f"M{frame.x(steps[0].at)} {frame.floor}"]
    pieces += [f"H{frame.x(step.at)}V{frame.y(step.share_percent)}" for step in steps]
    pieces.append(f"H{max(frame.x(until), frame.x(steps[-1].at))}")
    return Markup('<path class="track {}" d="{}"/>').format(kind, "".join(pieces))


def _labels(frame: Frame, steps: Sequence[Step]) -> Markup:
    zone, drawn, before = ZoneInfo(frame.zone), [], -1.0
    for step in steps:
        if step.share_percent == before:
            continue
        rises, before = step.share_percent > before, step.share_percent
        said = f"{step.at.astimezone(zone):%a %H:%M} {say_share(step.share_percent)}"
        x, y = frame.x(step.at), frame.y(step.share_percent)
        place = (x - 5, "end") if rises else (x + 5, "start")
        drawn.append(
            Markup('<text class="tread {}" x="{}" y="{}">{}</text>').format(
                place[1], round(place[0], 1), min(y + 3, frame.floor - 4), said
            )
        )
    return Markup("").join(drawn)


def _now(frame: Frame, now: datetime) -> Markup:
    if not frame.starts <= now <= frame.ends:
        return Markup("")
    x, side = frame.x(now), "end" if frame.x(now) > frame.width - 140 else "start"
    said = f"now {now.astimezone(ZoneInfo(frame.zone)):%a %H:%M}"
    return Markup('<path class="now" d="M{} 14V{}"/><text class="now-name {}" x="{}" y="11">{}</text>').format(
        x, frame.floor + 4, side, x, said
    )


def _legend(steps: Sequence[Step], p50: Sequence[Step], p90: Sequence[Step], freezes: Sequence[NamedBand]) -> Markup:
    entries = [("done", "done so far")] if steps else []
    entries += [("likely", "likely (p50)")] if p50 else []
    entries += [("slow", "slow (p90)")] if p90 else []
    keys = [
        Markup(
            '<span class="key"><svg viewBox="0 0 22 8" width="22" height="8" aria-hidden="true"><path class="track {}" d="M0 4H22"/></svg>{}</span>'
        ).format(kind, word)
        for kind, word in entries
    ]
    bands = [("open", "window open"), ("closed", "closed")] + ([("frozen", "freeze")] if freezes else [])
    keys += [
        Markup(
            '<span class="key"><svg viewBox="0 0 14 10" width="14" height="10" aria-hidden="true"><rect class="{}" width="14" height="10"/></svg>{}</span>'
        ).format(kind, word)
        for kind, word in bands
    ]
    return Markup('<figcaption class="legend">{}</figcaption>').format(Markup("").join(keys))


def staircase_table(
    steps: Sequence[Step], p50: Sequence[Step], p90: Sequence[Step], now: datetime, zone: str
) -> Markup:
    """Tell the staircase as a table, for those who cannot see it."""
    tracks = (("done", steps), ("likely (p50)", p50), ("slow (p90)", p90))
    rows = [
        Markup("<tr><td>{}</td><td>{}</td><td class=num>{}</td><td>{}</td></tr>").format(
            word, say_time(step.at, zone, now), say_share(step.share_percent), step.because
        )
        for word, track in tracks
        for step in track
    ]
    head = Markup("<thead><tr><th>Track</th><th>At</th><th class=num>Share</th><th>Because</th></tr></thead>")
    return Markup(
        '<details class="behind"><summary>The same as a table</summary><div class="scroll" tabindex="0" role="group" '
        'aria-label="Steps"><table>{}<tbody>{}</tbody></table></div></details>'
    ).format(head, Markup("").join(rows))


AXIS = (0.25, 8.0)
BAR = 260


def interval_bars(readings: Sequence[Reading]) -> Markup:
    """Draw each guardrail's ratio, what is ruled out and the bound, one table row a guardrail."""
    if not readings:
        return Markup('<p class="none">No guardrail has been read in this stage.</p>')
    head = Markup(
        "<thead><tr><th>Guardrail</th><th>Finding</th><th class=num>Candidate</th><th class=num>Current</th>"
        "<th class=num>Ratio</th><th>{}</th><th class=num>Ruled out</th><th class=num>To rule out</th><th>Says</th></tr></thead>"
    ).format(interval_axis())
    rows = Markup("").join(_reading_row(reading) for reading in readings)
    return Markup('<table class="rows readings stack">{}<tbody>{}</tbody></table>').format(head, rows)


def _reading_row(reading: Reading) -> Markup:
    cells = (
        ("Guardrail", "name", reading.guardrail.replace("_", " ")),
        ("Finding", "", state_mark(reading.finding)),
        ("Candidate", "num", _counted(reading.candidate_bad, reading.candidate_units)),
        ("Current", "num", _counted(reading.control_bad, reading.control_units)),
        ("Ratio", "num", _times(reading.ratio)),
        ("Interval", "bar", interval_bar(reading)),
        ("Ruled out", "num", f"{_times(reading.ruled_out)} and more" if reading.ruled_out else "nothing yet"),
        ("To rule out", "num", _asked(reading)),
        ("Says", "says", Markup("{}{}").format(reading.because, _wait(reading))),
    )
    return Markup("<tr>{}</tr>").format(
        Markup("").join(
            Markup('<td class="{}" data-label="{}">{}</td>').format(kind, label, value)
            for label, kind, value in cells
        )
    )


def _counted(bad: int, units: int) -> str:
    return f"{bad:,} of {units:,}"


def _times(ratio: float | None) -> str:
    return "none" if ratio is None else f"{ratio:.2f}x"


def _asked(reading: Reading) -> str:
    if reading.bound is not None:
        return f"{reading.bound:.3g}x"
    return f"limit {reading.limit:.3g}" if reading.limit is not None else "watched only"


def _wait(reading: Reading) -> Markup:
    if reading.wait_minutes is None or reading.bound is None:
        return Markup("")
    said = f"{say_span(reading.wait_minutes)} more at this traffic to rule out {reading.bound:.3g}x"
    return Markup(' <strong class="countdown">{}</strong>').format(said)


def _bar_x(ratio: float) -> float:
    low, high = (math.log(edge) for edge in AXIS)
    return round((min(max(math.log(max(ratio, 1e-9)), low), high) - low) / (high - low) * BAR, 1)


def interval_axis() -> Markup:
    """Draw the ratio axis that stands over the bars."""
    marks = Markup("").join(
        Markup('<text class="axis middle" x="{}" y="10">{:g}x</text>').format(_bar_x(ratio), ratio)
        for ratio in (0.5, 1.0, 2.0, 3.0, 5.0)
    )
    return Markup(
        '<svg class="interval" viewBox="0 0 {} 12" role="img" aria-label="Ratio of candidate to current">{}</svg>'
    ).format(BAR, marks)


def interval_bar(reading: Reading) -> Markup:
    """Draw one reading: hatched is ruled out, the bar is still possible, the dot the estimate, the flag the bound."""
    edge = _bar_x(reading.ruled_out) if reading.ruled_out else float(BAR)
    parts = [Markup('<rect class="possible" x="0" y="7" width="{}" height="6"/>').format(edge)]
    if reading.ruled_out:
        parts.append(
            Markup(
                '<rect class="ruled-out" x="{}" y="3" width="{}" height="14"/><path class="edge" d="M{} 2V18"/>'
            ).format(edge, round(BAR - edge, 1), edge)
        )
    parts.append(Markup('<path class="even" d="M{} 0V20"/>').format(_bar_x(1.0)))
    if reading.bound is not None:
        parts.append(Markup('<path class="bound" d="M{0} 20V1l7 3-7 3"/>').format(_bar_x(reading.bound)))
    if reading.ratio is not None:
        parts.append(Markup('<circle class="estimate" cx="{}" cy="10" r="4"/>').format(_bar_x(reading.ratio)))
    return Markup('<svg class="interval" viewBox="0 0 {} 20" aria-hidden="true">{}</svg>').format(
        BAR, Markup("").join(parts)
    )


def pips(stage: int, stages: int, state: str = "running") -> Markup:
    """Draw how far a ramp has come: one block a stage, those behind it filled."""
    blocks = Markup("").join(
        Markup('<rect class="{}" x="{}" y="{}" width="9" height="{}"/>').format(
            "reached" if number < stage else "here" if number == stage else "ahead",
            (number - 1) * 11,
            12 - height,
            height,
        )
        for number in range(1, stages + 1)
        for height in [round(3 + 9 * number / stages, 1)]
    )
    return Markup(
        '<svg class="pips {}" viewBox="0 0 {} 12" width="{}" height="12" aria-hidden="true">{}</svg>'
    ).format(state, stages * 11, stages * 11, blocks)


def lever(thrown: bool) -> Markup:
    """Draw one lever of the frame from its side: set stands up, thrown lies down and is red."""
    pose = "thrown" if thrown else "set"
    pole = (
        '<path class="pole" d="M34 56 78 40"/><path class="grip" d="M66 44.4 80 39.3"/>'
        if thrown
        else ('<path class="pole" d="M34 56 24 10"/><path class="grip" d="M26.6 22 23.5 7.6"/>')
    )
    return Markup(
        '<svg class="lever {}" viewBox="0 0 88 64" width="88" height="64" aria-hidden="true">'
        '<path class="quadrant" d="M14 52A22 22 0 0 1 56 47"/><path class="notch" d="M27 33l2.4 4.4M54 40l-4 3"/>{}'
        '<circle class="pivot" cx="34" cy="56" r="4.5"/><path class="sill" d="M0 60H88"/></svg>'
    ).format(pose, Markup(pole))
