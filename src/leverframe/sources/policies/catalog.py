"""Which features, fallbacks, teams and people do the Backstage descriptors name?

Kinds and types that are not ours are ignored. Our annotations lie under `leverframe.dev/`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.people import Group, Person
from leverframe.nouns.targets import Delivery, Fallback, Target, Tier
from leverframe.rules.signing_keys import read_key
from leverframe.sources.policies.entities import Entity
from leverframe.sources.policies.populations import read_population
from leverframe.sources.policies.reading import Report
from leverframe.sources.policies.yaml_values import read_yaml

T = TypeVar("T")

FEATURE_ANNOTATIONS = (
    "tier",
    "delivery",
    "population",
    "models",
    "on-call",
    "fallback",
    "prompt",
    "locales",
    "bridge",
    "customer-facing",
)
FALLBACK_ANNOTATIONS = ("models",)
PERSON_ANNOTATIONS = ("git-login", "signing-keys")


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
    _check_once(joined, report)
    return Catalog(targets, fallbacks, groups, joined)


def _check_once(people: Mapping[str, Person], report: Report) -> None:
    """Let a login and a key stand for one person: a commit has one who answers for it."""
    first: dict[str, str] = {}
    for person in people.values():
        named = [("git-login", person.git_login), *(("signing-keys", key) for key in person.signing_keys)]
        for annotation, what in named:
            if what and first.setdefault(what.casefold(), person.name) != person.name:
                because = f"{person.name} and {first[what.casefold()]} have the same `{what[:60]}`."
                report.error(report.place(f"User {person.name} {annotation}"), because, "Take it from one of them.")


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
    on_call, fallback, prompt, bridge = (
        entity.annotation(key) for key in ("on-call", "fallback", "prompt", "bridge")
    )
    return Target(
        id=entity.name,
        title=entity.title,
        tier=tier or Tier.HIGH,
        delivery=delivery or Delivery.EMBEDDED,
        owner=entity.owner(),
        population=read_population(entity, population) if population else (),
        models=entity.words("models"),
        locales=entity.words("locales"),
        on_call=on_call.data.strip() if on_call else "",
        fallback=fallback.data.strip() if fallback else "",
        prompt=prompt.data.strip() if prompt else "",
        bridge=bridge.data.strip() if bridge else "",
        customer_facing=_is_customer_facing(entity),
    )


def _is_customer_facing(entity: Entity) -> bool:
    """Read `customer-facing`: Kubernetes and Backstage keep annotations as texts."""
    value = entity.annotation("customer-facing")
    text = value.data.strip() if value else "false"
    if value and text not in ("true", "false"):
        because = f"`leverframe.dev/customer-facing` of {entity.name} is `{text}`, which is neither true nor false."
        entity.report.error(value.place, because, 'Write "true" or "false".')
    return text == "true"


def _read_fallback(entity: Entity) -> Fallback:
    entity.check_annotations(FALLBACK_ANNOTATIONS)
    return Fallback(entity.name, entity.title, entity.owner(), entity.words("models"))


def _read_person(entity: Entity) -> Person:
    entity.check_annotations(PERSON_ANNOTATIONS)
    login = entity.annotation("git-login")
    return Person(
        name=entity.name,
        title=entity.title,
        groups=frozenset(entity.refs("memberOf")),
        email=entity.email,
        git_login=login.data.strip() if login else "",
        signing_keys=tuple(_read_keys(entity)),
    )


def _read_keys(entity: Entity) -> Iterator[str]:
    """Yield the keys of a person, one a line; what is no key is told."""
    value = entity.annotation("signing-keys")
    for line in value.data.splitlines() if value else ():
        if key := read_key(line):
            yield key
        elif value and line.strip():
            because = f"`{line.strip()[:60]}` of {entity.name} is no key that signs commits."
            remedy = "Write an SSH public key, such as `ssh-ed25519 AAAA…`, or an OpenPGP key's whole fingerprint."
            entity.report.error(value.place, because, remedy)
