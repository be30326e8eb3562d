"""Does the script of the how-to reckon a verdict from its exported audit entry alone?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.world import ON_SQLITE, World

from leverframe.actions import audits
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import to_document
from leverframe.store import audit

pytestmark = ON_SQLITE
PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "check-a-verdict.md"
(CHECK,) = re.findall(r"```python\n(.+?)```", PAGE.read_text(), re.DOTALL)


def reached(world: World) -> Change:
    """A ramp that stands at 10 %, where evidence is carried from stage 1."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    return change


def go_on(world: World, change: Change, minutes: int, every: int = 10, **asked: Any) -> None:
    for _ in range(minutes // every):
        world.clock.advance(timedelta(minutes=every))
        world.outcomes(change, per_minute=300, **asked)
        world.round()
        if world.ramp(change).state != "ramping":
            return


def exported(world: World, act: str) -> str:
    """Return what `leverframe audit show LEAF --json` prints of the newest such entry."""
    with world.store.write() as db:
        audit.sequence(db)
    leaf = world.entries(act)[0].leaf
    assert leaf is not None
    return json.dumps(to_document(audits.show_entry(world.house, world.remi, leaf)))


def run(script: str, told: str) -> list[list[str]]:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", script], input=told, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return [line.split() for line in ran.stdout.splitlines()]


def agree(lines: list[list[str]]) -> None:
    """Each guardrail's recorded e-value is that which is reckoned, or the worst of those."""
    found: dict[tuple[str, str], list[float]] = {}
    for guardrail, against, reckoned, recorded, _ in lines:
        kind = against if against in ("current", "limit") else "mean"
        found.setdefault((guardrail, kind), []).append(float(reckoned))
        found.setdefault((guardrail, f"{kind} recorded"), []).append(float(recorded))
    for guardrail, kind in [key for key in found if "recorded" not in key[1]]:
        (recorded,) = set(found[guardrail, f"{kind} recorded"])
        assert max(found[guardrail, kind]) == pytest.approx(recorded, rel=1e-9 if kind == "mean" else 1e-12)


def test_the_script_gives_the_e_value_of_a_ramp_that_was_rolled_back(world: World):
    change = reached(world)
    go_on(world, change, 60, candidate_negative=0.3)
    lines = run(CHECK, exported(world, "ramp.rolled_back"))
    assert len(lines) >= 4
    agree(lines)
    harm = next(line for line in lines if line[:2] == ["feedback_negative", "current"])
    assert float(harm[2]) >= float(harm[4])


def test_the_script_knows_the_processes_that_look_for_later_harm(world: World):
    change = reached(world)
    go_on(world, change, 100)
    go_on(world, change, 120, candidate_negative=0.15)
    told = exported(world, "ramp.rolled_back")
    guardrails = json.loads(told)["entry"]["facts"]["evidence"]["guardrails"]
    assert next(each for each in guardrails if each["finding"] == "harm")["later"]["since"]
    agree(run(CHECK, told))


def test_the_script_gives_the_e_value_of_a_mean_that_fell(world: World):
    change = reached(world)
    for n in range(40):
        go_on(world, change, 1, every=1, groundedness=(0.9 - 0.02 * (n % 3), 0.6 - 0.05 * (n % 4)))
    told = exported(world, "ramp.rolled_back")
    lines = run(CHECK, told)
    agree(lines)
    groundedness = next(line for line in lines if line[:2] == ["groundedness", "groundedness"])
    assert float(groundedness[2]) >= float(groundedness[4])


def test_the_entry_names_nobody(world: World):
    change = reached(world)
    go_on(world, change, 60, candidate_negative=0.3)
    evidence = world.entries("ramp.rolled_back")[0].facts["evidence"]
    assert not re.search(r"user \d|salt|subject", json.dumps(evidence))
    assert len(json.dumps(evidence)) < 4_000
