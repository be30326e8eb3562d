"""What does a policy ask, and who may do what?"""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.people import Actor, ActorKind, Person
from leverframe.nouns.policies import EvalAsk, Policy, Requirement, SwitchRule
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.targets import Delivery, Target, Tier
from leverframe.rules.policies import asks_of, holders, matches, may, may_throw, roles_of, seats_left

PEOPLE = {
    "ana": {"support-ai"},
    "cleo": {"support-ai", "cab"},
    "remi": {"releases"},
    "rita": {"risk"},
    "sol": {"rota"},
    "vic": {"facilities"},
}
SUPPORT = Target("support", "Support", Tier.MEDIUM, Delivery.GATEWAY, "support-ai", ())
ROWS = (
    Requirement(fields=("title", "start")),
    Requirement(
        tiers=frozenset({"medium"}),
        fields=("start", "rollback_plan"),
        evals=(EvalAsk("production"),),
        seats=(Seat("feature_engineer", 1), Seat("release_manager", 1)),
    ),
    Requirement(kinds=frozenset({"schema"}), seats=(Seat("release_manager", 2),), artefacts=("migration",)),
    Requirement(paths=frozenset({"emergency"}), tiers=frozenset({"high"}), by_hand=("rollback_plan",)),
)


def make_policy(**changes):
    parts = {
        "digest": "",
        "organisation": "Acme",
        "calendar": Calendar("Europe/London"),
        "roles": {
            "release_manager": frozenset({"releases"}),
            "feature_engineer": frozenset({"cab"}),
            "ai_risk": frozenset({"risk"}),
            "on_call": frozenset({"rota"}),
        },
        "may": {
            "ramp.run": ("release_manager",),
            "change.file": ("feature_owner", "release_manager"),
            "audit.read": (),
        },
        "requirements": ROWS,
        "policy_seats": (),
        "switch_rules": {"feature": SwitchRule(("feature_owner", "on_call"), (Seat("release_manager", 1),))},
        "catalog": Catalog(people={n: Person(n, n.title(), frozenset(g)) for n, g in PEOPLE.items()}),
    }
    return Policy(**(parts | changes))


POLICY = make_policy()


def actor(name):
    groups = frozenset(PEOPLE[name])
    return Actor(ActorKind.PERSON, name, groups, roles_of(POLICY, groups))


def test_matching_rows_add_up_each_part_once_and_the_highest_count_of_a_role():
    asks = asks_of(POLICY, "medium", "schema", "normal")
    assert asks.fields == ("title", "start", "rollback_plan")
    assert asks.seats == (Seat("feature_engineer", 1), Seat("release_manager", 2))
    assert (asks.artefacts, asks.evals, asks.by_hand) == (("migration",), (EvalAsk("production"),), ())


def test_a_row_with_two_parts_needs_both():
    assert asks_of(POLICY, "high", "prompt", "emergency").by_hand == ("rollback_plan",)
    assert asks_of(POLICY, "high", "prompt", "normal").by_hand == ()
    assert asks_of(POLICY, "low", "prompt", "normal").seats == ()


some = st.sets(st.sampled_from("abc")).map(frozenset)


@given(some, some, some, st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from("abc"))
def test_a_row_matches_when_each_part_is_empty_or_holds_the_value(tiers, kinds, paths, tier, kind, path):
    said = (not tiers or tier in tiers) and (not kinds or kind in kinds) and (not paths or path in paths)
    assert matches(Requirement(tiers, kinds, paths), tier, kind, path) is said


@given(st.permutations(ROWS))
def test_the_order_of_the_rows_changes_no_count(rows):
    def counts(policy):
        return {(s.role, s.count) for s in asks_of(policy, "medium", "schema", "normal").seats}

    assert counts(make_policy(requirements=tuple(rows))) == counts(POLICY)


@pytest.mark.parametrize(
    ("name", "act", "target", "allowed"),
    [
        ("remi", "ramp.run", None, True),
        ("ana", "ramp.run", SUPPORT, False),
        ("ana", "change.file", SUPPORT, True),
        ("ana", "change.file", None, False),
        ("vic", "change.file", SUPPORT, False),
        ("remi", "audit.read", None, False),
        ("remi", "an.act.of.no.policy", None, False),
    ],
)
def test_an_act_is_for_those_whose_role_the_policy_names(name, act, target, allowed):
    verdict = may(POLICY, actor(name), act, target)
    assert verdict.refuses is not allowed
    assert name in verdict.because


def test_a_refusal_says_which_role_may_and_who_holds_it():
    verdict = may(POLICY, actor("vic"), "change.file", SUPPORT)
    assert verdict.because == (
        "vic may not file a change; the policy gives it to feature owner or release manager"
    )  # fmt: skip
    assert verdict.remedy == "ask ana, cleo, remi"
    assert may(POLICY, actor("vic"), "audit.read").because.endswith("the policy gives it to nobody")


def test_a_layer_without_a_rule_is_thrown_by_nobody():
    assert not may_throw(POLICY, actor("sol"), "feature", SUPPORT).refuses
    assert not may_throw(POLICY, actor("ana"), "feature", SUPPORT).refuses
    assert may_throw(POLICY, actor("vic"), "feature", SUPPORT).refuses
    assert may_throw(POLICY, actor("sol"), "model").refuses


def test_the_clock_holds_no_role():
    assert may(POLICY, Actor(ActorKind.SYSTEM, "clock"), "ramp.run").refuses


def test_a_features_owners_are_the_members_of_its_group_and_nobodys_without_a_feature():
    assert holders(POLICY, "feature_owner", SUPPORT) == {"ana", "cleo"}
    assert holders(POLICY, "feature_owner") == frozenset()
    assert holders(POLICY, "feature_engineer", SUPPORT) == {"cleo"}
    assert holders(POLICY, "no_such_role") == frozenset()


def test_one_person_counts_once():
    assert seats_left(POLICY, (Seat("feature_owner", 2),), SUPPORT) == ()
    assert seats_left(POLICY, (Seat("feature_owner", 2), Seat("feature_engineer", 1)), SUPPORT) == (
        "feature_engineer",
    )
    assert seats_left(POLICY, (Seat("feature_owner", 1), Seat("feature_engineer", 1)), SUPPORT) == ()


ROLES = ("a", "b", "c")


@given(
    people=st.lists(st.sets(st.sampled_from(ROLES)), max_size=5),
    seats=st.dictionaries(st.sampled_from(ROLES), st.integers(1, 2), max_size=3),
)
def test_seats_can_be_filled_exactly_when_some_order_of_people_fills_them(people, seats):
    catalog = Catalog(people={f"p{n}": Person(f"p{n}", "", frozenset(held)) for n, held in enumerate(people)})
    policy = make_policy(roles={role: frozenset({role}) for role in ROLES}, catalog=catalog)
    chairs = [role for role, count in seats.items() for _ in range(count)]
    orders = permutations(people, len(chairs))
    possible = any(all(role in held for role, held in zip(chairs, order, strict=True)) for order in orders)
    left = seats_left(policy, [Seat(role, count) for role, count in seats.items()])
    assert (left == ()) is possible
