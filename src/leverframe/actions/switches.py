"""How is a kill switch thrown?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leverframe.actions.asking import end_ask
from leverframe.actions.house import House, first_role, need_reason, record, tell
from leverframe.actions.receipts import open_receipt
from leverframe.actions.tables import number_facts, publish_switch
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused
from leverframe.rules.policies import may_throw
from leverframe.store import sign_offs, switches
from leverframe.store.database import Db


def throw(
    house: House,
    actor: Actor,
    switch_id: str,
    because: str,
    *,
    received_at: float,
    ticket: str = "",
    expires_on: date | None = None,
    on_expiry: str = "",
) -> tuple[Switch, Number | None]:
    """Throw a switch at once: one person, one reason, any hour. Throwing a thrown one again is no fault.

    `received_at` is the monotonic second at which the request reached the house; the receipt counts from there. A
    later `expires_on` extends a tenant's pause; a sooner one is refused.
    """
    with house.store.write() as db:
        return throw_within(
            house,
            db,
            actor,
            switch_id,
            because,
            received_at=received_at,
            ticket=ticket,
            expires_on=expires_on,
            on_expiry=on_expiry,
        )


def throw_within(
    house: House,
    db: Db,
    actor: Actor,
    switch_id: str,
    because: str,
    *,
    received_at: float,
    ticket: str = "",
    expires_on: date | None = None,
    on_expiry: str = "",
    facts: Mapping[str, str] | None = None,
) -> tuple[Switch, Number | None]:
    """Throw a switch in the transaction of a larger act, whose `facts` go into the entry; a no writes nothing."""
    reason, now, policy = need_reason(because), house.clock.now(), house.policy(db)
    switch = _find(db, policy, switch_id)
    role = _permit(policy, actor, switch)
    _refuse_dates(switch, expires_on, on_expiry, now)
    thrown = switches.put(db, _thrown(switch, actor, reason, ticket, expires_on, on_expiry, now))
    sign_offs.void(db, switch.id, now, "thrown again")
    end_ask(db, switch.id, "thrown again", actor.name, now)
    number = publish_switch(house, db, now, f"{switch.id} thrown", thrown)
    open_receipt(house, db, number, received_at, f"{switch.id} thrown")
    went = number_facts(db, number)
    rests_on = {**went, "ticket": thrown.ticket, "expires_on": str(thrown.expires_on or ""), **(facts or {})}
    record(db, now, actor, "switch.thrown", switch.id, reason, role=role, facts=rests_on)
    told = {"switch": switch.id, "because": reason, "by": actor.name, **went}
    tell(db, "switch.thrown", told, key=f"{switch.id}/thrown/{thrown.version}/{now.isoformat()}")
    db.after_commit(lambda: house.stir("switch"))
    return thrown, number


def _thrown(
    switch: Switch, actor: Actor, reason: str, ticket: str, expires_on: date | None, on_expiry: str, now: datetime
) -> Switch:
    """Return the switch as it is thrown; ticket and date of an earlier throw stand only while that one does."""
    stands = switch if switch.thrown else replace(switch, ticket="", expires_on=None, on_expiry=OnExpiry.LAPSE)
    return replace(
        stands,
        thrown=True,
        because=reason,
        thrown_by=actor.name,
        thrown_at=now,
        ticket=ticket or stands.ticket,
        expires_on=expires_on or stands.expires_on,
        on_expiry=OnExpiry(on_expiry) if on_expiry else stands.on_expiry,
    )


def _find(db: Db, policy: Policy, switch_id: str) -> Switch:
    """Return the switch, held for us; a tenant that has none yet gets one, for a pause cannot wait for a file."""
    if known := switches.lock(db, switch_id):
        return known
    layer, _, key = switch_id.partition("/")
    if layer == Layer.TENANT and key.strip():
        owner = policy.switch_rules[Layer.TENANT.value].owner
        return Switch(Layer.TENANT, key, owner=owner, zone=policy.zone_of_tenant(key))
    near = ", ".join(switch.id for switch in switches.all_switches(db))
    raise NotFound(f"there is no switch {switch_id}", remedy=f"the switches are {near or 'none yet'}")


def _permit(policy: Policy, actor: Actor, switch: Switch) -> str:
    target = target_of_switch(policy, switch)
    verdict = may_throw(policy, actor, switch.layer.value, target)
    if verdict.refuses:
        raise Refused([verdict])
    return first_role(policy.switch_rules[switch.layer.value].throw, actor, target)


def _refuse_dates(switch: Switch, expires_on: date | None, on_expiry: str, now: datetime) -> None:
    faults = [*_sooner(switch, expires_on, on_expiry)]
    if on_expiry and on_expiry not in list(OnExpiry):
        faults.append(Fault("on_expiry", f"{on_expiry} is not known", f"one of {', '.join(OnExpiry)}"))
    if expires_on and switch.layer is not Layer.TENANT:
        faults.append(Fault("expires_on", "only a tenant's pause has a last day", "leave it out"))
    elif expires_on and expires_on < now.astimezone(ZoneInfo(switch.zone or "UTC")).date():
        faults.append(Fault("expires_on", f"{expires_on} has passed", "name a day to come"))
    if faults:
        raise Invalid(faults)


def _sooner(switch: Switch, expires_on: date | None, on_expiry: str) -> Iterator[Fault]:
    """List what would end a pause that stands sooner than it was thrown for: that is for the sign-offs of setting."""
    if not switch.thrown:
        return
    remedy = f"sign that it is set again: leverframe switch set {switch.id}"
    if expires_on and (switch.expires_on is None or expires_on < switch.expires_on):
        stands = f"until {switch.expires_on}" if switch.expires_on else "without a last day"
        yield Fault("expires_on", f"it is thrown {stands}, and {expires_on} is sooner", remedy)
    if on_expiry == OnExpiry.LAPSE and switch.on_expiry is OnExpiry.STAY:
        yield Fault("on_expiry", "it is thrown to stay, and would lapse", remedy)


def target_of_switch(policy: Policy, switch: Switch) -> Target | None:
    """Return the feature that a switch turns off; None for a model's or a tenant's."""
    return policy.catalog.targets.get(switch.key) if switch.layer is Layer.FEATURE else None


def check_date(text: str) -> date | None:
    """Read a date that a person typed; raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Fault("expires_on", f"{text} is no date", "write it as 2026-06-30")]) from None
