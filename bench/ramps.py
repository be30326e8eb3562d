"""What does it cost to drive 10,000 ramps, and how late is a step?

    python bench/ramps.py [--json] [--ramps N] [--seconds N] [--stores sqlite postgresql]

A house with 10,000 active ramps, on SQLite and on PostgreSQL, half of them at 10 %, half at 50 %, under the example's
plan with its seven limits and its floor. Measured are

- a tick: a round of the runner under a stopped clock that has gone on by a minute, in which each ramp has counted
  another user and is looked at (what all of it may take is 6 s of a core, a tenth of a minute);
- pace: the runner in its own thread under a clock that goes, while each ramp counts a user a minute and the bakes of
  16 ramps a second end: the thread's share of a core, and by how much a ramp was looked at later than its moment;
- the worked example rehearsed: its forecast and what each stage can rule out, on known traffic; and a month of such:
  20 features, each with a ramp begun on each of 20 days.

The two stores in turn, three times; the median. `database` is the processor time of PostgreSQL's own processes.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from floors import load, percentile
from houses import CELL, FEATURE, PLAN, WEDNESDAY, LargeHouse, acme, database_seconds, large_house, store_urls
from reports import Report, finish, median_of, medians, parser, say

from leverframe.nouns.calendar import Subject
from leverframe.rules.forecasting import Traffic, forecast
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.prospects import prospects
from leverframe.runner import Runner
from leverframe.store.notes import new_key

RUNS = 3
SHARE_PERCENT, LATE_MS, REHEARSAL_MS, MONTH_MS = 10.0, 200.0, 100.0, 1000.0
WARM_UP_SECONDS = 3.0
BAKES_END_OVER = timedelta(minutes=10)


class GoingClock:
    """A clock that goes with the machine's, from a moment on."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        """Return this moment."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def tick(url: str, large: LargeHouse, runner: Runner, seed: int) -> dict[str, float]:
    """Let each ramp count another user, a minute pass, and the runner go one round."""
    large.grow(seed=seed)
    large.clock.advance(timedelta(minutes=1))
    looks, began, of_database = runner.watch.looks, time.process_time(), database_seconds(url)
    runner.round()
    spent, theirs = time.process_time() - began, database_seconds(url) - of_database
    looked = runner.watch.looks - looks
    assert looked >= large.ramps, f"only {looked} of {large.ramps} ramps were looked at"
    return {"tick_cpu_s": spent, "a_look_us": spent / looked * 1e6, "tick_database_s": theirs}


def pace(large: LargeHouse, seconds: float) -> dict[str, float]:
    """Let a runner drive all ramps in its own thread, in real time."""
    standing = large.house.clock
    large.house.clock = GoingClock(standing.now())
    runner = Runner(large.house, new_key("bench").sign, secrets={})
    runner.round()  # its first looks at all of them are no measure
    try:
        with counting(large):
            runner.start()
            time.sleep(WARM_UP_SECONDS)
            runner.watch.late.clear()
            began, spent = time.monotonic(), thread_seconds(runner)
            time.sleep(seconds)
            spent = (thread_seconds(runner) - spent) / (time.monotonic() - began)
            late = sorted(round(seconds * 1e6) for seconds in runner.watch.late)
        runner.stop()
    finally:
        large.clock.move_to(large.house.clock.now())
        large.house.clock = standing
    assert len(late) >= 10, f"only {len(late)} moments came"
    late_ms = {f"late_p{percent}_ms": percentile(late, percent) / 1e3 for percent in (50, 99)}
    return {"pace_cpu_percent": spent * 100, **late_ms}


