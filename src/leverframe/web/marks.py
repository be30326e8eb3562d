"""Which colour, shape and word does a state have?

Five colours mean one thing each: running, waiting, refused, thrown, fine. `quiet` is no colour. A mark is
always a shape and a word; the colour only repeats them.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from leverframe.nouns.cab import ItemState, MeetingState
from leverframe.nouns.calendar import DuringRamp
from leverframe.nouns.changes import CloseCode, State
from leverframe.nouns.effects import EffectState
from leverframe.nouns.evidence import Comparison, Finding
from leverframe.nouns.exercises import ExerciseState, GameDayState
from leverframe.nouns.pull_requests import CheckState, Opinion, Reviewer
from leverframe.nouns.ramps import RampState
from leverframe.nouns.staging import StagingState
from leverframe.nouns.verdicts import Mode, Outcome, Verdict
from leverframe.rules.exercising import Freshness

SHAPES = {
    "running": '<path d="M3 1.5 10.5 6 3 10.5Z" fill="currentColor"/>',
    "waiting": '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M6 3.4V6l1.9 1.3" fill="none" stroke="currentColor" stroke-width="1.4"/>',
    "refused": '<path d="M4 1h4l3 3v4l-3 3H4L1 8V4Z" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    '<path d="m4.2 4.2 3.6 3.6m0-3.6L4.2 7.8" stroke="currentColor" stroke-width="1.4"/>',
    "thrown": '<path d="M1 2h10L6 11Z" fill="currentColor"/>',
    "fine": '<path d="m1.8 6.4 2.8 3L10.2 2.8" fill="none" stroke="currentColor" stroke-width="1.9"/>',
    "quiet": '<path d="M2.5 6h7" stroke="currentColor" stroke-width="1.6"/>',
}

WORDS: dict[Any, tuple[str, str]] = {
    State.DRAFT: ("quiet", "draft"),
    State.ASSESS: ("waiting", "assess"),
    State.AUTHORIZE: ("waiting", "authorize"),
    State.SCHEDULED: ("waiting", "scheduled"),
    State.IMPLEMENT: ("running", "implement"),
    State.REVIEW: ("waiting", "review"),
    State.CLOSED: ("fine", "closed"),
    State.CANCELED: ("quiet", "canceled"),
    RampState.RAMPING: ("running", "ramping"),
    RampState.SETTLED: ("fine", "settled"),
    RampState.ROLLED_BACK: ("refused", "rolled back"),
    RampState.ABORTED: ("refused", "aborted"),
    Finding.PASS: ("fine", "pass"),
    Finding.CONTINUE: ("running", "continue"),
    Finding.NO_DATA: ("waiting", "no data"),
    Finding.BOTH_ABOVE: ("waiting", "both are above"),
    Finding.ERROR: ("refused", "error"),
    Finding.HARM: ("refused", "harm"),
    Comparison.BETTER: ("fine", "better"),
    Comparison.WORSE: ("refused", "worse"),
    Comparison.UNCHANGED: ("quiet", "unchanged"),
    Comparison.NOT_COMPARABLE: ("waiting", "not comparable"),
    Outcome.MET: ("fine", "met"),
    Outcome.NOT_MET: ("refused", "not met"),
    Outcome.NOT_NEEDED: ("quiet", "not needed"),
    Outcome.BYPASSED: ("thrown", "bypassed"),
    Mode.ENFORCE: ("fine", "enforce"),
    Mode.ADVISE: ("waiting", "advise"),
    DuringRamp.HOLD: ("waiting", "hold"),
    DuringRamp.NARROW: ("waiting", "narrow"),
}
FREEZES: dict[str, tuple[str, str]] = {
    "holds": ("refused", "holds"),
    "ahead": ("waiting", "ahead"),
    "over": ("quiet", "over"),
    "lifted": ("quiet", "lifted"),
}
CLOSED_AS: dict[str, tuple[str, str]] = {
    CloseCode.SUCCESSFUL: ("fine", "successful"),
    CloseCode.SUCCESSFUL_WITH_ISSUES: ("waiting", "successful with issues"),
    CloseCode.UNSUCCESSFUL: ("refused", "unsuccessful"),
    CloseCode.ROLLED_BACK: ("refused", "rolled back"),
    CloseCode.ABORTED: ("refused", "aborted"),
    CloseCode.WENT_BACK: ("refused", "went back"),
}
CAB: dict[str, tuple[str, str]] = {
    MeetingState.PENDING: ("waiting", "pending"),
    MeetingState.IN_PROGRESS: ("running", "in progress"),
    MeetingState.COMPLETE: ("fine", "complete"),
    MeetingState.CANCELED: ("quiet", "canceled"),
    ItemState.WAITING: ("waiting", "waiting"),
    ItemState.IN_DISCUSSION: ("running", "in discussion"),
    ItemState.APPROVED: ("fine", "approved"),
    ItemState.SENT_BACK: ("refused", "sent back"),
    ItemState.PASSED_ON: ("fine", "passed on"),
    ItemState.CARRIED_OVER: ("waiting", "carried over"),
}
STAGED: dict[str, tuple[str, str]] = {
    StagingState.DEPLOYED: ("fine", "deployed"),
    StagingState.ROLLED_BACK: ("refused", "rolled back"),
}
CHECKED: dict[str, tuple[str, str]] = {
    CheckState.PASSED: ("fine", "passed"),
    CheckState.FAILED: ("refused", "failed"),
    CheckState.RUNNING: ("running", "running"),
    CheckState.SKIPPED: ("waiting", "skipped"),
}
EFFECTS: dict[str, tuple[str, str]] = {
    EffectState.WAITING: ("waiting", "not shown yet"),
    EffectState.PROVEN: ("fine", "proven"),
    EffectState.MISSING: ("refused", "missing"),
    EffectState.UNPROVEN: ("quiet", "not shown"),
    EffectState.OVERTAKEN: ("quiet", "overtaken"),
}
EXERCISES: dict[str, tuple[str, str]] = {
    GameDayState.RUNNING: ("running", "running"),
    GameDayState.PAUSED: ("waiting", "paused"),
    GameDayState.DONE: ("fine", "done"),
    GameDayState.ABORTED: ("refused", "aborted"),
    ExerciseState.WAITING: ("quiet", "waits its turn"),
    ExerciseState.THROWN: ("thrown", "thrown on its slice"),
    ExerciseState.PASSED: ("fine", "passed"),
    ExerciseState.FAILED: ("refused", "failed"),
    ExerciseState.INTERRUPTED: ("waiting", "interrupted"),
    Freshness.FRESH: ("fine", "fresh"),
    Freshness.DUE: ("waiting", "due"),
    Freshness.RED: ("refused", "red"),
    Freshness.NEVER: ("refused", "never"),
}
"""Of game days and their exercises; an aborted one is one entry with that of a game day."""


def mark(kind: str, word: str) -> Markup:
    """Draw a state: its shape and its word, in its colour."""
    return Markup('<span class="mark {}">{}{}</span>').format(kind, shape(kind), word)


def shape(kind: str) -> Markup:
    """Draw a state's shape alone; a word must stand beside it."""
    return Markup(
        f'<svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{SHAPES[kind]}</svg>'
    )


