"""How do eval results get onto a ticket?"""

from __future__ import annotations

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.facts import deltas
from leverframe.actions.house import House, record, refuse
from leverframe.nouns.evidence import EvalDelta
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import failed
from leverframe.sources.evals import read_evals
from leverframe.store import changes, evidence, sign_offs


def add_evidence(house: House, actor: Actor, change_id: str, name: str, body: bytes) -> tuple[EvalDelta, ...]:
    """Import an eval tool's output onto a change, addressed by the digest of its bytes.

    The same file twice is kept once. New results are part of what is signed, so standing sign-offs are void.
    Raises Invalid with all faults of the file, and imports nothing of it then.
    """
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        if change.state not in EDITABLE:
            because = f"{change_id} is in {change.state.value}; its evidence is what was signed"
            refuse([failed("state", because, remedy="live scores are posted by call id")])
        if actor.kind is ActorKind.TOKEN and "evidence" not in actor.scopes:
            refuse([failed("may", "this token may not post evidence", remedy="ask for the scope evidence")])
        candidate, deployed = change.candidate[change.target], change.current.get(change.target, Unit())
        results = read_evals(body, candidate=candidate, deployed=deployed)
        digest = evidence.add_artefact(db, change_id, name, body)
        if digest is not None:
            evidence.add_results(db, change_id, digest, results.candidate, results.deployed)
            sign_offs.void(db, change_id, now, f"evidence {name} was added")
            record(db, now, actor, "evidence.added", change_id, f"{name}: {results.tool}", decided=digest)
            restate(house, db, changes.get(db, change_id), now)
            db.after_commit(lambda: house.stir("change"))
        return deltas(db, changes.get(db, change_id))


def list_evidence(house: House, change_id: str) -> tuple[EvalDelta, ...]:
    """Return the ticket's deltas."""
    with house.store.read() as db:
        return deltas(db, changes.get(db, change_id))
