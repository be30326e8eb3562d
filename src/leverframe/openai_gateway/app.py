"""How is the OpenAI-compatible gateway put together and run?"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leverframe import logs
from leverframe.gateway import Gateway
from leverframe.gateway.current_file import read_units
from leverframe.gateway.prompts import Prompts
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.openai_gateway import answers
from leverframe.openai_gateway.completions import Completions
from leverframe.openai_gateway.feedback import FeedbackDoor
from leverframe.openai_gateway.mock_models import MockModels
from leverframe.openai_gateway.status import AsgiApp, Counted, Status
from leverframe.openai_gateway.upstreams import EVERY_PLATFORM, MOCK, HttpUpstream, Upstream, Upstreams

GOODBYE_SECONDS = 5.0
log = logging.getLogger("leverframe")
_ADDRESS = re.compile(r"https?://[^/\s]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one gateway process is told.

    `upstreams` maps a platform (`*`: all others) to an address or `mock`; with none given the mock answers for
    all. `upstream_keys` are the platforms' own keys; without one the client's Authorization is passed on.
    `on_no_table` maps a feature to `current`: it then serves its unit in `current_file` (JSON, units by feature)
    while there is no table. `fallbacks` name what users get where a feature is off and no table says so;
    `snapshot` is a table for cold starts, a file or an address; where `keys` are given, tables must be signed by one.
    """

    control_plane: str
    token_file: Path
    prompts: Path
    host: str = "127.0.0.1"
    port: int = 8100
    upstreams: Mapping[str, str] = field(default_factory=dict)
    upstream_keys: Mapping[str, str] = field(default_factory=dict)
    state_dir: Path | None = None
    instance: str | None = None
    on_no_table: Mapping[str, str] = field(default_factory=dict)
    current_file: Path | None = None
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    snapshot: Path | str | None = None
    keys: tuple[str, ...] = ()
    lockstep: bool = False


def run(settings: Settings) -> None:
    """Serve until SIGTERM; then finish what is under way, send the outcomes and say goodbye. Raises Invalid."""
    app = build(settings)
    logs.to_stderr()
    log.info("OpenAI's API is served at http://%s:%d/v1", settings.host, settings.port)
    signal.signal(signal.SIGTERM, _end)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
    )


def build(settings: Settings) -> AsgiApp:
    """Build the app of one process, with its own connection to the control plane. Raises Invalid."""
    upstreams = upstreams_of(settings.upstreams, settings.upstream_keys)
    gateway = _gateway(settings)
    return app_for(gateway, prompts=settings.prompts, upstreams=upstreams, lockstep=settings.lockstep)


def upstreams_of(addresses: Mapping[str, str], keys: Mapping[str, str]) -> Upstreams:
    """Build the upstream of each platform; none given means that the mock answers for all. Raises Invalid."""
    chosen = addresses or {EVERY_PLATFORM: MOCK}
    wrong = [platform for platform, address in chosen.items() if address != MOCK and not _ADDRESS.match(address)]
    if wrong:
        remedy = "Give mock, or an address such as https://api.openai.com/v1."
        raise Invalid(Fault(f"upstream {platform}", "it is not an address.", remedy) for platform in wrong)
    return Upstreams({platform: _upstream(address, keys.get(platform, "")) for platform, address in chosen.items()})


def app_for(gateway: Gateway, *, prompts: Path, upstreams: Upstreams, lockstep: bool = False) -> AsgiApp:
    """Build the app around a gateway, which it starts and closes."""
    status = Status(gateway)
    routes = [
        Route("/v1/chat/completions", Completions(gateway, Prompts(prompts), upstreams).answer, methods=["POST"]),
        Route("/v1/feedback", FeedbackDoor(gateway).take, methods=["POST"]),
        Route("/v1/models", status.models),
        Route("/health/live", status.live),
        Route("/metrics", status.metrics),
        *([Route("/flush", status.flush, methods=["POST"])] if lockstep else []),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        gateway.start()
        yield
        await asyncio.to_thread(gateway.close, GOODBYE_SECONDS)
        await upstreams.close()

    handlers = {HTTPException: _no_such_door, Exception: _bug}
    counted = Counted(Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers))
    status.answers = counted.answers
    return counted


def _gateway(settings: Settings) -> Gateway:
    """Make the embedded gateway; processes on one host are told apart by their port."""
    try:
        return Gateway(
            settings.control_plane,
            settings.token_file.read_text(encoding="utf-8").strip(),
            state_dir=settings.state_dir,
            instance=settings.instance or f"{socket.gethostname()}:{settings.port}",
            on_no_table=settings.on_no_table,
            current=read_units(settings.current_file),
            fallbacks=settings.fallbacks,
            snapshot=settings.snapshot or None,
            keys=settings.keys,
        )
    except (OSError, ValueError) as fault:
        raise Invalid([Fault("gateway", f"it cannot begin: {fault}.")]) from fault


def _end(number: int, frame: FrameType | None) -> None:
    """End as asked: uvicorn raises the signal again when it has shut down, which is no failure."""
    raise SystemExit(0)


async def _no_such_door(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    message = f"There is no {request.method} {request.url.path} here."
    return answers.error(status, message, code="not_found" if status == 404 else "not_allowed")


async def _bug(request: Request, fault: Exception) -> Response:
    return answers.error(500, "The gateway failed; this is a bug in it.", code="internal")


def _upstream(address: str, key: str) -> Upstream:
    return MockModels() if address == MOCK else HttpUpstream(address, key)
