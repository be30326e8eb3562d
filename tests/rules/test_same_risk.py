"""Is it noticed that every change is said to be the same risk, and only then?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import acme

from leverframe.nouns.policies import Requirement
from leverframe.nouns.sign_offs import Seat
from leverframe.rules.same_risk import ENOUGH, NEARLY_ALL, same_risk

POLICY = acme()[0]
ALIKE = replace(POLICY, requirements=(Requirement(seats=(Seat("release_manager", 1),)),))


@pytest.mark.parametrize(
    ("counted", "smells"),
    [
        pytest.param([("low", "prompt", 10), ("low", "config", 8), ("low", "schema", 1)], 0, id="too few"),
        pytest.param([("low", "prompt", 12), ("low", "config", 8)], 1, id="twenty of one tier"),
        pytest.param([("low", "prompt", 30)], 0, id="one kind: they may well be alike"),
        pytest.param([("low", "prompt", 18), ("low", "schema", 7), ("high", "prompt", 2)], 1, id="25 of 27"),
        pytest.param([("low", "prompt", 18), ("low", "schema", 7), ("high", "prompt", 5)], 0, id="25 of 30"),
        pytest.param([("medium", "model_swap", 60), ("medium", "prompt", 40)], 1, id="all medium"),
        pytest.param([], 0, id="none"),
    ],
)
def test_one_tier_for_changes_of_many_kinds_smells(counted: list[tuple[str, str, int]], smells: int):
    assert len(same_risk(counted, POLICY)) == smells


def test_it_says_the_numbers_behind_it():
    (smell,) = same_risk([("low", "prompt", 30), ("low", "schema", 12)], POLICY)
    assert smell.because.startswith("42 of 42 changes of 90 days are low risk, and they are of 2 kinds")
    assert smell.evidence == (("low", 42), ("prompt", 30), ("schema", 12))


def test_a_policy_that_asks_the_same_of_every_tier_smells():
    (smell,) = same_risk([], ALIKE)
    assert smell.because == "the policy asks the same of low, medium, high risk: nothing follows from the tier"
    assert same_risk([], POLICY) == ()


KINDS = st.sampled_from(["prompt", "config", "schema"])
TIERS = st.sampled_from(["low", "medium", "high"])


@given(st.lists(st.tuples(TIERS, KINDS, st.integers(1, 40)), max_size=8))
def test_it_never_smells_where_a_tenth_is_of_another_tier(counted: list[tuple[str, str, int]]):
    number = sum(n for _, _, n in counted)
    most = max((sum(n for t, _, n in counted if t == tier) for tier in ("low", "medium", "high")), default=0)
    if same_risk(counted, POLICY):
        assert number >= ENOUGH
        assert most >= NEARLY_ALL * number
