"""Have all gateways obeyed, and who is told where they have not?"""

from __future__ import annotations

import re

import pytest
from tests.world import ON_SQLITE, World

from leverframe.actions import receipts
from leverframe.clock import monotonic
from leverframe.nouns.verdicts import NotFound

pytestmark = ON_SQLITE
SUPPORT = "feature/customer-support-ai"
LONG_AGO = 3600.0
"""A request that came so many seconds ago has waited longer than the policy's five."""


def report(world: World, instance: str, number: str, *, ago: float = 0.0, traffic: bool = False) -> None:
    world.house.fleet.report("edge", instance, f"boot of {instance}", number, traffic, at=monotonic() - ago)


def throw(world: World, *, ago: float = 0.0) -> str:
    _, number = world.throw("sol", SUPPORT, received_at=monotonic() - ago)
    return str(number)


def test_a_receipt_is_confirmed_when_all_that_report_have_applied(world: World):
    for name in ("edge-1", "edge-2"):
        report(world, name, "1.1")
    number = throw(world)
    report(world, "edge-1", number)
    world.round()
    assert receipts.receipt(world.house, number).waiting == ("edge-2",)
    assert world.entries("receipt.confirmed") == []
    report(world, "edge-2", number)
    world.round()
    entry = world.entries("receipt.confirmed")[0]
    assert (entry.object, entry.facts["reporting"], entry.facts["applied"]) == (f"table/{number}", 2, 2)
    assert entry.because.startswith(f"{SUPPORT} thrown: applied by 2 of 2 reporting in")
    assert receipts.receipt(world.house, number).confirmed
    assert world.house.opened == {}
    assert world.told("page.not_obeyed") == []


def test_who_reports_and_does_not_apply_is_paged_for_after_the_policys_time(world: World):
    for name in ("edge-1", "edge-2"):
        report(world, name, "1.1")
    number = throw(world, ago=LONG_AGO)
    report(world, "edge-1", number)
    world.round()
    (page,) = world.told("page.not_obeyed")
    assert (page["number"], page["waiting"]) == (number, ["edge-2"])
    assert world.entries("receipt.unconfirmed")[0].facts["waiting"] == ["edge-2"]
    world.round()
    assert len(world.told("page.not_obeyed")) == 1


def test_a_silent_gateway_that_had_traffic_is_paged_for_once(world: World):
    report(world, "edge-1", "1.1")
    report(world, "edge-2", "1.1", ago=60.0, traffic=True)
    report(world, "edge-3", "1.1", ago=60.0)
    number = throw(world)
    report(world, "edge-1", number)
    world.round()
    (page,) = world.told("page.not_obeyed")
    assert "applied by 1 of 1 reporting" in page["sentence"]
    assert re.search(r"edge-2 silent since 6\d s at 1\.1", page["sentence"])


def test_no_gateway_at_all_is_not_confirmed_and_pages_nobody(world: World):
    throw(world, ago=LONG_AGO)
    world.round()
    assert world.entries("receipt.unconfirmed")[0].because.endswith("applied by 0 of 0 reporting")
    assert world.told("page.not_obeyed") == []


def test_aborts_roll_backs_and_ways_back_have_receipts_too(world: World):
    change = world.ramping()
    world.abort("sol", change)
    assert receipts.latest_receipt(world.house).number == world.entries("ramp.aborted")[0].facts["number"]


def test_a_receipt_that_was_open_when_the_house_ended_is_counted_on(world: World):
    report(world, "edge-1", "1.1")
    number = throw(world)
    world.house.opened.clear()
    receipts.resume_receipts(world.house)
    report(world, "edge-1", number)
    world.round()
    assert world.entries("receipt.confirmed")[0].object == f"table/{number}"


@pytest.mark.parametrize("number", ["1.1", "9.9", "nonsense", "", "1"])
def test_a_number_that_has_no_receipt_is_told_so(world: World, number: str):
    with pytest.raises(NotFound):
        receipts.receipt(world.house, number)


def test_there_is_no_newest_receipt_before_the_first(world: World):
    assert receipts.latest_receipt(world.house) is None
