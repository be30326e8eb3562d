"""Does a terminal rehearse a change on recorded minutes, and on somebody's own file?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_server import FakeServer

from leverframe.nouns.documents import to_document
from leverframe.nouns.recordings import Recorded
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
