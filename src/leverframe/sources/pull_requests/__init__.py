"""What did a git host tell of a pull request?

Each format is one file of this folder: a module with `NAME`, `recognise(document)`, `read(document)` (its commit,
checks and reviews) and `propose(document)` (what a ticket is filled from). It is found by being there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from leverframe.nouns.proposals import Proposal
from leverframe.nouns.pull_requests import PullRequest
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.json_values import parse_json


@dataclass(frozen=True, slots=True)
class Format:
    """A way to tell of a pull request: name, how to know it, and readers (each raises Invalid with all faults)."""

    name: str
    recognise: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any]], PullRequest]
    propose: Callable[[Mapping[str, Any]], Proposal]


@cache
def formats() -> Mapping[str, Format]:
    """Return the formats by name, in alphabetical order."""
    modules = [import_module(f"{__name__}.{name}") for name in sorted(m.name for m in iter_modules(__path__))]
    return {module.NAME: Format(module.NAME, module.recognise, module.read, module.propose) for module in modules}


def read_pull_request(body: bytes) -> PullRequest:
    """Read what a git host told whole, or raise Invalid with all its faults and read none of it."""
    document = parse_json(body)
    return _format_of(document).read(document)


def read_proposal(body: bytes) -> Proposal:
    """Read what a ticket is filled from, or raise Invalid with all faults."""
    document = parse_json(body)
    return _format_of(document).propose(document)


def _format_of(document: Any) -> Format:
    found = next((one for one in formats().values() if isinstance(document, dict) and one.recognise(document)), None)
    if found is None:
        known = f"known formats: {', '.join(formats())}"
        raise Invalid([Fault("file", "it tells of no pull request in a known format", known)])
    return found
