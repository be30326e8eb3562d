"""What would a form need that is still being filled in?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from leverframe.actions.changes import Checked, checked_in
from leverframe.actions.drafting import drafted_anyway, form_faults, redraft, start_faults
from leverframe.actions.facts import with_current
from leverframe.actions.house import House, permit, target_of
from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault
from leverframe.rules.policies import holders, may
from leverframe.rules.sign_offs import RELEASE_MANAGER
from leverframe.store import changes


def look_at_form(house: House, actor: Actor, form: ChangeForm, faults: Iterable[Fault] = ()) -> Checked:
    """Answer what filing this form would need, as far as it is filled in; write nothing.

    What is wrong with it stands beside the answers (`faults`, with those that its reader has found). Without a target
    it answers for the first for which this person may file. The answers are those of the gates, as for a ticket.
    """
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        usable = _usable(form, policy, actor)
        permit(policy, actor, "change.file", target_of(policy, usable.target))
        change = with_current(db, drafted_anyway(usable, policy, actor.name, now))
        return replace(checked_in(house, db, change, now), faults=(*faults, *form_faults(form, policy)))


def look_at_edit(
    house: House, actor: Actor, change_id: str, form: ChangeForm, faults: Iterable[Fault] = ()
) -> Checked:
    """Answer what a change would need if it were edited so, with its evidence and its sign-offs; write nothing."""
    with house.store.read() as db:
        now, policy, before = house.clock.now(), house.policy(db), changes.get(db, change_id)
        named = replace(form, target=form.target or before.target)
        usable = _usable(named, policy, actor)
        permit(policy, actor, "change.file", target_of(policy, usable.target))
        change = with_current(db, redraft(before, usable, policy, actor.name, now, drafts=drafted_anyway))
        return replace(checked_in(house, db, change, now), faults=(*faults, *form_faults(named, policy)))


def _usable(form: ChangeForm, policy: Policy, actor: Actor) -> ChangeForm:
    """Return a form without what is wrong with it: a change can be drafted from that, and fills the rest itself."""
    people, managers = policy.catalog.people, holders(policy, RELEASE_MANAGER)
    wrong = {fault.place.partition(".")[0] for fault in form_faults(form, policy)}
    return replace(
        form,
        target=form.target if form.target in policy.catalog.targets else _first(policy, actor),
        kind=form.kind if form.kind in list(Kind) else Kind.PROMPT.value,
        path=form.path if form.path in list(Path) else "",
        ramp=form.ramp if form.ramp in policy.plans else "",
        start=None if any(start_faults(form.start)) else form.start,
        release_manager=form.release_manager if form.release_manager in (managers or people) else "",
        coordinator="" if "coordinator" in wrong else form.coordinator,
        candidate=None if "candidate" in wrong else form.candidate,
    )


def _first(policy: Policy, actor: Actor) -> str:
    targets = policy.catalog.targets
    mine = (name for name, target in targets.items() if not may(policy, actor, "change.file", target).refuses)
    return next(mine, next(iter(targets), ""))
