"""Do today's rules say of a ramp's steps what was recorded, and is every difference shown?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.world import World, read

from leverframe.actions import judgements, outcomes, ramps, replays
from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House
from leverframe.nouns.calendar import DuringRamp, Freeze
from leverframe.nouns.changes import Change
from leverframe.nouns.outcomes import Feedback
from leverframe.nouns.ramps import Floor
from leverframe.nouns.replays import Differs, Replay
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.evidence.told import reckoned
from leverframe.store import changes
from leverframe.store.counted import interval_counts

FEEDBACK = "feedback_negative"


def asked(world: World, change: Change | str) -> Replay:
    return replays.replay(world.house, change if isinstance(change, str) else change.id)


def harmed(world: World, minutes: int = 60) -> Change:
    """A ramp that is rolled back at 10 %: people dislike the candidate far more often."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    for _ in range(minutes // 10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300, candidate_negative=0.3)
        world.round()
    assert world.ramp(change).state == "rolled_back"
    return change


def not_proved(world: World) -> Change:
    """At 10 % for four hours, with too few people to prove anything."""
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change, per_minute=150)
    world.rounds_until("Wed 14:30", every=240)
    return change


def freeze_from(world: World, begins: str, during: DuringRamp) -> None:
    starts = world.moment(begins).replace(tzinfo=None)
    ends = starts + timedelta(days=6)
    calendar = world.policy.calendar
    one = Freeze("audit week", starts, ends, "Europe/London", during_ramp=during, because="x")
    calendar = replace(calendar, freezes=(*calendar.freezes, one))
    world.enforce(replace(world.policy, calendar=calendar, digest="sha256:frozen"))


def differences(told: Replay) -> list[str]:
    return [
        f"{step.kind}: {each.what}: {each.recorded} / {each.today}"
        for step in told.steps
        for each in step.differences
    ]


def test_a_ramp_that_was_rolled_back_is_rolled_back_today(world: World):
    told = asked(world, harmed(world))
    assert [step.kind for step in told.steps] == ["promoted", "promoted", "rolled_back"]
    assert differences(told) == []
    assert told.same
    assert "gates and sign-offs" in told.steps[0].not_asked
    last = told.steps[-1].today
    assert last is not None
    assert (last.step, last.guardrail) == ("roll_back", FEEDBACK)
    assert told.looks > 30


def test_a_settled_ramp_is_settled_today(world: World):
    change = world.ramping()
    world.settle(change)
    told = asked(world, change)
    assert [step.kind for step in told.steps] == ["promoted"] * 4 + ["settled"]
    assert differences(told) == []
    assert told.same


def test_an_entry_gives_its_own_e_values_by_its_counts(world: World):
    change = harmed(world)
    entry = world.entries("ramp.rolled_back", change.id)[0]
    for each in entry.facts["evidence"]["guardrails"]:
        assert reckoned(each) == pytest.approx(each["e_value"], rel=1e-12), each["guardrail"]
    assert max(each["e_value"] for each in entry.facts["evidence"]["guardrails"]) > 100


def test_a_collapse_that_was_bet_on_is_rolled_back_today_and_its_entry_gives_the_e_value(world: World):
    change = world.ramping()
    for _ in range(25):
        if world.ramp(change).state == "ramping":
            world.outcomes(change, per_minute=600, groundedness=(0.9, 0.0))
            world.clock.advance(timedelta(minutes=1))
            world.round()
    assert world.ramp(change).state == "rolled_back"
    (entry,) = world.entries("ramp.rolled_back", change.id)
    (fact,) = [each for each in entry.facts["evidence"]["guardrails"] if each["guardrail"] == "groundedness"]
    assert fact["moments"]["groundedness"]["intervals"] < 20
    assert reckoned(fact) == pytest.approx(fact["e_value"], rel=1e-12)
    told = asked(world, change)
    assert differences(told) == []
    assert told.same


def test_a_change_without_a_ramp_has_nothing_to_replay(world: World):
    with pytest.raises(NotFound, match="has not begun to ramp"):
        asked(world, world.armed())


def test_a_ramp_that_reaches_its_regions_one_after_the_other_does_so_today(world: World):
    """Its cells count anew whenever a region is reached."""
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    world.round()
    for until, region in (("Tue 09:00", "au"), ("Tue 15:00", "eu"), ("Wed 11:00", "us")):
        world.outcomes(change, regions=(region,))
        world.rounds_until(until, every=60)
    world.outcomes(change)
    world.rounds_until("Thu 01:00", every=60)
    world.outcomes(change)
    world.rounds_until("Thu 15:00", every=60)
    told = asked(world, change)
    assert [step.kind for step in told.steps].count("widened") == 2
    assert [step.today.step for step in told.steps if step.today and step.kind == "widened"] == ["widen"] * 2
    assert differences(told) == []
    assert told.same


