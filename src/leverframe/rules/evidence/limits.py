"""Is a rate above its absolute limit?

One sample, anytime-valid: a mixture likelihood ratio of rates above the limit against the limit, on the first
calls of units (each counts once, so that a heavy user is one vote). A rate p_r whose odds are r times those of
the limit L has

    log likelihood ratio = x * log(r) - n * log(1 + L * (r - 1))

for x bad among n: the label e-process with the limit in place of the share, valid for every rate up to L by
Ville's inequality. It falls as L rises, so the limits that it rejects are all below one bound: that bound is a
time-uniform lower bound of the rate.
"""

from __future__ import annotations

from leverframe.rules.evidence.labels import log_harm

STEPS = 40


def log_above(bad: int, units: int, limit: float) -> float:
    """Return the log of the evidence against "the rate is at most `limit`"; a limit of 1 is never broken."""
    if units == 0 or limit >= 1.0:
        return 0.0
    return log_harm({limit: (bad, units - bad)})


def lower_bound(bad: int, units: int, log_needed: float) -> float:
    """Return the largest limit below which the rate cannot lie, where rejecting takes `log_needed` evidence."""
    low, high = 0.0, bad / units if units else 0.0
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        if log_above(bad, units, middle) >= log_needed:
            low = middle
        else:
            high = middle
    return low
