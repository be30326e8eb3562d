"""How does a deployment to staging get onto a ticket?"""

from __future__ import annotations

from leverframe.actions.bringing import may_bring
from leverframe.actions.changes import restate
from leverframe.actions.debts import owes
from leverframe.actions.house import House, permit, record, refuse, target_of
from leverframe.nouns.people import Actor
from leverframe.nouns.staging import StagingRecord, StagingState
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.staging import staged_unit
from leverframe.store import changes, staging

STATES = {"deployed": StagingState.DEPLOYED, "rolled-back": StagingState.ROLLED_BACK}


def record_staging(
    house: House, actor: Actor, change_id: str, state: str, because: str, url: str = ""
) -> StagingRecord:
    """Record that the candidate, as it stands, was deployed to staging or rolled back there.

    A rollback leaves the ticket unready until the candidate is edited or deployed again; what was signed stays
    signed, because the content has not changed. Whoever may file a change for this target may record it, as may a
    token of theirs that has the scope evidence.
    """
    done = _check(state, because, url)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.file", target_of(policy, change.target))
        closed, remedy = "staging says nothing of it any more", "abort the ramp, if it runs"
        refuse(may_bring(actor, change, closed, remedy, owed=owes(db, change_id, "staging")))
        row = StagingRecord(done, now, actor.name, because.strip(), staged_unit(change), url.strip())
        staging.add(db, change_id, row)
        facts = {"url": row.url} if row.url else {}
        record(db, now, actor, f"staging.{done}", change_id, row.because, role=role, facts=facts, decided=row.unit)
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return row


def _check(state: str, because: str, url: str) -> StagingState:
    faults = []
    if state not in STATES:
        faults.append(Fault("state", f"{state or 'nothing'} is not done on staging", "deployed or rolled-back"))
    if not because.strip():
        faults.append(Fault("because", "a reason is missing", "say in a few words why"))
    if url.strip() and not url.strip().startswith(("https://", "http://")):
        faults.append(Fault("url", f"{url:.80} is no web address", "begin it with https://"))
    if faults:
        raise Invalid(faults)
    return STATES[state]
