"""What do somebody's own figures say, for a rehearsal?

Their rows are those of every metric's file: `metric` is the guardrail, `n` how many people an arm had in a minute,
`total` how many of them met it. They are read where the file lies, and sent as rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from leverframe.nouns.recordings import Figure
from leverframe.nouns.verdicts import Fault, Invalid, SourceFailed
from leverframe.sources.metrics import csv_file, parquet_file
from leverframe.sources.metrics.files import MOST_BYTES
from leverframe.sources.metrics.rows import MOST_ROWS, NEEDED, TEXTS, read_row

SENT = ("metric", *NEEDED, *TEXTS)
MOST_FAULTS = 100
REMEDY = "write the columns metric, minute, arm, n and total"


def read_file(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV or Parquet file as they are sent; raises Invalid."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceFailed(f"{path.name} has more than {MOST_BYTES:,} bytes", permanent=True)
        rows = parquet_file.rows_of(path) if path.suffix == ".parquet" else list(csv_file.rows_of(path))
    except OSError as no:
        raise Invalid(
            [Fault(str(path), f"it cannot be read: {no.strerror}", "name a file that you may read")]
        ) from None
    except SourceFailed as no:
        raise Invalid([Fault(str(path), str(no), REMEDY)]) from None
    return [{name: _sent(row.get(name)) for name in SENT if row.get(name) not in (None, "")} for row in rows]


def _sent(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def read_figures(rows: Sequence[Any]) -> tuple[Figure, ...]:
    """Read rows as they were sent; raises Invalid with the fault of each row that cannot be read."""
    if len(rows) > MOST_ROWS:
        raise Invalid([Fault("figures", f"there are {len(rows):,} rows", f"send at most {MOST_ROWS:,}")])
    told = [(number, _figure(number, row)) for number, row in enumerate(rows, 1)]
    faults = list(_faults(told))
    if faults:
        raise Invalid(faults[:MOST_FAULTS])
    return tuple(figure for _, figure in told if isinstance(figure, Figure))


def _faults(told: Sequence[tuple[int, Figure | str]]) -> Iterator[Fault]:
    for number, each in told:
        if isinstance(each, str):
            yield Fault(f"figures, row {number}", each, REMEDY)


def _figure(number: int, row: Any) -> Figure | str:
    guardrail = row.get("metric") if isinstance(row, Mapping) else None
    if not isinstance(guardrail, str) or not guardrail.strip():
        return "it names no metric"
    found = read_row(row)
    return found if isinstance(found, str) else Figure(number, guardrail.strip(), found)
