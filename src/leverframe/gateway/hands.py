"""What works beside the answers, in each process anew?"""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Callable
from typing import Protocol

from leverframe.gateway.amending import collect_again
from leverframe.gateway.held import Held
from leverframe.gateway.listening import Identity, Listening
from leverframe.gateway.outcomes import Telling
from leverframe.gateway.reporting import Reporting

log = logging.getLogger("leverframe.gateway")


class Hands:
    """The three threads of one gateway in one process: they listen, report, and tell outcomes."""

    def __init__(
        self,
        control_plane: str,
        token: str,
        identity: Identity,
        held: Held,
        *,
        monotonic: Callable[[], float],
        take_traffic: Callable[[], bool],
        flush_seconds: float,
        snapshot: str = "",
    ) -> None:
        self.listening = Listening(
            control_plane,
            token,
            identity,
            held,
            monotonic,
            applied=lambda: self.reporting.applied(),
            had_traffic=lambda: self.reporting.had_traffic,
            snapshot=snapshot,
        )
        self.reporting = Reporting(token, identity, held, lambda: self.listening.me, take_traffic)
        self.telling = Telling(control_plane, token, identity.boot, flush_seconds)

    def start(self) -> None:
        """Begin."""
        self.reporting.start()
        self.telling.start()
        self.listening.start()

    def stop(self, timeout: float) -> None:
        """Tell the last outcomes, say goodbye, and end."""
        self.telling.stop(timeout)
        self.reporting.stop()
        self.listening.stop()

    def abandon(self) -> None:
        """In a forked child, where these threads do not run: let go of the parent's connections."""
        for hand in (self.listening, self.reporting, self.telling):
            hand.abandon()


class Forked(Protocol):
    """Who wants to know that this process is a fork."""

    def reopen(self) -> None:
        """Begin anew in the child."""


_started: weakref.WeakSet[Forked] = weakref.WeakSet()
_watching: list[bool] = []


def watch_forks(gateway: Forked) -> None:
    """Reopen a gateway in each child that is forked from here on: threads do not survive a fork."""
    _started.add(gateway)
    if not _watching and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_reopen)
        _watching.append(True)


def unwatch_forks(gateway: Forked) -> None:
    """Leave a closed gateway closed in later children."""
    _started.discard(gateway)


def _reopen() -> None:
    collect_again()
    for gateway in list(_started):
        try:
            gateway.reopen()
        except Exception:
            log.exception("a gateway could not be reopened after a fork; it serves its last table")
