"""How often is a harmless candidate rolled back, and how soon a harmful one?

    python bench/canary.py [--json] [--runs N] [--cells A1 A5]

The table of the house's reference on canary statistics, 4.3, made with our own rules, beside rules that know the harm
(what nothing can beat), those of Argo Rollouts, Flagger and Kayenta, and a group-sequential test that knows its end.
A row is a cell of traffic at a harm: of harmless runs the per cent that are rolled back within 240 minutes, of
harmful ones the median minute, where half of the runs get there. `ours` is the rule for a metric of that kind: the
label e-process with processes that begin later; for scores the sequence on the differences of minutes, and bets on a
collapse. 2,000 harmless runs and 1,000 of each harm, Kayenta 300; alpha 5 %; the seeds are fixed.

Then what a look costs (`looks.py`): 10,000 ramps with five guardrails have at most 3 s of a core in a minute.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import our_judges as our
import peer_judges as peers
from floors import load
from looks import microseconds
from our_judges import Judge
from reports import Report, finish, parser, say
from unequal_users import (
    HANDBOOK,
    begins_of,
    by_request,
    by_unit_and_arm,
    by_unit_and_stage,
    share_rolled_back,
    unequal_users,
)
from worlds import CELLS, MINUTES, Cell, Events, scores

SEED, ALPHA = 20_261_122, 0.05
RUNS, KAYENTA_RUNS = 2000, 300
TIMES_LABEL_SPRT, TIMES_FULL_SPRT = 1.5, 2.0
OTHERWISE_UNEQUAL = ("R: noise of a minute", "R: wandering pods", "R: an arm 5 % off", "R: asking again, by request")
"""Cells whose arms differ though nobody is harmed, or that count requests: shown, and held to no promise."""
WAYS = {"people, by stage": by_unit_and_stage, "people, by arm": by_unit_and_arm, "requests": by_request}
"""In which the unequal users' bad events are counted; the first is ours, the others are shown and held to nothing."""
DROPS = (0.01, 0.02, 0.05, 0.4)
RAMPS, GOAL_SECONDS = 10_000, 3.0


def judges_of(cell: Cell, harm: float | None) -> dict[str, Judge]:
    """Name the judges of one row; who knows the harm judges only where there is one."""
    stages = (MINUTES,)
    named = {
        "ours": our.label_process(ALPHA, stages),
        "ours_from_the_start": our.label_process(ALPHA),
    }
    if harm is not None:
        named |= {"label_sprt": our.label_sprt(ALPHA), "full_sprt": our.full_sprt(ALPHA)}
    return named | {
        "z_each_minute": peers.z_test(1),
        "argo_limit_0": peers.argo(5, 1.5, 0),
        "argo_limit_3": peers.argo(5, 1.5, 3),
        "flagger_5": peers.flagger(1.5, 5),
        "kayenta": peers.kayenta(5),
        "group_sequential": peers.group_sequential(16 if cell.name != "ramp" else 17),
    }


def row(place: int, harm: float | None, runs: int) -> dict[str, float]:
    """Measure one row of the cell at a place: per cent rolled back where `harm` is None, else the median delay."""
    cell, seed = CELLS[place], [SEED, place, round(100 * (harm or 1.0))]
    world = cell.draw(np.random.default_rng(seed), harm or 1.0, runs)
    found = {}
    for name, judge in judges_of(cell, harm).items():
        asked: Events = world.part(KAYENTA_RUNS) if name == "kayenta" else world
        minutes = judge(asked)
        measured = share_of(minutes) if harm is None else delay(minutes, cell.onset)
        if measured is not None:
            found[name] = measured
    return found


def score_row(drop: float, runs: int) -> dict[str, float]:
    """Measure one row of scores: cell B."""
    mine, theirs = scores(np.random.default_rng([SEED, 99, round(1000 * drop)]), drop, runs)
    minutes = {
        "ours": our.score_differences(ALPHA, mine, theirs),
        "bets_on_pairs": our.score_bets(ALPHA, mine, theirs),
    }
    return {
        name: value
        for name, each in minutes.items()
        if (value := delay(each, 0) if drop else share_of(each)) is not None
    }


