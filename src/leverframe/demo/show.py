"""What does a visitor see: a change going to 100 %, a worse one going back, and a lever thrown?"""

from __future__ import annotations

import asyncio
import json as json_codec
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from leverframe.demo.cast import Cast, adopt_units, assemble, enrol
from leverframe.demo.lockstep import Lockstep
from leverframe.demo.people import populate
from leverframe.demo.scorer import Scorer
from leverframe.demo.stage import Stage, staged
from leverframe.demo.story import Story, Told
from leverframe.demo.traffic import Traffic
from leverframe.sources.policies import read_bundle, read_folder

LONDON = ZoneInfo("Europe/London")
STARTS_AT = datetime(2026, 5, 12, 9, 0, tzinfo=LONDON)
GATEWAYS = ("gateway-a", "gateway-b")
FEATURE = "customer-support-ai"


def run(*, once: bool = False, json: bool = False, keep: bool = False, port: int = 0) -> int:
    """Run the show; returns its exit code. Without `once` the house stays open until it is interrupted."""
    data = Path(tempfile.mkdtemp(prefix="leverframe-demo-"))
    _end_when_asked()
    say = _quiet if json else _aloud
    try:
        with staged(data, port) as stage:
            told = uvloop.run(_show(stage, once=once, say=say))
            if json:
                print(json_codec.dumps(asdict(told)))
            if not once:
                _stay_open(stage, say)
        return 0 if told.complete else 1
    except KeyboardInterrupt:
        return 130
    finally:
        if keep:
            say(f"The show's data is kept in {data}")
        else:
            shutil.rmtree(data, ignore_errors=True)


def _end_when_asked() -> None:
    """End on SIGINT and on SIGTERM, also where a shell that started us in the background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def _aloud(line: str) -> None:
    print(line, flush=True)


def _quiet(line: str) -> None:
    pass


def example() -> Path:
    """Return the example organisation's folder: of this checkout, else of the folder one stands in."""
    for root in (Path(__file__).resolve().parents[3], Path.cwd()):
        if (root / "examples" / "acme" / "policy.yaml").is_file():
            return root / "examples" / "acme"
    raise RuntimeError("the demo needs examples/acme: run it in a checkout of Leverframe")


async def _show(stage: Stage, *, once: bool, say: Callable[[str], None]) -> Told:
    """Set the stage, let the clock go minute by minute, and tell what happens."""
    began, acme = time.monotonic(), example()
    say("\n  Setting the stage: a control plane, two gateways, an organisation and its people.")
    cast, gateways = _open_house(stage, acme)
    say(f"\n  Open  {stage.address}/  and act as any of the cast. The show takes a few minutes.\n")
    policy, _ = read_bundle(read_folder(acme))
    assert policy is not None
    people = populate(policy.catalog.targets[FEATURE].population, policy.rings)
    async with (
        Traffic(gateways, {FEATURE: 1.0}, people) as traffic,
        Scorer(f"{stage.address}/feedback", cast.scorer_token) as scorer,
        Lockstep(stage.address, cast.act("adi"), gateways, traffic, scorer) as lockstep,
    ):
        story = Story(cast, acme, say, whole=not once)
        await _play(story, lockstep, STARTS_AT)
    told = story.told()
    say(f"\n  The show took {time.monotonic() - began:.0f} s of {lockstep.answered:,} answered calls.\n")
    return told


async def _play(story: Story, lockstep: Lockstep, now: datetime) -> None:
    """Go on minute by minute until the story has been told: people act, users ask, the clock steps."""
    while not story.is_over(now):
        await asyncio.to_thread(story.minute, now)
        now += await lockstep.go_on(now)


def _open_house(stage: Stage, acme: Path) -> tuple[Cast, list[str]]:
    """Start the processes, load the policy, give everybody their session and each gateway its token."""
    cast = assemble(stage.address, stage.start_plane(STARTS_AT), acme)
    adopt_units(cast, acme / "units")
    return cast, [stage.start_gateway(name, enrol(cast, name), acme / "prompts") for name in GATEWAYS]


def _stay_open(stage: Stage, say: Callable[[str], None]) -> None:
    """Leave the house open for its visitor; the clock stands, everything else works."""
    say(f"  The clock stands now. Look around at {stage.address}/ ; Ctrl-C ends it.")
    while all(process.poll() is None for process in stage.processes):
        time.sleep(0.5)
