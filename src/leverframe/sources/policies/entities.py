"""How is one Backstage descriptor asked for its parts?

Backstage allows far more than is read here, so keys that nobody asks for are no fault; only our own annotations
are checked to the letter.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from leverframe.sources.policies.reading import Report, nearest
from leverframe.sources.policies.yaml_values import Value

E = TypeVar("E", bound=StrEnum)

PREFIX = "leverframe.dev/"


class Entity:
    """One descriptor: its kind, its name, and the parts that are asked of it."""

    def __init__(self, document: Value, report: Report) -> None:
        self.document, self.report = document, report
        self.kind = self._text(document, "kind")
        metadata, spec = self._under(document, "metadata"), self._under(document, "spec")
        self.metadata, self.spec = metadata or Value(document.place, {}), spec or Value(document.place, {})
        self.annotations = self._under(self.metadata, "annotations") or Value(self.metadata.place, {})
        self.name = self._text(self.metadata, "name")
        self.type = self._text(self.spec, "type")
        name_value = self._under(self.metadata, "name")
        self.place = name_value.place if name_value else document.place

    @property
    def title(self) -> str:
        """Return what people call it: its title, its profile's display name, else its name."""
        profile = self._under(self.spec, "profile")
        return self._text(self.metadata, "title") or self._text(profile, "displayName") or self.name

    @property
    def email(self) -> str:
        """Return the profile's address, where it has one."""
        return self._text(self._under(self.spec, "profile"), "email")

    def owner(self) -> str:
        """Return the name of the group that owns it; that nobody does is an error."""
        return self.ref("owner", required=True)

    def ref(self, key: str, *, required: bool = False) -> str:
        """Return the name that a reference of the spec points to."""
        value = self._under(self.spec, key)
        if value and isinstance(value.data, str) and value.data:
            self.report.remember(f"{self.kind} {self.name} {key}", value.place)
            return ref_name(value.data)
        if required or (value and value.data is not None):
            place = value.place if value else self.place
            self.report.error(place, f"{self.name} does not say its `{key}`.", f"Add `{key}: <group>` to its spec.")
        return ""

    def refs(self, key: str) -> tuple[str, ...]:
        """Return the names that a list of references of the spec points to."""
        value = self._under(self.spec, key)
        if value is None or value.data is None:
            return ()
        if not isinstance(value.data, list) or not all(isinstance(item.data, str) for item in value.data):
            self.report.error(
                value.place, f"`{key}` of {self.name} is not a list of names.", f"Write `{key}: [...]`."
            )
            return ()
        for item in value.data:
            self.report.remember(f"{self.kind} {self.name} {key} {ref_name(item.data)}", item.place)
        return tuple(ref_name(item.data) for item in value.data)

    def annotation(self, key: str, *, required: bool = False, example: str = "") -> Value | None:
        """Return one of our annotations, without the prefix; Backstage wants its value to be a text."""
        value = self._under(self.annotations, PREFIX + key)
        if value is None:
            if required:
                remedy = f"Add the annotation `{PREFIX}{key}: {example}`."
                self.report.error(self.place, f"{self.name} does not say its `{PREFIX}{key}`.", remedy)
            return None
        self.report.remember(f"{self.kind} {self.name} {key}", value.place)
        if isinstance(value.data, str) and value.data.strip():
            return value
        because = f"`{PREFIX}{key}` of {self.name} is not a text, as Backstage's annotations must be."
        self.report.error(value.place, because, "Write its value in quotation marks.")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        """Return the words of an annotation that lists them with commas."""
        value = self.annotation(key)
        words = value.data.replace("\n", ",").split(",") if value else []
        return tuple(word.strip() for word in words if word.strip())

    def choice(self, key: str, kind: type[E]) -> E | None:
        """Return a required annotation that is one of an enum's values."""
        known = [member.value for member in kind]
        value = self.annotation(key, required=True, example=known[0])
        if value is None:
            return None
        if value.data.strip() in known:
            return kind(value.data.strip())
        because = f"`{PREFIX}{key}` of {self.name} is `{value.data.strip()}`, which is none of its values."
        self.report.error(value.place, because, nearest(value.data.strip(), known, noun="values"))
        return None

    def check_annotations(self, known: Collection[str]) -> None:
        """Report annotations under our prefix that nothing reads."""
        for key, value in self.annotations.data.items():
            if key.startswith(PREFIX) and key.removeprefix(PREFIX) not in known:
                because = f"Nothing reads the annotation `{key}`."
                self.report.error(value.place, because, nearest(key, [PREFIX + k for k in known], noun="annotations"))

    def _under(self, value: Value | None, key: str) -> Value | None:
        if value is None or not isinstance(value.data, dict):
            return None
        found = value.data.get(key)
        if key in ("metadata", "spec", "annotations") and found and not isinstance(found.data, dict):
            self.report.error(
                found.place, f"`{key}` is not a mapping of keys to values.", "Write `key: value` lines."
            )
            return None
        return found

    def _text(self, value: Value | None, key: str) -> str:
        found = self._under(value, key)
        return str(found.data) if found and isinstance(found.data, str | int) else ""


def ref_name(ref: str) -> str:
    """Return the name in an entity reference: `group:default/support-ai` is `support-ai`."""
    return ref.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
