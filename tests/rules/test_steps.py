"""Is there one answer for every phase of a ramp, whatever comes about, and does the reference tell it?"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts, Finding, StageCounts
from leverframe.nouns.ramps import (
    Clause,
    Hold,
    HoldRow,
    LimitKind,
    Promote,
    RampPlan,
    RampState,
    RollBack,
    Slo,
    Stage,
    Stay,
    Step,
    Widen,
)
from leverframe.rules.ramping import next_step
from leverframe.rules.readings import read_stage

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import write_steps as steps  # noqa: E402

CELLS = {(phase, event): steps.answer(phase, event) for phase in steps.PHASES for event in steps.EVENTS}
OVER = ("settled", "ended")
BAKED = ("baked", "past the longest wait")
WAITS = ("a region waits", "settling, a region waits")


def test_the_table_is_total_and_every_finding_is_an_event():
    assert all(isinstance(step, Promote | Widen | Stay | Hold | RollBack) for step in CELLS.values())
    assert {event.finding for event in steps.EVENTS.values()} == {*Finding, None}


def test_the_page_is_what_the_rule_answers():
    assert steps.table() in steps.PAGE.read_text("utf-8"), "run tools/write_steps.py, and read what has changed"


def test_every_step_is_taken_somewhere_in_the_table():
    assert {type(step) for step in CELLS.values()} == {Promote, Widen, Stay, Hold, RollBack}


# ---------------------------------------------------------------------------------------------- all of it at once

WHEN = {"day": steps.DAY, "night": steps.NIGHT, "weekend": steps.WEEKEND}
FREEZES = {"none": {}, "holds": steps.HOLDING, "narrows": steps.NARROWING}
HOLDS = {
    "nobody": None,
    "a person": steps.BY_REMI,
    "the clock": HoldRow("clock", "freeze", "a freeze", steps.DAY),
}
PHASES = [phase for phase in steps.PHASES if phase != "held by a person"]
EVERY = list(
    product(
        PHASES, (*Finding, None), (False, True), HOLDS, WHEN, FREEZES, ("not thrown", "thrown"), ("in time", "late")
    )
)
"""7 phases, 6 findings or none, judged or not, 3 holders, 3 times, 3 freezes, a switch thrown or not, late or not."""


@pytest.fixture(scope="module")
def answers() -> list[tuple[tuple, Step]]:
    return [(case, _answer(*case)) for case in EVERY]


def _answer(phase, finding, judged, holder, when, freeze, switch, lateness) -> Step:
    now = WHEN[when]
    ramp = replace(steps.PHASES[phase](now), hold=HOLDS[holder])
    more = {**FREEZES[freeze], **(steps.THROWN if switch == "thrown" else {}), "judged": judged}
    more |= {"not_after": now} if lateness == "late" else {}
    return next_step(ramp, steps.facts_of(finding, **more), now)


def test_whatever_comes_together_there_is_one_answer(answers):
    assert len(answers) == 7 * 7 * 2 * 3 * 3 * 3 * 2 * 2
    assert all(isinstance(step, Promote | Widen | Stay | Hold | RollBack) for _, step in answers)


def test_only_a_pass_or_a_judgement_promotes_and_only_after_the_bake_in_an_open_window(answers):
    promoted = [case for case, step in answers if isinstance(step, Promote)]
    assert promoted
    for phase, finding, judged, holder, when, freeze, switch, lateness in promoted:
        assert finding is Finding.PASS or (judged and finding in (Finding.CONTINUE, Finding.NO_DATA))
        assert phase in BAKED
        assert (when, freeze, switch, lateness) == ("day", "none", "not thrown", "in time")
        assert holder != "a person"


def test_without_a_judgement_no_data_error_beyond_and_both_above_neither_promote_nor_widen(answers):
    holding = (Finding.NO_DATA, Finding.ERROR, Finding.BOTH_ABOVE, None)
    for (_, finding, judged, *_), step in answers:
        if finding in holding and not judged:
            assert not isinstance(step, Promote | Widen)


def test_even_judged_harm_error_beyond_and_both_above_never_go_on(answers):
    for (_, finding, *_), step in answers:
        if finding in (Finding.HARM, Finding.ERROR, Finding.BOTH_ABOVE):
            assert not isinstance(step, Promote | Widen)


def test_harm_and_only_harm_rolls_back_wherever_the_ramp_has_not_ended(answers):
    for (phase, finding, *_), step in answers:
        assert isinstance(step, RollBack) == (finding is Finding.HARM and phase not in OVER)


def test_no_automatic_step_goes_past_a_persons_hold_but_rolling_back_and_narrowing(answers):
    for (phase, finding, _, holder, *_), step in answers:
        if holder == "a person" and phase not in OVER:
            assert isinstance(step, RollBack if finding is Finding.HARM else Hold)
            assert isinstance(step, RollBack) or step.code == "person"


def test_a_hold_never_keeps_a_ramp_from_narrowing(answers):
    narrowed = {case: getattr(step, "narrow_to_stage", None) for case, step in answers}
    for case, stage in narrowed.items():
        phase, finding, judged, holder, *rest = case
        if holder == "a person" and finding is not Finding.HARM:
            assert stage == narrowed[phase, finding, judged, "nobody", *rest]
    assert 2 in narrowed.values()


def test_narrowing_never_names_the_stage_at_which_the_ramp_stands_or_a_wider_one(answers):
    for (phase, *_), step in answers:
        stage = getattr(step, "narrow_to_stage", None)
        assert stage is None or stage < (4 if phase in ("settling, a region waits", "settled") else 3)


def test_a_hold_by_the_clock_changes_no_answer(answers):
    said = dict(answers)
    for (phase, finding, judged, holder, *rest), step in answers:
        if holder == "the clock":
            assert step == said[phase, finding, judged, "nobody", *rest]


def test_what_has_ended_or_settled_stays_so(answers):
    assert all(isinstance(step, Stay) for (phase, *_), step in answers if phase in OVER)


@pytest.mark.parametrize("state", [state for state in RampState if state is not RampState.RAMPING])
@pytest.mark.parametrize("event", steps.EVENTS)
def test_however_a_ramp_has_ended_nothing_moves_it(state, event):
    told = steps.EVENTS[event]
    ramp = replace(steps.PHASES["baked"](told.now), state=state)
    assert isinstance(next_step(ramp, steps.facts_of(told.finding, **told.more), told.now), Stay)


# ---------------------------------------------------------------------------------------------- the fold of findings

FINDINGS = st.sampled_from(Finding)


def worse(one: Finding, other: Finding) -> Finding:
    return max(one, other, key=lambda finding: finding.rank)


@given(FINDINGS, FINDINGS, FINDINGS)
def test_the_worst_of_findings_is_a_semilattice_whose_neutral_element_is_pass(a, b, c):
    assert worse(a, worse(b, c)) == worse(worse(a, b), c)
    assert worse(a, b) == worse(b, a)
    assert worse(a, a) == a
    assert worse(a, Finding.PASS) == a
    assert worse(a, Finding.HARM) is Finding.HARM


BAD = {Finding.PASS: (1, 1), Finding.HARM: (900, 1), Finding.BOTH_ABOVE: (900, 900)}
"""How many of a thousand people of either arm meet an event, so that its limit of 5 % reads so."""
READ = st.lists(st.sampled_from(sorted(BAD)), min_size=1, max_size=5)


def stage_of(found: list[Finding]) -> Finding:
    """Read one stage with a limit for each finding, from counts that leave no doubt."""
    names = [f"event_{place}" for place in range(len(found))]
    slos = tuple(Slo(f"{name}_rate_max", name, LimitKind.RATE, 0.05) for name in names)
    plan = RampPlan((Stage((Clause(50),), 60, slos), Stage((Clause(100),), 0)))
    mine, theirs = ({n: BAD[f][arm] for n, f in zip(names, found, strict=True)} for arm in (0, 1))
    counts = [StageCounts(1, {"eu|everyone": CellCounts(0.5, 1000, 1000, mine, theirs, mine, theirs)})]
    return read_stage(plan, 1, counts, alpha=0.05, beta=0.05, stage_minutes=60.0, now=steps.DAY).finding


@given(READ, READ, st.randoms())
def test_a_stage_is_as_good_as_its_worst_guardrail_in_whatever_order_and_groups_they_are_read(some, others, random):
    together = [*some, *others]
    expected = worse(stage_of(some), stage_of(others))
    assert stage_of(together) == expected
    random.shuffle(together)
    assert stage_of(together) == expected
    assert stage_of([*some, *some]) == stage_of(some)
    assert stage_of([*some, Finding.PASS]) == stage_of(some)
