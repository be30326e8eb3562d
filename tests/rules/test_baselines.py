"""Is it said rightly whether live calls score as staging promised?"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leverframe.nouns.evidence import CellCounts, Comparison, Direction, EvalResult, StageCounts
from leverframe.nouns.minutes import MeanMinutes, StageMinutes
from leverframe.nouns.staging import StagingRecord, StagingState
from leverframe.nouns.units import Unit
from leverframe.rules.baselines import baselines_of, measured
from leverframe.rules.evidence import differences

NOW = datetime(2026, 5, 13, 10, 30, tzinfo=UTC)
MOVES = Unit(prompt="support@8")
DEPLOYED = StagingRecord(StagingState.DEPLOYED, NOW, "ci", "for the evals", "sha256:x")


def result(value: float = 0.91, error: float | None = 0.01, **more: object) -> EvalResult:
    about = {"suite": "production", "metric": "groundedness", "n": 400, "direction": Direction.HIGHER, "unit": MOVES}
    tool = {"subject": {}, "tool": "promptfoo", "tool_version": "1", "artefact_digest": "sha256:y"}
    return EvalResult(**{**about, **tool, "value": value, "standard_error": error, **more})  # type: ignore[arg-type]


def here(live: float = 0.87, scores: int = 200, name: str = "groundedness", *, scatter: float = 0.0) -> StageCounts:
    """A stage in two regions; `scatter` is how far its minutes lie about their mean, if they are read."""
    half = scores // 2
    cells = {
        f"{region}|everyone": CellCounts(
            0.1, candidate_sums={name: (half, half * live, 0.0)}, control_sums={name: (900, 810.0, 0.0)}
        )
        for region in ("uk", "eu")
    }
    minutes = [differences.of_mean([(4, 4 * (live + scatter * math.sin(n)))]) for n in range(60 if scatter else 0)]
    means = {name: MeanMinutes(candidate=differences.moments(minutes))} if scatter else {}
    return StageCounts(2, cells, minutes=StageMinutes(means=means))


def told(results: list[EvalResult], counts: StageCounts, staging: tuple[StagingRecord, ...] = (DEPLOYED,)):
    return baselines_of(results, MOVES, counts, staging)


@pytest.mark.parametrize(
    ("promised", "live", "comparison", "said"),
    [
        (
            result(),
            0.87,
            Comparison.WORSE,
            "groundedness is 0.87 on live calls, 0.91 ± 0.01 in staging (suite production): "
            "0.04 lower than staging promised",
        ),
        (result(), 0.895, Comparison.UNCHANGED, "0.91 ± 0.01 in staging (suite production): as staging promised"),
        (result(), 0.94, Comparison.BETTER, "0.03 higher than staging promised"),
        (
            result(error=None),
            0.905,
            Comparison.WORSE,
            "0.905 on live calls, 0.91 in staging (suite production): 0.005 lower",
        ),
        (result(error=None), 0.91, Comparison.UNCHANGED, "as staging promised"),
        (result(direction=Direction.LOWER), 0.94, Comparison.WORSE, "0.03 higher than staging promised"),
    ],
)
def test_a_live_mean_is_held_against_what_staging_measured(promised, live, comparison, said):
    (found,) = told([promised], here(live))
    assert found.comparison is comparison
    assert said in found.because
    assert (found.live, found.scores, found.beside) == (pytest.approx(live), 200, pytest.approx(0.9))


def test_the_scatter_of_live_minutes_counts_as_well():
    (sure,), (unsure,) = told([result()], here(0.88, scatter=0.01)), told([result()], here(0.88, scatter=0.2))
    assert sure.comparison is Comparison.WORSE
    assert unsure.comparison is Comparison.UNCHANGED
    assert (unsure.live_error or 0.0) > (sure.live_error or 1.0)


def test_a_slice_of_the_evals_is_held_against_that_locale():
    (found,) = told([result(slice="fr-FR"), result()], here(0.8, name="groundedness@fr-FR"))
    assert found.metric == "groundedness@fr-FR"
    assert found.because.startswith("groundedness in fr-FR is 0.8 on live calls")


@pytest.mark.parametrize(
    "nothing", [result(metric="tone"), result(unit=Unit(prompt="support@7")), result(91.0, 1.0)], ids=str
)
def test_what_nobody_scored_live_another_unit_and_another_scale_promise_nothing(nothing):
    assert told([nothing], here()) == ()
    assert told([result()], here(scores=0)) == ()


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (0.91, 0.01, "0.91 ± 0.01"),
        (0.9753, 0.0247, "0.98 ± 0.02"),
        (0.00066, 5.9e-06, "0.000660 ± 0.000006"),
        (412.4, 12.0, "412 ± 12"),
        (1.0, None, "1"),
        (1.0, 0.0, "1"),
    ],
)
def test_a_mean_is_said_as_far_as_its_error_leaves_it_sure(value, error, said):
    assert measured(value, error=error) == said


def test_the_last_result_of_a_suite_counts_and_each_suite_is_told():
    found = told([result(0.99), result(0.87), result(0.95, suite="adversarial")], here(0.87))
    assert [(each.suite, each.comparison) for each in found] == [
        ("adversarial", Comparison.WORSE),
        ("production", Comparison.UNCHANGED),
    ]


@pytest.mark.parametrize(
    "staging",
    [
        (),
        (replace(DEPLOYED, earlier=True),),
        (DEPLOYED, replace(DEPLOYED, state=StagingState.ROLLED_BACK)),
    ],
)
def test_without_a_deployment_of_this_candidate_nothing_is_said_of_staging(staging):
    (found,) = told([result()], here(), staging)
    assert not found.is_staged
    assert found.because.endswith(
        "0.91 ± 0.01 in the evals on the ticket (suite production): 0.04 lower than they promised"
    )
