"""How is said what the CAB answers?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leverframe.nouns.cab import ApprovalReason, CabReturn, CabRule, ReturnReason
from leverframe.nouns.calendar import Calendar
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.rules.moments import say
from leverframe.rules.sign_offs import spoken

APPROVES = {
    ApprovalReason.ALL_HOLD: "all five checks hold",
    ApprovalReason.ON_CONDITION: "it holds on a condition",
}
RETURNS = {
    ReturnReason.TICKET: "the ticket is incomplete",
    ReturnReason.ROLLBACK: "the rollback plan is not real",
    ReturnReason.SWITCH: "the kill switch is not current",
    ReturnReason.WINDOW: "the window is not right",
    ReturnReason.BLAST_RADIUS: "the blast radius is too wide",
    ReturnReason.CONFLICT: "it conflicts with another change",
    ReturnReason.NOBODY: "nobody was present to answer",
}


def zone_of(rule: CabRule | None, calendar: Calendar) -> str:
    """Return the zone in which the CAB meets."""
    return (rule.zone if rule else "") or calendar.home_zone


def with_note(reason: str, note: str) -> str:
    """Put a note behind a reason."""
    return f"{reason}: {note}" if note else reason


def say_return(sent: CabReturn, policy: Policy) -> str:
    """Say who sent a change back, when, and why."""
    at = say(sent.at, zone_of(policy.cab, policy.calendar))
    return f"{sent.by} ({spoken(sent.role)}) sent it back on {at}: {with_note(RETURNS[sent.reason], sent.note)}"


def say_signer(signed: SignOff) -> str:
    """Name who signed, for whom, and in which seat."""
    whom = f" for {signed.on_behalf_of}" if signed.on_behalf_of else ""
    return f"{signed.person}{whom} ({spoken(signed.role)})"


def approval_note(change: str, signed: Sequence[SignOff], minutes: float, at: datetime, zone: str) -> str:
    """Write the decision note of an approval."""
    reasons = list(dict.fromkeys(s.comment for s in signed if s.comment)) or ["signed"]
    return _note(change, f"approved by {', '.join(map(say_signer, signed))}", minutes, at, zone, "; ".join(reasons))


def return_note(sent: CabReturn, minutes: float, zone: str) -> str:
    """Write the decision note of a return."""
    what = f"sent back by {sent.by} ({spoken(sent.role)})"
    return _note(sent.change, what, minutes, sent.at, zone, with_note(RETURNS[sent.reason], sent.note))


def _note(change: str, what: str, minutes: float, at: datetime, zone: str, because: str) -> str:
    return f"(CAB) {change} {what} in {round(minutes)} min, {say(at, zone)}: {because}"
