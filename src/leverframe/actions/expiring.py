"""Who is told before a tenant's pause ends?

The switch's owner and the tenant's contact, once each, a week and a day before. A later last day has notices of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leverframe.actions.house import House, record
from leverframe.nouns.people import CLOCK
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Switch
from leverframe.rules.pauses import ends_at, notice_due
from leverframe.store import outbox, switches
from leverframe.store.database import Db

TOPIC = "switch.expiring"


def untold(db: Db, policy: Policy, thrown: Iterable[Switch], now: datetime) -> tuple[str, ...]:
    """Return the thrown switches of which somebody is to be told now and has not been."""
    due = {
        switch.id: [_key(switch, days, to) for to in _whom(policy, switch)]
        for switch in thrown
        if (days := notice_due(switch, now))
    }
    known = outbox.known(db, [key for keys in due.values() for key in keys]) if due else frozenset()
    return tuple(id for id, keys in due.items() if not known.issuperset(keys))


def tell_expiring(house: House, switch_id: str) -> None:
    """Tell whoever is still to be told that a pause is about to end; one entry for all of them."""
    with house.store.write() as db:
        policy, now, switch = house.policy(db), house.clock.now(), switches.get(db, switch_id)
        days = notice_due(switch, now)
        if not days:
            return
        told = []
        for to, who in _whom(policy, switch).items():
            said = {**_said(switch, days), "to": to, "who": who}
            if outbox.put(db, TOPIC, said, _key(switch, days, to)):
                told.append(to)
        if told:
            ahead = "a day" if days == 1 else f"{days} days"
            ends = f"its pause ends with {switch.expires_on} in {switch.zone or 'every zone'}"
            because = f"{ends}; {' and '.join(told)} told {ahead} before"
            facts = {"days_before": days, "expires_on": str(switch.expires_on), "told": told}
            record(db, now, CLOCK, "switch.expiring_told", switch.id, because, role="clock", facts=facts)


def _whom(policy: Policy, switch: Switch) -> dict[str, str]:
    """Return who is told, by what they are to the switch; a tenant may have no contact."""
    contact = policy.tenant_contacts.get(switch.key)
    return {"owner": switch.owner, **({"contact": contact} if contact else {})}


def _key(switch: Switch, days: int, to: str) -> str:
    """Return the idempotency key of a notice: another last day, or another throw, has another."""
    thrown_at = switch.thrown_at.isoformat() if switch.thrown_at else ""
    return f"{switch.id}/expiring/{days}/{switch.expires_on}/{thrown_at}/{to}"


def _said(switch: Switch, days: int) -> dict[str, str | int]:
    ends = ends_at(switch)
    return {
        "switch": switch.id,
        "tenant": switch.key,
        "days_before": days,
        "expires_on": str(switch.expires_on),
        "ends_at": ends.isoformat() if ends else "",
        "on_expiry": switch.on_expiry.value,
        "because": switch.because,
        "ticket": switch.ticket,
        "thrown_by": switch.thrown_by,
    }
