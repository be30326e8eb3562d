"""Would each invariant notice? A round in which nobody dies holds; what is falsified afterwards is found."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.soak.invariants import INVARIANTS, broken
from tests.soak.processes import Plane
from tests.soak.receiver import Receiver
from tests.soak.scenario import Scenario
from tests.soak.world import World


@dataclass(frozen=True, slots=True)
class Played:
    """What one round has left behind."""

    data: Path
    calls: list[Any]
    receiver: Receiver
    plane: Plane
    watched: dict[str, Any]

    def broken(self) -> set[str]:
        """Return the invariants that do not hold."""
        url = f"sqlite:///{self.data / 'leverframe.db'}"
        faults = broken(url, self.data, self.calls, self.receiver, self.plane, self.watched)
        return {name for name in INVARIANTS for fault in faults if fault.startswith(f"{name}: ")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A round in which nobody died."""
    with World(tmp_path_factory.mktemp("whole"), "") as world:
        Scenario(world).run()
        watched = {name: edge.tell("watched") for name, edge in world.edges.items()}
        assert world.plane.stop() == 0
        yield Played(world.plane.data, world.served.calls, world.receiver, world.plane, watched)


@pytest.fixture
def played(whole, tmp_path):
    """A copy of it, to be falsified."""
    return replace(whole, data=Path(shutil.copytree(whole.data, tmp_path / "plane")))


FALSIFIED = {
    "the log verifies": (
        """update audit_entries set body = replace(body, 'because":"', 'because":"not ') where id = 5""",
    ),
    "stages in order": (
        "update audit_entries set body = replace(body, '\"stage\":2', '\"stage\":3') where act = 'ramp.promoted'",
    ),
    "steps are entries": ("delete from ramp_steps where id = 2",),
    "numbers rise": ("delete from route_tables where generation = 3",),
    "outcomes counted once": ("update stage_counts set n = n + 1 where name = 'units' and stage = 2",),
    "messages arrive once": ("update outbox set done_at = null where id = 3",),
    "receipts are closed": ("update receipts set closed_at = null",),
}


def test_a_round_in_which_nobody_dies_holds(whole):
    assert whole.broken() == set()


@pytest.mark.parametrize("name", FALSIFIED)
def test_what_is_falsified_is_found(played, name):
    with closing(sqlite3.connect(played.data / "leverframe.db")) as store:
        for kind, trigger in store.execute("select type, name from sqlite_master where type = 'trigger'").fetchall():
            store.execute(f"drop {kind} {trigger}")
        for statement in FALSIFIED[name]:
            store.execute(statement)
        store.commit()
    assert name in played.broken()


def test_an_outcome_that_was_counted_and_never_served_is_found(played):
    assert "outcomes counted once" in replace(played, calls=played.calls[: len(played.calls) // 2]).broken()


BUG = """
import logging
from leverframe import logs
logs.to_stderr()
try:
    raise RuntimeError("nobody thought of this")
except RuntimeError:
    logging.getLogger("leverframe.runner").exception("the clock's thread stumbled")
"""


def test_a_bug_in_the_log_is_found(played):
    assert "nothing broke" not in played.broken()
    plane = copy(played.plane)
    plane.data = played.data
    plane.log.write_bytes(subprocess.run([sys.executable, "-c", BUG], capture_output=True, check=True).stderr)
    assert "nothing broke" in replace(played, plane=plane).broken()


def test_a_service_without_an_answer_is_found(played):
    watched = {name: {**seen, "changes": list(seen["changes"])} for name, seen in played.watched.items()}
    last = watched["edge-a"]["changes"][-1]
    watched["edge-a"]["changes"].append({**last, "at": last["at"] + 1, "reason": "lease_expired"})
    assert "served throughout" in replace(played, watched=watched).broken()
