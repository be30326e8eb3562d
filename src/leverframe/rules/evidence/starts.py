"""Are more people harmed, also where harm begins in the middle of a stage?

A provider changes a model, an index is built again: harm may begin hours after the stage did, and the harmless hours
before weigh against it. So part of the rollback evidence is put on processes that begin later: the label e-process of
`labels.py` over what was counted since a fixed time of the stage. Until such a process begins it stands at 1. A mean
of e-processes with fixed weights is one again, so that nothing is lost of the promise (reference "canary statistics"
4.3, LATE; e-detectors: Shin, Ramdas & Rinaldo, doi:10.51387/23-NEJSDS51).

Most weight stays on the process from the beginning of the ramp, and so little is lost where harm is there from the
start. Later processes look for harm that can still be seen in the rest of the stage: for larger ratios.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from leverframe.rules.evidence.labels import HARM, Mixture, Strata, log_mixture

LONG_MINUTES = 120.0
"""In stages up to this long nothing begins later."""
LATER = 7
FIRST_WEIGHT = 0.8
LATE_HARM: Mixture = ((1.5, 0.4), (2.0, 0.3), (3.0, 0.2), (6.0, 0.1))


def later_starts(bake_minutes: float) -> tuple[float, ...]:
    """Return after how many minutes of a stage its later processes begin: at each eighth of its bake."""
    if bake_minutes <= LONG_MINUTES:
        return ()
    return tuple(bake_minutes * part / (LATER + 1) for part in range(1, LATER + 1))


def log_harm(carried: Strata, since: Sequence[Strata], to_come: int, planned: int) -> float:
    """Return the log of the evidence against "no more people are harmed than beside it, at any time".

    `carried` is all that the ramp has counted, `since` what was counted since each later start that has come in this
    stage, `to_come` how many are still to come in this stage and those after it, `planned` how many the whole ramp
    has. Those of the stages before are over and count nothing: what is left out makes a mean of e-processes smaller.
    Those of a wider stage that a narrowed ramp has left count as still to come.
    """
    first = log_mixture(HARM, carried)
    if not planned:
        return first
    later = [log_mixture(LATE_HARM, strata) for strata in since]
    waiting = [0.0] * to_come
    highest = max((first, *later, *waiting))
    late = sum(exp(value - highest) for value in (*later, *waiting))
    return highest + log(FIRST_WEIGHT * exp(first - highest) + (1.0 - FIRST_WEIGHT) / planned * late)
