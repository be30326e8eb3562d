"""How is each kind of source told what to say?

One past is told to all of them: to a real Prometheus as counters that rise, to a real HTTP server and to files as
rows of minutes. A case has a feature of its own, so that one Prometheus serves them all.
"""

from __future__ import annotations

import csv
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import isnan
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from leverframe.nouns.evidence import Direction
from leverframe.nouns.metrics import (
    JsonEndpoint,
    Metric,
    MetricAnswer,
    MetricAsked,
    MetricFile,
    MetricInterval,
    Prometheus,
)
from leverframe.sources.metrics import MetricSources

T0 = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANGE = "CHG-2026-00001"
SCRAPES = 4
"""So often a minute's counters are told."""
NAN = float("nan")


def row(minute: int, arm: str, n: int, total: float, **place: str) -> MetricInterval:
    """Return what one arm was in one minute of the past."""
    return MetricInterval(T0 + minute * MINUTE, arm, n, total, None, **place)


def both(minute: int, n: int = 40, mean: float = 0.5, **place: str) -> list[MetricInterval]:
    """Return one minute of both arms; the candidate is a little slower."""
    return [
        row(minute, "candidate", n, n * mean * 1.5, **place),
        row(minute, "control", 2 * n, 2 * n * mean, **place),
    ]


def asked(case: str, first: int = 0, end: int = 5, **other) -> MetricAsked:
    """Ask for some minutes of a case."""
    return replace(MetricAsked(CHANGE, case, 2, T0 + first * MINUTE, T0 + end * MINUTE), **other)


@dataclass(slots=True)
class Told:
    """A kind of source that has been told the past: its sources, and the metric by which it is asked."""

    kind: str
    sources: MetricSources
    metric: Metric
    knows_units: bool = True
    is_remote: bool = True

    def says(self, case: str, **other) -> MetricAnswer:
        """Ask it."""
        metric = replace(self.metric, **{name: other.pop(name) for name in ("unit",) if name in other})
        return self.sources.read(metric, asked(case, **other))


# ---------------------------------------------------------------------------------------------------- Prometheus

BY_CELL = 'sum by (region, ring, cohort) (increase({}{{feature="$target",change="$change",arm="$arm"}}[1m]))'
PROMETHEUS = Prometheus("", BY_CELL.format("llm_calls_total"), BY_CELL.format("llm_seconds_total"))
LATENCY = Metric("latency_seconds", Direction.LOWER, unit="seconds", timeout_seconds=10)


def samples(past: Mapping[str, Iterable[MetricInterval]], resets: Mapping[str, int] = {}) -> list[str]:
    """Write a past as counters; those of a case in `resets` begin anew with that minute."""
    lines: list[str] = []
    for counter, amount in (("llm_calls", lambda r: r.n), ("llm_seconds", lambda r: r.total)):
        lines.append(f"# TYPE {counter} counter")
        for case, rows in past.items():
            for labels, of_series in _series(case, rows).items():
                lines += _risen(f"{counter}_total{{{labels}}}", of_series, amount, resets.get(case, -1))
    return lines


def _series(case: str, rows: Iterable[MetricInterval]) -> dict[str, list[MetricInterval]]:
    found: dict[str, list[MetricInterval]] = defaultdict(list)
    for each in rows:
        names = {"feature": case, "change": CHANGE, "arm": each.arm, "pod": each.unit}
        names |= {name: getattr(each, name) for name in ("region", "ring", "cohort")}
        found[",".join(f'{name}="{value}"' for name, value in names.items() if value)].append(each)
    return found


def _risen(name: str, rows: list[MetricInterval], amount: Callable, reset: int) -> list[str]:
    by_minute = {round((each.minute - T0) / MINUTE): amount(each) for each in rows}
    value, lines, last = 1000.0, [], max(by_minute)
    for minute in range(min(by_minute), last + 1):
        at = int((T0 + minute * MINUTE).timestamp())
        added = by_minute.get(minute, 0.0)
        lines.append(f"{name} {_shown(value, by_minute.get(minute - 1, 0.0))} {at}")
        if minute == reset:
            value = 0.0
        for part in range(1, SCRAPES):
            lines.append(f"{name} {_shown(value + added * part / SCRAPES, added)} {at + 60 * part // SCRAPES}")
        value += 0.0 if isnan(added) else added
    lines.append(f"{name} {_shown(value, by_minute[last])} {int((T0 + (last + 1) * MINUTE).timestamp())}")
    return lines


