# ruff: noqa: DTZ001, E501 (wall times stand in a policy without a zone; sample rows read best on one line)
"""What does each page look like with a day of work on it?

Sample views for the tests and for looking: `python tests/web/gallery.py DIR` writes each page as a file.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace as View

import gallery_break_glass
import gallery_cab
import gallery_field_guide
import gallery_field_reviews
import gallery_freezes
import gallery_planning
import gallery_population
import gallery_rotas
from gallery_after import POLICY_TO_SIGN, REVIEW, review_facts, samples, wait_groups

from leverframe.actions.break_glass import NO_GLASS
from leverframe.actions.cab_views import CabNotes
from leverframe.actions.handovers import BridgeView
from leverframe.nouns.audit import Checkpoint, Entry
from leverframe.nouns.baselines import Baseline
from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope, Window
from leverframe.nouns.changes import BlastRadius, Change, Kind, Provenance, StartWindow, State
from leverframe.nouns.changes import Path as ChangePath
from leverframe.nouns.effects import Effect, EffectState, SeenEffect, Served
from leverframe.nouns.evidence import (
    CellCounts,
    Comparison,
    EvalDelta,
    Finding,
    PairedCases,
    Reading,
    StageCounts,
    StageReading,
)
from leverframe.nouns.exercises import (
    Answer,
    Asked,
    Exercise,
    ExerciseState,
    FindingCode,
    GameDay,
    GameDayState,
    Phase,
    Proof,
    SliceKind,
)
from leverframe.nouns.exercises import (
    Finding as Found,
)
from leverframe.nouns.follow_ups import FollowUp
from leverframe.nouns.gateways import Gateway, MissingBatches, Receipt, Seen
from leverframe.nouns.growth import Growth, Visit
from leverframe.nouns.handovers import Handover
from leverframe.nouns.minutes import StageMinutes
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import EvalAsk, Policy, Requirement, SwitchRule
from leverframe.nouns.pull_requests import (
    Check,
    CheckState,
    Opinion,
    PullRequest,
    PullState,
    ReadPullRequest,
    Reviewer,
    SeenPullRequest,
)
from leverframe.nouns.ramps import (
    Clause,
    Floor,
    HoldRow,
    LimitKind,
    Ramp,
    RampPlan,
    RampState,
    Slo,
    Stage,
    Stay,
)
from leverframe.nouns.recordings import EarlierRamp, Recorded
from leverframe.nouns.replays import Difference, Differs, Earlier, Replay, ReplayedStep, RuleAnswer
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.spent_time import SpentPart, SpentTime
from leverframe.nouns.staging import StagingRecord, StagingState
from leverframe.nouns.switch_files import Behind, Drift, Drifted, FileCommit
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Mode, failed, not_needed, passed
from leverframe.rules.evidence.looks import look_at
from leverframe.rules.evidence.means import with_minute
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.exercising import freshness
from leverframe.rules.growth import grown, moments_of
from leverframe.rules.prospects import Prospect
from leverframe.rules.readings import read_stage
from leverframe.rules.rehearsed_months import Difference as Differing
from leverframe.rules.rehearsed_months import Evidence, Month, Reached, Row, Went, differs, totals
from leverframe.rules.rehearsed_months import Kind as DifferenceKind
from leverframe.rules.rehearsed_people import Harm
from leverframe.rules.rehearsing import Rehearsal
from leverframe.rules.slices import locales_of, slices_of
from leverframe.web.problems import Problem
from leverframe.web.rendering import Reader, page

ZONE = "Europe/London"


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of May 2026 in London's summer."""
    return datetime(2026, 5, day, hour - 1, minute, second, tzinfo=UTC)


NOW = at(13, 12, 20)
CAST = ("ana", "remi", "rita", "sol", "sam", "cass", "cleo", "adi", "vic")
REMI = Actor(ActorKind.PERSON, "remi", frozenset({"release-management"}), frozenset({"release_manager"}))
READER = Reader(NOW, ZONE, REMI, "c5rf", solo=False, demo_people=(), organisation="Acme Assurance")
DEMO = Reader(NOW, ZONE, REMI, "c5rf", solo=True, demo_people=CAST, organisation="Acme Assurance")
WITHHELD = replace(
    READER, withheld="no table goes out: a gateway has obeyed a newer one; an administrator confirms it"
)
NOBODY = Reader(NOW, ZONE, None, "c5rf")

DIGEST = "sha256:9f2c1e77ab30d51c44f0a6b8c2d9e3f1507a8b6c9d0e1f2a3b4c5d6e7f809112"
OTHER = "sha256:41d7c0aa6be15f03e88c92b7d4a1f6053c7e9b2d8a4f1c6e0b5d3a7f92c8e614"


def slos(*pairs: tuple[str, str, LimitKind, float, float]) -> tuple[Slo, ...]:
    return tuple(Slo(*pair) for pair in pairs)


RATES = slos(
    ("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, 4500),
    ("error_rate_max", "error", LimitKind.RATE, 0.01, 0),
    ("feedback_negative_rate_max", "feedback_negative", LimitKind.RATE, 0.05, 0),
)
PLAN = RampPlan(
    (
        Stage((Clause(1),), 30, RATES, (), 480),
        Stage((Clause(10),), 240, RATES, (Floor("feedback_negative", 3.0),), 2880),
        Stage((Clause(50),), 1440, RATES, (Floor("feedback_negative", 2.0),), 4320),
        Stage((Clause(100),), 0),
    ),
    template="rollouts/customer-support",
)
SCORED = replace(
    PLAN.stages[1],
    slos=(
        *RATES[1:2],
        Slo("eval_groundedness_drift_max", "groundedness", LimitKind.FALL, 0.04, bounds=(0.0, 1.0)),
        Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.014),
        Slo("fairness_locale_delta_max", "fairness_locale_delta", LimitKind.FALL, 0.04, bounds=(0.0, 1.0)),
    ),
)
"""The stage whose evidence over time is shown: with a limit of each kind."""
CURRENT = Unit("support-answer@41", "anthropic.claude-sonnet-4-5", "kb-2026-04", "3f9a1c2", "sha256:aa11bb22cc33")
CANDIDATE = Unit("support-answer@42", "anthropic.claude-sonnet-4-5", "kb-2026-04", "3f9a1c2", "sha256:aa11bb22cc33")
CHANGE = Change(
    id="CHG-2026-00012",
    title="Answer questions on the Harbour product line",
    kind=Kind.PROMPT,
    tier=Tier.MEDIUM,
    path=ChangePath.NORMAL,
    author="ana",
    targets=("customer-support",),
    current={"customer-support": CURRENT},
    candidate={"customer-support": CANDIDATE},
    plan=PLAN,
    blast_radius=BlastRadius(4_000_000, ("uk",), 50),
    rollback_plan="Abort the ramp in Leverframe; all gateways serve support-answer@41 within a second. Check the "
    "answers to the three probe questions. Tell #support-ops.",
    kill_switch="feature/customer-support",
    artefacts={
        "pull_request": "https://git.acme.example/support/prompts/pull/912",
        "model_card": "https://cards.acme.example/sonnet",
    },
    start=StartWindow(at(13, 10), at(13, 16), at(21, 16)),
    filed_at=at(12, 9, 12),
    state=State.IMPLEMENT,
    release_manager="remi",
    coordinator="cass",
    bridge="https://meet.acme.example/release",
    paging=("sol", "ai-feature-on-call"),
    version=7,
)
FILED = Change(
    **{
        **{name: getattr(CHANGE, name) for name in CHANGE.__dataclass_fields__},
        "id": "CHG-2026-00015",
        "title": "Move underwriting to the larger model",
        "kind": Kind.MODEL_SWAP,
        "tier": Tier.HIGH,
        "state": State.ASSESS,
        "targets": ("underwriting-decision-v2",),
        "current": {"underwriting-decision-v2": CURRENT},
        "candidate": {"underwriting-decision-v2": Unit("uw@7", "openai.gpt-5-2026-02", "", "88aa1c2", "")},
    }
)


def step(moment: datetime, stage: int, share: float, because: str) -> View:
    return View(at=moment, stage=stage, share_percent=share, regions=("uk",), because=because)


def row(moment: datetime, kind: str, stage: int, share: float, by: str, because: str) -> View:
    return View(at=moment, kind=kind, stage=stage, share_percent=share, regions=("uk",), by=by, because=because)


