"""What do the single minutes of a stage say that its totals do not?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Interval(NamedTuple):
    """What one interval (a minute, all cells) says of one metric: how much too much, per how much weight."""

    gap: float
    weight: float


class Moments(NamedTuple):
    """The sums of many intervals: all that is kept of them."""

    intervals: int = 0
    gap: float = 0.0
    weight: float = 0.0
    gap_gap: float = 0.0
    gap_weight: float = 0.0
    weight_weight: float = 0.0


NOTHING = Moments()


class MeanMinutes(NamedTuple):
    """One metric, minute by minute: the candidate's mean, the control's, and the candidate's less the control's.

    `wealth` is what the bets on a fall have become (their logarithms); empty where nothing is bet.
    """

    candidate: Moments = NOTHING
    control: Moments = NOTHING
    difference: Moments = NOTHING
    wealth: tuple[float, ...] = ()


Met = Mapping[str, Mapping[float, tuple[float, float]]]
"""Who has met a bad event: by guardrail and by share of the buckets, (candidate, control) units."""


class Heard(NamedTuple):
    """In how many minutes something was heard of one arm, in which first, and in which last."""

    minutes: int
    first: datetime
    last: datetime


BothHeard = tuple[Heard | None, Heard | None]
"""The candidate's and the control's; None: nothing was heard of it."""


@dataclass(frozen=True, slots=True)
class StageMinutes:
    """What the minutes of one stage say: `starts` is who had met a bad event when each process that looks for later
    harm began (None: it has begun just now, and that is not known yet), `means` the metrics that its limits name,
    `heard` when calls (`cost_usd`, which each of them has) and these metrics were heard of.
    """

    starts: tuple[Met | None, ...] = ()
    means: Mapping[str, MeanMinutes] = field(default_factory=dict)
    heard: Mapping[str, BothHeard] = field(default_factory=dict)
