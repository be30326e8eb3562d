"""How long does it take to say whether, and when, each of some 300 concurrent changes may start?

    python bench/planner.py [--json]

A house with 290 open changes (20 ramp, 20 are armed, 250 wait) on 60 features. Of each of 200 that have not begun it
is asked whether it may ship (every gate, its forecast and its neighbours), and when it could start (every opening of
four weeks imagined and ranked, beside all others). SQLite, one core, no network. The floor is one forecast: what a
single imagined start costs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from floors import load, median, percentile
from reports import Report, finish, parser, say
from year import NOW, OPEN, Year

from leverframe.actions import planning
from leverframe.actions.facts import forecast_of, verdicts
from leverframe.clock import VirtualClock
from leverframe.nouns.changes import State
from leverframe.store import changes
from leverframe.wiring import Built, Settings, build

ASKED, GOAL_MS = 200, 100.0


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    given, before, report = parser(__doc__).parse_args(), load(), Report()
    with tempfile.TemporaryDirectory() as folder:
        clock = VirtualClock(NOW - timedelta(days=366))
        built = build(Settings(Path(folder), demo=True, clock_start=NOW), clock)
        year = Year(built, clock, count=OPEN + 60, entries=2_000, say=say)
        year.fill()
        try:
            _measure(built, year, report)
        finally:
            built.house.store.close()
    return finish(given, report, before)


def _measure(built: Built, year: Year, report: Report) -> None:
    house, remi = built.house, year.who("remi")
    with house.store.read() as db:
        waiting = changes.find(db, states=(State.AUTHORIZE, State.SCHEDULED, State.ASSESS), limit=ASKED)
    ids = [change.id for change in waiting]
    known = {change.id: change for change in waiting}

    def one_forecast(id: str) -> None:
        with house.store.read() as db:
            forecast_of(house, db, known[id], NOW)

    def may_ship(id: str) -> None:
        with house.store.read() as db:
            verdicts(house, db, known[id], NOW)

    floor = _timed("one forecast", one_forecast, ids, report)
    asked = _timed("may_ship", may_ship, ids, report)
    slots = _timed("slots", lambda id: planning.show_slots(house, remi, id), ids, report)
    why = _timed("why", lambda id: planning.why_not(house, id), ids, report)
    plan = planning.show_slots(house, remi, ids[0]).plan
    report.add("one plan", slots=len(plan.slots), conflicts=max((len(s.conflicts) for s in plan.slots), default=0))
    report.add(
        "ratios", may_ship_to_forecast=asked / floor, slots_to_forecast=slots / floor, why_to_slots=why / slots
    )
    report.at_most("may_ship of one change, p95 ms", GOAL_MS, report.figures["may_ship"]["p95_ms"])
    report.at_most("the starts of one change, p50 ms", GOAL_MS, report.figures["slots"]["p50_ms"])


def _timed(name: str, act: Callable[[str], object], ids: Sequence[str], report: Report) -> float:
    """Do something of every change, after one that is not counted; return the median in milliseconds."""
    act(ids[0])
    took = []
    for id in ids:
        begins = time.perf_counter()
        act(id)
        took.append((time.perf_counter() - begins) * 1000)
    report.add(name, p50_ms=median(took), p95_ms=percentile(sorted(round(each * 1000) for each in took), 95) / 1000)
    return report.figures[name]["p50_ms"]


if __name__ == "__main__":
    sys.exit(main())
