"""How does a release policy come into force?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from leverframe.actions.accounts import FIRST_ADMINISTRATOR
from leverframe.actions.activation import KIND, activate, not_allowed, subject_of
from leverframe.actions.house import NO_POLICY, House, need_reason, permit, record, refuse, tell
from leverframe.actions.proposed_policies import Proposal, may_sign_policy, seats_of
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, NotFound, Refused, failed
from leverframe.rules.policies import roles_of
from leverframe.rules.sign_offs import spoken
from leverframe.sources.policies import is_read, read_bundle
from leverframe.store import policies, requests, sign_offs
from leverframe.store.database import Db
from leverframe.store.serving import vacant


@dataclass(frozen=True, slots=True)
class Bundle:
    """A policy's files, read without an error."""

    policy: Policy
    files: Mapping[str, str]
    warnings: tuple[Fault, ...]


def check_policy(files: Mapping[str, str], today: date | None = None) -> tuple[Policy | None, tuple[Fault, ...]]:
    """Read a bundle and return all its errors and warnings; writes nothing.

    The same files on the same day are read once: the policy's page tells the warnings each time it is opened.
    """
    return _check(tuple(sorted(files.items())), today)


@lru_cache(maxsize=4)
def _check(files: tuple[tuple[str, str], ...], today: date | None) -> tuple[Policy | None, tuple[Fault, ...]]:
    return read_bundle(dict(files), today=today)


def warnings_in_force(house: House) -> tuple[Fault, ...]:
    """Return what is to be said today of the policy in force."""
    with house.store.read() as db:
        files = policies.active_files(db)
    return check_policy(files, house.clock.now().date())[1] if files else ()


def load_policy(house: House, actor: Actor, files: Mapping[str, str]) -> Proposal:
    """Load a bundle: at once the first time (or under a solo policy), else propose it under the old one's rules.

    Raises Invalid with every error of the bundle; then nothing is changed.
    """
    bundle = _read(house, files)
    with house.store.write() as db:
        now, old = house.clock.now(), house.policy_or_none(db)
        if old is None:
            return _first(house, db, actor, bundle, now)
        role = permit(old, actor, "policy.propose")
        if old.digest == bundle.policy.digest:
            digest = bundle.policy.digest
            return Proposal(digest, actor.name, now, (), (), in_force=True, warnings=bundle.warnings)
        return _propose(house, db, actor, role, old, bundle, now)


def _read(house: House, files: Mapping[str, str]) -> Bundle:
    policy, faults = check_policy(files, house.clock.now().date())
    if policy is None:
        raise Invalid(fault for fault in faults if fault.severity == "error")
    return Bundle(policy, dict(files), tuple(fault for fault in faults if fault.severity != "error"))


def _first(house: House, db: Db, actor: Actor, bundle: Bundle, now: datetime) -> Proposal:
    if FIRST_ADMINISTRATOR not in actor.roles or not actor.is_person:
        raise Refused([replace(NO_POLICY, who="the first administrator")])
    policy = bundle.policy
    if not _administers(policy, actor.name):
        because = (
            f"this policy would not let {actor.name} manage accounts, and would lock its first administrator out"
        )
        raise Refused([failed("policy", because, remedy=f"give {actor.name} a role that may account.manage")])
    activate(house, db, actor, FIRST_ADMINISTRATOR, policy, bundle.files, now, "the first policy")
    names = tuple(sorted(bundle.files))
    return Proposal(policy.digest, actor.name, now, names, (), in_force=True, warnings=bundle.warnings)


def _administers(policy: Policy, name: str) -> bool:
    person = policy.catalog.people.get(name)
    return person is not None and bool(roles_of(policy, person.groups) & set(policy.may.get("account.manage", ())))


def _propose(house: House, db: Db, actor: Actor, role: str, old: Policy, bundle: Bundle, now: datetime) -> Proposal:
    policy, files = bundle.policy, bundle.files
    refuse(not_allowed(db, policy))
    running = policies.active_files(db)
    differs = tuple(sorted(p for p in {*running, *files} if is_read(p) and running.get(p) != files.get(p)))
    subject = subject_of(policy.digest)
    sign_offs.void(db, subject, now, "proposed anew")
    request = requests.open(db, KIND, subject, {"files": dict(files), "differs": list(differs)}, actor.name, now)
    record(db, now, actor, "policy.proposed", subject, ", ".join(differs), role=role, decided=policy.digest)
    tell(db, "policy.proposed", {"digest": policy.digest, "by": actor.name}, key=f"{subject}/{request.id}")
    db.after_commit(lambda: house.stir("policy"))
    proposal = Proposal(policy.digest, actor.name, now, differs, seats_of(old, []), warnings=bundle.warnings)
    if old.solo or not old.policy_seats:
        activate(house, db, actor, role, policy, files, now, "solo: no second person is asked")
        requests.close(db, request.id, "done", actor.name, now)
        return replace(proposal, in_force=True)
    return proposal


def sign_policy(house: House, actor: Actor, digest: str, role: str, comment: str = "") -> Proposal:
    """Sign a proposed policy, by the old policy's rules; it comes into force when all seats are filled."""
    with house.store.write() as db:
        now, old, subject = house.clock.now(), house.policy(db), subject_of(digest)
        request = requests.open_on(db, KIND, subject)
        if request is None:
            raise NotFound(f"no policy {digest[:19]} waits for sign-offs", remedy="leverframe policy proposals")
        standing, since = sign_offs.standing(db, subject), sign_offs.member_since(db, actor.name, role)
        refuse(may_sign_policy(old, actor, role, request, standing, since))
        signed = SignOff(subject, actor.name, role, digest, now, comment)
        sign_offs.add(db, signed)
        said = comment or f"signed as {spoken(role)}"
        record(db, now, actor, "policy.signed", subject, said, role=role, decided=digest)
        db.after_commit(lambda: house.stir("policy"))
        seats = seats_of(old, [*standing, signed])
        done = all(len(names) >= count for _, count, names in seats)
        if done:
            _carry_out(house, db, actor, role, request, now)
        return Proposal(digest, request.asked_by, request.at, tuple(request.body["differs"]), seats, in_force=done)


def _carry_out(house: House, db: Db, actor: Actor, role: str, request: requests.Request, now: datetime) -> None:
    bundle = _read(house, request.body["files"])
    if subject_of(bundle.policy.digest) != request.subject:
        because = "this server reads the proposed files otherwise than when they were proposed"
        raise Conflict(because, remedy="propose them again")
    activate(house, db, actor, role, bundle.policy, bundle.files, now, "its sign-offs are complete")
    requests.close(db, request.id, "done", actor.name, now)


def recover_policy(house: House, files: Mapping[str, str], because: str) -> Policy:
    """Put a policy into force from the server's own console: the mend for a lock-out, audited and told to all."""
    reason, bundle = need_reason(because), _read(house, files)
    policy = bundle.policy
    with vacant(house.store), house.store.write() as db:
        now, said = house.clock.now(), f"recovered on the console: {reason}"
        activate(house, db, CLOCK, "console", policy, files, now, said)
        record(db, now, CLOCK, "policy.recovered", subject_of(policy.digest), reason, role="console")
        told = {"digest": policy.digest, "because": reason}
        tell(db, "policy.recovered", told, key=f"recovered/{policy.digest}/{now.isoformat()}")
        return policy


def policy_in_force(house: House) -> Policy:
    """Return the policy in force; raises Refused on a fresh server."""
    with house.store.read() as db:
        return house.policy(db)
