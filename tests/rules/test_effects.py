"""Is what users get shown by their calls alone, and neither by silence nor by a table that was applied?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leverframe.nouns.effects import Effect, Served
from leverframe.rules.effects import read_effect

SINCE = datetime(2026, 5, 14, 14, 30, tzinfo=UTC)
NEW, OLD, NEXT = "support@v8", "support@v7", "support@v9"
EFFECT = Effect("CHG-2026-00001", "support", "settled", NEW, OLD, "1.12", SINCE)


def seconds(after: float) -> datetime:
    return SINCE + timedelta(seconds=after)


def got(unit: str, last: float, gateway: str = "edge", table: int = 12) -> Served:
    return Served(unit, gateway, f"1.{table}", seconds(-7200), seconds(last))


TABLE = [
    ("nobody has asked", (), 300, "waiting", "no call has got support@v8 since"),
    ("asked before it only", (got(NEW, -5, table=11), got(OLD, -2, table=11)), 300, "waiting", "no call has got"),
    ("asked, and a minute is not over", (got(NEW, 3),), 59, "waiting", "support@v8; it is watched"),
    ("a minute of it alone", (got(NEW, 3),), 60, "proven", "edge answered with support@v8, and none with another"),
    ("the former fades out", (got(NEW, 90), got(OLD, 31, "core", 11)), 90, "waiting", "core answered with"),
    ("it has faded out", (got(NEW, 90), got(OLD, 30, "core", 11)), 90, "proven", "came 30 s after"),
    ("two gateways", (got(NEW, 3), got(NEW, 9, "core")), 60, "proven", "core, edge answered with support@v8"),
    ("a gateway cut off", (got(NEW, 599), got(OLD, 590, "core", 11)), 600, "missing", "10 s ago, at table 1.11"),
    ("under the very table", (got(OLD, 590),), 600, "missing", "support@v7 10 s ago, at table 1.12"),
    ("it comes back late", (got(NEW, 900), got(OLD, 820, "core", 11)), 900, "proven", "came 820 s after"),
    ("a day of silence", (), 86_400, "unproven", "no call has got support@v8 since"),
    ("a day, and they ask at last", (got(NEW, 86_390),), 86_400, "proven", "edge answered with support@v8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("served", "after", "state", "because"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_how_an_effect_stands(served: tuple[Served, ...], after: float, state: str, because: str):
    seen = read_effect(EFFECT, served, seconds(after))
    assert (seen.state, because in seen.because) == (state, True), seen


def test_the_candidate_of_the_next_ramp_is_no_fault():
    served = (got(NEW, 3), got(NEXT, 599))
    assert read_effect(EFFECT, served, seconds(600)).state == "missing"
    assert read_effect(EFFECT, served, seconds(600), [NEXT]).state == "proven"


def test_a_newer_epoch_is_newer_than_any_generation():
    later = Served(NEW, "edge", "2.1", seconds(3), seconds(3))
    assert read_effect(EFFECT, (later,), seconds(60)).state == "proven"
