"""Who is this, and how do they get in?

Sessions, links and tokens end by the machine's wall clock: the clock of decisions may be a virtual one.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from leverframe.actions.house import House, permit, record
from leverframe.clock import wall
from leverframe.nouns.people import SCOPES, Actor, ActorKind
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Forbidden, Invalid, NotFound, Refused, failed
from leverframe.rules.policies import roles_of
from leverframe.store import accounts, links, sessions, tokens
from leverframe.store.database import Db

SESSION_HOURS = 12
LINK_HOURS = 24
TOKEN_DAYS = 90
USE_NOTED_EVERY = timedelta(minutes=1)
LEAST_PASSWORD = 10
FIRST_ADMINISTRATOR = "administrator"
FIRST_LINK = "first_administrator"
_hasher = PasswordHasher()


def _of_nobody() -> str:
    """Return the hash of no password, at the cost of any other, without the cost of making one."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


_NOBODY = _of_nobody()


def fingerprint(secret: str) -> str:
    """Return how a random secret is stored: its sha256 (the secret itself has 256 bits)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def first_link(house: House) -> str | None:
    """Return a one-time key for the first administrator, the only one that opens; None where there is an account."""
    with house.store.write() as db:
        if accounts.count(db):
            return None
        key, now = secrets.token_urlsafe(32), wall()
        links.withdraw(db, FIRST_LINK, now)
        links.add(db, fingerprint(key), FIRST_LINK, now + timedelta(hours=LINK_HOURS))
        return key


def check_first_link(house: House, key: str) -> None:
    """Raise Forbidden for a link that opens nothing, or nothing any more."""
    with house.store.read() as db:
        _refuse_link(db, opens=links.holds(db, fingerprint(key), FIRST_LINK, wall()))


def _refuse_link(db: Db, *, opens: bool) -> None:
    if accounts.count(db):
        raise Forbidden("there is an administrator already", remedy="log in, or ask them for an account")
    if not opens:
        raise Forbidden("this link does not open, or not any more", remedy="start the server again for a new one")


def take_first_link(house: House, key: str, name: str, password: str) -> str:
    """Make the first administrator's account; the link works once."""
    _check_password(name, password)
    hashed = _hasher.hash(password)
    with house.store.write() as db:
        now = house.clock.now()
        _refuse_link(db, opens=links.use(db, fingerprint(key), FIRST_LINK, wall()))
        accounts.add(db, accounts.Account(name, hashed, now, first_administrator=True))
        actor = Actor(ActorKind.PERSON, name)
        record(
            db, now, actor, "account.first_administrator", name, "took the one-time link", role=FIRST_ADMINISTRATOR
        )
        return name


def _check_password(name: str, password: str) -> None:
    faults = []
    if not name.strip() or not name.replace("-", "").replace(".", "").replace("_", "").isalnum():
        faults.append(Fault("name", "the name is not one", "letters, digits, dots and dashes"))
    if len(password) < LEAST_PASSWORD:
        faults.append(Fault("password", "the password is too short", f"at least {LEAST_PASSWORD} characters"))
    if faults:
        raise Invalid(faults)


def add_account(house: House, actor: Actor, name: str, password: str) -> None:
    """Give a person of the catalog an account, or open it again. Roles come from their groups, never from here."""
    _check_password(name, password)
    hashed = _hasher.hash(password)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "account.manage")
        _refuse_machines(actor, "makes no accounts")
        if name not in policy.catalog.people:
            known = ", ".join(sorted(policy.catalog.people))
            raise Invalid([Fault("name", f"there is no person {name} in the catalog", f"it has {known}")])
        known = accounts.get(db, name)
        if known is not None and known.is_enabled:
            raise Refused([failed("account", f"{name} has an account already", remedy="close it first")])
        if known is None:
            accounts.add(db, accounts.Account(name, hashed, now))
        else:
            accounts.set_password(db, name, hashed)
            accounts.enable(db, name)
        record(db, now, actor, "account.added", name, "made" if known is None else "opened again", role=role)


def _refuse_machines(actor: Actor, what: str) -> None:
    """Let nothing that a machine holds become somebody: an account signs, and a token acts for its owner."""
    if not actor.is_person:
        raise Refused([failed("session", f"a token {what}", remedy="sign in as a person")])


