"""How is a ramp drawn: shares over time, on a band of open windows and freezes?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from leverframe.nouns.targets import EVERYWHERE
from leverframe.web.times import say_sentence, say_share, say_time, zone_name

Band = tuple[datetime, datetime]
NamedBand = tuple[datetime, datetime, str]
WIDE, NARROW, HEIGHT = 940, 346, 182


class Tread(Protocol):
    """A point of a staircase: from `at` on, `share_percent` of the people get the candidate."""

    @property
    def at(self) -> datetime: ...
    @property
    def share_percent(self) -> float: ...
    @property
    def because(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands behind a staircase: open windows, freezes, now, and the zone in which it is read."""

    now: datetime
    windows: Sequence[Band]
    freezes: Sequence[NamedBand]
    zone: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things lie in the picture: time from `starts` to `ends`, shares on a square-root scale."""

    starts: datetime
    ends: datetime
    width: int
    zone: ZoneInfo
    top: int = 22
    floor: int = 152
    left: int = 2
    right: int = 38

    @property
    def edge(self) -> int:
        """Return where the plotted part ends and the shares' names begin."""
        return self.width - self.right

    def x(self, at: datetime) -> float:
        """Return the place of a time, kept inside the picture."""
        part = (at - self.starts) / (self.ends - self.starts)
        return round(self.left + min(max(part, 0.0), 1.0) * (self.edge - self.left), 1)

    def y(self, share_percent: float) -> float:
        """Return the height of a share; the root keeps 1 % apart from 0."""
        return round(self.floor - math.sqrt(max(share_percent, 0.0) / 100) * (self.floor - self.top), 1)


def staircase_figure(
    steps: Sequence[Tread],
    now: datetime,
    windows_band: Sequence[Band],
    freezes: Sequence[NamedBand],
    *,
    p50: Sequence[Tread] = (),
    p90: Sequence[Tread] = (),
    zone: str = "UTC",
    region: str = "",
    caption: str = "Share over time, on open windows and freezes",
) -> Markup:
    """Draw the staircase for wide and for narrow screens, with its legend and the same as a table."""
    if not (steps or p50 or p90):
        return Markup('<p class="none">There is nothing to draw yet.</p>')
    ground = Ground(now, windows_band, freezes, zone)
    wide, narrow = (staircase(steps, ground, width, p50=p50, p90=p90, caption=caption) for width in (WIDE, NARROW))
    figure = '<figure class="staircase"><div class="wide-only">{}</div><div class="narrow-only">{}</div>{}{}</figure>'
    tracks = (("done", "done so far", steps), ("likely", "likely (p50)", p50), ("slow", "slow (p90)", p90))
    return Markup(figure).format(wide, narrow, _legend(tracks, freezes, region), staircase_table(tracks, ground))


