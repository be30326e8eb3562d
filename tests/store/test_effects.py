"""Is it kept which unit a gateway answered with last, and under which newest table?"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.world import TUESDAY

from leverframe.nouns.effects import Served
from leverframe.nouns.outcomes import CallFacts
from leverframe.store import Store, effects

LATER = TUESDAY + timedelta(minutes=5)


def call(unit: str = "support@v8", number: str = "1.9", gateway: str = "edge", target: str = "support") -> CallFacts:
    return CallFacts(gateway, target, "", 0, "current", number, unit, "", "uk", "everyone", "", "current", "1")


def noted(store: Store, at: datetime, *calls: CallFacts) -> None:
    with store.write() as db:
        effects.note_served(db, at, [(f"lf1.{n}", told) for n, told in enumerate(calls, 1)])


def seen(store: Store, since: datetime = TUESDAY, target: str = "support") -> list[Served]:
    with store.read() as db:
        return effects.served(db, [target], since)[target]


def test_the_newest_table_and_the_last_call_are_kept_and_the_first(store: Store):
    noted(store, TUESDAY, call(number="1.9"), call(number="1.10"), call(number="1.2"))
    noted(store, LATER, call(number="1.3"))
    assert seen(store) == [Served("support@v8", "edge", "1.10", TUESDAY, LATER)]


def test_a_higher_epoch_is_newer_than_every_generation_before_it(store: Store):
    noted(store, TUESDAY, call(number="1.2147483647"))
    noted(store, LATER, call(number="2.1"))
    assert [one.number for one in seen(store)] == ["2.1"]


def test_each_gateway_unit_and_target_is_kept_by_itself(store: Store):
    noted(store, TUESDAY, call(), call(gateway="core"), call(unit="support@v7"), call(target="search"))
    assert [(one.unit, one.gateway) for one in seen(store)] == [
        ("support@v7", "edge"),
        ("support@v8", "core"),
        ("support@v8", "edge"),
    ]
    assert len(seen(store, target="search")) == 1


def test_what_was_answered_last_before_a_time_is_left_out(store: Store):
    noted(store, TUESDAY, call(unit="support@v7"))
    noted(store, LATER, call())
    assert [one.unit for one in seen(store, LATER)] == ["support@v8"]


def test_no_call_writes_nothing(store: Store):
    noted(store, TUESDAY)
    assert seen(store) == []


def test_the_calls_are_counted_and_the_last_is_named(store: Store):
    noted(store, TUESDAY, call(), call(gateway="core"), call())
    noted(store, LATER, call())
    with store.read() as db:
        told = effects.sightings(db, "support", "support@v8")
        assert effects.sighted(db, LATER) == {("support", "support@v8")}
        assert effects.sighted(db, LATER + timedelta(seconds=1)) == set()
    assert [(one.gateway, one.calls, one.call) for one in told] == [("core", 1, "lf1.2"), ("edge", 3, "lf1.1")]
