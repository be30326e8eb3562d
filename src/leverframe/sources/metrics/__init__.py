"""What does a metric's source say of some minutes, whichever kind of source it is?

One more kind is one more file here, a noun in nouns/metrics.py, and a line below.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from leverframe.nouns.metrics import JsonEndpoint, Metric, MetricAnswer, MetricAsked, MetricFile, Prometheus
from leverframe.rules.metric_rows import checked
from leverframe.sources.metrics import csv_file, json_endpoint, parquet_file, prometheus
from leverframe.sources.metrics.addresses import Addresses, NoAnswer, origin_of
from leverframe.sources.metrics.files import found

__all__ = ["MetricSources", "NoAnswer", "place_of"]


class MetricSources:
    """The ways to ask. `secrets` holds bearer tokens by the names of environment variables, `folder` the files."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        folder: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses, self._folder = Addresses(secrets, monotonic), folder

    def read(self, metric: Metric, asked: MetricAsked) -> MetricAnswer:
        """Ask a metric's source for some minutes; raises SourceFailed where it gives no answer that can be read."""
        match metric.source:
            case Prometheus() as source:
                rows = prometheus.read(self._addresses, metric, source, asked)
            case JsonEndpoint() as source:
                rows = json_endpoint.read(self._addresses, metric, source, asked)
            case MetricFile(name=name):
                path = found(self._folder, name)
                rows = (parquet_file if name.endswith(".parquet") else csv_file).read(path, metric, asked)
        return checked(metric, asked, rows)


def place_of(metric: Metric) -> str:
    """Name what a metric is asked of: two at one place are asked one after the other."""
    match metric.source:
        case Prometheus(url=url) | JsonEndpoint(url=url):
            return origin_of(url)
        case MetricFile(name=name):
            return name
