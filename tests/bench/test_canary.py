"""Does the benchmark of canaries still run, on a handful of worlds?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench"))

import canary


@pytest.mark.parametrize("cell", ["A5", "B", "LATE"])
def test_each_kind_of_row_is_reckoned(cell: str):
    found = {name: work[0](*work[1:]) for name, work in canary.rows([cell], 4)}
    assert found
    for name, judged in found.items():
        assert judged, name
        assert all(value >= 0.0 for value in judged.values())
