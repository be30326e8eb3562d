"""Who may sign, what exactly do they sign, and is a change signed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.documents import digest, to_document
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.delegations import stands_in
from leverframe.rules.policies import holders

RELEASE_MANAGER = "release_manager"


WRITTEN = (
    "kind",
    "path",
    "targets",
    "candidate",
    "plan",
    "blast_radius",
    "rollback_plan",
    "restore_from",
    "kill_switch",
    "artefacts",
)
"""The fields of a change that are signed and that people write; who wrote one of them is an author too."""
WAY_BACK = ("rollback_plan", "restore_from", "kill_switch")
"""What the release manager adds and confirms (handbook: the worked example), without having written the change."""


def authors(change: Change) -> frozenset[str]:
    """Return who wrote what is signed: who filed the change, and who edited it since.

    The start is left out, and the way back where it is the ticket's release manager who wrote it: whoever sees to it
    that a change can be stopped has not written the change.
    """
    wrote = {name: change.provenance[name].by for name in WRITTEN if name in change.provenance}
    seen_to = {name for name in WAY_BACK if wrote.get(name) == change.release_manager}
    return frozenset({change.author, *(by for name, by in wrote.items() if name not in seen_to)}) - {"auto"}


def signed_content(change: Change, eval_digests: Sequence[str]) -> dict[str, object]:
    """Return what a sign-off binds: what is not here (paging, bridge, coordinator, comments) may change freely."""
    return {
        "kind": change.kind.value,
        "path": change.path.value,
        "targets": list(change.targets),
        "current": to_document(change.current),
        "candidate": to_document(change.candidate),
        "plan": to_document(change.plan),
        "blast_radius": to_document(change.blast_radius),
        "rollback_plan": change.rollback_plan,
        "kill_switch": change.kill_switch,
        "evals": sorted(eval_digests),
        "artefacts": to_document(change.artefacts),
        "commit": change.commit,
        "start": to_document(change.start),
        **({"restore_from": change.restore_from} if change.restore_from else {}),
    }


def content_digest(change: Change, eval_digests: Sequence[str]) -> str:
    """Return the digest that a sign-off names."""
    return digest(signed_content(change, eval_digests))


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Name the signed parts that differ."""
    return tuple(part for part in {**before, **after} if before.get(part) != after.get(part))


@dataclass(frozen=True, slots=True)
class SignFacts:
    """What the rule of signing is told: `member_since` maps a role to when this person joined it.

    `delegations` are those that nobody has revoked.
    """

    policy: Policy
    targets: tuple[Target, ...]
    seats: tuple[Seat, ...]
    standing: tuple[SignOff, ...]
    member_since: Mapping[str, datetime]
    delegations: tuple[Delegation, ...] = ()


def may_sign(change: Change, actor: Actor, role: str, facts: SignFacts) -> tuple[Verdict, ...]:
    """Answer whether this person may sign this change in this role, with every reason at once."""
    checks = (_is_person(actor), _is_not_author(change, actor), _is_asked(role, facts))
    return (
        *checks,
        _holds(actor, role, facts),
        _joined_before(change, actor, role, facts),
        _signs_once(actor, facts),
    )


def may_sign_for(
    change: Change, actor: Actor, role: str, member: str, facts: SignFacts, now: datetime
) -> tuple[Verdict, ...]:
    """Answer whether a delegate may sign in a member's seat; `facts.member_since` is told of the member.

    The member must be one who could sign: a delegation made after the change was filed opens no seat that its maker
    did not hold.
    """
    held = Actor(actor.kind, member)
    return (
        _is_person(actor),
        _is_not_author(change, actor),
        _is_not_author(change, held),
        _is_asked(role, facts),
        _is_delegate(actor, role, member, facts, now),
        _holds(held, role, facts),
        _joined_before(change, held, role, facts),
        _signs_once(actor, facts),
        _signs_once(held, facts),
    )


def _is_delegate(actor: Actor, role: str, member: str, facts: SignFacts, now: datetime) -> Verdict:
    if stands_in(facts.delegations, facts.policy, member, actor.name, role, now):
        return passed("delegate", f"{member} has named {actor.name} to sign as {spoken(role)} for them")
    because = f"{member} has not named {actor.name} to sign as {spoken(role)} for them now"
    return failed(
        "delegate", because, remedy=f"{member} signs, or names a delegate: leverframe cab delegate", who=member
    )


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} signs in their own session")
    return failed("session", "a token never signs", remedy="sign in as a person and sign there", who=actor.name)


def _is_not_author(change: Change, actor: Actor) -> Verdict:
    if actor.name not in authors(change):
        return passed("segregation", f"{actor.name} is not the author")
    what = "is the author of" if actor.name == change.author else "has edited"
    return failed("segregation", f"{actor.name} {what} {change.id}", remedy="another person must sign")


