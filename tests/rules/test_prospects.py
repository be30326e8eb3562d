"""Does the planner say what a stage will really rule out, and see?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar, Subject
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Clause, Floor, RampPlan, Stage
from leverframe.rules.evidence import labels
from leverframe.rules.evidence_time import Traffic, events_within
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.prospects import prospects

FEEDBACK = "feedback_negative"
NINE = datetime(2026, 5, 13, 9, tzinfo=UTC)
POLICY = Policy("digest", "acme", Calendar("Europe/London", {}, ()), {}, {}, (), (), {})


def handbook(first_share: float = 1.0) -> RampPlan:
    floors = ((), (Floor(FEEDBACK, 3.0),), (Floor(FEEDBACK, 2.0),), ())
    stages = zip((first_share, 10, 50, 100), (30, 240, 1440, 0), floors, strict=True)
    return RampPlan(tuple(Stage((Clause(share),), bake, (), asked) for share, bake, asked in stages))


def question(per_minute: float = 500.0, rate: float = 0.05, plan: RampPlan | None = None) -> Question:
    traffic = Traffic(dict.fromkeys(range(24), per_minute), {FEEDBACK: rate})
    plan = plan or handbook()
    end = NINE + timedelta(days=9)
    about = Subject("support", "medium", "prompt")
    return Question(plan, about, ("uk",), POLICY.calendar, NINE, end, traffic, (), POLICY)


def test_the_handbooks_first_stage_rules_out_about_twice_as_many():
    """reference 4.3: 1 % of 500 a minute for 30 minutes rules out a harm of about 2.2 times or more."""
    first = prospects(question(), {})[0]
    assert first.rules_out == pytest.approx(2.2, abs=0.05)
    assert first.because.startswith(
        "30 minutes at 1 % can rule out 2.19 times as many people who meet negative feedback"
    )


@pytest.mark.parametrize(("place", "margin", "minutes"), [(0, 1.5, 106), (1, 1.25, 45), (2, 1.25, 18)])
def test_how_long_a_margin_takes_is_what_simulations_say(place, margin, minutes):
    """The reference's table of promotion proofs: 1, 10 and 50 % of 500 a minute."""
    share = (1.0, 10.0, 50.0)[place]
    plan = RampPlan((Stage((Clause(share),), 60, (), (Floor(FEEDBACK, margin),)), Stage((Clause(100.0),), 0)))
    (only,) = prospects(question(plan=plan), {})
    assert only.floor_minutes == pytest.approx(minutes, rel=0.25)


def test_a_harm_that_is_seen_is_rolled_back_in_half_of_the_runs():
    """Draw what would be counted under the harm that the second stage is said to see."""
    second = prospects(question(), {})[1]
    assert second.sees is not None
    assert second.events is not None
    chance, events, seen = Random(1), second.events, 0
    for _ in range(200):
        mine, theirs = (round(chance.gauss(mean, mean**0.5)) for mean in (0.1 * second.sees * events, 0.9 * events))
        seen += labels.log_harm({0.1: (mine, theirs)}) >= -log(0.05 / 2)
    assert 0.35 <= seen / 200 <= 0.7


@given(st.floats(5, 5000), st.floats(0.002, 0.3))
def test_longer_wider_and_luckier_never_rule_out_less(per_minute, rate):
    for one in prospects(question(per_minute, rate), {})[:2]:
        for better in (one.longer, one.wider if one.share_percent < 25 else None):
            if one.rules_out is not None and better is not None:
                assert better <= one.rules_out * 1.0001
        if one.rules_out_p90 is not None:
            assert one.rules_out is not None
            assert one.rules_out <= one.rules_out_p90


def test_what_is_not_known_is_said_and_not_guessed():
    unknown = replace(question(), traffic=None)
    assert {one.because for one in prospects(unknown, {})} == {
        "how often people meet negative feedback is not known yet"
    }
    few = prospects(question(per_minute=0.01), {})[0]
    assert (few.rules_out, few.sees) == (None, None)
    assert few.because.startswith("30 minutes at 1 % can rule out no harm")


def test_the_hour_in_which_a_stage_begins_counts():
    """At night nobody asks: the same stage rules out nothing."""
    traffic = Traffic({hour: 500.0 if 8 <= hour < 20 else 0.0 for hour in range(24)}, {FEEDBACK: 0.05})
    asked = replace(question(), traffic=traffic)
    night = datetime(2026, 5, 13, 23, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    by_day, by_night = (prospects(asked, {1: moment})[0].rules_out for moment in (NINE, night))
    assert by_day is not None
    assert by_night is None


def test_the_traffic_of_a_span_is_that_of_its_hours():
    traffic = Traffic({9: 100.0, 10: 10.0}, {})
    half_past = datetime(2026, 1, 14, 9, 30, tzinfo=UTC)
    assert events_within(60, 0.5, traffic, half_past, "UTC") == pytest.approx(0.5 * (30 * 100 + 30 * 10))
    assert events_within(0, 1.0, traffic, half_past, "UTC") == 0.0
