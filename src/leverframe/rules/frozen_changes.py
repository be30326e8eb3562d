"""How would a change go otherwise with a freeze than without it?"""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest

from leverframe.rules.forecasting import Forecast
from leverframe.rules.moments import say


def say_hit(without: Forecast, with_it: Forecast, zone: str) -> str:
    """Say how a change would go otherwise with a freeze; empty where it would go the same."""
    if without.p50 == with_it.p50 and without.settles_p50 == with_it.settles_p50:
        return ""
    settles = _settles(without.settles_p50, with_it.settles_p50, zone)
    for number, (before, after) in enumerate(zip_longest(without.p50, with_it.p50)):
        if before and (after is None or before.at != after.at):
            begins = number == 0 and before.stage == 1
            what = "its start" if begins else f"stage {before.stage} ({before.share_percent:g} %)"
            then = f"would be {say(after.at, zone)}" if after else "would not come"
            return f"{what}, expected {say(before.at, zone)}, {then}; {settles}"
    return settles


def _settles(without: datetime | None, with_it: datetime | None, zone: str) -> str:
    if with_it is None:
        return "it would not settle within its ticket: choose a later end"
    if without == with_it:
        return f"it would settle {say(with_it, zone)} all the same"
    return f"it would settle {say(with_it, zone)}{f' instead of {say(without, zone)}' if without else ''}"
