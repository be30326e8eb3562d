"""How do people promote a stage on judgement, where the evidence has not proved it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leverframe.actions.contents import spoken as spoken_parts
from leverframe.actions.house import House, need_reason, record, refuse, target_of
from leverframe.actions.judged import judged_reading, standing_judgement, subject_of_stage
from leverframe.actions.looks import counts_for, look, read
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.people import FEATURE_OWNER, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, Refused, Verdict, failed, passed
from leverframe.rules.judging import judged_content, judged_digest, may_be_judged
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import authors, differences, spoken
from leverframe.store import changes, evidence, ramps, sign_offs
from leverframe.store.database import Db

MINUTES_BACK = 15
"""So far back it is derived again what a judge has read, to name what differs."""


def judges(tier: Tier) -> tuple[str, ...]:
    """Return the roles that must judge, one person each: release manager, feature owner, on High AI Risk too."""
    return ("release_manager", FEATURE_OWNER, *(("ai_risk",) if tier is Tier.HIGH else ()))


@dataclass(frozen=True, slots=True)
class Bench:
    """A stage that is judged: its reading, who has signed it so far, and under which subject.

    `reading` is how it reads now, `judged` the one that is signed: the first judge's, where somebody has.
    """

    change: Change
    ramp: Ramp
    policy: Policy
    reading: StageReading | None
    judged: StageReading | None
    signed: tuple[SignOff, ...]
    now: datetime

    @property
    def subject(self) -> str:
        """Name what is signed."""
        return subject_of_stage(self.change.id, self.ramp.stage)


def judge(
    house: House, actor: Actor, change_id: str, role: str, reading_digest: str, because: str
) -> tuple[str, ...]:
    """Sign the reading that `reading_digest` names, in one role; the stage is promoted when all roles have signed it.

    Returns the roles still open. The first signature fixes the reading that all sign; it is shown as "not proved".
    Raises Conflict where it says something else than what was shown, Refused with every reason against it.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        bench = _sit(house, db, change_id)
        if judged_digest(bench.ramp, bench.judged) != _named(reading_digest):
            raise _stale(house, db, bench, reading_digest)
        refuse(_may_judge(bench, actor, role))
        fixed = _fix_reading(db, bench)
        signed = SignOff(bench.subject, actor.name, role, fixed, bench.now, reason)
        sign_offs.add(db, signed)
        facts = {"stage": bench.ramp.stage}
        record(db, bench.now, actor, "ramp.judged", change_id, reason, role=role, decided=fixed, facts=facts)
        missing = _open(bench, [*bench.signed, signed])
        if not missing:
            evidence.judge(db, change_id, bench.ramp.stage, fixed, bench.now)
        db.after_commit(lambda: house.stir("ramp"))
        return missing


def _sit(house: House, db: Db, change_id: str) -> Bench:
    now, change, ramp = house.clock.now(), changes.get(db, change_id), ramps.get(db, change_id)
    if ramp is None or ramp.state is not RampState.RAMPING:
        raise Refused([failed("state", f"{change_id} has no running ramp", remedy="there is nothing to promote")])
    seen = look(house, db, change, ramp, now)
    signed = standing_judgement(db, change_id, ramp.stage)
    judged = judged_reading(db, change_id, signed) or seen.reading
    return Bench(change, ramp, house.policy(db), seen.reading, judged, tuple(signed), now)


def _named(reading_digest: str) -> str:
    if not reading_digest:
        remedy = "send what the change's page shows"
        raise Invalid([Fault("reading_digest", "the digest of the reading is missing", remedy)])
    return reading_digest


def _stale(house: House, db: Db, bench: Bench, named: str) -> Conflict:
    """Say that the reading is not the one that was shown, and in which guardrails it differs."""
    differs = _differs(house, db, bench, named)
    what = f" in {spoken_parts(differs)}" if differs else ""
    where = f"stage {bench.ramp.stage} of {bench.change.id}"
    stands = judged_digest(bench.ramp, bench.judged)
    if bench.signed:
        because = (
            f"{bench.signed[0].person} has judged another reading of {where} than you have read; it differs{what}"
        )
    else:
        because = f"the evidence of {where} has changed since you opened it{what}"
    return Conflict(
        f"{because}: you read {named[:19]}, it is {stands[:19]}",
        remedy="read it again, then judge what stands now",
        differs=differs,
    )


def _differs(house: House, db: Db, bench: Bench, named: str) -> tuple[str, ...]:
    """Derive again, minute by minute, what the evidence said, until it is what was read."""
    stands = judged_content(bench.ramp, bench.judged)
    for minutes in range(MINUTES_BACK + 1):
        at = bench.now - timedelta(minutes=minutes)
        counts = counts_for(house, db, bench.change, bench.ramp, at, until=at)
        said = judged_content(bench.ramp, read(bench.policy, bench.change, bench.ramp, counts, at))
        if digest(said) == named:
            return differences(said, stands)
    return ()


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
