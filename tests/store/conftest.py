"""What do the store's tests write down?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from leverframe.nouns.changes import BlastRadius, Change, Kind, Path, Provenance, StartWindow
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.ramps import Clause, Floor, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.targets import Tier
from leverframe.nouns.units import Unit

TUESDAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def tuesday() -> datetime:
    """Tuesday 12 May 2026, 09:00 UTC."""
    return TUESDAY


@pytest.fixture
def a_change() -> Callable[..., Change]:
    """Make a change, with what is named otherwise."""

    def make(id: str = "CHG-2026-00001", **fields: Any) -> Change:
        stage = Stage((Clause(10.0, ("eu",)),), 240, floors=(Floor("feedback_negative", 3.0),))
        values: dict[str, Any] = {
            "id": id,
            "title": "Answer in the customer's language",
            "kind": Kind.PROMPT,
            "tier": Tier.MEDIUM,
            "path": Path.NORMAL,
            "author": "ana",
            "targets": ("support-chat",),
            "current": {"support-chat": Unit(prompt="support@1")},
            "candidate": {"support-chat": Unit(prompt="support@2", model="azure.gpt")},
            "plan": RampPlan((stage, Stage((Clause(100.0),), 0))),
            "blast_radius": BlastRadius(4_000_000, ("eu", "us"), 50.0),
            "rollback_plan": "back to support@1",
            "kill_switch": "feature/support-chat",
            "artefacts": {"runbook": "https://example.org/run"},
            "start": StartWindow(TUESDAY, TUESDAY.replace(day=13), TUESDAY.replace(day=20)),
            "filed_at": TUESDAY,
            "provenance": {"title": Provenance("ana", at=TUESDAY)},
        }
        return Change(**{**values, **fields})

    return make


@pytest.fixture
def a_ramp() -> Callable[..., Ramp]:
    """Make a ramp, with what is named otherwise."""

    def make(change: str = "CHG-2026-00001", target: str = "support-chat", **fields: Any) -> Ramp:
        values: dict[str, Any] = {
            "state": RampState.RAMPING,
            "stage": 1,
            "started_at": TUESDAY,
            "stage_since": TUESDAY,
            "salt": "5a17",
            "published": {"eu": TUESDAY},
        }
        return Ramp(change, target, **{**values, **fields})

    return make


@pytest.fixture
def a_call() -> Callable[..., CallFacts]:
    """Make the facts of one call, with what is named otherwise."""

    def make(subject: str = "u1", arm: str = "candidate", **fields: Any) -> CallFacts:
        values: dict[str, Any] = {
            "gateway": "gw",
            "target": "support-chat",
            "change": "CHG-2026-00001",
            "stage": 1,
            "number": "1.7",
            "unit": "support@2",
            "region": "eu",
            "ring": "everyone",
            "locale": "de",
            "reason": "candidate" if arm == "candidate" else "not_exposed",
            "nonce": "n",
        }
        return CallFacts(subject=subject, arm=arm, **{**values, **fields})

    return make
