"""Are two changes in each other's way exactly where they share something at one time?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.test_slots import taken
from tests.rules.tickets import TEN, WEDNESDAY, change, facts, policy

from leverframe.nouns.changes import BlastRadius, State
from leverframe.nouns.conflicts import ConflictKind, ConflictRule
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Mode, Outcome
from leverframe.rules.conflicts import conflicts_of, occupied
from leverframe.rules.gates.conflicts import conflicts

RULE, ZONE = ConflictRule(), "Europe/London"
ONE = taken()
NOTHING = {"targets": frozenset(), "models": frozenset(), "people": frozenset(), "bridge": ""}


def kinds(one, *others, rule=RULE) -> set[str]:
    return {found.kind.value for found in conflicts_of(one, others, rule, ZONE)}


@pytest.mark.parametrize(
    ("shares", "kind"),
    [
        ({"targets": ONE.targets}, "target"),
        ({"models": ONE.models}, "model"),
        ({"people": ONE.people}, "people"),
        ({"bridge": ONE.bridge}, "bridge"),
        ({}, None),
    ],
)
def test_what_is_shared_at_one_time_is_a_conflict_and_names_it(shares, kind):
    other = taken("CHG-2026-00002", **{**NOTHING, **shares})
    assert kinds(ONE, other) == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("begins", "hours", "meets"),
    [
        ("2026-05-12T14:00", 5, False),
        ("2026-05-12T13:59", 5, True),
        ("2026-05-10T09:00", 24, False),
        ("2026-05-10T09:00", 24.1, True),
    ],
)
def test_only_what_overlaps_in_time_is_in_the_way(begins, hours, meets):
    """The first goes from Monday 9:00 for 29 hours: to Tuesday 14:00."""
    assert bool(kinds(ONE, taken("CHG-2026-00002", begins, hours))) is meets


def test_no_change_is_in_its_own_way_nor_an_empty_bridge_in_anybodys():
    assert kinds(ONE, ONE) == set()
    nowhere = {**NOTHING, "bridge": ""}
    assert kinds(taken(**nowhere), taken("CHG-2026-00002", **nowhere)) == set()


def test_too_many_changes_of_high_impact_at_one_time_are_a_conflict_of_the_last():
    heavy = [taken(f"CHG-2026-0000{n}", **NOTHING, high_impact=True, armed=True) for n in (2, 3)]
    drafts = [replace(each, armed=False) for each in heavy]
    mine = replace(ONE, high_impact=True)
    assert kinds(mine, heavy[0]) == set()
    assert kinds(mine, *drafts) == set()
    assert kinds(mine, *heavy) == {"high_impact"}
    assert kinds(ONE, *heavy) == set()
    assert kinds(mine, *heavy, rule=ConflictRule(most_high_impact=3)) == set()


@pytest.mark.parametrize(
    ("mine", "other", "first"),
    [
        ({}, {"moving": True}, False),
        ({"armed": True}, {}, True),
        ({"armed": True}, {"moving": True}, False),
        ({}, {"begins": "2026-05-11T10:00"}, True),
        ({"begins": "2026-05-11T10:00"}, {}, False),
        ({}, {}, True),
    ],
)
def test_what_moves_goes_first_then_what_is_armed_then_who_begins_then_who_was_filed(mine, other, first):
    found = conflicts_of(taken(**mine), (taken("CHG-2026-00002", **other),), RULE, ZONE)
    assert {each.first for each in found} == {first}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), min_size=2, max_size=8))
def test_of_two_in_each_others_way_exactly_one_goes_first(spans):
    all_of = [
        replace(taken(f"CHG-2026-{n:05}", hours=hours), begins=TEN + timedelta(hours=after))
        for n, (after, hours) in enumerate(spans)
    ]
    all_of = [replace(each, ends=each.begins + (each.ends - taken().begins)) for each in all_of]
    for one, other in combinations(all_of, 2):
        here, there = conflicts_of(one, (other,), RULE, ZONE), conflicts_of(other, (one,), RULE, ZONE)
        assert {(each.kind, each.begins, each.ends) for each in here} == {(e.kind, e.begins, e.ends) for e in there}
        assert {each.first for each in here}.isdisjoint({each.first for each in there})


REFUSES = policy(conflicts=ConflictRule(refuse=frozenset({ConflictKind.TARGET})))


@pytest.mark.parametrize(
    ("told", "moving", "outcome", "mode"),
    [
        (REFUSES, True, Outcome.NOT_MET, Mode.ENFORCE),
        (policy(), True, Outcome.NOT_MET, Mode.ADVISE),
        (REFUSES, False, Outcome.NOT_MET, Mode.ADVISE),
    ],
)
def test_the_gate_refuses_what_the_policy_refuses_and_warns_of_the_rest(told, moving, outcome, mode):
    mine = occupied(change(state=State.SCHEDULED), None, told.conflicts, WEDNESDAY)
    other = replace(mine, change="CHG-2026-00009", moving=moving, armed=False)
    answer = conflicts(change(state=State.SCHEDULED), facts(policy=told, occupied=(mine, other)), WEDNESDAY)
    assert (answer.outcome, answer.mode) == (outcome, mode), answer
    assert "CHG-2026-00009" in answer.because
    assert answer.remedy
    assert answer.who == "release manager"


def test_nobody_in_the_way_meets_the_gate_and_a_ramp_that_has_begun_is_not_asked():
    assert conflicts(change(), facts(), WEDNESDAY).outcome is Outcome.MET
    assert conflicts(change(state=State.IMPLEMENT), facts(), WEDNESDAY).outcome is Outcome.NOT_NEEDED


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"tier": Tier.HIGH}, True),
        ({"tier": Tier.LOW, "blast_radius": BlastRadius(1_000_000, ("eu",), 10)}, True),
        ({"tier": Tier.LOW, "blast_radius": BlastRadius(999_999, ("eu",), 10)}, False),
    ],
)
def test_high_impact_is_a_high_tier_or_many_people(parts, expected):
    assert occupied(change(**parts), None, RULE, WEDNESDAY).high_impact is expected