def staircase(
    steps: Sequence[Tread],
    ground: Ground,
    width: int,
    *,
    p50: Sequence[Tread] = (),
    p90: Sequence[Tread] = (),
    caption: str = "Share over time, on open windows and freezes",
) -> Markup:
    """Draw the steps that were taken and the forecasts, over the ground, in a picture of this width."""
    every = (*steps, *p50, *p90)
    frame = _frame([tread.at for tread in every], ground, width)
    parts = (
        *_bands(frame, ground),
        *_days(frame),
        *_shares(frame, {tread.share_percent for tread in every}),
        _track(frame, p90, "slow", frame.ends, _standing(steps, ground.now)),
        _track(frame, p50, "likely", frame.ends, _standing(steps, ground.now)),
        _track(frame, steps, "done", ground.now),
        *_names(frame, steps, p50 or p90),
        _now(frame, ground.now),
    )
    whole = Markup('<svg class="stairs" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return whole.format(width, HEIGHT, caption, Markup("").join(parts))


def _frame(times: Sequence[datetime], ground: Ground, width: int) -> Frame:
    first, last = min(times), max(times)
    if first <= ground.now <= last + timedelta(days=1):
        last = max(last, ground.now)
    span = max(last - first, timedelta(hours=4))
    room = span * (0.42 if width < 600 else 0.15)
    return Frame(first - room, last + span * 0.1, width, ZoneInfo(ground.zone))


def _bands(frame: Frame, ground: Ground) -> list[Markup]:
    closed = Markup('<rect class="closed" x="{}" y="{}" width="{}" height="{}"/>').format(
        frame.left, frame.top, frame.edge - frame.left, frame.floor - frame.top
    )
    drawn = [closed]
    drawn += [_band(frame, "open", starts, ends) for starts, ends in ground.windows if _is_seen(frame, starts, ends)]
    for starts, ends, name in ground.freezes:
        if _is_seen(frame, starts, ends):
            drawn += [_band(frame, "frozen", starts, ends), _freeze_name(frame, starts, ends, name)]
    return drawn


def _is_seen(frame: Frame, starts: datetime, ends: datetime) -> bool:
    return ends > frame.starts and starts < frame.ends


def _band(frame: Frame, kind: str, starts: datetime, ends: datetime) -> Markup:
    left, right = frame.x(starts), frame.x(ends)
    drawn = '<rect class="{0}" x="{1}" y="{2}" width="{3}" height="{4}"/><path class="{0}-edge" d="M{1} {5}H{6}"/>'
    return Markup(drawn).format(
        kind, left, frame.top, round(max(right - left, 1), 1), frame.floor - frame.top, frame.floor + 2, right
    )


def _freeze_name(frame: Frame, starts: datetime, ends: datetime, name: str) -> Markup:
    left, right = frame.x(starts), frame.x(ends)
    said = next((word for word in (name, "freeze") if len(word) * 6.4 < right - left), "")
    place = round((left + right) / 2, 1)
    return Markup('<text class="freeze-name" x="{}" y="{}">{}</text>').format(place, frame.top + 14, said)


def _days(frame: Frame) -> list[Markup]:
    midnight = frame.starts.astimezone(frame.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    count = (frame.ends - frame.starts).days + 3
    days = [(midnight + timedelta(days=number)).replace(tzinfo=frame.zone) for number in range(count)]
    seen = [day for day in days if frame.starts - timedelta(days=1) < day < frame.ends]
    lines = [
        Markup('<path class="day" d="M{} {}V{}"/>').format(frame.x(day), frame.top, frame.floor + 6)
        for day in seen
        if day > frame.starts
    ]
    return [*lines, *_day_names(frame, seen), _axis(frame.edge + 4, frame.floor + 18, _zone(frame))]


def _day_names(frame: Frame, days: Sequence[datetime]) -> list[Markup]:
    """Name as many days as fit, from the last one back, so that the first, cut one gives way."""
    drawn, before = [], float(frame.edge)
    for day in reversed(days):
        said = f"{day:%a} {day.day} {day:%b}" if frame.width > 600 else f"{day:%a} {day.day}"
        if frame.x(day) + len(said) * 6.2 <= before:
            before = frame.x(day) - 6
            drawn.append(_axis(frame.x(day) + 3, frame.floor + 18, said))
    return drawn


def _zone(frame: Frame) -> str:
    return zone_name(frame.starts.astimezone(frame.zone), frame.zone.key.rsplit("/", 1)[-1])[:6]


def _axis(x: float, y: float, said: str) -> Markup:
    return Markup('<text class="axis" x="{}" y="{}">{}</text>').format(round(x, 1), y, said)


def _shares(frame: Frame, shares: set[float]) -> list[Markup]:
    drawn, last = [], math.inf
    for share in sorted((shares | {100.0}) - {0.0}):
        y = frame.y(share)
        drawn.append(Markup('<path class="share-line" d="M{} {}H{}"/>').format(frame.left, y, frame.edge))
        if last - y >= 11:
            drawn.append(_axis(frame.edge + 4, y + 4, say_share(share)))
            last = y
    return drawn


def _standing(steps: Sequence[Tread], now: datetime) -> tuple[datetime, float] | None:
    """Return where a ramp that is under way stands: what is forecast goes on from there."""
    return (now, steps[-1].share_percent) if steps else None


def _track(
    frame: Frame, treads: Sequence[Tread], kind: str, until: datetime, since: tuple[datetime, float] | None = None
) -> Markup:
    if not treads:
        return Markup("")
    at, share = since or (treads[0].at, 0.0)
    line = [f"M{frame.x(at)} {frame.y(share)}"]
    line += [f"H{frame.x(tread.at)}V{frame.y(tread.share_percent)}" for tread in treads]
    if treads[-1].share_percent > 0:
        line.append(f"H{max(frame.x(until), frame.x(treads[-1].at))}")
    return Markup('<path class="track {}" d="{}"/>').format(kind, "".join(line))


def _names(frame: Frame, steps: Sequence[Tread], forecast: Sequence[Tread]) -> list[Markup]:
    reached = max((step.share_percent for step in steps), default=-1.0)
    named = [*steps, *(tread for tread in forecast if tread.share_percent > reached)]
    drawn, before = [], 0.0
    for tread in named:
        if tread.share_percent != before:
            drawn.append(_name(frame, tread, rises=tread.share_percent > before))
        before = tread.share_percent
    return drawn


def _name(frame: Frame, tread: Tread, *, rises: bool) -> Markup:
    said = f"{tread.at.astimezone(frame.zone):%a %H:%M} {say_share(tread.share_percent)}"
    x, y = frame.x(tread.at), frame.y(tread.share_percent)
    side, place = ("end", x - 6) if rises else ("start", x + 6)
    return Markup('<text class="tread {}" x="{}" y="{}">{}</text>').format(
        side, round(place, 1), min(y + 4, frame.floor - 3), said
    )


def _now(frame: Frame, now: datetime) -> Markup:
    if not frame.starts <= now <= frame.ends:
        return Markup("")
    x = frame.x(now)
    side, place = ("end", x + 4) if x > frame.edge - 100 else ("start", x - 4)
    said = f"now {now.astimezone(frame.zone):%a %H:%M}"
    drawn = '<path class="now" d="M{0} 15V{1}"/><text class="now-name {2}" x="{3}" y="11">{4}</text>'
    return Markup(drawn).format(x, frame.floor + 5, side, round(place, 1), said)


def _legend(tracks: Sequence[tuple[str, str, Sequence[Tread]]], freezes: Sequence[NamedBand], region: str) -> Markup:
    line = '<span class="key"><svg viewBox="0 0 22 8" width="22" height="8" aria-hidden="true">{}</svg>{}</span>'
    keys = [
        Markup(line).format(Markup('<path class="track {}" d="M0 4H22"/>').format(kind), word)
        for kind, word, treads in tracks
        if treads
    ]
    where = f" in {region}" if region not in ("", EVERYWHERE) else ""
    bands = [("open", f"window open{where}"), ("closed", "closed"), *([("frozen", "freeze")] if freezes else [])]
    keys += [
        Markup(line).format(Markup('<rect class="{}" x="4" width="14" height="8"/>').format(kind), word)
        for kind, word in bands
    ]
    return Markup('<figcaption class="legend">{}</figcaption>').format(Markup("").join(keys))


def staircase_table(tracks: Sequence[tuple[str, str, Sequence[Tread]]], ground: Ground) -> Markup:
    """Tell the staircase as a table, for those who cannot see it."""
    row = Markup("<tr><td>{}</td><td>{}</td><td class=num>{}</td><td>{}</td></tr>")
    rows = [
        row.format(
            word,
            say_time(tread.at, ground.zone, ground.now),
            say_share(tread.share_percent),
            say_sentence(tread.because),
        )
        for _, word, treads in tracks
        for tread in treads
    ]
    return Markup(
        '<details class="behind"><summary>The same as a table</summary><table><thead><tr><th>Track</th><th>At</th>'
        "<th class=num>Share</th><th>Because</th></tr></thead><tbody>{}</tbody></table></details>"
    ).format(Markup("").join(rows))
