"""Is each fault of others that the page names shown, by a test that exists, not to be ours?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "faults-of-others.md"
HEAD = ["fault", "thread", "here instead", "test"]
GROUPS = ("Streams and tables", "Kill switches", "Sign-offs and schedules", "LiteLLM", "Routing", "Evidence")
THREAD = re.compile(r"[\w./-]+#\d+|PYSEC-\d{4}-\d+|[\w-]+ v\d+(\.\d+)+|measured|our own question")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


class Row(NamedTuple):
    """One fault, as the page tells it."""

    group: str
    fault: str
    thread: str
    instead: str
    tests: str


def rows() -> Iterator[Row]:
    group = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else HEAD
        if cells != HEAD and set("".join(cells)) != {"-"}:
            yield Row(group, *cells)


@cache
def found_in(path: str) -> frozenset[str]:
    """Name the tests of a file, which is read and not run."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body if (ROOT / path).is_file() else []
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.fault)
def test_a_fault_names_its_thread_and_tests_that_exist(row: Row):
    assert row.fault
    assert row.instead
    threads = row.thread.split(", ")
    assert [thread for thread in threads if not THREAD.fullmatch(thread)] == []
    named = TEST.findall(row.tests)
    assert ", ".join(f"`{path}::{name}`" for path, name in named) == row.tests, "only tests stand there, at least one"
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in found_in(path)] == []


def test_every_group_has_its_table_and_no_fault_stands_there_twice():
    told = list(rows())
    assert tuple(dict.fromkeys(row.group for row in told)) == GROUPS
    assert len({row.fault for row in told}) == len(told)


def test_a_test_that_is_not_there_would_be_found():
    assert "test_route_never_raises" in found_in("tests/gateway/test_gateway.py")
    assert "test_that_nobody_wrote" not in found_in("tests/gateway/test_gateway.py")
    assert found_in("tests/gateway/test_that_nobody_wrote.py") == frozenset()
