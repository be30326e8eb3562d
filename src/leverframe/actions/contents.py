"""What of a change's signed content did an act alter, and what has been altered since a digest was read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.rules.sign_offs import differences, signed_content
from leverframe.store import audit, sign_offs
from leverframe.store.database import Db

MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class Alteration:
    """Which signed parts an act altered, from which digest to which; so many sign-offs are void by it."""

    was: str
    stands: str
    differs: tuple[str, ...]
    voided: int = 0

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what the audit entry keeps of it: `changed_since` reads it back."""
        return {"was": self.was, "is": self.stands, "differs": list(self.differs), "voided": self.voided}

    @property
    def sentence(self) -> str:
        """Say it as people read it."""
        if not self.differs:
            return "nothing that is signed differs"
        void = f"{self.voided} sign-offs are void" if self.voided != 1 else "1 sign-off is void"
        return f"{spoken(self.differs)} edited; {void if self.voided else 'nobody had signed'}"


def alteration(before: Change, after: Change, evals_before: Sequence[str], evals_after: Sequence[str]) -> Alteration:
    """Compare what would be signed before and after an act."""
    mine, theirs = signed_content(before, evals_before), signed_content(after, evals_after)
    return Alteration(digest(mine), digest(theirs), differences(mine, theirs))


def void_signed(db: Db, change_id: str, altered: Alteration, now: datetime, because: str = "") -> Alteration:
    """Void what was signed where the content is another now, and say how many that were."""
    if not altered.differs:
        return altered
    said = because or f"{spoken(altered.differs)} was edited"
    return replace(altered, voided=sign_offs.void(db, change_id, now, said))


def changed_since(db: Db, change_id: str, read: str) -> tuple[str, ...]:
    """Name the signed parts that were altered since the digest that somebody read; empty where it never stood."""
    names: tuple[str, ...] = ()
    for entry in audit.find(db, object=change_id, limit=MOST_ENTRIES):
        names = (*entry.facts.get("differs", ()), *names)
        if entry.facts.get("was") == read:
            return tuple(dict.fromkeys(names))
    return ()


def spoken(parts: Sequence[str]) -> str:
    """Write the names of signed parts as people read them."""
    return ", ".join(part.replace("_", " ") for part in parts)
