"""Which proxy do these tests ask, and what stands behind it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.litellm.proxy import LITELLM, Proxy
from tests.litellm.upstream import Upstream
from tests.litellm.world import config, table, write_models, write_prompts
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import CALL_KEY, ControlPlane, Served

from leverframe.gateway import read_call
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import RouteTable


class World:
    """A proxy with the plug-in, the control plane that it hears, and the providers that it asks."""

    def __init__(self, proxy: Proxy, plane: ControlPlane, upstream: Upstream) -> None:
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
def plane() -> Iterator[ControlPlane]:
    plane = ControlPlane(table())
    with Served(plane.app()) as served:
        plane.address = served.address
        yield plane


def environment(folder: Path, plane: ControlPlane) -> dict[str, str]:
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
    plane: ControlPlane,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The one proxy of these tests: it takes eight seconds to start."""
    folder = tmp_path_factory.mktemp("litellm")
    proxy = Proxy(folder, config(upstream[1]), environment(folder, plane))
    try:
        yield World(proxy.ready(), plane, upstream[0])
    finally:
        proxy.end()


@pytest.fixture
def world(one_world: World) -> World:
    """The proxy, with a table in which nothing is ramped or thrown."""
    one_world.publish(table())
    return one_world
