"""What did staging promise of a score, and what do live calls say?"""

from __future__ import annotations

from dataclasses import dataclass

from leverframe.nouns.evidence import Comparison


@dataclass(frozen=True, slots=True)
class Baseline:
    """A mean on live calls of a stage, beside what the ticket's evals measured of it before: told, never decided on.

    `metric` is named as live scores are (`groundedness@fr-FR` is a slice of the evals). `live` is the candidate's
    mean over `scores`, `beside` current's at the same time; `live_error` its standard error, known from its
    twentieth minute on. `staging` is the mean over `n` cases of `suite`, `staging_error` its standard error where the
    tool tells it. `is_staged` says that this very candidate stands on staging; else the evals were run elsewhere.
    """

    metric: str
    suite: str
    live: float
    scores: int
    beside: float | None
    live_error: float | None
    staging: float
    staging_error: float | None
    n: int
    is_staged: bool
    comparison: Comparison
    because: str
