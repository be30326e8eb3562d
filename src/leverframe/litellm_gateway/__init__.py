"""How does an organisation's own LiteLLM proxy obey Leverframe?

The proxy loads `leverframe.litellm_gateway.plugin` as a callback, or `leverframe.litellm_gateway.LeverframeGuardrail`
as a guardrail. What is told by the environment is read when the proxy asks for either of them, not before.
"""

from __future__ import annotations

from typing import Any

OFFERED = ("plugin", "LeverframeGuardrail")


def __getattr__(name: str) -> Any:
    """Make what the proxy asks for: settings that are wrong are said before LiteLLM is imported. Raises Invalid."""
    if name not in OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from leverframe.litellm_gateway.process import the_edge

    the_edge()
    try:
        from leverframe.litellm_gateway import hooks
    except ModuleNotFoundError as missing:
        raise ImportError(f'{missing}; pip install "leverframe[litellm]" beside a LiteLLM proxy') from missing
    return hooks.the_plugin() if name == "plugin" else hooks.LeverframeGuardrail
