"""Which switch file in git does this process follow, and how is that going?"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from leverframe.clock import monotonic
from leverframe.sources.git import Branch

TROUBLE = "its look at the switch file"
"""What the clock could not do, where that fails."""
LOOK_SECONDS = 3.0
AFTER_A_FAILURE_SECONDS = 15.0


@dataclass(slots=True)
class Following:
    """The file that this process follows; `looked_at` is the monotonic second of its last look that went well.

    A look that fails is not repeated at once: it may take as long as git is given.
    """

    branch: Branch
    write_back: bool = False
    every_seconds: float = LOOK_SECONDS
    looked_at: float | None = None
    _due_at: float = 0.0
    _hurried: threading.Event = field(default_factory=threading.Event)

    @property
    def is_due(self) -> bool:
        """Say whether it is time to look."""
        return self._hurried.is_set() or monotonic() >= self._due_at

    def begin(self) -> None:
        """Begin a look."""
        self._hurried.clear()
        self._due_at = monotonic() + AFTER_A_FAILURE_SECONDS

    def end(self) -> None:
        """End a look that went well."""
        self.looked_at = monotonic()
        self._due_at = self.looked_at + self.every_seconds

    def hurry(self) -> None:
        """Look in the next round of the clock: somebody has told that there is something new."""
        self._hurried.set()
