"""What does the control plane say?

One thread keeps one line open for ever. A line that is silent for three beats is dead, whatever the network
says: it is closed and opened again, after a jittered wait that never gives up. Between two tries it asks the API for
what is new, so that a kill arrives where no stream does. It is the same thread: while the line stands nothing is
polled, and neither way can bring back an older table.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import http.client
import json
import logging
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from leverframe.gateway.arriving import Ended, events
from leverframe.gateway.asking import (
    TIMEOUT_SECONDS,
    Asker,
    Denied,
    Unreachable,
    Waits,
    drop_inherited,
    fetch,
    headers,
    open_connection,
    read_address,
)
from leverframe.gateway.held import NEVER, Held
from leverframe.nouns.gateways import HEARTBEAT_SECONDS
from leverframe.nouns.tables import NO_NUMBER, Number

log = logging.getLogger("leverframe.gateway")

MISSED_BEATS = 3
MOST_POLLS = 3
"""Polls in a row: the second says what the first has brought, and takes what has come meanwhile."""
WHOLE_WITHIN_SECONDS = 3600.0
"""Where the disk needs a whole table while the line stands, it is asked for at a random moment within so long."""


@dataclass(frozen=True, slots=True)
class Me:
    """What the control plane told this gateway of itself."""

    name: str
    stream_url: str
    call_key: bytes
    heartbeat_seconds: float = HEARTBEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process this is: `boot` is new with every start and every fork."""

    instance: str
    boot: str


