"""Is an eval delta honest about what it can compare?"""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from leverframe.nouns.evidence import Comparison, Direction, EvalResult, Unmatched
from leverframe.nouns.units import Unit
from leverframe.rules.eval_columns import Column, assign, fit
from leverframe.rules.evals import compare, compare_on, unmatched
from leverframe.rules.quantiles import t_quantile

DEPLOYED = EvalResult(
    suite="production",
    metric="groundedness",
    n=200,
    value=0.80,
    direction=Direction.HIGHER,
    subject={"prompt": "customer-support@v7"},
    tool="promptfoo",
    tool_version="0.121.20",
    artefact_digest="sha256:aa",
    standard_error=0.01,
    dataset_digest="sha256:dd",
)


def one(candidate, deployed=DEPLOYED):
    (delta,) = compare([candidate], [deployed])
    return delta


TABLE = [
    (0.85, Direction.HIGHER, Comparison.BETTER, "it rose"),
    (0.75, Direction.HIGHER, Comparison.WORSE, "it fell"),
    (0.85, Direction.LOWER, Comparison.WORSE, "it rose"),
    (0.75, Direction.LOWER, Comparison.BETTER, "it fell"),
    (0.81, Direction.HIGHER, Comparison.UNCHANGED, "no difference is shown"),
    (0.80, Direction.LOWER, Comparison.UNCHANGED, "no difference is shown"),
]


@pytest.mark.parametrize(("value", "direction", "expected", "said"), TABLE)
def test_a_metric_is_better_worse_or_unchanged_with_its_interval(value, direction, expected, said):
    deployed = replace(DEPLOYED, direction=direction)
    delta = one(replace(deployed, value=value), deployed)
    assert delta.comparison is expected
    assert delta.because.startswith(said)
    assert delta.because.endswith("n = 200")
    assert delta.low is not None
    assert delta.high is not None
    assert delta.low < value - 0.80 < delta.high


PARTS = st.builds(Unit, model=st.sampled_from(["a.x", "a.y"]), code_ref=st.sampled_from(["1", "2"]))


def results(units: list[Unit]) -> list[EvalResult]:
    return [replace(DEPLOYED, unit=unit, value=0.8 - 0.1 * place) for place, unit in enumerate(units)]


@given(st.lists(PARTS, max_size=4), st.lists(PARTS, max_size=4), PARTS, PARTS)
def test_only_what_was_measured_on_the_units_as_they_stand_is_compared(mine, theirs, moves, runs):
    candidate, deployed = results(mine), results(theirs)
    found = compare_on(candidate, deployed, moves=moves, runs=runs)
    still = [r for r in candidate if r.unit == moves], [r for r in deployed if r.unit == runs]
    shown = [replace(delta, because="") for delta in found if not delta.differs]
    assert shown == [replace(delta, because="") for delta in compare(*still)]
    earlier = [delta for delta in found if delta.differs]
    assert bool(earlier) is (bool(candidate) and not still[0])
    assert all((d.comparison, d.deployed) == (Comparison.NOT_COMPARABLE, None) for d in earlier)


NOT_COMPARABLE = [
    ({"tool": "inspect"}, "the tool differs: inspect against promptfoo"),
    ({"tool_version": "0.122.0"}, "the tool's version differs: 0.122.0 against 0.121.20"),
    ({"tool_version": ""}, "the tool's version of the candidate's results is not known"),
    ({"dataset_digest": "sha256:ee"}, "the dataset differs: sha256:ee against sha256:dd"),
    ({"dataset_digest": ""}, "the dataset of the candidate's results is not known"),
    ({"direction": Direction.LOWER}, "higher is better in one of them and lower in the other"),
    ({"standard_error": None, "n": 1}, "the spread of the candidate's 1 case is not known"),
]


@pytest.mark.parametrize(("changed", "because"), NOT_COMPARABLE)
def test_what_was_measured_by_another_ruler_is_not_compared(changed, because):
    delta = one(replace(DEPLOYED, value=0.99, **changed))
    assert delta.comparison is Comparison.NOT_COMPARABLE
    assert delta.because == because
    assert (delta.low, delta.high) == (None, None)
    assert delta.deployed == 0.80


def test_all_reasons_are_given_at_once():
    delta = one(replace(DEPLOYED, tool_version="", dataset_digest=""), replace(DEPLOYED, tool_version=""))
    assert delta.because == (
        "the tool's version of both results is not known; the dataset of the candidate's results is not known"
    )


def test_without_a_deployed_result_there_is_nothing_to_compare_with():
    (delta,) = compare([DEPLOYED], [replace(DEPLOYED, slice="fr-FR")])
    assert delta.comparison is Comparison.NOT_COMPARABLE
    assert delta.deployed is None
    assert delta.because == "the deployed unit has no result for it"


def test_the_result_that_was_imported_last_counts():
    (delta,) = compare([DEPLOYED, replace(DEPLOYED, value=0.9)], [DEPLOYED, replace(DEPLOYED, value=0.5)])
    assert (delta.value, delta.deployed) == (0.9, 0.5)


def test_what_two_tools_say_of_one_metric_stands_side_by_side():
    """A second tool that finds no harm hides nothing of what the first has found."""
    strict, lax = DEPLOYED, replace(DEPLOYED, tool="lax")
    found = compare([replace(strict, value=0.6), lax], [strict, lax])
    said = [(delta.tool, delta.comparison) for delta in found]
    assert said == [("promptfoo", Comparison.WORSE), ("lax", Comparison.UNCHANGED)]