def _is_asked(role: str, facts: SignFacts) -> Verdict:
    roles = [seat.role for seat in facts.seats]
    if role in roles:
        return passed("seat", f"this change asks for a sign-off from {spoken(role)}")
    asked = ", ".join(spoken(r) for r in roles) or "nobody"
    return failed("seat", f"this change asks for no sign-off from {spoken(role)}", remedy=f"it asks for {asked}")


def _holds(actor: Actor, role: str, facts: SignFacts) -> Verdict:
    people = eligible(facts.policy, role, facts.targets)
    if actor.name in people:
        return passed("role", f"{actor.name} holds the role {spoken(role)}")
    who = ", ".join(sorted(people)) or "nobody holds it"
    return failed("role", f"{actor.name} does not hold the role {spoken(role)}", remedy=f"ask {who}", who=who)


def _joined_before(change: Change, actor: Actor, role: str, facts: SignFacts) -> Verdict:
    if actor.name not in eligible(facts.policy, role, facts.targets):
        return not_needed("membership", f"{actor.name} is no member of the role {spoken(role)}")
    since = facts.member_since.get(role)
    if since is None:
        remedy = "a member who joined earlier must sign"
        return failed("membership", f"no membership of the role {spoken(role)} is on record", remedy=remedy)
    if since <= change.filed_at:
        return passed("membership", "the role was held when the change was filed")
    return failed(
        "membership",
        f"the role {spoken(role)} was joined on {since:%d %b %Y %H:%M UTC}, after {change.id} was filed",
        remedy="a member who joined earlier must sign",
    )


def _signs_once(actor: Actor, facts: SignFacts) -> Verdict:
    mine = [s for s in facts.standing if actor.name in s.people]
    if not mine:
        return passed("once", f"{actor.name} has not signed yet")
    because = f"{_said_signed(actor.name, mine[0])}, as {spoken(mine[0].role)}; one person counts once"
    return failed("once", because, remedy="another person must sign")


def _said_signed(name: str, signed: SignOff) -> str:
    if signed.on_behalf_of == name:
        return f"{signed.person} has signed for {name}"
    return f"{name} has signed already" + (f", for {signed.on_behalf_of}" if signed.on_behalf_of else "")


def eligible(policy: Policy, role: str, targets: Sequence[Target]) -> frozenset[str]:
    """Return the people who hold a role for every one of the targets."""
    sets = [holders(policy, role, target) for target in targets] or [holders(policy, role, None)]
    return frozenset.intersection(*sets)


def counted(change: Change, digest_now: str, standing: Sequence[SignOff]) -> tuple[SignOff, ...]:
    """Keep the sign-offs that bind this content; a moved start keeps all but the release manager's."""
    return tuple(
        s
        for s in standing
        if s.content_digest == digest_now
        or (s.content_digest in change.earlier_digests and s.role != RELEASE_MANAGER)
    )


@dataclass(frozen=True, slots=True)
class SeatState:
    """How far one seat is filled: who signed and still holds the role, and how many are open."""

    role: str
    count: int
    signed_by: tuple[str, ...]

    @property
    def open(self) -> int:
        """Count the sign-offs still missing."""
        return max(0, self.count - len(self.signed_by))


def fill_seats(
    change: Change,
    seats: Sequence[Seat],
    signed: Sequence[SignOff],
    policy: Policy,
    targets: Sequence[Target],
    delegations: Sequence[Delegation] = (),
) -> tuple[SeatState, ...]:
    """Say for each seat who fills it: one person fills one; authors and people who lost the role fill none.

    What a delegate signed counts for the member, while nobody has revoked the delegation: once, and neither of the
    two fills another seat.
    """
    filled: list[SeatState] = []
    seated = set(authors(change))
    for seat in seats:
        people = eligible(policy, seat.role, targets)
        names: list[str] = []
        for s in (s for s in signed if s.role == seat.role):
            holds = (s.on_behalf_of or s.person) in people and not s.people & seated
            if holds and (not s.on_behalf_of or _was_delegate(s, policy, delegations)):
                names.append(s.person)
                seated |= s.people
        filled.append(SeatState(seat.role, seat.count, tuple(names)))
    return tuple(filled)


def _was_delegate(signed: SignOff, policy: Policy, delegations: Sequence[Delegation]) -> bool:
    return stands_in(delegations, policy, signed.on_behalf_of, signed.person, signed.role, signed.at)


def spoken(role: str) -> str:
    """Return a role as people say it: `ai_risk` is AI Risk."""
    return {"ai_risk": "AI Risk", "cab": "the CAB", "on_call": "on-call"}.get(role, role.replace("_", " "))
