"""What does the proxy in which we run know of a model's name?

Its router is asked at the moment of the call: models come and go while a proxy runs.
"""

from __future__ import annotations

import sys
from typing import Any


def is_known(name: str) -> bool:
    """Say whether a call of this name would find a deployment; where there is no router, LiteLLM decides."""
    router = _router()
    if router is None or name in router.model_names:
        return True
    return bool(router.get_model_list(model_name=name))


def target_of(alias: str) -> str:
    """Return the model to which an alias leads; "" where the name is no alias."""
    router = _router()
    return (router.get_model_from_alias(alias) or "") if router is not None else ""


def deployments(name: str) -> tuple[str, ...]:
    """Return the `provider/model` of each deployment that may answer a name."""
    router = _router()
    return tuple(router.resolved_litellm_models(name)) if router is not None else ()


def _router() -> Any:
    server = sys.modules.get("litellm.proxy.proxy_server")
    return getattr(server, "llm_router", None)
