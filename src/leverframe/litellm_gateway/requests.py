"""What does LiteLLM tell a plug-in of a request?

Its shapes are not ours: each is read leniently, and nothing is believed of what the client itself may have written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leverframe.gateway.headers import CALL, FEATURE, FEATURE_MODEL, NUMBER, REASON, SERVED, VARIANT
from leverframe.litellm_gateway.forms import ANTHROPIC

OURS = "leverframe"
KEY_TENANT = "leverframe_tenant"
SAID = (SERVED, VARIANT, REASON, NUMBER, CALL)
PREFIX = "x-leverframe-"
EVERYTHING = frozenset({"*", "all-proxy-models", "all-team-models", f"{FEATURE_MODEL}*"})


class Told(dict[str, str]):
    """What was decided for one call, as its log entries and its answer's headers say it.

    It lies in the request's metadata. `live` is under which name the call is under way in this process; what a client
    writes into its own metadata cannot be one of these.
    """

    live: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str], **facts: str) -> Told:
        """Make one of an answer's headers and what else is known."""
        told = cls({name: value for name, value in facts.items() if value})
        told.say(headers)
        return told

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the answer."""
        named = ((name, self.get(name.removeprefix(PREFIX), "")) for name in SAID)
        return {name: value for name, value in named if value}

    def say(self, headers: Mapping[str, str]) -> None:
        """Say what these headers say, and no longer what others said before."""
        for name in SAID:
            self.pop(name.removeprefix(PREFIX), None)
        self.update({name.removeprefix(PREFIX): headers[name] for name in SAID if headers.get(name)})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `is_ours` says that its document may be written into: it does not go upstream as it is."""

    model: str | None
    headers: Mapping[str, str]
    user: Any
    is_ours: bool
    tenant: str | None
    allowed: tuple[tuple[str, ...], ...]
    platform: str

    def may_call(self, feature: str) -> bool:
        """Say whether key and team may call a feature; where a header names it, LiteLLM has not asked that."""
        name = f"{FEATURE_MODEL}{feature}"
        wanted = EVERYTHING | {name}
        return self.model == name or all(not models or wanted & set(models) for models in self.allowed)


def read(data: Mapping[str, Any], key: Any, call_type: str) -> Asked:
    """Read a request as LiteLLM hands it to a hook; `key` is whose it is (UserAPIKeyAuth)."""
    model = data.get("model")
    return Asked(
        model=model if isinstance(model, str) and model else None,
        headers=headers_of(data),
        user=_user(data, call_type),
        is_ours=isinstance(data.get("proxy_server_request"), dict),
        tenant=_tenant(key),
        allowed=tuple(_names(getattr(key, name, None)) for name in ("models", "team_models")),
        platform=str(getattr(key, "request_route", None) or "").strip("/").partition("/")[0],
    )


def names_feature(model: object, headers: Mapping[str, str]) -> bool:
    """Say whether a feature is asked for."""
    return (isinstance(model, str) and model.startswith(FEATURE_MODEL)) or bool(headers.get(FEATURE))


def headers_of(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the request's headers, by lower-case name; a record of a batch file has them in its metadata."""
    bags = (data.get("proxy_server_request"), data.get("litellm_metadata"), data.get("metadata"))
    for bag in bags:
        found = bag.get("headers") if isinstance(bag, dict) else None
        if isinstance(found, dict):
            return {str(name).lower(): value for name, value in found.items() if isinstance(value, str)}
    return {}


def bag_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return LiteLLM's own metadata: where both are there, `metadata` is the client's, and goes upstream."""
    name = "litellm_metadata" if "litellm_metadata" in data else "metadata"
    if not isinstance(data.get(name), dict):
        data[name] = {}
    return data[name]


def told_in(*documents: Any) -> Told | None:
    """Return what we have told of a call, from a request's or a log entry's documents."""
    for document in documents:
        for name in ("litellm_metadata", "metadata"):
            bag = document.get(name) if isinstance(document, Mapping) else None
            told = bag.get(OURS) if isinstance(bag, Mapping) else None
            if isinstance(told, Told):
                return told
    return None


def _user(data: Mapping[str, Any], call_type: str) -> Any:
    """Return whom the client names: OpenAI's `user`, Anthropic's `metadata.user_id`."""
    metadata = data.get("metadata")
    if call_type == ANTHROPIC and isinstance(metadata, dict) and "litellm_metadata" in data:
        return metadata.get("user_id") or data.get("user")
    return data.get("user")


def _tenant(key: Any) -> str | None:
    """Return the tenant to which the operator has bound the key or its team: no header says otherwise."""
    for name in ("metadata", "team_metadata"):
        bag = getattr(key, name, None)
        tenant = bag.get(KEY_TENANT) if isinstance(bag, dict) else None
        if isinstance(tenant, str) and tenant:
            return tenant
    return None


def _names(models: Any) -> tuple[str, ...]:
    return tuple(str(model) for model in models) if isinstance(models, list | tuple) else ()
