"""How does this gateway stand, and what does it serve?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from leverframe.gateway import Gateway
from leverframe.gateway.decisions import models_of
from leverframe.nouns.tables import RouteTable

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Callable[[], Awaitable[MutableMapping[str, Any]]], Send], Awaitable[None]]
FLUSH_SECONDS = 30.0


class Counted:
    """An app around the app that counts answers by status."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.answers: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Count what is answered to HTTP requests; the rest passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counting(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.answers[message["status"]] += 1
            await send(message)

        await self._app(scope, receive, counting)


class Status:
    """GET /health/live, /metrics and /v1/models, POST /flush."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.answers: Counter[int] = Counter()

    async def live(self, request: Request) -> Response:
        """Say that the process answers, which table it obeys, and whether it hears the control plane."""
        connected = self._gateway.connected
        return JSONResponse({"status": "live", "number": str(self._gateway.number), "connected": connected})

    async def metrics(self, request: Request) -> Response:
        """Tell the table's number and age, the connection, and the answers so far, in Prometheus' text form."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Edge(self._gateway, self.answers))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def models(self, request: Request) -> Response:
        """List the features and the models behind them, as OpenAI lists models."""
        table = self._gateway.table
        return JSONResponse({"object": "list", "data": [_model(name) for name in (names(table) if table else ())]})

    async def flush(self, request: Request) -> Response:
        """Wait until the control plane has acknowledged all outcomes (lockstep only)."""
        done = await asyncio.to_thread(self._gateway.flush, FLUSH_SECONDS)
        return JSONResponse({"flushed": done}, status_code=200 if done else 504)


def names(table: RouteTable) -> list[str]:
    """Name what may be asked for: each feature, then each model that a unit of this table uses."""
    return [*(f"feature:{feature}" for feature in sorted(table.features)), *sorted(models_of(table))]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "leverframe"}


class _Edge(Collector):
    """One look at this gateway as metric families."""

    def __init__(self, gateway: Gateway, answers: Counter[int]) -> None:
        self._gateway, self._answers = gateway, answers

    def collect(self) -> Iterator[Metric]:
        """Yield every family; ages are seconds."""
        number = self._gateway.number
        yield _gauge("table_epoch", "Epoch of the route table that is obeyed.", number.epoch)
        yield _gauge("table_generation", "Generation of the route table that is obeyed.", number.generation)
        yield _gauge("table_age_seconds", "Since the control plane was last heard.", self._gateway.age_seconds)
        yield _gauge("connected", "1 while the stream from the control plane is open.", self._gateway.connected)
        yield _gauge("dropped", "Outcomes and feedback that could not be kept.", self._gateway.dropped)
        answers = CounterMetricFamily("leverframe_gateway_answers", "Answers by status.", labels=("status",))
        for status, count in sorted(self._answers.items()):
            answers.add_metric((str(status),), count)
        yield answers


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"leverframe_gateway_{name}", says, value=value)
