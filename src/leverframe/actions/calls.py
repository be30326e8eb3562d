"""Why did this call get this answer?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from leverframe.actions.house import House
from leverframe.gateway.calls import gateway_key, read_call
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import Reason
from leverframe.nouns.verdicts import NotFound
from leverframe.store import changes

SENTENCES = {
    Reason.CURRENT: "no change was ramping on it, so the current unit served",
    Reason.CANDIDATE: "the subject's bucket was below the stage's share, so the candidate served",
    Reason.NOT_EXPOSED: "the subject's bucket was not below the stage's share, so the current unit served",
    Reason.NO_SUBJECT: "the request named no subject, conversation or tenant, so the current unit served",
    Reason.TENANT_THROWN: "the tenant's kill switch was thrown, so the feature was off for it",
    Reason.FEATURE_THROWN: "the feature's kill switch was thrown, so its fallback served",
    Reason.CANDIDATE_MODEL_THROWN: "the candidate's model was thrown, so the whole current unit served",
    Reason.RAMP_SUSPENDED: "a model of the ramp was thrown, so it compared nothing; the subject's own unit served",
    Reason.MODEL_FALLBACK: "the current unit's model was thrown, so the first fallback that it may use served",
    Reason.MODEL_OFF: "the current unit's model was thrown and no fallback that it may use was left: it was off",
    Reason.LEASE_EXPIRED: "the gateway had heard no control plane for the candidate's lease, so current served",
    Reason.NO_TABLE: "the gateway held no route table, so it answered as the service declared",
    Reason.UNKNOWN_FEATURE: "the route table does not know this feature",
    Reason.NO_UNIT: "no unit was adopted for this feature, so it was off",
    Reason.ERROR: "deciding failed, so the gateway answered as the service declared",
}


@dataclass(frozen=True, slots=True)
class CallView:
    """One call's facts, and the sentence that they make."""

    call: str
    facts: CallFacts
    title: str
    sentence: str


def why(house: House, call: str) -> CallView:
    """Return why a call was answered as it was, from its id alone; raises NotFound for an id that we did not sign."""
    facts = read_call(call, partial(gateway_key, house.call_key))
    if facts is None:
        remedy = "copy the whole x-leverframe-call header; ids of other installations do not verify here"
        raise NotFound("this is no call id that a gateway of ours signed", remedy=remedy)
    title = _title(house, facts.change)
    reason = SENTENCES.get(Reason(facts.reason), facts.reason)
    where = f"{facts.target} at table {facts.number} on gateway {facts.gateway}"
    cohort = f", cohort {facts.cohort}" if facts.cohort else ""
    ramp = f" ({facts.change}, stage {facts.stage}{cohort})" if facts.change else ""
    return CallView(call, facts, title, f"{where}: {reason}{ramp}. It served {facts.unit or 'nothing'}.")


def _title(house: House, change_id: str) -> str:
    """Return a change's title; empty for a call of no change, or of one that this house does not have."""
    if not change_id:
        return ""
    try:
        with house.store.read() as db:
            return changes.get(db, change_id).title
    except NotFound:
        return ""
