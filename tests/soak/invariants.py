"""What must hold afterwards, whatever died meanwhile?

Asked of the audit log and of the store as they lie on disk, of the services' own record of what they served, and of
the listener's record of what arrived. Each answer is a list of what is wrong.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from tests.soak.processes import Plane
from tests.soak.receiver import Receiver

from leverframe.nouns.audit import Entry
from leverframe.nouns.outcomes import CallFacts
from leverframe.rules import merkle
from leverframe.store import Store, audit, changes, checkpoints, gateways, outbox, ramps, tables
from leverframe.store.counted import interval_counts, stage_counts
from leverframe.store.counting import READ_REASONS
from leverframe.store.database import Db
from leverframe.store.notes import load_or_make_key
from leverframe.store.verification import verify
from leverframe.wiring import ORIGIN

SERVING = {"candidate", "not_exposed", "current", "no_table"}
APPLIES_WITHIN_SECONDS = 1.0
STEPS_OF = {"settled": "ramp.settled", "went_back": "change.went_back"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is asked: the store and the folder of its control plane, and what the outside has written down."""

    db: Db
    data: Path
    calls: list[tuple[CallFacts, tuple[str, ...], float | None]]
    receiver: Receiver
    plane: Plane
    watched: Mapping[str, Mapping[str, Any]]

    def entries(self, act: str = "") -> list[Entry]:
        """Return the audit entries of an act, the oldest first."""
        return audit.find(self.db, act=act, limit=100_000)[::-1]


def broken(url: str, data: Path, served: Iterable[Any], receiver: Receiver, plane: Plane, watched: Any) -> list[str]:
    """Return everything that does not hold, by the name of its invariant."""
    store = Store(url)
    try:
        with store.read() as db:
            calls = [(read_facts(call), bad, score) for call, bad, score in served]
            evidence = Evidence(db, data, calls, receiver, plane, watched)
            return [f"{name}: {fault}" for name, ask in INVARIANTS.items() for fault in ask(evidence)]
    finally:
        store.close()


def read_facts(call: str) -> CallFacts:
    """Return what a call id says; the control plane has checked its seal."""
    payload = call.split(".")[1]
    parts = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode().split("|")
    return CallFacts(*parts[:3], int(parts[3]), *parts[4:])  # pyright: ignore[reportArgumentType]


def log_verifies(e: Evidence) -> Iterator[str]:
    """The audit log verifies against every checkpoint, those outside the database too, to its last entry."""
    key = load_or_make_key(e.data / "audit.key", ORIGIN).public
    files = sorted((e.data / "checkpoints").glob("*.checkpoint"))
    report = verify(e.db, key, files)
    yield from (f"{fault.place}: {fault.because}" for fault in report.faults)
    if report.verified != report.entries or report.unnumbered:
        yield f"{report.verified} of {report.entries} entries are under a checkpoint"
    if not files:
        yield "no checkpoint was written outside the database"
    for entry in e.entries():
        if entry.leaf is not None:
            head = checkpoints.covering(e.db, entry.leaf)
            assert head is not None
            proof = audit.inclusion_proof(e.db, entry.leaf, head.size)
            hashed = merkle.leaf_hash(audit.leaf_bytes(entry))
            if not merkle.verify_inclusion(hashed, entry.leaf, head.size, proof, base64.b64decode(head.root)):
                yield f"leaf {entry.leaf} is not in the tree of {head.size}"


def stages_in_order(e: Evidence) -> Iterator[str]:
    """No stage is skipped and none repeated: promotions are strictly 1, 2, 3 … and one settles."""
    stages: dict[str, list[int]] = defaultdict(list)
    for entry in e.entries("ramp.promoted"):
        stages[entry.object].append(entry.facts["stage"])
    for change, seen in stages.items():
        if seen != list(range(1, len(seen) + 1)):
            yield f"{change} was promoted to {seen}"
    for act in ("ramp.started", "ramp.settled", "ramp.rolled_back", "ramp.aborted"):
        for change, times in Counter(entry.object for entry in e.entries(act)).items():
            if times > 1:
                yield f"{change}: {act} {times} times"
    settled = [entry.object for entry in e.entries("ramp.settled")]
    for change in settled:
        plan = changes.get(e.db, change).plan
        if len(stages[change]) != len(plan.stages):
            yield f"{change} settled after the stages {stages[change]} of {len(plan.stages)}"


def steps_are_entries(e: Evidence) -> Iterator[str]:
    """Each step of a ramp has its audit entry, and each such entry its step."""
    ids = {entry.object for entry in e.entries("ramp.")}
    steps = Counter(
        (STEPS_OF.get(step.kind, f"ramp.{step.kind}"), change, step.at, step.by, step.because)
        for change in ids
        for step in ramps.steps(e.db, change)
    )
    told = Counter(
        (entry.act, entry.object, entry.at, entry.actor, entry.because)
        for entry in (*e.entries("ramp."), *e.entries("change.went_back"))
        if entry.act not in ("ramp.started", "ramp.judged")
    )
    yield from (f"a step without its entry: {step}" for step in (steps - told).elements())
    yield from (f"an entry without its step: {entry}" for entry in (told - steps).elements())
    times = [entry.at for entry in e.entries()]
    if times != sorted(times):
        yield "time in the log runs back"


def numbers_rise(e: Evidence) -> Iterator[str]:
    """Within an epoch the numbers of tables rise by one, without a gap."""
    columns = (tables.route_tables.c.epoch, tables.route_tables.c.generation, tables.route_tables.c.published_at)
    rows = e.db.execute(select(*columns).order_by(*columns[:2])).all()
    if not rows:
        yield "no table was published"
    for before, after in pairwise(rows):
        if after.generation != before.generation + 1:
            yield f"{after.epoch}.{after.generation} follows {before.epoch}.{before.generation}"
        if after.published_at < before.published_at:
            yield f"{after.epoch}.{after.generation} was published before {before.epoch}.{before.generation}"


