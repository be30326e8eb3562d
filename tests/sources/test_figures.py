"""Are somebody's own figures read the same from CSV and Parquet, and is every bad row said?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.world import faults_of

from leverframe.nouns.metrics import MetricInterval
from leverframe.nouns.recordings import Figure
from leverframe.sources.metrics import figures

AT = datetime(2026, 5, 13, 10, 4, tzinfo=UTC)
READ = (
    Figure(1, "error", MetricInterval(AT, "control", 90, 2.0)),
    Figure(2, "error", MetricInterval(AT, "candidate", 9, 1.0)),
)


def test_a_csv_file_is_read_as_it_is_sent(tmp_path: Path):
    file = tmp_path / "figures.csv"
    rows = "error,2026-05-13T10:04Z,control,90,2,\nerror,2026-05-13T11:04+01:00,candidate,9,1,note\n"
    file.write_text("metric,minute,arm,n,total,remark\n" + rows, encoding="utf-8")
    assert figures.read_figures(figures.read_file(file)) == READ


def test_a_parquet_file_is_read_as_the_same(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "figures.parquet"
    columns = {
        "metric": ["error"] * 2,
        "minute": [AT] * 2,
        "arm": ["control", "candidate"],
        "n": [90, 9],
        "total": [2, 1],
    }
    parquet.write_table(pa.table(columns), file)
    assert figures.read_figures(figures.read_file(file)) == READ


def test_each_row_that_cannot_be_read_is_said_with_its_number():
    good = {"metric": "error", "minute": "2026-05-13T10:04Z", "arm": "control", "n": 9, "total": 1}
    rows = [good, {**good, "minute": "yesterday"}, {**good, "n": "many"}, {**good, "metric": ""}, "error", good]
    faults = faults_of(lambda: figures.read_figures(rows))
    assert list(faults) == [f"figures, row {n}" for n in (2, 3, 4, 5)]
    assert faults["figures, row 4"] == "it names no metric"


def test_faults_and_rows_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert len(faults_of(lambda: figures.read_figures(["none"] * 500))) == figures.MOST_FAULTS
    monkeypatch.setattr(figures, "MOST_ROWS", 3)
    assert set(faults_of(lambda: figures.read_figures(["none"] * 4))) == {"figures"}
    monkeypatch.setattr(figures, "MOST_BYTES", 10)
    file = tmp_path / "figures.csv"
    file.write_text("metric,minute,arm,n,total\n", encoding="utf-8")
    assert "more than 10 bytes" in faults_of(lambda: figures.read_file(file))[str(file)]
