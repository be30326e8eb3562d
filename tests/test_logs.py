"""Can an operator, and what collects their logs, read what a process of ours says?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from leverframe import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def quiet_again() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("leverframe")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def speak() -> None:
    log = logging.getLogger("leverframe.speaking")
    log.debug("nobody wants to know")
    log.info("table %s holds", "1.7")
    logging.getLogger("httpx").info("GET /health")
    try:
        raise ValueError("the disk is full")
    except ValueError:
        log.exception("a table could not be kept")


@pytest.mark.usefixtures("quiet_again")
def test_what_collects_logs_gets_one_object_a_line():
    heard = io.StringIO()
    logs.to_stderr(heard)
    speak()
    first, second = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert first.pop("timestamp").endswith("Z")
    assert first == {"event": "table 1.7 holds", "logger": "leverframe.speaking", "level": "info"}
    assert (second["event"], second["level"]) == ("a table could not be kept", "error")
    assert "Traceback (most recent call last)" in second["exception"]
    assert second["exception"].endswith("ValueError: the disk is full")


@pytest.mark.usefixtures("quiet_again")
def test_a_person_at_a_terminal_gets_lines():
    heard = Terminal()
    logs.to_stderr(heard)
    speak()
    assert "table 1.7 holds" in heard.getvalue().splitlines()[0]
    assert "ValueError: the disk is full" in heard.getvalue()
    assert "nobody wants to know" not in heard.getvalue()
    assert "GET /health" not in heard.getvalue()
