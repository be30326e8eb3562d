"""How is the line between a gateway and the control plane cut?"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Relay:
    """Passes bytes on to a port of this machine, until it is told to cut.

    Where it stands before a control plane, `stream` is the relay before its stream: what is told of the one is
    made the other's, for a port has five digits wherever it is.
    """

    def __init__(self, port: int, stream: Relay | None = None) -> None:
        self.to, self._stream = port, stream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lines: list[tuple[socket.socket, socket.socket]] = []
        self.open = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break every line, and let nobody through from now on."""
        self.open = False
        if self._stream:
            self._stream.cut()
        for line in self._lines:
            for end in line:
                _shut(end)
        self._lines.clear()

    def close(self) -> None:
        """End it."""
        self.cut()
        _shut(self._listener)
        if self._stream:
            self._stream.close()

    def mend(self) -> None:
        """Let everybody through again."""
        self.open = True
        if self._stream:
            self._stream.mend()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            if not self.open:
                _shut(caller)
                continue
            with suppress(OSError):
                line = (caller, socket.create_connection(("127.0.0.1", self.to)))
                self._lines.append(line)
                for one, other in (line, line[::-1]):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while passed := one.recv(65536):
                other.sendall(self._told(passed))
        _shut(other)

    def _told(self, passed: bytes) -> bytes:
        if self._stream is None:
            return passed
        return passed.replace(b":%d" % self._stream.to, b":%d" % self._stream.port)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
