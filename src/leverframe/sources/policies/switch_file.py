"""How does the switch file say how the levers stand now, and stay the same in every other byte?

Only what differs is written: the scalar of a state, the line of a reason, a ticket or a last day. Comments, order,
quotes and blank lines are their author's. What is written is read again before it is returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from leverframe.nouns.switch_files import PATH
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.policies.kill_switches import read_switches
from leverframe.sources.policies.reading import Report

SECTIONS = {
    Layer.FEATURE: "feature_kill_switches",
    Layer.MODEL: "model_kill_switches",
    Layer.TENANT: "tenant_kill_switches",
}
STATES = {Layer.FEATURE: "enabled", Layer.MODEL: "disabled", Layer.TENANT: "ai_disabled"}
TOLD = ("reason", "ticket", "expires", "on_expiry")
"""What a throw says, in the order in which it is written."""


def switches_in(text: str, place: str = PATH) -> dict[str, Switch]:
    """Return the switches that a file names, by id; raises Invalid with all faults, placed by `place`."""
    report = Report()
    found = read_switches({PATH: text}, report)
    faults = [replace(fault, place=fault.place.replace(PATH, place, 1)) for fault in report.faults]
    if errors := [fault for fault in faults if fault.severity == "error"]:
        raise Invalid(errors)
    return {switch.id: switch for switch in found}


def rewritten(text: str, standing: Iterable[Switch], place: str = PATH) -> tuple[str, tuple[str, ...]]:
    """Return the file as the levers stand, and the ids of those of which it said otherwise; raises Invalid.

    A thrown tenant's lever that the file does not name is added; all others are for people to name.
    """
    named = switches_in(text, place)
    known = {switch.id: switch for switch in standing if switch.id in named}
    added = {switch.id: switch for switch in standing if switch.id not in named and _is_to_be_named(switch)}
    differs = [id for id, switch in known.items() if _said(switch) != _said(named[id])]
    file = _File(text)
    after = _applied(text, [*(e for id in differs for e in file.edits(known[id])), *file.additions(added.values())])
    found = switches_in(after, place)
    wanted = named | known | added
    unlike = [id for id, switch in wanted.items() if id not in found or _said(found[id]) != _said(switch)]
    if unlike:
        because = f"{', '.join(unlike)} cannot be written without a change to what stands around it"
        raise Invalid([Fault(place, because, "write it by hand, in the handbook's form")])
    return after, (*differs, *added)


def _is_to_be_named(switch: Switch) -> bool:
    return switch.layer is Layer.TENANT and switch.thrown


def _said(switch: Switch) -> tuple[Any, ...]:
    """Return what a file says of how a lever stands; of one that is set there is nothing more to say."""
    if not switch.thrown:
        return (False,)
    return (True, switch.because, switch.ticket, switch.expires_on, switch.on_expiry)


def _told(switch: Switch) -> dict[str, str]:
    """Return what is written of a thrown lever, as YAML; a ticket that its reason names is not written twice."""
    if not switch.thrown:
        return {}
    told = {"reason": _text(switch.because)}
    if switch.ticket and f"ticket {switch.ticket}" not in switch.because:
        told["ticket"] = _text(switch.ticket)
    if switch.expires_on:
        told["expires"] = switch.expires_on.isoformat()
    if switch.layer is Layer.TENANT and switch.on_expiry is OnExpiry.STAY:
        told["on_expiry"] = switch.on_expiry.value
    return told


_UNPRINTABLE = re.compile("[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _text(value: str) -> str:
    """Write a text in double quotes; what YAML does not allow in a file is escaped."""
    return _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(value, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put `text` in the place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def _applied(text: str, edits: Iterable[_Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


_Pair = tuple[Node, Node]


class _File:
    """The switch file's text, and where in it each lever is written."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        root = YAML(typ="safe", pure=True).compose(text)
        self._sections = _pairs(root) if isinstance(root, MappingNode) else {}

    def edits(self, switch: Switch) -> Iterator[_Edit]:
        """Yield what makes the file say of a lever, which it names, how it stands."""
        entry = self._entry(switch)
        pairs, told = _pairs(entry), _told(switch)
        state = pairs[STATES[switch.layer]]
        yield self._scalar(state[1], _state(switch))
        for key in TOLD:
            if key in pairs and key in told:
                yield self._scalar(pairs[key][1], told[key])
            elif key in pairs:
                yield self._without(entry, key)
        news = [f"{key}: {told[key]}" for key in told if key not in pairs]
        if news:
            yield self._after(state, news, flows=bool(entry.flow_style))

    def additions(self, switches: Iterable[Switch]) -> Iterator[_Edit]:
        """Yield what names levers of tenants that the file does not name yet."""
        new = list(switches)
        if not new:
            return
        name = SECTIONS[Layer.TENANT]
        key, section = self._sections.get(name, (None, None))
        if isinstance(section, MappingNode) and section.value and section.flow_style:
            end = section.value[-1][1].end_mark.index
            yield _Edit(end, end, "".join(f", {_key(s.key)}: {{{', '.join(_lines(s))}}}" for s in new))
        elif isinstance(section, MappingNode) and section.value:
            first_key, first = section.value[0]
            indent = first_key.start_mark.column
            inner = first.value[0][0].start_mark.column if not first.flow_style else indent + 2
            end = self._line_end(_last(section).end_mark.index)
            yield _Edit(end, end, self._block(new, indent, max(inner, indent + 1)))
        elif key is not None and section is not None:
            colon = self._text.index(":", key.end_mark.index) + 1
            yield _Edit(colon, max(colon, section.end_mark.index), self._block(new, 2, 4))
        else:
            end = len(self._text.rstrip())
            yield _Edit(end, end, f"{self._newline}{name}:{self._block(new, 2, 4)}")

    def _entry(self, switch: Switch) -> MappingNode:
        section = self._sections[SECTIONS[switch.layer]][1]
        if isinstance(section, SequenceNode):
            return next(entry for entry in section.value if _pairs(entry)["model"][1].value == switch.key)
        entry = _pairs(section)[switch.key][1]
        assert isinstance(entry, MappingNode)
        return entry

    def _scalar(self, node: Node, value: str) -> _Edit:
        start, end = node.start_mark.index, self._end(node)
        return _Edit(start, end, value if start < end else f" {value}")

    def _after(self, pair: _Pair, news: list[str], *, flows: bool) -> _Edit:
        if flows:
            end = pair[1].end_mark.index
            return _Edit(end, end, "".join(f", {new}" for new in news))
        end, indent = self._line_end(pair[1].end_mark.index), " " * pair[0].start_mark.column
        return _Edit(end, end, "".join(f"{self._newline}{indent}{new}" for new in news))

    def _without(self, entry: MappingNode, key: str) -> _Edit:
        places = [name.value for name, _ in entry.value]
        at = places.index(key)
        name, value = entry.value[at]
        start, end = name.start_mark.index, self._end(value)
        if entry.flow_style and at:
            return _Edit(self._end(entry.value[at - 1][1]), end, "")
        if entry.flow_style:
            return _Edit(start, entry.value[1][0].start_mark.index, "")
        line = self._text.rfind("\n", 0, start) + 1
        return _Edit(line, min(self._line_end(end) + len(self._newline), len(self._text)), "")

    def _block(self, switches: Iterable[Switch], indent: int, inner: int) -> str:
        lines = []
        for switch in switches:
            lines += [f"{' ' * indent}{_key(switch.key)}:", *(f"{' ' * inner}{line}" for line in _lines(switch))]
        return "".join(f"{self._newline}{line}" for line in lines)

    def _end(self, node: Node) -> int:
        """Return where a value ends; a block scalar's last line break is not its own."""
        end = node.end_mark.index
        while end > node.start_mark.index and self._text[end - 1] in " \r\n":
            end -= 1
        return end

    def _line_end(self, at: int) -> int:
        end = self._text.find(self._newline, at)
        return len(self._text) if end < 0 else end


def _pairs(node: Node) -> dict[str, _Pair]:
    return {str(key.value): (key, value) for key, value in node.value}


def _last(node: Node) -> Node:
    """Return the scalar that ends a node."""
    while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    return node


def _state(switch: Switch) -> str:
    says = not switch.thrown if switch.layer is Layer.FEATURE else switch.thrown
    return "true" if says else "false"


def _lines(switch: Switch) -> list[str]:
    return [f"{STATES[switch.layer]}: {_state(switch)}", *(f"{key}: {value}" for key, value in _told(switch).items())]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name) else _text(name)