class Listening:
    """The thread that hears tables and beats."""

    def __init__(
        self,
        control_plane: str,
        token: str,
        identity: Identity,
        held: Held,
        monotonic: Callable[[], float],
        applied: Callable[[], None],
        had_traffic: Callable[[], bool] = lambda: False,
        snapshot: str = "",
    ) -> None:
        self.me: Me | None = None
        self.connected = False
        self.heard_at = NEVER
        self._lost_because = ""
        self._answered = False
        self._asked_again = NO_NUMBER
        self._whole_at: float | None = None
        self._asker = Asker(control_plane, token)
        self._token, self._identity, self._held = token, identity, held
        self._monotonic, self._applied, self._had_traffic = monotonic, applied, had_traffic
        self._snapshot = snapshot
        self._stopping = threading.Event()
        self._waits = Waits()
        self._sock: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="leverframe-listening", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Close the line and end the thread."""
        self._stopping.set()
        sock = self._sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's line without a word on it."""
        drop_inherited(self._sock)
        self._asker.abandon()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen(self._introduce())
            except (Unreachable, Denied, Ended, OSError, http.client.HTTPException, ValueError) as fault:
                self._lost(fault)
            except Exception:
                log.exception("the line to the control plane broke in a way that was not foreseen")
            self.connected = False
            if not self._stopping.is_set():
                self._do_without()
            self._stopping.wait(self._waits.next())

    def _lost(self, fault: Exception) -> None:
        """Say why there is no line, once for each reason until it stands again."""
        if not self._stopping.is_set() and str(fault) != self._lost_because:
            self._lost_because = str(fault)
            level = logging.INFO if isinstance(fault, Ended) else logging.WARNING
            log.log(
                level,
                "no line to the control plane: %s; table %s holds, and it is tried on",
                fault,
                self._held.number,
            )

    def _introduce(self) -> Me:
        """Ask who this gateway is; what was told before holds while the control plane does not answer."""
        self._answered = False
        try:
            self.me = _me(self._asker.ask("GET", "/gateways/me"))
            self._answered = True
        except (Unreachable, Denied):
            if self.me is None:
                raise
        finally:
            self._asker.close()
        return self.me

    def _listen(self, me: Me) -> None:
        parts = read_address(me.stream_url)
        patience = MISSED_BEATS * me.heartbeat_seconds
        connection = open_connection(parts, min(TIMEOUT_SECONDS, patience))
        try:
            connection.connect()
            self._sock = sock = connection.sock
            if sock is None or self._stopping.is_set():
                return
            sock.settimeout(patience)
            connection.request("GET", f"{parts.path}/stream?{self._question()}", headers=headers(self._token))
            with connection.getresponse() as response:
                if response.status != 200:
                    raise Denied(response.status, response.read(1000))
                self._hear(response, patience)
        finally:
            self._sock = None
            connection.close()

    def _question(self) -> str:
        who, whole = self._identity, {"whole": "1"} if self._held.wants_whole else {}
        return urlencode({"instance": who.instance, "boot": who.boot, "number": str(self._held.number), **whole})

    def _hear(self, response: http.client.HTTPResponse, patience: float) -> None:
        self.connected, self.heard_at, self._lost_because = True, self._monotonic(), ""
        log.info("the line to the control plane stands")
        for event, data in events(response):
            if event == "table":
                self._table(data)
            elif event == "beat":
                self._beat(next(data))
            elif event == "bye":
                raise Ended("the control plane says goodbye")
            if self._stopping.is_set():
                return
            if self._monotonic() - self.heard_at > patience:
                raise Ended(f"no beat for {patience:.0f} s")

    def _table(self, lines: Iterator[bytes]) -> None:
        """Obey it first, report it, and then write it down: a kill does not wait for a disk."""
        self._take(lines)
        if self._held.missed:
            raise Ended("a table was missed")

    def _take(self, lines: Iterator[bytes]) -> None:
        at = self.heard_at = self._monotonic()
        if self._held.offer(lines, at):
            self._applied()
            self._held.keep()

    def _beat(self, text: bytes) -> None:
        at, number = self._monotonic(), Number.parse(json.loads(text)["number"])
        self.heard_at = at
        self._waits.reset()
        self._held.beat(number, at)
        if number > self._held.number and (not self._held.refused or number != self._asked_again):
            self._asked_again = number  # what is refused once more would be refused again
            raise Ended(f"table {number} was missed")
        self._renew_disk(at)

    def _renew_disk(self, at: float) -> None:
        """Ask for a whole table where the disk needs one."""
        if self._is_whole_due(at):
            raise Ended("the disk needs a whole table")

    def _is_whole_due(self, at: float) -> bool:
        """Say whether the disk needs a whole table, and it is time to ask: not with all other gateways at once."""
        if not self._held.wants_whole:
            self._whole_at = None
        elif self._whole_at is None:
            self._whole_at = at + random.uniform(0.0, WHOLE_WITHIN_SECONDS)
        elif at >= self._whole_at:
            self._whole_at = None
            return True
        return False

    def _do_without(self) -> None:
        """Make do without a line: ask the API where it answers, else begin with the snapshot at an address."""
        if self._answered:
            self._poll()
        elif self._snapshot and self._held.number == NO_NUMBER:
            self._cold_start()

    def _poll(self) -> None:
        """Ask the API for what is new, and say what is held."""
        try:
            for _ in range(MOST_POLLS):
                found = self._asker.ask_text("POST", "/gateways/me/poll", self._said())
                self._poll_answered(found)
                if not found:
                    break
        except (Unreachable, Denied, ValueError) as fault:
            log.debug("a poll was not answered: %s", fault)
        finally:
            self._asker.close()

    def _poll_answered(self, found: bytes) -> None:
        at = self._monotonic()
        if found:
            self._take(iter(found.split(b"\n")))
        else:
            self.heard_at = at
            self._held.beat(self._held.number, at)

    def _said(self) -> dict[str, object]:
        who = self._identity
        held = {"instance": who.instance, "boot": who.boot, "number": str(self._held.number)}
        whole = self._is_whole_due(self._monotonic())
        return {**held, "traffic": self._had_traffic(), "whole": whole}

    def _cold_start(self) -> None:
        try:
            self._held.offer(fetch(self._snapshot).split(b"\n"))
        except (OSError, ValueError, http.client.HTTPException) as fault:
            log.warning("%s is not used: %s", self._snapshot, fault)


def _me(document: Any) -> Me:
    try:
        key = base64.b64decode(document["call_key"])
        beat = max(0.01, float(document.get("heartbeat_seconds", HEARTBEAT_SECONDS)))
        return Me(str(document["name"]), str(document["stream_url"]), key, beat)
    except (TypeError, KeyError, AttributeError, binascii.Error) as fault:
        raise ValueError(f"the control plane's answer is not understood: {fault!r}") from None
