"""How do eval results get onto a ticket?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from leverframe.actions.bringing import may_bring
from leverframe.actions.changes import restate
from leverframe.actions.contents import alteration, void_signed
from leverframe.actions.debts import owes
from leverframe.actions.facts import measured_units, ship_facts
from leverframe.actions.house import House, permit, record, refuse, target_of
from leverframe.nouns.evidence import EvalDelta, EvalImport, EvalResult, Said
from leverframe.nouns.people import Actor
from leverframe.nouns.pull_requests import SeenPullRequest
from leverframe.nouns.staging import StagingRecord
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid, Verdict
from leverframe.rules.code_review import seen
from leverframe.rules.shipping import may_ship
from leverframe.sources.evals import read_evals
from leverframe.store import changes, evidence
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What lies on a ticket as evidence, and what the gates that read it answer now."""

    deltas: tuple[EvalDelta, ...]
    staging: tuple[StagingRecord, ...]
    pull_request: SeenPullRequest | None
    answers: tuple[Verdict, ...]


GATES = ("checks", "code_review", "evals", "staging")


def add_evidence(
    house: House, actor: Actor, change_id: str, name: str, body: bytes, said: Said | None = None
) -> EvidenceView:
    """Import an eval tool's output onto a change, addressed by the digest of its bytes.

    `said` is what the file does not say of itself. The same file twice is kept once. Its results are of the units
    that the ticket names now, and of no later ones. New results are part of what is signed, so standing sign-offs are
    void. Whoever may file a change for this target may add to it, as may a token of theirs that has the scope
    evidence. Raises Invalid with all faults of the file, and imports nothing of it then.
    """
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.file", target_of(policy, change.target))
        closed, remedy = "its evidence is what was signed", "live scores are posted by call id"
        refuse(may_bring(actor, change, closed, remedy, owed=owes(db, change_id, "evals")))
        candidate, deployed = measured_units(change)
        results = read_evals(body, candidate=candidate, deployed=deployed, said=said)
        before = evidence.digests(db, change_id)
        digest = evidence.add_artefact(db, change_id, name, body)
        if digest is None:
            _refuse_other_unit(db, change_id, results)
        else:
            mine, theirs = _of(candidate, results.candidate, now), _of(deployed, results.deployed, now)
            evidence.add_results(db, change_id, digest, mine, theirs)
            altered = alteration(change, change, before, evidence.digests(db, change_id))
            altered = void_signed(db, change_id, altered, now, f"evidence {name} was added")
            because, facts = f"{name}, written by {results.tool}", altered.facts
            record(db, now, actor, "evidence.added", change_id, because, role=role, facts=facts, decided=digest)
            restate(house, db, changes.get(db, change_id), now)
            db.after_commit(lambda: house.stir("change"))
        return _seen(house, db, change_id)


def _refuse_other_unit(db: Db, change_id: str, given: EvalImport) -> None:
    """Refuse a file that lies on the ticket already as the other unit's: one of the two was not meant."""
    mine, theirs = evidence.results(db, change_id)
    for which, now, kept in (("candidate", given.candidate, mine), ("deployed", given.deployed, theirs)):
        if now and all(one.artefact_digest != now[0].artefact_digest for one in kept):
            other = "deployed unit's" if which == "candidate" else "candidate's"
            because = f"this very file is on the ticket as the {other} results"
            raise Invalid([Fault("of", because, "write a file of its own for each unit")])


def _of(unit: Unit, results: Iterable[EvalResult], now: datetime) -> list[EvalResult]:
    """Write down of each result when it came and which unit it measured: an edit makes it another's."""
    return [replace(result, unit=unit, imported_at=now) for result in results]


def list_evidence(house: House, change_id: str) -> EvidenceView:
    """Return what lies on a ticket as evidence."""
    with house.store.read() as db:
        return _seen(house, db, change_id)


def _seen(house: House, db: Db, change_id: str) -> EvidenceView:
    change = changes.get(db, change_id)
    facts = ship_facts(house, db, change)
    answers = tuple(v for v in may_ship(change, facts, house.clock.now()) if v.gate in GATES)
    pull_request = seen(change, facts.pull_request, facts.asks, facts.policy, facts.targets)
    return EvidenceView(facts.deltas, facts.staging, pull_request, answers)
