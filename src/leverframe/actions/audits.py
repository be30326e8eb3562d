"""Who did what, and can it be proved?"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leverframe.actions.house import House, permit
from leverframe.nouns.audit import Checkpoint, Entry
from leverframe.nouns.keys import PublicKey
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import NotFound
from leverframe.rules import merkle
from leverframe.store import audit, checkpoints
from leverframe.store.verification import AuditReport, verify


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of entries, newest first, with the newest checkpoint."""

    entries: tuple[Entry, ...]
    checkpoint: Checkpoint | None
    before: int | None


def list_entries(
    house: House,
    actor: Actor,
    *,
    act: str = "",
    by: str = "",
    thing: str = "",
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> AuditPage:
    """Return entries that match; raises Refused where this reader may not read the log."""
    with house.store.read() as db:
        permit(house.policy(db), actor, "audit.read")
        rows = audit.find(db, act=act, actor=by, object=thing, since=since, limit=limit, before=before)
        after = rows[-1].id if len(rows) == limit else None
        return AuditPage(tuple(rows), checkpoints.newest(db), after)


def checkpoint(house: House, sign: Callable[[str], str], folder: Path | None) -> Checkpoint | None:
    """Number what was committed since the last checkpoint and sign the tree's head, also outside the database."""
    with house.store.write() as db:
        if audit.sequence(db) == 0:
            return None
        made = checkpoints.checkpoint(db, house.origin, sign, house.clock.now())
    if made is not None and folder is not None:
        checkpoints.publish(made, folder)
    return made


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with its inclusion proof under the newest checkpoint, hashes in base64."""

    entry: Entry
    proof: tuple[str, ...]
    checkpoint: Checkpoint | None
    verified: bool


def show_entry(house: House, actor: Actor, leaf: int) -> EntryView:
    """Return one entry and prove that it is in the signed tree; raises NotFound."""
    with house.store.read() as db:
        permit(house.policy(db), actor, "audit.read")
        entry, head = audit.get(db, leaf), checkpoints.newest(db)
        if head is None or head.size <= leaf:
            return EntryView(entry, (), None, False)
        proof = audit.inclusion_proof(db, leaf, head.size)
        root = base64.b64decode(head.root)
        hashed = merkle.leaf_hash(audit.leaf_bytes(entry))
        holds = merkle.verify_inclusion(hashed, leaf, head.size, proof, root)
        return EntryView(entry, tuple(base64.b64encode(h).decode() for h in proof), head, holds)


def newest_note(house: House, actor: Actor) -> str:
    """Return the newest checkpoint as a signed note; raises NotFound before the first."""
    with house.store.read() as db:
        permit(house.policy(db), actor, "audit.read")
        head = checkpoints.newest(db)
    if head is None:
        raise NotFound("no checkpoint is signed yet", remedy="one is signed every ten seconds")
    return head.note


def verify_log(house: House, actor: Actor, key: PublicKey, folder: Path | None) -> AuditReport:
    """Recompute every leaf and every checkpoint, those outside the database too, and say what does not hold."""
    with house.store.read() as db:
        permit(house.policy(db), actor, "audit.read")
        return verify(db, key, sorted(folder.glob("*.checkpoint")) if folder else ())
