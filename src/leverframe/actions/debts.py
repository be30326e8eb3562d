"""What is owed for gates that were bypassed, and what of it is paid?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House, permit, record, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.follow_ups import Debt
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Outcome, Verdict
from leverframe.rules.break_glass import TIMES, Bypass
from leverframe.rules.calendar import add_business_days
from leverframe.rules.duties import DUE_AT
from leverframe.rules.moments import say
from leverframe.rules.shipping import GATES
from leverframe.store import changes, follow_ups, outbox
from leverframe.store.database import Db

EVERY = timedelta(seconds=10)
MOST_LISTED = 500
OPEN, OVERDUE, PAID = "open", "overdue", "paid"


@dataclass(slots=True)
class Collector:
    """When one process has last looked at what is owed."""

    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One debt with its state, and what would pay it: the answer of its gate now."""

    debt: Debt
    state: str
    because: str
    remedy: str


@dataclass(frozen=True, slots=True)
class DebtsView:
    """What is owed, the next due first, then what was paid."""

    debts: tuple[DebtLine, ...]
    open: int
    zone: str


def owe_for(
    house: House, db: Db, change: Change, bypass: Bypass | None, answers: Sequence[Verdict], now: datetime
) -> None:
    """Write down what a start owes: each gate that was passed unmet, but for those that only ask when."""
    gates = [v for v in answers if v.outcome is Outcome.BYPASSED and v.gate not in TIMES]
    if bypass is None or not gates:
        return
    policy, owner = house.policy(db), bypass.glass.asked_by
    due = _due(policy, now)
    for verdict in gates:
        debt = follow_ups.owe_debt(db, change.id, verdict.gate, due, verdict.because, owner=owner)
        facts = {"debt": debt.id, "gate": verdict.gate, "due_at": due.isoformat(), "owner": owner}
        record(db, now, CLOCK, "debt.owed", change.id, verdict.because, role="clock", facts=facts)


def _due(policy: Policy, now: datetime) -> datetime:
    zone, rule = ZoneInfo(policy.calendar.home_zone), policy.break_glass
    days = rule.debt_due_business_days if rule else 0
    day = add_business_days(policy.calendar, now.astimezone(zone).date(), days)
    return datetime.combine(day, DUE_AT, zone)


def collect(house: House, collector: Collector) -> None:
    """Ask the gate of each open debt again; note what is paid, and tell once what is overdue."""
    now = house.clock.now()
    if collector.looked_at is not None and timedelta(0) <= now - collector.looked_at < EVERY:
        return
    with house.store.read() as db:
        due = follow_ups.open_debts(db)
        paid = [debt for debt in due if _answer(house, db, debt, now).outcome is not Outcome.NOT_MET]
        late = [debt for debt in due if debt not in paid and debt.due_at <= now]
        told = outbox.known(db, [_late_key(debt) for debt in late]) if late else frozenset()
    late = [debt for debt in late if _late_key(debt) not in told]
    for debt in (*paid, *late):
        with house.store.write() as db:
            _collect(house, db, debt, now)
    collector.looked_at = now


def _collect(house: House, db: Db, debt: Debt, now: datetime) -> None:
    """Look again, in the transaction that writes: the evidence may have been voided since."""
    answer = _answer(house, db, debt, now)
    facts = {"debt": debt.id, "gate": debt.what, "owner": debt.owner}
    if answer.outcome is not Outcome.NOT_MET:
        if follow_ups.pay(db, debt.id, now):
            record(db, now, CLOCK, "debt.paid", debt.subject, answer.because, role="clock", facts=facts)
    elif debt.due_at <= now:
        body = {"change": debt.subject, "gate": debt.what, "owner": debt.owner, "because": answer.because}
        tell(db, "page.debt_overdue", body, key=_late_key(debt))
    db.after_commit(lambda: house.stir("change"))


def _late_key(debt: Debt) -> str:
    return f"debt {debt.id}/overdue"


def _answer(house: House, db: Db, debt: Debt, now: datetime) -> Verdict:
    """Ask the gate itself, without any break-glass and whatever its mode is."""
    change = changes.get(db, debt.subject)
    return GATES[debt.what](change, ship_facts(house, db, change), now)


def list_debts(house: House, actor: Actor) -> DebtsView:
    """List what is owed and what was paid; raises Refused."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        permit(policy, actor, "audit.read")
        lines = tuple(_line(house, db, debt, now) for debt in follow_ups.all_debts(db, MOST_LISTED))
        unpaid = sum(line.state != PAID for line in lines)
        return DebtsView(lines, unpaid, policy.calendar.home_zone)


def _line(house: House, db: Db, debt: Debt, now: datetime) -> DebtLine:
    if debt.paid_at is not None:
        return DebtLine(debt, PAID, debt.because, "")
    answer = _answer(house, db, debt, now)
    return DebtLine(debt, OVERDUE if debt.due_at <= now else OPEN, answer.because, answer.remedy)


def debt_alarms(db: Db, policy: Policy, now: datetime) -> list[str]:
    """Name what is owed beyond its day, and by whom."""
    late = (debt for debt in follow_ups.open_debts(db) if debt.due_at <= now)
    return [
        f"{debt.subject} passed {debt.what.replace('_', ' ')} on a break-glass, and {debt.owner} owed it by "
        f"{say(debt.due_at, policy.calendar.home_zone)}."
        for debt in late
    ]


def owes(db: Db, change_id: str, gate: str) -> bool:
    """Say whether a change still owes what a gate asks for."""
    return any(debt.what == gate for debt in follow_ups.open_debts(db, subject=change_id))
