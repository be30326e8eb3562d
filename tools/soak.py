"""Does the house hold for long: the show ten times in a row, and the control plane killed again and again?

`make soak` plays it all, and then longer rounds with more kills (`--bake`, `--kills`). `--rounds`, `--demos` and
`--stores` play less of it, as does `--no-tests`; `--seeds 17` plays one round again.
`--record` writes what came of it into docs/soak.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.soak.databases import NoPostgres, fresh_database, postgres_server  # noqa: E402
from tests.soak.invariants import INVARIANTS  # noqa: E402
from tests.soak.rounds import Round, play  # noqa: E402
from tests.soak.sequences import prepared, run  # noqa: E402
from tests.soak.sockets import run_on_sockets, running  # noqa: E402
from tests.soak.test_demo import play_demo  # noqa: E402

RECORD = ROOT / "docs" / "soak.md"
STORES = ("sqlite", "postgres")
BAKE_MINUTES, KILLS = 12, 2
SEQUENCES_A_SOCKET = 20
"""Of so many sequences one more is played on real sockets."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record: what was played, how often, how often something died, and what did not hold."""

    what: str
    times: int
    kills: int
    minutes: float
    failed: tuple[str, ...]

    @property
    def row(self) -> str:
        """Write it as a row of the table."""
        held = ", ".join(self.failed) or "none"
        today = datetime.now(UTC).date().isoformat()
        return f"| {today} | {self.what} | {self.times} | {self.kills} | {self.minutes:.0f} | {held} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what was asked for and return 0 where all of it holds."""
    asked = _asked(arguments)
    lines = [line for store in asked.stores for line in _rounds_on(store, asked)]
    if asked.sequences:
        lines += [_sequences(asked.sequences), _on_sockets(max(1, asked.sequences // SEQUENCES_A_SOCKET))]
    if asked.tests:
        lines.append(_tests())
    if asked.demos:
        lines.append(_demos(asked.demos))
    for line in lines:
        print(line.row, flush=True)
    if asked.record:
        _record(lines)
    return 1 if any(line.failed for line in lines) else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demos", type=int, default=10, help="how many shows in a row")
    parser.add_argument("--sequences", type=int, default=1000, help="how many sequences of levers on three gateways")
    parser.add_argument("--no-tests", dest="tests", action="store_false", help="leave out the tests marked soak")
    parser.add_argument("--rounds", type=int, default=50, help="how many rounds of kills on each store")
    parser.add_argument("--seeds", type=int, nargs="*", help="these rounds and no others; no shows either")
    parser.add_argument("--first-seed", type=int, default=1, help="the seed of the first round")
    parser.add_argument("--kills", type=int, default=KILLS, help="how often the control plane is killed in a round")
    parser.add_argument("--bake", type=int, default=BAKE_MINUTES, help="virtual minutes of a stage")
    parser.add_argument("--stores", nargs="*", choices=STORES, default=STORES)
    parser.add_argument("--record", action="store_true", help="write the result into docs/soak.md")
    asked = parser.parse_args(arguments)
    if asked.seeds is None:
        asked.seeds = list(range(asked.first_seed, asked.first_seed + asked.rounds))
    else:
        asked.demos, asked.sequences, asked.tests = 0, 0, False
    return asked


def _rounds_on(store: str, asked: argparse.Namespace) -> Iterator[Line]:
    """Play the rounds on one store; a store that is not here is skipped, and said so."""
    began = time.monotonic()
    try:
        with _server_of(store) as server:
            rounds = [_round(store, server, seed, asked) for seed in asked.seeds]
    except NoPostgres as because:
        print(f"skipped: {store}, because there is {because}", flush=True)
        return
    if rounds:
        failed = tuple(str(played.seed) for played in rounds if played.broken)
        kills = sum(played.kills for played in rounds)
        what = f"{store}, stages of {asked.bake} min"
        yield Line(what, len(rounds), kills, (time.monotonic() - began) / 60, failed)


@contextmanager
def _server_of(store: str) -> Iterator[str]:
    if store == "sqlite":
        yield ""
    else:
        with postgres_server() as server:
            yield server


def _round(store: str, server: str, seed: int, asked: argparse.Namespace) -> Round:
    folder = Path(tempfile.mkdtemp(prefix=f"leverframe-soak-{store}-{seed}-"))
    with _database_of(server) as database:
        played = play(seed, folder, database, kills=asked.kills, bake_minutes=asked.bake)
    print(f"{store}: {played.sentence}", flush=True)
    if played.broken:
        print(f"  what it left is in {folder}", flush=True)
    else:
        shutil.rmtree(folder)
    return played


@contextmanager
def _database_of(server: str) -> Iterator[str]:
    if not server:
        yield ""
    else:
        with fresh_database(server) as url:
            yield url


def _sequences(times: int) -> Line:
    """Play random sequences of levers: whatever happens, all gateways end at the compiled truth."""
    began, failed = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="leverframe-sequences-") as folder, prepared(Path(folder)) as house:
        for seed in range(1, times + 1):
            place = Path(folder) / str(seed)
            place.mkdir()
            found = run(seed, place, house)
            print(*found, sep="\n", end="\n" if found else "", flush=True)
            failed += [str(seed)] if found else []
            shutil.rmtree(place)
    return Line("sequences of levers", times, 0, (time.monotonic() - began) / 60, tuple(failed))


def _on_sockets(times: int) -> Line:
    """Play some of them with a whole control plane and three gateways on real sockets."""
    began, failed = time.monotonic(), []
    with (
        tempfile.TemporaryDirectory(prefix="leverframe-sockets-") as folder,
        running(Path(folder)) as (house, tokens),
    ):
        for seed in range(1, times + 1):
            found = run_on_sockets(seed, Path(folder) / str(seed), house, tokens)
            failed += [str(seed) for each in found if not print(each, flush=True)][:1]
    return Line("sequences on real sockets", times, 0, (time.monotonic() - began) / 60, tuple(failed))


def _tests() -> Line:
    """Run the tests that are too long for `make test`."""
    began, command = time.monotonic(), [sys.executable, "-m", "pytest", "-m", "soak", "-rs", "tests"]
    ended = subprocess.run(command, cwd=ROOT, check=False).returncode
    return Line("the long tests", 1, 0, (time.monotonic() - began) / 60, ("pytest -m soak",) if ended else ())


def _demos(times: int) -> Line:
    began, failed = time.monotonic(), []
    for number in range(1, times + 1):
        started = time.monotonic()
        try:
            told = play_demo()
            print(f"show {number}: {told['timeline']}, {time.monotonic() - started:.0f} s", flush=True)
        except Exception as fault:
            failed.append(f"show {number}")
            print(f"show {number} failed: {type(fault).__name__}: {fault}", flush=True)
    return Line("the show", times, 0, (time.monotonic() - began) / 60, tuple(failed))


def _record(lines: Sequence[Line]) -> None:
    """Add rows to the table at the end of the record; what stands above it is written anew."""
    told = RECORD.read_text("utf-8") if RECORD.exists() else ""
    kept = [line for line in told.splitlines() if line.startswith("| 2")]
    asked = "\n".join(f"- **{name}**: {(ask.__doc__ or '').strip()}" for name, ask in INVARIANTS.items())
    rows = "\n".join([*kept, *(line.row for line in lines)])
    aside = RECORD.with_suffix(f".{os.getpid()}")
    aside.write_text(_PAGE.format(asked=asked, rows=rows, bake=BAKE_MINUTES), "utf-8")
    aside.replace(RECORD)


_PAGE = """# What happens when the control plane is killed?

`make soak` plays the show ten times in a row, and then a scenario on each store: fifty rounds with stages of {bake}
virtual minutes and two or more kills in each, which take some 20 seconds, and five rounds with stages of 36 minutes
and twelve or more kills, which take some 90. The control plane dies by SIGKILL at moments that follow from the
round's seed: in the middle of a request, while the clock is moved, while outcomes are posted, while a policy is
loaded, and now and then while it starts again. It is started again on the same data and the same ports, and whoever
got no answer looks whether their act was done and repeats it if not.

A round is made of real processes: a control plane, two services that embed the gateway, a listener to the webhook.
Time is virtual. A change is filed, signed and armed, and goes through four stages to 100 %;
meanwhile it is held and released, its feature's kill switch is thrown and set again, and the next policy is proposed,
signed and in force. A second change, whose candidate fails, is rolled back by its evidence, and reviewed. Then this
is asked of the audit log, of the store, of what the services served and of what the listener heard:

{asked}

Beside these a thousand random sequences are played on three gateways: levers thrown and set, ramps, policies, game
days, lost lines, gateways that die before they have written their disk, a control plane that dies between its commit
and its first byte, and restored copies. Fifty more run on real sockets. At the end each gateway's table must be the
one that is compiled from the store, part by part.

The long tests hold a game day over every switch of the example, at two gateways and a LiteLLM proxy, with a feature
that is wired past its switch, a provider and a page that are down, and a gateway whose line is cut; and two workers
of one proxy obey.

`make test` plays a round of kills on each store, with one kill each, and twenty-five sequences, and shows that
every one of these questions finds what was falsified. It also restores a backup, copies an old database by hand, and
has a second control plane take over from a first that was killed. `tools/soak.py --stores sqlite --seeds 17` plays
one round again.

## Runs

| date | on | times | kills | minutes | failed |
|---|---|---|---|---|---|
{rows}
"""


if __name__ == "__main__":
    raise SystemExit(main())
