"""What is written down of every act?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, in which role, what, on what, because, on which facts, and the digest of what was decided.

    `act` is a verb phrase (`change.filed`), `object` what it was done to (`CHG-2026-00001`). `facts` holds no
    personal data. `id` is given by the store in the order of writing; `leaf` by the sequencer, in commit order.
    """

    at: datetime
    actor: str
    role: str
    act: str
    object: str
    because: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    decided_digest: str = ""
    id: int | None = None
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree's head at one size: a signed note (C2SP tlog-checkpoint) over `origin`, `size` and `root`."""

    origin: str
    size: int
    root: str
    note: str
    at: datetime