@contextmanager
def counting(large: LargeHouse) -> Iterator[None]:
    """Let each ramp count a user a minute meanwhile."""
    done = threading.Event()

    def count() -> None:
        seed = 1000
        for some in large.parts(large.ramps // 60 or 1):
            if done.wait(1.0):
                return
            seed += 1
            large.count(some, seed)

    thread = threading.Thread(target=count, name="traffic")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def thread_seconds(runner: Runner) -> float:
    """Return the processor seconds of a runner's thread."""
    assert runner._thread is not None
    return time.clock_gettime(time.pthread_getcpuclockid(runner._thread.ident or 0))


def rehearse() -> dict[str, float]:
    """Rehearse the worked example (the ramp of the support prompt) on an imagined clock, and a month of such."""
    policy = acme()
    traffic = Traffic({hour: 20.0 if 7 <= hour < 23 else 2.0 for hour in range(24)}, {"feedback_negative": 0.04})
    population = policy.catalog.targets[FEATURE].population
    subject, regions = Subject(FEATURE, "medium", "prompt"), (CELL.partition("|")[0],)

    def one(begins: datetime = WEDNESDAY) -> float:
        began = time.perf_counter()
        ends = begins + timedelta(days=8)
        planned = forecast(
            policy.plans[PLAN], subject, regions, policy.calendar, begins, ends, traffic, population, policy
        )
        assert planned.p50, planned.text
        about = Question(
            policy.plans[PLAN], subject, regions, policy.calendar, begins, ends, traffic, tuple(population), policy
        )
        ahead = prospects(about, {step.stage: step.at for step in planned.p50})
        assert ahead[0].rules_out, ahead[0].because
        return (time.perf_counter() - began) * 1e3

    first, again = one(), min(one() for _ in range(20))
    month = sum(one(WEDNESDAY + timedelta(days=day)) for day in range(20) for _ in range(20))
    return {"first_ms": first, "again_ms": again, "a_month_ms": month}


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--ramps", type=int, default=10_000)
    options.add_argument(
        "--seconds", type=float, default=20.0, help="how long the runner goes in real time, each time"
    )
    options.add_argument("--stores", nargs="+", default=["sqlite", "postgresql"])
    given = options.parse_args()
    before, report = load(), Report()
    with store_urls(tuple(given.stores)) as urls:
        for name, measures in drive(urls, given.ramps, given.seconds).items():
            report.add(name, **measures)
            _hold(report, name, measures)
    report.add("worked example rehearsed", **medians(rehearse))
    report.at_most(
        "the worked example rehearsed, ms", REHEARSAL_MS, report.figures["worked example rehearsed"]["first_ms"]
    )
    report.at_most(
        "a month of 400 ramps rehearsed, ms", MONTH_MS, report.figures["worked example rehearsed"]["a_month_ms"]
    )
    return finish(given, report, before)


def drive(urls: Mapping[str, str], ramps: int, seconds: float) -> dict[str, dict[str, float]]:
    """Measure each store in turn, three times, and return the medians."""
    houses = {}
    for name, url in urls.items():
        say(f"filling {name} with {ramps:,} ramps")
        houses[name] = large_house(url, ramps, bakes_end_over=BAKES_END_OVER)
    runners = {name: Runner(large.house, new_key("bench").sign, secrets={}) for name, large in houses.items()}
    runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in houses}
    for runner in runners.values():
        runner.round()
    for run in range(RUNS):
        for name, large in houses.items():
            runs[name].append({**tick(urls[name], large, runners[name], run), **pace(large, seconds)})
            say(f"{name}, run {run + 1}: {runs[name][-1]}")
    return {f"{ramps:,} ramps on {name}": median_of(measured) for name, measured in runs.items()}


def _hold(report: Report, name: str, measures: Mapping[str, float]) -> None:
    whole = (measures["tick_cpu_s"] + measures["tick_database_s"]) / 60 * 100
    report.at_most(f"{name}: a tick, % of a core's minute", SHARE_PERCENT, whole)
    report.at_most(f"{name}: pace, % of a core", SHARE_PERCENT, measures["pace_cpu_percent"])
    report.at_most(f"{name}: p99 lateness, ms", LATE_MS, measures["late_p99_ms"])


if __name__ == "__main__":
    raise SystemExit(main())
