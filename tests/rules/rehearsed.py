"""Which ramp is rehearsed in the tests of its rules?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from leverframe.nouns.calendar import Calendar, Subject, Window
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Clause, Floor, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.imagined_ramps import Question

FEEDBACK = "feedback_negative"
NINE = datetime(2026, 5, 12, 9, tzinfo=UTC)
OPEN = Window("always", frozenset(range(7)), time(0), time(23, 59))
SLOS = (Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.01),)
SUPPORT = Subject("support", "medium", "prompt")
TRAFFIC = Traffic(dict.fromkeys(range(24), 500.0), {FEEDBACK: 0.05})


def question(*, bakes=(30, 60, 60), floors=((), (3.0,), (2.0,)), windows=(OPEN,), regions=("uk",)) -> Question:
    stages = [
        Stage((Clause(share),), bake, SLOS, tuple(Floor(FEEDBACK, ratio) for ratio in asked), 240)
        for share, bake, asked in zip((1.0, 10.0, 50.0), bakes, floors, strict=True)
    ]
    calendar = Calendar("Europe/London", {}, windows)
    policy = Policy("digest", "acme", calendar, {}, {}, (), (), {})
    plan = RampPlan((*stages, Stage((Clause(100.0),), 0)))
    return Question(plan, SUPPORT, regions, calendar, NINE, NINE + timedelta(days=9), TRAFFIC, (), policy)
