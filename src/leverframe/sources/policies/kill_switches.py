"""Which kill switches are there, and which of them are thrown?

The handbook's file is read as it is: `enabled: true` is set, `disabled: true` and `ai_disabled: true` are thrown.
Ours beside its keys: `owner`, `reason`, `ticket`, `exercised_on`, `probe`, `on_expiry`, `zone`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from leverframe.nouns.switch_files import PATH
from leverframe.nouns.switches import Layer, OnExpiry, Probe, Switch
from leverframe.sources.policies.reading import Report, Section, read_mapping


def read_switches(files: Mapping[str, str], report: Report) -> tuple[Switch, ...]:
    """Return the switches of all three layers, each with the place that names it."""
    if PATH not in files:
        return ()
    document = read_mapping(PATH, files[PATH], "The switch file", report)
    if document is None:
        return ()
    with Section(report, document, "The switch file") as file:
        features = tuple(_read_features(file.section("feature_kill_switches"), report))
        models = tuple(_read_models(file.sections("model_kill_switches"), report))
        tenants = tuple(_read_tenants(file.section("tenant_kill_switches"), report))
    return (*features, *models, *tenants)


def _read_features(section: Section, report: Report) -> Iterator[Switch]:
    for key in section.free():
        with section.section(key) as switch:
            enabled = switch.flag("enabled", required=True, default=True)
            fallback = switch.text("fallback", required=True, example="help-centre-search")
            yield _switch(Layer.FEATURE, key, not enabled, fallback, switch)


def _read_models(sections: list[Section], report: Report) -> Iterator[Switch]:
    first: dict[str, str] = {}
    for entry in sections:
        with entry as switch:
            model = switch.text("model", required=True, example="openai.gpt-4o-2024-11")
            disabled = switch.flag("disabled", required=True)
            fallback = switch.text("fallback_model")
            for key, name in (("model", model), ("fallback_model", fallback)):
                if name and not is_model_key(name):
                    switch.wrong(key, f"is `{name}`, which is not a model key", "Write it as `<platform>.<model>`.")
            if model in first:
                because = f"The model {model} has two switches; the first is at {first[model]}."
                report.error(switch.place, because, "Keep one of the two.")
            elif model:
                first[model] = switch.place
                yield _switch(Layer.MODEL, model, disabled, fallback, switch)


def _read_tenants(section: Section, report: Report) -> Iterator[Switch]:
    for key in section.free():
        with section.section(key) as switch:
            disabled = switch.flag("ai_disabled", required=True)
            if disabled and not switch.has("reason"):
                because = f"AI is off for the tenant {key}, and nothing says why."
                report.error(switch.place, because, "Add its `reason`.")
            on_expiry = switch.choice("on_expiry", OnExpiry, default=OnExpiry.LAPSE) or OnExpiry.LAPSE
            zone = switch.zone("zone")
            lever = _switch(Layer.TENANT, key, disabled, "", switch)
            yield replace(lever, expires_on=switch.day("expires"), on_expiry=on_expiry, zone=zone)


def _switch(layer: Layer, key: str, thrown: bool, fallback: str, section: Section) -> Switch:
    reason = section.text("reason")
    ticket = re.search(r"\bticket ([A-Z][A-Z0-9]*-\d+)", reason)
    return Switch(
        layer=layer,
        key=key,
        thrown=thrown,
        fallback=fallback,
        owner=section.text("owner"),
        because=reason,
        ticket=section.text("ticket") or (ticket[1] if ticket else ""),
        exercised_on=section.day("exercised_on"),
        probe=_probe(section),
        place=section.place,
    )


def _probe(section: Section) -> Probe:
    """Return how the switch is proved, where it says so."""
    if not section.has("probe"):
        return Probe()
    with section.section("probe") as said:
        url, command = said.text("url"), said.text("command")
        if url and not re.match(r"https?://[^/\s]+", url):
            said.wrong("url", f"is `{url}`, which is no address", "Write it as https://help.example.com/search.")
        if command and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", command):
            because = f"is `{command}`, which is not the name of a file"
            said.wrong("command", because, "Name an executable of the server's folder of probes, without a path.")
        return Probe(
            feature=said.text("feature"),
            ask=said.text("ask"),
            status=said.whole("status", low=100, high=599) if said.has("status") else 0,
            contains=said.text("contains"),
            url=url,
            command=command,
        )


def is_model_key(name: str) -> bool:
    """Say whether a name is `<platform>.<model>`: the platform is what stands before the first dot."""
    platform, dot, model = name.partition(".")
    return bool(dot and platform and model) and not re.search(r"[\s*]", name)


def is_platform(name: str) -> bool:
    """Say whether a name is `<platform>.*`: all models of a platform."""
    platform, _, rest = name.partition(".")
    return bool(platform) and rest == "*" and not re.search(r"[\s*]", platform)
