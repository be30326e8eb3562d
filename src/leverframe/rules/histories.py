"""What does the audit log say of one change: who wrote, signed and started it, and when?

A row of the store could be rewritten; an entry of the log cannot. So what an auditor is told comes from the entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leverframe.nouns.audit import Entry
from leverframe.nouns.population import Begun, History, Signed
from leverframe.rules.sign_offs import RELEASE_MANAGER, WAY_BACK, WRITTEN

STARTED = "ramp.started"
ENDS = {
    "ramp.settled": "settled",
    "ramp.rolled_back": "rolled_back",
    "ramp.aborted": "aborted",
    "change.went_back": "went_back",
    "change.canceled": "canceled",
}
PASSAGES = ("change.filed", STARTED, *ENDS, "change.closed")
"""The acts by which a change falls into a period."""
KEPT = (
    *PASSAGES,
    "change.edited",
    "change.refreshed",
    "change.returned",
    "change.scheduled",
    "change.start_moved",
    "change.signed",
    "change.sign_off_withdrawn",
    "change.reviewed",
    "evidence.added",
    "pull_request.told",
)
"""The acts that its history is read from."""
CLOCK = "clock"


def read_history(entries: Sequence[Entry]) -> History:
    """Read the entries of one change, the earliest first."""
    read = _Reading()
    for entry in entries:
        read.take(entry)
    return History(
        filed=read.filed,
        writers=frozenset(read.writers | (read.saw_to - {read.manager})),
        edited_at=read.edited_at,
        standing=tuple(read.standing.values()),
        begun=read.begun,
        ends=tuple(read.ends),
        reviewed=read.reviewed,
        closed_at=read.closed_at,
        with_evals=read.with_evals,
        alone=read.alone,
    )


def person_of(actor: str) -> str:
    """Return who stands behind an actor of the log: `token:ana` is Ana."""
    return actor.rpartition(":")[2]


@dataclass(slots=True)
class _Reading:
    """What is known after so many entries; `standing` holds the sign-offs by person.

    `saw_to` are those who wrote the way back and nothing else, which makes the ticket's release `manager` no author.
    """

    filed: Entry | None = None
    writers: set[str] = field(default_factory=set)
    saw_to: set[str] = field(default_factory=set)
    manager: str = ""
    edited_at: datetime | None = None
    standing: dict[str, Signed] = field(default_factory=dict)
    armed_by: str = ""
    begun: Begun | None = None
    ends: list[tuple[str, datetime]] = field(default_factory=list)
    reviewed: Entry | None = None
    closed_at: datetime | None = None
    with_evals: bool = False
    alone: bool = False

    def take(self, entry: Entry) -> None:
        """Go on by one entry."""
        self.alone = self.alone or bool(entry.facts.get("solo"))
        match entry.act:
            case "change.filed":
                self.filed = self.filed or entry
                self.writers.add(person_of(entry.actor))
            case "change.signed":
                person = person_of(entry.actor)
                self.standing[person] = Signed(entry.role, person, entry.at, entry.leaf)
            case "change.sign_off_withdrawn":
                self.standing.pop(person_of(entry.actor), None)
            case "change.returned":
                self.standing.clear()
            case "change.scheduled":
                self.armed_by = person_of(entry.actor)
            case "ramp.started":
                self.begun = self.begun or self._begun(entry)
            case "change.reviewed":
                self.reviewed = entry
            case "change.closed":
                self.closed_at = entry.at
            case act if act in ENDS:
                self.ends.append((ENDS[act], entry.at))
            case _:
                self._alter(entry)
        if not self.begun:
            self.manager = str(entry.facts.get("release_manager") or self.manager)

    def _alter(self, entry: Entry) -> None:
        """Take an entry that may have altered what is signed, which voids what was."""
        self.with_evals = self.with_evals or entry.act == "evidence.added"
        differs = entry.facts.get("differs") or ()
        if not differs or self.begun:
            return
        self.edited_at = entry.at
        written = {part for part in differs if part in WRITTEN}
        if written:
            (self.writers if written - {*WAY_BACK} else self.saw_to).add(person_of(entry.actor))
        kept_but_one = entry.act == "change.start_moved" and not entry.facts.get("voided")
        kept = [s for s in self.standing.values() if kept_but_one and s.role != RELEASE_MANAGER]
        self.standing = {signed.person: signed for signed in kept}

    def _begun(self, entry: Entry) -> Begun:
        facts, by = entry.facts, person_of(entry.actor)
        return Begun(
            at=entry.at,
            by=f"{CLOCK}, armed by {self.armed_by}" if by == CLOCK and self.armed_by else by,
            leaf=entry.leaf,
            content_digest=str(facts.get("signed") or ""),
            policy=str(facts.get("policy") or ""),
            bypassed=tuple(facts.get("bypassed") or ()),
            advised=tuple(facts.get("advised_against") or ()),
            standing=tuple(self.standing.values()),
            edited_at=self.edited_at,
            with_evals=self.with_evals,
        )
