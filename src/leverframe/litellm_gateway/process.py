"""What does one process of the proxy hold, from its first call to its goodbye?

A proxy with several workers loads the plug-in in each of them: each is a boot of its own, with its own line to the
control plane. uvicorn, when it has shut down, raises SIGTERM once more, which ends a process at once; while that is
held back, the process ends as Python does, and the last outcomes and the goodbye are sent.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import signal
import threading
from types import FrameType
from typing import Any

from leverframe.gateway.prompts import Prompts
from leverframe.litellm_gateway.edge import Edge
from leverframe.litellm_gateway.settings import read_settings

GOODBYE_SECONDS = 3.0
log = logging.getLogger("leverframe.litellm_gateway")


@functools.cache
def the_edge() -> Edge:
    """Return this process's edge; at the first call, begin. Raises Invalid with every fault of the settings."""
    settings = read_settings(os.environ)
    edge = Edge(settings.gateway(), Prompts(settings.prompts), settings.models)
    edge.gateway.start()
    atexit.register(edge.close, GOODBYE_SECONDS)
    _end_as_python_does()
    log.info("LiteLLM obeys the control plane at %s", settings.control_plane)
    return edge


def _end_as_python_does() -> None:
    """Let SIGTERM reach who handles it now, and hold it back after that: a second one from outside still ends us."""
    handler = signal.getsignal(signal.SIGTERM)
    if not callable(handler) or not hasattr(signal, "pthread_sigmask"):
        return
    if threading.current_thread() is not threading.main_thread():
        return

    def end(number: int, frame: FrameType | None) -> Any:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        return handler(number, frame)

    signal.signal(signal.SIGTERM, end)
