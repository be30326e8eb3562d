"""Is a rehearsal's page drawn from its runs, and what is typed in it checked?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from gallery import month_view, rehearsal_view

from leverframe.nouns.verdicts import Invalid
from leverframe.rules.rehearsed_people import Harm
from leverframe.rules.rehearsing import Rehearsal
from leverframe.web.month_pictures import month_figure
from leverframe.web.rehearsal_pictures import endings_figure, say_endings
from leverframe.web.rehearsals import _day, _number

AT = datetime(2026, 5, 13, 10, tzinfo=UTC)


def run(ended: str, minutes: float) -> Rehearsal:
    return Rehearsal(ended, AT, minutes, 1, "because", ())


def test_each_run_is_one_mark_of_its_own_shape():
    drawn = endings_figure(
        [run("settled", 90.0)] * 3 + [run("stands", 200.0)], [run("rolled_back", 5.0)] * 2, Harm("x", 2)
    )
    assert (drawn.count("ended settled"), drawn.count("ended rolled-back"), drawn.count("ended stands")) == (3, 2, 1)
    assert 'aria-label="No harm: 3 settled, 1 stood to the end of the ticket of 4"' in drawn
    assert "Twice as many:" in drawn


def test_runs_as_they_were_counted_are_drawn_beside_them_over_the_same_time():
    drawn = endings_figure([run("settled", 90.0)], (), Harm("x", 2), [run("rolled_back", 180.0)])
    assert "As it was counted:" in drawn
    assert drawn.count("<figure>") == 2
    assert drawn.count("3 h") == 2


def test_runs_that_end_at_once_are_drawn_too():
    assert "ended stands" in endings_figure([run("stands", 0.0)], (), Harm("x", 2))
    assert say_endings([run("settled", 1.0)]) == "1 settled of 1"


def test_the_example_is_whole():
    view = rehearsal_view()
    assert endings_figure(view.harmless, view.harmful, view.harm).count('class="ended') == 40


def test_a_field_may_be_left_empty_and_may_not_be_nonsense():
    assert (_number("per_minute", " "), _number("per_minute", "12.5")) == (None, 12.5)
    with pytest.raises(Invalid) as told:
        _number("per_minute", "many")
    assert told.value.faults[0].place == "per_minute"


def test_a_month_is_one_line_a_change_what_was_thin_and_what_would_be_thick():
    month = month_view().month
    drawn = month_figure(month)
    assert (drawn.count('class="bar was"'), drawn.count('class="bar would"')) == (5, 6)
    assert (drawn.count("ended settled"), drawn.count("ended rolled-back"), drawn.count("ended stands")) == (6, 3, 2)
    assert "CHG-2026-00011" not in drawn, "what was neither nor would be has nothing to draw"
    assert "CHG-2026-00004: rolled back 34 min sooner" in drawn


def test_a_bar_is_cut_where_the_month_ends():
    month = month_view().month
    late = replace(month, ends=AT, rows=month.rows[:1])
    assert 'width="' in month_figure(late)
    widths = [float(found) for found in re.findall(r'class="bar \w+" x="([\d.]+)"', month_figure(late))]
    assert max(widths) <= 960


def test_a_day_may_be_left_empty_and_may_not_be_nonsense():
    assert (_day(""), _day("2026-05-01")) == (None, date(2026, 5, 1))
    with pytest.raises(Invalid) as told:
        _day("May")
    assert told.value.faults[0].place == "from"
