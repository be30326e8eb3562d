"""What does the command line start or mend on this machine, instead of asking a server?

The only file that reaches beyond the actions: it hands over to the house's wiring, to the demo and to the gateway.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leverframe.nouns.verdicts import Fault, Invalid


def serve(*, data: Path, database: str, listen: str, stream_listen: str, checkpoints: Path | None) -> None:
    """Run the control plane until it is told to stop."""
    from leverframe import wiring

    for option, text in (("--listen", listen), ("--stream-listen", stream_listen)):
        host_and_port(option, text)
    wiring.serve(
        wiring.Settings(
            data=data, database=database, listen=listen, stream_listen=stream_listen, checkpoints=checkpoints
        )
    )


def demo(*, once: bool, json: bool, keep: bool, port: int) -> int:
    """Run the show; returns its exit code."""
    from leverframe.demo.show import run

    return int(run(once=once, json=json, keep=keep, port=port) or 0)


def run_gateway(*, listen: str, **told: Any) -> None:
    """Run an OpenAI-compatible gateway until it is told to stop; `told` are the rest of its settings."""
    from leverframe.openai_gateway.app import Settings, run

    host, port = host_and_port("--listen", listen)
    run(Settings(host=host, port=port, **told))


def host_and_port(option: str, text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8100`; raises Invalid."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Invalid([Fault(option, f"{text} is no host and port", "write it as 127.0.0.1:8100")])
    return host.strip("[]"), int(port)
