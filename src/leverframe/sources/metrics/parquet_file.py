"""What does a Parquet file say of some minutes?

Read by pyarrow, which weighs more than the rest of the house: it comes with the extra `parquet` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leverframe.nouns.metrics import Metric, MetricAsked, MetricInterval
from leverframe.nouns.verdicts import SourceFailed
from leverframe.sources.metrics.files import wanted
from leverframe.sources.metrics.rows import NEEDED, read_rows


def read(path: Path, metric: Metric, asked: MetricAsked) -> Iterator[MetricInterval]:
    """Yield what the file says of each arm's minutes."""
    return read_rows(path.name, wanted(rows_of(path), metric, asked))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the file's rows by their columns' names."""
    rows = _rows(path)
    missing = [name for name in ("metric", *NEEDED) if rows and name not in rows[0]]
    if missing:
        raise SourceFailed(f"{path.name} has no column {', '.join(missing)}", permanent=False)
    return rows


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        from pyarrow import ArrowException, parquet  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise SourceFailed("Parquet needs pyarrow: install leverframe[parquet]", permanent=True) from None
    try:
        return parquet.read_table(path).to_pylist()
    except (OSError, ArrowException) as no:
        raise SourceFailed(f"{path.name} cannot be read: {no!s:.200}", permanent=False) from None
