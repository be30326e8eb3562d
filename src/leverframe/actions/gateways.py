"""Which gateways may report, and what do they need to know?"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from leverframe.actions.accounts import fingerprint
from leverframe.actions.house import House, permit, record
from leverframe.actions.reports import learn
from leverframe.clock import monotonic
from leverframe.gateway.calls import gateway_key
from leverframe.nouns.gateways import HEARTBEAT_SECONDS, Gateway, MissingBatches, Seen
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.store import gateways

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?")
_VARIABLE = re.compile(r"[A-Za-z0-9_]{0,54}PROBE_KEY")
"""Only what was meant to be sent: one person names the address, and the server's other secrets stay here."""


def enrol(
    house: House, actor: Actor, name: str, targets: frozenset[str], *, address: str = "", key_env: str = ""
) -> str:
    """Enrol a gateway and return its token, which is shown once and stored hashed.

    `address` and `key_env` say where and with which key a game day asks it, as `Gateway` has them; raises Invalid.
    """
    token = "lfg_" + secrets.token_urlsafe(32)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "gateway.enrol")
        _refuse_faults(policy, name, targets, address, key_env)
        made = Gateway(name, targets, actor.name, now, address=address.rstrip("/"), key_env=key_env)
        gateways.enrol(db, made, fingerprint(token))
        record(db, now, actor, "gateway.enrolled", name, ", ".join(sorted(targets)) or "all targets", role=role)
    return token


def set_address(house: House, actor: Actor, name: str, address: str, key_env: str) -> Gateway:
    """Say where a gateway answers users, so that a game day can ask it; an empty address: it is not asked."""
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "gateway.enrol")
        known = gateways.get(db, name)
        _refuse_faults(policy, name, frozenset(), address, key_env)
        changed = replace(known, address=address.rstrip("/"), key_env=key_env)
        gateways.update(db, changed)
        facts = {"key_env": key_env}
        record(db, now, actor, "gateway.addressed", name, address or "no address", role=role, facts=facts)
        return changed


def _refuse_faults(policy: Policy, name: str, targets: frozenset[str], address: str, key_env: str) -> None:
    known = policy.catalog.targets
    faults = [
        Fault("targets", f"{t} is no target of the catalog", "leave it out") for t in sorted(targets - set(known))
    ]
    if not _NAME.fullmatch(name):
        faults.append(
            Fault("name", f"{name or 'nothing'} is no name of a gateway", "letters, digits, dots and dashes")
        )
    if address and not _ADDRESS.fullmatch(address):
        faults.append(Fault("address", f"{address} is no address", "write it as https://ai.example.com/v1"))
    if key_env and not _VARIABLE.fullmatch(key_env):
        faults.append(Fault("key_env", f"{key_env} is no key for asking", "its name ends so: EDGE_PROBE_KEY"))
    if faults:
        raise Invalid(faults)


def revoke(house: House, actor: Actor, name: str, because: str) -> None:
    """Revoke a gateway's token; its line ends with the next heartbeat."""
    with house.store.write() as db:
        now = house.clock.now()
        role = permit(house.policy(db), actor, "gateway.enrol")
        gateways.revoke(db, name, now)
        record(db, now, actor, "gateway.revoked", name, because or "revoked", role=role)


def authenticate(house: House, token: str) -> Gateway | None:
    """Return the enrolled gateway behind a token, or None."""
    with house.store.read() as db:
        return gateways.by_token(db, fingerprint(token))


def names_of(house: House, tokens: Collection[str]) -> dict[str, str]:
    """Return the names of the enrolled gateways behind those of the tokens that belong to one."""
    hashes = {token: fingerprint(token) for token in tokens}
    with house.store.read() as db:
        names = gateways.names_by_token(db, hashes.values())
    return {token: names[known] for token, known in hashes.items() if known in names}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a gateway is told when it asks who it is."""

    name: str
    stream_url: str
    call_key: str
    heartbeat_seconds: float
    candidate_lease_seconds: float


def welcome(house: House, gateway: Gateway) -> Welcome:
    """Tell a gateway where its stream is and with which key it signs call ids."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
    key = base64.b64encode(gateway_key(house.call_key, gateway.name)).decode()
    lease = policy.candidate_lease_seconds if policy else 300.0
    return Welcome(gateway.name, house.stream_address, key, HEARTBEAT_SECONDS, lease)


def list_gateways(house: House) -> tuple[tuple[Gateway, tuple[Seen, ...]], ...]:
    """Return every enrolled gateway with its instances as they last reported."""
    learn(house)
    seen = house.fleet.seen(monotonic())
    with house.store.read() as db:
        return tuple((g, tuple(s for s in seen if s.gateway == g.name)) for g in gateways.all_gateways(db))


def missing_batches(house: House) -> Mapping[str, MissingBatches]:
    """Return, by gateway, what never arrived of its outcomes; nothing of one that has lost none."""
    found: dict[str, MissingBatches] = {}
    with house.store.read() as db:
        for boot in gateways.losses(db):
            before = found.get(boot.gateway, MissingBatches(boot.gateway, 0, 0, 0))
            found[boot.gateway] = MissingBatches(
                boot.gateway,
                before.missing + boot.lost,
                before.numbered + (boot.highest if boot.lost else 0),
                before.processes + bool(boot.lost),
                before.refused + boot.refused,
            )
    return found
