"""Which absolute limits can be watched, and where does each come from?

The keys are the handbook's. A key without a source would be a limit that nothing can ever break.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

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


SOURCES: Mapping[str, Source] = {
    "p95_latency_ms_max": Source("gateway outcomes", "slow", LimitKind.RATE, share_above=0.05),
    "error_rate_max": Source("gateway outcomes", "error", LimitKind.RATE, highest=1.0),
    "cost_per_call_usd_max": Source("gateway outcomes", "cost_usd", LimitKind.MEAN),
    "feedback_negative_rate_max": Source("feedback", "feedback_negative", LimitKind.RATE, highest=1.0),
    "eval_groundedness_drift_max": Source("live scores", "groundedness", LimitKind.FALL, highest=1.0),
    "fairness_locale_delta_max": Source(
        "live scores by locale", "fairness_locale_delta", LimitKind.FALL, highest=1.0
    ),
}
"""`share_above` is what a quantile allows: p95 at most 4,500 ms reads "at most 5 % of calls slower"."""


def read_slos(section: Section, report: Report) -> dict[str, Slo]:
    """Return the limits that a stage writes, by key; each must have a source."""
    slos: dict[str, Slo] = {}
    for key, value in section.entries():
        source = SOURCES.get(key)
        if source is None:
            report.error(value.place, f"The slo `{key}` has no source, so nothing could ever break it.", _remedy(key))
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
    return Slo(key, source.guardrail, source.kind, limit=written)


def _remedy(key: str) -> str:
    by_source: dict[str, list[str]] = {}
    for name, source in SOURCES.items():
        by_source.setdefault(source.words, []).append(name)
    listed = "; ".join(f"{words} ({', '.join(names)})" for words, names in by_source.items())
    close = nearest(key, list(SOURCES))
    hint = f"{close} " if close.startswith("Did") else ""
    return f"{hint}The sources are: {listed}."
