"""Are the gateways that report counted right, and those that do not?"""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.actions.fleet import Fleet
from leverframe.nouns.tables import Number
from leverframe.store.reports import Reported


def _fleet(count: int, at: float = 100.0, number: str = "1.1") -> Fleet:
    fleet = Fleet(monotonic=lambda: at)
    for place in range(count):
        fleet.connected("edge", f"edge-{place}", f"boot-{place}", number, at)
    return fleet


def test_a_receipt_is_confirmed_when_all_that_report_have_applied():
    fleet = _fleet(3)
    for place, at in enumerate((101.004, 101.023)):
        fleet.report("edge", f"edge-{place}", f"boot-{place}", "1.2", at=at)
    waiting = fleet.receipt("1.2", opened_at=101.0, at=101.03)
    assert (waiting.reporting, waiting.applied, waiting.waiting, waiting.milliseconds) == (3, 2, ("edge-2",), None)
    assert not waiting.confirmed
    fleet.report("edge", "edge-2", "boot-2", "1.2", at=101.011)
    receipt = fleet.receipt("1.2", opened_at=101.0, at=101.04)
    assert receipt.confirmed
    assert receipt.sentence == "applied by 3 of 3 reporting in 23 ms"


def test_a_newer_number_counts_as_applied_and_is_timed_by_its_first_report():
    fleet = _fleet(1)
    fleet.report("edge", "edge-0", "boot-0", "1.3", at=101.05)
    fleet.report("edge", "edge-0", "boot-0", "1.4", at=102.0)
    assert fleet.receipt("1.2", opened_at=101.0, at=103.0).milliseconds == pytest.approx(50.0)
    assert fleet.receipt("1.4", opened_at=101.0, at=103.0).milliseconds == pytest.approx(1000.0)


def test_who_is_silent_for_15_seconds_is_listed_and_taken_out_of_the_count():
    fleet = _fleet(2, at=100.0, number="1.811")
    fleet.report("edge", "edge-0", "boot-0", "1.812", at=114.0)
    receipt = fleet.receipt("1.812", opened_at=113.0, at=116.0)
    assert receipt.confirmed
    assert receipt.sentence == "applied by 1 of 1 reporting in 1000 ms; edge-1 silent since 16 s at 1.811"
    assert [seen.instance for seen in fleet.seen(116.0)] == ["edge-0", "edge-1"]
    assert [seen.instance for seen in fleet.silent(116.0)] == ["edge-1"]


def test_who_says_what_cannot_be_is_found_among_the_others():
    fleet = _fleet(3)
    fleet.report("edge", "edge-1", "boot-1", "9999999.1", at=101.0)
    assert [seen.instance for seen in fleet.past_belief(Number(1, 1), 101.0)] == ["edge-1"]


def test_an_instance_that_has_ended_leaves_nothing_behind():
    """Pods have new names at each start: what is kept of them must not grow with their number."""
    fleet = _fleet(50)
    for place in range(50):
        fleet.report("edge", f"edge-{place}", f"boot-{place}", "1.2", goodbye=True, at=101.0)
    assert (fleet._instances, fleet._boots) == ({}, {})


def test_who_is_silent_for_an_hour_is_forgotten():
    fleet = _fleet(1)
    assert len(fleet.seen(100.0 + 3600.0)) == 1
    assert fleet.seen(100.0 + 3601.0) == []


def test_an_operator_may_forget_an_instance():
    fleet = _fleet(2)
    assert fleet.forget("edge", "edge-1") == 1
    assert fleet.forget("edge", "edge-1") == 0
    assert [seen.instance for seen in fleet.seen(101.0)] == ["edge-0"]


def test_no_gateway_at_all_confirms_nothing():
    assert not Fleet().receipt("1.1", opened_at=0.0, at=1.0).confirmed


def test_an_instance_that_boots_again_replaces_its_dead_boot_at_once():
    fleet = _fleet(1)
    fleet.disconnected("edge", "edge-0", "boot-0")
    fleet.connected("edge", "edge-0", "boot-new", "1.2", 101.0)
    assert [(seen.boot, seen.connected) for seen in fleet.seen(101.0)] == [("boot-new", True)]


