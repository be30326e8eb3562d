"""What was counted of each stage of a ramp?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select

from leverframe.nouns.evidence import StageCounts
from leverframe.nouns.outcomes import CallFacts, Feedback
from leverframe.nouns.ramps import RampState
from leverframe.store import measured, ramps
from leverframe.store.cells import Totals, by_change
from leverframe.store.counted import (
    COUNTED,
    NOWHERE,
    Shares,
    bad_units,
    cells_of,
    scored_calls,
    seen_units,
    shares_of,
    stage_counts,
    stage_shares,
)
from leverframe.store.counting import CountRow, count_batch
from leverframe.store.database import Db, in_parts
from leverframe.store.traffic import traffic

__all__ = [
    "CountRow",
    "Shares",
    "by_change",
    "count_batch",
    "counts",
    "counts_of",
    "forget_units",
    "late",
    "record_late",
    "set_shares",
    "shares_of",
    "stage_ended_at",
    "times_counted",
    "traffic",
]


def set_shares(
    db: Db, change: str, stage: int, shares: Mapping[str, float], now: datetime, *, proof_anew: bool = False
) -> None:
    """Say which share of the buckets (0 to 1) each cell has in a stage from now on.

    A cell whose share changes counts anew. With `proof_anew` every cell counts anew for what promotes; the harm that
    was counted at a share that stays is counted on.
    """
    known = cells_of(db, change, stage)
    last = max((stands.proof for stands in known.values()), default=0)
    for cell, share in sorted(shares.items()):
        stands = known.get(cell, NOWHERE)
        if proof_anew or cell not in known or share != stands.share:
            row = {"change": change, "stage": stage, "cell": cell, "share": share, "since": now}
            db.execute(stage_shares.insert().values(**row, run=1 + (last if proof_anew else stands.proof)))


def counts(db: Db, change: str) -> list[StageCounts]:
    """Return what was counted in each stage, by cell, as it stands; `store.past` says what stood before."""
    return counts_of(db, [change])[change]


def counts_of(db: Db, changes: Sequence[str], *, stage: int | None = None) -> dict[str, list[StageCounts]]:
    """Return what was counted of each of several changes, as `counts` does, in few queries; or of one stage of it."""
    found: dict[str, list[StageCounts]] = {}
    for part in in_parts(changes):
        found |= by_change(part, shares_of(db, part, stage), _totals(db, part, stage), measured.states_of(db, part))
    return found


def _totals(db: Db, changes: Sequence[str], stage: int | None) -> Totals:
    query = select(*(stage_counts.c[name] for name in COUNTED)).where(stage_counts.c.change.in_(changes))
    return db.execute(query if stage is None else query.where(stage_counts.c.stage == stage)).all()


def times_counted(db: Db, changes: Sequence[str]) -> dict[str, dict[int, int]]:
    """Return for each of several changes, by stage, a number that rises whenever anything is counted, or a source of
    its metrics fails or answers again.
    """
    found: dict[str, dict[int, int]] = {change: {} for change in changes}
    here = (stage_counts.c.change, stage_counts.c.stage)
    for part in in_parts(changes):
        total = select(*here, func.sum(stage_counts.c.n).label("times"))
        for row in db.execute(total.where(stage_counts.c.change.in_(part)).group_by(*here)):
            found[row.change][row.stage] = int(row.times)
        for (change, stage), times in measured.times_told(db, part).items():
            found[change][stage] = found[change].get(stage, 0) + times
    return found


def record_late(db: Db, now: datetime, facts: CallFacts, feedback: Feedback) -> None:
    """Write down that something came too late to be read; `late` counts it."""
    count_batch(db, now, [CountRow(facts, feedback.call, is_call=False, arrives_late=True)])


def late(db: Db, change: str) -> int:
    """Count what came too late to be read."""
    named = (stage_counts.c.change == change) & (stage_counts.c.name == "late")
    return int(db.execute(select(func.sum(stage_counts.c.n)).where(named)).scalar_one() or 0)


def stage_ended_at(db: Db, change: str, stage: int) -> datetime | None:
    """Return when a stage ended, or None while it lasts or has not begun."""
    ramp = ramps.get(db, change)
    if ramp is None or (ramp.state is RampState.RAMPING and ramp.stage <= stage):
        return None
    return next((step.at for step in ramps.steps(db, change) if step.stage > stage), ramp.ended_at)


def forget_units(db: Db, change: str) -> None:
    """Remove who was seen in a change's ramp, once nothing can be added any more; the counts stay."""
    for table in (seen_units, bad_units, scored_calls):
        db.execute(sql_delete(table).where(table.c.change == change))
