"""May a change pass a gate that says no, and how does that look?

It never turns a no into a yes: the answer says who bypassed it, who approved that, and until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from leverframe.nouns.break_glass import BreakGlass, BreakGlassRule
from leverframe.nouns.calendar import Calendar, Window
from leverframe.nouns.changes import Change
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Fault, Outcome, Verdict, failed, passed
from leverframe.rules.moments import say
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import authors, eligible, spoken

TIMES = frozenset({"window", "freeze", "conflicts"})
"""The gates that only ask when: nothing is owed for them, since nothing can be brought later."""
PASSABLE = TIMES | {"sign_offs", "evals", "staging", "cab"}
"""The only gates that a policy may let pass: without the others a change could not be stopped, or would reach whom it
must not, or could not be made good later."""
ASKED, STANDS, VOID, EXPIRED, ENDED = "asked", "stands", "void", "expired", "ended"


@dataclass(frozen=True, slots=True)
class Bypass:
    """A break-glass that stands now, and the gates that it covers under the policy in force."""

    glass: BreakGlass
    gates: frozenset[str]
    zone: str


def state_of(glass: BreakGlass, digest_now: str, policy: Policy, now: datetime) -> str:
    """Say how a break-glass stands: asked for, standing, void by an edit, expired, or ended by a person."""
    if glass.ended_at is not None:
        return ENDED
    if glass.content_digest != digest_now:
        return VOID
    if glass.until is not None:
        return STANDS if now < glass.until else EXPIRED
    most = policy.break_glass.most_minutes if policy.break_glass else 0
    return ASKED if now < glass.asked_at + timedelta(minutes=most) else EXPIRED


def standing(
    glasses: Iterable[BreakGlass], digest_now: str, policy: Policy, targets: Sequence[Target], now: datetime
) -> Bypass | None:
    """Return the break-glass that stands, by the policy in force now: its approvers must still hold their roles."""
    rule = policy.break_glass
    for glass in glasses:
        if rule is None or state_of(glass, digest_now, policy, now) != STANDS:
            continue
        if missing(rule, glass, policy, targets):
            continue
        return Bypass(glass, frozenset(glass.gates) & rule.gates & PASSABLE, policy.calendar.home_zone)
    return None


def missing(
    rule: BreakGlassRule, glass: BreakGlass, policy: Policy, targets: Sequence[Target]
) -> tuple[tuple[str, int], ...]:
    """Name the roles that have still to approve, each with how many."""
    left = []
    for seat in rule.approve:
        people = eligible(policy, seat.role, targets)
        given = sum(one.role == seat.role and one.person in people for one in glass.approvals)
        if given < seat.count:
            left.append((seat.role, seat.count - given))
    return tuple(left)


def bypassed(verdict: Verdict, bypass: Bypass | None) -> Verdict:
    """Return an answer under a break-glass: a no that it covers stops nothing, and stays a no."""
    if bypass is None or not verdict.refuses or verdict.gate not in bypass.gates:
        return verdict
    glass = bypass.glass
    until = say(glass.until or glass.asked_at, bypass.zone)
    because = f"{verdict.because}; bypassed by {glass.asked_by}, approved by {glass.approvers}, until {until}"
    return replace(verdict, outcome=Outcome.BYPASSED, because=because)


def opened(calendar: Calendar, gates: Iterable[str]) -> Calendar:
    """Return a calendar as it is for who passes its gates: all hours, and no freezes where these are passed."""
    passes = frozenset(gates)
    always = Window("break-glass", frozenset(range(7)), time.min, time.max)
    windows = (always,) if "window" in passes else calendar.windows
    return replace(calendar, windows=windows, freezes=() if "freeze" in passes else calendar.freezes)


def faults_of(
    rule: BreakGlassRule, gates: Sequence[str], minutes: int, answers: Sequence[Verdict]
) -> Iterator[Fault]:
    """Name everything that is wrong with what is asked: at once."""
    if not gates:
        yield Fault("gates", "no gate is named", f"name those that refuse, of {_listed(rule.gates)}")
    says_no = {verdict.gate for verdict in answers if verdict.outcome in (Outcome.NOT_MET, Outcome.BYPASSED)}
    for gate in gates:
        if gate not in PASSABLE:
            yield Fault("gates", f"{gate} is never bypassed", "meet it, or leave the change where it is")
        elif gate not in rule.gates:
            yield Fault("gates", f"{gate} is no gate that the policy lets pass", f"it has {_listed(rule.gates)}")
        elif gate not in says_no:
            yield Fault("gates", f"{gate} does not refuse", "leave it out")
    if not 1 <= minutes <= rule.most_minutes:
        yield Fault("minutes", f"{minutes} minutes are not possible", f"write 1 to {rule.most_minutes}")


def may_ask(policy: Policy, actor: Actor, target: Target | None) -> Verdict:
    """Answer whether this person may ask for it."""
    rule = policy.break_glass
    if rule is None:
        because = "the policy has no break-glass"
        return failed("may", because, remedy="meet the requirements, or add break_glass to the policy")
    if not actor.is_person:
        return failed("session", "a token never breaks glass", remedy="sign in as a person", who=actor.name)
    if any(actor.name in holders(policy, role, target) for role in rule.may):
        return passed("may", f"{actor.name} may ask to bypass gates")
    who = ", ".join(sorted(frozenset().union(*(holders(policy, role, target) for role in rule.may))))
    roles = " or ".join(spoken(role) for role in rule.may)
    because = f"{actor.name} may not ask to bypass gates; the policy gives it to {roles}"
    return failed("may", because, remedy=f"ask {who}", who=who)


def may_approve(
    policy: Policy, actor: Actor, change: Change, glass: BreakGlass, targets: Sequence[Target], state: str
) -> tuple[Verdict, ...]:
    """Answer with every reason whether this person may approve it now."""
    rule = policy.break_glass
    left = dict(missing(rule, glass, policy, targets)) if rule else {}
    mine = [role for role in left if actor.name in eligible(policy, role, targets)]
    people = frozenset().union(*(eligible(policy, role, targets) for role in left)) - authors(change)
    who = ", ".join(sorted(people - {glass.asked_by})) or "nobody who may"
    roles = " or ".join(spoken(role) for role in left) or "nobody"
    return (
        _or_no(actor.is_person, "session", "a token never approves", "sign in as a person and approve there"),
        _or_no(actor.name not in authors(change), "segregation", f"{actor.name} wrote {change.id}", f"ask {who}"),
        _or_no(actor.name != glass.asked_by, "once", f"{actor.name} has asked for it", f"ask {who}"),
        _or_no(bool(mine), "role", f"{actor.name} is not asked: it needs {roles}", f"ask {who}"),
        _or_no(state == ASKED, "state", f"{glass.id} is {state}", "ask for another"),
    )


def _or_no(holds: bool, gate: str, because: str, remedy: str) -> Verdict:
    return passed(gate, f"the {gate} is right") if holds else failed(gate, because, remedy=remedy)


def _listed(gates: Iterable[str]) -> str:
    return ", ".join(sorted(gates))
