"""Does everything hold when the control plane is killed in the middle of the scenario?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.soak.invariants import broken, downtimes
from tests.soak.processes import Killer
from tests.soak.scenario import Scenario
from tests.soak.world import World

BAKE_MINUTES, REQUESTS, REQUESTS_A_MINUTE = 2, 70, 9
"""With stages of so many minutes there are at least so many requests to kill in; three stages have three a minute."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its seed, how often the control plane was killed, how long it took, and what did not hold."""

    seed: int
    kills: int
    seconds: float
    down_seconds: float
    broken: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say it on one line."""
        held = "all holds" if not self.broken else "; ".join(self.broken)
        times = "once" if self.kills == 1 else f"{self.kills} times"
        return f"seed {self.seed}: killed {times}, down {self.down_seconds:.1f} of {self.seconds:.1f} s; {held}"


def play(
    seed: int,
    folder: Path,
    database: str,
    *,
    kills: int = 1,
    starts_cut: float = 0.2,
    bake_minutes: int = BAKE_MINUTES,
) -> Round:
    """Play one round on a fresh store and ask what must hold; longer stages give it more moments to die in."""
    among = REQUESTS + REQUESTS_A_MINUTE * (bake_minutes - BAKE_MINUTES)
    began, killer = time.monotonic(), Killer(seed, kills=kills, among=among, starts_cut=starts_cut)
    with World(folder, database, killer) as world:
        faults = _play(world, bake_minutes)
        seconds = time.monotonic() - began
        down = sum(ready - died for died, ready in downtimes(world.plane))
        return Round(seed, len(world.plane.kills), seconds, down, tuple(faults))


def _play(world: World, bake_minutes: int) -> list[str]:
    try:
        Scenario(world, bake_minutes).run()
    except Exception as fault:
        return [f"the scenario did not come to its end: {type(fault).__name__}: {fault}"]
    watched = {name: edge.tell("watched") for name, edge in world.edges.items()}
    code = world.plane.stop()
    faults = [f"the control plane ended with {code}"] if code else []
    served, plane = world.served.calls, world.plane
    return faults + broken(world.url, plane.data, served, world.receiver, plane, watched)
