"""What does a CSV file say of some minutes?"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leverframe.nouns.metrics import Metric, MetricAsked, MetricInterval
from leverframe.nouns.verdicts import SourceFailed
from leverframe.sources.metrics.files import wanted
from leverframe.sources.metrics.rows import NEEDED, read_rows


def read(path: Path, metric: Metric, asked: MetricAsked) -> Iterator[MetricInterval]:
    """Yield what the file says of each arm's minutes; its first line names the columns."""
    yield from read_rows(path.name, wanted(rows_of(path), metric, asked))


def rows_of(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the file's rows by their columns' names."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            missing = [name for name in ("metric", *NEEDED) if name not in (table.fieldnames or ())]
            if missing:
                raise SourceFailed(f"{path.name} has no column {', '.join(missing)}", permanent=False)
            yield from table
    except (OSError, UnicodeDecodeError, csv.Error) as no:
        raise SourceFailed(f"{path.name} cannot be read: {no!s:.200}", permanent=False) from None
