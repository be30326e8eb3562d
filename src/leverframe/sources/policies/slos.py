"""Which absolute limits can be watched, and where does each come from?

The keys are the handbook's, and for each metric that the policy declares: `<metric>_max` limits the candidate's own
mean, `<metric>_rise_max` and `<metric>_drop_max` how much higher or lower it is than beside it. A key without a
source would be a limit that nothing can ever break.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from leverframe.nouns.evidence import Direction
from leverframe.nouns.metrics import Metric
from leverframe.nouns.outcomes import BOUNDS
from leverframe.nouns.ramps import LimitKind, Slo
from leverframe.sources.policies.reading import Report, Section, nearest


@dataclass(frozen=True, slots=True)
class Source:
    """What one key reads: its source in words, its guardrail, and how its number is meant."""

    words: str
    guardrail: str
    kind: LimitKind
    highest: float = math.inf
    share_above: float = 0.0
    bounds: tuple[float, float] | None = None


SOURCES: Mapping[str, Source] = {
    "p95_latency_ms_max": Source("gateway outcomes", "slow", LimitKind.RATE, share_above=0.05),
    "error_rate_max": Source("gateway outcomes", "error", LimitKind.RATE, highest=1.0),
    "cost_per_call_usd_max": Source("gateway outcomes", "cost_usd", LimitKind.MEAN),
    "feedback_negative_rate_max": Source("feedback", "feedback_negative", LimitKind.RATE, highest=1.0),
    "eval_groundedness_drift_max": Source(
        "live scores", "groundedness", LimitKind.FALL, highest=1.0, bounds=BOUNDS["groundedness"]
    ),
    "fairness_locale_delta_max": Source(
        "live scores by locale",
        "fairness_locale_delta",
        LimitKind.FALL,
        highest=1.0,
        bounds=BOUNDS["groundedness"],
    ),
}
"""`share_above` is what a quantile allows: p95 at most 4,500 ms reads "at most 5 % of calls slower"."""


LIMITS: Mapping[str, tuple[LimitKind, Direction]] = {
    "_rise_max": (LimitKind.RISE, Direction.LOWER),
    "_drop_max": (LimitKind.FALL, Direction.HIGHER),
    "_max": (LimitKind.MEAN, Direction.LOWER),
}
"""How a limit on a declared metric ends, and for which direction of it that is a harm."""


def read_slos(section: Section, metrics: Mapping[str, Metric], feature: str, report: Report) -> dict[str, Slo]:
    """Return the limits that a stage writes, by key; each must have a source for the feature ("": for all)."""
    slos: dict[str, Slo] = {}
    for key, value in section.entries():
        source = SOURCES.get(key) or _declared(key, metrics)
        because, remedy = _fault(key, metrics, source, feature)
        if source is None or because:
            report.error(value.place, because, remedy)
            continue
        limit = section.number(key, default=math.nan, high=source.highest)
        if limit == 0:
            section.wrong(key, "is 0, which every ramp would break", "Write the largest value that you accept.")
        elif not math.isnan(limit):
            slos[key] = _slo(key, source, limit)
    return slos


def _slo(key: str, source: Source, written: float) -> Slo:
    if source.share_above:
        return Slo(key, source.guardrail, source.kind, limit=source.share_above, threshold=written)
    return Slo(key, source.guardrail, source.kind, limit=written, bounds=source.bounds)


def _declared(key: str, metrics: Mapping[str, Metric]) -> Source | None:
    """Return what a limit on a declared metric reads."""
    for ending, (kind, _) in LIMITS.items():
        if key.endswith(ending) and key.removesuffix(ending) in metrics:
            metric = metrics[key.removesuffix(ending)]
            return Source("metrics", metric.name, kind, highest=_widest(metric, kind), bounds=metric.bounds)
    return None


def _widest(metric: Metric, kind: LimitKind) -> float:
    """Return the largest limit that something could break, as far as the metric's bounds say it."""
    if metric.bounds is None:
        return math.inf
    low, high = metric.bounds
    return high if kind is LimitKind.MEAN else high - low


def _fault(key: str, metrics: Mapping[str, Metric], source: Source | None, feature: str) -> tuple[str, str]:
    """Say why nothing could break a limit, with the remedy; nothing where something can."""
    if source is None:
        return f"The slo `{key}` has no source, so nothing could ever break it.", _remedy(key, metrics)
    metric = metrics.get(source.guardrail)
    if key in SOURCES or metric is None:
        return "", ""
    if metric.targets and feature not in metric.targets:
        where = f"for {feature}" if feature else "for every feature that takes this template"
        because = f"The slo `{key}` has no source {where}, so nothing could ever break it."
        return because, f"`{metric.name}` is measured for {', '.join(metric.targets)}: add to its `targets`."
    harm = next(way for ending, (_, way) in LIMITS.items() if key.endswith(ending))
    if metric.better is not harm:
        other = "_drop_max" if metric.better is Direction.HIGHER else "_rise_max"
        because = f"The slo `{key}` limits what is no harm: {metric.better.value} is better for `{metric.name}`."
        return because, f"Write `{metric.name}{other}`."
    return "", ""


def _remedy(key: str, metrics: Mapping[str, Metric]) -> str:
    by_source: dict[str, list[str]] = {}
    for name, source in SOURCES.items():
        by_source.setdefault(source.words, []).append(name)
    declared = [
        f"{name}{ending}" for name in metrics for ending, (_, way) in LIMITS.items() if way is metrics[name].better
    ]
    if declared:
        by_source["metrics"] = declared
    listed = "; ".join(f"{words} ({', '.join(names)})" for words, names in by_source.items())
    close = nearest(key, [*SOURCES, *declared])
    hint = f"{close} " if close.startswith("Did") else ""
    return f"{hint}The sources are: {listed}."
