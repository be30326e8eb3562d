"""What happens when a policy comes into force?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.house import SOLO, House, record, refuse
from leverframe.actions.tables import publish_table
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import CLOCK, FEATURE_OWNER, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.verdicts import Outcome, Verdict, failed
from leverframe.rules.models import check_model
from leverframe.rules.policies import roles_of
from leverframe.rules.switches import is_expired
from leverframe.store import changes, policies, ramps, requests, settings, sign_offs, switches, units
from leverframe.store.database import Db

KIND = "policy"
MOST = 100_000
OPEN = tuple(state for state in State if state.is_open)


def activate(
    house: House,
    db: Db,
    actor: Actor,
    role: str,
    policy: Policy,
    files: Mapping[str, str],
    now: datetime,
    because: str,
) -> None:
    """Put a policy into force, whole: roles, switches, catalog, and what it changes for open changes.

    Raises Refused where it would drop a feature that an open change is about, or a model that serves.
    """
    refuse([*_dropped(db, policy), *not_allowed(db, policy)])
    old = house.policy_or_none(db)
    policies.activate(db, policy, files, actor.name, now)
    _note_solo(db, policy)
    subject = subject_of(policy.digest)
    record(db, now, actor, "policy.activated", subject, because, role=role, decided=policy.digest)
    _overtake(db, subject, now)
    _join_and_leave(db, policy, now)
    _merge_switches(db, actor, role, old, policy, now)
    for change in changes.find(db, states=EDITABLE, limit=MOST):
        restate(house, db, _retiered(db, policy, change, now), now)
    sign_offs.void(db, subject, now, "carried out")
    publish_table(house, db, now, "a policy came into force")
    db.after_commit(lambda: house.stir("policy"))


def _retiered(db: Db, policy: Policy, change: Change, now: datetime) -> Change:
    """Raise the tier of a change that has not begun with its target's: what Medium asked is not enough for High.

    A lower one waits for an edit, so that nobody's sign-off is spared behind their back.
    """
    tier = max((policy.catalog.targets[target].tier for target in change.targets), key=lambda tier: tier.rank)
    if tier.rank <= change.tier.rank:
        return change
    because = f"{change.target} is {tier.value} risk by the catalog from now on"
    record(db, now, CLOCK, "change.retiered", change.id, because, role="clock", facts={"before": change.tier.value})
    return changes.update(db, replace(change, tier=tier))


def subject_of(digest: str) -> str:
    """Name a policy as what is signed and written down."""
    return f"policy:{digest}"


def _dropped(db: Db, policy: Policy) -> list[Verdict]:
    standing = changes.find(db, states=OPEN, limit=MOST)
    gone = [change for change in standing if set(change.targets) - set(policy.catalog.targets)]
    return [
        failed(
            "catalog",
            f"{change.id} is open on {change.target}, which this policy's catalog does not have",
            remedy=f"cancel or close {change.id} first, or keep the feature",
        )
        for change in gone
    ]


def not_allowed(db: Db, policy: Policy) -> list[Verdict]:
    """Say no to a policy that forbids a feature the model on which it runs, or to which it is being ramped."""
    under_way = ramps.active(db)
    change_of = changes.of_ids(db, [ramp.change for ramp in under_way])
    ramped = [
        (r.target, change_of[r.change].candidate[r.target], f"is ramped to it by {r.change}") for r in under_way
    ]
    used = [*((name, unit, "runs on it") for name, unit in units.all_current(db).items()), *ramped]
    answers = []
    for name, unit, uses in used:
        target = policy.catalog.targets.get(name)
        answer = check_model(target, unit.model, policy) if target else None
        if answer and answer.outcome is Outcome.NOT_MET:
            remedy = f"keep it allowed until {name} has another, by a change"
            answers.append(replace(answer, because=f"{answer.because}, and {name} {uses}", remedy=remedy))
    return answers


def _note_solo(db: Db, policy: Policy) -> None:
    if policy.solo:
        settings.put(db, SOLO, "true")
    else:
        settings.remove(db, SOLO)


def _overtake(db: Db, subject: str, now: datetime) -> None:
    """Close the other proposals: they were written against the policy that goes, and would take this one back."""
    for request in requests.find(db, KIND):
        if request.subject != subject:
            requests.close(db, request.id, "overtaken", CLOCK.name, now)
            because = f"{subject[:26]} came into force first; propose it again on top of that"
            sign_offs.void(db, request.subject, now, because)
            record(db, now, CLOCK, "policy.overtaken", request.subject, because, role="clock")


def _join_and_leave(db: Db, policy: Policy, now: datetime) -> None:
    """Write down who holds which role from now on; owning a feature is a role as well, by the group that owns it."""
    people, owners = policy.catalog.people.values(), {target.owner for target in policy.catalog.targets.values()}
    pairs = [(p.name, role) for p in people for role in roles_of(policy, p.groups)]
    pairs += [(p.name, f"{FEATURE_OWNER}@{group}") for p in people for group in p.groups & owners]
    joined, left = sign_offs.set_memberships(db, pairs, now)
    for act, members in (("role.joined", joined), ("role.left", left)):
        for person, role in members:
            record(db, now, CLOCK, act, f"{role}/{person}", "by the groups of the catalog", role="clock")


def _merge_switches(db: Db, actor: Actor, role: str, old: Policy | None, policy: Policy, now: datetime) -> None:
    """Take the file's switches over: new levers, fallbacks and owners as written; what is thrown stays thrown.

    A lever that the file newly throws is thrown; one that it sets again stays thrown until its sign-offs are there.
    """
    standing = {switch.id: switch for switch in switches.all_switches(db)}
    before = {switch.id: switch for switch in old.switches} if old else {}
    for written in policy.switches:
        kept = standing.get(written.id)
        throws = _throws(written, before.get(written.id), kept, now)
        merged = _merged(written, kept, throws, actor, now)
        if merged != kept:
            switches.put(db, merged)
        if throws:
            because = f"{written.because or 'thrown'}, by {written.place or 'the switch file'}"
            record(db, now, actor, "switch.thrown", written.id, because, role=role)
    for gone in set(standing) - {s.id for s in policy.switches}:
        if standing[gone].layer is not Layer.TENANT and not standing[gone].thrown:
            switches.remove(db, gone)


def _throws(written: Switch, before: Switch | None, kept: Switch | None, now: datetime) -> bool:
    """Say whether the file throws a lever now: not one that it has thrown before, and that was set again since."""
    if not written.thrown or (kept is not None and kept.thrown) or (before is not None and before.thrown):
        return False
    return not (written.on_expiry is OnExpiry.LAPSE and is_expired(written, now))


def _merged(written: Switch, kept: Switch | None, throws: bool, actor: Actor, now: datetime) -> Switch:
    """Return the lever as it stands from now on."""
    stands = kept or Switch(written.layer, written.key)
    merged = replace(
        stands,
        fallback=written.fallback,
        owner=written.owner or stands.owner,
        place=written.place,
        exercised_on=max(filter(None, (written.exercised_on, stands.exercised_on)), default=None),
        probe=written.probe,
        zone=written.zone or stands.zone,
    )
    if not throws:
        return merged
    return replace(
        merged,
        thrown=True,
        because=written.because,
        thrown_by=actor.name,
        thrown_at=now,
        ticket=written.ticket,
        expires_on=written.expires_on,
        on_expiry=written.on_expiry,
    )
