"""Does a rehearsed stage count as the store counts: on at the same share, anew at another?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.ramps import Clause, Floor, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.rehearsed_counts import StageTally, plus
from leverframe.rules.rehearsed_people import Came, Part

FEEDBACK = "feedback_negative"
TEN = datetime(2026, 5, 13, 10, tzinfo=UTC)
LIMIT = Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.01)
PLAN = RampPlan((Stage((Clause(10.0),), 240, (LIMIT,), (Floor(FEEDBACK, 3.0),)), Stage((Clause(100.0),), 0)))


def came(minute: int, names: str = "uk|x de|x", *, share: float = 0.1, bad: int = 1) -> Came:
    cell = CellCounts(share, 10, 90, {FEEDBACK: bad}, {FEEDBACK: 9})
    since = TEN + timedelta(minutes=minute)
    return Came(since, since + timedelta(minutes=1), dict.fromkeys(names.split(), cell))


def stage(**shares: float) -> StageTally:
    tally = StageTally(PLAN, 1, TEN)
    tally.stand([Part(f"{region}|x", 0.5, share) for region, share in shares.items()], proof_anew=True)
    return tally


def units(tally: StageTally) -> dict[str, tuple[int, int]]:
    """Return the candidate's units by part: those that harm is read from, and those for the proof."""
    counts = tally.counts(TEN + timedelta(hours=1))
    proof = counts.cells if counts.proof is None else counts.proof
    return {name: (cell.candidate_units, proof[name].candidate_units) for name, cell in counts.cells.items()}


TABLE = [
    ("the stage begins again at the same shares", {"uk": 0.1, "de": 0.1}, True, (20, 10), (20, 10)),
    ("a further region, not the last, is reached", {"uk": 0.1, "de": 0.1}, False, (20, 20), (20, 20)),
    ("the last region is reached", {"uk": 0.1, "de": 0.5}, True, (20, 10), (10, 10)),
]


@pytest.mark.parametrize(("why", "shares", "proof_anew", "uk", "de"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_counted_on_and_what_anew(
    why: str, shares: dict[str, float], proof_anew: bool, uk: tuple[int, int], de: tuple[int, int]
):
    tally = stage(uk=0.1, de=0.1)
    tally.add(came(0))
    tally.stand([Part(f"{region}|x", 0.5, share) for region, share in shares.items()], proof_anew=proof_anew)
    tally.add(came(1))
    assert units(tally) == {"uk|x": uk, "de|x": de}


def test_a_part_without_the_candidate_is_not_counted():
    tally = stage(uk=0.1, de=0.0)
    tally.add(came(0))
    assert units(tally) == {"uk|x": (10, 10)}


def test_later_processes_begin_with_who_came_before_their_minute():
    tally = stage(uk=0.1)
    for minute in (0, 29, 30, 31):
        tally.add(came(minute, "uk|x"))
    first = tally.counts(TEN + timedelta(minutes=40)).minutes.starts
    assert first == ({FEEDBACK: {0.1: (2, 18)}},), "the first of seven begins after an eighth of four hours"


def test_what_processes_began_with_is_told_again_without_a_part_that_counts_anew():
    tally = stage(uk=0.1, de=0.1)
    for minute in (0, 31):
        tally.add(came(minute))
    tally.stand([Part("uk|x", 0.5, 0.1), Part("de|x", 0.5, 0.5)], proof_anew=True)
    assert tally.counts(TEN + timedelta(minutes=40)).minutes.starts == ({FEEDBACK: {0.1: (1, 9), 0.5: (0, 0)}},)


def test_a_metric_that_nobody_tells_of_has_everybodys_score_and_one_that_is_told_its_own():
    silent, told = stage(uk=0.1), stage(uk=0.1)
    silent.add(came(0, "uk|x"))
    cell = CellCounts(
        0.1, 10, 90, candidate_sums={"cost_usd": (4, 0.2, 0.1)}, control_sums={"cost_usd": (9, 0.3, 0.1)}
    )
    told.add(Came(TEN, TEN + timedelta(minutes=1), {"uk|x": cell}))
    sums = [each.counts(TEN).cells["uk|x"].candidate_sums["cost_usd"] for each in (silent, told)]
    assert sums == [(10, 0.0, 0.0), (4, 0.2, 0.1)]
    assert told.means["cost_usd"].candidate.intervals == 1


def test_coming_back_to_how_it_stood_undoes_what_was_counted_since():
    tally = stage(uk=0.1)
    tally.add(came(0, "uk|x"))
    before = tally.before()
    tally.add(came(1, "uk|x"))
    assert (units(before), units(tally)) == ({"uk|x": (10, 10)}, {"uk|x": (20, 20)})
    assert (len(before.came), len(tally.came)) == (1, 2)


def test_adding_up_keeps_what_only_one_of_them_names():
    one = CellCounts(0.1, 1, 2, {"a": 1}, {}, {}, {"a": 3}, {"m": (1, 2.0, 4.0)}, {}, {"a": 1})
    other = CellCounts(0.1, 3, 4, {"a": 1, "b": 2}, {"b": 1}, {}, {}, {"m": (1, 1.0, 1.0)}, {"n": (1, 1.0, 1.0)})
    both = plus(one, other)
    assert (both.candidate_units, both.control_units) == (4, 6)
    assert (both.candidate_bad, both.control_bad, both.control_first_bad) == ({"a": 2, "b": 2}, {"b": 1}, {"a": 3})
    assert (both.candidate_sums, both.control_sums) == ({"m": (2, 3.0, 5.0)}, {"n": (1, 1.0, 1.0)})
    assert both.candidate_again == {"a": 1}