def test_a_promotion_on_judgement_is_promoted_today(world: World):
    change = not_proved(world)
    for name, role in (("remi", "release_manager"), ("cleo", "feature_owner")):
        ramp = world.view(change).ramp
        assert ramp is not None
        judgements.judge(world.house, world.who(name), change.id, role, ramp.reading_digest, "it would prove nothing")
    world.round()
    assert world.timeline(change).endswith("Wed 14:30 50%")
    told = asked(world, change)
    assert differences(told) == []
    assert "on judgement, not proved" in (told.steps[-1].today or told.steps[0]).because
    assert told.same


def test_a_ramp_that_a_closed_stretch_narrowed_is_narrowed_today(world: World):
    world.enforce(replace(world.policy, closed_stretch_narrow=True, digest="sha256:narrows"))
    change = world.ramping()
    for until in ("Wed 10:30", "Wed 14:30"):
        world.outcomes(change)
        world.rounds_until(until)
    world.outcomes(change, per_minute=30)
    world.rounds_until("Thu 18:00", every=120)
    world.outcomes(change)
    world.rounds_until("Tue 18:00", every=240)
    told = asked(world, change)
    assert [step.kind for step in told.steps][3:5] == ["held", "narrowed"]
    assert [step.today.code for step in told.steps[3:5] if step.today] == ["closed_stretch_begun"] * 2
    assert len(told.steps) > 6
    assert differences(told) == []
    assert told.same


def test_a_calendar_that_has_changed_since_differs_and_the_policy_of_then_says_the_same(world: World):
    change = world.ramping()
    for until in ("Wed 10:30", "Wed 14:30"):
        world.outcomes(change)
        world.rounds_until(until)
    freeze_from(world, "Wed 15:00", DuringRamp.NARROW)
    world.rounds_until("Wed 15:30")
    told = asked(world, change)
    assert [(step.kind, step.same, step.then_same) for step in told.steps[1:]] == [
        ("promoted", True, True), ("promoted", False, True), ("held", True, True), ("narrowed", True, True),
    ]  # fmt: skip
    assert told.steps[1].differences[0].kind is Differs.WORDS
    assert not told.same


