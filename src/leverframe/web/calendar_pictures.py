"""How is the change schedule drawn: a month of days, or a year of months?

A month has a column for each day, a line for each freeze, and a line for each target with its changes as bars: full
where a ramp moved, hollow where one is planned. A year has a line for each month. Days on which nothing may widen are
shaded, frozen ones hatched. The tables beside tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from leverframe.actions.calendar_views import Bar, CalendarView, Day
from leverframe.rules.open_hours import stretch_of

WIDTH, NAMES, RIGHT = 1000, 190, 8
LINE, TOP, FOOT = 22, 26, 6
MOST_LINES = 60
CELL, HIGH = 24, 20
HATCH = (
    '<defs><pattern id="frozen" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch" d="M0 0V6"/></pattern></defs>'
)


def month_of_changes(view: CalendarView) -> Markup:
    """Draw a month: its days, its freezes, and the changes of each target."""
    targets = list(dict.fromkeys(bar.target for bar in view.bars))[:MOST_LINES]
    frozen = [(line.freeze.name, *stretch_of(line.freeze, view.zone)) for line in view.freezes[:MOST_LINES]]
    height = TOP + LINE * (len(frozen) + len(targets)) + FOOT
    parts = [Markup(HATCH), *(_column(view, day, height) for day in view.days)]
    parts += [_freeze(view, *each, TOP + LINE * n) for n, each in enumerate(frozen)]
    below = TOP + LINE * len(frozen)
    for number, target in enumerate(targets):
        bars = [bar for bar in view.bars if bar.target == target]
        parts.append(_target(view, target, bars, below + LINE * number))
    whole = Markup('<svg class="schedule" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return whole.format(WIDTH, height, _said(view), Markup("").join(parts))


def _said(view: CalendarView) -> str:
    moved, planned = sum(not bar.planned for bar in view.bars), sum(bar.planned for bar in view.bars)
    return f"{moved} changes moved, {planned} are planned, {len(view.freezes)} freezes"


def _column(view: CalendarView, day: Day, height: int) -> Markup:
    """Draw one day: shaded where nothing may widen, hatched where it is frozen."""
    left, right = _x(view, _midnight(view, day.on)), _x(view, _midnight(view, day.on + timedelta(days=1)))
    kind = "frozen" if day.freezes else "open" if day.opens else "closed"
    box = Markup('<rect class="day {}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>')
    drawn = box.format(kind, left, TOP - 4, right - left, height - TOP + 4)
    if day.freezes:
        hatched = Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="url(#frozen)"/>')
        drawn += hatched.format(left, TOP - 4, right - left, height - TOP + 4)
    name = Markup('<text class="middle{}" x="{:.1f}" y="14">{}</text>')
    return drawn + name.format(" off" if day.holiday or day.on.weekday() > 4 else "", (left + right) / 2, day.on.day)


def _freeze(view: CalendarView, name: str, starts: datetime, ends: datetime, top: float) -> Markup:
    left, right = _x(view, starts), _x(view, ends)
    bar = Markup(
        '<text class="name" x="0" y="{}">{}</text><rect class="freeze" x="{:.1f}" y="{}" width="{:.1f}" height="9"/>'
    )
    return bar.format(top + 14, _short(name), left, top + 6, max(2.0, right - left))


def _target(view: CalendarView, target: str, bars: Iterable[Bar], top: float) -> Markup:
    drawn = Markup("").join(_bar(view, bar, top) for bar in bars)
    return Markup('<text class="name" x="0" y="{}">{}</text>{}').format(top + 14, _short(target), drawn)


def _bar(view: CalendarView, bar: Bar, top: float) -> Markup:
    left, right = _x(view, bar.begins), _x(view, bar.ends)
    kind = "planned" if bar.planned else bar.ended or "moving"
    box = '<rect class="change {}" x="{:.1f}" y="{}" width="{:.1f}" height="12" rx="2"/>'
    drawn = Markup(f'<a href="/changes/{{}}"><title>{{}}: {{}}</title>{box}</a>')
    return drawn.format(bar.change, bar.change, bar.title, kind, left, top + 4, max(5.0, right - left))


def _short(name: str) -> str:
    return name if len(name) <= 27 else f"{name[:26]}…"


def _midnight(view: CalendarView, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(view.zone))


def _x(view: CalendarView, at: datetime) -> float:
    begins, ends = _midnight(view, view.begins), _midnight(view, view.ends)
    part = (at - begins) / (ends - begins)
    return NAMES + (WIDTH - NAMES - RIGHT) * min(1.0, max(0.0, part))


def year_of_changes(view: CalendarView) -> Markup:
    """Draw a year: a line a month, a cell a day, with how many changes begin on it."""
    parts = [Markup(HATCH), *(_cell(day) for day in view.days), *_month_names(view)]
    width, height = 70 + CELL * 31, HIGH * 12 + 20
    heads = (
        Markup('<text class="middle" x="{}" y="12">{}</text>').format(70 + CELL * n + CELL / 2, n + 1)
        for n in range(31)
    )
    whole = Markup('<svg class="schedule" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return whole.format(width, height, _said(view), Markup("").join([*parts, *heads]))


def _cell(day: Day) -> Markup:
    left, top = 70 + CELL * (day.on.day - 1), 18 + HIGH * (day.on.month - 1)
    kind = "frozen" if day.freezes else "open" if day.opens else "closed"
    title = f"{day.on:%a} {day.on.day} {day.on:%b}: {_day_said(day)}"
    at = left + 1, top + 1, CELL - 2, HIGH - 2
    drawn = Markup('<rect class="day {}" x="{}" y="{}" width="{}" height="{}"/>').format(kind, *at)
    if day.freezes:
        drawn += Markup('<rect class="day" x="{}" y="{}" width="{}" height="{}" fill="url(#frozen)"/>').format(*at)
    if count := day.begun + day.planned:
        drawn += Markup('<text class="middle count" x="{}" y="{}">{}</text>').format(left + CELL / 2, top + 14, count)
    return Markup("<g><title>{}</title>{}</g>").format(title, drawn)


def _day_said(day: Day) -> str:
    state = f"frozen by {', '.join(day.freezes)}" if day.freezes else "open" if day.opens else "closed"
    return f"{state}; {day.begun} begun, {day.planned} planned"


def _month_names(view: CalendarView) -> Iterator[Markup]:
    for month in range(1, 13):
        named = Markup('<a href="/calendar?period={}-{:02d}"><text class="name" x="0" y="{}">{}</text></a>')
        yield named.format(view.begins.year, month, 18 + HIGH * (month - 1) + 14, f"{date(2000, month, 1):%b}")
