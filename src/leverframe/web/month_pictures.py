"""How is a month of changes drawn: what was, and what would be?

One line a change over the days of the month. What was is a thin bar, what would be a thick one below it, each with a
mark at its end: a ring settled, a cross was rolled back, a square stood, was stopped by people, or goes on. The table
beside it tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from leverframe.rules.rehearsed_months import Month, Row, Went
from leverframe.rules.rehearsing import ROLLED_BACK, SETTLED

WIDTH, NAMES, RIGHT = 960, 130, 14
LINE, TOP, FOOT = 24, 6, 22
THIN, THICK = 3, 7
MARKS = {
    SETTLED: '<circle class="ended settled" cx="{x}" cy="{y}" r="3.5"/>',
    ROLLED_BACK: '<path class="ended rolled-back" d="M{left} {top}l7 7m0 -7l-7 7"/>',
}
SQUARE = '<rect class="ended stands" x="{left}" y="{top}" width="7" height="7"/>'
EACH_DAYS = 5


def month_figure(month: Month) -> Markup:
    """Draw the rows of a month that were played, or went."""
    rows = [row for row in month.rows if row.was or row.would]
    height = TOP + LINE * len(rows) + FOOT
    parts = [_days(month, height), *(_line(month, row, TOP + LINE * n) for n, row in enumerate(rows))]
    picture = Markup('<svg class="month" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return picture.format(WIDTH, height, _said(rows), Markup("").join(parts))


def _said(rows: list[Row]) -> str:
    return "; ".join(f"{row.change}: {row.difference.text}" for row in rows)


def _line(month: Month, row: Row, top: float) -> Markup:
    name = Markup('<text x="0" y="{}">{}</text>').format(top + 14, row.change)
    was = _bar(month, row.was, top + 6, THIN, "was") if row.was else Markup("")
    would = _bar(month, row.would, top + 15, THICK, "would") if row.would else Markup("")
    return Markup("<g>{}{}{}</g>").format(name, was, would)


def _bar(month: Month, went: Went, y: float, thick: float, kind: str) -> Markup:
    """Draw one bar, cut where the month ends, and the mark at its end."""
    begins, ends = _x(month, went.began), _x(month, went.until)
    bar = Markup('<rect class="bar {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/>').format(
        kind, begins, y - thick / 2, max(1.0, ends - begins), thick
    )
    mark = Markup(MARKS.get(went.ended, SQUARE)).format(
        x=f"{ends:.1f}", y=y, left=f"{ends - 3.5:.1f}", top=f"{y - 3.5:.1f}"
    )
    return bar + mark


def _x(month: Month, at: datetime) -> float:
    part = (at - month.begins) / (month.ends - month.begins)
    return NAMES + (WIDTH - NAMES - RIGHT) * min(1.0, max(0.0, part))


def _days(month: Month, height: int) -> Markup:
    return Markup("").join(_day(month, day, height) for day in _each_day(month))


def _each_day(month: Month) -> Iterator[datetime]:
    day = month.begins
    while day < month.ends:
        yield day
        day += timedelta(days=EACH_DAYS)


def _day(month: Month, day: datetime, height: int) -> Markup:
    x = _x(month, day)
    line = Markup('<path class="day" d="M{:.1f} {}V{}"/>').format(x, TOP, height - FOOT + 4)
    local = day.astimezone(ZoneInfo(month.zone))
    return line + Markup('<text class="middle" x="{:.1f}" y="{}">{}</text>').format(
        x, height - 5, f"{local.day} {local:%b}"
    )