def disable_account(house: House, actor: Actor, name: str, because: str) -> None:
    """Close an account: its sessions and tokens end at once, and for good."""
    with house.store.write() as db:
        now = house.clock.now()
        role = permit(house.policy(db), actor, "account.manage")
        _refuse_machines(actor, "closes no accounts")
        if accounts.get(db, name) is None:
            raise NotFound(f"{name} has no account", remedy="the page of accounts lists them all")
        accounts.disable(db, name, now)
        sessions.end_all_of(db, name)
        tokens.revoke_all_of(db, name, now)
        record(db, now, actor, "account.disabled", name, because or "disabled", role=role)


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: `key` goes into the cookie, `csrf` into every form."""

    key: str
    csrf: str
    expires_at: datetime


def log_in(house: House, name: str, password: str) -> Session:
    """Open a session of 12 h; a wrong name takes as long as a wrong password."""
    with house.store.read() as db:
        account = accounts.get(db, name)
    stored = account.password_hash if account is not None and account.disabled_at is None else _NOBODY
    if not _verifies(stored, password) or stored == _NOBODY:
        raise Forbidden("name or password is wrong", remedy="try again, or ask an administrator for a new account")
    return open_session(house, name)


def _verifies(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def open_session(house: House, name: str) -> Session:
    """Open a session for an account that has proved itself."""
    key, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), wall()
    session = Session(key, csrf, now + timedelta(hours=SESSION_HOURS))
    with house.store.write() as db:
        account = accounts.get(db, name)
        if account is None or not account.is_enabled:
            raise Forbidden(f"{name} has no open account", remedy="ask an administrator for one")
        sessions.add(db, sessions.Session(fingerprint(key), name, csrf, now, session.expires_at, now))
        record(db, house.clock.now(), Actor(ActorKind.PERSON, name), "session.opened", name, "logged in")
    return session


def log_out(house: House, key: str) -> None:
    """End a session."""
    with house.store.write() as db:
        found = sessions.get(db, fingerprint(key), wall())
        if found is not None:
            sessions.end(db, fingerprint(key))
            actor = Actor(ActorKind.PERSON, found.account)
            record(db, house.clock.now(), actor, "session.ended", found.account, "logged out")


def who_is(house: House, key: str) -> tuple[Actor, str] | None:
    """Return the person behind a session's cookie and the session's csrf, or None."""
    with house.store.read() as db:
        found = sessions.get(db, fingerprint(key), wall())
        if found is None:
            return None
        return _actor(db, house, ActorKind.PERSON, found.account), found.csrf


def whose_token(house: House, secret: str) -> Actor | None:
    """Return the actor behind an API token, or None; its last use is noted once a minute."""
    now = wall()
    with house.store.read() as db:
        token = tokens.by_hash(db, fingerprint(secret), now)
        if token is None:
            return None
        actor = _actor(db, house, ActorKind.TOKEN, token.account, frozenset(token.scopes))
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        with house.store.write() as db:
            tokens.used(db, token.id, now)
    return actor


def _actor(db: Db, house: House, kind: ActorKind, name: str, scopes: frozenset[str] = frozenset()) -> Actor:
    policy = house.policy_or_none(db)
    person = policy.catalog.people.get(name) if policy else None
    if policy is None or person is None:
        return Actor(kind, name, frozenset(), _first_roles(db, policy, name), scopes)
    return Actor(kind, name, person.groups, roles_of(policy, person.groups), scopes)


def _first_roles(db: Db, policy: Policy | None, name: str) -> frozenset[str]:
    """Give the first administrator that role until a policy is loaded; afterwards the policy alone gives roles."""
    account = accounts.get(db, name)
    first = policy is None and account is not None and account.first_administrator
    return frozenset({FIRST_ADMINISTRATOR}) if first else frozenset()


def add_token(
    house: House, actor: Actor, name: str, scopes: tuple[str, ...], days: int = TOKEN_DAYS
) -> tuple[str, str]:
    """Make an API token for oneself: returns its id and its secret, which is shown once and stored hashed."""
    faults = [Fault("scopes", f"{s} is no scope", f"one of {', '.join(SCOPES)}") for s in scopes if s not in SCOPES]
    if not name.strip():
        faults.append(Fault("name", "the token has no name", "say what uses it"))
    if not scopes:
        faults.append(Fault("scopes", "the token may do nothing", f"one of {', '.join(SCOPES)}"))
    if not 0 < days <= 366:
        faults.append(Fault("days", f"{days} days is not between 1 and 366", "choose a shorter life"))
    if faults:
        raise Invalid(faults)
    secret, token_id = "lft_" + secrets.token_urlsafe(32), secrets.token_hex(6)
    with house.store.write() as db:
        now = wall()
        _refuse_machines(actor, "makes no tokens")
        ends = now + timedelta(days=days)
        tokens.add(db, tokens.Token(token_id, fingerprint(secret), actor.name, name, frozenset(scopes), now, ends))
        record(db, house.clock.now(), actor, "token.added", token_id, name, facts={"scopes": list(scopes)})
    return token_id, secret


def revoke_token(house: House, actor: Actor, token_id: str) -> None:
    """Revoke a token: one's own, or any as an administrator."""
    with house.store.write() as db:
        now = house.clock.now()
        token = tokens.get(db, token_id)
        if token is None:
            raise NotFound(f"there is no token {token_id}", remedy="GET /tokens lists yours")
        owner = token.account
        role = "" if owner == actor.name else permit(house.policy(db), actor, "account.manage")
        tokens.revoke(db, token_id, now)
        record(db, now, actor, "token.revoked", token_id, f"a token of {owner}", role=role)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the catalog, with their roles by policy and whether they can log in."""

    name: str
    title: str
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    has_account: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One API token, without its secret."""

    id: str
    account: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def list_people(house: House) -> tuple[PersonLine, ...]:
    """Return everyone of the catalog with their roles."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        if policy is None:
            return ()
        have = {account.name: account for account in accounts.all_accounts(db)}
        return tuple(
            PersonLine(
                name=person.name,
                title=person.title,
                groups=tuple(sorted(person.groups)),
                roles=tuple(sorted(roles_of(policy, person.groups))),
                has_account=person.name in have,
                disabled=person.name in have and have[person.name].disabled_at is not None,
            )
            for person in policy.catalog.people.values()
        )


def list_tokens(house: House, actor: Actor) -> tuple[TokenLine, ...]:
    """Return one's own tokens; an administrator sees all."""
    with house.store.read() as db:
        every = _manages(house.policy_or_none(db), actor)
        return tuple(
            TokenLine(t.id, t.account, t.name, tuple(sorted(t.scopes)), t.created_at, t.expires_at, t.last_used_at)
            for t in tokens.of_account(db, "" if every else actor.name)
        )


def may_manage(house: House, actor: Actor) -> bool:
    """Say whether this reader manages accounts and gateways."""
    with house.store.read() as db:
        return _manages(house.policy_or_none(db), actor)


def _manages(policy: Policy | None, actor: Actor) -> bool:
    return policy is not None and bool(set(policy.may.get("account.manage", ())) & actor.roles)
