"""How do people promote a stage on judgement, where the evidence has not proved it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.house import House, need_reason, record, refuse, target_of
from leverframe.actions.looks import look
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Finding, StageReading
from leverframe.nouns.people import FEATURE_OWNER, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Refused, Verdict, failed, passed
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import authors, spoken
from leverframe.store import changes, evidence, ramps, sign_offs
from leverframe.store.database import Db

NEVER_ON = (Finding.HARM, Finding.ERROR, Finding.BEYOND, Finding.BOTH_ABOVE)
"""On these a ramp does not go on, whoever judges: they ask for a look, not for patience."""


def judges(tier: Tier) -> tuple[str, ...]:
    """Return the roles that must judge, one person each: release manager, feature owner, on High AI Risk too."""
    return ("release_manager", FEATURE_OWNER, *(("ai_risk",) if tier is Tier.HIGH else ()))


@dataclass(frozen=True, slots=True)
class Bench:
    """A stage that is judged: its reading, who has signed it so far, and under which subject."""

    change: Change
    ramp: Ramp
    policy: Policy
    reading: StageReading | None
    signed: tuple[SignOff, ...]
    now: datetime

    @property
    def subject(self) -> str:
        """Name what is signed."""
        return subject_of_stage(self.change.id, self.ramp.stage)


def judge(house: House, actor: Actor, change_id: str, role: str, because: str) -> tuple[str, ...]:
    """Sign a stage's reading in one role; the stage is promoted on judgement when all roles have signed it.

    Returns the roles still open. The first signature fixes the reading that all sign; it is shown as "not proved".
    """
    reason = need_reason(because)
    with house.store.write() as db:
        bench = _sit(house, db, change_id)
        refuse(_may_judge(bench, actor, role))
        read = _fix_reading(db, bench)
        signed = SignOff(bench.subject, actor.name, role, read, bench.now, reason)
        sign_offs.add(db, signed)
        facts = {"stage": bench.ramp.stage}
        record(db, bench.now, actor, "ramp.judged", change_id, reason, role=role, decided=read, facts=facts)
        missing = _open(bench, [*bench.signed, signed])
        if not missing:
            evidence.judge(db, change_id, bench.ramp.stage, read, bench.now)
        db.after_commit(lambda: house.stir("ramp"))
        return missing


def _sit(house: House, db: Db, change_id: str) -> Bench:
    now, change, ramp = house.clock.now(), changes.get(db, change_id), ramps.get(db, change_id)
    if ramp is None or ramp.state is not RampState.RAMPING:
        raise Refused([failed("state", f"{change_id} has no running ramp", remedy="there is nothing to promote")])
    seen = look(house, db, change, ramp, now)
    signed = tuple(sign_offs.standing(db, subject_of_stage(change_id, ramp.stage)))
    return Bench(change, ramp, house.policy(db), seen.reading, signed, now)


def _fix_reading(db: Db, bench: Bench) -> str:
    """Return the digest of the reading that the first judge signed; theirs keeps it."""
    if bench.signed:
        return bench.signed[0].content_digest
    read = digest(bench.reading)
    if bench.reading is not None:
        evidence.keep_reading(db, bench.change.id, bench.ramp.stage, bench.reading, read)
    return read


def _open(bench: Bench, signed: Sequence[SignOff]) -> tuple[str, ...]:
    """Return the roles that have still to judge: who lost theirs fills none, and a solo policy asks nobody else."""
    taken = {s.role for s in signed if s.person in _people(bench, s.role)}
    if bench.policy.solo and taken:
        return ()
    return tuple(role for role in judges(bench.change.tier) if role not in taken)


def _people(bench: Bench, role: str) -> frozenset[str]:
    return holders(bench.policy, role, target_of(bench.policy, bench.ramp.target))


def _may_judge(bench: Bench, actor: Actor, role: str) -> list[Verdict]:
    return [*may_be_judged(bench.change, bench.ramp, bench.reading, bench.now), *_sits(bench, actor, role)]


def may_be_judged(change: Change, ramp: Ramp, reading: StageReading | None, now: datetime) -> tuple[Verdict, Verdict]:
    """Answer whether anybody may judge a stage now: its bake is over, and no harm is shown."""
    return _baked(change, ramp, now), _not_harmful(reading)


def _baked(change: Change, ramp: Ramp, now: datetime) -> Verdict:
    minutes = (now - ramp.stage_since).total_seconds() / 60
    bake = change.plan.stages[ramp.stage - 1].bake_minutes
    if minutes >= bake:
        return passed("bake", "the bake is over")
    return failed("bake", f"the bake has {bake - minutes:.0f} min to go", remedy="judge after the bake")


def _not_harmful(reading: StageReading | None) -> Verdict:
    finding = reading.finding if reading else Finding.NO_DATA
    if finding not in NEVER_ON:
        return passed("evidence", "no harm is shown")
    said = finding.value.replace("_", " ")
    return failed("evidence", f"the reading says {said}", remedy="nobody promotes on that; hold or abort")


def _sits(bench: Bench, actor: Actor, role: str) -> list[Verdict]:
    """Answer who asks: a person, in a role that judges here, no author, not twice."""
    return [
        _is_person(actor),
        _is_asked(bench, actor, role),
        _is_not_author(bench, actor),
        _judges_once(bench, actor),
    ]


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} judges in their own session")
    return failed("session", "a token never signs", remedy="sign in as a person")


def _is_asked(bench: Bench, actor: Actor, role: str) -> Verdict:
    asked, people = judges(bench.change.tier), _people(bench, role)
    if role not in asked:
        remedy = f"{', '.join(spoken(r) for r in asked)} do"
        return failed("seat", f"{spoken(role) or 'no role'} does not judge here", remedy=remedy)
    if actor.name not in people:
        who = ", ".join(sorted(people)) or "nobody holds it"
        return failed("role", f"{actor.name} does not hold the role {spoken(role)}", remedy=f"ask {who}", who=who)
    return passed("seat", f"{actor.name} judges as {spoken(role)}")


def _is_not_author(bench: Bench, actor: Actor) -> Verdict:
    if bench.policy.solo or actor.name not in authors(bench.change):
        return passed("segregation", f"{actor.name} did not write it")
    because = f"{actor.name} wrote {bench.change.id} and does not judge it"
    return failed("segregation", because, remedy="another person must")


def _judges_once(bench: Bench, actor: Actor) -> Verdict:
    if any(s.person == actor.name for s in bench.signed):
        return failed("once", f"{actor.name} has judged already; one person counts once", remedy="another must")
    return passed("once", f"{actor.name} has not judged yet")


def subject_of_stage(change_id: str, stage: int) -> str:
    """Name what judges sign: one stage of one change."""
    return f"{change_id}/stage/{stage}"


def standing_judgement(db: Db, change_id: str, stage: int) -> list[SignOff]:
    """Return who has judged a stage so far."""
    return sign_offs.standing(db, subject_of_stage(change_id, stage))