STEPS = (
    row(at(13, 10), "started", 1, 1, "clock", "the start window is open and every requirement is met"),
    row(
        at(13, 10, 30),
        "promoted",
        2,
        10,
        "clock",
        "30 min of bake are over; this stage has no floor, so they prove nothing",
    ),
)
P50 = (
    step(at(13, 10), 1, 1, "the window opens"),
    step(at(13, 10, 30), 2, 10, "bake is over"),
    step(at(13, 14, 30), 3, 50, "below 3x at this traffic"),
    step(at(14, 14, 30), 4, 100, "below 2x at this traffic"),
)
P90 = (
    step(at(13, 10), 1, 1, "the window opens"),
    step(at(13, 10, 30), 2, 10, "bake is over"),
    step(at(13, 15, 20), 3, 50, "below 3x at the slow traffic"),
    step(at(14, 15, 40), 4, 100, "below 2x at the slow traffic"),
)
FORECAST = View(
    p50=P50,
    p90=P90,
    settles_p50=P50[-1].at,
    settles_p90=P90[-1].at,
    verdicts=(),
    text="Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%",
)
WEEKEND = View(
    p50=(
        step(at(14, 10), 1, 1, "the window opens"),
        step(at(14, 10, 30), 2, 10, "bake is over"),
        step(at(19, 10), 3, 50, "the weekend is closed and 50 % may not sit over it"),
        step(at(20, 10), 4, 100, "below 2x at this traffic"),
    ),
    p90=(
        step(at(14, 10), 1, 1, "the window opens"),
        step(at(14, 10, 30), 2, 10, "bake is over"),
        step(at(19, 11, 40), 3, 50, "below 3x at the slow traffic"),
        step(at(20, 15, 10), 4, 100, "below 2x at the slow traffic"),
    ),
    settles_p50=at(20, 10),
    settles_p90=at(20, 15, 10),
    verdicts=(),
    text="Thu 10:00 1%, Thu 10:30 10%, Tue 10:00 50%, Wed 10:00 100%",
)
WINDOWS = tuple((at(day, 10), at(day, 16)) for day in (12, 13, 14, 19, 20, 21, 26, 27, 28))
FREEZES = ((at(22, 0 + 1), at(26, 1), "spring bank holiday"),)


READINGS = StageReading(
    Finding.CONTINUE,
    "1 of 1 floor is not ruled out yet; nothing shows harm",
    (
        Reading(
            "feedback_negative",
            Finding.CONTINUE,
            "fewer than 3.4 times as many people gave a thumb down; below 3x is asked",
            True,
            3.0,
            1.08,
            3.41,
            34,
            0.8,
            1600,
            184,
            1655,
            7,
            58,
        ),
        Reading(
            "error",
            Finding.PASS,
            "at most 0.9 % of first calls failed; the limit is 1 %",
            False,
            None,
            0.9,
            4.6,
            None,
            0.4,
            1600,
            184,
            1655,
            1,
            10,
            0.01,
        ),
        Reading(
            "slow",
            Finding.PASS,
            "no sign of more slow calls than the limit of 5 % allows",
            False,
            None,
            1.31,
            2.2,
            None,
            1.7,
            1600,
            184,
            1655,
            9,
            62,
            0.05,
        ),
        Reading(
            "groundedness",
            Finding.NO_DATA,
            "no score has come in yet in this stage",
            False,
            None,
            None,
            None,
            None,
            1.0,
            0.0,
            0,
            0,
            0,
            0,
            0.03,
        ),
    ),
    at(13, 12, 19),
)
RAMP = Ramp(
    "CHG-2026-00012",
    "customer-support",
    RampState.RAMPING,
    2,
    at(13, 10),
    at(13, 10, 30),
    "salt",
    {"uk": at(13, 10, 30)},
)
HELD = Ramp(
    "CHG-2026-00012", "customer-support", RampState.RAMPING, 2, at(13, 10), at(13, 10, 30), "salt", {"uk": at(13, 10, 30)},
    HoldRow("sol", "person", "two customers write of odd greetings; looking", at(13, 12, 2)),
)  # fmt: skip


def entries() -> tuple[Entry, ...]:
    return (
        Entry(
            at(13, 10, 30),
            "clock",
            "",
            "ramp.promoted",
            "CHG-2026-00012",
            "30 min of bake are over",
            {"stage": 2, "share_percent": 10},
            DIGEST,
            61,
            60,
        ),
        Entry(
            at(13, 10),
            "clock",
            "",
            "ramp.started",
            "CHG-2026-00012",
            "the start window is open and every requirement is met",
            {"regions": ["uk"]},
            DIGEST,
            58,
            57,
        ),
        Entry(
            at(12, 10, 8),
            "remi",
            "release_manager",
            "change.scheduled",
            "CHG-2026-00012",
            "armed for Wed 13 May 10:00 BST",
            {},
            DIGEST,
            44,
            43,
        ),
        Entry(
            at(12, 10, 7),
            "cleo",
            "cab_engineer",
            "change.signed",
            "CHG-2026-00012",
            "complete; the way back is tested",
            {},
            DIGEST,
            43,
            42,
        ),
        Entry(
            at(12, 9, 12),
            "ana",
            "author",
            "change.filed",
            "CHG-2026-00012",
            "new product line",
            {"tier": "medium"},
            DIGEST,
            31,
            None,
        ),
    )


REQUIREMENTS = (
    passed("complete", "all 11 fields that a medium prompt change needs are filled"),
    passed("segregation", "ana wrote it; others sign and run it"),
    passed("sign_offs", "signed by cass, cleo (CAB engineer) and remi (release manager)"),
    passed("evals", "production, adversarial, locale-fairness: 9 metrics, none worse than allowed"),
    passed("window", "the release window is open until 16:00 BST"),
    passed("freeze", "no freeze is in force"),
    passed("rollback_plan", "the plan has 3 steps"),
    passed("kill_switch", "feature/customer-support is set; users would get help-centre-search"),
    passed("blast_radius", "4,000,000 users in uk, at most 50 % before settlement"),
    passed("one_ramp", "no other change ramps on customer-support"),
    not_needed("irreversible", "a prompt change can be taken back whole"),
)
UNMET = (
    failed("sign_offs", "CHG-2026-00015 needs sign-offs: 1 of 2 CAB engineers, AI Risk", remedy="ask cleo, rita", who="cleo, rita"),
    failed("evals", "adversarial is missing for openai.gpt-5-2026-02; refusal correctness fell by 0.021, at most 0.010 is allowed",
           remedy="run adversarial and send its file; mend the prompt", who="ana"),
    failed("window", "it is outside the release window", remedy="the next window opens Thu 14 May 10:00 BST", who="the clock"),
    failed("segregation", "remi is author and release manager of a High change", remedy="name another release manager", who="release manager").advised(),
    *REQUIREMENTS[4:],
)  # fmt: skip

DELTAS = (
    EvalDelta(
        "production",
        "groundedness",
        "",
        200,
        0.913,
        0.902,
        -0.008,
        0.030,
        Comparison.UNCHANGED,
        "zero lies inside the interval",
        tool="promptfoo",
    ),
    EvalDelta(
        "production",
        "refusal_correctness",
        "",
        200,
        0.965,
        0.965,
        -0.021,
        0.021,
        Comparison.UNCHANGED,
        "the same on 193 of 200 cases",
        tool="promptfoo",
    ),
    EvalDelta(
        "locale-fairness",
        "groundedness",
        "de-DE",
        120,
        0.921,
        0.894,
        0.004,
        0.050,
        Comparison.BETTER,
        "the whole interval is above zero",
        paired=PairedCases(120, 16, 4, 0.0118, True, only_candidate=2),
        tool="promptfoo",
    ),
    EvalDelta(
        "adversarial",
        "jailbreak_resistance",
        "",
        80,
        0.975,
        None,
        None,
        None,
        Comparison.NOT_COMPARABLE,
        "the deployed unit was never tested on this suite",
        tool="inspect",
    ),
)
RUN = "https://ci.acme.example/support/runs/81"
STAGED = (
    StagingRecord(StagingState.ROLLED_BACK, at(12, 9, 20), "ana", "groundedness fell by a tenth", OTHER, RUN, earlier=True),
    StagingRecord(StagingState.DEPLOYED, at(12, 9, 50), "ana", "the pipeline has built v8", DIGEST, RUN),
    StagingRecord(StagingState.ROLLED_BACK, at(12, 9, 58), "ana", "the evidence was refused", DIGEST),
)  # fmt: skip
YES = passed("may", "remi manages releases")


def fields() -> tuple[tuple[str, object, Provenance | None], ...]:
    auto = Provenance("auto", "the catalog")
    return (
        ("tier", Tier.MEDIUM, auto),
        ("candidate", CHANGE.candidate, Provenance("ana", at=at(12, 9, 12))),
        ("rollback_plan", CHANGE.rollback_plan, Provenance("remi", at=at(12, 9, 40), reviewed_by="cass")),
        ("kill_switch", "feature/customer-support", Provenance("auto", "the target", reviewed_by="remi")),
        ("blast_radius", CHANGE.blast_radius, auto),
        ("start", CHANGE.start, Provenance("ana", at=at(12, 9, 12))),
        ("bridge", "https://meet.acme.example/release", None),
        ("paging", ("sol", "ai-feature-on-call"), auto),
        ("coordinator", "", None),
        ("artefacts", CHANGE.artefacts, Provenance("ana", at=at(12, 9, 12))),
    )


