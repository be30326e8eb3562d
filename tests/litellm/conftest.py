"""Which proxy do these tests ask, and what stands behind it?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.responses import Response
from tests.litellm.proxy import LITELLM, Proxy
from tests.litellm.upstream import Upstream
from tests.litellm.world import config, table, write_models, write_prompts
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import CALL_KEY, ControlPlane, Served

from leverframe.gateway import read_call
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import RouteTable


class Plane(ControlPlane):
    """A control plane that can be away: it answers nobody, and lets go of whom it answered."""

    def __init__(self) -> None:
        super().__init__(table())
        self.away = False

    def app(self) -> Any:
        answer = super().app()

        async def unless_away(scope: Any, receive: Any, send: Any) -> None:
            if self.away and scope["type"] == "http":
                await Response(status_code=503)(scope, receive, send)
            else:
                await answer(scope, receive, send)

        return unless_away

    async def _events(self) -> AsyncIterator[str]:
        events = super()._events()
        while not self.away:
            coming = asyncio.ensure_future(anext(events))
            while not coming.done() and not self.away:
                await asyncio.wait({coming}, timeout=0.05)
            if not coming.done():
                coming.cancel()
                return
            yield coming.result()


class World:
    """A proxy with the plug-in, the control plane that it hears, and the providers that it asks."""

    def __init__(self, proxy: Proxy, plane: Plane, upstream: Upstream) -> None:
        self.proxy, self.plane, self.upstream = proxy, plane, upstream

    def publish(self, table: RouteTable) -> RouteTable:
        """Publish a table, and wait until the proxy reports it."""
        self.plane.publish(table)
        number = str(table.number)
        wait_until(lambda: any(report["number"] == number for report in reversed(self.plane.reports)))
        self.upstream.asked.clear()
        return table

    def ask(self, *given: Any, **more: Any) -> httpx2.Response:
        return self.proxy.ask(*given, **more)

    def ask_anew(self, *given: Any, **more: Any) -> httpx2.Response:
        """Ask by a connection of its own, which any worker may take."""
        with self.proxy.another() as proxy:
            return proxy.ask(*given, **more)

    def outcomes(self, call: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many outcomes of a call, and return all that there are."""
        wait_until(lambda: len(self.plane.outcomes_of(call)) >= count)
        return self.plane.outcomes_of(call)

    def settled(self) -> None:
        """Wait until the proxy has told everything: an outcome of a further call has arrived."""
        said = self.proxy.ask("feature:customer-support-ai")
        self.outcomes(said.headers["x-leverframe-call"])

    @staticmethod
    def facts(call: str) -> CallFacts:
        facts = read_call(call, lambda gateway: CALL_KEY if gateway == "edge" else None)
        assert facts is not None
        return facts


@pytest.fixture(scope="session")
def litellm_installed() -> None:
    if not LITELLM.exists():
        pytest.skip("there is no LiteLLM proxy to test with; make litellm installs one")


@pytest.fixture(scope="session")
def upstream() -> Iterator[tuple[Upstream, str]]:
    upstream = Upstream()
    with Served(upstream.app()) as served:
        yield upstream, served.address


@pytest.fixture(scope="session")
def plane() -> Iterator[Plane]:
    plane = Plane()
    with Served(plane.app()) as served:
        plane.address = served.address
        yield plane


def environment(folder: Path, plane: Plane) -> dict[str, str]:
    """Return what the plug-in is told."""
    return {
        "LEVERFRAME_CONTROL_PLANE": plane.address,
        "LEVERFRAME_GATEWAY_TOKEN": "token-edge",
        "LEVERFRAME_STATE_DIR": str(folder / "state"),
        "LEVERFRAME_PROMPTS": str(write_prompts(folder / "prompts")),
        "LEVERFRAME_MODELS": str(write_models(folder / "models.json")),
    }


@pytest.fixture(scope="session")
def one_world(
    litellm_installed: None,
    upstream: tuple[Upstream, str],
    plane: Plane,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The one proxy of these tests: it takes eight seconds to start."""
    folder = tmp_path_factory.mktemp("litellm")
    providers = {f"{name}_API_BASE": upstream[1] for name in ("OPENAI", "ANTHROPIC")}
    providers |= {f"{name}_API_KEY": "none" for name in ("OPENAI", "ANTHROPIC")}
    with Proxy(folder, config(upstream[1]), {**environment(folder, plane), **providers}) as proxy:
        yield World(proxy, plane, upstream[0])


@pytest.fixture
def world(one_world: World) -> World:
    """The proxy, with a table in which nothing is ramped or thrown."""
    one_world.publish(table())
    return one_world
