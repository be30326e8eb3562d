"""Is each moment of a stage's growth what the ramp rested on then?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from tests.world import World

from leverframe.actions import growth
from leverframe.actions.looks import counts_for, read
from leverframe.actions.means_by_moment import MeansKept
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Reading
from leverframe.nouns.growth import Against, Grown, Growth, Moment
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.growth import standing_in
from leverframe.store import outcomes, ramps
from leverframe.store.counted import cells_of
from leverframe.store.database import Db

FEEDBACK = "feedback_negative"
SCORES = "interval_counts.squares, interval_counts.minute"
"""What only the query for the scores of single minutes asks for."""


def asked_for_hours(world: World, minutes: int, candidate_negative: float = 0.049) -> Change:
    """A ramp that has come to 10 % at 10:30, and stood there so long while people asked."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    go_on(world, change, minutes, candidate_negative)
    return change


def go_on(world: World, change: Change, minutes: int, candidate_negative: float = 0.049) -> None:
    for _ in range(minutes // 10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300, candidate_negative=candidate_negative)
        world.round()


def grown(world: World, change: Change, stage: int = 0) -> Growth:
    return growth.show_growth(world.house, change.id, stage)


def of(growth: Growth, guardrail: str, against: Against = Against.CURRENT) -> Grown:
    return next(each for each in growth.guardrails if (each.guardrail, each.against) == (guardrail, against))


def read_at(world: World, change: Change, growth: Growth, moment: Moment) -> dict[tuple[str, bool], Reading]:
    """Read the stage as it stood when a minute was over, by the query for that minute alone."""
    with world.store.read() as db:
        steps = ramps.steps(db, change.id)
        stood = standing_in(world.ramp(change), growth.visit, steps, moment.at)
        counts = counts_for(world.house, db, change, stood, moment.at, until=moment.at)
    reading = read(world.policy, change, stood, counts, moment.at)
    return {(each.guardrail, each.limit is None): each for each in reading.readings}


def said(each: Moment | Reading) -> tuple[object, ...]:
    names = ("e_value", "ruled_out", "candidate_units", "candidate_bad", "control_units", "control_bad")
    return each.finding, *(getattr(each, name) for name in names)


def test_at_each_moment_the_numbers_are_what_the_ramp_read_to_the_last_bit(world: World):
    change = asked_for_hours(world, 200, candidate_negative=0.06)
    for stage in (1, 2):
        growth = grown(world, change, stage)
        people = [each for each in growth.guardrails if not each.against.is_mean]
        assert {each.against for each in people} == {Against.CURRENT, Against.LIMIT}
        for each in people:
            key = (each.guardrail, each.against is Against.CURRENT)
            then = [read_at(world, change, growth, moment)[key] for moment in each.moments]
            assert [said(moment) for moment in each.moments] == [said(reading) for reading in then]


def scored_each_minute(world: World, groundedness: tuple[float, float] = (0.9, 0.9), minutes: int = 34) -> Change:
    """A ramp that stands at 10 % while answers are scored in each minute, a little otherwise in each."""
    change = asked_for_hours(world, 0)
    for n in range(minutes):
        if world.ramp(change).state == "ramping":
            mine = groundedness[1] + 0.01 * (n % 4)
            world.outcomes(change, per_minute=120, groundedness=(groundedness[0], mine))
            world.clock.advance(timedelta(minutes=1))
            world.round()
    return change


def growth_now(world: World, db: Db, change: Change) -> Growth:
    found = growth.growth_of(world.house, db, change, world.ramp(change), ramps.steps(db, change.id), world.now)
    assert found is not None
    return found


def means_of(growth: Growth) -> list[Grown]:
    return [each for each in growth.guardrails if each.against.is_mean]


def test_at_each_moment_a_mean_is_what_the_ramp_read_to_the_last_bit(world: World):
    change = scored_each_minute(world)
    growth = grown(world, change)
    found = means_of(growth)
    assert {each.guardrail for each in found} == {"cost_usd", "groundedness", "fairness_locale_delta"}
    for place, moment in enumerate(found[0].moments):
        then = read_at(world, change, growth, moment)
        for guardrail in {each.guardrail for each in found}:
            reading = then[guardrail, False]
            told = [each.moments[place] for each in found if each.guardrail == guardrail]
            worst = max(told, key=lambda one: (one.finding.rank, one.e_value, one.estimate or 0.0))
            assert (worst.finding, worst.e_value) == (reading.finding, reading.e_value)
            assert worst.lowest == reading.at_least
            assert worst.estimate == reading.value or reading.value is None
    assert all(each.moments[-1].minutes > 25 for each in found)


def test_each_locale_is_told_by_itself_and_the_worst_first(world: World):
    found = means_of(grown(world, scored_each_minute(world)))
    locales = [each for each in found if each.guardrail == "fairness_locale_delta"]
    assert [each.metric.partition("@")[0] for each in locales] == ["groundedness"] * len(locales)
    assert len({each.metric for each in locales}) == len(locales) > 1
    evidence = [each.moments[-1].e_value for each in locales]
    assert evidence == sorted(evidence, reverse=True)


def test_locales_are_told_in_every_stage_from_what_was_scored_there(world: World):
    change = scored_each_minute(world, (0.9, 0.85))
    growth = grown(world, change)
    with world.store.read() as db:
        (here,) = (part for part in outcomes.counts(db, change.id) if part.stage == 2)
    scores = {
        name: sum(cell.candidate_sums.get(name, (0,))[0] for cell in here.cells.values())
        for name in ("groundedness@en-GB", *(f"groundedness@{each.locale}" for each in growth.locales))
    }
    assert len(growth.locales) > 1
    for each in growth.locales:
        assert each.scores == scores[f"groundedness@{each.locale}"]
        assert each.estimate is not None
        assert each.estimate == pytest.approx(0.035, abs=0.01)
        assert (each.lowest or -1.0) < each.estimate < (each.highest or 1.0)


def test_where_a_proof_begins_anew_a_mean_is_still_what_was_read_then(world: World):
    change = scored_each_minute(world, minutes=15)
    with world.store.write() as db:
        for cell in cells_of(db, change.id, 2):
            outcomes.set_shares(db, change.id, 2, {cell: 0.2}, world.now, proof_anew=True)
        ramps.record_step(db, change.id, world.now, "widened", 2, 10.0, ("uk",), "clock", "open")
    for _ in range(10):
        world.outcomes(change, per_minute=120, groundedness=(0.9, 0.88))
        world.clock.advance(timedelta(minutes=1))
    growth = grown(world, change)
    each = next(each for each in means_of(growth) if each.guardrail == "groundedness")
    then = [read_at(world, change, growth, moment)["groundedness", False] for moment in each.moments]
    assert [(m.finding, m.e_value) for m in each.moments] == [(r.finding, r.e_value) for r in then]
    counted = [moment.minutes for moment in each.moments]
    assert max(counted) > counted[-1] > 0, "at another share the minutes are counted anew"


def test_what_is_known_of_means_is_read_on_and_is_what_another_process_reads_anew(world: World):
    """The picture's moments lie further apart as a visit grows: what was not kept is worked out from the start."""
    change, asked = scored_each_minute(world, minutes=12), []
    for _ in range(6):
        first = means_of(grown(world, change))
        asked.clear()
        with world.store.read() as db:
            event.listen(db.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
            again = means_of(growth_now(world, db, change))
        assert again == first
        assert not [one for one in asked if SCORES in one], "nothing was scored since"
        world.house.means_kept = MeansKept()
        assert means_of(grown(world, change)) == first
        for _ in range(9):
            world.outcomes(change, per_minute=60, groundedness=(0.9, 0.87))
            world.clock.advance(timedelta(minutes=1))


def test_a_mean_that_fell_shows_by_when_it_was_beyond_its_limit(world: World):
    change = scored_each_minute(world, (0.9, 0.6))
    assert world.ramp(change).state == "rolled_back"
    each = next(each for each in means_of(grown(world, change)) if each.guardrail == "groundedness")
    last = each.moments[-1]
    assert each.bound is not None
    assert last.e_value >= each.e_bound or (last.lowest or 0.0) >= each.bound
    assert last.candidate_mean is not None
    assert last.control_mean is not None
    assert last.candidate_mean < last.control_mean


def test_where_regions_wait_and_a_ramp_was_narrowed_the_numbers_are_what_was_read_then(world: World):
    """The counts for the proof begin anew twice, in the middle of a visit and between two."""
    change = asked_for_hours(world, 40)
    with world.store.write() as db:
        ramp = world.ramp(change)
        for cell in cells_of(db, change.id, 2):
            outcomes.set_shares(db, change.id, 2, {cell: 0.1}, world.now, proof_anew=True)
        ramps.record_step(db, change.id, world.now, "widened", 2, 10.0, tuple(ramp.published), "clock", "open")
    go_on(world, change, 60)
    growth = grown(world, change)
    each = of(growth, FEEDBACK)
    then = [read_at(world, change, growth, moment)[FEEDBACK, True] for moment in each.moments]
    assert [said(moment) for moment in each.moments] == [said(reading) for reading in then]
    units = [moment.candidate_units for moment in each.moments]
    assert min(units[10:]) < max(units[:14]), "the proof has begun anew"


def test_the_last_moment_is_the_reading_as_it_stands(world: World):
    change = asked_for_hours(world, 60)
    view = world.view(change).ramp
    assert view is not None
    assert view.reading is not None
    now = {(each.guardrail, each.limit is None): said(each) for each in view.reading.readings}
    for each in (each for each in grown(world, change).guardrails if not each.against.is_mean):
        assert said(each.moments[-1]) == now[each.guardrail, each.against is Against.CURRENT]


def test_the_estimate_lies_within_its_interval_which_narrows(world: World):
    change = asked_for_hours(world, 200)
    for each in (each for each in grown(world, change).guardrails if not each.against.is_mean):
        last = each.moments[-1]
        assert last.estimate is not None
        assert (last.lowest or 0.0) <= last.estimate <= (last.highest or 99.0)
    highest = [moment.highest or 99.0 for moment in of(grown(world, change), FEEDBACK).moments]
    assert highest[-1] < highest[len(highest) // 2] < highest[0]


def test_a_ramp_that_was_rolled_back_shows_harm_in_its_last_moment(world: World):
    change = asked_for_hours(world, 60, candidate_negative=0.3)
    growth = grown(world, change)
    assert world.ramp(change).state == "rolled_back"
    assert growth.visit.until == world.ramp(change).ended_at
    lowest = of(growth, FEEDBACK).moments[-1].lowest
    assert lowest is not None
    assert lowest >= 1.0


def test_a_change_without_a_ramp_and_a_stage_that_was_never_reached_have_no_growth(world: World):
    change = world.armed()
    with pytest.raises(NotFound, match="has not begun to ramp"):
        grown(world, change)
    change = world.ramping()
    with pytest.raises(NotFound, match="has not stood at stage 3"):
        grown(world, change, 3)


def test_however_long_a_visit_lasts_the_minutes_are_read_at_once_and_the_scores_too(world: World):
    change, asked = asked_for_hours(world, 120), []
    with world.store.read() as db:
        steps, ramp = ramps.steps(db, change.id), world.ramp(change)
        event.listen(db.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        growth.growth_of(world.house, db, change, ramp, steps, world.now)
    assert len([statement for statement in asked if "interval_counts" in statement]) == 2
    assert len(asked) <= 6
