"""Does the picture of a guardrail's growth, and the table behind it, say what the numbers say?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import Finding
from leverframe.nouns.growth import Against, Grown, Growth, Moment, Visit
from leverframe.rules.evidence.methods import method_of
from leverframe.web.growth import growth_figures
from leverframe.web.growth_pictures import FLOOR, HEIGHT, STRIP_TOP, TOP, WIDTH, growth_picture

BEGAN = datetime(2026, 5, 13, 9, 30, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=2)
Values = tuple[float | None, float | None, float | None]
"""The lower bound, the estimate and the upper bound of one moment."""


def growth(values: Sequence[Values], against: Against = Against.CURRENT, **more: object) -> Growth:
    moments = tuple(moment(place, each, **more) for place, each in enumerate(values, start=1))
    bound = 3.0 if against is Against.CURRENT else 0.05
    visit = Visit(2, 10.0, BEGAN, None)
    grown = Grown("feedback_negative", against, bound, 320.0, moments, method_of("feedback_negative", against))
    return Growth("CHG-2026-00012", visit, (grown,), (visit,), "Europe/London")


def moment(place: int, values: Values, **more: object) -> Moment:
    lowest, estimate, highest = values
    at = BEGAN + timedelta(minutes=10 * place)
    counts = {"ruled_out": None, "e_value": 2.0 * place, "candidate_units": 100 * place, "candidate_bad": 3 * place}
    rest = {"finding": Finding.CONTINUE, "control_units": 900 * place, "control_bad": 25 * place}
    known = {"at": at, "estimate": estimate, "lowest": lowest, "highest": highest}
    return Moment(**{**counts, **rest, **known, **more})  # type: ignore[arg-type]


def picture(told: Growth) -> str:
    return str(growth_picture(told.guardrails[0], told, "growth-1", "feedback", "it narrows", "Europe/London"))


def path(svg: str, kind: str) -> list[tuple[float, float]]:
    found = re.search(rf'<path class="{kind}" d="M([^"]+?)Z?"', svg)
    assert found
    return [(float(x), float(y)) for x, y in (point.split(" ") for point in found[1].split("L"))]


NARROWS: list[Values] = [(None, 0.8, None), (0.3, 1.2, 6.0), (0.5, 1.1, 2.5), (0.6, 1.0, 1.8)]


def test_the_band_narrows_as_the_numbers_do_and_higher_is_worse():
    svg = picture(growth(NARROWS))
    tops = [y for _, y in path(svg, "edge")]
    assert tops == sorted(tops), "the upper bound falls"
    estimate = path(svg, "estimate")
    assert [x for x, _ in estimate] == sorted(x for x, _ in estimate)
    assert estimate[0][1] > estimate[1][1], "0.8 lies below 1.2"


def test_what_is_not_known_is_possible_and_no_edge_is_drawn_there():
    svg = picture(growth([(None, 1.0, None), (None, 1.0, None)]))
    assert 'class="edge"' not in svg
    assert 'class="shown"' not in svg
    assert {y for _, y in path(svg, "possible")} == {float(TOP), float(FLOOR)}


def test_where_the_counts_cannot_be_trusted_there_is_a_gap():
    told = growth([(None, None, None)] * 3, finding=Finding.ERROR)
    svg = picture(told)
    assert 'class="possible"' not in svg
    assert "nothing is told of it" in growth_figures(told, NOW, "UTC")


def test_the_evidence_reaches_its_line_where_the_ramp_rolls_back():
    svg = picture(growth(NARROWS, e_value=320.0))
    assert {y for _, y in path(svg, "weight")} == {float(STRIP_TOP)}
    assert ">320<" in svg


def test_the_picture_has_a_name_and_a_description_and_runs_from_the_beginning_to_the_last_moment():
    svg = picture(growth(NARROWS))
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-labelledby"] == "growth-1-t growth-1-d"
    assert [child.text for child in root[:2]] == ["feedback, over time", "it narrows"]
    assert ">Wed 10:30<" in svg
    assert ">Wed 11:10<" in svg


def test_the_table_tells_every_moment_the_newest_first():
    html = str(growth_figures(growth(NARROWS), NOW, "Europe/London"))
    rows = re.findall(r"<tr>(<td.+?)</tr>", html)
    cells = [re.findall(r">([^<]+)</td>", row) for row in rows]
    assert cells[0] == [
        "11:10 BST", "12 of 400", "100 of 3,600", "1x", "0.6x and 1.8x", "nothing yet", "8 to 1", "continue",
    ]  # fmt: skip
    assert cells[-1][3:5] == ["0.8x", "anywhere"]
    assert len(cells) == 4


def test_a_rate_is_told_in_percent_and_has_nothing_to_rule_out():
    html = str(growth_figures(growth([(0.01, 0.02, 0.04)] * 2, Against.LIMIT), NOW, "Europe/London"))
    assert "1 % and 4 %" in html
    assert "Ruled out" not in html
    assert "feedback negative, limit 5 %" in html
    assert ">5 %<" in html


def test_a_fall_is_drawn_about_nought_and_told_as_a_distance():
    told = growth(
        [(None, 0.02, None), (-0.01, 0.02, 0.06)], Against.FALL, candidate_mean=0.88, control_mean=0.9, minutes=21
    )
    html = str(growth_figures(told, NOW, "Europe/London"))
    row = re.findall(r">([^<]+)</td>", re.findall(r"<tr>(<td.+?)</tr>", html)[0])
    assert row == [
        "10:50 BST", "21", "0.88", "0.9", "0.02", "-0.01 and 0.06", "4 to 1", "continue",
    ]  # fmt: skip
    assert "feedback negative, limit 0.05 lower" in html
    svg = picture(told)
    (line,) = re.findall(r'<path class="even" d="M2 ([\d.]+)H', svg)
    (bound,) = re.findall(r'<path class="bound" d="M2 ([\d.]+)H', svg)
    assert float(bound) < float(path(svg, "estimate")[-1][1]) < float(line) < FLOOR


def test_a_mean_has_no_distance_and_lies_above_nought():
    told = growth([(0.01, 0.012, 0.014)], Against.MEAN, candidate_mean=0.012, control_mean=0.011, minutes=60)
    html = str(growth_figures(told, NOW, "Europe/London"))
    assert "Lower by" not in html
    assert "0.01 and 0.014" in html
    assert 'class="even"' not in picture(told)


def test_locales_beyond_the_worst_three_stand_behind_them():
    told = growth([(None, 0.02, None)] * 2, Against.FALL)
    each = [replace(told.guardrails[0], metric=f"groundedness@{locale}") for locale in ("aa", "bb", "cc", "dd", "ee")]
    html = str(growth_figures(replace(told, guardrails=tuple(each)), NOW, "Europe/London"))
    shown, behind = html.split("Of the locales, 2 more")
    assert [f"in {name}," in shown for name in ("aa", "bb", "cc", "dd", "ee")] == [True] * 3 + [False] * 2
    assert "in ee," in behind


def test_a_stage_that_counts_nobody_says_so():
    visit = Visit(4, 100.0, BEGAN, None)
    told = growth_figures(Growth("CHG-2026-00012", visit, (), (visit,), "UTC"), NOW, "UTC")
    assert "counts people" in told


VALUES = st.one_of(st.none(), st.floats(1e-6, 1e6))


@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=48),
    st.sampled_from(Against),
    st.floats(0, 1e300),
)
def test_nothing_is_drawn_outside_the_picture(values, against, e_value):
    svg = picture(growth(values, against, e_value=e_value))
    ElementTree.fromstring(svg)
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", svg)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


@pytest.mark.parametrize("against", list(Against))
def test_one_moment_alone_can_be_drawn(against):
    svg = picture(growth([(None, None, None)], against))
    ElementTree.fromstring(svg)
