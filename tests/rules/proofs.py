"""What does the reference's formula say of a harm that is ruled out, written out for itself?"""

from __future__ import annotations

from math import exp, log

from leverframe.rules.evidence.labels import PROOF_RATIOS, Strata


def log_likelihood(ratio: float, strata: Strata) -> float:
    """Return the log likelihood of a ratio against ratio 1 (reference "canary statistics" 4.2(a))."""
    return sum(a * log(ratio) - (a + b) * log(1.0 + share * (ratio - 1.0)) for share, (a, b) in strata.items())


def log_ruled_out(strata: Strata, ratio: float) -> float:
    """Return the log of the evidence against "at least `ratio` times as many people are harmed"."""
    against = log_likelihood(ratio, strata)
    below = [log_likelihood(each, strata) - against for each in PROOF_RATIOS]
    highest = max(below)
    return highest + log(sum(exp(each - highest) for each in below) / len(below))
