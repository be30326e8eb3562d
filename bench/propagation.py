"""How soon after the operator's request does the last gateway obey?

    python bench/propagation.py [--json] [--throws N] [--gateways N N]

A control plane with the example's policy on SQLite, and 2 to 5,000 gateways: one real one in its own process, which
verifies signatures, the others raw lines in one process, which report what they have as gateways do. The operator
throws up to 50 switches, one after another, each of another tenant, so that each is a new table; idle, and while 4
readers ask for / and /changes without a pause. Measured from the request sent, and from the request received by the
server, to the last gateway's application; `receipt` is what the control plane itself says, the report's way back
included.

Beside it, of the same run, the floor: as many bytes written by a bare uvloop server to as many sockets of one
process; and what is usual: Starlette's server-sent events, with a queue and a task for each client. All in turn,
three times; the median of the three. More than a thousand are measured once: their reports take minutes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ends import (
    TIMEOUT_SECONDS,
    answer,
    be_gateway,
    be_raw_gateways,
    broadcast_floor,
    broadcast_starlette,
    free_port,
    hear_floor,
    process,
    read_pages,
    serve_plane,
)
from floors import load, percentile
from houses import ACME, change_of
from reports import Report, finish, median_of, parser, say

from leverframe.actions import accounts, gateways, policies
from leverframe.actions.house import House
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.sources.policies import read_folder
from leverframe.store import changes, ramps
from leverframe.store.policies import active
from leverframe.store.table_keys import public_keys
from leverframe.wiring import Settings, build

RUNS, WARM_UP, PAUSE_SECONDS, PAUSE_OF_EACH = 3, 5, 0.02, 2e-5
"""A receipt names all that have not obeyed yet: the more they are, the less often it is asked for."""
TIMES_FLOOR, BUSY_MS = 2.0, 50.0
FLOOR_COUNTS_FROM, FLOOR_COUNTS_TO = 100, 1_000
"""Before two gateways the floor is next to nothing; of more than a thousand in a process the goals say nothing."""
MOST_LINES = 20_000
"""So many lines are written to in a cell, with ten throws at least."""
ASK = b"GET /stream HTTP/1.1\r\nHost: bench\r\n\r\n"
PAGES, READERS = ("/", "/changes"), 4
OPERATOR, ADMINISTRATOR, PASSWORD = "sol", "adi", "correct horse battery"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a filled house lets in: a gateway's token, the operator's session; and the key that signs its tables."""

    table: str
    gateway: str
    cookie: str
    csrf: str


