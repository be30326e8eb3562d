"""What does a person write when they file a change?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leverframe.nouns.changes import BlastRadius, StartWindow
from leverframe.nouns.units import Unit


@dataclass(frozen=True, slots=True)
class Filled:
    """Who filled a field of a form, where that is not who files it (`auto`: nobody), and from what."""

    by: str
    source: str


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A change as it was typed or sent: what is empty (or None) is to be filled, or refused, by the rules.

    `kind` and `path` are values of Kind and Path, `candidate` is the whole unit that may replace the current one.
    `ramp` names a plan of the policy: a template, or `rollouts/<feature>`. `filled` says of fields that somebody else
    filled who that was, and from what.
    """

    target: str = ""
    kind: str = ""
    title: str = ""
    path: str = "normal"
    candidate: Unit | None = None
    rollback_plan: str = ""
    restore_from: str = ""
    kill_switch: str = ""
    blast_radius: BlastRadius | None = None
    artefacts: Mapping[str, str] = field(default_factory=dict)
    start: StartWindow | None = None
    ramp: str = ""
    release_manager: str = ""
    coordinator: str = ""
    bridge: str = ""
    paging: tuple[str, ...] = ()
    filled: Mapping[str, Filled] = field(default_factory=dict)
