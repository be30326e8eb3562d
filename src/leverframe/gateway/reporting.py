"""What has this gateway applied, and is it there?

One thread says so: at once when a table was applied, with every beat, and goodbye at the end.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from leverframe.gateway.asking import Asker, Denied, Unreachable, Waits
from leverframe.gateway.held import Held
from leverframe.gateway.listening import Identity, Me
from leverframe.nouns.gateways import HEARTBEAT_SECONDS

log = logging.getLogger("leverframe.gateway")

GOODBYE_SECONDS = 2.0


class Reporting:
    """The thread that reports. `take_traffic` says whether anything was asked since it was last called.

    `had_traffic` says whether anything was asked that no report has told yet.
    """

    def __init__(
        self,
        token: str,
        identity: Identity,
        held: Held,
        me: Callable[[], Me | None],
        take_traffic: Callable[[], bool],
    ) -> None:
        self._token, self._identity, self._held, self._me = token, identity, held, me
        self._take_traffic, self.had_traffic = take_traffic, False
        self._wake = threading.Event()
        self._stopping = False
        self._waits = Waits()
        self._asker: Asker | None = None
        self._address = ""
        self._thread = threading.Thread(target=self._run, name="leverframe-reporting", daemon=True)

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def applied(self) -> None:
        """Report now: a table was applied."""
        self._wake.set()

    def stop(self) -> None:
        """Say goodbye and end."""
        self._stopping = True
        self._wake.set()
        self._thread.join(GOODBYE_SECONDS)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's connection without a word on it."""
        if self._asker is not None:
            self._asker.abandon()

    def _run(self) -> None:
        wait = 0.0
        while True:
            self._wake.wait(wait)
            self._wake.clear()
            if self._stopping:
                break
            wait = self._report()
        self._report(goodbye=True)
        if self._asker is not None:
            self._asker.close()

    def _report(self, goodbye: bool = False) -> float:
        """Report once; return how long to wait for the next."""
        me = self._me()
        if me is None:
            return HEARTBEAT_SECONDS
        started, self.had_traffic = time.monotonic(), self._take_traffic() or self.had_traffic
        try:
            self._asker_of(me).ask("POST", "/report", self._document(goodbye))
        except (Unreachable, Denied, ValueError) as fault:
            log.debug("a report was not taken: %s", fault)
            return min(self._waits.next(), me.heartbeat_seconds)
        self._waits.reset()
        self.had_traffic = False
        return max(0.0, me.heartbeat_seconds - (time.monotonic() - started))

    def _document(self, goodbye: bool) -> dict[str, object]:
        return {
            "instance": self._identity.instance,
            "boot": self._identity.boot,
            "number": str(self._held.number),
            "traffic": self.had_traffic,
            "goodbye": goodbye,
        }

    def _asker_of(self, me: Me) -> Asker:
        if self._asker is None or self._address != me.stream_url:
            self._asker, self._address = Asker(me.stream_url, self._token), me.stream_url
        return self._asker
