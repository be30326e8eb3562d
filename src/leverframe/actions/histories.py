"""What does the audit log say of each of many changes?

An entry is never altered, so that a history stands until its change has a newer entry. A page asks for some thousand
histories each time; those that stand are remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock

from leverframe.nouns.population import History
from leverframe.rules.histories import KEPT, read_history
from leverframe.store import audit
from leverframe.store.database import Db

MOST_KEPT = 50_000
"""So many changes are remembered, some kilobytes each."""


class HistoriesKept:
    """What one process remembers of them, for any thread; what was asked for longest ago is forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, History]] = OrderedDict()
        self._changing = Lock()

    def of(self, db: Db, changes: Collection[str]) -> Mapping[str, History]:
        """Return the history of each of some changes; it is empty where the log knows nothing of it."""
        newest = audit.newest_ids(db, changes)
        found = {id: kept[1] for id in changes if (kept := self._kept.get(id)) and kept[0] == newest.get(id, 0)}
        for id, entries in audit.of_objects(db, KEPT, [id for id in changes if id not in found]).items():
            found[id] = read_history(entries)
            if all(entry.leaf is not None for entry in entries):
                self._keep(id, newest.get(id, 0), found[id])
        return found

    def _keep(self, change: str, newest: int, history: History) -> None:
        with self._changing:
            self._kept[change] = newest, history
            self._kept.move_to_end(change)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
