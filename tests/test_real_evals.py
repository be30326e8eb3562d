"""Do the files that real eval tools wrote become deltas on a ticket, by page, over HTTP and on the command line?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rows import scenes
from tests.rows.doors import DOORS, HTTP, Deed, Door
from tests.served import Served, a_day, served

from leverframe.actions import evidence
from leverframe.nouns.evidence import Comparison

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "evals"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here: no real eval files")

FILES = [
    ("promptfoo/results.json", "", "groundedness"),
    ("inspect/groundedness.json", "candidate", "includes"),
    ("deepeval/test_run.json", "candidate", "groundedness"),
    ("pytest_junit.xml", "candidate", "groundedness"),
    ("lm-eval/results.json", "candidate", "acc"),
]
"""The file, whose results whoever sends it says they are, and one of its metrics."""
VERSION = "4.3.1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    day = a_day(tmp_path_factory.mktemp("day"))
    with served(day, tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize(("path", "of", "metric"), FILES, ids=lambda each: str(each))
def test_a_real_file_becomes_a_delta(house: Served, tmp_path: Path, door: Door, path: str, of: str, metric: str):
    change, body = scenes.filed(house, "support-prompt-v8", "ana"), (DATA / path).read_bytes()
    said = {"of": of, "tool_version": VERSION if of else ""}
    query = f"?of={of}&tool_version={said['tool_version']}" if door.name == HTTP.name else ""
    command = f"evidence add {{file}} --change {change}" + (f" --of {of} --tool-version {VERSION}" if of else "")
    where = f"/changes/{change}/evidence{query}"
    answer = door.do(
        house, "ana", Deed("POST", where, command, body, typed=said, page=f"/changes/{change}"), tmp_path
    )
    assert answer.is_yes, answer.words
    found = [each for each in evidence.list_evidence(house.built.house, change).deltas if each.metric == metric]
    assert found
    assert metric in answer.words or "unchanged" in answer.words, answer.words
    beside = {each.deployed is not None for each in found if not each.slice}
    assert beside == {not of}, "promptfoo's file holds both units' results, the others one's"
    assert all(each.comparison is not Comparison.NOT_COMPARABLE for each in found if not of and not each.slice)