def outcomes_counted_once(e: Evidence) -> Iterator[str]:
    """What the services were acknowledged for is counted exactly once: units, bad units, calls and scores."""
    expected = _expected(e)
    for table, what in ((stage_counts, "in total"), (interval_counts, "by minutes")):
        by = [table.c[name] for name in ("change", "stage", "cell", "arm", "name")]
        query = select(*by, func.sum(table.c.n)).group_by(*by)
        counted = Counter({tuple(row[:5]): int(row[5]) for row in e.db.execute(query)})
        for key in sorted({*expected, *counted}):
            # Which of a unit's calls arrived first, of two services, is known to the store alone.
            if not key[-1].startswith("first_bad:") and expected[key] != counted[key]:
                yield f"{'/'.join(map(str, key))} {what}: {expected[key]} were acknowledged, {counted[key]} counted"
    for lost in gateways.losses(e.db):
        yield f"{lost.lost} of {lost.highest} batches of {lost.gateway} never arrived"


def _expected(e: Evidence) -> Counter[tuple[Any, ...]]:
    """Count again, from what the services have served alone."""
    counted: Counter[tuple[Any, ...]] = Counter()
    units: dict[tuple[Any, ...], str] = {}
    once: set[tuple[Any, ...]] = set()
    for facts, bad, score in e.calls:
        if not facts.change or not facts.subject or facts.reason not in READ_REASONS:
            continue
        where = (facts.change, facts.stage, facts.cell)
        arm = "candidate" if facts.arm == "candidate" else "control"
        if units.setdefault((*where, facts.subject), arm) != arm:
            continue
        counted[*where, arm, "sum:cost_usd"] += 1
        for name in ("units", *(f"bad:{guardrail}" for guardrail in bad)):
            if (*where, facts.subject, name) not in once:
                once.add((*where, facts.subject, name))
                counted[*where, arm, name] += 1
        for name in ("sum:groundedness", f"sum:groundedness@{facts.locale}") if score is not None else ():
            counted[*where, arm, name] += 1
    return counted


def messages_arrive_once(e: Evidence) -> Iterator[str]:
    """No message is lost, none is doubled for a listener that knows a `webhook-id`, and none says two things."""
    rows = e.db.execute(select(outbox.messages)).all()
    yield from (f"{row.key} has not arrived: {row.error}" for row in rows if row.done_at is None or row.error)
    yield from (f"{id} said two things" for id in e.receiver.contradictions)
    arrived = Counter((message["type"], _plain(message["data"])) for message in e.receiver.messages.values())
    written = Counter((f"dev.leverframe.{row.topic}.v1", _plain(row.body)) for row in rows)
    yield from (f"lost: {message}" for message in (written - arrived).elements())
    yield from (f"doubled: {message}" for message in (arrived - written).elements())
    acts = ("ramp.promoted", "ramp.rolled_back", "ramp.aborted", "switch.thrown", "switch.set")
    for act in acts:
        entries, messages = len(e.entries(act)), sum(row.topic == act for row in rows)
        if entries != messages:
            yield f"{entries} entries of {act}, and {messages} messages"


def _plain(value: Any) -> str:
    return repr(sorted(value.items()))


def receipts_are_closed(e: Evidence) -> Iterator[str]:
    """A receipt that was opened by a throw is closed, and its entry says so, also after a restart."""
    for number, because, _ in gateways.open_receipts(e.db):
        yield f"the receipt of {number} ({because}) was never closed"
    for entry in e.entries("switch.thrown"):
        number = entry.facts["number"]
        if number and gateways.receipt(e.db, number) is None:
            yield f"{number} has no receipt"


def served_throughout(e: Evidence) -> Iterator[str]:
    """Services answered all the time: as last known while nothing was heard, and never for want of a table."""
    for name, seen in e.watched.items():
        met = [row for row in seen["changes"] if row["number"] != "0.0"]
        for row in met:
            thrown = row["reason"] == "feature_thrown" and not row["serve"]
            if row["reason"] not in SERVING and not thrown:
                yield f"{name}: {row['subject']} met {row['reason']} at {row['number']}"
        for died, ready in downtimes(e.plane):
            late = [row for row in met if died + APPLIES_WITHIN_SECONDS < row["at"] < ready]
            yield from (f"{name}: {row['subject']} met {row['reason']} while nothing was heard" for row in late)
        numbers = [tuple(map(int, row["number"].split("."))) for row in met]
        if numbers != sorted(numbers):
            yield f"{name} went back to an older table"
        if not seen["asked"] or not met:
            yield f"{name} was never asked"


def downtimes(plane: Plane) -> Iterator[tuple[float, float]]:
    """Yield when a control plane was killed, and when it was ready again; a start that was cut short is within."""
    begins: dict[float, float] = {}
    for died in plane.kills:
        ready = [at for at in plane.ready_at if at > died]
        if ready and any(at < died for at in plane.ready_at):
            begins.setdefault(ready[0], died)
    yield from ((died, ready) for ready, died in begins.items())


def nothing_broke(e: Evidence) -> Iterator[str]:
    """The control plane has logged no bug."""
    yield from (f"it logged: {line}" for line in e.plane.errors())


INVARIANTS: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "the log verifies": log_verifies,
    "stages in order": stages_in_order,
    "steps are entries": steps_are_entries,
    "numbers rise": numbers_rise,
    "outcomes counted once": outcomes_counted_once,
    "messages arrive once": messages_arrive_once,
    "receipts are closed": receipts_are_closed,
    "served throughout": served_throughout,
    "nothing broke": nothing_broke,
}
