"""How do people promote a stage on judgement?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import judged, judgements
from leverframe.nouns.audiences import NO_ORDER
from leverframe.nouns.calendar import DuringRamp, Freeze
from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Conflict
from leverframe.rules.judging import judged_digest
from leverframe.store import evidence, sign_offs

pytestmark = ON_SQLITE


def judge(
    world: World,
    name: str,
    change: Change,
    role: str,
    because: str = "an hour more would prove nothing",
    read: str | None = None,
):
    """Judge what the change's page shows now, or what was read earlier."""
    shown = reading_of(world, change) if read is None else read
    return judgements.judge(world.house, world.who(name), change.id, role, shown, because)


def reading_of(world: World, change: Change) -> str:
    view = world.view(change).ramp
    return view.reading_digest if view else ""


def conflict_of(act: Callable[[], object]) -> Conflict:
    with pytest.raises(Conflict) as caught:
        act()
    return caught.value


@pytest.fixture
def baked(world: World) -> Change:
    """At 10 % for four hours, with too few people to prove anything."""
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change, per_minute=150)
    world.rounds_until("Wed 14:30", every=240)
    assert world.timeline(change).endswith("Wed 10:30 10%")
    return change


def test_release_manager_and_feature_owner_promote_what_is_not_proved(world: World, baked: Change):
    assert judge(world, "remi", baked, "release_manager") == ("feature_owner",)
    world.round()
    assert world.timeline(baked).endswith("10%")
    assert judge(world, "cleo", baked, "feature_owner") == ()
    world.round()
    assert world.timeline(baked).endswith("Wed 14:30 50%")
    assert "promoted on judgement, not proved" in world.entries("ramp.promoted")[0].because
    first, second = reversed(world.entries("ramp.judged"))
    assert (first.actor, first.role, second.actor, second.role) == (
        "remi",
        "release_manager",
        "cleo",
        "feature_owner",
    )
    assert first.decided_digest == second.decided_digest
    with world.store.read() as db:
        assert evidence.reading(db, baked.id, first.decided_digest).finding == "continue"


def test_who_may_not_judge_is_told_why(world: World, baked: Change):
    assert set(no_of(lambda: judge(world, "vic", baked, "release_manager"))) == {"role"}
    assert set(no_of(lambda: judge(world, "rita", baked, "ai_risk"))) == {"seat"}
    assert no_of(lambda: judge(world, "ana", baked, "feature_owner")) == {
        "segregation": f"ana wrote {baked.id} and does not judge it"
    }
    assert "because" in faults_of(lambda: judge(world, "remi", baked, "release_manager", " "))
    token = world.token("remi", "change", "admin")
    read = reading_of(world, baked)
    refused = no_of(lambda: judgements.judge(world.house, token, baked.id, "release_manager", read, "quick"))
    assert refused == {"session": "a token never signs"}
    judge(world, "remi", baked, "release_manager")
    assert set(no_of(lambda: judge(world, "remi", baked, "release_manager"))) == {"once"}


