"""Does a terminal rehearse a change on recorded minutes, and on somebody's own file?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_server import FakeServer

from leverframe.cli.months import KINDS
from leverframe.nouns.documents import to_document
from leverframe.nouns.recordings import Recorded
from leverframe.rules.rehearsed_months import Difference, Evidence, Kind, Month, Row, Went, totals
from leverframe.rules.rehearsed_people import Harm
from leverframe.rules.rehearsing import Rehearsal

CHG, EARLIER = "CHG-2026-00002", "CHG-2026-00001"
TEN = datetime(2026, 5, 13, 9, tzinfo=UTC)
HEADER = "metric,minute,arm,n,total\n"


def found(runs: int = 0) -> dict[str, object]:
    settled = to_document(Rehearsal("settled", TEN, 1710.0, 4, "it settled", (), exposed=900))
    rolled = to_document(Rehearsal("rolled_back", TEN, 120.0, 2, "harm", (), "error", 40, 3.0))
    return {
        "change": {"title": "Answer refunds"}, "forecast": {"text": ""}, "prospects": [],
        "harm": to_document(Harm("error", 2.0)), "harmless": [settled] * runs, "harmful": [rolled] * runs,
        "counted": [rolled] * runs, "recorded": to_document(Recorded(EARLIER, TEN, 1710, 412_608.0)),
    }  # fmt: skip


@pytest.fixture
def asks(run, ana: FakeServer):
    ana.gives("POST /rehearsals", found(3))
    return lambda *more: run("rehearse", CHG, *more, "--server", ana.address)


def bodies(ana: FakeServer) -> list[dict]:
    return [asked.json for asked in ana.asked if asked.path == "/rehearsals"]


def test_an_earlier_change_is_named_and_its_minutes_are_told_of(asks, ana: FakeServer):
    said = " ".join(asks("--recorded", EARLIER, "--runs", "3").out.split())
    assert f"People come minute by minute as {EARLIER} counted them: 412,608 in 1 day 4 hours 30 minutes." in said
    assert "they come round again by whole days" in said
    assert said.count("As it was counted") == 1
    assert [body.get("recorded") for body in bodies(ana)] == [EARLIER, EARLIER]


def test_a_file_of_ones_own_is_sent_as_rows(asks, ana: FakeServer, tmp_path: Path):
    file = tmp_path / "figures.csv"
    file.write_text(HEADER + "error,2026-05-13T10:04Z,control,90,2\n", encoding="utf-8")
    assert asks("--recorded", file).code == 0
    assert bodies(ana)[0]["figures"] == [
        {"metric": "error", "minute": "2026-05-13T10:04Z", "arm": "control", "n": "90", "total": "2"}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metric,minute\nerror,2026-05-13T10:04Z\n", "has no column arm, n, total"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_said(asks, ana: FakeServer, tmp_path: Path, text: str | None, said: str):
    file = tmp_path / "figures.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    told = asks("--recorded", file)
    assert told.code != 0
    assert said in " ".join(told.err.split())
    assert bodies(ana) == []


# ------------------------------------------------------------------------------------------ a month


def row(number: int, kind: Kind, text: str) -> Row:
    was = Went("rolled_back", TEN, TEN, 64.0, (), "error")
    would = Went("rolled_back", TEN, TEN, 30.0, (), "error")
    notes = ("the recorded 1 hour come round again",)
    change = f"CHG-2026-{number:05d}"
    return Row(change, "a title", "a-target", Evidence.RECORDED, was, would, Difference(kind, text), 64, 12.4, notes)


def month(first: int, rows: list[Row], found: int, left_out: int = 0) -> dict[str, object]:
    period = (TEN, TEN, TEN, "Europe/London", "sha256:x", True)
    told = Month(*period, found, first, left_out, tuple(rows), totals(rows), ("So it is.",))
    return to_document(told)


def test_a_month_is_asked_for_in_parts_and_told_as_one(run, ana: FakeServer):
    rows = [row(n, Kind.SOONER, "rolled back 34 min sooner") for n in range(10)]
    ana.gives("POST /rehearsals/month", month(0, rows, 23, left_out=4))
    told = run("rehearse", "--month", "--from", "2026-05-01", "--server", ana.address)
    flat = " ".join(told.out.split())
    assert [(body["from"], body["first"], body["limit"]) for body in months_asked(ana)] == [
        ("2026-05-01", first, 10) for first in (0, 10, 20)
    ]
    assert "30 changes," in flat
    assert "30 sooner." in flat
    assert "an edit of the policy, which is not loaded" in flat
    assert "12 % of the candidate's people are drawn" in flat
    assert "CHG-2026-00003: the recorded 1 hour come round again" in flat
    assert "4 later changes are left out" in flat
    assert "So it is." in flat


def test_a_month_as_json_has_the_totals_of_all_its_parts(run, ana: FakeServer):
    ana.gives("POST /rehearsals/month", month(0, [row(1, Kind.SAME, "as it was")], 11))
    told = json.loads(run("rehearse", "--month", "--json", "--server", ana.address).out)
    assert told["totals"] == {"changes": 2, "kinds": [["as_it_was", 2]], "ends": [["rolled_back", 2]]}


def test_every_kind_of_difference_has_its_words_in_the_order_of_the_totals():
    assert list(KINDS) == [kind.value for kind in Kind]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((CHG, "--month"), "ask for one of both"), ((), "name a change or a file")],
)
def test_a_change_or_a_month_is_asked_for(run, ana: FakeServer, arguments: tuple[str, ...], said: str):
    told = run("rehearse", *arguments, "--server", ana.address)
    assert told.code != 0
    assert said in " ".join(told.err.split())


def months_asked(ana: FakeServer) -> list[dict]:
    return [asked.json for asked in ana.asked if asked.path == "/rehearsals/month"]
