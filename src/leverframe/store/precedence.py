"""Who waits while something is being stopped?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_SECONDS = 0.1


class Precedence:
    """Lets who stops something go first: who only reads waits at its next step meanwhile, for a moment at most.

    Python runs one thread at a time, and whoever asks the database gives its turn away: among four pages a throw
    would queue behind them at each of its statements. Writers go on, for who goes first may have to wait for them.
    """

    def __init__(self, seconds: float = MOST_SECONDS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._free = threading.Event()
        self._free.set()
        self._lock = threading.Lock()
        self._first = threading.local()
        self._taken, self._until = 0, 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold up who reads, until the end; another that takes it meanwhile does not make them wait longer."""
        with self._lock:
            if not self._taken:
                self._until = self._monotonic() + self._seconds
                self._free.clear()
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
                if not self._taken:
                    self._free.set()

    @contextmanager
    def going_first(self) -> Iterator[None]:
        """Let this thread pass: it works for who has taken it."""
        self._first.goes = True
        try:
            yield
        finally:
            self._first.goes = False

    def give_way(self) -> None:
        """Wait where somebody goes first, and this thread does not work for them."""
        if not self._free.is_set() and not getattr(self._first, "goes", False):
            self._free.wait(max(0.0, self._until - self._monotonic()))