def cell_after(minutes: float, harm: float) -> CellCounts:
    """Count 30 people a minute, whose trouble comes in waves that have nothing of chance."""
    people, wave = 30.0 * minutes, 1.0 + 0.35 * math.sin(minutes / 7.0)
    candidate, control = round(0.1 * people), round(0.9 * people)

    def met(rate: float, units: int, by: float) -> int:
        return round(rate * units * by)

    rates = {"feedback_negative": 0.041, "error": 0.004, "slow": 0.031}
    mine = {name: met(rate, candidate, harm * wave) for name, rate in rates.items()}
    theirs = {name: met(rate, control, 1.0) for name, rate in rates.items()}
    ours, others = (dict.fromkeys(USUAL, (units, 0.0, 0.0)) for units in (candidate, control))
    return CellCounts(0.1, candidate, control, mine, theirs, mine, theirs, ours, others)


USUAL = {"cost_usd": 0.0119, "groundedness": 0.91, "groundedness@en-GB": 0.92, "groundedness@ga-IE": 0.88}


def scored_minute(minute: int, harm: float) -> dict[str, CellCounts]:
    """Score a few answers in a minute; what harms lowers them, in Irish most."""
    wave = math.sin(minute * 2.4) + 0.6 * math.sin(minute * 1.1)
    lost = {"cost_usd": -0.0004, "groundedness": 0.03 * (harm - 0.7), "groundedness@ga-IE": 0.05 * (harm - 0.3)}
    mine = {name: 3 * (usual - lost.get(name, 0.0) + 0.06 * usual * wave) for name, usual in USUAL.items()}
    theirs = {name: 27 * usual * (1 + 0.01 * math.cos(minute * 1.7)) for name, usual in USUAL.items()}
    sums = [
        {name: (n, total, total * total / n) for name, total in arm.items()} for n, arm in ((3, mine), (27, theirs))
    ]
    return {"uk|everyone": CellCounts(0.1, 3, 27, candidate_sums=sums[0], control_sums=sums[1])}


def scored_until(minute: int, harm: float) -> dict[str, CellCounts]:
    """Add up what was scored in all minutes by one."""
    minutes = [scored_minute(each, harm)["uk|everyone"] for each in range(minute + 1)]

    def added(arm: str) -> dict[str, tuple[int, float, float]]:
        rows = {name: [getattr(each, arm)[name] for each in minutes] for name in USUAL}
        return {name: (sum(n for n, _, _ in of), sum(t for _, t, _ in of), 0.0) for name, of in rows.items()}

    return {
        "uk|everyone": CellCounts(0.1, candidate_sums=added("candidate_sums"), control_sums=added("control_sums"))
    }


BASELINES = (
    Baseline("groundedness", "production", 0.87, 412, 0.9, 0.004, 0.91, 0.01, 400, True, Comparison.WORSE,
             "groundedness is 0.87 on live calls, 0.91 ± 0.01 in staging (suite production): 0.04 lower than staging promised"),
    Baseline("groundedness@ga-IE", "locale-fairness", 0.88, 96, 0.88, None, 0.88, 0.02, 120, True, Comparison.UNCHANGED,
             "groundedness in ga-IE is 0.88 on live calls, 0.88 ± 0.02 in staging (suite locale-fairness): as staging promised"),
)  # fmt: skip


def growth_view(harm: float = 0.95, stage: int = 2) -> Growth:
    """Read the second stage from its beginning until now."""
    visit = Visit(2, 10.0, at(13, 10, 30), None)
    first = Visit(1, 1.0, at(13, 10), at(13, 10, 30))
    looks, cells, means, told = {}, {}, {}, 0
    plan = replace(PLAN, stages=(PLAN.stages[0], SCORED, *PLAN.stages[2:]))
    for moment in moments_of(visit.since, NOW):
        minutes = (moment - visit.since).total_seconds() / 60
        cells = {"uk|everyone": cell_after(minutes, harm), "uk|partners": cell_after(minutes / 4, harm * 1.7)}
        cells |= {
            "ie|everyone": cell_after(minutes / 3, harm * 0.6),
            "ie|everyone|testers": cell_after(minutes / 9, 1.0),
        }
        for minute in range(told, told := max(told, int(minutes) - 2)):
            means = with_minute(means, scored_minute(minute, harm), SCORED)
        counts = [StageCounts(2, cells, minutes=StageMinutes(means=means))]
        look = look_at(plan, stage, counts, 0.05, 0.05, minutes)
        read = read_stage(plan, stage, counts, alpha=0.05, beta=0.05, stage_minutes=minutes, now=moment)
        looks[moment] = look, read
    slices = slices_of(cells, ("feedback_negative", "slow"), alpha=0.05, beta=0.05)
    locales = locales_of([scored_until(minute, harm) for minute in range(2, told, 3)], 0.05)
    return Growth(CHANGE.id, visit, grown(looks), (first, visit), ZONE, slices, locales)


PROSPECTS = (
    Prospect(1, 1, 30, "feedback_negative", None, "30 minutes at 1 % can rule out 2.2 times as many people who meet "
             "negative feedback (nine times in ten 3.1 times)", 750, 2.19, 3.06, 1.78, 1.79, 2.34),
    Prospect(2, 10, 240, "feedback_negative", 3.0, "4 hours at 10 % can rule out 1.1 times as many", 6000, 1.11, 1.18,
             1.08, 1.08, 1.16, 2, 5),
    Prospect(3, 50, 1440, "slow", None, "how often people meet a slow answer is not known yet"),
)  # fmt: skip


def played(ended: str, minutes: float, guardrail: str = "") -> Rehearsal:
    return Rehearsal(ended, at(13, 10), minutes, 2, "because", (), guardrail, round(40 * minutes), minutes / 10)


def rehearsal_view(**more: object) -> View:
    base = {
        "change": CHANGE, "traffic": Traffic({10: 500.0}, {"feedback_negative": 0.05}), "prospects": PROSPECTS,
        "forecast": FORECAST, "harm": Harm("feedback_negative", 2.0), "unknown": (), "counted": (), "recorded": None,
        "earlier": (),
        "harmless": (*(played("settled", 1710) for _ in range(18)), played("rolled_back", 410, "feedback_negative"),
                     played("stands", 2900)),
        "harmful": tuple(played("rolled_back", 20 + 7 * (n % 6), "feedback_negative") for n in range(20)),
    }  # fmt: skip
    return View(**{**base, **more})


def recorded_rehearsal_view() -> View:
    """Runs on the minutes of an earlier ramp, of which a day was recorded."""
    earlier = tuple(
        EarlierRamp(f"CHG-2026-0{4790 - 31 * n}", at(12 - 3 * n, 10), at(12 - 3 * n, 16), state)
        for n, state in enumerate(("settled", "rolled_back", "settled"))
    )
    counted = (
        *(played("settled", 1710) for _ in range(13)),
        *(played("rolled_back", 300 + 20 * n, "error") for n in range(7)),
    )
    return rehearsal_view(
        counted=counted, earlier=earlier, recorded=Recorded("CHG-2026-04790", at(12, 10), 1710, 412_608.0)
    )  # fmt: skip


def gone(ended: str, day: int, hours: float, guardrail: str = "", by: str = "") -> Went:
    """A ramp, or what would be one, that began at ten on a day of May and ended after so many hours."""
    began = at(day, 10)
    reached = (Reached(began, 1, 1.0), Reached(began + timedelta(minutes=30), 2, 10.0))
    return Went(ended, began, began + timedelta(hours=hours), hours * 60, reached, guardrail, "because", by)


def month_view(**more: object) -> View:
    """A month under an edit: some as it was, some sooner and later, one that ends otherwise, one not played."""
    told = (
        (gone("settled", 5, 28.5), gone("settled", 5, 28.5), 0.0, ()),
        (gone("rolled_back", 6, 1.07, "error"), gone("rolled_back", 6, 0.5, "error"), 0.0, ()),
        (gone("settled", 7, 28.5), gone("settled", 7, 172.5), 38.4, ("the recorded 1 day 4 hours come round again",)),
        (gone("aborted", 12, 6.0, by="sol"), gone("settled", 12, 28.5), 61.0, ()),
        (gone("settled", 13, 30.0), gone("rolled_back", 13, 9.0, "feedback_negative"), 12.0, ()),
        (None, gone("stands", 20, 200.0), 0.0, ("nobody has counted slow: it is taken as never met",)),
    )
    rows = tuple(
        Row(
            f"CHG-2026-000{n:02}", "Answer questions on the Harbour product line", "customer-support",
            Evidence.RECORDED if was else Evidence.SIMULATED, was, would, differs(was, would), 1710 if was else 0, drawn, notes,
        )
        for n, (was, would, drawn, notes) in enumerate(told, start=3)
    )  # fmt: skip
    unplayed = Differing(DifferenceKind.NOT_PLAYED, "not played: nobody knows how many people ask meeting-notes")
    rows += (Row("CHG-2026-00011", "Shorter notes", "meeting-notes", Evidence.NONE, None, None, unplayed),)
    month = Month(
        at(1, 1), at(31, 1), NOW, ZONE, DIGEST, False, len(rows), 0, 2, rows, totals(rows),
        ("Sign-offs and evals are not asked again.", "Two changes of one target are not played against each other."),
    )  # fmt: skip
    return View(**{"begins": date(2026, 5, 1), "month": month, **more})


