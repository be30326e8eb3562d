"""What does the control plane say?

One thread keeps one line open for ever. A line that is silent for three beats is dead, whatever the network
says: it is closed and opened again, after a jittered wait that never gives up.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from leverframe.gateway.asking import (
    TIMEOUT_SECONDS,
    Asker,
    Denied,
    Unreachable,
    Waits,
    drop_inherited,
    headers,
    open_connection,
    read_address,
)
from leverframe.gateway.held import NEVER, Held
from leverframe.nouns.gateways import HEARTBEAT_SECONDS
from leverframe.nouns.tables import Number

log = logging.getLogger("leverframe.gateway")

MISSED_BEATS = 3
LARGEST_FRAME = 64 * 1024 * 1024


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


class Ended(Exception):
    """The line has ended, or says nothing any more."""


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
    ) -> None:
        self.me: Me | None = None
        self.connected = False
        self.heard_at = NEVER
        self._lost_because = ""
        self._asker = Asker(control_plane, token)
        self._token, self._identity, self._held = token, identity, held
        self._monotonic, self._applied = monotonic, applied
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
        try:
            self.me = _me(self._asker.ask("GET", "/gateways/me"))
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
        who = self._identity
        return urlencode({"instance": who.instance, "boot": who.boot, "number": str(self._held.number)})

    def _hear(self, response: http.client.HTTPResponse, patience: float) -> None:
        self.connected, self.heard_at, self._lost_because = True, self._monotonic(), ""
        log.info("the line to the control plane stands")
        for event, text in _events(response):
            if event == "table":
                self._table(text)
            elif event == "beat":
                self._beat(text)
            elif event == "bye":
                raise Ended("the control plane says goodbye")
            if self._stopping.is_set():
                return
            if self._monotonic() - self.heard_at > patience:
                raise Ended(f"no beat for {patience:.0f} s")

    def _table(self, text: str) -> None:
        """Obey it first, report it, and then write it down: a kill does not wait for a disk."""
        at, before = self._monotonic(), self._held.number
        self.heard_at = at
        if self._held.offer(text, at):
            self._applied()
            if self._held.number != before:
                self._held.keep()

    def _beat(self, text: str) -> None:
        at, number = self._monotonic(), Number.parse(json.loads(text)["number"])
        self.heard_at = at
        self._waits.reset()
        self._held.beat(number, at)
        if number > self._held.number and self._held.refused_number is None and not self._held.refused:
            raise Ended(f"table {number} was missed")


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, str]]:
    """Yield (event, data) of a server-sent stream, a comment as ("", ""); raises Ended where it ends."""
    event, data = "", ""
    while True:
        line = response.readline(LARGEST_FRAME)
        if not line.endswith(b"\n"):
            raise Ended("the line was closed")
        text = line.decode().rstrip("\r\n")
        if not text:
            yield event, data
            event, data = "", ""
        elif text.startswith("event: "):
            event = text[7:]
        elif text.startswith("data: "):
            data = text[6:]


def _me(document: Any) -> Me:
    try:
        key = base64.b64decode(document["call_key"])
        beat = max(0.01, float(document.get("heartbeat_seconds", HEARTBEAT_SECONDS)))
        return Me(str(document["name"]), str(document["stream_url"]), key, beat)
    except (TypeError, KeyError, AttributeError, binascii.Error) as fault:
        raise ValueError(f"the control plane's answer is not understood: {fault!r}") from None