@pytest.mark.parametrize(
    ("mine", "listed"),
    [
        ({}, False),
        ({"metric": "groundedness_v2"}, True),
        ({"tool": "lax"}, True),
        ({"tool_version": "0.122.0"}, True),
        ({"dataset_digest": "sha256:ee"}, True),
        ({"slice": "fr-FR"}, True),
        ({"standard_error": None, "n": 1}, False),
        ({"unit": Unit(model="a.other")}, True),
    ],
)
def test_what_the_candidate_lacks_of_the_deployed_units_is_listed(mine, listed):
    found = unmatched([replace(DEPLOYED, **mine)], [DEPLOYED], moves=Unit(), runs=Unit())
    assert found == ((Unmatched("production", "groundedness", "", "promptfoo", 0.80),) if listed else ())
    assert unmatched([], [DEPLOYED], moves=Unit(), runs=Unit(model="a.newer")) == ()


@given(
    st.tuples(st.floats(0, 1), st.floats(0.001, 0.3), st.integers(3, 400)),
    st.tuples(st.floats(0, 1), st.floats(0.001, 0.3), st.integers(3, 400)),
)
def test_the_interval_is_welchs_as_an_independent_implementation_has_it(one_side, other_side):
    (mine, a, n), (theirs, b, m) = one_side, other_side
    candidate = replace(DEPLOYED, value=mine, standard_error=a, n=n)
    delta = one(candidate, replace(DEPLOYED, value=theirs, standard_error=b, n=m))
    freedom = (a * a + b * b) ** 2 / (a**4 / (n - 1) + b**4 / (m - 1))
    interval = t.interval(0.95, freedom, loc=mine - theirs, scale=(a * a + b * b) ** 0.5)
    assert delta.low is not None
    assert delta.high is not None
    if freedom >= 3:
        assert (delta.low, delta.high) == pytest.approx(interval, rel=0.02, abs=0.02 * (interval[1] - interval[0]))
    else:
        assert delta.low <= interval[0] + 1e-9
        assert delta.high >= interval[1] - 1e-9


@given(st.floats(1, 500))
def test_students_quantile_is_right_or_on_the_safe_side(freedom):
    assert t_quantile(0.975, freedom) >= 0.99 * t.ppf(0.975, freedom)


def test_with_endless_degrees_of_freedom_students_quantile_is_the_normal_one():
    assert t_quantile(0.975, inf) == pytest.approx(1.96, abs=0.001)


V7 = Unit(prompt="customer-support@v7", model="openai.gpt-4o-2024-11", index="i1")
V8 = Unit(prompt="customer-support@v8", model="openai.gpt-4o-2024-11", index="i1")

COLUMNS = [
    ("v8: Answer briefly", "openai:gpt-4o-2024-11-20", 1),
    ("v8: Answer briefly", "openai:chat:gpt-4o-2024-11", 2),
    ("v8", "openai.gpt-4o-2024-11", 2),
    ("customer-support@v8", "openai:gpt-4o-2024-11", 2),
    ("prompts/customer-support@v8.txt", "openai:gpt-4o-2024-11", 2),
    ("customer-support@v80", "openai:gpt-4o-2024-11", 0),
    ("customer-support@v8.1", "openai:gpt-4o-2024-11", 0),
    ("eu-customer-support@v8", "openai:gpt-4o-2024-11", 0),
    ("claims@v8", "openai:gpt-4o-2024-11", 0),
    ("v80: Answer briefly", "openai:gpt-4o-2024-11", 0),
    ("v8.1: Answer briefly", "openai:gpt-4o-2024-11", 0),
    ("Compare a v8 engine", "openai:gpt-4o-2024-11", 0),
    ("v8: write to a@b.example", "openai:gpt-4o-2024-11", 2),
    ("v8: Answer briefly", "azure:gpt-4o-2024-11", 0),
    ("v8: Answer briefly", "openai:gpt-4o-2024-11-preview", 0),
    ("v8: Answer briefly", "openai:gpt-4o", 0),
]


@pytest.mark.parametrize(("prompt", "provider", "expected"), COLUMNS)
def test_a_column_is_a_units_by_its_prompts_version_and_its_model(prompt, provider, expected):
    assert fit(Column(0, prompt, provider), V8) == expected


def test_an_empty_unit_is_no_columns():
    assert fit(Column(0, "v8", "openai:gpt-4o"), Unit(index="i1")) == 0


def test_a_model_known_to_the_day_takes_its_column_from_one_that_is_not():
    pinned = replace(V8, model="openai.gpt-4o-2024-11-20")
    columns = [Column(0, "v8", "openai:gpt-4o-2024-11-20"), Column(1, "v8", "openai:gpt-4o-2024-11-06")]
    found = assign(columns, pinned, V8)
    assert not found.faults
    assert (found.candidate, found.deployed) == tuple(columns)


def test_units_that_differ_in_nothing_that_a_label_shows_need_a_file_each():
    column = Column(0, "v8", "openai:gpt-4o-2024-11")
    (fault,) = assign([column], V8, replace(V8, index="i2")).faults
    assert "may have tested either" in fault.because
    assert assign([column], V8, None).candidate == column


def test_two_columns_for_one_unit_are_a_fault():
    columns = [Column(0, "v8: one", "openai:gpt-4o-2024-11"), Column(1, "v8: two", "openai:gpt-4o-2024-11")]
    (fault,) = assign(columns, V8, V7).faults
    assert fault.place == "results.prompts[1]"
    assert "2 columns test the candidate" in fault.because
