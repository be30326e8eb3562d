"""How is a row of somebody's figures read as an interval?

The same for JSON, CSV and Parquet: the names of the columns are the names of the interval's parts. What cannot be
read at all is said with its place; what can be read and is wrong is the rule's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from leverframe.nouns.metrics import MetricInterval
from leverframe.nouns.verdicts import SourceFailed

NEEDED = ("minute", "arm", "n", "total")
TEXTS = ("region", "ring", "cohort", "unit")
MOST_ROWS = 100_000


def read_rows(who: str, rows: Iterable[Any]) -> Iterator[MetricInterval]:
    """Yield the intervals that rows say; raises SourceFailed, with the number of the row, for one that says none."""
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise SourceFailed(f"{who} has more than {MOST_ROWS:,} rows", permanent=False)
        found = read_row(row)
        if isinstance(found, str):
            raise SourceFailed(f"row {number} of {who}: {found}", permanent=False)
        yield found


def read_row(row: Any) -> MetricInterval | str:
    """Return the interval that a row says, or why it says none."""
    try:
        return _interval(row)
    except (ValueError, TypeError, OverflowError) as no:
        return f"{no!s:.200}"


def increases(rows: Iterable[MetricInterval]) -> Iterator[MetricInterval]:
    """Turn counters that only rise into what each minute added; one that falls adds less than nothing.

    A minute whose one before is not told is left out: what it added is not known.
    """
    before: dict[tuple[str, str], MetricInterval] = {}
    for row in sorted(rows, key=lambda row: row.minute):
        last = before.get((row.arm, row.cell))
        before[row.arm, row.cell] = row
        if last is not None and (row.minute - last.minute).total_seconds() == 60:
            yield _increase(last, row)


def _increase(last: MetricInterval, row: MetricInterval) -> MetricInterval:
    squares = None if last.squares is None or row.squares is None else row.squares - last.squares
    place = (row.region, row.ring, row.cohort, row.unit)
    return MetricInterval(row.minute, row.arm, row.n - last.n, row.total - last.total, squares, *place)


def _interval(row: Any) -> MetricInterval:
    if not isinstance(row, Mapping):
        raise ValueError("it is no row of named figures")
    if missing := [name for name in NEEDED if _is_empty(row.get(name))]:
        raise ValueError(f"it has no {', '.join(missing)}")
    squares = row.get("squares")
    texts = (str(row.get(name) or "") for name in TEXTS)
    return MetricInterval(
        _minute(row["minute"]),
        str(row["arm"]),
        _whole(row["n"]),
        _number(row["total"], "total"),
        None if _is_empty(squares) else _number(squares, "squares"),
        *texts,
    )


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _minute(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(f"the minute {value} has no zone; write 2026-05-13T10:04Z")
    return moment.astimezone(UTC)


def _whole(value: Any) -> int:
    number = _number(value, "n")
    if number != int(number):
        raise ValueError(f"n is {value}, and no whole number")
    return int(number)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool):
        raise ValueError(f"{name} is {value}, and no number")
    try:
        return float(value)
    except (ValueError, TypeError):
        raise ValueError(f"{name} is {value!a:.40}, and no number") from None
