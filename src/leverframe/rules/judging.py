"""May a stage be judged now, and what do its judges sign?

A reading moves with every outcome, so that nobody could sign it as it stands to the last count. What judges sign is
what it says: which stage, in which visit to it, and of each guardrail the finding, its bound and the harm that is
ruled out. The whole reading is kept as it stood at the first signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Finding, StageReading
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.exposure import pending
from leverframe.rules.moments import later, say_minutes

NEVER_ON = (Finding.HARM, Finding.ERROR, Finding.BOTH_ABOVE)
"""On these a ramp does not go on, whoever judges: they ask for a look, not for patience."""


def judged_content(ramp: Ramp, reading: StageReading | None) -> Mapping[str, object]:
    """Return what judges of a stage sign: not the counts, which move all the time, but what they prove."""
    content: dict[str, object] = {"stage": ramp.stage, "since": ramp.stage_since.astimezone(UTC).isoformat()}
    for each in reading.readings if reading else ():
        name, bound = each.guardrail, each.bound
        if each.limit is not None:
            name, bound = f"{each.guardrail}_limit", each.limit
        content[name] = [each.finding.value, bound, each.ruled_out]
    return content


def judged_digest(ramp: Ramp, reading: StageReading | None) -> str:
    """Return the digest that a judge names: of what was read."""
    return digest(judged_content(ramp, reading))


def may_be_judged(change: Change, ramp: Ramp, reading: StageReading | None, now: datetime) -> tuple[Verdict, ...]:
    """Answer whether anybody may judge a stage now: it has reached its regions, has baked, and shows no harm."""
    return _reached(change, ramp), _baked(change, ramp, now), _not_harmful(reading)


def _reached(change: Change, ramp: Ramp) -> Verdict:
    waiting = pending(ramp, change.plan, change.blast_radius.regions)
    if not waiting:
        return passed("regions", "the stage has reached all its regions")
    because = f"the stage has still to reach {', '.join(waiting)}, and bakes from there"
    return failed("regions", because, remedy="judge after the bake")


def _baked(change: Change, ramp: Ramp, now: datetime) -> Verdict:
    bake = change.plan.stages[ramp.stage - 1].bake_minutes
    left = (later(ramp.stage_since, bake) - now).total_seconds() / 60
    if left <= 0:
        return passed("bake", f"the bake of {say_minutes(bake)} is over")
    return failed("bake", f"the bake has {left:.0f} min to go", remedy="judge after the bake")


def _not_harmful(reading: StageReading | None) -> Verdict:
    finding = reading.finding if reading else Finding.NO_DATA
    if finding not in NEVER_ON:
        return passed("evidence", "no harm is shown")
    said = finding.value.replace("_", " ")
    return failed("evidence", f"the reading says {said}", remedy="nobody promotes on that; hold or abort")