def unequal_row(counted: str, runs: int) -> dict[str, float]:
    """Measure the null ramp of 1, 10, 50 % with unequal users, counted in one way; per cent rolled back."""
    count, seed = WAYS[counted], list(WAYS).index(counted)
    rate = share_rolled_back(unequal_users, count, HANDBOOK, begins_of(HANDBOOK), ALPHA, runs, [SEED, 98, seed])
    return {"ours": 100.0 * rate}


def share_of(minutes: np.ndarray) -> float:
    """Return the per cent of runs that are rolled back."""
    return float(100.0 * (minutes > 0).mean())


def delay(minutes: np.ndarray, onset: int) -> float | None:
    """Return the median delay after the onset, of all runs not rolled back before it; None where half are never."""
    later = np.where(minutes == 0, np.inf, minutes)[(minutes == 0) | (minutes > onset)]
    median = float(np.median(later)) - onset if len(later) else np.inf
    return median if np.isfinite(median) else None


def rows(names: list[str], runs: int) -> Iterator[tuple[str, tuple]]:
    """Yield each row's name and what measures it."""
    for place, cell in enumerate(CELLS):
        if not names or cell.name.split(":")[0].split(",")[0] in names:
            yield f"{cell.name}, no harm: % rolled back", (row, place, None, runs)
            for harm in cell.harms:
                yield f"{cell.name}, x{harm:g}: minutes", (row, place, harm, runs // 2)
    for counted in WAYS:
        if not names or "unequal" in names:
            yield f"unequal users counted as {counted}, no harm: % rolled back", (unequal_row, counted, runs)
    if not names or "B" in names:
        yield "B, no harm: % rolled back", (score_row, 0.0, runs)
        for drop in DROPS:
            yield f"B, -{drop:g}: minutes", (score_row, drop, runs // 2)


def hold_to_goals(report: Report, measured: Mapping[str, Mapping[str, float]], runs: int) -> None:
    """Hold what was measured against what is promised."""
    shown = (*OTHERWISE_UNEQUAL, *(f"unequal users counted as {way}" for way in list(WAYS)[1:]))
    promised = {name: of for name, of in measured.items() if not name.startswith(shown)}
    harmless = {name: of["ours"] for name, of in promised.items() if "no harm" in name}
    error = 200.0 * (ALPHA * (1.0 - ALPHA) / runs) ** 0.5
    worst = max(harmless, key=lambda name: harmless[name])
    report.at_most(f"false rollback, worst cell ({worst.split(',')[0]}), %", 100.0 * ALPHA + error, harmless[worst])
    times = {
        name: of["ours"] / of["label_sprt"] for name, of in promised.items() if "ours" in of and "label_sprt" in of
    }
    times |= {name: np.inf for name, of in promised.items() if "label_sprt" in of and "ours" not in of}
    beside = {name: value for name, value in times.items() if name[0] in "A"}
    if beside:
        worst = max(beside, key=lambda name: beside[name])
        report.at_most(f"delay, times the label SPRT, worst cell ({worst})", TIMES_LABEL_SPRT, beside[worst])
    full = {name: of["ours"] / of["full_sprt"] for name, of in promised.items() if name.startswith("A5, x")}
    if full:
        worst = max(full, key=lambda name: full[name])
        report.at_most(f"delay, times the full SPRT, worst of A5 ({worst})", TIMES_FULL_SPRT, full[worst])


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--runs", type=int, default=RUNS, help="harmless runs of each cell")
    options.add_argument("--cells", nargs="*", default=[], help="only these: A1 A2 A3 A4 A5 B C ramp LATE R unequal")
    given = options.parse_args()
    before, report, measured = load(), Report(), {}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        asked = [(name, pool.submit(*work)) for name, work in rows(given.cells, given.runs)]
        for name, answer in asked:
            measured[name] = answer.result()
            report.add(name, **measured[name])
            say(f"{name}: {measured[name]}")
    hold_to_goals(report, measured, given.runs)
    for cells in (1, 12):
        look = microseconds(cells)
        report.add(f"a look, {cells} cells", a_look_us=look, all_ramps_s=look * RAMPS / 1e6)
    slowest = max(of["all_ramps_s"] for name, of in report.figures.items() if name.startswith("a look"))
    report.at_most(f"{RAMPS:,} ramps with five guardrails, s of a core a minute", GOAL_SECONDS, slowest)
    return finish(given, report, before)


if __name__ == "__main__":
    raise SystemExit(main())
