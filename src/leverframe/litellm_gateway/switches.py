"""May this model be asked?

A model's switch stops it across the company, by whatever name a call reaches it. Two places ask: before a call, where
the model's fallback may still serve instead; and at each deployment that LiteLLM's router is about to ask, since its
own fallbacks, aliases, weights and retries come after us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leverframe.gateway import Gateway
from leverframe.gateway.decisions import instead_of, off
from leverframe.litellm_gateway import proxy
from leverframe.litellm_gateway.models import Models
from leverframe.litellm_gateway.refusals import Refusal, is_off
from leverframe.nouns.tables import Decision, Reason, RouteTable


class Switches:
    """The switches of models, as the newest table has them."""

    def __init__(self, gateway: Gateway, models: Models) -> None:
        self._gateway, self._models = gateway, models

    def instead(self, name: str, table: RouteTable, platform: str = "") -> Decision | None:
        """Return what serves instead of a model that is asked for by its own name; None where it may be asked.

        A name that leads to several deployments is thrown where all of them are. `platform` is the provider to which
        a pass-through goes, where a model has the provider's own name.
        """
        if not table.thrown_models:
            return None
        names = (name, proxy.target_of(name), f"{platform}.{name}" if platform else "")
        thrown = self._thrown(names, table) or self._all_thrown(proxy.deployments(name), table)
        return instead_of(thrown, table) if thrown else None

    def keep(self, deployments: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Keep the deployments that may be asked. Raises Refusal where none is left."""
        table = self._gateway.table
        if table is None or not table.thrown_models or not deployments:
            return list(deployments)
        kept = [each for each in deployments if not self._thrown(_names_of(each), table)]
        if not kept:
            raise _refusal(_names_of(deployments[0]), table)
        return kept

    def check(self, names: Sequence[str]) -> None:
        """Let one deployment be asked, by every name that it has. Raises Refusal."""
        table = self._gateway.table
        if table is not None and table.thrown_models and self._thrown(names, table):
            raise _refusal(names, table)

    def _thrown(self, names: Iterable[str], table: RouteTable) -> str:
        keys = self._models.keys_of(name for name in names if name)
        return min(keys & table.thrown_models.keys(), default="")

    def _all_thrown(self, deployments: Sequence[str], table: RouteTable) -> str:
        each = [self._thrown([model], table) for model in deployments]
        return each[0] if each and all(each) else ""


def _names_of(deployment: Mapping[str, Any]) -> tuple[str, str]:
    parameters = deployment.get("litellm_params") or {}
    return str(deployment.get("model_name") or ""), str(parameters.get("model") or "")


def _refusal(names: Sequence[str], table: RouteTable) -> Refusal:
    named = next((name for name in names if name), "")
    return is_off(named, off(Reason.MODEL_OFF, table.number))
