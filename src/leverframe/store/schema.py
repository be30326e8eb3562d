"""Which tables are there, all together?"""

from __future__ import annotations

from leverframe.store import audit, changes, checkpoints, ramps
from leverframe.store.database import metadata

__all__ = ["audit", "changes", "checkpoints", "metadata", "ramps"]
