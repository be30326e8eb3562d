"""What do the files of a folder say together, and what is wrong with them?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.documents import digest
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Fault, Mode
from leverframe.rules import models
from leverframe.rules.shipping import GATES
from leverframe.sources.policies.catalog import read_catalog
from leverframe.sources.policies.checks import check_bundle
from leverframe.sources.policies.kill_switches import read_switches
from leverframe.sources.policies.policy import PolicyFile, read_policy
from leverframe.sources.policies.prompts import read_prompts, text_digest
from leverframe.sources.policies.reading import Report
from leverframe.sources.policies.rollouts import RampDefaults, read_rollouts

_READ = re.compile(
    r"policy\.yaml|catalog/.+\.ya?ml|prompts/.+\.md|gateway-policies/kill-switches\.yaml|rollouts/[^/]+\.ya?ml"
)
_BESIDE = re.compile(r"(changes|evals|units)/.+|(.+/)?README\.md|[^/]+\.md")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_TEXTS = (".yaml", ".yml", ".md")


def read_bundle(files: Mapping[str, str], *, today: date | None = None) -> tuple[Policy | None, tuple[Fault, ...]]:
    """Return the policy of a bundle `{path: text}` and all its faults; no policy where one of them is an error.

    Each fault names its file and line, why, and the remedy. With `today`, what depends on the date is told too:
    expired tenant switches and switches whose last exercise is long ago.
    """
    report = Report()
    files = {path: _as_text(path, text, report) for path, text in files.items()}
    catalog = read_catalog(files, report)
    prompts = read_prompts(files, report)
    file = read_policy(files, (*GATES, "forecast"), report)
    rollouts = read_rollouts(files, file.ramps if file else RampDefaults(), report)
    switches = read_switches(files, report)
    _warn_of_strays(files, report)
    policy = None
    if file:
        switches = tuple(_owned(switch, file, catalog) for switch in switches)
        catalog = _with_fallbacks(catalog, switches, report)
        plans = {**file.policy.plans, **rollouts}
        catalog = _under_policy(catalog, file.policy)
        policy = replace(file.policy, catalog=catalog, switches=switches, plans=plans, prompts=prompts)
        policy = replace(policy, digest=bundle_digest(files))
        check_bundle(policy, report, today)
    faults = tuple(sorted(report.faults, key=_by_place))
    return (None if any(fault.severity == "error" for fault in faults) else policy), faults


def read_folder(folder: Path) -> dict[str, str]:
    """Return the files of a folder as a bundle, hidden ones left out. Raises OSError, and ValueError at bad UTF-8."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    paths = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_text("utf-8") for name, path in paths.items() if _is_ours(name)}


def is_read(path: str) -> bool:
    """Say whether a file is part of the policy; its digest covers these and no others."""
    return bool(_READ.fullmatch(path))


def bundle_digest(files: Mapping[str, str]) -> str:
    """Return the digest over the sorted {path: digest of the text} of the files that are part of the policy."""
    return digest({path: text_digest(text) for path, text in sorted(files.items()) if is_read(path)})


def _as_text(path: str, text: str, report: Report) -> str:
    """Return a text that can be kept; what cannot (half a character, a NUL) is a fault."""
    if not _UNKEPT.search(text):
        return text
    report.error(f"{path}:1", "This file holds bytes that are no text.", "Write it in UTF-8.")
    return _UNKEPT.sub("", text)


def _is_ours(path: str) -> bool:
    return path.endswith(_TEXTS) and not any(part.startswith(".") for part in path.split("/"))


def _owned(switch: Switch, file: PolicyFile, catalog: Catalog) -> Switch:
    """Return a switch with its owner and, for a tenant, its zone."""
    target = catalog.targets.get(switch.key) if switch.layer is Layer.FEATURE else None
    rule = file.policy.switch_rules.get(switch.layer.value)
    owner = switch.owner or (target.owner if target else rule.owner if rule else "")
    if switch.layer is not Layer.TENANT:
        return replace(switch, owner=owner)
    return replace(switch, owner=owner, zone=switch.zone or file.policy.zone_of_tenant(switch.key))


def _with_fallbacks(catalog: Catalog, switches: tuple[Switch, ...], report: Report) -> Catalog:
    """Return the catalog whose features know the fallback that their switch names."""
    named = {switch.key: switch for switch in switches if switch.layer is Layer.FEATURE}
    targets = dict(catalog.targets)
    for name, target in catalog.targets.items():
        switch = named.get(name)
        if not switch or not switch.fallback:
            continue
        if target.fallback and target.fallback != switch.fallback:
            because = f"{name} falls back to `{target.fallback}` here and to `{switch.fallback}` at {switch.place}."
            report.error(report.place(f"Component {name} fallback"), because, "Let both name the same fallback.")
        targets[name] = replace(target, fallback=switch.fallback)
    return replace(catalog, targets=targets)


def _under_policy(catalog: Catalog, policy: Policy) -> Catalog:
    """Return the catalog whose features know what the policy says of them: their audiences' order, their models."""
    limits = policy.mode_of(models.GATE) is Mode.ENFORCE
    targets = {
        name: replace(
            target, order=policy.order, allowed_models=models.allowed_models(target, policy) if limits else ()
        )
        for name, target in catalog.targets.items()
    }
    return replace(catalog, targets=targets)


def _warn_of_strays(files: Mapping[str, str], report: Report) -> None:
    for path in files:
        if not is_read(path) and not _BESIDE.fullmatch(path):
            known = "policy.yaml, catalog/, prompts/, gateway-policies/kill-switches.yaml and rollouts/<feature>.yaml"
            report.warn(f"{path}:1", "Nothing reads this file.", f"What is read: {known}.")


def _by_place(fault: Fault) -> tuple[str, int, str]:
    path, _, line = fault.place.rpartition(":")
    return (path, int(line), fault.because) if line.isdigit() else (fault.place, 0, fault.because)