def replay_view() -> Replay:
    """A ramp that another policy would have gone on with, asked again."""
    began = ReplayedStep(
        at(13, 10), "promoted", 1, 1.0, "clock", "the ramp begins at 1 %: the release window is open",
        not_asked="it began the ramp, on gates and sign-offs that are asked when a ramp starts",
    )  # fmt: skip
    because = "the bake of 30 minutes is over, no guardrail shows harm, and this stage asks for no proof"
    went_on = ReplayedStep(
        at(13, 10, 30), "promoted", 2, 10.0, "clock", because, today=RuleAnswer("promote", because, 2, ("uk", "ie"))
    )
    harm = "2.17 times as many people met negative feedback; the evidence of harm is 62 to 1, and 40 to 1 rolls back"
    stays = RuleAnswer("stay", "the bake of 4 hours ends Wed 13 May 2026 14:30 Europe/London")
    against = "feedback_negative against current"
    differences = (
        Difference(Differs.VERDICT, "step", "roll back", "stay: the bake ends Wed 13 May 2026 14:30"),
        Difference(Differs.NUMBERS, "alpha", "0.05", "0.01"),
        Difference(Differs.NUMBERS, f"{against}: stage 2, share 0.1", "140, 16, 1159, 61", "140, 15, 1159, 61"),
        Difference(Differs.WORDS, "because", harm, stays.because),
    )
    then = RuleAnswer("roll_back", harm, guardrail="feedback_negative")
    back = ReplayedStep(
        at(13, 12, 50), "rolled_back", 2, 0.0, "clock", harm, False, stays, then, differences=differences
    )
    earlier = Earlier(at(13, 12, 41), then, "rolled_back", at(13, 12, 50), True)
    return Replay(CHANGE.id, False, (began, went_on, back), (earlier,), 160, 1, DIGEST, ZONE)


SPENT = SpentTime(
    5_790.0,
    (
        SpentPart("preparing", at(11, 15, 0), at(12, 9, 30), 1_110.0),
        SpentPart("sign-offs", at(12, 9, 30), at(12, 10, 8), 38.0),
        SpentPart("window", at(12, 10, 8), at(13, 10, 0), 1_432.0),
        SpentPart("ramp", at(13, 10, 0), None, 3_210.0),
    ),
    95.0,
)
EFFECT = SeenEffect(
    Effect(
        "CHG-2026-00012",
        "customer-support-ai",
        "settled",
        "customer-support@v8 · openai.gpt-4o-2024-11",
        "customer-support@v7 · openai.gpt-4o-2024-11",
        "1.809",
        at(14, 14, 30),
    ),
    EffectState.MISSING,
    "ap-1 answered with customer-support@v7 · openai.gpt-4o-2024-11 12 s ago, at table 1.808",
    (
        Served("customer-support@v8 · openai.gpt-4o-2024-11", "eu-1", "1.809", at(13, 10, 0), at(14, 14, 41)),
        Served("customer-support@v8 · openai.gpt-4o-2024-11", "us-1", "1.809", at(13, 10, 0), at(14, 14, 41)),
    ),
    (Served("customer-support@v7 · openai.gpt-4o-2024-11", "ap-1", "1.808", at(1, 10, 0), at(14, 14, 40)),),
)
PULL_REQUEST = SeenPullRequest(
    ReadPullRequest(
        PullRequest(
            "https://git.acme.example/support-assistant/pull/1482",
            "8c1f0b7e5a9d24c36e7b1f4d0a2c95836b7ef410",
            PullState.MERGED,
            "ana-acme",
            ("ana-acme",),
            (
                Check("lint", CheckState.PASSED, "https://git.acme.example/support-assistant/actions/runs/5"),
                Check("eval-smoke", CheckState.PASSED, "https://git.acme.example/support-assistant/actions/runs/12"),
                Check("policy-lint", CheckState.RUNNING, "https://git.acme.example/support-assistant/actions/runs/7"),
                Check(
                    "security-scan", CheckState.FAILED, "https://git.acme.example/support-assistant/actions/runs/15"
                ),
                Check("nightly", CheckState.SKIPPED),
            ),
            (),
        ),
        at(12, 8, 40),
        "pipeline",
    ),
    (
        Reviewer("cleo-acme", "cleo", Opinion.APPROVED, True, "cleo has approved 8c1f0b7", ("prompt_reviewer",)),
        Reviewer("cass-acme", "cass", Opinion.APPROVED, False, "cass has read 41be7c2; 8c1f0b7 was pushed since"),
        Reviewer(
            "rita-acme", "rita", Opinion.CHANGES_REQUESTED, False, "rita asks for changes", ("prompt_reviewer",)
        ),
        Reviewer("zed-acme", "", Opinion.APPROVED, False, "zed-acme is nobody in the catalog"),
    ),
    ("eval-smoke", "adversarial", "policy-lint", "security-scan"),
)


BRIDGE = BridgeView(
    (
        Handover(CHANGE.id, "", "remi", at(12, 9, 12), "ana", "named when the ticket was filed"),
        Handover(CHANGE.id, "remi", "cass", at(13, 12), "remi", "my shift ends, and the second stage has baked"),
    ),
    YES,
    YES,
    ("remi", "sol"),
)


def change_view(change: Change = CHANGE, **more: object) -> View:
    signed = (
        SignOff(
            change.id,
            "cass",
            "cab_engineer",
            DIGEST,
            at(12, 10, 5),
            "Complete. The way back was rehearsed in staging.",
        ),
        SignOff(change.id, "cleo", "cab_engineer", DIGEST, at(12, 10, 7)),
        SignOff(
            change.id,
            "remi",
            "release_manager",
            OTHER,
            at(12, 9, 45),
            "",
            at(12, 9, 58),
            "the rollback plan was edited after signing",
        ),
        SignOff(change.id, "remi", "release_manager", DIGEST, at(12, 10, 8)),
    )
    base = {
        "change": change,
        "requirements": REQUIREMENTS,
        "staging": STAGED,
        "field_reviews": (),
        "pull_request": PULL_REQUEST,
        "fields": fields(),
        "sign_offs": signed,
        "seats": (("cab_engineer", 2, ("cass", "cleo"), 0), ("release_manager", 1, ("remi",), 0)),
        "digest": DIGEST,
        "forecast": FORECAST,
        "prospects": PROSPECTS,
        "deltas": DELTAS,
        "ramp": View(ramp=RAMP, plan=PLAN, steps=STEPS, reading=READINGS, next=Stay("", at(13, 14, 30)),
                     next_text="It stays at 10 % until the bake ends 14:30 BST and thumbs down below 3x are proved; then 50 %.", share_percent=10.0, judged_by=(), judged_reading=None, reading_digest=DIGEST, growth=growth_view(), baselines=BASELINES),
        "effect": None,
        "glass": NO_GLASS,
        "debts": (),
        "spent": SPENT,
        "trail": entries(),
        "may": {"hold": YES, "abort": YES, "cancel": failed("cancel", "a ramp is in flight", remedy="abort it first"),
                "way_back": failed("way_back", "nothing has settled", remedy="it may be done from settlement on")},
        "windows_band": WINDOWS,
        "band_region": "uk", "freezes_band": FREEZES,
        "zone": ZONE,
        "cab": CabNotes((), ()),
        "can_sign_as": (),
        "can_judge_as": (),
        "review_facts": None,
        "follow_ups": (),
        "bridge": BRIDGE,
        "needs": None,
        "paging": gallery_rotas.PAGED,
    }  # fmt: skip
    return View(**{**base, **more})


def lines() -> list[View]:
    def line(
        number: int,
        title: str,
        target: str,
        kind: Kind,
        tier: Tier,
        state: State,
        author: str,
        filed: datetime,
        share: float | None,
        waits: str,
    ) -> View:
        return View(id=f"CHG-2026-{number:05}", title=title, target=target, kind=kind, tier=tier, state=state, author=author,
                    filed_at=filed, share_percent=share, waits_for=waits, elapsed_minutes=4_230.0, active_hours=4.5 if share else None)  # fmt: skip

    return [
        line(
            16,
            "Shorter refusals in claims intake",
            "claims-intake",
            Kind.PROMPT,
            Tier.HIGH,
            State.AUTHORIZE,
            "ana",
            at(13, 11, 52),
            None,
            "AI Risk (rita)",
        ),
        line(
            15,
            "Move underwriting to the larger model",
            "underwriting-decision-v2",
            Kind.MODEL_SWAP,
            Tier.HIGH,
            State.ASSESS,
            "ana",
            at(13, 9, 30),
            None,
            "cleo, rita; the adversarial suite",
        ),
        line(
            14,
            "Re-index the policy library for May",
            "policy-search-v1",
            Kind.RETRIEVAL_INDEX,
            Tier.MEDIUM,
            State.SCHEDULED,
            "ben",
            at(12, 16, 5),
            None,
            "the window, Thu 14 May 10:00 BST",
        ),
        line(
            13,
            "Warmer greeting in agent assist",
            "agent-assist",
            Kind.PROMPT,
            Tier.LOW,
            State.REVIEW,
            "cleo",
            at(12, 11, 40),
            0,
            "a change review by Tue 19 May",
        ),
        line(
            12,
            CHANGE.title,
            "customer-support",
            Kind.PROMPT,
            Tier.MEDIUM,
            State.IMPLEMENT,
            "ana",
            at(12, 9, 12),
            10,
            "34 min more to rule out 3x",
        ),
        line(
            11,
            "Raise top_k from 6 to 8",
            "policy-search-v1",
            Kind.CONFIG,
            Tier.MEDIUM,
            State.IMPLEMENT,
            "ben",
            at(12, 9, 2),
            50,
            "bake until Thu 14 May 11:10 BST",
        ),
        line(
            10,
            "Drop the legacy disclaimer",
            "email-drafts",
            Kind.PROMPT,
            Tier.LOW,
            State.CLOSED,
            "ana",
            at(7, 10, 2),
            100,
            "",
        ),
        line(
            9,
            "New extraction schema",
            "claims-intake",
            Kind.SCHEMA,
            Tier.HIGH,
            State.CANCELED,
            "ben",
            at(6, 15, 31),
            None,
            "",
        ),
    ]


