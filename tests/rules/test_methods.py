"""Has every kind of guardrail its test, and does the reader of a stage use that one?"""

from __future__ import annotations

import pytest

from leverframe.nouns.growth import Against
from leverframe.rules.evidence.methods import method_of

KINDS = [
    ("feedback_negative", Against.CURRENT, False, "label e-process"),
    ("error", Against.LIMIT, False, "one-sample likelihood ratio"),
    ("slow", Against.LIMIT, False, "frozen quantile"),
    ("cost_usd", Against.MEAN, True, "asymptotic confidence sequence"),
    ("groundedness", Against.FALL, True, "bets on minutes, and an asymptotic confidence sequence"),
    ("groundedness", Against.FALL, False, "asymptotic confidence sequence"),
    ("tokens", Against.RISE, True, "asymptotic confidence sequence"),
]


@pytest.mark.parametrize(("guardrail", "against", "bounded", "name"), KINDS)
def test_the_kind_of_a_metric_decides_by_which_test_it_is_judged(guardrail, against, bounded, name):
    method = method_of(guardrail, against, is_bounded=bounded)
    assert method.name == name
    assert method.because.startswith("it is ")
    assert "arXiv:" in method.source


def test_no_kind_is_left_out():
    assert {against for _, against, _, _ in KINDS} == set(Against)
