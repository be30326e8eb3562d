"""What does a Prometheus say of some minutes?

Asked is `/api/v1/query_range` (Prometheus HTTP API) with a step of a minute, each arm for its calls and for their
total: the value at 10:05 is what `increase(…[1m])` found since 10:04, the minute that began then. `increase` reads
over resets of a counter by itself. Its figures are extrapolated, so that calls are no whole numbers: they are
rounded, and the total with them, so that the mean stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from leverframe.nouns.metrics import Metric, MetricAsked, MetricInterval, Prometheus
from leverframe.nouns.verdicts import SourceFailed
from leverframe.rules.metric_rows import ARMS
from leverframe.sources.metrics.addresses import Addresses, origin_of
from leverframe.sources.metrics.queries import filled

STEP = timedelta(minutes=1)
CELL = ("region", "ring", "cohort")
"""The labels that a query may keep: `sum by (region, ring) (…)` tells of each cell by itself."""
MOST_SERIES = 2000

_Cell = tuple[str, str, str]
_Points = Mapping[tuple[datetime, _Cell], float]


def read(addresses: Addresses, metric: Metric, source: Prometheus, asked: MetricAsked) -> Iterator[MetricInterval]:
    """Yield what each arm's minutes were; an arm without any series has no rows."""
    for arm in ARMS:
        calls = _series(addresses, metric, source, asked, source.calls, arm)
        totals = _series(addresses, metric, source, asked, source.bad or source.total, arm)
        for (minute, cell), count in sorted(calls.items()):
            total = totals.get((minute, cell), 0.0 if source.bad else float("nan"))
            yield _interval(minute, arm, cell, count, total, is_bad=bool(source.bad))


def _interval(minute: datetime, arm: str, cell: _Cell, calls: float, total: float, *, is_bad: bool) -> MetricInterval:
    """Round the calls, and keep the mean; what is no number is left for the rule to say."""
    n = round(calls) if isfinite(calls) else -1
    if n <= 0 or not isfinite(total):
        return MetricInterval(minute, arm, n, 0.0 if n == 0 else total, None, *cell)
    total = total * n / calls
    if is_bad:
        total = min(total, float(n))
    return MetricInterval(minute, arm, n, total, total if is_bad else None, *cell)


def _series(
    addresses: Addresses, metric: Metric, source: Prometheus, asked: MetricAsked, query: str, arm: str
) -> _Points:
    names = {"change": asked.change, "target": asked.target, "stage": str(asked.stage), "arm": arm}
    known = {
        "query": filled(query, names),
        "start": str(int((asked.first + STEP).timestamp())),
        "end": str(int(asked.end.timestamp())),
        "step": str(int(STEP.total_seconds())),
        "timeout": f"{metric.timeout_seconds:g}s",
    }
    url = f"{source.url.rstrip('/')}/api/v1/query_range"
    status, answer = addresses.get(url, known, source.token_env, metric.timeout_seconds)
    return _points(_matrix(origin_of(source.url), status, answer), arm)


def _matrix(who: str, status: int, answer: Any) -> list[Any]:
    if not isinstance(answer, dict) or answer.get("status") != "success":
        why = answer.get("error", "") if isinstance(answer, dict) else ""
        raise SourceFailed(f"{who} refuses the query: {why or f'HTTP {status}'!s:.300}", permanent=False)
    data = answer.get("data")
    result = data.get("result") if isinstance(data, dict) and data.get("resultType") == "matrix" else None
    if not isinstance(result, list):
        raise SourceFailed(f"{who} answers no matrix; the query must give a series", permanent=False)
    return result


def _points(series: list[Any], arm: str) -> _Points:
    """Put the values of each cell under its minutes; two series of one cell cannot both be it."""
    points: dict[tuple[datetime, _Cell], float] = {}
    cells: set[_Cell] = set()
    try:
        for each in series[:MOST_SERIES]:
            region, ring, cohort = (str(each["metric"].get(name, "")) for name in CELL)
            cells.add((region, ring, cohort))
            for at, value in each["values"]:
                minute = datetime.fromtimestamp(float(at), UTC) - STEP
                points[minute, (region, ring, cohort)] = float(value)
    except (LookupError, TypeError, ValueError, OverflowError, AttributeError) as no:
        raise SourceFailed(f"the answer has no series that can be read: {no!s:.200}", permanent=False) from None
    if len(cells) < len(series):
        by = " or sum by (region, ring)" if len(series) <= MOST_SERIES else ""
        because = f"the query gives {len(series)} series for the {arm} arm; aggregate with sum(){by}"
        raise SourceFailed(because, permanent=True)
    return points
