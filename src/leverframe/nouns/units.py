"""What of a target moves, as one?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A release unit: prompt version, model, retrieval index, code ref and config digest together.

    `prompt` is `name@version` in the prompt folder, `model` is `<platform>.<model>`; an empty string means
    that the feature does not use that part. Units roll back whole (handbook, CI/CD page).
    """

    prompt: str = ""
    model: str = ""
    index: str = ""
    code_ref: str = ""
    config_digest: str = ""

    @property
    def name(self) -> str:
        """Name the unit for people: its parts, in one order, without the empty ones."""
        parts = (self.prompt, self.model, self.index, self.code_ref, self.config_digest[:12])
        return " · ".join(part for part in parts if part) or "(empty)"

    def differences(self, other: Unit) -> tuple[str, ...]:
        """List the parts in which another unit differs, as `part: this -> other`."""
        pairs = ((part, getattr(self, part), getattr(other, part)) for part in UNIT_PARTS)
        return tuple(f"{part}: {mine or '-'} -> {theirs or '-'}" for part, mine, theirs in pairs if mine != theirs)


UNIT_PARTS = ("prompt", "model", "index", "code_ref", "config_digest")


def platform_of(model: str) -> str:
    """Return the platform of a model key: what stands before the first dot."""
    return model.split(".", 1)[0]


def allows(models: Collection[str], model: str) -> bool:
    """Say whether a list of model keys and `platform.*` holds a model; an empty list holds all."""
    return not models or not model or model in models or f"{platform_of(model)}.*" in models
