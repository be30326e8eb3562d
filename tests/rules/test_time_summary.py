"""How long do changes take, month by month, and where does the time go?"""

from __future__ import annotations

from datetime import UTC, datetime

from leverframe.nouns.spent_time import TimeRow
from leverframe.rules.time_summary import by_month_and_tier, month_of


def row(elapsed: float, active: float | None = None, tier: str = "medium", month: int = 5, **parts) -> TimeRow:
    minutes = {"preparing": 0.0, "signing": 0.0, "window": 0.0, "ramp": 0.0, "held": 0.0, "watch": 0.0, **parts}
    return TimeRow("CHG-2026-00001", f"2026-{month:02}", tier, elapsed, active, **minutes)


def test_the_medians_of_a_month_are_told_tier_by_tier_the_newest_first():
    rows = [row(60.0, 1.0), row(120.0, 4.0), row(600.0), row(30.0, tier="low"), row(90.0, month=4)]
    found = by_month_and_tier(rows)
    assert [(each.month, each.tier, each.changes) for each in found] == [
        ("2026-05", "medium", 3), ("2026-05", "low", 1), ("2026-04", "medium", 1),
    ]  # fmt: skip
    assert (found[0].median_elapsed_minutes, found[0].median_active_hours, found[0].told) == (120.0, 2.5, 2)
    assert found[2].median_active_hours is None


def test_the_shares_say_where_all_of_the_time_went():
    rows = [row(100.0, signing=50.0, ramp=50.0, held=20.0), row(300.0, window=100.0, ramp=200.0)]
    (found,) = by_month_and_tier(rows)
    shares = (found.sign_offs_percent, found.window_percent, found.ramp_percent, found.held_percent)
    assert shares == (12.5, 25.0, 62.5, 5.0)
    assert found.preparing_percent + sum(shares[:3]) + found.watch_percent == 100.0


def test_a_month_is_that_of_the_home_zone():
    assert month_of(datetime(2026, 4, 30, 23, 30, tzinfo=UTC), "Europe/London") == "2026-05"


def test_a_change_that_took_no_time_has_no_shares():
    assert by_month_and_tier([row(0.0)])[0].ramp_percent == 0.0
