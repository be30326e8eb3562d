"""What does the plug-in cost an organisation's LiteLLM proxy?

    python bench/litellm.py [--json] [--requests N]

Two real LiteLLM proxies (`make litellm`), one without the plug-in and one with it, before the same provider, which
answers a chat at once from a process of its own. Asked for: a plain model of either, and a feature of the second with
its prompt and its outcome. One line for the latency, 16 lines for the throughput; the three in turn, three times; the
median of the three.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from ends import answer, answer_chats, ask_chats, free_port, process
from floors import load, percentile
from reports import Report, finish, median_of, parser, say
from tests.litellm.conftest import Plane, environment
from tests.litellm.proxy import LITELLM, Proxy
from tests.litellm.world import KEY, SEARCH, config
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import Served

RUNS, WARM_UP, LINES = 3, 50, 16
MOST_ADDED_MS, MOST_TIMES = 1.0, 1.15
PLAIN, FEATURE = "openai.gpt-4o", f"feature:{SEARCH}"


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of which proxy."""

    name: str
    port: int
    request: bytes


def cases(bare: Proxy, plugged: Proxy) -> list[Case]:
    """Return what is compared."""
    return [
        _case("without the plug-in", bare, PLAIN),
        _case("with it, a plain model", plugged, PLAIN),
        _case("with it, a feature", plugged, FEATURE),
    ]


def measure(asker: Connection, case: Case, requests: int) -> dict[str, float]:
    """Measure one case once."""
    alone = sorted(_ask(asker, case, requests, 1)[0])
    times, seconds = _ask(asker, case, requests, LINES)
    return {
        "p50_ms": 1000 * percentile(alone, 50),
        "p99_ms": 1000 * percentile(alone, 99),
        "rps": len(times) / seconds,
        "p99_ms_of_16": 1000 * percentile(sorted(times), 99),
    }


def hold(report: Report) -> None:
    """Hold the figures of the plug-in against those of the proxy without it."""
    bare, *plugged = report.figures.values()
    for name, case in zip(("a plain model", "a feature"), plugged, strict=True):
        report.at_most(f"{name}: p50 added, ms", MOST_ADDED_MS, case["p50_ms"] - bare["p50_ms"])
        report.at_most(f"{name}: time of {LINES} lines, times without", MOST_TIMES, bare["rps"] / case["rps"])


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--requests", type=int, default=300, help="requests of each run of each case")
    given = options.parse_args()
    if not LITELLM.exists():
        raise SystemExit("there is no LiteLLM proxy to measure; make litellm installs one")
    before, report = load(), Report()
    with ExitStack() as stack:
        asker, compared = _world(stack)
        for case in compared:
            _ask(asker, case, WARM_UP, LINES)
        runs = [{case.name: measure(asker, case, given.requests) for case in compared} for _ in range(RUNS)]
    for case in compared:
        report.add(case.name, **median_of([run[case.name] for run in runs]))
    hold(report)
    return finish(given, report, before)


def _world(stack: ExitStack) -> tuple[Connection, list[Case]]:
    """Start the provider, a control plane, and both proxies, one after the other."""
    folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
    answer(stack.enter_context(process(answer_chats, port)))
    provider, plane = f"http://127.0.0.1:{port}", Plane()
    plane.address = stack.enter_context(Served(plane.app())).address
    say("two proxies start")
    bare = stack.enter_context(Proxy(folder / "bare", config(provider, loaded=""), {}))
    told = environment(folder, plane)
    plugged = stack.enter_context(Proxy(folder / "plugged", config(provider), told))
    wait_until(lambda: bool(plane.reports))
    return stack.enter_context(process(ask_chats)), cases(bare, plugged)


def _case(name: str, proxy: Proxy, model: str) -> Case:
    said = {"role": "user", "content": "Where is order 7?"}
    body = json.dumps({"model": model, "messages": [said]}).encode()
    port = urlsplit(proxy.address).port
    assert port is not None
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\nx-leverframe-subject: ana\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Case(name, port, head.encode() + body)


def _ask(asker: Connection, case: Case, count: int, lines: int) -> tuple[list[float], float]:
    asker.send((case.port, case.request, count, lines))
    return answer(asker)


if __name__ == "__main__":
    raise SystemExit(main())