def today_view() -> View:
    def opening(
        is_open: bool, because: str, until: datetime | None, opens: datetime | None, zone: str, freeze: str = ""
    ) -> View:
        return View(is_open=is_open, because=because, until=until, next_opening=opens, zone=zone, freeze=freeze)

    return View(
        openings=(
            ("au", opening(False, "standard windows are Tue to Thu, 10:00 to 16:00", None, at(14, 1), "Australia/Sydney")),
            ("eu", opening(True, "standard window, Tue to Thu, 10:00 to 16:00", at(13, 15), None, "Europe/Berlin")),
            ("uk", opening(True, "standard window, Tue to Thu, 10:00 to 16:00", at(13, 16), None, ZONE)),
            ("us", opening(False, "open enrolment is frozen until Mon 18 May", None, at(19, 15), "America/New_York", "open enrolment")),
        ),
        ramps=(
            View(change=CHANGE.id, title=CHANGE.title, target="customer-support", stage=2, stages=4, share_percent=10.0, since=at(13, 10, 30), finding="continue",
                 proved="fewer than 3.4 times as many people gave a thumb down", waits_for="34 min more at this traffic to rule out 3x; bake until 14:30 BST", held=False),
            View(change="CHG-2026-00011", title="Raise top_k from 6 to 8", target="policy-search-v1", stage=3, stages=4, share_percent=50.0, since=at(12, 15, 10), finding="pass",
                 proved="fewer than 1.6 times as many people gave a thumb down", waits_for="bake until Thu 14 May 15:10 BST", held=False),
            View(change="CHG-2026-00008", title="Bilingual summaries", target="meeting-notes", stage=1, stages=4, share_percent=1.0, since=at(13, 10), finding=Finding.NO_DATA,
                 proved="nothing: 30 minutes at 1 % are a smoke test", waits_for="sol, who holds it: odd greetings in two tickets", held=True),
        ),
        my_sign_offs=lines()[:2],
        follow_ups=(
            FollowUp(4, "CHG-2026-00007", "change_review", at(12, 18), "remi", "settled Tue 5 May; a review is due in 5 business days"),
            FollowUp(5, "CHG-2026-00013", "change_review", at(19, 18), "cleo", "aborted Tue 12 May; a review is due in 5 business days"),
        ),
        thrown=(TENANT, THROWN_MODEL),
        alarms=("gateway eu-2 reports and has not applied table 1.811 for 41 s",),
        solo=False,
        next_train=None,
        game_days=(DAY_LINE,),
        waits=wait_groups(),
        my_other_sign_offs=(POLICY_TO_SIGN,),
    )  # fmt: skip


DAY = GameDay("GD-2026-002", "cass", "the quarterly game day", at(13, 11, 40), ("feature/customer-support", "feature/policy-search-v1", "model/openai.gpt-4o-2024-11", "tenant/northwind-health"), SliceKind.SYNTHETIC, 0.0)  # fmt: skip
DAY_LINE = View(day=DAY, switches=4, over=2, failed=1)
NOBODY_ASKS = Asked("feature:customer-support", "leverframe-exercise", "leverframe-exercise", "This is an exercise of a kill switch. Answer in one short sentence.")  # fmt: skip


def answer(gateway: str, phase: Phase, status: int, number: str, after_ms: float, **more: str) -> Answer:
    return Answer(gateway=gateway, phase=phase, status=status, number=number, after_ms=after_ms, **more)


def game_day_view(state: GameDayState = GameDayState.RUNNING, **more: object) -> View:
    served, off = (
        {
            "reason": "current",
            "served": "support-answer@41; anthropic.claude-sonnet-4-5",
            "excerpt": "Yes, I am here.",
        },
        {"reason": "feature_thrown", "fallback": "help-centre-search", "excerpt": "feature-off"},
    )
    exercises = (
        Exercise(
            "GD-2026-002/001",
            DAY.id,
            DAY.switches[0],
            ExerciseState.PASSED,
            NOBODY_ASKS,
            "1.813",
            "1.814",
            at(13, 11, 40),
            at(13, 11, 41),
            38.4,
            "applied by 41 of 41 reporting in 23 ms",
            tuple(
                answer(name, *rest, **says)
                for name in ("uk-1", "ap-1")
                for *rest, says in (
                    (Phase.BEFORE, 200, "1.812", 0.0, served),
                    (Phase.THROWN, 503, "1.813", 38.4, off),
                    (Phase.AFTER, 200, "1.814", 21.0, served),
                )
            ),
        ),
        Exercise(
            "GD-2026-002/002",
            DAY.id,
            DAY.switches[1],
            ExerciseState.FAILED,
            NOBODY_ASKS,
            "1.815",
            "1.816",
            at(13, 11, 41),
            at(13, 11, 42),
            None,
            "applied by 40 of 41 reporting; ap-1/f3 silent since 44 s at 1.809",
            (
                answer("uk-1", Phase.THROWN, 503, "1.815", 41.0, reason="feature_thrown", fallback="an-old-page"),
                answer("ap-1", Phase.THROWN, 0, "", 5000.0, fault="ConnectError: nobody listens"),
            ),
            (
                Found(
                    FindingCode.WRONG_FALLBACK,
                    "users are sent to an-old-page; the switch says keyword-search-v3",
                    "give both the same fallback",
                    "uk-1",
                ),
                Found(
                    FindingCode.UNREACHABLE,
                    "no answer: ConnectError: nobody listens",
                    "mend its address or the gateway",
                    "ap-1",
                ),
            ),
        ),
        Exercise(
            "GD-2026-002/003", DAY.id, DAY.switches[2], ExerciseState.THROWN, NOBODY_ASKS, "1.817", "", at(13, 12, 19)
        ),
        Exercise("GD-2026-002/004", DAY.id, DAY.switches[3]),
    )
    ended = None if state in (GameDayState.RUNNING, GameDayState.PAUSED) else at(13, 12, 20)
    base = {"day": replace(DAY, state=state, ended_at=ended), "exercises": exercises, "over": 2, "may_act": True}
    return View(**{**base, **more})  # fmt: skip


TENANT = Switch(Layer.TENANT, "enterprise-tenant-12891", True, "", "support-engineering", "tenant compliance pause", "sol", at(4, 15, 20),
                "SUP-44012", date(2026, 6, 30), zone="America/Chicago", exercised_on=date(2026, 4, 9), place="gateway-policies/kill-switches.yaml:18")  # fmt: skip
THROWN_MODEL = Switch(
    Layer.MODEL,
    "openai.gpt-4o-2024-11",
    True,
    "anthropic.claude-sonnet-4-5",
    "ai-platform",
    "answers in the wrong language since 11:58 BST",
    "sol",
    at(13, 12, 19),
    exercised_on=date(2026, 4, 9),
)


def switch_line(switch: Switch, exercised: str, **more: object) -> View:
    base = {
        "switch": switch, "fallback_ok": passed("fallback", "the fallback exists and is set"), "exercised_text": exercised,
        "may_throw": True, "may_set": True, "can_set_as": ("release_manager",), "request": None, "expired": False,
        "seats": (), "waits_for": "", "contact": "", "drift": (), "freshness": freshness(switch, NOW.date()), "proof": None,
    }  # fmt: skip
    return View(**{**base, **more})


ASKED_TO_SET = Drifted(
    "model/openai.gpt-4o-2024-11", Drift.ASKED, "set", "thrown",
    "commit 4f0c2d91aa of cass sets it, and a file only throws: it awaits its sign-offs",
    "sign that it is set again: leverframe switch set model/openai.gpt-4o-2024-11 --role ROLE",
)  # fmt: skip
NOT_DONE = Drifted(
    "feature/email-drafts", Drift.REFUSED, "thrown", "set",
    "commit 77aa01b2c3 of vic: vic may not throw a feature kill switch; the policy gives it to feature owner or on-call",
    "ask ana, cleo, sol",
)  # fmt: skip
TO_LOAD = Drifted(
    "feature/agent-assist", Drift.LOAD, "set", "set", "the file names the fallback canned-answers instead of none",
    "review the file and load it: leverframe policy load DIR",
)  # fmt: skip
LATEST = FileCommit(
    "4f0c2d91aa31b7c8d9e0f1a2b3c4d5e6f7081923", at(13, 11, 40), "Cass", "Let the model serve again",
    Behind("cass", "signed with SHA256:ykOB6qsqIi/BUCNBTRIeL+yeNL93BUqaUi8w1c4iOgw"),
)  # fmt: skip


