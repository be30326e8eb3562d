"""Which metrics do outside sources bring, and how is each asked?

A name is the stem of the limits that may be set on it: `latency_seconds` is limited by `latency_seconds_max`,
`latency_seconds_rise_max` and `latency_seconds_drop_max` (sources/policies/slos.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from leverframe.nouns.evidence import Direction
from leverframe.nouns.metrics import (
    SHORTEST_EVERY_SECONDS,
    JsonEndpoint,
    Metric,
    MetricFile,
    Prometheus,
)
from leverframe.nouns.outcomes import LARGEST_VALUE, NAME
from leverframe.sources.metrics import queries
from leverframe.sources.policies.reading import Report, Section

KINDS = ("prometheus", "json", "file")
TOKEN = re.compile(r"[A-Za-z0-9_]{0,54}METRICS_TOKEN")
"""How a token's variable ends: no other secret of the server goes to an address that a policy gives."""
OURS = ("cost_usd", "error", "fairness_locale_delta", "feedback_negative", "groundedness", "slow", "units")
"""What gateways and scorers bring by call id: a second source beside them would count twice."""
ENDINGS = ("_max", "_rise", "_drop")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.(csv|parquet)")


def read_metrics(section: Section, report: Report, limits: Collection[str]) -> dict[str, Metric]:
    """Return the declared metrics by name; `limits` are the keys of slos that mean something already."""
    found: dict[str, Metric] = {}
    for name, value in section.entries():
        report.remember(f"metric {name}", value.place)
        if why := _fault_of(name, limits):
            report.error(value.place, f"The metric `{name}` {why[0]}.", why[1])
        with Section(report, value, f"The metric {name}") as entry:
            metric = _read(name, entry)
        if metric is not None and not why:
            found[name] = metric
    return found


def _fault_of(name: str, limits: Collection[str]) -> tuple[str, str] | None:
    if not NAME.fullmatch(name):
        return "has no name of a metric", "Write small letters, figures and underscores, such as `latency_seconds`."
    if name in OURS or f"{name}_max" in limits:
        return "comes from gateways or scorers already", "Give what your source brings another name."
    if name.endswith(ENDINGS):
        return f"ends as its limits do ({', '.join(ENDINGS)})", "Give it another name."
    return None


def _read(name: str, entry: Section) -> Metric | None:
    before = len(entry.report.faults)
    better = entry.choice("better", Direction, required=True)
    written = [kind for kind in KINDS if entry.has(kind)]
    if len(written) != 1:
        because = "has no source" if not written else f"has {len(written)} sources"
        entry.report.error(entry.place, f"The metric {name} {because}.", f"Write one of {', '.join(KINDS)}.")
    metric = Metric(
        name,
        better or Direction.LOWER,
        prometheus=_read_prometheus(entry.section("prometheus")) if "prometheus" in written else None,
        endpoint=_read_json(entry.section("json")) if "json" in written else None,
        file=_read_file(entry) if "file" in written else None,
        unit=entry.text("unit"),
        targets=entry.names("targets"),
        every_seconds=entry.number("every_seconds", default=60, low=SHORTEST_EVERY_SECONDS, high=3600),
        timeout_seconds=entry.number("timeout_seconds", default=10, low=0.1, high=60),
        settle_seconds=entry.number("settle_seconds", default=60, high=3600),
        bounds=_read_bounds(entry),
    )
    return metric if len(entry.report.faults) == before else None


def _read_bounds(entry: Section) -> tuple[float, float] | None:
    """Return between what a single value lies, where both ends are written."""
    if not (entry.has("lowest") or entry.has("highest")):
        return None
    lowest, highest = (
        entry.number(key, required=True, low=-LARGEST_VALUE, high=LARGEST_VALUE) for key in ("lowest", "highest")
    )
    if entry.has("lowest") and entry.has("highest") and not lowest < highest:
        entry.wrong("lowest", f"is {lowest:g}, and the highest is {highest:g}", "Write the lowest value first.")
    return lowest, highest


def _read_prometheus(section: Section) -> Prometheus:
    with section:
        calls = _read_query(section, "calls", required=True)
        total, bad = _read_query(section, "total"), _read_query(section, "bad")
        if section.has("total") == section.has("bad"):
            remedy = "Write `total` for the sum of the calls' values, or `bad` for how many of the calls were bad."
            section.report.error(section.place, "`prometheus` names not one of `total` and `bad`.", remedy)
        return Prometheus(_read_url(section), calls, total, bad, _read_token(section))


def _read_query(section: Section, key: str, *, required: bool = False) -> str:
    query = section.text(key, required=required, example="'sum(increase(calls_total{arm=\"$arm\"}[1m]))'")
    for because, remedy in queries.faults_of(query) if query else ():
        section.wrong(key, because, remedy)
    return query


def _read_json(section: Section) -> JsonEndpoint:
    with section:
        return JsonEndpoint(_read_url(section), _read_token(section), section.flag("running"))


def _read_file(entry: Section) -> MetricFile:
    name = entry.text("file", required=True)
    if name and not _FILE.fullmatch(name):
        entry.wrong("file", f"is `{name}`, which is no file of the folder", "Name a .csv or .parquet file, no path.")
    return MetricFile(name)


def _read_url(section: Section) -> str:
    url = section.text("url", required=True, example="https://prometheus.example.com")
    if url and not _is_address(url):
        section.wrong("url", f"is `{url}`, which is not a web address", "Begin it with https://.")
    elif url and "@" in urlsplit(url).netloc:
        section.wrong("url", "holds a password, which everybody can read here", "Name a variable by `token_env`.")
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _read_token(section: Section) -> str:
    name = section.text("token_env")
    if name and not TOKEN.fullmatch(name):
        remedy = "Its name ends in METRICS_TOKEN, such as `PROMETHEUS_METRICS_TOKEN`."
        section.wrong("token_env", f"is `{name}`, which is no variable for a token", remedy)
    return name
