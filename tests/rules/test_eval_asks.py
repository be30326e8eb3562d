"""Does the evals gate ask for what the policy's row says, and prove what an allowance wants proved?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.tickets import TARGET, WEDNESDAY, asks, change, delta, facts, policy

from leverframe.nouns.evidence import Comparison, Direction
from leverframe.nouns.policies import EVERY_LOCALE, EvalAllowance, EvalAsk
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.eval_allowances import allowance_of
from leverframe.rules.eval_asks import added_up
from leverframe.rules.gates.evals import evals


def judged(ask: EvalAsk, *deltas, allowances: tuple[EvalAllowance, ...] = (), **more) -> Verdict:
    told = facts(asks=asks(evals=(ask,)), deltas=deltas, policy=policy(eval_allowances=allowances), **more)
    return evals(change(), told, WEDNESDAY)


def fair(slice: str = "", **parts):
    stands = Comparison(parts.pop("comparison", "unchanged"))
    known = delta("groundedness", 0.9, 0.9, suite="fairness", slice=slice, low=-0.02, high=0.02)
    return replace(known, comparison=stands, **parts)


FAIR = (fair(), fair("de-DE"), fair("fr-FR"))
LOCALES = (replace(TARGET, locales=("de-DE", "fr-FR")),)
ASKED = [
    (EvalAsk("fairness", ("de-DE",)), FAIR, (), ""),
    (EvalAsk("fairness", ("de-DE", "it-IT")), FAIR, (), "fairness has no result for it-IT"),
    (EvalAsk("fairness", ("de-DE",)), (fair(), fair("de-DE", comparison="not_comparable")), (),
     "fairness (de-DE) cannot be compared with the deployed unit's results"),
    (EvalAsk("fairness", (EVERY_LOCALE,)), FAIR, LOCALES, ""),
    (EvalAsk("fairness", (EVERY_LOCALE,)), FAIR[:2], LOCALES, "fairness has no result for fr-FR"),
    (EvalAsk("fairness", (EVERY_LOCALE,)), FAIR, (TARGET,),
     "fairness is asked for in every locale, and the catalog names none of support"),
    (EvalAsk("fairness", at_least=40), FAIR, (), ""),
    (EvalAsk("fairness", at_least=200), FAIR, (), "fairness has 40 cases of at least 200"),
    (EvalAsk("fairness", ("fr-FR",), at_least=200), (fair(n=900), fair("fr-FR", n=6)), (),
     "fairness (fr-FR) has 6 cases of at least 200"),
    (EvalAsk("fairness", at_least=200), (fair(n=12), fair(n=200)), (), ""),
    (EvalAsk("fairness", at_most_days_old=30), (fair(imported_at=WEDNESDAY - timedelta(days=30)),), (), ""),
    (EvalAsk("fairness", at_most_days_old=30), (fair(imported_at=WEDNESDAY - timedelta(days=31)),), (),
     "fairness is of Sun 12 Apr 2026, and may be 30 days old"),
    (EvalAsk("fairness", at_most_days_old=30), FAIR, (), "when fairness was measured is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "deltas", "targets", "lack"), ASKED)
def test_a_row_may_ask_for_slices_cases_and_fresh_results(ask, deltas, targets, lack):
    answer = judged(ask, *deltas, **({"targets": targets} if targets else {}))
    assert answer.refuses is bool(lack)
    if lack:
        assert answer.because == lack
        assert answer.remedy == "run it as the policy asks, and post the new results"


def test_all_that_a_suite_lacks_is_told_at_once():
    ask = EvalAsk("fairness", ("de-DE", "it-IT"), at_least=50, at_most_days_old=1)
    answer = judged(ask, *FAIR)
    assert answer.because == (
        "fairness (de-DE) has 40 cases of at least 50; fairness has no result for it-IT; "
        "when fairness was measured is not known"
    )


def test_the_answer_repeats_what_was_asked():
    ask = EvalAsk("fairness", ("de-DE", EVERY_LOCALE), 20, 30)
    fresh = tuple(replace(one, imported_at=WEDNESDAY) for one in FAIR)
    answer = judged(ask, *fresh, targets=LOCALES)
    assert answer.because == (
        "fairness (in de-DE, every locale; at least 20 cases; at most 30 days old): 3 metrics, "
        "none worse than allowed"
    )


def test_rows_that_ask_for_one_suite_add_up():
    rows = (EvalAsk("a", ("x",), 10, 30), EvalAsk("b"), EvalAsk("a", ("y", "x"), 200, 90), EvalAsk("a"))
    assert added_up(rows) == (EvalAsk("a", ("x", "y"), 200, 30), EvalAsk("b"))


ANY_ASK = st.builds(
    EvalAsk, st.sampled_from("ab"), st.just(("x",)) | st.just(()), st.integers(0, 9), st.integers(0, 9)
)


@given(st.lists(ANY_ASK, max_size=6), st.integers(0, 6))
def test_adding_up_in_two_steps_or_in_one_is_the_same(rows, cut):
    assert added_up([*added_up(rows[:cut]), *added_up(rows[cut:])]) == added_up(rows)


# ---------------------------------------------------------------------------------------------- allowances

ACCURACY = EvalAllowance("groundedness", 0.03, prove=True)
PROOFS = [
    ({"low": -0.02, "high": 0.02}, ""),
    ({"low": -0.03, "high": 0.02}, "it may be 0.03"),
    ({"low": -0.08, "high": 0.02}, "it may be 0.08"),
    ({"low": 0.01, "high": 0.09, "comparison": "better"}, ""),
    ({"low": -0.02, "high": -0.01, "comparison": "worse"}, ""),
    ({"low": -0.02, "high": 0.08, "direction": Direction.LOWER}, "it may be 0.08"),
    ({"low": -0.08, "high": 0.02, "direction": Direction.LOWER}, ""),
    ({"low": None, "high": None, "comparison": "not_comparable"}, "nothing is known"),
]


@pytest.mark.parametrize(("parts", "lack"), PROOFS)
def test_what_must_be_proved_refuses_while_the_interval_reaches_beyond_the_allowance(parts, lack):
    other = fair(suite="fairness") if parts["low"] is not None else delta("other", 0.9, suite="fairness")
    found = (fair(**parts), replace(other, metric="other", comparison="unchanged"))
    answer = judged(EvalAsk("fairness"), *found, allowances=(ACCURACY, EvalAllowance("other", 1)))
    assert answer.refuses is bool(lack)
    assert lack in answer.because
    if lack:
        assert answer.because.startswith("fairness groundedness: that it is worse by less than 0.03 must be proved")
        assert answer.remedy == "run it on more cases, or mend the candidate"


def test_without_prove_chance_refuses_nobody():
    wide = fair(low=-0.4, high=0.4)
    assert not judged(EvalAsk("fairness"), wide, allowances=(EvalAllowance("groundedness", 0.01),)).refuses


def test_only_the_whole_suite_and_the_slices_that_are_asked_for_must_be_proved():
    wide = fair("de-DE", low=-0.4, high=0.4)
    assert not judged(EvalAsk("fairness"), fair(), wide, allowances=(ACCURACY,)).refuses
    answer = judged(EvalAsk("fairness", ("de-DE",)), fair(), wide, allowances=(ACCURACY,))
    assert answer.because.startswith("fairness groundedness (de-DE): that it is worse by less than 0.03")


def test_what_fell_too_far_is_told_once():
    fallen = fair(value=0.8, low=-0.15, high=-0.05, comparison="worse")
    answer = judged(EvalAsk("fairness"), fallen, allowances=(ACCURACY,))
    assert answer.because == "fairness groundedness is worse: 0.800 against 0.900, n = 40"


def test_a_metric_that_must_be_proved_and_was_not_measured_refuses():
    """A scorer that was renamed leaves nothing to prove it by, and does not pass unseen."""
    must = EvalAllowance("fairness.accuracy", 0.02, prove=True)
    answer = judged(EvalAsk("fairness"), fair(), allowances=(must, EvalAllowance("other.accuracy", 0.02, prove=True)))
    assert answer.because == "fairness.accuracy must be proved to be no worse, and was not measured"


def test_where_nothing_is_deployed_nothing_can_be_proved_and_nothing_is_asked():
    alone = delta("groundedness", 0.9, None, "not_comparable", suite="fairness")
    assert not judged(EvalAsk("fairness"), alone, allowances=(ACCURACY,), current={}).refuses


def test_a_suites_own_allowance_goes_before_the_metrics():
    both = (EvalAllowance("groundedness", 0.01), EvalAllowance("fairness.groundedness", 0.2))
    assert allowance_of(fair(), both).allowed_drop == 0.2
    assert allowance_of(fair(suite="production"), both).allowed_drop == 0.01
    assert allowance_of(delta("tone", 0.9), both).allowed_drop == 0.0
