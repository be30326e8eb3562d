"""How does a release policy come into force?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from leverframe.actions.accounts import FIRST_ADMINISTRATOR
from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.house import NO_POLICY, House, permit, record, tell
from leverframe.actions.tables import publish_table
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused, Verdict, failed, passed
from leverframe.rules.policies import holders, roles_of
from leverframe.sources.policies import read_bundle
from leverframe.store import changes, policies, requests, sign_offs, switches
from leverframe.store.database import Db

KIND = "policy"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy that waits for the old policy's sign-offs."""

    digest: str
    asked_by: str
    at: datetime
    differs: tuple[str, ...]
    seats: tuple[tuple[str, int, tuple[str, ...]], ...]
    in_force: bool = False
    warnings: tuple[Fault, ...] = ()


def check_policy(files: Mapping[str, str], today: date | None = None) -> tuple[Policy | None, tuple[Fault, ...]]:
    """Read a bundle and return all its errors and warnings; writes nothing."""
    return read_bundle(files, today=today)


def load_policy(house: House, actor: Actor, files: Mapping[str, str]) -> Proposal:
    """Load a bundle: at once the first time (or under a solo policy), else propose it under the old one's rules.

    Raises Invalid with every error of the bundle; then nothing is changed.
    """
    policy, faults = read_bundle(files, today=house.clock.now().date())
    if policy is None:
        raise Invalid(fault for fault in faults if fault.severity == "error")
    warnings = tuple(fault for fault in faults if fault.severity != "error")
    with house.store.write() as db:
        now, old = house.clock.now(), house.policy_or_none(db)
        if old is None:
            return _first(house, db, actor, policy, files, warnings, now)
        if old.digest == policy.digest:
            return Proposal(policy.digest, actor.name, now, (), (), in_force=True, warnings=warnings)
        role = permit(old, actor, "policy.propose")
        return _propose(house, db, actor, role, old, policy, files, warnings, now)


def _first(
    house: House,
    db: Db,
    actor: Actor,
    policy: Policy,
    files: Mapping[str, str],
    warnings: tuple[Fault, ...],
    now: datetime,
) -> Proposal:
    if FIRST_ADMINISTRATOR not in actor.roles or not actor.is_person:
        raise Refused([replace(NO_POLICY, who="the first administrator")])
    if not _administers(policy, actor.name):
        because = (
            f"this policy would not let {actor.name} manage accounts, and would lock its first administrator out"
        )
        raise Refused([failed("policy", because, remedy=f"give {actor.name} a role that may account.manage")])
    activate(house, db, actor, policy, files, now, "the first policy")
    return Proposal(policy.digest, actor.name, now, tuple(sorted(files)), (), in_force=True, warnings=warnings)


def _administers(policy: Policy, name: str) -> bool:
    person = policy.catalog.people.get(name)
    return person is not None and bool(roles_of(policy, person.groups) & set(policy.may.get("account.manage", ())))


def _propose(
    house: House,
    db: Db,
    actor: Actor,
    role: str,
    old: Policy,
    policy: Policy,
    files: Mapping[str, str],
    warnings: tuple[Fault, ...],
    now: datetime,
) -> Proposal:
    running = policies.active_files(db)
    differs = tuple(sorted(p for p in {*running, *files} if running.get(p) != files.get(p)))
    subject = f"policy:{policy.digest}"
    body = {"files": dict(files), "differs": list(differs)}
    request = requests.open(db, KIND, subject, body, actor.name, now)
    record(db, now, actor, "policy.proposed", subject, ", ".join(differs), role=role, decided=policy.digest)
    tell(db, "policy.proposed", {"digest": policy.digest, "by": actor.name}, key=subject)
    db.after_commit(lambda: house.stir("policy"))
    proposal = Proposal(policy.digest, actor.name, now, differs, _seats(old, []), warnings=warnings)
    if old.solo or not old.policy_seats:
        activate(house, db, actor, policy, files, now, "solo: no second person is asked")
        requests.close(db, request.id, "done", actor.name, now)
        return replace(proposal, in_force=True)
    return proposal


def sign_policy(house: House, actor: Actor, digest: str, role: str, comment: str = "") -> Proposal:
    """Sign a proposed policy, by the old policy's rules; it comes into force when all seats are filled."""
    with house.store.write() as db:
        now, old = house.clock.now(), house.policy(db)
        subject = f"policy:{digest}"
        request = requests.open_on(db, KIND, subject)
        if request is None:
            raise NotFound(f"no policy {digest[:19]} waits for sign-offs", remedy="leverframe policy proposals")
        standing = sign_offs.standing(db, subject)
        answers = _may_sign_policy(old, actor, role, request.asked_by, standing)
        if any(a.refuses for a in answers):
            raise Refused(answers)
        signed = SignOff(subject, actor.name, role, digest, now, comment)
        sign_offs.add(db, signed)
        record(db, now, actor, "policy.signed", subject, comment or f"signed as {role}", role=role, decided=digest)
        db.after_commit(lambda: house.stir("policy"))
        seats = _seats(old, [*standing, signed])
        done = all(len(names) >= count for _, count, names in seats)
        if done:
            _carry_out(house, db, actor, request, now)
        return Proposal(digest, request.asked_by, request.at, tuple(request.body["differs"]), seats, in_force=done)


def _carry_out(house: House, db: Db, actor: Actor, request: requests.Request, now: datetime) -> None:
    files = request.body["files"]
    policy, faults = read_bundle(files, today=house.clock.now().date())
    if policy is None:
        raise Invalid(faults)
    activate(house, db, actor, policy, files, now, "its sign-offs are complete")
    requests.close(db, request.id, "done", actor.name, now)