def test_nobody_judges_before_the_bake_is_over(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:20")
    assert no_of(lambda: judge(world, "remi", change, "release_manager")) == {"bake": "the bake has 10 min to go"}


def test_nobody_judges_on_harm(world: World, baked: Change):
    """The clock has not looked yet; the evidence says harm all the same."""
    world.outcomes(baked, candidate_negative=0.6)
    assert no_of(lambda: judge(world, "remi", baked, "release_manager")) == {"evidence": "the reading says harm"}


def test_nobody_judges_on_a_mean_that_is_shown_to_be_beyond_its_limit(world: World, baked: Change):
    for _ in range(23):
        world.outcomes(baked, per_minute=300, groundedness=(0.9, 0.3))
        world.clock.advance(timedelta(minutes=1))
    assert set(no_of(lambda: judge(world, "remi", baked, "release_manager"))) == {"evidence"}


def test_harm_after_the_judgement_rolls_back(world: World, baked: Change):
    judge(world, "remi", baked, "release_manager")
    judge(world, "cleo", baked, "feature_owner")
    world.outcomes(baked, candidate_negative=0.6)
    world.round()
    assert world.timeline(baked).endswith("rolled back")


def test_there_is_nothing_to_judge_without_a_running_ramp(world: World):
    change = world.ready()
    assert set(no_of(lambda: judge(world, "remi", change, "release_manager"))) == {"state"}


def test_a_high_change_asks_ai_risk_as_well(world: World):
    change = world.armed("underwriting-model")
    world.clock.move_to(change.start.opens_at)
    world.round()
    world.outcomes(change, per_minute=150, negative=0.02)
    world.clock.advance(timedelta(minutes=120))
    world.outcomes(change, per_minute=150, negative=0.02)
    world.round()
    world.clock.advance(timedelta(hours=24))
    assert judge(world, "remi", change, "release_manager") == ("feature_owner", "ai_risk")
    assert judge(world, "cleo", change, "feature_owner") == ("ai_risk",)
    assert judge(world, "rita", change, "ai_risk") == ()


def test_a_judge_names_the_reading_that_was_shown(world: World, baked: Change):
    read = reading_of(world, baked)
    assert set(faults_of(lambda: judge(world, "remi", baked, "release_manager", read=""))) == {"reading_digest"}
    stale = conflict_of(lambda: judge(world, "remi", baked, "release_manager", read="sha256:guessed"))
    assert (stale.differs, stale.remedy) == ((), "read it again, then judge what stands now")
    world.outcomes(baked, per_minute=6)
    assert reading_of(world, baked) == read, "a few more people, who prove nothing more, are no other reading"
    assert judge(world, "remi", baked, "release_manager", read=read) == ("feature_owner",)


def test_a_stale_reading_is_refused_with_what_differs(world: World, baked: Change):
    read = reading_of(world, baked)
    world.clock.advance(timedelta(minutes=2))
    world.outcomes(baked, per_minute=400)
    stale = conflict_of(lambda: judge(world, "remi", baked, "release_manager", read=read))
    assert stale.differs[0] == "feedback_negative"
    said = "the evidence of stage 2 of CHG-2026-00001 has changed since you opened it in feedback negative"
    assert stale.because.startswith(said)
    with world.store.read() as db:
        assert judged.standing_judgement(db, baked.id, 2) == []


def test_a_second_judge_signs_the_first_ones_reading_and_not_unseen(world: World, baked: Change):
    judge(world, "remi", baked, "release_manager")
    first = world.view(baked).ramp
    world.clock.advance(timedelta(minutes=2))
    world.outcomes(baked, per_minute=400)
    now = world.view(baked).ramp
    assert now.reading_digest == first.reading_digest
    assert now.judged_reading == first.judged_reading != now.reading
    entry = world.entries("ramp.judged")[0]
    with world.store.read() as db:
        assert evidence.reading(db, baked.id, entry.decided_digest) == now.judged_reading
    live = judged_digest(now.ramp, now.reading)
    stale = conflict_of(lambda: judge(world, "cleo", baked, "feature_owner", read=live))
    assert stale.differs[0] == "feedback_negative"
    assert stale.because.startswith("remi has judged another reading of stage 2")
    assert judge(world, "cleo", baked, "feature_owner") == ()


def test_nobody_judges_while_regions_wait_nor_before_the_bake_from_the_last(world: World):
    world.of_targets(order=NO_ORDER)
    start = world.form("claims-regions").start
    later = replace(start, not_after=start.not_after + timedelta(days=30))
    change = world.armed("claims-regions", ramp="handbook", start=later)
    world.clock.move_to(change.start.opens_at)
    world.round()
    for region, until in (("au", "Tue 09:00"), ("eu", "Tue 15:00"), ("us", "Tue 15:30")):
        world.outcomes(change, regions=(region,), per_minute=40)
        world.rounds_until(until, every=30)
    world.outcomes(change, regions=("us",), per_minute=200)
    world.rounds_until("Tue 20:00", every=60)
    assert set(world.ramp(change).published) == {"us"}
    assert no_of(lambda: judge(world, "remi", change, "release_manager")) == {
        "regions": "the stage has still to reach au, eu, and bakes from there"
    }
    assert world.view(change).may["promote"].gate == "regions"
    world.rounds_until("Wed 10:00", every=60)
    assert set(world.ramp(change).published) == {"us", "au", "eu"}
    assert no_of(lambda: judge(world, "remi", change, "release_manager")) == {"bake": "the bake has 180 min to go"}


def test_what_was_judged_is_void_when_the_ramp_is_narrowed(world: World, baked: Change):
    judge(world, "remi", baked, "release_manager")
    judge(world, "cleo", baked, "feature_owner")
    world.round()
    assert world.timeline(baked).endswith("Wed 14:30 50%")
    begins = world.moment("Wed 15:00").replace(tzinfo=None)
    sudden = Freeze(
        "sudden", begins, begins + timedelta(minutes=30), "Europe/London", during_ramp=DuringRamp.NARROW, because="x"
    )
    calendar = replace(world.policy.calendar, freezes=(*world.policy.calendar.freezes, sudden))
    world.enforce(replace(world.policy, calendar=calendar, digest="sudden"))
    world.rounds_until("Wed 15:30")
    assert world.ramp(baked).stage == 2
    assert world.view(baked).ramp.judged_by == ()
    void = world.entries("ramp.judgements_void")[0]
    assert (void.because, void.facts) == ("the ramp was narrowed to stage 2", {"stages": [2, 3], "voided": 2})
    with world.store.read() as db:
        assert not evidence.judged(db, baked.id, 2)
        assert [bool(each.voided_at) for each in evidence.judgements_of(db, baked.id)] == [True]
        assert all(s.voided_at for s in sign_offs.all_of(db, judged.subject_of_stage(baked.id, 2)))
    world.rounds_until("Tue 14:00", every=240)
    assert world.ramp(baked).stage == 2, "nobody has judged this visit"
    assert judge(world, "remi", baked, "release_manager") == ("feature_owner",)
