"""Which table does this gateway hold?"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from leverframe.gateway.amending import NOTHING, amended, narrowed, without_collecting
from leverframe.gateway.frames import Head, read_body, read_head, read_overlay
from leverframe.gateway.journal import Journal
from leverframe.gateway.trust import Trust
from leverframe.nouns.tables import NO_NUMBER, Decision, Number, Reason, RouteTable, Variant
from leverframe.nouns.targets import LAST_RING
from leverframe.nouns.units import Unit
from leverframe.rules.exercised import Exercised, router_of
from leverframe.rules.routing import Router

log = logging.getLogger("leverframe.gateway")

NEVER = float("-inf")


class NoTable:
    """What is asked while there is no table: the feature is off, unless the service declared that current serves."""

    def __init__(
        self, on_no_table: Mapping[str, str], current: Mapping[str, Unit], fallbacks: Mapping[str, str]
    ) -> None:
        self._units = {feature: current[feature] for feature, what in on_no_table.items() if what == "current"}
        self.fallbacks = fallbacks

    def route(
        self,
        feature: str,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        conversation: str | None = None,
        lease_ok: bool = True,
        cohorts: Collection[str] = (),
    ) -> Decision:
        """Answer as a Router does, with reason `no_table`."""
        unit, fallback = self._units.get(feature), self.fallbacks.get(feature, "")
        if unit is None:
            return Decision(False, None, Variant.OFF, Reason.NO_TABLE, fallback=fallback)
        return Decision(True, unit, Variant.CURRENT, Reason.NO_TABLE, fallback=fallback)

    def cell(self, feature: str, tenant: str | None, region: str | None) -> tuple[str, str]:
        """Return the region as it was given, and the last ring."""
        return region or "", LAST_RING

    def salt(self, feature: str, change: str) -> str:
        """Return "": without a table there is no ramp."""
        return ""


class Held:
    """The newest good table: in memory for answers, on disk for the next cold start.

    `lease_until` is when the candidate must no longer be served, on the monotonic clock: each beat that confirms
    the held number moves it on, and a table from disk has none yet. `missed` says that a frame came which belongs
    to a newer table than the one held: what lies between them has to be asked for.
    """

    def __init__(self, no_table: NoTable, state_dir: Path | None = None, trust: Trust | None = None) -> None:
        self.router: Router | Exercised | NoTable = no_table
        self._fallbacks = no_table.fallbacks
        self.number = NO_NUMBER
        self.lease_until = NEVER
        self.refused = ""
        self.missed = False
        self._trust = trust or Trust()
        self._journal = Journal(state_dir, check=self._trust.check)
        self._unkept: list[tuple[bool, list[bytes]]] = []

    @property
    def wants_whole(self) -> bool:
        """Say whether the disk needs a whole table, although the held one is the newest."""
        return self._journal.wants_whole

    def offer(self, lines: Iterable[bytes], at: float | None = None) -> bool:
        """Obey a frame if it is good, and newer than what is held; say whether its table is obeyed now.

        `at` is when it came from the control plane, which begins the candidate's lease; None for one from disk.
        """
        kept: list[bytes] = []
        self.missed = False
        try:
            with without_collecting():
                return self._offer(_noting(lines, kept), kept, at)
        except ValueError as fault:
            return self._refuse(str(fault))

    def beat(self, number: Number, at: float) -> None:
        """Renew the candidate's lease where the control plane confirms the number that is held."""
        if number == self.number and isinstance(self.router, Router | Exercised):
            self.lease_until = at + self.router.table.candidate_lease_seconds

    def load(self, snapshot: Path | None = None) -> None:
        """Take what is on disk, or the snapshot if it is newer; what is broken of them is passed over."""
        self._journal.load(self.offer)
        self._unkept.clear()
        if snapshot is not None:
            self._load(snapshot)
        self.refused = ""

    def keep(self) -> None:
        """Write to disk what is obeyed now and was not yet there."""
        unkept, self._unkept = self._unkept, []
        try:
            for whole, lines in unkept:
                self._journal.begin(lines) if whole else self._journal.append(lines)
        except OSError as fault:
            log.warning("table %s could not be kept: %s", self.number, fault)

    def _offer(self, lines: Iterator[bytes], kept: list[bytes], at: float | None) -> bool:
        head = read_head(lines, self._trust.check)
        if head.after is None and head.number < self.number:
            raise ValueError(f"table {head.number} is older than {self.number}, which is held")
        if self._is_beyond(head):
            self.missed = True
            return False
        overlay = read_overlay(lines, head)
        table = self._table()
        if head.body.lines and head.number > self.number and table is not NOTHING:
            self.router = router_of(narrowed(table, overlay), self._fallbacks)
        found = overlay | read_body(lines, head)
        if head.number > self.number:
            self._obey(amended(NOTHING if head.after is None else table, head.number, found), at)
        elif head.after is not None:
            return head.number == self.number
        self._unkept.append((head.after is None, kept))
        return True

    def _is_beyond(self, head: Head) -> bool:
        """Say whether something lies between the held table and what a frame changes."""
        after = head.after
        return after is not None and (after.epoch != self.number.epoch or after > self.number)

    def _table(self) -> RouteTable:
        return self.router.table if isinstance(self.router, Router | Exercised) else NOTHING

    def _obey(self, table: RouteTable, at: float | None) -> None:
        self.lease_until = NEVER if at is None else at + table.candidate_lease_seconds
        self.router, self.number = router_of(table, self._fallbacks), table.number
        self.refused = ""

    def _load(self, snapshot: Path) -> None:
        try:
            self.offer(snapshot.read_bytes().split(b"\n"))
        except OSError as fault:
            log.warning("%s is not used: %s", snapshot, fault)

    def _refuse(self, because: str) -> bool:
        self.refused = because
        log.warning("a table is refused: %s", because)
        return False


def _noting(lines: Iterable[bytes], kept: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        kept.append(line)
        yield line
