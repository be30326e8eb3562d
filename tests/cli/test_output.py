"""Are answers shown calmly: whole names, 80 columns, no colour where none is wanted?"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.cli import output

WORDS = st.text(
    st.characters(codec="ascii", categories=("L", "N"), include_characters="-./@"), min_size=1, max_size=40
)
SENTENCES = st.lists(WORDS.filter(lambda w: len(w) < 30), min_size=1, max_size=30).map(" ".join)


def shown(call, *arguments, **named) -> str:
    with redirect_stdout(io.StringIO()) as caught:
        call(*arguments, **named)
    return caught.getvalue()


@pytest.fixture(scope="module", autouse=True)
def _eighty_columns():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        yield


@given(rows=st.lists(st.tuples(WORDS, WORDS, SENTENCES), min_size=1, max_size=5))
def test_a_listing_never_folds_a_name(rows: list[tuple[str, str, str]]):
    text = shown(output.listing, ("One", "Two"), [((one, two), below) for one, two, below in rows], empty="-")
    for one, two, _ in rows:
        assert re.search(rf"^{re.escape(one)} *  {re.escape(two)}$", text, re.MULTILINE)


@given(sentence=SENTENCES)
def test_sentences_are_folded_at_80_columns_and_no_line_ends_in_spaces(sentence: str):
    for call in (output.say, output.indented):
        lines = shown(call, sentence).splitlines()
        assert all(len(line) <= 80 and line == line.rstrip() for line in lines)
        assert " ".join(" ".join(lines).split()) == sentence


@given(secret=st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=100, max_size=300))
def test_what_people_copy_is_never_folded(secret: str):
    assert shown(output.verbatim, secret) == f"{secret}\n"


@pytest.mark.parametrize("text", ["[bold]not markup[/bold]", "[/]", ":smile:", "\\[x]", "sha256:12ab"])
def test_what_people_typed_is_shown_as_they_typed_it(text: str):
    assert shown(output.say, text) == f"{text}\n"
    assert text in shown(output.table, ("A",), [(text,)], empty="-")


def test_without_colour_nothing_but_text_is_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    rows = [{"gate": "evals", "outcome": "not_met", "because": "missing", "mode": "enforce"}]
    assert "\x1b[" in shown(output.verdicts, rows)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(output.verdicts, rows)


def test_nothing_to_list_is_said_in_a_sentence():
    for call in (output.table, output.listing):
        assert shown(call, ("A",), [], empty="No change matches.") == "No change matches.\n"


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        ("2026-05-13T09:00:00Z", "Europe/London", "Wed 13 May 2026 10:00 BST"),
        ("2026-05-13T09:00:00Z", "America/New_York", "Wed 13 May 2026 05:00 EDT"),
        ("2026-12-31T23:30:00Z", "Europe/Berlin", "Fri 01 Jan 2027 00:30 CET"),
        (None, "Europe/London", "-"),
        ("", "Europe/London", "-"),
        ("soon", "Europe/London", "soon"),
    ],
)
def test_a_time_has_its_date_and_its_zone(moment: str | None, zone: str, said: str):
    assert output.when(moment, zone) == said


@pytest.mark.parametrize(
    ("percent", "said"), [(10.0, "10 %"), (0.5, "0.5 %"), (100.0, "100 %"), (0.0, "0 %"), (None, "-")]
)
def test_a_share_is_said_with_its_sign(percent: float | None, said: str):
    assert output.share(percent) == said
