"""What had the minutes of a stage said of its means by each of some moments?

They are read on from minute to minute, each once it was well over, as the ramp does. A page asks for the same moments
again and again: what is known at them is kept, and only what was scored since is read.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from leverframe.actions.stage_minutes import MINUTE, OVER
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import StageCounts
from leverframe.nouns.minutes import MeanMinutes
from leverframe.nouns.ramps import Stage
from leverframe.rules.evidence.means import metrics_of, with_minute
from leverframe.store import stage_minutes
from leverframe.store.database import Db

MOST_KEPT = 500
"""So many stages are kept, each at some fifty moments."""

Means = Mapping[str, MeanMinutes]
_Key = tuple[str, int, int, int]
"""A change and its version, a stage, and how many runs of shares had begun: with as many, the same are read."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the minutes say up to one of them, that minute included, and what they had said by earlier moments."""

    upto: datetime
    means: Means
    at: Mapping[datetime, Means]


class MeansKept:
    """What one process remembers of them, for any thread; what was asked for longest ago is forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Known] = OrderedDict()
        self._changing = Lock()

    def by(
        self, db: Db, change: Change, here: StageCounts, runs: int, moments: Sequence[datetime]
    ) -> Mapping[datetime, Means]:
        """Return what was known at each of some moments, the earliest first, while so many runs were read."""
        stage, key = change.plan.stages[here.stage - 1], (change.id, change.version, here.stage, runs)
        known = self._kept.get(key)
        if known is None or any(moment not in known.at and moment - OVER < known.upto for moment in moments):
            known = _Known(_first(here), {}, {})
        known = _read_on(db, change.id, stage, here, known, moments)
        self._keep(key, known)
        return known.at

    def _keep(self, key: _Key, known: _Known) -> None:
        with self._changing:
            self._kept[key] = known
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _first(here: StageCounts) -> datetime:
    """Return the minute before the first that is read."""
    began = here.began_at or min(here.since.values())
    return began.replace(second=0, microsecond=0) - MINUTE


def _read_on(
    db: Db, change: str, stage: Stage, here: StageCounts, known: _Known, moments: Sequence[datetime]
) -> _Known:
    """Add the minutes up to the last moment that is not known yet, in their order."""
    wanted = [moment for moment in moments if moment not in known.at]
    if not wanted:
        return known
    upto, means = max(known.upto, wanted[-1] - OVER), known.means
    scores = stage_minutes.scores_of(db, change, here.stage, metrics_of(stage), known.upto + MINUTE, upto)
    coming = deque(sorted(stage_minutes.by_minute(scores, change, here).items()))
    at = {moment: known.at[moment] for moment in moments if moment in known.at}
    for moment in wanted:
        while coming and coming[0][0] <= moment - OVER:
            means = with_minute(means, coming.popleft()[1], stage)
        at[moment] = means
    return _Known(upto, means, at)
