"""Do the pictures say what the numbers say?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as View
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import Finding, Reading
from leverframe.nouns.ramps import LimitKind
from leverframe.web.pictures import BAR_WIDTH, interval_bar, lever, pips
from leverframe.web.readings import interval_bars
from leverframe.web.staircases import Ground, staircase, staircase_figure

NOW = datetime(2026, 5, 13, 11, 20, tzinfo=UTC)
STARTS = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)


def tread(minutes: float, share: float, because: str = "bake is over") -> View:
    return View(at=STARTS + timedelta(minutes=minutes), share_percent=share, because=because)


STEPS = (tread(0, 1), tread(30, 10), tread(270, 50), tread(1710, 100))
WINDOWS = ((STARTS, STARTS + timedelta(hours=6)), (STARTS + timedelta(days=1), STARTS + timedelta(days=1, hours=6)))
FREEZES = ((STARTS + timedelta(hours=20), STARTS + timedelta(hours=23), "<close>"),)


def numbers(svg: str) -> list[float]:
    return [float(found) for found in re.findall(r'(?:x|y|width|height|cx)="(-?[\d.]+)"', svg)]


def test_the_staircase_names_each_step_by_its_wall_time_and_share():
    svg = staircase(STEPS, Ground(NOW, WINDOWS, FREEZES, "Europe/London"), 940)
    said = re.findall(r'class="tread[^"]*"[^>]*>([^<]+)<', svg)
    assert said == ["Wed 10:00 1 %", "Wed 10:30 10 %", "Wed 14:30 50 %", "Thu 14:30 100 %"]
    assert "now Wed 12:20" in svg


def test_the_staircase_draws_the_windows_the_freezes_and_nothing_as_markup():
    svg = staircase(STEPS, Ground(NOW, WINDOWS, FREEZES, "Europe/London"), 940)
    assert svg.count('<rect class="open"') == 2
    assert svg.count('<rect class="frozen"') == 1
    assert "<close>" not in svg
    ElementTree.fromstring(svg)


def test_the_table_behind_the_staircase_tells_every_step_with_its_reason():
    html = staircase_figure(STEPS[:2], NOW, WINDOWS, (), p50=STEPS, p90=STEPS, zone="Europe/London")
    assert html.count("<tr><td>") == 2 + 4 + 4
    assert "Thu 14 May 14:30 BST" in html
    assert "Bake is over." in html


def test_a_rollback_ends_the_track_at_nothing():
    svg = staircase((tread(0, 1), tread(30, 10), tread(90, 0, "harm")), Ground(NOW, (), (), "UTC"), 940)
    track = re.search(r'class="track done" d="([^"]+)"', svg)
    assert track
    assert track[1].endswith("V152.0")


def test_a_staircase_of_nothing_is_a_sentence():
    assert "nothing to draw" in staircase_figure((), NOW, WINDOWS, FREEZES)


@given(
    st.lists(st.tuples(st.floats(0, 20_000), st.floats(0, 100)), min_size=1, max_size=8),
    st.integers(-10_000, 40_000),
    st.sampled_from((346, 940)),
)
def test_nothing_is_drawn_outside_the_picture(points, ahead, width):
    steps = [tread(minutes, share) for minutes, share in sorted(points)]
    svg = staircase(steps, Ground(STARTS + timedelta(minutes=ahead), WINDOWS, FREEZES, "Europe/London"), width)
    assert all(-6 <= number <= width + 6 for number in numbers(svg))
    ElementTree.fromstring(svg)


def reading(**more: object) -> Reading:
    given_ = {"ratio": 1.08, "ruled_out": 3.41, "bound": 3.0, "wait_minutes": 34.0, "candidate_units": 184}
    return Reading("feedback_negative", Finding.CONTINUE, "fewer than 3.4 times", **{**given_, **more})  # type: ignore[arg-type]


def test_the_countdown_says_how_long_and_what_for():
    assert "34 min more at this traffic to rule out 3x" in interval_bars((reading(),))


def test_a_reading_without_numbers_claims_none():
    html = interval_bars((reading(ratio=None, ruled_out=None, wait_minutes=None, candidate_units=0),))
    assert "no ratio yet" in html
    assert "ruled-out" not in html
    assert "more at this traffic" not in html


def test_two_tests_of_one_guardrail_have_two_names():
    limit = reading(
        limit=0.05,
        limit_kind=LimitKind.RATE,
        e_bound=480.0,
        ratio=None,
        ruled_out=None,
        bound=None,
        wait_minutes=None,
        control_units=2000,
    )
    html = interval_bars((reading(), limit))
    assert "feedback negative, against current" in html
    assert "feedback negative, limit 5 %" in html


def test_a_mean_counts_people_and_claims_no_rate():
    mean = Reading(
        "groundedness",
        Finding.PASS,
        "as high as beside it",
        limit=0.03,
        limit_kind=LimitKind.FALL,
        candidate_units=33,
        control_units=327,
    )
    html = interval_bars((mean,))
    assert "groundedness, limit 0.03 below current" in html
    assert "33 people" in html
    assert "0 of 33" not in html
    known = replace(mean, value=-0.01, control_value=0.91, scores=60)
    assert "0.01 higher, 60 scores" in interval_bars((known,))
    assert ">0.91<" in interval_bars((known,))


def test_what_only_watches_has_no_flag():
    svg = interval_bar(reading(bound=None))
    assert 'class="bound"' not in svg


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_what_is_ruled_out_begins_where_the_possible_ends(ratio, ruled_out):
    svg = interval_bar(reading(ratio=ratio, ruled_out=ruled_out))
    possible = float(re.search(r'class="possible" x="0" y="7" width="([\d.]+)"', svg)[1])
    begins = float(re.search(r'class="ruled-out" x="([\d.]+)"', svg)[1])
    assert possible == begins
    assert all(0 <= number <= BAR_WIDTH for number in numbers(svg))


def test_no_guardrail_is_a_sentence():
    assert "No guardrail" in interval_bars(())


def test_pips_fill_up_to_the_stage():
    assert pips(2, 4).count("reached") == 2
    assert pips(2, 4).count("ahead") == 2


def test_a_lever_stands_or_lies():
    assert lever(True) != lever(False)
    assert "lever thrown" in lever(True)
    for svg in (lever(True), lever(False)):
        ElementTree.fromstring(svg)