def file_view(**more: object) -> View:
    base = {
        "repository": "/srv/policies.git", "branch": "main", "path": "gateway-policies/kill-switches.yaml",
        "state": "drifted", "because": "the file does not say how the levers stand", "head": LATEST.id, "commit": LATEST,
        "seen_at": at(13, 11, 41), "looked_seconds": 2.4, "failure": "", "failed_at": None, "faults": (),
        "drift": (NOT_DONE, TO_LOAD, ASKED_TO_SET), "writes_back": False, "kept": "",
    }  # fmt: skip
    return View(**{**base, **more})


UNREADABLE = file_view(
    state="unreadable", because="the file cannot be read; nothing of it is acted on, and what was read before stands",
    commit=replace(LATEST, behind=Behind(because="it is not signed, and no push of it was told"), author=""),
    faults=(Fault("gateway-policies/kill-switches.yaml:12", "`enabled` of `claims-intake` is `maybe`, which is neither true nor false.", "Write `true` or `false`."),),
    drift=(), failed_at=at(12, 3, 10), writes_back=True,
)  # fmt: skip
FAILING = file_view(
    state="failing", because="there is no folder /srv/policies.git; name the repository with --switch-repo", drift=(), commit=None, seen_at=None,
    looked_seconds=None, failure="there is no folder /srv/policies.git; name the repository with --switch-repo", failed_at=at(13, 12, 19),
)  # fmt: skip
IN_STEP = file_view(
    state="in_step", because="the file says how the levers stand", drift=(), writes_back=True, commit=replace(LATEST, ours=True),
    kept="the file in the work tree has edits that are not committed",
)  # fmt: skip


ASKED = (("platform_on_call", 1, ("sol",), 0), ("release_manager", 1, (), 1))


def switches_view(receipt: Receipt | None = None, file: View | None = None) -> View:
    def feature(key: str, fallback: str, owner: str, day: date | None, text: str, **more: object) -> View:
        return switch_line(Switch(Layer.FEATURE, key, False, fallback, owner, exercised_on=day), text, **more)

    def model(key: str, fallback: str, day: date | None, text: str, **more: object) -> View:
        return switch_line(Switch(Layer.MODEL, key, False, fallback, "ai-platform", exercised_on=day), text, **more)

    spring = "9 Apr 2026, 34 d ago"
    return View(
        layers=(
            ("Tenants", "owned by customer-support engineering", (
                switch_line(TENANT, spring),
                switch_line(Switch(Layer.TENANT, "northwind-health", owner="support-engineering"), "never"),
            )),
            ("Features", "owned by the feature teams", (
                feature("customer-support", "help-centre-search", "support-ai", date(2026, 4, 9), spring, proof=Proof("GD-2026-001", "003", True)),
                feature("policy-search-v1", "keyword-search-v3", "policy-search", date(2026, 4, 9), spring),
                feature("underwriting-decision-v2", "human-review-queue", "underwriting-ai", date(2025, 10, 2), "2 Oct 2025, 223 d ago"),
                feature("claims-intake", "web-form", "claims-ai", date(2026, 4, 9), spring, may_throw=False),
                feature("agent-assist", "", "support-ai", None, "never", fallback_ok=failed("fallback", "no fallback is named", remedy="name one in the file"), drift=(TO_LOAD,)),
                feature("email-drafts", "plain-templates", "productivity-ai", date(2026, 1, 9), "9 Jan 2026, 124 d ago", proof=Proof("GD-2026-001", "007", False), drift=(NOT_DONE,)),
                feature("meeting-notes", "transcript-only", "productivity-ai", date(2026, 4, 9), spring),
            )),
            ("Models", "owned by the platform team", (
                switch_line(THROWN_MODEL, spring, request=View(seats=ASKED, asked_by="cass", asked_at=at(13, 11, 41), because="the provider has mended it"), seats=ASKED, waits_for="it is outside the release window", drift=(ASKED_TO_SET,)),
                model("bedrock.anthropic.claude-haiku-4-5", "bedrock.anthropic.claude-sonnet-4-5", date(2026, 4, 9), spring),
                model("anthropic.claude-sonnet-4-5", "openai.gpt-4o-2024-11", date(2026, 4, 9), spring,
                      fallback_ok=failed("fallback", "openai.gpt-4o-2024-11 is thrown itself", remedy="name another fallback")),
            )),
        ),
        receipt=receipt,
        file=file or file_view(),
        game_days=(DAY_LINE,),
        may_hold=True,
    )  # fmt: skip


COUNTING = Receipt("1.812", 41, 38, 17.2, ("eu-2/a1", "eu-3/b2", "us-1/c9"), ())
COUNTED = Receipt(
    "1.812",
    41,
    41,
    23.4,
    (),
    (Seen("ap-1", "ap-1/f3", "b0", "1.809", 14.2, False), Seen("ap-2", "ap-2/0c", "b0", "1.811", 52.0, False)),
)


def recent_view() -> View:
    def line(
        moment: datetime,
        what: str,
        thing: str,
        target: str,
        region: str,
        by: str,
        because: str,
        href: str,
        label: str = "",
        act: str = "",
        method: str = "POST",
    ) -> View:
        stop = View(label=label, href=act, method=method) if label else None
        return View(
            at=moment,
            what=what,
            object=thing,
            target=target,
            region=region,
            by=by,
            because=because,
            href=href,
            stop=stop,
        )

    return View(
        rows=(
            line(at(13, 12, 19), "switch thrown", "model/openai.gpt-4o-2024-11", "", "", "sol", "answers in the wrong language since 11:58 BST", "/switches/model/openai.gpt-4o-2024-11", "Ask to set again", "/switches/model/openai.gpt-4o-2024-11/set"),
            line(at(13, 12, 2), "held 1 %", "CHG-2026-00008", "meeting-notes", "uk", "sol", "two customers write of odd greetings; looking", "/changes/CHG-2026-00008", "Abort the ramp", "/changes/CHG-2026-00008/ramp/abort"),
            line(at(13, 10, 30), "promoted 10 %", "CHG-2026-00012", "customer-support", "uk", "clock", "30 min of bake are over", "/changes/CHG-2026-00012", "Abort the ramp", "/changes/CHG-2026-00012/ramp/abort"),
            line(at(13, 10, 30), "table 1.810 published", "table 1.810", "", "", "clock", "CHG-2026-00012 went to stage 2", ""),
            line(at(12, 17, 4), "settled 100 %", "CHG-2026-00010", "email-drafts", "uk, eu", "clock", "below 2x was proved", "/changes/CHG-2026-00010", "Go back to the former unit", "/changes/CHG-2026-00010/way-back"),
            line(at(12, 16, 20), "unit adopted", "claims-intake", "claims-intake", "", "cleo", "day zero: what runs today", "/targets/claims-intake"),
        ),
        filters={"since": "24h", "target": "", "region": ""},
    )  # fmt: skip


CHECKPOINT = Checkpoint(
    "audit.acme.example/leverframe",
    61,
    OTHER,
    "audit.acme.example/leverframe\n61\nQdfAqmvhXwPojJK31KH2BTx+mws=\n\n— acme 5Yk1…",
    at(13, 12, 20),
)


