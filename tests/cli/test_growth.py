"""Does a terminal tell how a stage's evidence grew?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_server import FakeServer

from leverframe.nouns.documents import to_document
from leverframe.nouns.evidence import Finding
from leverframe.nouns.growth import Against, Grown, Growth, LocaleSlice, Moment, Slice, Visit
from leverframe.rules.evidence.methods import LABELS, ONE_SAMPLE, SEQUENCE

CHG = "CHG-2026-00001"
BEGAN = datetime(2026, 5, 13, 9, 30, tzinfo=UTC)


def moments(estimate: float, highest: float) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            at=BEGAN + timedelta(minutes=10 * n), finding=Finding.PASS, estimate=estimate, lowest=None,
            highest=highest, ruled_out=3.0, e_value=0.4, candidate_units=1000 * n, candidate_bad=4 * n,
            control_units=9000 * n, control_bad=40 * n,
        )
        for n in range(1, 25)
    )  # fmt: skip


def means(estimate: float) -> tuple[Moment, ...]:
    scored = {"candidate_mean": 0.9 - estimate, "control_mean": 0.9}
    return tuple(
        replace(each, lowest=estimate - 0.02, ruled_out=None, minutes=10 * n, **scored)
        for n, each in enumerate(moments(estimate, estimate + 0.03), start=1)
    )


VISIT = Visit(2, 10.0, BEGAN, None)
GROWTH = Growth(
    CHG,
    VISIT,
    (
        Grown("feedback_negative", Against.CURRENT, 3.0, 40.0, moments(0.9, 2.5), LABELS),
        Grown("error", Against.LIMIT, 0.01, 120.0, moments(0.004, 0.006), ONE_SAMPLE),
        *(
            Grown("fairness_locale_delta", Against.FALL, 0.04, 480.0, means(fall), SEQUENCE, f"groundedness@{locale}")
            for locale, fall in (("ga-IE", 0.031), ("fr-FR", 0.02), ("de-DE", 0.01), ("en-GB", -0.01))
        ),
        Grown("cost_usd", Against.MEAN, 0.014, 240.0, means(0.012), SEQUENCE, "cost_usd"),
    ),
    (Visit(1, 1.0, BEGAN - timedelta(minutes=30), BEGAN), VISIT),
    "Europe/London",
    (Slice("region", "uk", "error", 2.0, 1.2, 4.0, 900, 18, 8100, 81),),
    (
        LocaleSlice("ga-IE", "groundedness", 0.84, 0.88, 0.041, 0.02, 0.06, 720),
        LocaleSlice("en-GB", "groundedness", 0.92, 0.91, -0.01, None, None, 720),
    ),
)


@pytest.fixture
def asks(run, ana: FakeServer):
    ana.gives(f"GET /changes/{CHG}/ramp/evidence", to_document(GROWTH))
    return lambda *more: run("change", "show", CHG, "--evidence", *more, "--server", ana.address)


def test_each_guardrail_is_said_in_a_sentence_with_a_dozen_of_its_moments(asks):
    said = asks().out
    flat = " ".join(said.split())
    assert f"{CHG} at stage 2 (10 %), since Wed 13 May 2026 10:30 BST" in flat
    assert "feedback negative, against current Since 10:40 fewer than 3 times as many people met" in flat
    assert "error, limit 1 % 0.4 % of people met an error at their first call" in flat
    rows = [
        line.split() for line in said.splitlines() if line.strip().startswith(("10:", "11:", "12:", "13:", "14:"))
    ]
    assert len(rows) == 6 * 12
    assert "region uk error 18 of 900 81 of 8,100 2x 1.2x and 4x" in flat
    assert "Watching only, not corrected for looking at many" in flat
    assert "Groundedness by locale Watching only" in flat
    assert "ga-IE 0.84 0.88 0.041 0.02 and 0.06 720 en-GB 0.92 0.91 -0.01 anywhere 720" in flat
    assert " ".join(rows[11]) == "14:30 96 of 24,000 960 of 216,000 0.9x below 2.5x 0.4 to 1 pass"


def test_each_mean_is_said_with_its_distance_and_the_worst_locales_first(asks):
    flat = " ".join(asks().out.split())
    assert (
        "groundedness in ga-IE, limit 0.04 lower Groundedness in ga-IE is 0.031 lower than beside it over 240 "
        "minutes; it lies between 0.011 lower and 0.061 lower, and the limit is 0.04 lower."
    ) in flat
    assert "14:30 0.869 0.9 0.031 0.011 and 0.061 0.4 to 1 pass" in flat
    assert "groundedness in en-GB" not in flat
    assert "1 more with --json" in flat
    assert "Cost per call is 0.012 over 240 minutes; it lies between -0.008 and 0.042" in flat


def test_a_stage_is_asked_for_by_its_number_and_the_document_has_every_moment(asks, ana: FakeServer):
    document = json.loads(asks("--stage", "2", "--json").out)
    assert len(document["guardrails"][0]["moments"]) == 24
    assert ana.last.query == {"stage": "2"}
