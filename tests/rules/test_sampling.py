"""Are as many calls drawn for scoring as the policy says, of both arms alike?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leverframe.rules.sampling import is_sampled


def test_about_the_share_is_drawn():
    calls = [f"lf1.{n}.seal" for n in range(20_000)]
    for percent in (1, 10, 50):
        drawn = sum(is_sampled(call, percent) for call in calls)
        assert abs(drawn / len(calls) - percent / 100) < 0.012


@given(st.text(min_size=1), st.floats(0, 100), st.floats(0, 100))
def test_a_wider_share_only_adds_calls(call, one, other):
    narrow, wide = sorted((one, other))
    assert is_sampled(call, wide) or not is_sampled(call, narrow)


@given(st.text(min_size=1))
def test_all_and_none_are_all_and_none(call):
    assert is_sampled(call, 100)
    assert not is_sampled(call, 0)


def test_what_has_no_call_id_is_not_drawn():
    assert not is_sampled("", 100)
