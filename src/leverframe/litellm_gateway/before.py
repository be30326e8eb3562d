"""What does a call become before it is made?

A call that names a feature becomes a call of its unit: prompt, model and headers together. Any other call keeps the
model that it asks for, unless a switch is thrown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from leverframe.gateway import Gateway
from leverframe.gateway.decisions import Routed, as_asked, decide, off
from leverframe.gateway.headers import FEATURE, FEATURE_MODEL, Caller, read_caller, say, upstream_headers
from leverframe.gateway.prompts import NoPrompt, Prompts
from leverframe.litellm_gateway import proxy, refusals
from leverframe.litellm_gateway.calls import Calls
from leverframe.litellm_gateway.forms import put_prompt
from leverframe.litellm_gateway.models import Models
from leverframe.litellm_gateway.refusals import Refusal
from leverframe.litellm_gateway.requests import OURS, Asked, Told, bag_of, headers_of, names_feature, read
from leverframe.litellm_gateway.switches import Switches
from leverframe.nouns.tables import NO_NUMBER, Decision, Reason, RouteTable, Variant
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid

FALLBACKS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
"""What a client may ask for, by which LiteLLM would serve another model under the feature's prompt."""
NOT_HERE = "A feature is served neither through a pass-through nor in a batch file."


class Before:
    """Decides what a call becomes, and writes it into the request."""

    def __init__(self, gateway: Gateway, prompts: Prompts, models: Models, switches: Switches, calls: Calls) -> None:
        self._gateway, self._prompts, self._models = gateway, prompts, models
        self._switches, self._calls = switches, calls

    def decide(self, data: dict[str, Any], call_type: str, key: Any) -> None:
        """Decide for one request, in place. Raises Refusal."""
        asked = read(data, key, call_type)
        caller = _caller(asked)
        if caller.feature is None:
            self._for_model(asked, caller, data)
        else:
            self._for_feature(asked, caller, caller.feature, data, call_type)

    def _for_feature(self, asked: Asked, caller: Caller, feature: str, data: dict[str, Any], call_type: str) -> None:
        if not asked.may_call(feature):
            raise refusals.not_allowed(feature)
        routed = decide(self._gateway, feature, caller)
        if routed.decision.reason is Reason.UNKNOWN_FEATURE:
            raise refusals.unknown_feature(feature, routed.decision)
        if routed.decision.unit is None:
            raise refusals.is_off(feature, routed.decision, routed.call)
        if asked.model is None:
            return
        if not asked.is_ours:
            raise refusals.no_place(NOT_HERE, "model")
        told = Told.of(say(routed.decision, routed.call), feature=feature, change=routed.decision.change)
        told.live = self._calls.begin(routed.call) if routed.call else ""
        self._write(told, feature, routed, routed.decision.unit, data, call_type)

    def _write(
        self, told: Told, feature: str, routed: Routed, unit: Unit, data: dict[str, Any], call_type: str
    ) -> None:
        prompt, model = self._prompts.text(unit.prompt), self._models.name_of(unit.model)
        if isinstance(prompt, NoPrompt):
            self._calls.failed(told)
            raise refusals.no_prompt(feature, prompt.because, routed.decision, routed.call)
        if not unit.model or not proxy.is_known(model):
            self._calls.failed(told)
            because = f"This proxy has no model {model!r}."
            raise refusals.no_model(feature, because, routed.decision, routed.call)
        if because := put_prompt(data, prompt, call_type):
            self._calls.forget(told)
            raise refusals.no_place(because, "model")
        _ask_only(data, model)
        data.update(proxy.stream_usage(data, model, call_type))
        if headers := upstream_headers(unit):
            given = data.get("extra_headers")
            data["extra_headers"] = {**(given if isinstance(given, dict) else {}), **headers}
        bag_of(data)[OURS] = told

    def _for_model(self, asked: Asked, caller: Caller, data: dict[str, Any]) -> None:
        table = self._gateway.table_for(
            subject=caller.subject, tenant=caller.tenant, conversation=caller.conversation
        )
        if table is not None and caller.tenant in table.thrown_tenants:
            raise refusals.is_off(asked.model or "", off(Reason.TENANT_THROWN, table.number))
        if asked.model is None:
            return
        decision = _undecided(asked.model) if table is None else self._switched(asked.model, asked, table)
        if asked.is_ours:
            data["model"] = decision.unit.model if decision.unit else asked.model
            bag_of(data)[OURS] = Told.of(say(decision, ""))

    def _switched(self, model: str, asked: Asked, table: RouteTable) -> Decision:
        """Ask the switches; several models, with commas between them, are each asked for."""
        names, decision = model.split(","), as_asked(model, table)
        for place, name in enumerate(names):
            instead = self._switches.instead(name.strip(), table, "" if asked.is_ours else asked.platform)
            if instead is not None:
                names[place], decision = self._fallback(name.strip(), instead, asked), instead
        return replace(decision, unit=Unit(model=",".join(names)))

    def _fallback(self, model: str, instead: Decision, asked: Asked) -> str:
        """Return the proxy's name of what serves instead. Raises Refusal where nothing does, or nothing can."""
        name = self._models.name_of(instead.unit.model) if instead.unit else ""
        if not name or not asked.is_ours or not proxy.is_known(name):
            raise refusals.is_off(model, off(Reason.MODEL_OFF, instead.number))
        return name


def after_a_bug(data: dict[str, Any], gateway: Gateway) -> Refusal | None:
    """Return what to do where deciding has failed: a feature is off, any other call goes on as it came."""
    model, headers = str(data.get("model") or ""), headers_of(data)
    if not names_feature(model, headers):
        return None
    feature = model.removeprefix(FEATURE_MODEL) if model.startswith(FEATURE_MODEL) else headers[FEATURE]
    fallback = gateway.route(feature).fallback
    decision = Decision(False, None, Variant.OFF, Reason.ERROR, fallback=fallback, number=gateway.number)
    return refusals.is_off(feature, decision)


def _caller(asked: Asked) -> Caller:
    """Read who asks; whom the client names as user is of no matter where no feature is asked for."""
    user = asked.user if names_feature(asked.model, asked.headers) else None
    try:
        caller = read_caller(asked.headers, user, model=asked.model or "")
    except Invalid as fault:
        raise refusals.invalid(fault) from None
    return replace(caller, tenant=asked.tenant or caller.tenant)


def _undecided(model: str) -> Decision:
    """Without a table no switch is known to be thrown: the call goes on."""
    return Decision(True, Unit(model=model), Variant.CURRENT, Reason.NO_TABLE, number=NO_NUMBER)


def _ask_only(data: dict[str, Any], model: str) -> None:
    """Let LiteLLM ask this model and no other: prompt and model of a unit are not mixed with another's."""
    for name in FALLBACKS:
        data.pop(name, None)
    data["model"], data["disable_fallbacks"] = model, True