@dataclass(slots=True)
class Plane:
    """A running control plane with its gateways: how to throw, and where each end says what it saw."""

    operator: http.client.HTTPConnection
    headers: dict[str, str]
    received: Connection
    gateway: Connection
    raw: Connection
    pages: Connection
    pause_seconds: float = PAUSE_SECONDS
    thrown: int = 0

    def throw(self) -> dict[str, float]:
        """Throw another tenant's switch; return the milliseconds until all gateways obey it, and the bytes."""
        self.thrown += 1
        body = json.dumps({"because": "a benchmark", "ticket": "INC-1"})
        sent = time.monotonic()
        said = self._ask("PUT", f"/switches/tenant/tenant-{self.thrown}/throw", body)
        answered = time.monotonic()
        number, received = answer(self.received)
        assert number == said["number"], said
        last, size = self._last(number)
        moments = {"from_sent_ms": last - sent, "from_received_ms": last - received, "answered_ms": answered - sent}
        seconds = {**moments, "receipt_ms": self._receipt(number)}
        return {**{name: each * 1e3 for name, each in seconds.items()}, "bytes": size}

    def _last(self, number: str) -> tuple[float, int]:
        """Wait until every gateway has said that it applied a number; return when the last did, and the bytes."""
        while (real := answer(self.gateway))[0] != number:
            continue
        while (raw := answer(self.raw))[0] != number:
            continue
        return max(real[1], raw[1]), raw[2]

    def _receipt(self, number: str) -> float:
        """Return in how many seconds all that report had reported a number, as the control plane says it."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            said = self._ask("GET", f"/receipts/{number}")
            if said["milliseconds"] is not None and said["confirmed"]:
                return said["milliseconds"] / 1e3
            if time.monotonic() > deadline:
                raise TimeoutError(said["sentence"])
            time.sleep(self.pause_seconds)

    def _ask(self, method: str, path: str, body: str | None = None) -> dict:
        self.operator.request(method, path, body, self.headers)
        response = self.operator.getresponse()
        said = json.loads(response.read())
        assert response.status == 200, said
        return said


def fill(data: Path) -> Keys:
    """Fill a house: the example's policy in force, thirty changes, three of them ramping, a gateway, an operator."""
    built = build(Settings(data))
    house, adi = built.house, Actor(ActorKind.PERSON, ADMINISTRATOR, roles=frozenset({accounts.FIRST_ADMINISTRATOR}))
    accounts.take_first_link(house, accounts.first_link(house) or "", ADMINISTRATOR, PASSWORD)
    policies.load_policy(house, adi, read_folder(ACME))
    adi = replace(adi, roles=frozenset({"administrator"}))
    accounts.add_account(house, adi, OPERATOR, PASSWORD)
    _changes(house)
    token = gateways.enrol(house, adi, "edge", frozenset())
    session = accounts.open_session(house, OPERATOR)
    house.store.close()
    return Keys(str(public_keys(data)["signs"]), token, f"leverframe_session={session.key}", session.csrf)


def _changes(house: House) -> None:
    now = datetime.now(UTC)
    with house.store.write() as db:
        policy = active(db)
        assert policy is not None
        targets = sorted(policy.catalog.targets)
        for n in range(30):
            change = change_of(policy, n, targets[n % len(targets)])
            ramping = n < 3
            changes.insert(db, replace(change, filed_at=now, state=State.IMPLEMENT if ramping else State.CLOSED))
            if ramping:
                ramps.insert(db, ramp_for(change, now))


def ramp_for(change: Change, now: datetime) -> Ramp:
    """Return a ramp that began now and has a day to go."""
    published = dict.fromkeys(change.blast_radius.regions, now)
    return Ramp(change.id, change.target, RampState.RAMPING, 3, now, now, "salt", published)


@contextlib.contextmanager
def running(count: int) -> Iterator[Plane]:
    """Run a control plane with so many gateways, all of them connected."""
    with tempfile.TemporaryDirectory(prefix="lf-bench-") as folder, contextlib.ExitStack() as ends:
        keys, port, stream_port = fill(Path(folder) / "data"), free_port(), free_port()
        received = ends.enter_context(process(serve_plane, f"{folder}/data", port, stream_port))
        operator = _connected(port)
        address = f"http://127.0.0.1:{port}"
        gateway = ends.enter_context(process(be_gateway, address, keys.gateway, f"{folder}/gateway", keys.table))
        raw = ends.enter_context(process(be_raw_gateways, stream_port, keys.gateway, count - 1))
        pages = ends.enter_context(process(read_pages, port, keys.cookie, PAGES, READERS))
        headers = {"Cookie": keys.cookie, "x-leverframe-csrf": keys.csrf, "Accept": "application/json"}
        headers = {**headers, "Content-Type": "application/json"}
        pause = max(PAUSE_SECONDS, count * PAUSE_OF_EACH)
        plane = Plane(operator, headers, received, gateway, raw, pages, pause)
        answer(gateway)
        answer(raw)
        operator.close()  # a server lets go of a line on which nothing is asked: the next request opens another
        yield plane


