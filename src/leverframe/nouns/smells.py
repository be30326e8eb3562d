"""What shows that the process itself is rotting?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Smell:
    """One sign that people go around the process, or that it asks nothing: a sentence, and the numbers behind it."""

    name: str
    because: str
    evidence: tuple[tuple[str, int], ...] = ()
