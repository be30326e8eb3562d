"""How do people promote a stage on judgement, where the evidence has not proved it?"""

from __future__ import annotations

from leverframe.actions.house import House, need_reason, record, target_of
from leverframe.actions.looks import look
from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Finding
from leverframe.nouns.people import FEATURE_OWNER, Actor
from leverframe.nouns.ramps import RampState
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.targets import Target, Tier
from leverframe.nouns.verdicts import Refused, Verdict, failed, passed
from leverframe.rules.policies import holders
from leverframe.store import changes, evidence, ramps, sign_offs
from leverframe.store.database import Db

NEVER_ON = (Finding.HARM, Finding.ERROR)


def judges(tier: Tier) -> tuple[str, ...]:
    """Return the roles that must judge, one person each: release manager, feature owner, on High AI Risk too."""
    return ("release_manager", FEATURE_OWNER, *(("ai_risk",) if tier is Tier.HIGH else ()))


def judge(house: House, actor: Actor, change_id: str, role: str, because: str) -> tuple[str, ...]:
    """Sign a stage's reading in one role; the stage is promoted on judgement when all roles have signed it.

    Returns the roles still open. The first signature fixes the reading that all sign; it is shown as "not proved".
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, change, ramp = house.clock.now(), changes.get(db, change_id), ramps.get(db, change_id)
        if ramp is None or ramp.state is not RampState.RAMPING:
            raise Refused([failed("state", f"{change_id} has no running ramp", remedy="there is nothing to promote")])
        policy, seen = house.policy(db), look(house, db, change, ramp, now)
        target = target_of(policy, ramp.target)
        minutes = (now - ramp.stage_since).total_seconds() / 60
        bake = change.plan.stages[ramp.stage - 1].bake_minutes
        finding = seen.reading.finding if seen.reading else Finding.NO_DATA
        people = holders(policy, role, target)
        subject = f"{change_id}/stage/{ramp.stage}"
        signed = sign_offs.standing(db, subject)
        answers = [_baked(minutes, bake), _not_harmful(finding), _sits(actor, role, change.tier, people, signed)]
        if any(answer.refuses for answer in answers):
            raise Refused(answers)
        read = signed[0].content_digest if signed else digest(seen.reading)
        if not signed and seen.reading is not None:
            evidence.keep_reading(db, change_id, ramp.stage, seen.reading, read)
        sign_offs.add(db, SignOff(subject, actor.name, role, read, now, reason))
        record(db, now, actor, "ramp.judged", change_id, reason, role=role, decided=read, facts={"stage": ramp.stage})
        missing = _open(change.tier, [*signed, SignOff(subject, actor.name, role, read, now)])
        if not missing:
            evidence.judge(db, change_id, ramp.stage, read, now)
        db.after_commit(lambda: house.stir("ramp"))
        return missing


def _open(tier: Tier, signed: list[SignOff]) -> tuple[str, ...]:
    taken = {s.role for s in signed}
    return tuple(role for role in judges(tier) if role not in taken)


def _baked(minutes: float, bake: int) -> Verdict:
    if minutes >= bake:
        return passed("bake", "the bake is over")
    return failed("bake", f"the bake has {bake - minutes:.0f} min to go", remedy="judge after the bake")


def _not_harmful(finding: Finding) -> Verdict:
    if finding not in NEVER_ON:
        return passed("evidence", "no harm is shown")
    return failed("evidence", f"the reading says {finding.value}", remedy="nobody promotes on that; hold or abort")


def _sits(actor: Actor, role: str, tier: Tier, people: frozenset[str], signed: list[SignOff]) -> Verdict:
    if not actor.is_person:
        return failed("session", "a token never signs", remedy="sign in as a person")
    if role not in judges(tier):
        return failed("seat", f"{role} does not judge here", remedy=f"{', '.join(judges(tier))} do")
    if actor.name not in people:
        return failed(
            "role", f"{actor.name} does not hold the role {role}", remedy=f"ask {', '.join(sorted(people))}"
        )
    if any(s.person == actor.name for s in signed):
        return failed("once", f"{actor.name} has judged already; one person counts once", remedy="another must")
    return passed("seat", f"{actor.name} judges as {role}")


def standing_judgement(db: Db, change_id: str, stage: int) -> list[SignOff]:
    """Return who has judged a stage so far."""
    return sign_offs.standing(db, f"{change_id}/stage/{stage}")


def judging_target(house: House, db: Db, change_id: str) -> Target:
    """Return the target whose stage is judged."""
    return target_of(house.policy(db), changes.get(db, change_id).target)
