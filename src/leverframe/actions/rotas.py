"""How is a rota sent, and what do the rotas say now?"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.house import House, permit, record
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.rotas import WRITE, Rota, RotaNow, RotaState
from leverframe.nouns.verdicts import Fault, Invalid, Verdict
from leverframe.rules.moments import say
from leverframe.rules.policies import may
from leverframe.rules.rotas import rota_now
from leverframe.sources.rotas import read_rota
from leverframe.store import rotas
from leverframe.store.database import Db

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class RotaLine:
    """One rota in the list: who sent it when, and what it says now."""

    name: str
    put_by: str
    put_at: datetime
    digest: str
    now: RotaNow


@dataclass(frozen=True, slots=True)
class RotasView:
    """The rotas in force, by name; `unsent` are those that the catalog names as on call and that nobody has sent."""

    rotas: tuple[RotaLine, ...]
    unsent: tuple[str, ...]
    zone: str
    may_put: Verdict


def put_rota(house: House, actor: Actor, name: str, body: bytes) -> RotaLine:
    """Send a rota: it takes the place of the former one. Raises Invalid with all faults, and the former one stands.

    The text that is in force already is not written again.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, WRITE)
        before = rotas.get(db, name)
        text = _checked(policy, name, body, before, now)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        if before is not None and before.digest == digest:
            return _line(policy, before, now)
        rota = Rota(name, text, digest, actor.name, now)
        rotas.add(db, rota)
        line = _line(policy, rota, now)
        facts = {"digest": digest, "before": before.digest if before else ""}
        record(db, now, actor, "rota.put", f"rota/{name}", said(line.now), role=role, facts=facts)
        db.after_commit(lambda: house.stir("change"))
        return line


def list_rotas(house: House, actor: Actor) -> RotasView:
    """List the rotas with who is on call now, until when, and who is next."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        lines = tuple(_line(policy, rota, now) for rota in rotas.in_force(db))
        asked = {target.on_call for target in policy.catalog.targets.values() if target.on_call}
        unsent = asked - {line.name for line in lines} - set(policy.catalog.people)
        return RotasView(lines, tuple(sorted(unsent)), policy.calendar.home_zone, may(policy, actor, WRITE))


def says_now(db: Db, policy: Policy, name: str, now: datetime) -> RotaNow | None:
    """Return what the rota of a name says now; None where none was sent."""
    rota = rotas.get(db, name)
    return _now(policy, rota, now) if rota else None


def all_say_now(db: Db, policy: Policy, now: datetime) -> dict[str, RotaNow]:
    """Return what every rota says now, by name."""
    return {rota.name: _now(policy, rota, now) for rota in rotas.in_force(db)}


def said(now: RotaNow) -> str:
    """Say who is on call, or why nobody is."""
    return f"{', '.join(one.who for one in now.on_call)} on call now" if now.on_call else now.fault


def _line(policy: Policy, rota: Rota, now: datetime) -> RotaLine:
    return RotaLine(rota.name, rota.put_by, rota.put_at, rota.digest, _now(policy, rota, now))


def _now(policy: Policy, rota: Rota, now: datetime) -> RotaNow:
    zone = policy.calendar.home_zone
    try:
        shifts = read_rota(rota.text, zone=zone, now=now)
    except Invalid as error:
        return RotaNow(RotaState.UNREADABLE, fault=f"the rota cannot be read: {error.faults[0].because}")
    return rota_now(shifts, policy.catalog.people, now, zone)


def _checked(policy: Policy, name: str, body: bytes, before: Rota | None, now: datetime) -> str:
    """Return the text that was sent; raises Invalid with all its faults, and says which one stays in force."""
    zone = policy.calendar.home_zone
    try:
        text = _text(policy, name, body)
        read_rota(text, zone=zone, now=now)
    except Invalid as error:
        stands = f"the rota that {before.put_by} sent {say(before.put_at, zone)} stays in force" if before else ""
        kept = [Fault("rota", stands, severity="warning")] if stands else []
        raise Invalid([*error.faults, *kept]) from None
    return text


def _text(policy: Policy, name: str, body: bytes) -> str:
    """Return the text that was sent; raises Invalid where its name or its bytes cannot be one of a rota."""
    faults = []
    if not NAME.fullmatch(name):
        faults.append(Fault("name", f"{name[:60]} cannot name a rota", "use letters, digits, dots and hyphens"))
    elif name in policy.catalog.people:
        because = f"{name} is a person of the catalog, who is paged as such"
        faults.append(Fault("name", because, "name the rota otherwise"))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Invalid([*faults, Fault("rota", f"it is no UTF-8 text: {wrong.reason}", "save it as UTF-8")]) from None
    if "\0" in text:
        faults.append(Fault("rota", "it holds bytes that are no text", "export it again"))
    if len(text) > MOST_CHARACTERS:
        faults.append(Fault("rota", f"it has more than {MOST_CHARACTERS:,} characters", "export fewer months"))
    if faults:
        raise Invalid(faults)
    return text
