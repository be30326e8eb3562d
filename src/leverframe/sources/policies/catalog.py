"""Which features, fallbacks, teams and people do the Backstage descriptors name?

Kinds and types that are not ours are ignored. Our annotations lie under `leverframe.dev/`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.people import Group, Person
from leverframe.nouns.targets import Delivery, Fallback, Target, Tier
from leverframe.sources.policies.entities import Entity
from leverframe.sources.policies.populations import read_population
from leverframe.sources.policies.reading import Report
from leverframe.sources.policies.yaml_values import read_yaml

T = TypeVar("T")

FEATURE_ANNOTATIONS = ("tier", "delivery", "population", "models", "on-call", "fallback", "prompt")
FALLBACK_ANNOTATIONS = ("models",)


def read_catalog(files: Mapping[str, str], report: Report) -> Catalog:
    """Return everything of ours that the files under `catalog/` describe."""
    targets: dict[str, Target] = {}
    fallbacks: dict[str, Fallback] = {}
    groups: dict[str, Group] = {}
    people: dict[str, Person] = {}
    members: dict[str, set[str]] = defaultdict(set)
    for entity in _entities(files, report):
        match entity.kind, entity.type:
            case "Component", "ai-feature":
                _keep("feature", entity, targets, _read_feature(entity))
            case "Component", "ai-fallback":
                _keep("fallback", entity, fallbacks, _read_fallback(entity))
            case "Group", _:
                _keep("group", entity, groups, Group(entity.name, entity.title, entity.ref("parent")))
                for person in entity.refs("members"):
                    members[person].add(entity.name)
            case "User", _:
                _keep("person", entity, people, _read_person(entity))
    joined = {name: replace(person, groups=person.groups | members[name]) for name, person in people.items()}
    return Catalog(targets, fallbacks, groups, joined)


def _entities(files: Mapping[str, str], report: Report) -> list[Entity]:
    found = []
    for path in sorted(files):
        if path.startswith("catalog/") and path.endswith((".yaml", ".yml")):
            documents = read_yaml(path, files[path], report.faults)
            found.extend(Entity(document, report) for document in documents if document.data is not None)
    return [entity for entity in found if _is_descriptor(entity)]


def _is_descriptor(entity: Entity) -> bool:
    if not entity.kind:
        because = "This document has no `kind`, so it describes nothing."
        entity.report.error(
            entity.document.place, because, "Write a Backstage descriptor, such as `kind: Component`."
        )
    elif entity.kind in ("Component", "Group", "User") and not entity.name:
        because = f"This {entity.kind} has no name."
        entity.report.error(entity.document.place, because, "Add `name: …` to its metadata.")
    return bool(entity.kind and entity.name)


def _keep(what: str, entity: Entity, into: dict[str, T], noun: T | None) -> None:
    if entity.name in into:
        first = entity.report.place(f"{what} {entity.name}")
        entity.report.error(entity.place, f"The {what} {entity.name} is described twice; the first is at {first}.")
    elif noun is not None:
        into[entity.name] = noun
        entity.report.remember(f"{what} {entity.name}", entity.place)


def _read_feature(entity: Entity) -> Target:
    entity.check_annotations(FEATURE_ANNOTATIONS)
    tier, delivery = entity.choice("tier", Tier), entity.choice("delivery", Delivery)
    population = entity.annotation("population", required=True, example='"4_000_000"')
    on_call, fallback, prompt = (entity.annotation(key) for key in ("on-call", "fallback", "prompt"))
    return Target(
        id=entity.name,
        title=entity.title,
        tier=tier or Tier.HIGH,
        delivery=delivery or Delivery.EMBEDDED,
        owner=entity.owner(),
        population=read_population(entity, population) if population else (),
        models=entity.words("models"),
        on_call=on_call.data.strip() if on_call else "",
        fallback=fallback.data.strip() if fallback else "",
        prompt=prompt.data.strip() if prompt else "",
    )


def _read_fallback(entity: Entity) -> Fallback:
    entity.check_annotations(FALLBACK_ANNOTATIONS)
    return Fallback(entity.name, entity.title, entity.owner(), entity.words("models"))


def _read_person(entity: Entity) -> Person:
    return Person(entity.name, entity.title, frozenset(entity.refs("memberOf")), entity.email)
