"""What have the gateways of all processes reported?

A gateway reports to one process of the control plane, and each process writes what it has heard: at once where
something changes, else with each heartbeat. Receipts, Today and the list of gateways read what all have written.

How old a row is, is told by the machines' wall clocks, never by the clock of decisions, which the demo moves by hand.
Wall clocks may differ by SKEW_SECONDS: a row is late when it is older than a heartbeat and that, and only what it is
late by is added to the ages in it. Then the rule is the same for all, and for the gateways of a process that has
died: who was last heard SILENT_AFTER_SECONDS ago is silent.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.clock import monotonic, wall
from leverframe.nouns.gateways import FORGOTTEN_AFTER_SECONDS, HEARTBEAT_SECONDS
from leverframe.store import reports
from leverframe.store.reports import Reported

SKEW_SECONDS = 5.0
BREATH_SECONDS, BREATHS = 0.1, 10.0
"""A burst of reports is written so often at most; where that takes long, a tenth of the time is spent on it."""


def share_soon(house: House) -> None:
    """Share what has changed, after a breath where something was shared just now; for a thread that may wait."""
    if house.fleet.is_unshared(monotonic(), HEARTBEAT_SECONDS):
        breath = max(BREATH_SECONDS, BREATHS * house.fleet.sharing_took)
        threading.Event().wait(house.fleet.shared_at + breath - monotonic())
        share(house)


def share(house: House) -> None:
    """Write what this process's gateways have reported, where it has changed or a heartbeat has passed."""
    fleet = house.fleet
    with fleet.sharing:
        if not fleet.is_unshared(monotonic(), HEARTBEAT_SECONDS):
            return
        known = fleet.unshared(monotonic())
        with house.store.write() as db:
            reports.write(db, fleet.process, known.reported, wall())
            reports.forget(db, wall() - timedelta(seconds=FORGOTTEN_AFTER_SECONDS))
        fleet.note_shared(known, monotonic() - known.at)


def end(house: House) -> None:
    """Share for the last time: the gateways come back to another process, and are awaited until they are silent."""
    share(house)
    house.fleet.ended = True


def learn(house: House) -> None:
    """Read what the gateways of the other processes have reported."""
    with house.store.read() as db:
        others = reports.of_others(db, house.fleet.process)
    now = wall()
    house.fleet.learn([each for written_at, known in others for each in _aged(known, written_at, now)])


def _aged(known: tuple[Reported, ...], written_at: datetime, now: datetime) -> Iterator[Reported]:
    """Add the time that has passed since it was written; a process that is late has no line open any more."""
    passed = max(0.0, (now - written_at).total_seconds())
    late = max(0.0, passed - HEARTBEAT_SECONDS - SKEW_SECONDS)
    for each in known:
        yield replace(
            each,
            age_seconds=each.age_seconds + late,
            known_seconds=each.known_seconds + passed,
            connected=each.connected and not late,
        )
