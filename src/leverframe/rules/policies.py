"""What does the policy ask of a change, and who may do what?"""

from __future__ import annotations

from collections.abc import Iterable

from leverframe.nouns.handovers import COORDINATE
from leverframe.nouns.people import FEATURE_OWNER, Actor
from leverframe.nouns.policies import Asks, Policy, Requirement, ReviewAsk
from leverframe.nouns.rotas import WRITE
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.eval_asks import added_up

REVIEW_FIELD = "change.review_field"
"""Where the policy does not speak of it, whoever may sign a change may review its fields."""
ACTS = {
    "change.file": "file a change",
    "change.schedule": "schedule a change",
    "change.review": "record a change review",
    REVIEW_FIELD: "review a field of a change",
    "ramp.run": "start a ramp",
    "ramp.hold": "hold a ramp",
    "ramp.abort": "stop a ramp or go back to the former unit",
    "unit.adopt": "adopt the unit that runs",
    "policy.propose": "propose a policy",
    "account.manage": "manage accounts and tokens",
    "gateway.enrol": "enrol a gateway",
    "freeze.declare": "declare a freeze",
    "audit.read": "read the audit log",
    "unit.settle": "settle a unit that no change explains",
    COORDINATE: "coordinate a change on its bridge",
    WRITE: "send a rota",
}
"""The acts that the policy hands out, as sentences say them."""

LIKE = {"freeze.declare": "ramp.hold", "unit.settle": "change.review", COORDINATE: "ramp.hold", WRITE: "ramp.hold"}
"""The acts of which a policy need not speak: who may do the second may do the first."""


def asks_of(policy: Policy, tier: str, kind: str, path: str, *, customer_facing: bool = False) -> Asks:
    """Add up all rows of the table that match: every part once, and the highest count of each role."""
    facing = (None, customer_facing)
    rows = [row for row in policy.requirements if matches(row, tier, kind, path) and row.customer_facing in facing]
    return Asks(
        fields=_all(row.fields for row in rows),
        artefacts=_all(row.artefacts for row in rows),
        evals=added_up(ask for row in rows for ask in row.evals),
        seats=highest(seat for row in rows for seat in row.seats),
        by_hand=_all(row.by_hand for row in rows),
        checks=_all(row.checks for row in rows),
        code_reviews=ReviewAsk(
            count=max((row.code_reviews.count for row in rows), default=0),
            of_whom=highest(seat for row in rows for seat in row.code_reviews.of_whom),
        ),
        reviewed=_all(row.reviewed for row in rows),
        at=_places(rows),
    )


def _places(rows: Iterable[Requirement]) -> dict[str, tuple[str, ...]]:
    """Gather at which places each key of some rows is written."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for key, place in row.at.items():
            found[key] = (*found.get(key, ()), place)
    return found


def matches(row: Requirement, tier: str, kind: str, path: str) -> bool:
    """Say whether a row speaks of this tier, kind and path; an empty part means all."""
    pairs = ((row.tiers, tier), (row.kinds, kind), (row.paths, path))
    return all(not wanted or value in wanted for wanted, value in pairs)


def highest(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Keep the highest count of each role, in the order in which the roles are first named."""
    counts: dict[str, int] = {}
    for seat in seats:
        counts[seat.role] = max(seat.count, counts.get(seat.role, 0))
    return tuple(Seat(role, count) for role, count in counts.items())


def seats_left(policy: Policy, seats: Iterable[Seat], target: Target | None = None) -> tuple[str, ...]:
    """Return the roles for which nobody is left when one person counts once (empty: all seats can be filled)."""
    taken: dict[str, str] = {}
    chairs = [(f"{seat.role} {number}", seat.role) for seat in seats for number in range(seat.count)]
    able = {chair: holders(policy, role, target) for chair, role in chairs}

    def seat_someone(chair: str, asked: set[str]) -> bool:
        for person in sorted(able[chair]):
            if person in asked:
                continue
            asked.add(person)
            if person not in taken or seat_someone(taken[person], asked):
                taken[person] = chair
                return True
        return False

    return tuple(role for chair, role in chairs if not seat_someone(chair, set()))


def may(policy: Policy, actor: Actor, act: str, target: Target | None = None) -> Verdict:
    """Answer whether the policy lets this actor do an act (of ACTS), at this target where it has one."""
    return _answer(policy, actor, policy.may.get(act, ()), ACTS.get(act, act), target)


def may_throw(policy: Policy, actor: Actor, layer: str, target: Target | None = None) -> Verdict:
    """Answer whether this actor may throw a switch of a layer (`feature`, `model`, `tenant`)."""
    rule = policy.switch_rules.get(layer)
    return _answer(policy, actor, rule.throw if rule else (), f"throw a {layer} kill switch", target)


def roles_of(policy: Policy, groups: Iterable[str]) -> frozenset[str]:
    """Return the roles that these groups hold, without FEATURE_OWNER, which depends on the target."""
    mine = frozenset(groups)
    return frozenset(role for role, members in policy.roles.items() if members & mine)


def holders(policy: Policy, role: str, target: Target | None = None) -> frozenset[str]:
    """Return the people who hold a role; FEATURE_OWNER is held by the members of the target's owner."""
    if role == FEATURE_OWNER:
        groups = frozenset({target.owner}) if target else frozenset()
    else:
        groups = policy.roles.get(role, frozenset())
    return frozenset(person.name for person in policy.catalog.people.values() if person.groups & groups)


def _answer(policy: Policy, actor: Actor, roles: tuple[str, ...], words: str, target: Target | None) -> Verdict:
    held = actor.roles | ({FEATURE_OWNER} if target and target.owner in actor.groups else frozenset())
    mine = [role for role in roles if role in held]
    if mine:
        return passed("may", f"{actor.name} may {words} as {_spoken(mine[0])}")
    who = ", ".join(sorted(frozenset().union(*(holders(policy, role, target) for role in roles))))
    allowed = " or ".join(_spoken(role) for role in roles) or "nobody"
    return failed(
        "may",
        f"{actor.name} may not {words}; the policy gives it to {allowed}",
        remedy=f"ask {who}" if who else "ask for a role that may, in the policy",
        who=who,
    )


def _all(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


def _spoken(role: str) -> str:
    return {"ai_risk": "AI Risk", "on_call": "on-call"}.get(role, role.replace("_", " "))
