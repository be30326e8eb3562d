"""How long does the server take for each page, with a year of data?

    python bench/pages.py [--json] [--full] [--keep DIR] [--times N]

A year is 10,000 changes, 60 features, 120 tenants, 40 gateways and 200,000 audit entries (2 million with --full). A
page is asked as remi asks it, with her session; what is timed is the server's own part, from the request to the last
byte of the answer: no network, no browser. With --keep the filled store is left in that folder, and found there the
next time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from floors import load, median, percentile
from reports import Report, finish, parser, say
from year import GATEWAYS, NOW, Year

from leverframe.actions.accounts import open_session
from leverframe.clock import VirtualClock
from leverframe.gateway.calls import gateway_key, sign_call
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import Number
from leverframe.store import tables
from leverframe.web.visits import COOKIE
from leverframe.wiring import Built, Settings, build

GOAL_MS, TIMES, FULL = 100.0, 20, 2_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered, and how long it took."""

    status: int
    size: int
    milliseconds: float


def pages_of(built: Built, ids: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses of all pages, by name."""
    facts = CallFacts(
        gateway="edge-00",
        target="feature-001",
        change=ids["implement"],
        stage=2,
        arm="candidate",
        number="1.1",
        unit="a unit",
        subject="salted",
        region="uk",
        ring="",
        locale="en-GB",
        reason="candidate",
        nonce="n",
    )
    call = sign_call(facts, gateway_key(built.house.call_key, "edge-00"))
    return {
        "Today": "/",
        "My work": "/me",
        "Follow-ups": "/follow-ups",
        "Changes": "/changes",
        "Changes, by elapsed": "/changes?sort=elapsed",
        "Where the time goes": "/changes/time",
        "Changes, by state": "/changes?state=closed",
        "Changes, by target": "/changes?target=feature-007",
        "Changes, by text": "/changes?text=subject+4711+",
        "Changes, text in none": "/changes?text=no+such+words",
        "Change, filed": f"/changes/{ids['assess']}",
        "Change, to sign": f"/changes/{ids['authorize']}",
        "Change, in flight": f"/changes/{ids['implement']}",
        "Change, closed": f"/changes/{ids['closed']}",
        "Starts of a change": f"/changes/{ids['authorize']}/slots",
        "File a change": "/changes/new",
        "Calendar": "/calendar",
        "Calendar, a year": "/calendar?period=2026",
        "Freezes": "/freezes",
        "CAB": "/cab",
        "Population": "/population?from=2026-04-01&to=2026-06-30",
        "Unexplained units": "/population/unauthorised",
        "Debts": "/debts",
        "What changed, 2 h": "/changes/recent?since=2h",
        "What changed, 7 d": "/changes/recent?since=7d",
        "Why": f"/calls/{call}",
        "Kill switches": "/switches",
        "Kill switch": "/switches/feature/feature-001",
        "Policy": "/policy",
        "Targets": "/targets",
        "Target": "/targets/feature-001",
        "Audit": "/audit",
        "Audit, by act": "/audit?act=switch.",
        "Audit, by object": f"/audit?object={ids['closed']}",
        "Audit, last day": "/audit?since=24h",
        "Audit, in none": "/audit?act=no.such&actor=remi",
        "Audit entry": "/audit/100000",
        "Accounts": "/accounts",
        "Log in": "/login",
    }


def ask(built: Built, path: str, cookie: str) -> Answer:
    """Ask one page in process and time the application's own part."""
    where, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": where,
        "raw_path": where.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"accept", b"text/html"), (b"cookie", f"{COOKIE}={cookie}".encode()), (b"host", b"bench")],
        "client": ("127.0.0.1", 1),
        "server": ("bench", 80),
    }
    return _RUN(_ask(built.app, scope))


async def _ask(app: Callable[..., Awaitable[None]], scope: dict[str, Any]) -> Answer:
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    begins = time.perf_counter()
    await app(scope, receive, send)
    took = (time.perf_counter() - begins) * 1000
    return Answer(told[0]["status"], sum(len(m.get("body", b"")) for m in told[1:]), took)


_RUN = asyncio.new_event_loop().run_until_complete


def measure(built: Built, pages: Mapping[str, str], times: int) -> dict[str, dict[str, float]]:
    """Ask each page so many times, after one that is told apart: nothing is kept yet then."""
    cookie = open_session(built.house, "remi").key
    figures = {}
    for name, path in pages.items():
        first = ask(built, path, cookie)
        if first.status != 200:
            raise SystemExit(f"{path} answers {first.status}")
        took = sorted(ask(built, path, cookie).milliseconds for _ in range(times))
        figures[name] = {
            "p50_ms": median(took),
            "p95_ms": percentile([round(each * 1000) for each in took], 95) / 1000,
            "first_ms": first.milliseconds,
            "kilobytes": first.size / 1000,
        }
    return figures


@contextmanager
def a_year(folder: Path, entries: int):
    """Build the house in a folder, with a year of data in it and its gateways reporting."""
    noted = folder / "year.json"
    clock = VirtualClock(NOW if noted.exists() else NOW - timedelta(days=366))
    built = build(Settings(folder, demo=True, clock_start=NOW), clock)
    year = Year(built, clock, entries=entries, say=say)
    if noted.exists():
        year.ids = json.loads(noted.read_text())
    else:
        year.fill()
        noted.write_text(json.dumps(year.ids))
    with built.house.store.read() as db:
        number = tables.newest_number(db)
    for place in range(GATEWAYS):
        name = f"edge-{place:02}"
        built.house.fleet.report(name, name, "boot", Number(*number), traffic=True)
    try:
        yield built, year.ids
    finally:
        built.house.store.close()


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goal is met."""
    options = parser(__doc__)
    options.add_argument("--full", action="store_true", help="2 million audit entries")
    options.add_argument("--keep", type=Path, help="fill this folder, or use what is filled there")
    options.add_argument("--times", type=int, default=TIMES, help="requests of each page")
    given = options.parse_args()
    before, report = load(), Report()
    entries = FULL if given.full else 200_000
    with tempfile.TemporaryDirectory() as made, a_year(given.keep or Path(made), entries) as (built, ids):
        for name, measures in measure(built, pages_of(built, ids), given.times).items():
            report.add(name, **measures)
    slowest = max(report.figures, key=lambda name: report.figures[name]["p50_ms"])
    report.at_most(f"the slowest page ({slowest}), ms", GOAL_MS, report.figures[slowest]["p50_ms"])
    return finish(given, report, before)


if __name__ == "__main__":
    raise SystemExit(main())
