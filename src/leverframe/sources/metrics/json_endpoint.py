"""What does an address say that answers in our own form?

It is asked with the query parameters `metric`, `change`, `target`, `stage`, `from` and `to`, and answers a list of
rows (docs/reference/metrics.md). Where its figures are running counters, it is asked for one minute more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leverframe.nouns.metrics import JsonEndpoint, Metric, MetricAsked, MetricInterval
from leverframe.nouns.verdicts import SourceFailed
from leverframe.sources.metrics.addresses import Addresses, origin_of
from leverframe.sources.metrics.rows import increases, read_rows

MINUTE = timedelta(minutes=1)


def read(addresses: Addresses, metric: Metric, source: JsonEndpoint, asked: MetricAsked) -> Iterator[MetricInterval]:
    """Yield what the address says of each arm's minutes."""
    first = asked.first - MINUTE if source.running else asked.first
    known = {
        "metric": metric.name,
        "change": asked.change,
        "target": asked.target,
        "stage": str(asked.stage),
        "from": f"{first:%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{asked.end:%Y-%m-%dT%H:%M:%SZ}",
    }
    status, answer = addresses.get(source.url, known, source.token_env, metric.timeout_seconds)
    who = origin_of(source.url)
    if status != 200:
        raise SourceFailed(f"{who} answers HTTP {status}", permanent=False)
    if not isinstance(answer, list):
        raise SourceFailed(f"{who} answers no list of rows", permanent=False)
    rows = read_rows(f"the answer of {who}", answer)
    return increases(rows) if source.running else rows
