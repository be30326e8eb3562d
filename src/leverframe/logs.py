"""How does a process of ours write its logs?

Modules log by `logging.getLogger`; only a process that is ours says where that goes, never a library in somebody
else's. To standard error: a line for a person at a terminal, else one JSON object a line, for what collects them.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor


def to_stderr(stream: TextIO | None = None) -> None:
    """Write what Leverframe says from `info` on, and what its libraries say from `warning` on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(for_a_person=handler.stream.isatty()))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("leverframe").setLevel(logging.INFO)


def _formatter(*, for_a_person: bool) -> logging.Formatter:
    known: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if for_a_person:
        last.append(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=known)