def policy_view() -> View:
    standard = Window("standard", frozenset({1, 2, 3}), time(10), time(16))
    calendar = Calendar("Europe/London", {"au": "Australia/Sydney", "us": "America/New_York"}, (standard,))
    freezes = (
        Freeze(
            "quarter-end close",
            datetime(2026, 6, 26),
            datetime(2026, 7, 3),
            scope=Scope(tiers=frozenset({"high"})),
            because="finance closes the books",
        ),
        Freeze(
            "open enrolment",
            datetime(2026, 5, 11),
            datetime(2026, 5, 18),
            "America/New_York",
            Scope(regions=frozenset({"us"})),
            DuringRamp.NARROW,
            "members choose their plans",
        ),
    )
    requirements = (
        Requirement(
            fields=("rollback_plan", "kill_switch"),
            evals=(EvalAsk("eval-smoke"),),
            seats=(Seat("release_manager", 1),),
        ),
        Requirement(
            frozenset({"medium", "high"}),
            fields=("bridge", "paging"),
            artefacts=("pull_request", "model_card", "ai_risk_review"),
            evals=(EvalAsk("production", at_least=200), EvalAsk("fairness", ("every_locale",), at_most_days_old=30)),
            seats=(Seat("cab_engineer", 2),),
        ),
        Requirement(frozenset({"high"}), seats=(Seat("ai_risk", 1),), by_hand=("rollback_plan", "blast_radius")),
    )
    policy = Policy(
        digest=DIGEST, organisation="Acme Assurance", calendar=calendar,
        roles={"release_manager": frozenset({"release-management"}), "cab_engineer": frozenset({"cab"}), "ai_risk": frozenset({"ai-risk"}), "administrator": frozenset({"leverframe-admins"})},
        may={}, requirements=requirements, policy_seats=(Seat("administrator", 1),),
        switch_rules={"feature": SwitchRule(("on_call", "release_manager"), (Seat("release_manager", 1), Seat("feature_owner", 1)))},
    )  # fmt: skip
    return View(
        policy=policy,
        windows=(("uk", "Tue to Thu, 10:00 to 16:00 Europe/London"), ("au", "Tue to Thu, 10:00 to 16:00 Australia/Sydney"), ("us", "Tue to Thu, 10:00 to 16:00 America/New_York")),
        freezes=freezes,
        later_freezes=3,
        plans={"handbook": PLAN},
        requirements=requirements,
        gates={"evals": Mode.ENFORCE, "window": Mode.ENFORCE, "kill_switch": Mode.ADVISE},
        warnings=(Fault("gateway-policies/kill-switches.yaml:5", "underwriting-decision-v2 was last exercised 223 days ago", "exercise it", "warning"),),
        proposals=(View(digest=OTHER, asked_by="adi", at=at(13, 11, 5), differs=("windows.standard.closes: 16:00 -> 17:00", "gates.kill_switch: advise -> enforce"),
                        seats=(("administrator", 1, ()), ("release_manager", 1, ("remi",))), can_sign_as=("administrator",)),),
    )  # fmt: skip


def accounts_view(**more: object) -> View:
    def person(
        name: str, title: str, groups: tuple[str, ...], roles: tuple[str, ...], has: bool = True, off: bool = False
    ) -> View:
        return View(name=name, title=title, groups=groups, roles=roles, has_account=has, disabled=off)

    base = {
        "people": (
            person("adi", "Administrator", ("leverframe-admins",), ("administrator",)),
            person("ana", "Prompt engineer", ("support-ai",), ()),
            person("remi", "Release manager", ("release-management",), ("release_manager",)),
            person("rita", "AI Risk partner", ("ai-risk",), ("ai_risk",)),
            person("sol", "On call", ("ai-platform", "ai-feature-on-call"), ("on_call", "platform_on_call")),
            person("vic", "Visitor", (), (), False),
            person("old", "Left in March", ("support-ai",), (), True, True),
        ),
        "tokens": (
            View(id="t1", account="ana", name="ci-evidence", scopes=("evidence", "read"), created_at=at(4, 9), expires_at=datetime(2026, 8, 2, tzinfo=UTC), last_used_at=at(13, 12, 4)),
            View(id="t2", account="remi", name="laptop", scopes=("change", "read"), created_at=at(11, 9), expires_at=datetime(2026, 8, 9, tzinfo=UTC), last_used_at=None),
        ),
        "gateways": (
            (Gateway("uk-1", frozenset(), "adi", at(4, 9)), (Seen("uk-1", "uk-1/a1", "b1", "1.812", 2.1, True), Seen("uk-1", "uk-1/a2", "b1", "1.812", 4.0, True))),
            (Gateway("ap-1", frozenset({"customer-support"}), "adi", at(4, 9)), (Seen("ap-1", "ap-1/f3", "b0", "1.809", 44.2, False),)),
            (Gateway("lab", frozenset({"agent-assist"}), "adi", at(12, 9), at(12, 17)), ()),
            (Gateway("us-1", frozenset(), "adi", at(13, 9)), ()),
        ),
        "missing": (MissingBatches("ap-1", 12, 3_406, 2),),
        "may_manage": True,
        "shown_once": None,
    }  # fmt: skip
    return View(**{**base, **more})


def target_view(**more: object) -> View:
    cells = (Cell("uk", "internal", 3_000), Cell("uk", "everyone", 3_997_000))
    target = Target(
        "customer-support",
        "Customer support",
        Tier.MEDIUM,
        Delivery.GATEWAY,
        "support-ai",
        cells,
        ("anthropic.claude-sonnet-4-5",),
        "ai-feature-on-call",
        "help-centre-search",
        prompt="support-answer",
    )
    history = ((at(6, 14, 30), CURRENT.name, "clock", "CHG-2026-00004"), (at(1, 9), "support-answer@40", "ana", ""))
    base = {"target": target, "current": CURRENT, "ramping": CHANGE.id, "history": history, "may_adopt": False}
    return View(**{**base, **more})


NEW = View(
    needs=None,
    targets=(
        Target("customer-support", "Customer support", Tier.MEDIUM, Delivery.GATEWAY, "support-ai", ()),
        Target("underwriting-decision-v2", "Underwriting", Tier.HIGH, Delivery.EMBEDDED, "underwriting-ai", ()),
    ),
    plans=("handbook", "rollouts/customer-support"),
    people=CAST,
    verdicts=(),
    forecast=None,
    windows_band=WINDOWS,
    freezes_band=FREEZES,
)
BAD = Problem("invalid", "This cannot be read", 422, "2 things are wrong with what was sent.",
              faults=(Fault("max_share_percent", "it is 150, and a share is 0 to 100", "write 50"), Fault("not_after", "it lies before the start window", "choose a later time")))  # fmt: skip
STALE = Problem("conflict", "Something has changed since you looked", 412, "CHG-2026-00015 was edited at 12:14 BST.", "Read what differs, then sign what stands now.",
                differs=("rollback_plan",))  # fmt: skip
NOT_ASKED = Problem("refused", "The rules say no", 409, "", verdicts=(failed("gateways", "no gateway has an address at which it can be asked", remedy="say where one answers users: leverframe gateway address NAME https://…/v1"),))  # fmt: skip
CALL = View(
    call="lf1.dWstMXxjdXN0b21lci1zdXBwb3J0.q1w2e3r4t5",
    facts=CallFacts(
        "uk-1",
        "customer-support",
        "CHG-2026-00012",
        2,
        "candidate",
        "1.810",
        CANDIDATE.name,
        "8f31c2d09a77",
        "uk",
        "everyone",
        "en-GB",
        "candidate",
        "n1",
    ),
    title=CHANGE.title,
    sentence="customer-support at table 1.810 on gateway uk-1: its bucket lies within the stage's share, so the candidate served "
    "(CHG-2026-00012, stage 2). It served support-answer@42.",
)
NEEDS = View(
    change=FILED,
    verdicts=(replace(UNMET[0], asked_at=("policy.yaml:131", "policy.yaml:206")), *UNMET[1:]),
    faults=BAD.faults,
    forecast=FORECAST,
)