def _shown(value: float, added: float) -> str:
    return "NaN" if isnan(added) else repr(float(value))


# ---------------------------------------------------------------------------------------------------- an address


class Desk:
    """A real HTTP server that answers in our form from a past, and notes what it was asked with."""

    def __init__(self, past: Mapping[str, Iterable[MetricInterval]]) -> None:
        self.past, self.heard, self.headers = {case: list(rows) for case, rows in past.items()}, [], []
        self.body: bytes | None = None
        self.status, self.told, self.drips = 200, {}, threading.Event()
        self.drips.set()
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = dict(parse_qsl(urlsplit(self.path).query))
                desk.heard.append(known)
                desk.headers.append(self.headers)
                desk.drips.wait(20)
                body = desk.body if desk.body is not None else json.dumps(desk.rows(known)).encode()
                self.send_response(desk.status)
                for name, value in desk.told.items():
                    self.send_header(name, value)
                try:
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def rows(self, known: Mapping[str, str]) -> list[dict]:
        first, end = (datetime.fromisoformat(known[name]) for name in ("from", "to"))
        return [as_row(each) for each in self.past.get(known["target"], ()) if first <= each.minute < end]

    def close(self) -> None:
        self.drips.set()
        self._server.shutdown()
        self._server.server_close()


def as_row(each: MetricInterval) -> dict:
    """Write an interval in our form."""
    place = {name: getattr(each, name) for name in ("region", "ring", "cohort", "unit") if getattr(each, name)}
    return {"minute": f"{each.minute:%Y-%m-%dT%H:%MZ}", "arm": each.arm, "n": each.n, "total": each.total, **place}


# ---------------------------------------------------------------------------------------------------- files


@dataclass(slots=True)
class Written:
    """Rows of a file, each with its metric, change and target."""

    rows: list[dict] = field(default_factory=list)

    def add(self, past: Mapping[str, Iterable[MetricInterval]]) -> Written:
        for case, told in past.items():
            named = {"metric": LATENCY.name, "change": CHANGE, "target": case}
            self.rows += [{**named, **as_row(each)} for each in told]
        return self

    def as_csv(self, path: Path) -> None:
        columns = list(dict.fromkeys(name for each in self.rows for name in each))
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, columns)
            table.writeheader()
            table.writerows(self.rows)

    def as_parquet(self, path: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        columns = list(dict.fromkeys(name for each in self.rows for name in each))
        table = {name: [each.get(name) for each in self.rows] for name in columns}
        table["minute"] = [datetime.fromisoformat(text) for text in table["minute"]]
        pyarrow.parquet.write_table(pyarrow.table(table), path)


def of_file(folder: Path, name: str) -> Told:
    """Return a file as a source."""
    metric = replace(LATENCY, file=MetricFile(name))
    return Told(name.rpartition(".")[2], MetricSources({}, folder), metric, is_remote=False)


def of_desk(desk: Desk, *, bounds: tuple[float, float] | None = None, **other) -> Told:
    """Return an address as a source, of values that lie between bounds if they are given."""
    endpoint = JsonEndpoint(f"{desk.address}/metrics", **other)
    return Told(
        "json", MetricSources({"DESK_METRICS_TOKEN": "s3cret"}), replace(LATENCY, endpoint=endpoint, bounds=bounds)
    )


def of_prometheus(url: str, **other) -> Told:
    """Return a Prometheus as a source."""
    source = replace(PROMETHEUS, url=url, **other)
    sources = MetricSources({"TEAM_METRICS_TOKEN": "s3cret"})
    return Told("prometheus", sources, replace(LATENCY, prometheus=source), knows_units=False)
