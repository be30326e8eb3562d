"""Does every state have a colour, a shape and a word of its own?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from leverframe.nouns.calendar import DuringRamp
from leverframe.nouns.changes import CloseCode, State
from leverframe.nouns.effects import EffectState
from leverframe.nouns.evidence import Comparison, Finding
from leverframe.nouns.exercises import ExerciseState, GameDayState
from leverframe.nouns.pull_requests import CheckState, Opinion, Reviewer
from leverframe.nouns.ramps import RampState
from leverframe.nouns.staging import StagingState
from leverframe.nouns.verdicts import Mode, Outcome
from leverframe.rules.exercising import Freshness
from leverframe.web.marks import (
    CHECKED,
    CLOSED_AS,
    EFFECTS,
    EXERCISES,
    SHAPES,
    STAGED,
    WORDS,
    check_mark,
    close_mark,
    effect_mark,
    exercise_mark,
    mark,
    review_mark,
    staging_mark,
    state_mark,
)

ENUMS = (State, RampState, Finding, Comparison, Outcome, Mode, DuringRamp)


@pytest.mark.parametrize("state", [member for enum in ENUMS for member in enum], ids=repr)
def test_every_state_has_a_mark_with_a_shape_and_a_word(state):
    kind, word = WORDS[state]
    assert kind in SHAPES
    assert word in state_mark(state)
    assert "<svg" in state_mark(state)


def test_every_end_of_a_change_has_a_mark_with_a_shape_and_a_word():
    assert set(CLOSED_AS) == set(CloseCode)
    for code, (kind, word) in CLOSED_AS.items():
        assert word in close_mark(code)
        assert SHAPES[kind] in close_mark(code)


def test_what_was_done_on_staging_has_a_mark_with_a_shape_and_a_word():
    assert set(STAGED) == set(StagingState)
    for state, (kind, word) in STAGED.items():
        assert word in staging_mark(state)
        assert SHAPES[kind] in staging_mark(state)


def test_what_a_check_a_reviewer_and_an_effect_say_has_a_mark_with_a_shape_and_a_word():
    assert set(CHECKED) == set(CheckState)
    assert set(EFFECTS) == set(EffectState)
    for state, (kind, word) in EFFECTS.items():
        assert word in effect_mark(state)
        assert SHAPES[kind] in effect_mark(state)
    for state, (kind, word) in CHECKED.items():
        assert word in check_mark(state)
        assert SHAPES[kind] in check_mark(state)
    reviewer = Reviewer("cleo-acme", "cleo", Opinion.APPROVED, True, "")
    assert "approved" in review_mark(reviewer)
    assert "does not count" in review_mark(replace(reviewer, counts=False))
    assert "asks for changes" in review_mark(replace(reviewer, opinion=Opinion.CHANGES_REQUESTED, counts=False))


@pytest.mark.parametrize(
    "state", [member for enum in (GameDayState, ExerciseState, Freshness) for member in enum], ids=repr
)
def test_every_state_of_an_exercise_has_a_mark_with_a_shape_and_a_word(state):
    kind, word = EXERCISES[state]
    assert word in exercise_mark(state)
    assert SHAPES[kind] in exercise_mark(state)


def test_no_two_states_share_one_entry():
    assert len(WORDS) == sum(len(enum) for enum in ENUMS)


def test_no_two_colours_share_a_shape():
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_a_marks_word_is_never_read_as_markup():
    assert "<b>" not in mark("fine", "<b>")
