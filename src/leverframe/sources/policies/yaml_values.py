"""How does YAML text become plain values that know their line?

The composer's nodes carry the line of everything, which the loaders lose for scalars; duplicate keys are told
instead of being swallowed or ending the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from leverframe.nouns.verdicts import Fault

MOST_CHARACTERS = 2_000_000
MOST_VALUES = 200_000
MOST_NESTING = 40
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its place: `data` is a scalar, a list of Values, or a dict of Values by key."""

    place: str
    data: Any


def read_yaml(path: str, text: str, faults: list[Fault]) -> tuple[Value, ...]:
    """Return the documents of a YAML text; what cannot be read is added to the faults."""
    if len(text) > MOST_CHARACTERS:
        because = f"This file has more than {MOST_CHARACTERS:,} characters."
        faults.append(Fault(f"{path}:1", because, "Split it into several files."))
        return ()
    reading = _Reading(path, faults)
    try:
        nodes = tuple(YAML(typ="safe", pure=True).compose_all(text))
        return tuple(reading.value(node, 0) for node in nodes if node is not None)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or error.context or "it cannot be parsed"
        faults.append(Fault(f"{path}:{line}", f"This is not YAML: {problem}.", "Mend the line or the one above it."))
    except (YAMLError, RecursionError, _TooMuch) as error:
        faults.append(Fault(f"{path}:1", f"This cannot be read as YAML: {str(error).splitlines()[0]}."))
    return ()


def from_plain(place: str, data: Any) -> Value:
    """Give plain data (from JSON or a form) places, by the names of its fields."""
    if isinstance(data, Mapping):
        return Value(place, {str(key): from_plain(_under(place, str(key)), item) for key, item in data.items()})
    if isinstance(data, list | tuple):
        return Value(place, [from_plain(f"{place}[{number}]", item) for number, item in enumerate(data, 1)])
    return Value(place, data)


def _under(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


class _TooMuch(Exception):
    pass


@dataclass(slots=True)
class _Reading:
    path: str
    faults: list[Fault]
    count: int = 0

    def value(self, node: Node, depth: int) -> Value:
        self.count += 1
        if self.count > MOST_VALUES or depth > MOST_NESTING:
            raise _TooMuch("it holds more values, or nests them deeper, than any configuration needs")
        place = self._place(node)
        if isinstance(node, MappingNode):
            return Value(place, self._mapping(node.value, depth))
        if isinstance(node, SequenceNode):
            return Value(place, [self.value(item, depth + 1) for item in node.value])
        assert isinstance(node, ScalarNode)
        return Value(place, _scalar(node))

    def _mapping(self, pairs: Iterable[tuple[Node, Node]], depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in pairs:
            key = str(key_node.value)
            value = self.value(value_node, depth + 1)
            if key in found:
                because = f"`{key}` is written twice here; the first is at {found[key].place}."
                self.faults.append(Fault(self._place(key_node), because, "Keep one of the two."))
                continue
            found[key] = Value(self._place(key_node), value.data)
        return found

    def _place(self, node: Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"


def _scalar(node: ScalarNode) -> Any:
    """Return a scalar's data; what only looks like a number or a date, such as 2026-06-31, is text."""
    try:
        return _typed(str(node.tag).removeprefix(_TAG), node.value)
    except ValueError:
        return node.value


def _typed(kind: str, text: str) -> Any:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole(text.replace("_", ""))
        case "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))
        case "timestamp":
            return date.fromisoformat(text) if len(text) == len("2026-05-12") else datetime.fromisoformat(text)
        case _:
            return text


def _whole(text: str) -> int:
    try:
        return int(text, 10)
    except ValueError:
        return int(text, 0)