def _may_sign_policy(
    old: Policy, actor: Actor, role: str, asked_by: str, standing: list[SignOff]
) -> tuple[Verdict, ...]:
    seats = [seat.role for seat in old.policy_seats]
    people = holders(old, role, None)
    return (
        passed("session", "a person signs")
        if actor.is_person
        else failed("session", "a token never signs", remedy="sign in as a person"),
        passed("segregation", "another person proposed it")
        if actor.name != asked_by
        else failed("segregation", f"{actor.name} proposed this policy", remedy="another person must sign"),
        passed("seat", "this role is asked")
        if role in seats
        else failed("seat", f"{role or 'no role'} is not asked here", remedy=f"it asks for {', '.join(seats)}"),
        passed("role", "the role is held")
        if actor.name in people
        else failed(
            "role", f"{actor.name} does not hold {role}", remedy=f"ask {', '.join(sorted(people)) or 'nobody'}"
        ),
        failed("once", f"{actor.name} has signed already", remedy="another must")
        if any(s.person == actor.name for s in standing)
        else passed("once", "not signed yet"),
    )


def _seats(policy: Policy, signed: list[SignOff]) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    return tuple(
        (seat.role, seat.count, tuple(s.person for s in signed if s.role == seat.role))
        for seat in policy.policy_seats
    )


def activate(
    house: House, db: Db, actor: Actor, policy: Policy, files: Mapping[str, str], now: datetime, because: str
) -> None:
    """Put a policy into force, whole: roles, switches, catalog, and what it changes for open changes."""
    policies.activate(db, policy, files, actor.name, now)
    record(db, now, actor, "policy.activated", f"policy:{policy.digest}", because, decided=policy.digest)
    _join_and_leave(db, policy, now)
    _merge_switches(db, actor, policy, now)
    for change in changes.find(db, states=EDITABLE):
        restate(house, db, change, now)
    publish_table(house, db, now, "a policy came into force")
    db.after_commit(lambda: house.stir("policy"))


def _join_and_leave(db: Db, policy: Policy, now: datetime) -> None:
    pairs = [(p.name, role) for p in policy.catalog.people.values() for role in roles_of(policy, p.groups)]
    pairs += [(p.name, f"feature_owner@{g}") for p in policy.catalog.people.values() for g in p.groups]
    joined, left = sign_offs.set_memberships(db, pairs, now)
    for act, members in (("role.joined", joined), ("role.left", left)):
        for person, role in members:
            if not role.startswith("feature_owner@"):
                record(db, now, CLOCK, act, f"{role}/{person}", "by the groups of the catalog", role="clock")


def _merge_switches(db: Db, actor: Actor, policy: Policy, now: datetime) -> None:
    """Take the file's switches over: new levers, fallbacks and owners as written; what is thrown stays thrown.

    A lever that the file has thrown is thrown; one that the file has set again stays thrown until its sign-offs.
    """
    standing = {switch.id: switch for switch in switches.all_switches(db)}
    for written in policy.switches:
        kept = standing.get(written.id)
        if kept is None:
            switches.put(db, replace(written, thrown_at=now if written.thrown else None, thrown_by=actor.name))
        else:
            merged = _merged(written, kept, actor, now)
            if merged != kept:
                switches.put(db, merged)
    for gone in set(standing) - {s.id for s in policy.switches}:
        if standing[gone].layer is not Layer.TENANT and not standing[gone].thrown:
            switches.remove(db, gone)


def _merged(written: Switch, kept: Switch, actor: Actor, now: datetime) -> Switch:
    begins = written.thrown and not kept.thrown
    return replace(
        kept,
        fallback=written.fallback,
        owner=written.owner or kept.owner,
        place=written.place,
        expires_on=written.expires_on or kept.expires_on,
        ticket=written.ticket or kept.ticket,
        exercised_on=written.exercised_on or kept.exercised_on,
        zone=written.zone or kept.zone,
        thrown=kept.thrown or written.thrown,
        because=written.because if begins else kept.because,
        thrown_by=actor.name if begins else kept.thrown_by,
        thrown_at=now if begins else kept.thrown_at,
    )


def recover_policy(house: House, files: Mapping[str, str], because: str) -> Policy:
    """Put a policy into force from the server's own console: the mend for a lock-out, audited and told to all."""
    policy, faults = read_bundle(files, today=house.clock.now().date())
    if policy is None:
        raise Invalid(fault for fault in faults if fault.severity == "error")
    with house.store.write() as db:
        now = house.clock.now()
        activate(house, db, CLOCK, policy, files, now, f"recovered on the console: {because}")
        record(db, now, CLOCK, "policy.recovered", f"policy:{policy.digest}", because, role="console")
        tell(
            db,
            "policy.recovered",
            {"digest": policy.digest, "because": because},
            key=f"recovered/{policy.digest}/{now}",
        )
        return policy


def policy_in_force(house: House) -> Policy:
    """Return the policy in force; raises Refused on a fresh server."""
    with house.store.read() as db:
        return house.policy(db)


def proposals(house: House) -> tuple[Proposal, ...]:
    """Return the policies that wait for sign-offs."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        if policy is None:
            return ()
        return tuple(
            Proposal(
                digest=row.subject.removeprefix("policy:"),
                asked_by=row.asked_by,
                at=row.at,
                differs=tuple(row.body["differs"]),
                seats=_seats(policy, sign_offs.standing(db, row.subject)),
            )
            for row in requests.find(db, KIND)
        )
