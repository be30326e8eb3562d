"""Who holds which role, who may do what, and whose sign-offs does what need?"""

from __future__ import annotations

from collections.abc import Collection

from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.people import FEATURE_OWNER
from leverframe.nouns.policies import NO_REVIEW, EvalAsk, Requirement, ReviewAsk, SwitchRule
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.switches import Layer
from leverframe.nouns.targets import Tier
from leverframe.rules.policies import ACTS, LIKE, REVIEW_FIELD
from leverframe.sources.policies.reading import Report, Section, nearest
from leverframe.sources.policies.yaml_values import Value

FIELDS = (
    "title",
    "rollback_plan",
    "restore_from",
    "kill_switch",
    "blast_radius",
    "start",
    "release_manager",
    "coordinator",
    "bridge",
    "paging",
)
"""The fields of a change that a requirement can ask for; the others are never empty."""

ROW_KEYS = ("fields", "artefacts", "evals", "sign_offs", "by_hand", "reviewed", "checks", "code_reviews")
BY_HAND = (*FIELDS, "candidate")
REVIEWABLE = (*BY_HAND, "artefacts", "plan")


def read_roles(section: Section, report: Report) -> dict[str, frozenset[str]]:
    """Return the groups of each role."""
    roles: dict[str, frozenset[str]] = {}
    for role in section.free():
        report.remember(f"role {role}", section.place_of(role))
        if role == FEATURE_OWNER:
            because = "is held by whoever belongs to the group that owns the feature; it has no list of groups"
            section.wrong(role, because, "Take the line out.")
        groups = section.names(role)
        if not groups:
            section.wrong(role, "names no group", "Name a group of the catalog, or take the role out.")
        roles[role] = frozenset(groups)
    return roles


def read_may(section: Section, known: Collection[str], report: Report) -> dict[str, tuple[str, ...]]:
    """Return the roles that may do each act; every act is spoken of, but for those of LIKE and REVIEW_FIELD."""
    allowed: dict[str, tuple[str, ...]] = {}
    with section:
        for act, words in ACTS.items():
            report.remember(f"act {act}", section.place_of(act))
            if section.value(act) is None and act in LIKE:
                allowed[act] = allowed[LIKE[act]]
                continue
            if section.value(act) is None and act == REVIEW_FIELD:
                continue
            if section.value(act) is None:
                because = f"The policy does not say who may {words}."
                report.error(section.place_of(act), because, f"Add `{act}: [...]`; an empty list means nobody.")
            allowed[act] = section.names(act, known=known)
    return allowed


def read_requirements(policy: Section, known: Collection[str]) -> tuple[Requirement, ...]:
    """Return the rows of the table over tier, kind and path."""
    rows = []
    policy.report.remember("requirements", policy.place_of("requirements"))
    for entry in policy.sections("requirements", required=True):
        with entry as section, section.section("for") as match:
            rows.append(
                Requirement(
                    tiers=frozenset(match.names("tiers", known=[tier.value for tier in Tier])),
                    kinds=frozenset(match.names("kinds", known=[kind.value for kind in Kind])),
                    paths=frozenset(match.names("paths", known=[path.value for path in Path])),
                    fields=section.names("fields", known=FIELDS),
                    artefacts=section.names("artefacts"),
                    evals=read_evals(section),
                    seats=read_seats(section, "sign_offs", known),
                    by_hand=section.names("by_hand", known=BY_HAND),
                    reviewed=section.names("reviewed", known=REVIEWABLE),
                    checks=section.names("checks"),
                    code_reviews=_read_reviews(section, known),
                    customer_facing=match.flag("customer_facing") if match.has("customer_facing") else None,
                    at=section.places(ROW_KEYS),
                )
            )
    return tuple(rows)


def _read_reviews(row: Section, known: Collection[str]) -> ReviewAsk:
    """Return who must have approved the code; those of a role are among the count."""
    if not row.has("code_reviews"):
        return NO_REVIEW
    with row.section("code_reviews") as asked:
        count = asked.whole("count", required=True, low=1, high=20, example="2")
        of_whom = read_seats(asked, "of_whom", known)
        if sum(seat.count for seat in of_whom) > count > 0:
            asked.wrong("of_whom", "asks for more people than `count`", "Raise the count: they are among it.")
        return ReviewAsk(count, of_whom)


def read_evals(row: Section) -> tuple[EvalAsk, ...]:
    """Return the suites of a row: a name, or a mapping that says more."""
    value = row.value("evals")
    items = value.data if value and isinstance(value.data, list) else [value] if value else []
    found = (_read_ask(row, item, number) for number, item in enumerate(items, 1))
    return tuple(ask for ask in found if ask.suite)


def _read_ask(row: Section, item: Value, number: int) -> EvalAsk:
    if not isinstance(item.data, dict):
        return EvalAsk(row.name_in("evals", item))
    with Section(row.report, item, f"`evals` {number}") as asked:
        return EvalAsk(
            suite=asked.text("suite", required=True, example="fairness"),
            slices=asked.names("slices"),
            at_least=asked.whole("at_least", high=1_000_000),
            at_most_days_old=asked.whole("at_most_days_old", high=3_650),
        )


def read_seats(section: Section, key: str, known: Collection[str], *, required: bool = False) -> tuple[Seat, ...]:
    """Return the sign-offs of a `role: count` mapping."""
    section.value(key, required=required, example="{release_manager: 1}")
    seats = []
    counts = section.section(key)
    for role in counts.free():
        if role not in known:
            because = f"names the role `{role}`, which does not exist"
            counts.wrong(role, because, nearest(role, known, noun="roles"))
            continue
        count = counts.whole(role, required=True, low=1, high=20)
        counts.report.remember(f"seat {role} {count}", counts.place_of(role))
        seats.append(Seat(role, count))
    return tuple(seats)


def read_switch_rules(section: Section, known: Collection[str]) -> dict[str, SwitchRule]:
    """Return who may throw and set each layer's switches, and the group that owns each layer."""
    rules: dict[str, SwitchRule] = {}
    with section:
        for layer in Layer:
            section.value(layer.value, required=True, example="{throw: [...], set: {...}}")
            with section.section(layer.value) as rule:
                if not rule:
                    continue
                throw = rule.names("throw", required=True, known=known)
                if rule.has("throw") and not throw:
                    rule.wrong("throw", "names no role, so nobody could stop anything", "Name at least one role.")
                seats = read_seats(rule, "set", known, required=True)
                rules[layer.value] = SwitchRule(throw, seats, _read_owner(rule, layer))
    return rules


def _read_owner(rule: Section, layer: Layer) -> str:
    owner = rule.text("owner", required=layer is not Layer.FEATURE, example="ai-platform")
    if owner and layer is Layer.FEATURE:
        rule.wrong("owner", "is not read: a feature's switch is owned by the feature's owner", "Take the line out.")
    rule.report.remember(f"owner of {layer.value} switches", rule.place_of("owner"))
    return owner