ASSESSED = {
    "requirements": UNMET, "ramp": None, "forecast": WEEKEND,
    "seats": (("cab_engineer", 2, ("cass",), 1), ("ai_risk", 1, (), 1), ("release_manager", 1, ("remi",), 0)),
    "may": {"sign": YES, "edit": YES, "evidence": YES, "cancel": YES, "schedule": failed("schedule", "3 requirements are not met", remedy="clear them first")},
    "can_sign_as": ("cab_engineer", "release_manager"),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Render every page in every state worth looking at, by name."""
    empty_today = View(
        openings=(),
        ramps=(),
        my_sign_offs=(),
        my_other_sign_offs=(),
        follow_ups=(),
        thrown=(),
        alarms=(),
        solo=False,
        next_train=None,
        game_days=(),
        waits=(),
    )
    judged = (
        SignOff(CHANGE.id, "remi", "release_manager", DIGEST, at(13, 12, 5), "the tickets are about the new line"),
    )
    held = View(**{**vars(change_view().ramp), "ramp": HELD, "judged_by": judged})
    settled = {
        "ramp": None,
        "forecast": None,
        "may": {"review": YES, "way_back": YES, "promote": YES, "ramp": YES, "schedule": YES, "release": YES},
    }
    audit = View(
        entries=entries(),
        filters={"act": "", "actor": "", "object": "CHG-2026-00012", "since": ""},
        checkpoint=CHECKPOINT,
        before=31,
    )
    shown: dict[str, tuple] = {
        **gallery_freezes.samples(),
        **gallery_field_guide.samples(),
        **gallery_planning.samples(CHANGE),
        **gallery_cab.samples(),
        **gallery_population.samples(),
        **gallery_rotas.samples(change_view, CHANGE),
        **gallery_break_glass.samples(change_view),
        **gallery_field_reviews.samples(change_view, change=FILED, **ASSESSED),
        "today": ("today.html", today_view(), "/"),
        "today-empty": ("today.html", empty_today, "/"),
        "changes": ("change_list.html", View(changes=lines(), filters={"state": "", "target": ""}, before=None), "/changes"),
        "changes-empty": ("change_list.html", View(changes=(), filters={}, before=None), "/changes"),
        "change-ramping": ("change.html", change_view(), "/changes/CHG-2026-00012"),
        "growth-harm": ("growth.html", growth_view(harm=2.1), "/changes/CHG-2026-00012/ramp/evidence"),
        "replay-differs": ("replay.html", replay_view(), "/changes/CHG-2026-00012/replay"),
        "change-delegate": ("change.html", change_view(FILED, **ASSESSED, cab=gallery_cab.NOTES), "/changes/CHG-2026-00015"),
        "change-held": ("change.html", change_view(ramp=held, may={"release": YES, "abort": YES, "promote": YES}, can_judge_as=("release_manager",)), "/changes/CHG-2026-00012"),
        "change-assess": ("change.html", change_view(FILED, **ASSESSED), "/changes/CHG-2026-00015"),
        "change-stale": ("change.html", change_view(FILED, **ASSESSED), "/changes/CHG-2026-00015", {"problem": STALE, "form": "POST sign-offs", "typed": {"comment": "The probes are fine.", "role": "release_manager"}}),
        "change-refused": ("change.html", change_view(ramp=held, may={"release": YES, "abort": YES}), "/changes/CHG-2026-00012", {"problem": Problem("invalid", "This cannot be read", 422, "Nothing was changed.", faults=(Fault("because", "a reason is missing", "say in a few words why"),)), "form": "POST ramp/abort", "typed": {"because": " "}}),
        "change-review": ("change.html", change_view(**settled, deltas=(), sign_offs=(), seats=(), effect=EFFECT, review_facts=review_facts(READINGS)), "/changes/CHG-2026-00012"),
        "needs": ("needs.html", View(needs=NEEDS, check="/changes/check", form_id="filing"), "/changes/new"),
        "policy-file": ("policy_file.html", View(path="policy.yaml", digest=DIGEST, lines=("organisation: Acme", "", "requirements:", "  - for: {tiers: [medium]}", "    sign_offs: {platform_engineer: 1, feature_engineer: 1, release_manager: 1} # one of each, by name, and no author among them")), "/policy/files/policy.yaml"),
        "change-new": ("change_new.html", NEW, "/changes/new"),
        "change-new-bad": ("change_new.html", View(**{**vars(NEW), "verdicts": UNMET, "forecast": WEEKEND, "needs": NEEDS}), "/changes", {"problem": BAD, "typed": {"title": "Wider", "max_share_percent": "150", "target": "underwriting-decision-v2"}}),
        "recent": ("recent.html", recent_view(), "/changes/recent"),
        "recent-empty": ("recent.html", View(rows=(), filters={"since": "2h"}), "/changes/recent"),
        "switches": ("switches.html", switches_view(COUNTED), "/switches"),
        "switches-counting": ("switches.html", switches_view(COUNTING), "/switches"),
        "switches-nobody": ("switches.html", switches_view(Receipt("1.812", 0, 0, None)), "/switches"),
        "switches-empty": ("switches.html", View(layers=(("Tenants", "", ()),), receipt=None, file=None, game_days=(), may_hold=False), "/switches"),
        "switches-unreadable": ("switches.html", switches_view(COUNTED, UNREADABLE), "/switches"),
        "switches-failing": ("switches.html", switches_view(COUNTED, FAILING), "/switches"),
        "switches-in-step": ("switches.html", switches_view(COUNTED, IN_STEP), "/switches"),
        "switch": ("switch.html", switch_line(TENANT, "9 Apr 2026, 34 d ago", contact="it@enterprise.example"), "/switches/tenant/enterprise-tenant-12891"),
        "switch-drifted": ("switch.html", switch_line(THROWN_MODEL, "9 Apr 2026, 34 d ago", drift=(ASKED_TO_SET,), request=View(seats=ASKED, asked_by="cass", asked_at=at(13, 11, 41), because="the provider has mended it"), seats=ASKED), "/switches/model/openai.gpt-4o-2024-11"),
        "game-days": ("game_days.html", View(game_days=(DAY_LINE, View(day=replace(DAY, id="GD-2026-001", state=GameDayState.DONE, slice=SliceKind.SHARE, share_percent=0.1), switches=11, over=11, failed=0)), may_hold=False), "/game-days"),
        "game-days-empty": ("game_days.html", View(game_days=(), may_hold=True), "/game-days"),
        "game-days-refused": ("game_days.html", View(game_days=(), may_hold=True), "/game-days", {"problem": NOT_ASKED, "form": "POST game-days", "typed": {"because": "the first one", "switches": "feature/agent-assist", "slice": "share", "share_percent": "0.5"}}),
        "game-day-running": ("game_day.html", game_day_view(), "/game-days/GD-2026-002"),
        "game-day-paused": ("game_day.html", game_day_view(GameDayState.PAUSED), "/game-days/GD-2026-002"),
        "game-day-done": ("game_day.html", game_day_view(GameDayState.DONE, over=4, may_act=False), "/game-days/GD-2026-002"),
        "audit": ("audit.html", audit, "/audit"),
        "audit-empty": ("audit.html", View(entries=(), filters={}, checkpoint=None, before=None), "/audit"),
        "audit-entry": ("audit_entry.html", View(entry=entries()[0], proof=(OTHER, DIGEST, OTHER), checkpoint=CHECKPOINT, verified=True), "/audit/60"),
        "audit-entry-new": ("audit_entry.html", View(entry=entries()[-1], proof=(), checkpoint=None, verified=False), "/audit/61"),
        "accounts": ("accounts.html", accounts_view(), "/accounts"),
        "accounts-secret": ("accounts.html", accounts_view(shown_once=View(name="laptop", secret="lft_9f8e7d6c5b4a39281706")), "/accounts"),
        "audit-verified": ("audit_verification.html", View(report=View(entries=4912, verified=4900, unnumbered=12, faults=()), seconds=0.84), "/audit/verification"),
        "audit-broken": ("audit_verification.html", View(report=View(entries=4912, verified=311, unnumbered=0, faults=(Fault("entry 312", "its text is not what was signed", "compare it with a copy that is kept elsewhere"),)), seconds=0.91), "/audit/verification"),
        "targets": ("targets.html", View(targets=(target_view(), target_view(current=None, ramping="", history=(), may_adopt=True))), "/targets"),
        "targets-empty": ("targets.html", View(targets=()), "/targets"),
        "target": ("target.html", target_view(), "/targets/customer-support"),
        "target-new": ("target.html", target_view(current=None, ramping="", history=(), may_adopt=True), "/targets/customer-support"),
        "receipt": ("receipt.html", COUNTED, "/receipts/1.812"),
        "policy": ("policy.html", policy_view(), "/policy"),
        "policy-none": ("policy.html", View(policy=None, proposals=(), warnings=()), "/policy"),
        "call": ("call.html", CALL, "/calls/lf1.x"),
        "calls": ("calls.html", View(), "/calls"),
        "rehearsal": ("rehearsal.html", rehearsal_view(), f"/changes/{CHANGE.id}/rehearsal"),
        "rehearsal-recorded": ("rehearsal.html", recorded_rehearsal_view(), f"/changes/{CHANGE.id}/rehearsal?runs=20&recorded=CHG-2026-04790"),
        "rehearsed-month": ("rehearsed_month.html", month_view(), "/rehearsals/month?from=2026-05-01"),
        "rehearsed-month-blank": ("rehearsed_month.html", month_view(month=None), "/rehearsals/month"),
        "rehearsal-blank": ("rehearsal.html", rehearsal_view(harmless=(), harmful=(), traffic=None), f"/changes/{CHANGE.id}/rehearsal"),
        "problem-refused": ("problem.html", Problem("refused", "The rules say no", 409, "", verdicts=UNMET[:3]), "/changes/CHG-2026-00015/ramp", {"back": "/changes/CHG-2026-00015"}),
        "problem-kept": ("problem.html", STALE, "/changes/CHG-2026-00015/sign-offs", {"kept": {"role": "ai_risk", "comment": "Read on Tuesday; the fairness slice is the one that matters here and it is clean."}, "back": "/changes/CHG-2026-00015"}),
        "problem-missing": ("problem.html", Problem("not-found", "There is no such thing", 404, "There is no change CHG-2026-99999.", "The list of changes has them all."), "/changes/CHG-2026-99999"),
    }  # fmt: skip
    ended = replace(CHANGE, state=State.REVIEW, settled_at=at(14, 15), review=REVIEW, close_code=REVIEW.close_code)
    shown |= samples(change_view, READINGS, {**settled, "change": ended, "may": {"way_back": YES}})
    rendered = {name: _page(READER, *what) for name, what in shown.items()}
    rendered["switches-withheld"] = _page(WITHHELD, *shown["switches"])
    rendered["today-demo"] = _page(DEMO, *shown["today"])
    rendered["login"] = _page(NOBODY, "login.html", View(next="/", name="", because=""), "/login")
    rendered["login-refused"] = _page(
        NOBODY, "login.html", View(next="/", name="vic", because="This name and password do not match."), "/sessions"
    )
    rendered["first-administrator"] = _page(
        NOBODY,
        "first_administrator.html",
        View(key="k3y", name="", faults=(Fault("password", "it is too short", "use 12 characters or more"),)),
        "/first-administrator",
    )
    return rendered


def _page(reader: Reader, template: str, view: object, path: str, more: dict | None = None) -> str:
    return page(template, view, reader=reader, path=path, **(more or {}))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, html in pages().items():
        (folder / f"{name}.html").write_text(html)
