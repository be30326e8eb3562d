"""Does a stage's reading say what its counts prove, and nothing more?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts, Finding, StageCounts
from leverframe.nouns.minutes import StageMinutes
from leverframe.nouns.ramps import Clause, Floor, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence import words
from leverframe.rules.evidence.means import with_minute
from leverframe.rules.readings import read_stage

NOW = datetime(2026, 5, 13, 10, 30, tzinfo=UTC)
SLOS = (
    Slo("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, 4500),
    Slo("error_rate_max", "error", LimitKind.RATE, 0.01),
    Slo("eval_groundedness_drift_max", "groundedness", LimitKind.FALL, 0.04),
    Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.014),
    Slo("fairness_locale_delta_max", "fairness_locale_delta", LimitKind.FALL, 0.04),
)
FEEDBACK = "feedback_negative"


def plan(*, slos=(), floors=((), (3.0,), (2.0,), ())):
    shares, bakes = (1, 10, 50, 100), (30, 240, 1440, 0)
    return RampPlan(
        tuple(
            Stage((Clause(share),), bake, slos, tuple(Floor(FEEDBACK, ratio) for ratio in ratios))
            for share, bake, ratios in zip(shares, bakes, floors, strict=True)
        )
    )


def cell(share=0.1, mine=400, theirs=3_600, **counts):
    return CellCounts(share, mine, theirs, **counts)


def bad(mine, theirs, guardrail=FEEDBACK):
    return {"candidate_bad": {guardrail: mine}, "control_bad": {guardrail: theirs}}


def first(mine, theirs, guardrail):
    return {"candidate_first_bad": {guardrail: mine}, "control_first_bad": {guardrail: theirs}}


def scores(value, n, spread=0.1):
    return n, value * n, n * (value * value + spread * spread)


def minutes(of, stage, *cells, count=60):
    """So many minutes in each of which these cells scored the same, but for a little that comes and goes."""
    known = {}
    for n in range(count if cells else 0):
        nudge = 1.0 + (0.02 if n % 2 else -0.02)
        scored = ((name, sums) for cell in cells for name, sums in cell.candidate_sums.items())
        here = {name: (n, total * nudge, squares) for name, (n, total, squares) in scored}
        known = with_minute(known, {"uk|everyone": replace(cells[0], candidate_sums=here)}, of.stages[stage - 1])
    return StageMinutes(means=known)


def read(of, stage, *cells, wait=60.0, earlier=(), count=60):
    found = {f"{n}|everyone": cell for n, cell in enumerate(cells)}
    counts = [*earlier, StageCounts(stage, found, minutes=minutes(of, stage, *cells, count=count))]
    return read_stage(of, stage, counts, alpha=0.05, beta=0.05, stage_minutes=wait, now=NOW)


def one(reading, guardrail, *, limit=False):
    return next(r for r in reading.readings if r.guardrail == guardrail and (r.limit is not None) is limit)


def test_a_floor_is_proved_and_says_what_is_ruled_out():
    found = read(plan(), 2, cell(**bad(20, 180)))
    assert found.finding is Finding.PASS
    assert found.because == "fewer than 1.75 times as many people met negative feedback (the floor asks below 3x)"
    assert one(found, FEEDBACK).floor
    assert one(found, FEEDBACK).ruled_out == 1.75
    assert found.at == NOW


def test_a_floor_that_is_not_proved_says_how_much_longer_it_takes():
    found = read(plan(), 2, cell(mine=50, theirs=450, **bad(2, 23)), wait=30)
    reading = one(found, FEEDBACK)
    assert found.finding is Finding.CONTINUE
    assert reading.wait_minutes == pytest.approx(25, abs=5)
    assert "min more at this traffic to rule out 3 times as many people who met negative feedback" in found.because
    assert "(2 of 50 on the candidate, 23 of 450 beside it)" in found.because


def test_a_stage_without_a_floor_passes_and_says_what_it_did_not_prove():
    found = read(plan(), 1, cell(0.01, 6, 594, **bad(0, 12)))
    assert found.finding is Finding.PASS
    assert found.because == "no guardrail shows harm, and this stage asks for no proof"
    assert one(found, FEEDBACK).because.startswith("no ratio of people who met negative feedback is ruled out yet")


def test_harm_is_said_with_both_counts_and_its_evidence():
    found = read(plan(), 2, cell(**bad(60, 180)))
    assert found.finding is Finding.HARM
    assert found.because.startswith(
        "3 times as many people met negative feedback (60 of 400 on the candidate, 180 of 3,600 beside it)"
    )
    assert "40 to 1 rolls back" in found.because
    assert one(found, FEEDBACK).ratio == pytest.approx(3.0)


def test_evidence_of_harm_is_carried_from_the_earlier_stages():
    """Neither stage alone shows it; together they do."""
    early = StageCounts(2, {"eu|everyone": cell(**bad(33, 180))})
    late = cell(0.5, 500, 500, **bad(62, 38))
    assert read(plan(), 2, *early.cells.values()).finding is not Finding.HARM
    assert read(plan(), 3, late).finding is not Finding.HARM
    assert read(plan(), 3, late, earlier=(early,)).finding is Finding.HARM


def test_proof_for_promotion_comes_from_the_present_stage_alone():
    early = StageCounts(2, {"eu|everyone": cell(mine=4_000, theirs=36_000, **bad(200, 1_800))})
    late = cell(0.5, 20, 20, **bad(1, 1))
    assert read(plan(), 3, late, earlier=(early,)).finding is Finding.CONTINUE


def fresh(stage, whole, proof, *, of=None, wait=60.0, earlier=()):
    """Read a stage in which what promotes began anew; all that it has counted is `whole`."""
    of = of or plan(slos=SLOS[:2])
    told = minutes(of, stage, whole)
    counts = [*earlier, StageCounts(stage, {"eu|everyone": whole}, {"eu|everyone": proof}, minutes=told)]
    return read_stage(of, stage, counts, alpha=0.05, beta=0.05, stage_minutes=wait, now=NOW)


def test_what_was_counted_before_the_last_region_proves_nothing():
    found = fresh(2, cell(**bad(20, 180)), cell(mine=10, theirs=90, **bad(0, 4)))
    assert found.finding is Finding.CONTINUE
    assert "(0 of 10 on the candidate, 4 of 90 beside it)" in found.because


def test_nobody_since_the_last_region_is_no_data():
    found = fresh(2, cell(**bad(20, 180)), cell(mine=0, theirs=0))
    assert {reading.finding for reading in found.readings} == {Finding.NO_DATA}
    assert found.because == (
        "nobody has been served the candidate since this stage reached its last region, or began again"
    )


def test_harm_from_before_the_last_region_rolls_back_all_the_same():
    none = cell(mine=0, theirs=0)
    assert fresh(2, cell(**bad(60, 180)), none).finding is Finding.HARM
    found = fresh(2, cell(mine=2_000, theirs=18_000, **first(400, 900, "slow")), none)
    assert one(found, "slow", limit=True).finding is Finding.HARM


def test_a_mean_beyond_its_limit_before_the_last_region_rolls_back_all_the_same():
    sums = {"candidate_sums": {"cost_usd": scores(0.03, 200)}, "control_sums": {"cost_usd": scores(0.004, 2_000)}}
    well = {"candidate_sums": {"cost_usd": scores(0.004, 9)}, "control_sums": {"cost_usd": scores(0.004, 90)}}
    found = fresh(2, cell(**sums), cell(mine=9, theirs=90, **well), of=plan(slos=SLOS[3:4]))
    assert one(found, "cost_usd", limit=True).finding is Finding.HARM
    found = fresh(2, cell(**well), cell(mine=9, theirs=90), of=plan(slos=SLOS[3:4]))
    assert one(found, "cost_usd", limit=True).finding is Finding.NO_DATA


def test_counts_for_the_proof_that_do_not_fit_prove_nothing_and_hide_no_harm():
    lost = cell(mine=40, theirs=3_600, **bad(1, 180))
    assert fresh(2, cell(), lost).finding is Finding.ERROR
    assert fresh(2, cell(**bad(60, 180)), lost).finding is Finding.HARM
    assert fresh(2, cell(mine=40, theirs=3_600, **bad(60, 180)), cell()).finding is Finding.ERROR


def test_no_floor_passes_while_regions_wait():
    found = read(plan(), 2, cell(**bad(20, 180)), wait=None)
    assert found.finding is Finding.CONTINUE
    assert one(found, FEEDBACK).wait_minutes is None
    assert found.because == (
        "3 times as many people who met negative feedback is ruled out from counts that begin when the stage has "
        "reached its last region (20 of 400 on the candidate, 180 of 3,600 beside it so far)"
    )


def test_who_was_bad_before_at_the_same_share_is_carried_once():
    early = StageCounts(1, {"0|everyone": cell(**bad(36, 180))})
    again = {"candidate_again": {FEEDBACK: 36}, "control_again": {FEEDBACK: 180}}
    waits = cell(**bad(37, 180))
    assert read(plan(), 2, waits, earlier=(early,)).finding is Finding.HARM
    once = read(plan(), 2, cell(**bad(37, 180), **again), earlier=(early,))
    assert one(once, FEEDBACK).e_value == pytest.approx(
        one(read(plan(), 1, cell(**bad(37, 180))), FEEDBACK).e_value, rel=0.01
    )


def test_what_was_met_in_a_wider_stage_is_not_forgotten_where_the_ramp_was_narrowed():
    left = StageCounts(3, {"eu|everyone": cell(0.5, 500, 500, **bad(200, 20))})
    now = cell(**bad(20, 180))
    assert read(plan(), 2, now).finding is Finding.PASS
    assert read(plan(), 2, now, earlier=(left,)).finding is Finding.HARM


def test_a_wider_stage_whose_evidence_began_anew_says_nothing_of_a_narrower_one():
    stages = tuple(Stage((Clause(share),), 60, (), (Floor(FEEDBACK, 3.0),)) for share in (10, 20))
    left, now = StageCounts(2, {"eu|everyone": cell(0.2, 500, 500, **bad(60, 20))}), cell(**bad(20, 180))
    assert read(RampPlan(stages), 1, now, earlier=(left,)) == read(RampPlan(stages), 1, now)


def test_alpha_is_shared_by_halves_over_the_guardrails_of_the_whole_plan():
    found = read(plan(slos=SLOS), 1, cell(0.01, 30, 2_970))
    assert one(found, FEEDBACK).e_bound == pytest.approx(1 / (0.05 / 2))
    assert one(found, "slow", limit=True).e_bound == pytest.approx(1 / (0.05 / 2 / len(SLOS) / 4))


def test_beta_is_shared_over_the_floors_of_the_stage():
    counts = {"candidate_bad": {FEEDBACK: 13, "error": 13}, "control_bad": {FEEDBACK: 120, "error": 120}}
    alone = RampPlan((Stage((Clause(10),), 0, (), (Floor(FEEDBACK, 3.0),)),))
    both = RampPlan((Stage((Clause(10),), 0, (), (Floor(FEEDBACK, 3.0), Floor("error", 3.0))),))
    assert (
        one(read(alone, 1, cell(**counts)), FEEDBACK).ruled_out
        < one(read(both, 1, cell(**counts)), FEEDBACK).ruled_out
    )


def test_a_stage_with_one_floor_proved_and_one_not_goes_on_waiting():
    both = RampPlan((Stage((Clause(10),), 0, (), (Floor(FEEDBACK, 3.0), Floor("error", 3.0))),))
    counts = {"candidate_bad": {FEEDBACK: 40, "error": 0}, "control_bad": {FEEDBACK: 360, "error": 0}}
    found = read(both, 1, cell(**counts))
    assert found.finding is Finding.CONTINUE
    assert (
        found.because
        == "nobody has met an error on either side, so it is not known when 3 times as many is ruled out"
    )


@pytest.mark.parametrize("cells", [(), (cell(mine=0, theirs=0),), (cell(mine=0, theirs=40),)])
def test_no_answer_is_never_a_good_answer(cells):
    for of in (plan(), plan(slos=SLOS), plan(floors=((),) * 4)):
        for stage in (1, 2, 3, 4):
            found = read(of, stage, *cells)
            assert found.finding is Finding.NO_DATA
            assert found.because == "nobody has been served the candidate in this stage yet"


def test_without_anyone_beside_the_candidate_a_floor_has_no_answer():
    found = read(plan(), 2, cell(mine=2, theirs=0, **bad(2, 0)))
    assert found.finding is Finding.NO_DATA
    assert found.because == "nobody has been served the current unit beside it, so there is nothing to compare with"
    assert read(plan(), 1, cell(0.01, 1, 0)).finding is Finding.PASS


@pytest.mark.parametrize("stage", [1, 2])
def test_a_control_that_was_lost_is_an_error_whether_or_not_a_floor_asks_for_it(stage):
    share = (0.01, 0.1)[stage - 1]
    assert read(plan(), stage, cell(share, 400, 0)).finding is Finding.ERROR
    assert read(plan(), stage, cell(share, 400, 1)).finding is Finding.ERROR


@pytest.mark.parametrize("kind", [LimitKind.FALL, LimitKind.RISE])
def test_lost_outcomes_make_a_mean_beside_the_control_an_error_too(kind):
    """Who was lost may have been those with the good answers."""
    of = plan(slos=(Slo("tone", "tone", kind, 0.04),), floors=((),) * 4)
    mine, theirs = (0.5, 0.8) if kind is LimitKind.FALL else (0.8, 0.5)
    sums = {"candidate_sums": {"tone": scores(mine, 200)}, "control_sums": {"tone": scores(theirs, 600)}}
    assert read(of, 2, cell(**sums)).finding is Finding.HARM
    assert read(of, 2, cell(mine=400, theirs=1_200, **sums)).finding is Finding.ERROR


def test_at_settlement_there_is_nobody_to_compare_with():
    found = read(plan(slos=SLOS[2:3]), 4, cell(1.0, 500, 0, **bad(30, 0)))
    assert found.finding is Finding.PASS
    assert one(found, FEEDBACK).because == "everyone is served the candidate, so there is nobody to compare with"


def test_lost_outcomes_make_every_comparison_an_error_and_roll_nothing_back():
    found = read(plan(), 2, cell(mine=400, theirs=1_200, **bad(60, 60)))
    assert found.finding is Finding.ERROR
    assert one(found, FEEDBACK).finding is Finding.ERROR
    assert (
        "400 of 1,600 people were counted on the candidate where the share of the buckets lets expect 160"
        in found.because
    )


def test_a_candidate_beyond_its_limit_is_harm_even_where_outcomes_of_the_other_arm_are_lost():
    found = read(plan(slos=SLOS[1:2]), 2, cell(mine=400, theirs=1_200, **first(40, 2, "error")))
    assert found.finding is Finding.HARM
    assert one(found, "sample_ratio").finding is Finding.ERROR


def test_a_rate_limit_stops_a_candidate_whose_lower_bound_is_above_it():
    found = read(plan(slos=SLOS[:1], floors=((),) * 4), 2, cell(**first(60, 108, "slow")))
    assert found.finding is Finding.HARM
    assert found.because.startswith(
        "15 % of 400 people met a slow answer at their first call, 3 % beside it; the rate is"
    )
    assert found.because.endswith("and the limit is 5 %")


def test_an_estimate_above_the_limit_decides_nothing():
    found = read(plan(slos=SLOS[:1], floors=((),) * 4), 2, cell(**first(26, 108, "slow")))
    assert found.finding is Finding.PASS
    assert one(found, "slow", limit=True).because.endswith("above the limit of 5 %, but it may be chance")


def test_a_limit_that_both_units_break_holds_and_does_not_roll_back():
    found = read(plan(slos=SLOS[:1], floors=((),) * 4), 2, cell(**first(60, 396, "slow")))
    assert found.finding is Finding.BOTH_ABOVE
    assert found.finding.holds
    assert found.because == (
        "both are above the limit of 5 %: 15 % of 400 people met a slow answer at their first call, "
        "11 % of 3,600 beside it"
    )


def test_a_limit_is_read_without_anyone_beside_it():
    found = read(plan(slos=SLOS[:1], floors=((),) * 4), 2, cell(theirs=0, **first(60, 0, "slow")))
    assert found.finding is Finding.HARM


def mean_cell(metric, mine, theirs, n=200):
    return cell(candidate_sums={metric: scores(mine, n)}, control_sums={metric: scores(theirs, 9 * n)})


MEANS = [
    ("groundedness", "groundedness", mean_cell("groundedness", 0.80, 0.81), Finding.PASS),
    ("groundedness", "groundedness", mean_cell("groundedness", 0.70, 0.81), Finding.HARM),
    ("groundedness", "groundedness", mean_cell("groundedness", 0.90, 0.81), Finding.PASS),
    ("groundedness", "may be chance", mean_cell("groundedness", 0.768, 0.81), Finding.PASS),
    ("groundedness", "no score", cell(), Finding.NO_DATA),
    ("cost_usd", "cost per call", mean_cell("cost_usd", 0.50, 0.01), Finding.HARM),
    ("cost_usd", "both are above", mean_cell("cost_usd", 0.50, 0.40), Finding.BOTH_ABOVE),
    ("cost_usd", "cost per call", mean_cell("cost_usd", 0.01, 0.01), Finding.PASS),
    ("cost_usd", "no score", cell(), Finding.NO_DATA),
    ("fairness_locale_delta", "in fr-FR", mean_cell("groundedness@fr-FR", 0.60, 0.81), Finding.HARM),
    ("fairness_locale_delta", "no score", mean_cell("groundedness", 0.60, 0.81), Finding.NO_DATA),
]


@pytest.mark.parametrize(("guardrail", "said", "counts", "expected"), MEANS)
def test_only_a_mean_that_is_shown_to_be_beyond_its_limit_rolls_back(guardrail, said, counts, expected):
    slos = tuple(slo for slo in SLOS if slo.guardrail == guardrail)
    found = read(plan(slos=slos, floors=((),) * 4), 2, counts)
    reading = one(found, guardrail, limit=True)
    assert reading.finding is expected
    assert said in reading.because
    assert found.finding is expected


def test_of_a_mean_nothing_is_said_before_twenty_minutes():
    of, bad_cell = plan(slos=SLOS[2:3], floors=((),) * 4), mean_cell("groundedness", 0.30, 0.81)
    found = read(of, 2, bad_cell, count=19)
    reading = one(found, "groundedness", limit=True)
    assert (reading.finding, found.finding) == (Finding.CONTINUE, Finding.PASS)
    assert reading.because == "groundedness has been scored in 19 minutes so far, and 20 are needed to judge it"
    assert read(of, 2, bad_cell, count=20).finding is Finding.HARM


def test_the_locales_share_the_level_of_their_limit():
    def bound(*locales):
        sums = {f"groundedness@{locale}": scores(0.81, 300) for locale in locales}
        found = read(plan(slos=SLOS[4:], floors=((),) * 4), 2, cell(candidate_sums=sums, control_sums=sums))
        return one(found, "fairness_locale_delta", limit=True).e_bound

    assert bound("en-US", "fr-FR", "de-DE") == pytest.approx(3 * bound("en-US"))


def test_a_mean_without_anyone_beside_it_is_held_to_its_own_limit_alone():
    of = plan(slos=SLOS[2:4], floors=((),) * 4)
    sums = {"cost_usd": scores(0.5, 200), "groundedness": scores(0.1, 200)}
    found = read(of, 4, cell(share=1.0, theirs=0, candidate_sums=sums))
    assert one(found, "groundedness", limit=True).finding is Finding.PASS
    assert one(found, "cost_usd", limit=True).finding is Finding.HARM


def test_the_worst_locale_is_read_and_named():
    sums = {"groundedness@en-US": scores(0.81, 300), "groundedness@fr-FR": scores(0.60, 300)}
    beside = {"groundedness@en-US": scores(0.81, 300), "groundedness@fr-FR": scores(0.80, 300)}
    found = read(plan(slos=SLOS[4:], floors=((),) * 4), 2, cell(candidate_sums=sums, control_sums=beside))
    assert found.finding is Finding.HARM
    assert found.because.startswith("groundedness in fr-FR is 0.2 lower than beside it over 60 minutes")


def test_findings_stand_from_worst_to_best_as_they_are_documented():
    order = sorted(Finding, key=lambda finding: finding.rank, reverse=True)
    assert [finding.value for finding in order] == [
        "harm", "error", "both_above", "no_data", "continue", "pass",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.5]), *[st.integers(0, 60)] * 4), min_size=2, max_size=6),
    st.integers(1, 3),
)
@settings(max_examples=60)
def test_intervals_read_together_say_what_their_sums_say(rows, stage):
    """Two cells with the same share are one stratum: cutting one cell's people in two changes no proof."""
    cells = [cell(s, a + c, 9 * (b + d), **bad(a, b)) for s, a, b, c, d in rows]
    summed = []
    for share in sorted({found.share for found in cells}):
        mates = [found for found in cells if found.share == share]
        people = [sum(getattr(found, name) for found in mates) for name in ("candidate_units", "control_units")]
        events = [sum(getattr(found, name)[FEEDBACK] for found in mates) for name in ("candidate_bad", "control_bad")]
        summed.append(cell(share, *people, **bad(*events)))
    apart, together = (one(read(plan(), stage, *of), FEEDBACK) for of in (cells, summed))
    assert (apart.e_value, apart.ruled_out, apart.wait_minutes) == (
        together.e_value, together.ruled_out, together.wait_minutes,
    )  # fmt: skip
    assert apart.finding is together.finding


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 3))
def test_every_sentence_is_whole_and_calm(mine, theirs, stage):
    counts = cell(**bad(mine, theirs), **first(mine, theirs, "slow"))
    for reading in read(plan(slos=SLOS), stage, counts).readings:
        assert reading.because
        assert "!" not in reading.because
        assert "inf" not in reading.because.split()
        assert "nan" not in reading.because


@pytest.mark.parametrize(
    ("wait", "said"), [(0.2, "1 min"), (33.1, "34 min"), (119.5, "2 h"), (150, "2 h 30 min"), (9_000, "150 h")]
)
def test_waits_are_rounded_up(wait, said):
    assert words.minutes(wait) == said


@pytest.mark.parametrize(("ratio", "said"), [(2.0, "twice"), (3.0, "3 times"), (1.25, "1.25 times")])
def test_ratios_are_said_in_words(ratio, said):
    assert words.times(ratio) == said
