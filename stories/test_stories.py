"""Is every story told as it is recorded? Each `*.story` is a test; its record, beside it, is reviewed like code."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
STORIES = sorted(path.stem for path in HERE.glob("*.story"))


@pytest.mark.parametrize("name", STORIES)
def test_the_story_is_told_as_recorded(name: str, shelf: Any, records: bool) -> None:
    _compare(name, shelf.told(name).record, records=records)


def test_the_worked_example_ramps_as_the_handbook_says(shelf: Any) -> None:
    assert (
        "\nSo far     Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%\n"
        in shelf.told("support-prompt").record
    )


@pytest.mark.postgres
def test_the_worked_example_is_told_the_same_on_postgres(told_on_postgres: Callable[[str], str]) -> None:
    _compare("support-prompt", told_on_postgres("support-prompt"), records=False)


def _compare(name: str, told: str, *, records: bool) -> None:
    record = HERE / f"{name}.txt"
    if records:
        record.write_text(told, "utf-8")
    recorded = record.read_text("utf-8") if record.exists() else ""
    if told != recorded:
        differs = difflib.unified_diff(recorded.splitlines(), told.splitlines(), "recorded", "told now", lineterm="")
        said = [f"{name} is told otherwise than it is recorded; `pytest stories --record` writes it down.", *differs]
        pytest.fail("\n".join(said), pytrace=False)
