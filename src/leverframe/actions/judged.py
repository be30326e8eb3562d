"""What has been judged of a stage, and for how long does it stand?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from leverframe.actions.house import record
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.people import CLOCK
from leverframe.nouns.sign_offs import SignOff
from leverframe.store import evidence, sign_offs
from leverframe.store.database import Db


def subject_of_stage(change_id: str, stage: int) -> str:
    """Name what judges sign: one stage of one change."""
    return f"{change_id}/stage/{stage}"


def standing_judgement(db: Db, change_id: str, stage: int) -> list[SignOff]:
    """Return who has judged a stage so far."""
    return sign_offs.standing(db, subject_of_stage(change_id, stage))


def judged_reading(db: Db, change_id: str, signed: Sequence[SignOff]) -> StageReading | None:
    """Return the reading that the first judge of a stage signed, and that the others sign too."""
    return evidence.reading(db, change_id, signed[0].content_digest) if signed else None


def void_judged(db: Db, change_id: str, stages: Iterable[int], now: datetime, because: str) -> None:
    """Void what was judged of stages that begin again: another visit is judged on its own evidence."""
    again = list(stages)
    signed = sum(sign_offs.void(db, subject_of_stage(change_id, stage), now, because) for stage in again)
    evidence.void_judgements(db, change_id, again, now)
    if signed:
        facts = {"stages": again, "voided": signed}
        record(db, now, CLOCK, "ramp.judgements_void", change_id, because, role="clock", facts=facts)
