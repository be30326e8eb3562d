"""What does the command line start or mend on this machine, instead of asking a server?

The only file that reaches beyond the actions: it hands over to the house's wiring, to the demo and to the gateway.
What they need is loaded when it is asked for: most commands ask a server, and need none of the house.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leverframe.nouns.verdicts import Fault, Invalid

if TYPE_CHECKING:
    from leverframe.actions.house import House


def serve(*, listen: str, stream_listen: str, stream_address: str, **told: Any) -> None:
    """Run the control plane until it is told to stop; `told` are the rest of its settings. Raises Invalid."""
    from leverframe import wiring

    for option, text in (("--listen", listen), ("--stream-listen", stream_listen)):
        _refuse_taken(option, *host_and_port(option, text))
    if stream_address and not stream_address.startswith(("https://", "http://")):
        raise Invalid([Fault("--stream-address", f"{stream_address} is no address", "begin it with https://")])
    addresses = {"listen": listen, "stream_listen": stream_listen, "stream_address": stream_address.rstrip("/")}
    wiring.serve(wiring.Settings(**addresses, **told))


def demo(*, once: bool, json: bool, keep: bool, port: int) -> int:
    """Run the show; returns its exit code."""
    from leverframe.demo.show import run

    return int(run(once=once, json=json, keep=keep, port=port) or 0)


def run_gateway(*, listen: str, **told: Any) -> None:
    """Run an OpenAI-compatible gateway until it is told to stop; `told` are the rest of its settings."""
    from leverframe.openai_gateway.app import Settings, run

    host, port = host_and_port("--listen", listen)
    _refuse_taken("--listen", host, port)
    run(Settings(host=host, port=port, **told))


def host_and_port(option: str, text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8100`; raises Invalid."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Invalid([Fault(option, f"{text} is no host and port", "write it as 127.0.0.1:8100")])
    return host.strip("[]"), int(port)


def _refuse_taken(option: str, host: str, port: int) -> None:
    """Say it before anything is started where nobody can listen; raises Invalid."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as no:
        because = f"{host}:{port} cannot be listened on: {no.strerror or no}"
        raise Invalid([Fault(option, because, "choose another port, or end what listens there")]) from no


@contextmanager
def house(data: Path, database: str, *, empty: bool = False) -> Iterator[House]:
    """Open the house whose data lies in a folder, without a server; raises Invalid where there is none.

    Where it may be `empty`, as on a new machine, the folder is made.
    """
    from leverframe import wiring

    settings = wiring.Settings(data=data if empty else _existing(data, database), database=database)
    built = wiring.build(settings)
    try:
        yield built.house
    finally:
        built.house.store.close()


def prove_log(data: Path, database: str, checkpoints: Path | None) -> Any:
    """Verify a data folder's audit log with its own key, without a server."""
    from leverframe import wiring
    from leverframe.actions import upkeep

    settings = wiring.Settings(data=_existing(data, database), database=database)
    if not (data / "audit.key").is_file():
        because = "there is no audit.key, so nothing here was ever signed"
        raise Invalid([Fault(str(data), because, "name the folder that `serve --data` used")])
    store = wiring.open_store(settings)
    try:
        return upkeep.prove(store, wiring.audit_key(settings).public, checkpoints or data / "checkpoints")
    finally:
        store.close()


def _existing(data: Path, database: str) -> Path:
    if not data.is_dir() or not (database or (data / "leverframe.db").is_file()):
        because = "there is no server's data here"
        raise Invalid([Fault(str(data), because, "name the folder that `serve --data` used")])
    return data
