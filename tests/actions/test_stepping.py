"""What does the clock do with a ramp?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.world import ON_SQLITE, TUESDAY, World, acme, read

from leverframe.actions import ramps
from leverframe.nouns.audiences import NO_ORDER
from leverframe.nouns.calendar import DuringRamp, Freeze
from leverframe.nouns.changes import Change, CloseCode
from leverframe.sources.policies import read_bundle
from leverframe.store import outcomes
from leverframe.store import tables as table_rows

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"


def freeze(world: World, text: str, days: int, during: DuringRamp = DuringRamp.HOLD) -> None:
    begins = world.moment(text).replace(tzinfo=None)
    found = Freeze("audit week", begins, begins + timedelta(days=days), "Europe/London", during_ramp=during)
    calendar = replace(world.policy.calendar, freezes=(found,))
    world.enforce(replace(world.policy, calendar=calendar, digest=f"freeze {text} {days}"))


def test_a_tick_that_changes_nothing_writes_no_entry(world: World):
    change = world.ramping()
    world.outcomes(change)
    before = len(world.entries())
    for _ in range(20):
        world.clock.advance(timedelta(minutes=1))
        world.round()
    assert len(world.entries()) == before
    world.rounds_until("Wed 10:30")
    world.rounds_until("Wed 11:30", every=5)
    held = [entry.act for entry in world.entries() if entry.act.startswith("ramp.h")]
    assert held == []


def test_no_data_holds_and_says_so_once(world: World):
    change = world.ramping()
    world.rounds_until("Wed 11:30", every=5)
    assert world.timeline(change, holds=True) == "Wed 10:00 1%, Wed 10:30 held"
    assert world.ramp(change).hold.code == "no_data"
    assert len(world.entries("ramp.held")) == 1
    world.outcomes(change)
    world.round()
    assert world.timeline(change) == "Wed 10:00 1%, Wed 11:30 10%"


def test_a_hold_by_rule_ends_when_its_reason_does(world: World):
    change = world.ramping()
    world.throw("sol", f"feature/{TARGET}")
    world.round()
    assert world.ramp(change).hold.code == "switch"
    world.at("Wed 10:05")
    world.set_again("cleo", f"feature/{TARGET}")
    assert world.set_again("remi", f"feature/{TARGET}").done
    world.round()
    assert world.ramp(change).hold is None
    assert world.timeline(change, holds=True) == "Wed 10:00 1%, Wed 10:00 held, Wed 10:05 hold ended"


def test_harm_rolls_back_past_a_persons_hold(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.hold("sol", change)
    world.outcomes(change, candidate_negative=0.4)
    world.round()
    assert world.timeline(change).endswith("rolled back")


def test_a_freeze_that_begins_in_mid_ramp_holds_it_where_it_stands(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change)
    freeze(world, "Wed 12:00", days=6)
    world.rounds_until("Thu 15:30", every=90)
    assert world.timeline(change, holds=True) == "Wed 10:00 1%, Wed 10:30 10%, Wed 12:00 held"
    assert world.ramp(change).hold.code == "freeze"
    assert "the freeze audit week holds" in world.view(change).ramp.next_text
    world.rounds_until("Tue 12:30", every=24 * 60)
    assert world.timeline(change) == "Wed 10:00 1%, Wed 10:30 10%, Tue 12:30 50%"


def test_a_freeze_that_narrows_does_so_even_beside_a_persons_hold(world: World):
    change = world.ramping()
    for until in ("Wed 10:30", "Wed 14:30"):
        world.outcomes(change)
        world.rounds_until(until)
    world.hold("sol", change, "I want to look first")
    freeze(world, "Wed 15:00", days=6, during=DuringRamp.NARROW)
    world.rounds_until("Wed 15:30")
    assert world.timeline(change, holds=True) == (
        "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Wed 14:30 held, Wed 15:00 narrowed to 10%"
    )
    assert world.ramp(change).hold.by == "sol"
    shares = world.table.features[TARGET].candidate.below
    assert set(shares.values()) == {2**64 // 10}


def test_a_switch_thrown_on_the_ramps_model_holds_it_and_its_calls_count_nowhere(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.throw("sol", "model/openai.gpt-4o-2024-11")
    world.rounds_until("Wed 11:30")
    assert world.timeline(change, holds=True) == "Wed 10:00 1%, Wed 10:30 held"
    assert world.ramp(change).hold.code == "switch"
    with world.store.read() as db:
        before = outcomes.counts(db, change.id)
    calls = world.outcomes(change, per_minute=200)
    assert {read(call).reason for call in calls} == {"model_fallback"}
    with world.store.read() as db:
        assert outcomes.counts(db, change.id) == before


def test_a_hold_that_lasts_pages_each_day(world: World):
    change = world.ramping()
    world.throw("sol", f"feature/{TARGET}")
    world.rounds_until("Wed 15:00", every=60)
    assert len(world.told("page.ramp_held")) == 1
    world.rounds_until("Thu 11:00", every=120)
    pages = world.told("page.ramp_held")
    assert [page["paging"] for page in pages] == [["ai-feature-on-call"]] * 2
    assert pages[0]["because"] == f"the switch feature/{TARGET} is thrown"
    assert world.timeline(change, holds=True).count("held") == 1


def test_the_longest_wait_pages_in_each_open_window(world: World):
    """However short the night was: at 15:30 while Wednesday's window is open, and when Thursday's opens."""
    files, path = dict(acme()[1]), "rollouts/customer-support-ai.yaml"
    files[path] = files[path].replace("duration_min: 240\n", "duration_min: 240\n    longest_wait_min: 300\n")
    policy, faults = read_bundle(files, today=TUESDAY.date())
    assert policy is not None, faults
    world.enforce(policy, files)
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change, per_minute=60)
    for until, pages in (("Wed 15:00", 0), ("Wed 15:40", 1), ("Thu 09:50", 1), ("Thu 10:00", 2), ("Thu 15:50", 2)):
        world.rounds_until(until, every=10)
        assert len(world.told("page.ramp_held")) == pages, until
    assert world.timeline(change, holds=True).count("held") == 1


def test_a_hold_of_another_kind_pages_at_once(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.throw("sol", f"feature/{TARGET}")
    world.rounds_until("Wed 10:30")
    world.set_again("cleo", f"feature/{TARGET}")
    world.set_again("remi", f"feature/{TARGET}")
    with world.store.write() as db:
        table_rows.set_alarm(db, world.table.number._replace(generation=99), world.now)
    world.round()
    held = [page["because"].split()[0] for page in world.told("page.ramp_held")]
    assert held == ["the", "a"]
    assert world.ramp(change).hold.code == "number"


def test_nothing_widens_while_the_number_alarm_stands(world: World):
    change = world.ramping()
    world.outcomes(change)
    with world.store.write() as db:
        table_rows.set_alarm(db, world.table.number._replace(generation=99), world.now)
    world.rounds_until("Wed 11:00")
    assert world.timeline(change) == "Wed 10:00 1%"
    assert world.ramp(change).hold.code == "number"
    with world.store.write() as db:
        table_rows.clear_alarm(db)
    world.round()
    assert world.timeline(change) == "Wed 10:00 1%, Wed 11:00 10%"


def test_a_settled_ramp_is_stepped_no_more(world: World):
    change = world.ramping()
    world.abort("sol", change)
    before = world.acts(change.id)
    world.rounds_until("Wed 11:00", every=10)
    assert world.acts(change.id) == before


def test_a_second_process_takes_over_where_the_first_one_stopped(world: World):
    """The same rows, another owner: no stage is skipped, none is doubled."""
    from leverframe.runner import Runner

    change = world.ramping()
    world.outcomes(change)
    world.runner.stop()
    world.runner = Runner(world.house, world.runner.sign, secrets={}, owner="another")
    world.rounds_until("Wed 10:30")
    assert world.timeline(change) == "Wed 10:00 1%, Wed 10:30 10%"


def test_a_ramp_that_a_person_ended_is_not_started_again(world: World):
    change = world.ramping()
    world.abort("sol", change)
    world.rounds_until("Wed 11:00")
    assert world.timeline(change) == "Wed 10:00 1%, Wed 10:00 aborted"
    assert ramps.CLOSE_CODES[world.ramp(change).state] is CloseCode.ABORTED


def region_by_region(world: World, **asked: float) -> Change:
    """At 10 % in the US alone, where very many have been asked; Australia and Europe, its equals here, wait."""
    world.of_targets(order=NO_ORDER)
    start = world.form("claims-regions").start
    later = replace(start, not_after=start.not_after + timedelta(days=30))
    change = world.armed("claims-regions", ramp="handbook", start=later)
    world.clock.move_to(change.start.opens_at)
    world.round()
    for region, until in (("au", "Tue 09:00"), ("eu", "Tue 15:00"), ("us", "Tue 15:30")):
        world.outcomes(change, regions=(region,), per_minute=40)
        world.rounds_until(until, every=30)
    world.outcomes(change, regions=("us",), per_minute=3000, **asked)
    return change


def test_a_stage_of_several_regions_is_not_promoted_on_the_evidence_of_one(world: World):
    change = region_by_region(world)
    world.rounds_until("Wed 16:00", every=60)
    assert set(world.ramp(change).published) == {"us", "au", "eu"}
    seen = world.view(change).ramp
    assert (seen.ramp.stage, seen.reading.finding) == (2, "no_data")
    assert "since this stage reached its last region" in seen.reading.because
    world.outcomes(change, per_minute=3000)
    assert world.view(change).ramp.reading.finding == "pass"
    world.rounds_until("Tue 01:00", every=120)
    assert world.timeline(change).endswith("10% (us), Wed 01:30 10% (au), Wed 09:30 10% (eu), Tue 01:00 50% (au)")


def test_while_regions_wait_nothing_is_proved_and_harm_rolls_back(world: World):
    change = region_by_region(world)
    reading = world.view(change).ramp.reading
    assert (reading.finding, reading.readings[0].wait_minutes) == ("continue", None)
    assert "begin when the stage has reached its last region" in reading.because
    world.outcomes(change, regions=("us",), per_minute=3000, candidate_negative=0.2)
    world.round()
    assert world.timeline(change).endswith("10% (us), Tue 15:30 rolled back")


def test_harm_that_was_counted_in_one_region_is_not_forgotten_when_the_last_is_reached(world: World):
    """Neither what came before the last region nor what comes after it shows harm by itself."""
    change = region_by_region(world, candidate_negative=0.086)
    world.rounds_until("Wed 10:00", every=60)
    assert set(world.ramp(change).published) == {"us", "au", "eu"}
    world.outcomes(change, regions=("us",), per_minute=2000, candidate_negative=0.086)
    reading = world.view(change).ramp.reading
    assert reading.finding == "harm", reading.because