def state_mark(state: Any) -> Markup:
    """Draw the mark of a change's state, a ramp's, a finding, a comparison, an outcome or a mode."""
    kind, word = WORDS[state]
    return mark(kind, word)


def freeze_mark(state: str) -> Markup:
    """Draw the mark of a freeze: whether it holds, is ahead, over or lifted."""
    return mark(*FREEZES[state])


def close_mark(code: str) -> Markup:
    """Draw the mark of how a change ended, as its review found it."""
    return mark(*CLOSED_AS[code])


def cab_mark(state: str) -> Markup:
    """Draw the mark of a meeting of the CAB, or of an item on its agenda."""
    return mark(*CAB[state])


def staging_mark(state: str) -> Markup:
    """Draw the mark of what was done on staging."""
    return mark(*STAGED[state])


def check_mark(state: str) -> Markup:
    """Draw the mark of what a check of the pull request said."""
    return mark(*CHECKED[state])


def review_mark(reviewer: Reviewer) -> Markup:
    """Draw the mark of what a reviewer of the code said, and whether it counts."""
    if reviewer.counts:
        return mark("fine", "approved")
    if reviewer.opinion is Opinion.CHANGES_REQUESTED:
        return mark("refused", "asks for changes")
    return mark("quiet", "does not count")


def effect_mark(state: str) -> Markup:
    """Draw the mark of how far it is shown what users get."""
    return mark(*EFFECTS[state])


def exercise_mark(state: str) -> Markup:
    """Draw the mark of a game day's state, of an exercise's, or of how fresh a switch is."""
    return mark(*EXERCISES[state])


def verdict_mark(verdict: Verdict) -> Markup:
    """Draw a requirement's answer; under a gate that only advises, a no is a warning."""
    if verdict.outcome is Outcome.NOT_MET and verdict.mode is Mode.ADVISE:
        return mark("waiting", "advised against")
    return state_mark(verdict.outcome)


def opening_mark(opening: Any) -> Markup:
    """Draw whether traffic may widen now: open, closed, or frozen."""
    if opening.is_open:
        return mark("fine", "open")
    return mark("refused", "frozen") if opening.freeze else mark("waiting", "closed")


def switch_mark(thrown: bool) -> Markup:
    """Draw a switch's state in the glossary's words."""
    return mark("thrown", "thrown") if thrown else mark("fine", "set")


def digest_mark(digest: str) -> Markup:
    """Show a digest's first twelve figures, all of it on hover."""
    return Markup('<code title="{}">{}</code>').format(escape(digest), digest.removeprefix("sha256:")[:12])
