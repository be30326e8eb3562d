"""Which file of the server's folder of metrics is meant, and which of its rows are asked for?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from leverframe.nouns.metrics import Metric, MetricAsked
from leverframe.nouns.verdicts import SourceFailed

MOST_BYTES = 16_000_000
NARROWING = ("change", "target")


def found(folder: Path | None, name: str) -> Path:
    """Return the path of a file that lies in the folder itself; raises SourceFailed."""
    if folder is None:
        raise SourceFailed("leverframe serve --metrics names no folder of metric files", permanent=True)
    path = folder / name
    if not path.is_file() or path.resolve().parent != folder.resolve():
        raise SourceFailed(f"there is no file {name} in the folder of metric files", permanent=False)
    if path.stat().st_size > MOST_BYTES:
        raise SourceFailed(f"{name} has more than {MOST_BYTES:,} bytes", permanent=False)
    return path


def wanted(rows: Iterable[Mapping[str, Any]], metric: Metric, asked: MetricAsked) -> Iterator[Mapping[str, Any]]:
    """Keep the rows of a metric; where they name a change or a target, only those of the one that is asked for."""
    mine = {"change": asked.change, "target": asked.target}
    for row in rows:
        if row.get("metric") == metric.name and all(row.get(name) in (None, "", mine[name]) for name in NARROWING):
            yield row
