"""What time is it? The one place that asks."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time that decisions use: aware, in UTC."""

    def now(self) -> datetime:
        """Return this moment."""
        ...


class RealClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        """Return this moment."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands until it is moved: for the demo, for stories and for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the moment at which it stands."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward, never back; returns the new moment."""
        if by < timedelta(0):
            raise ValueError("a clock only goes forward")
        with self._lock:
            self._now += by
            return self._now

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to a moment; one that has passed leaves the clock where it stands."""
        with self._lock:
            self._now = max(self._now, moment.astimezone(UTC))
            return self._now


def monotonic() -> float:
    """Return the machine's monotonic seconds: for sockets, leases, receipts; never for decisions about changes."""
    return time.monotonic()


def wall() -> datetime:
    """Return the machine's wall time: for leases that several processes must agree on, never for decisions."""
    return datetime.now(UTC)
