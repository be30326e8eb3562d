"""Which models has the proxy, which units the table, and which forms a request?"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable
from leverframe.nouns.units import Unit

SEARCH, HELP, RAW = "policy-search-v1", "customer-support-ai", "embeddings-v1"
FALLBACK = "keyword-search-v3"
CHANGE = "CHG-2026-00001"
V8 = Unit(prompt="policy-search@v8", model="openai.gpt-4o", index="policy-index@2026-05", code_ref="9f31c2e")
V9 = replace(V8, prompt="policy-search@v9")
V8_TEXT, V9_TEXT = "You answer by the policy.", "You answer cheerfully."
KEY = "sk-leverframe-tests-0123456789-abcdefghij"
"""LiteLLM's master key: it refuses a weak one."""

BY_OPENAI = ("gpt-4o", "gpt-4.1", "fails", "overloaded", "drops", "slow")
BY_ANTHROPIC = ("claude-sonnet-4-5", "fails", "overloaded", "drops")
MODELS = (*(f"openai.{name}" for name in BY_OPENAI), *(f"anthropic.{name}" for name in BY_ANTHROPIC))
MAPPED = {"azure.gpt-4o": ["gpt-4o-of-the-company", "gpt-4o-eu"]}
"""A model that the proxy calls otherwise: two of its names are one of Leverframe's models."""

_generations = itertools.count(1)

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Where is order 7?"}]}),
    "responses": ("/v1/responses", {"input": "Where is order 7?"}),
    "messages": ("/v1/messages", {"messages": [{"role": "user", "content": "Where is order 7?"}], "max_tokens": 50}),
    "completions": ("/v1/completions", {"prompt": "Where is order 7?"}),
    "embeddings": ("/v1/embeddings", {"input": "Where is order 7?"}),
    "azure": (
        "/openai/deployments/{model}/chat/completions",
        {"messages": [{"role": "user", "content": "Where is order 7?"}]},
    ),
}
"""The routes by which a model is asked, each with the least that it takes."""


def config(upstream: str, loaded: str = "callback") -> dict[str, Any]:
    """Return the proxy's config.yaml, as JSON; the plug-in is loaded as `callback` or `guardrail`, or not."""
    models = [_model(f"openai.{name}", f"openai/{name}", f"{upstream}/v1") for name in BY_OPENAI]
    models += [_model(f"anthropic.{name}", f"anthropic/{name}", upstream) for name in BY_ANTHROPIC]
    models += [_model(name, "openai/gpt-4o-on-azure", f"{upstream}/v1") for name in MAPPED["azure.gpt-4o"]]
    models += [_model("text.davinci", "text-completion-openai/davinci", f"{upstream}/v1")]
    models += [_model("pool", f"openai/{name}", f"{upstream}/v1") for name in ("gpt-4o", "gpt-4.1")]
    models += [_model("claude-*", "anthropic/claude-*", upstream)]
    models[0]["model_info"] = {"id": "the-first-deployment"}
    ours = {"guardrail": "leverframe.litellm_gateway.LeverframeGuardrail", "mode": "pre_call", "default_on": True}
    guardrails = [{"guardrail_name": "leverframe", "litellm_params": ours}] if loaded == "guardrail" else []
    return {
        "model_list": models,
        "router_settings": {"num_retries": 2, "model_group_alias": {"fast": "openai.gpt-4o"}},
        "litellm_settings": {
            "telemetry": False,
            "fallbacks": [{"openai.fails": ["openai.gpt-4o", "openai.gpt-4.1"]}],
            **({"callbacks": "leverframe.litellm_gateway.plugin"} if loaded == "callback" else {}),
        },
        "general_settings": {
            "master_key": KEY,
            "custom_auth": "keys.user",
            "custom_auth_run_common_checks": True,
            "pass_through_endpoints": [
                {"path": "/openai-raw", "target": f"{upstream}/v1/chat/completions"},
            ],
        },
        "guardrails": guardrails,
    }


def _model(name: str, model: str, address: str) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": model, "api_base": address, "api_key": "none"}}


def write_prompts(folder: Path) -> Path:
    for version, text in (("v8", V8_TEXT), ("v9", V9_TEXT)):
        path = folder / "policy-search" / f"{version}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_models(file: Path) -> Path:
    file.write_text(json.dumps(MAPPED), encoding="utf-8")
    return file


def route(
    current: Unit | None = V8, candidate: Unit | None = None, percent: float = 0, stage: int = 1
) -> FeatureRoute:
    ramp = None
    if candidate is not None:
        bounds = {f"{region}|everyone": int(BUCKETS * percent / 100) for region in ("eu", "us")}
        ramp = CandidateRoute(CHANGE, stage, candidate, "salt", bounds)
    return FeatureRoute(current, FALLBACK, ramp, ("eu", "us"))


def table(search: FeatureRoute | None = None, **switches: Any) -> RouteTable:
    """Return a table under the next number."""
    features = {
        SEARCH: search or route(),
        HELP: FeatureRoute(Unit(model="openai.gpt-4.1"), "help-centre", None, ("eu", "us")),
        RAW: FeatureRoute(Unit(model="openai.gpt-4o", index="policy-index@2026-05"), "", None, ("eu", "us")),
        **{plain(model): FeatureRoute(Unit(model=model)) for model in MODELS},
    }
    return RouteTable(Number(1, next(_generations)), features, **switches)


def plain(model: str) -> str:
    """Name the feature whose unit is this model, and nothing else."""
    return f"on-{model.replace('.', '-')}"


def ramping(percent: float, **more: Any) -> RouteTable:
    return table(route(candidate=V9, percent=percent), **more)