def _connected(port: int) -> http.client.HTTPConnection:
    """Wait until a server answers; return a connection that stays open."""
    deadline = time.monotonic() + 60.0
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30.0)
        try:
            connection.request("GET", "/health/ready")
            connection.getresponse().read()
            return connection
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def beside_ms(broadcast: Callable[..., None], request: bytes, sizes: Sequence[int], count: int) -> list[float]:
    """Return in how many milliseconds all sockets of one process had so many bytes of a server, for each size."""
    port = free_port()
    with process(broadcast, port) as server:
        answer(server)
        with process(hear_floor, port, count, request) as listeners:
            answer(listeners)
            return [_once(server, listeners, size, count) for size in sizes]


def _once(server: Connection, listeners: Connection, size: int, count: int) -> float:
    listeners.send(size)
    answer(listeners)
    time.sleep(PAUSE_SECONDS)
    server.send((size, count))
    return (answer(listeners) - answer(server)) * 1e3


def measure(count: int, throws: int) -> dict[str, dict[str, float]]:
    """Measure one control plane with so many gateways: idle, then with readers, then the floor of as many bytes."""
    with running(count) as plane:
        for _ in range(WARM_UP):
            plane.throw()
        idle = _throws(plane, throws)
        plane.pages.send(True)
        began = time.monotonic()
        time.sleep(1.0)
        busy = _throws(plane, throws)
        plane.pages.send(False)
        pages = answer(plane.pages) / (time.monotonic() - began)
    sizes = [round(each["bytes"]) for each in idle]
    floors, usual = beside_ms(broadcast_floor, b"", sizes, count), beside_ms(broadcast_starlette, ASK, sizes, count)
    floor = {"floor_p50_ms": _percentile(floors, 50), "floor_p90_ms": _percentile(floors, 90)}
    floor["starlette_p50_ms"] = _percentile(usual, 50)
    whole = _summary(idle)
    return {
        "idle": {**whole, **floor, "times_floor": whole["received_p50_ms"] / floor["floor_p50_ms"]},
        "4 pages in flight": {**_summary(busy), **floor, "pages_a_second": pages},
    }


def _throws(plane: Plane, throws: int) -> list[dict[str, float]]:
    done = []
    for _ in range(throws):
        time.sleep(PAUSE_SECONDS)
        done.append(plane.throw())
    return done


def _summary(throws: Sequence[dict[str, float]]) -> dict[str, float]:
    names = {"from_received_ms": "received", "from_sent_ms": "sent", "receipt_ms": "receipt"}
    return {
        f"{short}_p{percent}_ms": _percentile([each[name] for each in throws], percent)
        for name, short in names.items()
        for percent in (50, 90)
    }


def _percentile(milliseconds: Sequence[float], percent: float) -> float:
    return percentile(sorted(round(each * 1e6) for each in milliseconds), percent) / 1e6


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--throws", type=int, default=50, help="throws of each cell in each run")
    options.add_argument("--gateways", type=int, nargs="+", default=[2, 100, 1000, 5000])
    given = options.parse_args()
    before, report, runs = load(), Report(), []
    for run in range(RUNS):
        for count in given.gateways:
            if run and count > FLOOR_COUNTS_TO:
                continue
            runs.append((count, measure(count, min(given.throws, max(10, MOST_LINES // count)))))
            say(f"run {run + 1}, {count} gateways: {runs[-1][1]}")
    for count in given.gateways:
        for cell in ("idle", "4 pages in flight"):
            report.add(f"{count} gateways, {cell}", **median_of([cells[cell] for of, cells in runs if of == count]))
        whole = report.figures[f"{count} gateways, idle"]
        if FLOOR_COUNTS_FROM <= count <= FLOOR_COUNTS_TO:
            report.at_most(f"last of {count}, idle, times the floor", TIMES_FLOOR, whole["times_floor"])
        busy = report.figures[f"{count} gateways, 4 pages in flight"]
        if count > FLOOR_COUNTS_TO:
            continue
        report.at_most(f"last of {count}, 4 pages in flight, p90 ms", BUSY_MS, busy["received_p90_ms"])
    return finish(given, report, before)


if __name__ == "__main__":
    raise SystemExit(main())
