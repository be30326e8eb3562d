"""Does a terminal tell what today's rules say of a ramp, and end with 2 where a verdict is another?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_server import FakeServer

from leverframe.nouns.documents import to_document
from leverframe.nouns.replays import Difference, Differs, Earlier, Replay, ReplayedStep, RuleAnswer

CHG = "CHG-2026-00001"
AT = datetime(2026, 5, 13, 11, 50, tzinfo=UTC)
BEGAN = ReplayedStep(AT, "promoted", 1, 1.0, "clock", "it begins", not_asked="it began the ramp")
BACK = ReplayedStep(AT, "rolled_back", 2, 0.0, "clock", "it harms", today=RuleAnswer("roll_back", "it harms"))
SAME = Replay(CHG, True, (BEGAN, BACK), (), 160, 1, "sha256:x", "Europe/London")
STAY = RuleAnswer("stay", "the bake goes on")
OTHER = replace(
    BACK,
    same=False,
    today=STAY,
    then=BACK.today,
    differences=(
        Difference(Differs.VERDICT, "step", "roll back", "stay"),
        Difference(Differs.WORDS, "because", "it harms", "the bake goes on"),
    ),
)
EARLIER = Earlier(AT - timedelta(minutes=9), RuleAnswer("roll_back", "it harms"), "rolled_back", AT, same=True)
ANOTHER = replace(SAME, same=False, steps=(BEGAN, OTHER), earlier=(EARLIER,), stride_minutes=3)


@pytest.fixture
def asks(run, ana: FakeServer):
    def ask(told: Replay):
        ana.gives(f"GET /changes/{CHG}/replay", to_document(told))
        return run("replay", CHG, "--server", ana.address)

    return ask


def test_where_every_verdict_is_the_same_it_ends_with_0(asks):
    ended = asks(SAME)
    flat = " ".join(ended.out.split())
    assert ended.code == 0
    assert "every verdict is the same" in flat
    assert "not asked Wed 13 May 2026 12:50 BST promoted to 1 %, by clock cannot be asked: it began the ramp" in flat
    assert "160 minutes between the steps were looked at: at none would today's rules have acted earlier." in flat


def test_where_one_differs_it_ends_with_2_and_says_in_what(asks):
    ended = asks(ANOTHER)
    flat = " ".join(ended.out.split())
    assert ended.code == 2
    assert "it differs" in flat
    assert "step: recorded roll back; today stay" in flat
    assert "because (no other verdict): recorded it harms" in flat
    assert "by the policy that was in force: the same step" in flat
    assert "one in 3" in flat
    assert "earlier Wed 13 May 2026 12:41 BST roll back, before what was recorded: rolled back" in flat