def test_a_dead_boot_whose_line_closes_late_is_replaced_then():
    fleet = _fleet(1)
    fleet.connected("edge", "edge-0", "boot-new", "1.2", 101.0)
    assert len(fleet.seen(101.0)) == 2
    fleet.disconnected("edge", "edge-0", "boot-0")
    assert [seen.boot for seen in fleet.seen(101.0)] == ["boot-new"]


def test_two_living_processes_of_one_instance_are_both_counted():
    fleet = _fleet(1)
    fleet.connected("edge", "edge-0", "boot-worker", "1.1", 101.0)
    fleet.report("edge", "edge-0", "boot-worker", "1.2", at=102.0)
    receipt = fleet.receipt("1.2", opened_at=101.5, at=102.0)
    assert (receipt.reporting, receipt.applied) == (2, 1)


def test_gateways_of_the_same_instance_name_are_not_confused():
    fleet = _fleet(1)
    fleet.connected("core", "edge-0", "boot-0", "1.2", 101.0)
    assert len(fleet.seen(101.0)) == 2


def test_a_number_never_falls_and_the_highest_is_kept_after_goodbye():
    fleet = _fleet(1, number="2.5")
    fleet.report("edge", "edge-0", "boot-0", "2.4", goodbye=True, at=101.0)
    assert fleet.seen(101.0) == []
    assert fleet.highest() == Number(2, 5)


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"."):
        Fleet().report("edge", "edge-0", "boot-0", "seven", at=1.0)


def test_a_waiter_wakes_with_the_last_report():
    fleet = Fleet()
    for place in range(2):
        fleet.connected("edge", f"edge-{place}", "boot", "1.1")
    receipts = []
    waiter = threading.Thread(target=lambda: receipts.append(fleet.wait_applied("1.2", 20.0)))
    waiter.start()
    fleet.report("edge", "edge-0", "boot", "1.2")
    fleet.report("edge", "edge-1", "boot", "1.2")
    waiter.join(20.0)
    assert receipts[0].confirmed


def test_a_waiter_wakes_when_the_last_that_had_not_applied_says_goodbye():
    fleet = Fleet()
    for place in range(2):
        fleet.connected("edge", f"edge-{place}", "boot", "1.1")
    fleet.report("edge", "edge-0", "boot", "1.2")
    receipts = []
    waiter = threading.Thread(target=lambda: receipts.append(fleet.wait_applied("1.2", 20.0)))
    waiter.start()
    fleet.report("edge", "edge-1", "boot", "1.1", goodbye=True)
    waiter.join(20.0)
    assert (receipts[0].confirmed, receipts[0].reporting) == (True, 1)


def test_a_waiter_gives_up_at_its_deadline_and_says_who_is_missing():
    fleet = Fleet()
    fleet.connected("edge", "edge-0", "boot", "1.1")
    receipt = fleet.wait_applied("1.2", 0.01)
    assert (receipt.confirmed, receipt.waiting) == (False, ("edge-0",))


reports = st.tuples(st.integers(0, 4), st.integers(1, 6), st.floats(0.0, 5.0), st.booleans())


@given(st.lists(reports, max_size=40), st.integers(1, 6))
def test_a_receipt_counts_exactly_who_reports_and_has_applied(happenings, wanted):
    fleet, at = Fleet(), 100.0
    held: dict[int, tuple[int, float]] = {}
    for place, generation, later, goodbye in happenings:
        at += later
        fleet.report("edge", f"edge-{place}", "boot", Number(1, generation), goodbye=goodbye, at=at)
        held[place] = (max(generation, held.get(place, (0, 0.0))[0]), at)
        if goodbye:
            del held[place]
    reporting = {place: number for place, (number, heard_at) in held.items() if at - heard_at <= 15.0}
    receipt = fleet.receipt(Number(1, wanted), opened_at=100.0, at=at)
    assert receipt.reporting == len(reporting)
    assert receipt.applied == sum(number >= wanted for number in reporting.values())
    assert len(receipt.silent) == len(held) - len(reporting)


