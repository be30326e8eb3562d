"""Which gateways do these tests run?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import openai
import pytest
from tests.openai_gateway.control_plane import ControlPlane, Served
from tests.openai_gateway.world import write_prompts

from leverframe.gateway import Gateway
from leverframe.nouns.tables import RouteTable
from leverframe.nouns.units import Unit
from leverframe.openai_gateway.app import app_for, upstreams_of


class Edge:
    """One running gateway, with the control plane that it hears, and clients that ask it."""

    def __init__(self, address: str, gateway: Gateway, control_plane: ControlPlane | None) -> None:
        self.address, self.gateway, self.control_plane = address, gateway, control_plane
        self.openai = openai.OpenAI(base_url=f"{address}/v1", api_key="test", max_retries=0)
        self.http = httpx2.Client(base_url=address, timeout=10)

    def ask(self, model: str = "feature:policy-search-v1", text: str = "Where is order 7?", **more: str):
        """Ask by the official client; `more` are headers without their `x-leverframe-`."""
        headers = {"region": "eu", **more}
        return self.openai.chat.completions.with_raw_response.create(
            model=model,
            messages=[{"role": "user", "content": text}],
            extra_headers={f"x-leverframe-{name}": value for name, value in headers.items()},
        )

    def publish(self, table: RouteTable) -> None:
        assert self.control_plane is not None
        self.control_plane.publish(table)
        wait_until(lambda: self.gateway.number == table.number)

    def outcomes(self, call: str) -> list[dict]:
        assert self.control_plane is not None
        assert self.gateway.flush(5.0)
        return self.control_plane.outcomes_of(call)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Look until it is true; there is no event to wait for."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.005)):
        if true():
            return
        tick.wait(0.005)
    raise AssertionError(f"not so within {seconds} s")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return write_prompts(tmp_path / "prompts")


@pytest.fixture
def run_edge(prompts: Path, tmp_path: Path) -> Iterator[Callable[..., Edge]]:
    """Start gateways with a control plane of their own (`table`), or alone (`table=None`)."""
    with ExitStack() as stack:

        def run(
            table: RouteTable | None = None,
            *,
            upstreams: dict[str, str] | None = None,
            keys: dict[str, str] | None = None,
            lockstep: bool = False,
            current: dict[str, Unit] | None = None,
            snapshot: Path | None = None,
        ) -> Edge:
            plane, address = None, None
            if table is not None:
                plane = ControlPlane(table)
                plane.address = address = stack.enter_context(Served(plane.app())).address
            gateway = Gateway(
                address,
                "token" if address else None,
                on_no_table=dict.fromkeys(current or {}, "current"),
                current=current,
                snapshot=snapshot,
                fallbacks={"policy-search-v1": "keyword-search-v3"},
                flush_seconds=60.0,
            )
            app = app_for(
                gateway, prompts=prompts, upstreams=upstreams_of(upstreams or {}, keys or {}), lockstep=lockstep
            )
            edge = Edge(stack.enter_context(Served(app)).address, gateway, plane)
            if table is not None:
                wait_until(lambda: gateway.number == table.number and gateway.connected)
            return edge

        yield run