def test_what_people_did_cannot_be_asked_and_what_the_clock_did_between_is_the_same(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.hold("sol", change)
    world.rounds_until("Wed 10:30")
    ramps.release_ramp(world.house, world.remi, change.id, "it was nothing")
    world.round()
    world.abort("sol", change)
    told = asked(world, change)
    assert [(step.kind, bool(step.not_asked)) for step in told.steps] == [
        ("promoted", True), ("held", True), ("released", True), ("promoted", False), ("aborted", True),
    ]  # fmt: skip
    assert told.steps[-1].not_asked == "sol aborted it, and no rule decides that"
    assert differences(told) == []
    assert told.same


def test_a_hold_by_a_switch_is_asked_with_the_switches_as_they_stood(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.throw("sol", "model/openai.gpt-4o-2024-11")
    world.rounds_until("Wed 11:30")
    world.abort("sol", change)
    told = asked(world, change)
    assert [(step.kind, step.today.code) for step in told.steps if step.today] == [("held", "switch")]
    assert differences(told) == []
    assert told.same


def test_another_alpha_shows_which_levels_differ_and_that_the_policy_then_said_the_same(world: World):
    change = harmed(world)
    evidence = world.entries("ramp.rolled_back", change.id)[0].facts["evidence"]
    before = next(each for each in evidence["guardrails"] if each["finding"] == "harm")
    strict = evidence["alpha"] * before["e_bound"] / before["e_value"] / 2
    world.enforce(replace(world.policy, alpha=strict, digest="sha256:strict"))
    told = asked(world, change)
    last = told.steps[-1]
    assert not told.same
    assert last.today is not None
    assert last.today.step == "stay"
    assert last.then is not None
    assert (last.then.step, last.then_same) == ("roll_back", True)
    assert {each.what for each in last.differences if each.kind is Differs.VERDICT} == {
        "step", "finding", f"{FEEDBACK} against current: finding", f"{FEEDBACK} against limit: finding",
    }  # fmt: skip
    assert {each.what.rpartition(": ")[2] for each in last.differences if each.kind is Differs.NUMBERS} == {
        "alpha", "e_bound",
    }  # fmt: skip
    assert [step.same for step in told.steps] == [True, False, False], "the levels of each step differ"


def test_another_floor_in_the_plan_promotes_no_more(world: World):
    change = world.ramping()
    world.settle(change)
    stages = list(change.plan.stages)
    stages[1] = replace(stages[1], floors=(Floor(FEEDBACK, 1.01),))
    with world.store.write() as db:
        now = changes.get(db, change.id)
        changes.update(db, replace(now, plan=replace(now.plan, stages=tuple(stages))))
    told = asked(world, change)
    step = told.steps[2]
    assert step.today is not None
    assert (step.kind, step.same, step.today.step) == ("promoted", False, "stay")
    bound = next(each for each in step.differences if each.what.endswith(": bound"))
    assert (bound.recorded, bound.today) == ("3", "1.01")


def test_rules_that_would_have_rolled_back_where_a_person_aborted_differ(world: World):
    usual = world.policy
    world.enforce(replace(usual, alpha=1e-9, digest="sha256:strict"))
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    world.clock.advance(timedelta(minutes=10))
    world.outcomes(change, per_minute=1500, candidate_negative=0.15)
    world.clock.advance(timedelta(minutes=10))
    world.round()
    world.abort("sol", change)
    world.enforce(replace(usual, digest="sha256:usual"))
    told = asked(world, change)
    assert [(each.answer.step, each.instead_of, each.same) for each in told.earlier] == [
        ("roll_back", "aborted", False)
    ]
    assert not told.same


def test_the_first_minute_at_which_they_would_have_acted_is_told(world: World):
    """The clock looked only ten minutes after it could have known."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    world.clock.advance(timedelta(minutes=10))
    world.outcomes(change, per_minute=900, candidate_negative=0.3)
    world.clock.advance(timedelta(minutes=10))
    world.round()
    told = asked(world, change)
    assert [(each.answer.step, each.instead_of, each.same) for each in told.earlier] == [
        ("roll_back", "rolled_back", True)
    ]
    ended = world.ramp(change).ended_at
    assert ended is not None
    assert ended - told.earlier[0].at == timedelta(minutes=9)


def test_another_process_reads_the_same_to_the_last_bit(world: World):
    """What looks for later harm was remembered while the ramp went on; nothing of it is needed."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    for _ in range(10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300)
        world.round()
    while world.ramp(change).state == "ramping":
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300, candidate_negative=0.15)
        world.round()
    facts = world.entries("ramp.rolled_back", change.id)[0].facts["evidence"]
    assert any(each["later"]["since"] for each in facts["guardrails"] if each["against"] == "current")
    fresh = House(world.store, world.clock, Fleet(), call_key=bytes(range(32)))
    told, again = replays.replay(fresh, change.id), asked(world, change)
    assert told == again
    assert differences(told) == []
    assert told.same


def test_a_count_that_was_tampered_with_is_shown(world: World):
    change = harmed(world)
    c = interval_counts.c
    with world.store.write() as db:
        some = (c.change == change.id) & (c.name == f"bad:{FEEDBACK}") & (c.arm == "candidate") & (c.stage == 2)
        db.execute(update(interval_counts).where(some).values(n=c.n - 1))
    told = asked(world, change)
    last = told.steps[-1]
    assert not told.same
    assert f"{FEEDBACK} against current: stage 2, share 0.1" in [each.what for each in last.differences]
    assert all("own counts" not in each.what for each in last.differences), "the entry itself is sound"


def test_a_step_inside_a_minute_is_asked_with_what_the_minute_says(world: World):
    """Feedback goes on to come in the minute in which the ramp was rolled back."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    world.clock.advance(timedelta(minutes=10, seconds=20))
    calls = world.outcomes(change, per_minute=900, candidate_negative=0.3)
    world.round()
    assert world.ramp(change).state == "rolled_back"
    world.clock.advance(timedelta(seconds=20))
    more = [call for call in calls if read(call).arm == "candidate"][-20:]
    outcomes.accept_feedback(world.house, [Feedback(call, negative=True) for call in more])
    told = asked(world, change)
    assert told.same
    assert [each.kind for each in told.steps[-1].differences] == [Differs.WORDS, Differs.MINUTE]


def test_replaying_writes_nothing(world: World):
    change = harmed(world)
    before = len(world.entries())
    asked(world, change)
    assert len(world.entries()) == before
