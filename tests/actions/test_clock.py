"""Does a clock that is moved by hand go on where it stood?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leverframe.actions import clock as clocks
from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House, record
from leverframe.clock import VirtualClock
from leverframe.nouns.people import CLOCK

TUESDAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _house(store, clock):
    return House(store, clock, Fleet(), call_key=bytes(32))


def test_a_fresh_store_begins_where_it_is_told(store):
    assert clocks.resume(store, TUESDAY).now() == TUESDAY


def test_after_a_restart_the_clock_stands_where_it_stood(store):
    clock = VirtualClock(TUESDAY)
    clocks.go_on(_house(store, clock), clock, 90 * MINUTE)
    assert clock.now() == TUESDAY + 90 * MINUTE
    assert clocks.resume(store, TUESDAY).now() == TUESDAY + 90 * MINUTE


def test_it_never_stands_before_the_newest_entry(store):
    with store.write() as db:
        record(db, TUESDAY + 5 * MINUTE, CLOCK, "ramp.held", "CHG-2026-00001", "a window closed")
    assert clocks.resume(store, TUESDAY).now() == TUESDAY + 5 * MINUTE


def test_two_processes_share_one_clock(store):
    mine, theirs = VirtualClock(TUESDAY), VirtualClock(TUESDAY)
    clocks.go_on(_house(store, mine), mine, 3 * MINUTE)
    clocks.go_on(_house(store, theirs), theirs, MINUTE)
    assert theirs.now() == TUESDAY + 4 * MINUTE
    assert clocks.go_on(_house(store, mine), mine, timedelta(0)) == TUESDAY + 4 * MINUTE
