"""Which table does this gateway hold?"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from leverframe.gateway.frames import read_frame
from leverframe.nouns.tables import NO_NUMBER, Decision, Number, Reason, RouteTable, Variant
from leverframe.nouns.targets import LAST_RING
from leverframe.nouns.units import Unit
from leverframe.rules.routing import Router

log = logging.getLogger("leverframe.gateway")

FILE = "table.json"
NEVER = float("-inf")


class NoTable:
    """What is asked while there is no table: the feature is off, unless the service declared that current serves."""

    def __init__(
        self, on_no_table: Mapping[str, str], current: Mapping[str, Unit], fallbacks: Mapping[str, str]
    ) -> None:
        self._units = {feature: current[feature] for feature, what in on_no_table.items() if what == "current"}
        self._fallbacks = fallbacks

    def route(
        self,
        feature: str,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        conversation: str | None = None,
        lease_ok: bool = True,
    ) -> Decision:
        """Answer as a Router does, with reason `no_table`."""
        unit, fallback = self._units.get(feature), self._fallbacks.get(feature, "")
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
    the held number moves it on, and a table from disk has none yet.
    """

    def __init__(self, no_table: NoTable, state_dir: Path | None = None) -> None:
        self.router: Router | NoTable = no_table
        self.number = NO_NUMBER
        self.lease_until = NEVER
        self.refused = ""
        self.refused_number: Number | None = None
        self._path = state_dir / FILE if state_dir else None
        self._frame = ""
        self._lease_seconds = 0.0

    def offer(self, frame: str, at: float | None = None) -> bool:
        """Obey a frame if it is good and newer than what is held; say whether it is obeyed now.

        `at` is when it came from the control plane, which begins the candidate's lease; None for one from disk.
        """
        try:
            table = read_frame(frame)
        except ValueError as fault:
            return self._refuse(str(fault))
        if table.number < self.number:
            self.refused_number = table.number
            return self._refuse(f"table {table.number} is older than {self.number}, which is held")
        if table.number > self.number:
            self._obey(table, frame, at)
        return True

    def beat(self, number: Number, at: float) -> None:
        """Renew the candidate's lease where the control plane confirms the number that is held."""
        if number == self.number:
            self.lease_until = at + self._lease_seconds

    def load(self, snapshot: Path | None = None) -> None:
        """Take what is on disk, or the snapshot if it is newer; a file that is broken is passed over."""
        for frame in (_read(self._path), _read(snapshot, bare=True)):
            if frame is not None:
                self.offer(frame)
        self.refused, self.refused_number = "", None

    def keep(self) -> None:
        """Write the held table to disk: whole or not at all."""
        if self._path is None or not self._frame:
            return
        try:
            _write(self._path, self._frame, self.number)
        except OSError as fault:
            log.warning("table %s could not be kept in %s: %s", self.number, self._path, fault)

    def _obey(self, table: RouteTable, frame: str, at: float | None) -> None:
        router = Router(table)
        self._frame, self._lease_seconds = frame, table.candidate_lease_seconds
        self.lease_until = NEVER if at is None else at + self._lease_seconds
        self.router, self.number = router, table.number
        self.refused, self.refused_number = "", None

    def _refuse(self, because: str) -> bool:
        self.refused = because
        log.warning("a table is refused: %s", because)
        return False


def _write(path: Path, frame: str, number: Number) -> None:
    """Write beside the file, then put it in its place: a power cut leaves the old one or the new one."""
    raw = frame.encode("utf-8", "surrogatepass")
    head = json.dumps({"leverframe": "table", "number": str(number), "digest": _digest(raw)}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".table-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(head + b"\n" + raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _fsync_folder(path.parent)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path | None, *, bare: bool = False) -> str | None:
    """Return the frame in a file that a gateway wrote (`bare`: or in a plain document); None without a good one."""
    if path is None or not path.exists():
        return None
    try:
        raw = path.read_bytes()
        first, _, rest = raw.partition(b"\n")
        digest = _digest_in(first)
        if bare and not digest:
            return raw.decode()
        if digest != _digest(rest):
            raise ValueError("its digest is not that of its table; it was cut off or altered")
        return rest.decode("utf-8", "surrogatepass")
    except (OSError, ValueError) as fault:
        log.warning("%s is not used: %s", path, fault)
        return None


def _digest_in(line: bytes) -> str:
    try:
        head = json.loads(line)
    except ValueError:
        return ""
    return str(head.get("digest", "")) if isinstance(head, dict) and head.get("leverframe") == "table" else ""


def _digest(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()
