"""Is a receipt true where two processes run one control plane?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.world import World

from leverframe.actions import levers, receipts, reports
from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House
from leverframe.actions.today import today
from leverframe.clock import monotonic, wall
from leverframe.nouns.documents import from_document, to_document
from leverframe.store import reports as rows
from leverframe.store.reports import Reported

SUPPORT = "feature/customer-support-ai"
LONG_AGO = 3600.0


@pytest.fixture
def other(world: World) -> House:
    """The house of a second process on the same database."""
    return House(world.store, world.clock, Fleet(), call_key=world.house.call_key)


def report(house: House, instance: str, number: str, **more: bool) -> None:
    """Take a report as the stream does, and then share it as its callback does."""
    house.fleet.report("edge", instance, f"boot of {instance}", number, **more)
    reports.share_soon(house)


def throw(world: World, *, ago: float = 0.0) -> str:
    return str(world.throw("sol", SUPPORT, received_at=monotonic() - ago)[1])


def test_a_receipt_waits_for_the_gateways_of_the_other_process(world: World, other: House):
    report(world.house, "edge-1", "1.1")
    report(other, "edge-2", "1.1")
    number = throw(world)
    report(world.house, "edge-1", number)
    world.round()
    assert receipts.receipt(world.house, number).waiting == ("edge-2",)
    assert world.entries("receipt.confirmed") == []
    report(other, "edge-2", number)
    world.round()
    (entry,) = world.entries("receipt.confirmed")
    assert entry.because.startswith(f"{SUPPORT} thrown: applied by 2 of 2 reporting in")
    assert world.house.opened == {}


def test_who_reports_to_the_other_process_and_does_not_apply_is_paged_for(world: World, other: House):
    report(world.house, "edge-1", "1.1")
    report(other, "edge-2", "1.1")
    report(world.house, "edge-1", throw(world, ago=LONG_AGO))
    world.round()
    (page,) = world.told("page.not_obeyed")
    assert page["waiting"] == ["edge-2"]


def test_the_other_process_tells_the_same_receipt_but_for_the_time(world: World, other: House):
    report(world.house, "edge-1", "1.1")
    number = throw(world)
    assert receipts.receipt(other, number).sentence == "applied by 0 of 1 reporting"
    report(world.house, "edge-1", number)
    assert receipts.receipt(other, number).sentence == "applied by 1 of 1 reporting"
    world.round()
    assert receipts.receipt(other, number) == receipts.receipt(world.house, number)
    newest = levers.lever_frame(other, world.sol).receipt
    assert newest is not None
    assert newest.milliseconds is not None


def test_the_gateways_of_a_process_that_died_fall_silent_by_the_same_rule(world: World):
    report(world.house, "edge-1", "1.1")
    number = throw(world)
    report(world.house, "edge-1", number)
    died(world, seconds_ago=15.0 + 5.0 + reports.SKEW_SECONDS - 1.0)
    assert receipts.receipt(world.house, number).waiting == ("edge-9",)
    died(world, seconds_ago=15.0 + 5.0 + reports.SKEW_SECONDS + 1.0)
    world.round()
    (page,) = world.told("page.not_obeyed")
    assert "applied by 1 of 1 reporting" in page["sentence"]
    assert re.search(r"edge-9 silent since 1\d s at 1\.1", page["sentence"])
    assert any(re.search(r"edge-9 is silent since 1\d s", alarm) for alarm in today(world.house, world.sol).alarms)


def test_today_names_the_first_of_very_many_silent_gateways_and_counts_the_others(world: World):
    for place in range(30):
        world.house.fleet.report("edge", f"edge-{place:02}", "a", "1.1", at=monotonic() - 20.0)
    silent = [alarm for alarm in today(world.house, world.sol).alarms if "silent" in alarm]
    assert re.fullmatch(r"Gateway edge-00 is silent since 2\d s, at table 1\.1\.", silent[0])
    assert silent[20:] == ["10 more gateways are silent; Gateways names them."]


def test_a_wall_clock_that_goes_ahead_a_little_makes_nobody_silent(world: World):
    died(world, seconds_ago=5.0 + reports.SKEW_SECONDS - 1.0)
    reports.learn(world.house)
    (seen,) = world.house.fleet.seen()
    assert (round(seen.age_seconds), seen.connected) == (0, True)


def test_a_wall_clock_that_goes_behind_makes_nobody_younger_than_now(world: World):
    died(world, seconds_ago=-60.0)
    reports.learn(world.house)
    assert [round(seen.age_seconds) for seen in world.house.fleet.seen()] == [0]


def test_a_process_that_has_written_nothing_for_an_hour_is_forgotten(world: World):
    died(world, seconds_ago=3700.0)
    world.round()
    assert rows_of_others(world) == []


def test_what_has_not_changed_is_written_with_a_heartbeat_and_no_sooner(world: World):
    report(world.house, "edge-1", "1.1")
    shared_at = world.house.fleet.shared_at
    report(world.house, "edge-1", "1.1")
    reports.share(world.house)
    assert world.house.fleet.shared_at == shared_at
    assert world.house.fleet.is_unshared(shared_at + 5.0, 5.0)
    report(world.house, "edge-1", "1.2")
    assert world.house.fleet.shared_at >= shared_at + reports.BREATH_SECONDS


def test_who_says_goodbye_to_the_other_process_is_gone(world: World, other: House):
    report(other, "edge-2", "1.1")
    report(other, "edge-2", "1.1", goodbye=True)
    reports.learn(world.house)
    assert world.house.fleet.seen() == []


def test_a_process_that_has_ended_writes_no_more(world: World, other: House):
    report(other, "edge-2", "1.1")
    reports.end(other)
    report(other, "edge-3", "1.1")
    assert [each.instance for _, known in rows_of_others(world) for each in known] == ["edge-2"]


def test_a_receipt_that_a_process_left_open_is_closed_by_another(world: World, other: House):
    report(other, "edge-2", "1.1")
    number = throw(world)
    world.house.opened.clear()
    report(other, "edge-2", number)
    receipts.take_over(other)
    assert other.opened == {}, "whoever opened it may live"
    world.clock.advance(timedelta(seconds=receipts.LEFT_AFTER_SECONDS + 6.0))
    receipts.take_over(other)
    receipts.close_receipts(other)
    (entry,) = world.entries("receipt.confirmed")
    assert entry.because == f"{SUPPORT} thrown: applied by 1 of 1 reporting", "nobody knows how long it took"


def test_what_is_written_is_read_as_it_was():
    written = (Reported("edge", "edge-1", "boot", "1.1", 1.5, 60.0, True, False),)
    assert from_document(tuple[Reported, ...], to_document(written)) == written


def died(world: World, *, seconds_ago: float) -> None:
    """Leave what a process wrote as its last: one gateway that it had just heard."""
    last = (Reported("edge", "edge-9", "boot", "1.1", 0.0, 60.0, True, True),)
    with world.store.write() as db:
        rows.write(db, "died", last, wall() - timedelta(seconds=seconds_ago))


def rows_of_others(world: World):
    with world.store.read() as db:
        return rows.of_others(db, world.house.fleet.process)
