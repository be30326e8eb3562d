"""Which gateways does the synthetic traffic reach?"""

from __future__ import annotations

from tests.openai_gateway.conftest import prompts, run_edge  # noqa: F401
