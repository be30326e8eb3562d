"""Is every change said to be the same risk?

A tier that says the same of everything says nothing: either nobody weighs risk, or nothing follows from it. The tier
of a change is its feature's, so that it is the catalog that is looked at, and what the policy asks by tier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.policies import Policy
from leverframe.nouns.smells import Smell
from leverframe.nouns.targets import Tier
from leverframe.rules.policies import asks_of

NAME = "same_risk"
DAYS = 90
"""So many days are looked back."""
ENOUGH = 20
"""Of fewer changes nothing is said."""
NEARLY_ALL = 0.9
MIXED = 0.25
"""Where this part of the changes is not of the kind that most are, they are of different kinds."""


def same_risk(counted: Iterable[tuple[str, str, int]], policy: Policy) -> tuple[Smell, ...]:
    """Return what smells, of the changes of 90 days: each row is a tier, a kind, and how many there were."""
    tiers: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for tier, kind, number in counted:
        tiers[tier] += number
        kinds[kind] += number
    return (*_one_tier(tiers, kinds), *_asks_the_same(policy))


def _one_tier(tiers: Counter[str], kinds: Counter[str]) -> Iterator[Smell]:
    all_of_them = tiers.total()
    if all_of_them < ENOUGH:
        return
    (tier, most), (_, commonest) = tiers.most_common(1)[0], kinds.most_common(1)[0]
    others = all_of_them - commonest
    if most >= NEARLY_ALL * all_of_them and others >= MIXED * all_of_them:
        because = (
            f"{most} of {all_of_them} changes of {DAYS} days are {tier} risk, and they are of {len(kinds)} kinds: "
            "either the features are all alike, or nobody weighs their risk"
        )
        yield Smell(NAME, because, (*tiers.most_common(), *kinds.most_common()))


def _asks_the_same(policy: Policy) -> Iterator[Smell]:
    """Yield that the policy asks the same of every tier that the catalog has, of every kind."""
    known = sorted({target.tier for target in policy.catalog.targets.values()}, key=list(Tier).index)
    if len(known) < 2:
        return
    asked = [
        [
            asks_of(policy, tier.value, kind.value, Path.NORMAL.value, customer_facing=facing)
            for kind in Kind
            for facing in (True, False)
        ]
        for tier in known
    ]
    if all(each == asked[0] for each in asked):
        named = ", ".join(tier.value for tier in known)
        because = f"the policy asks the same of {named} risk: nothing follows from the tier"
        yield Smell(NAME, because, tuple((tier.value, len(asked[0][0].seats)) for tier in known))