def test_a_gateway_that_says_what_cannot_be_has_not_applied():
    fleet = _fleet(2)
    fleet.report("edge", "edge-0", "boot-0", "999999.1", at=101.0)
    receipt = fleet.receipt("1.2", opened_at=100.5, at=101.0)
    assert receipt.waiting == ("edge-0", "edge-1")
    fleet.report("edge", "edge-0", "boot-0", "1.2", at=102.0)
    assert fleet.receipt("1.2", opened_at=100.5, at=102.0).waiting == ("edge-1",)


def test_those_of_another_process_count_as_those_here_do():
    fleet = _fleet(2)
    fleet.learn([elsewhere("edge-9")], 101.0)
    waiting = fleet.receipt("1.2", opened_at=101.0, at=101.0)
    assert (waiting.reporting, waiting.applied) == (3, 0)
    for place in range(2):
        fleet.report("edge", f"edge-{place}", f"boot-{place}", "1.2", at=101.1)
    assert fleet.receipt("1.2", opened_at=101.0, at=101.2).waiting == ("edge-9",)
    fleet.learn([elsewhere("edge-9", "1.2")], 101.3)
    receipt = fleet.receipt("1.2", opened_at=101.0, at=101.4)
    assert receipt.confirmed
    assert receipt.milliseconds == pytest.approx(300.0), "until it was learned here"
    assert fleet.receipt("1.2", float("-inf"), at=101.4).milliseconds is None


def test_those_of_another_process_fall_silent_and_are_forgotten_by_the_same_rule():
    fleet = _fleet(2)
    fleet.learn([elsewhere("edge-9", age=10.0)], 101.0)
    assert fleet.receipt("1.2", 101.0, at=106.0).waiting[-1] == "edge-9"
    assert [seen.instance for seen in fleet.receipt("1.2", 101.0, at=106.1).silent] == ["edge-9"]
    assert [seen.instance for seen in fleet.seen(101.0 - 10.0 + 3600.0)][-1] == "edge-9"
    assert fleet.seen(101.0 + 3600.0) == []


def test_what_another_process_knows_no_more_is_gone():
    fleet = _fleet(2)
    fleet.learn([elsewhere("edge-9")], 101.0)
    fleet.learn([], 102.0)
    assert [seen.instance for seen in fleet.seen(102.0)] == ["edge-0", "edge-1"]


def test_a_gateway_that_came_here_from_another_process_is_counted_once():
    fleet = _fleet(2)
    fleet.learn([elsewhere("edge-0", "1.1", boot="boot-0", age=14.0)], 101.0)
    fleet.report("edge", "edge-0", "boot-0", "1.2", at=101.0)
    receipt = fleet.receipt("1.2", opened_at=100.5, at=101.0)
    assert (receipt.reporting, receipt.waiting, receipt.silent) == (2, ("edge-1",), ())


def test_a_gateway_that_went_to_another_process_is_counted_there():
    fleet = _fleet(2)
    fleet.disconnected("edge", "edge-0", "boot-0")
    fleet.learn([elsewhere("edge-0", "1.2", boot="boot-0")], 114.0)
    receipt = fleet.receipt("1.2", opened_at=113.0, at=116.0)
    assert (receipt.reporting, receipt.applied) == (1, 1)
    assert [seen.instance for seen in receipt.silent] == ["edge-1"]


def test_a_gateway_that_booted_again_at_another_process_is_its_new_boot_alone():
    fleet = _fleet(2)
    fleet.disconnected("edge", "edge-0", "boot-0")
    fleet.learn([elsewhere("edge-0", boot="boot-new", known=5.0)], 110.0)
    assert [(seen.instance, seen.boot) for seen in fleet.seen(110.0)] == [
        ("edge-0", "boot-new"),
        ("edge-1", "boot-1"),
    ]


def test_waiting_in_lockstep_is_for_those_here():
    fleet = Fleet()
    assert not fleet.reports_here()
    fleet.report("edge", "edge-0", "boot-0", "1.2")
    fleet.learn([elsewhere("edge-9")])
    assert fleet.reports_here()
    assert fleet.wait_applied("1.2", 0.0).confirmed


def elsewhere(
    instance: str, number: str = "1.1", *, boot: str = "boot-9", age: float = 0.0, known: float = 60.0
) -> Reported:
    """Return what another process has written of one gateway."""
    return Reported("edge", instance, boot, number, age, known, connected=age < 5.0, had_traffic=False)
