"""How does a form become a change, and who filled which field?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leverframe.nouns.calendar import Subject
from leverframe.nouns.changes import BlastRadius, Change, Kind, Path, Provenance, StartWindow, State
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.calendar import next_opening, opening
from leverframe.rules.coordinating import who_may
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import RELEASE_MANAGER, WAY_BACK, WRITTEN, authors

NOT_AFTER = timedelta(days=14)
DEFAULT_TEMPLATE = "handbook"


def draft(form: ChangeForm, policy: Policy, author: str, now: datetime) -> Change:
    """Return the change that a form describes; what it leaves empty is filled from the catalog, and marked `auto`.

    Raises Invalid with all faults at once.
    """
    target = target_named(form, policy)
    faults = form_faults(form, policy)
    if faults:
        raise Invalid(faults)
    return _drafted(form, target, policy, author, now)


def form_faults(form: ChangeForm, policy: Policy) -> tuple[Fault, ...]:
    """List all that is wrong with a form."""
    target = policy.catalog.targets.get(form.target)
    return (*(() if target else (_no_target(form, policy),)), *_faults(form, target, policy))


def drafted_anyway(form: ChangeForm, policy: Policy, author: str, now: datetime) -> Change:
    """Return the change that a form describes so far: it may lack its title and its candidate."""
    return _drafted(form, target_named(form, policy), policy, author, now)


def _drafted(form: ChangeForm, target: Target, policy: Policy, author: str, now: datetime) -> Change:
    filled = _automatic(form, target, policy, author, now)
    given = {name: value for name in filled if (value := getattr(form, name))}
    if form.blast_radius:
        given["blast_radius"] = _whole(form.blast_radius, filled["blast_radius"])
    plan = plan_of(form, target, policy)
    return Change(
        id="",
        title=form.title,
        kind=Kind(form.kind),
        tier=target.tier,
        path=Path(form.path or Path.NORMAL),
        author=author,
        targets=(target.id,),
        current={},
        candidate={target.id: form.candidate or Unit()},
        artefacts=dict(form.artefacts),
        filed_at=now,
        state=State.ASSESS,
        coordinator=form.coordinator,
        restore_from=form.restore_from,
        plan=plan,
        provenance=_provenance(form, filled, given, plan, author, now),
        **(filled | given),
    )


def form_of(change: Change) -> ChangeForm:
    """Return the form that a change would be filed from as it stands."""
    return ChangeForm(
        target=change.target,
        kind=change.kind.value,
        title=change.title,
        path=change.path.value,
        candidate=change.candidate.get(change.target),
        rollback_plan=change.rollback_plan,
        restore_from=change.restore_from,
        kill_switch=change.kill_switch,
        blast_radius=change.blast_radius,
        artefacts=change.artefacts,
        start=change.start,
        ramp=change.plan.template,
        release_manager=change.release_manager,
        coordinator=change.coordinator,
        bridge=change.bridge,
        paging=change.paging,
    )


def redraft(
    before: Change,
    form: ChangeForm,
    policy: Policy,
    editor: str,
    now: datetime,
    touched: Collection[str] | None = None,
    *,
    drafts: Callable[[ChangeForm, Policy, str, datetime], Change] | None = None,
) -> Change:
    """Return a change as a form edits it: what the form leaves as it was keeps its writer.

    Who coordinates stays where the form names nobody. `touched` names the fields that the editor has given; None:
    all that the form holds. `drafts` drafts what is still being filled in.
    """
    named = "" if form.coordinator == before.coordinator else form.coordinator
    drafted = (drafts or draft)(replace(form, coordinator=named), policy, editor, now)
    kept = ("id", "author", "filed_at", "state", "version", "armed_by", "earlier_digests", "commit")
    after = replace(drafted, **{name: getattr(before, name) for name in kept}, start=form.start or before.start)
    after = replace(after, coordinator=named or before.coordinator)
    wrote = _who_wrote(before, after, editor, now)
    left = {} if touched is None else {n: p for n, p in before.provenance.items() if n not in touched and n in wrote}
    same = {name: first for name, first in left.items() if getattr(before, name) == getattr(after, name)}
    return replace(after, provenance={**wrote, **same})


def _who_wrote(before: Change, after: Change, editor: str, now: datetime) -> Mapping[str, Provenance]:
    """Keep who wrote what an edit leaves as it was; an author who confirms an automatic value has written it.

    Whoever alters what is signed has written it, also by emptying a field that then fills itself.
    """
    wrote = {**after.provenance, **_emptied(before, after, editor, now)}
    for name, first in before.provenance.items():
        if name == "coordinator" and after.coordinator == before.coordinator:
            wrote[name] = first
        if name not in wrote or getattr(before, name) != getattr(after, name):
            continue
        confirms = editor in authors(before) or (name in WAY_BACK and editor == before.release_manager)
        confirmed = first.by == "auto" and wrote[name].by == editor and confirms
        if not confirmed:
            wrote[name] = first
    return wrote


def _emptied(before: Change, after: Change, editor: str, now: datetime) -> Mapping[str, Provenance]:
    """Return the signed fields that an editor altered without writing anything in them."""
    told = after.provenance
    altered = (name for name in WRITTEN if getattr(before, name) != getattr(after, name))
    return {
        name: Provenance(editor, told[name].source if name in told else "", now)
        for name in altered
        if name not in told or told[name].by == "auto"
    }


def target_named(form: ChangeForm, policy: Policy) -> Target:
    """Return the target that a form names; where there is none such, raise Invalid with all faults of the form."""
    target = policy.catalog.targets.get(form.target)
    if target is None:
        raise Invalid(form_faults(form, policy))
    return target


def _no_target(form: ChangeForm, policy: Policy) -> Fault:
    known = ", ".join(sorted(policy.catalog.targets))
    because = f"there is no target {form.target}" if form.target else "no target is named"
    return Fault("target", because, f"the catalog has {known}")


def _automatic(form: ChangeForm, target: Target, policy: Policy, author: str, now: datetime) -> dict[str, Any]:
    """Return what the catalog, the calendar and the switch file say of the fields that people may leave empty."""
    plan = plan_of(form, target, policy)
    switch = f"feature/{target.id}"
    return {
        "kill_switch": switch if any(s.id == switch for s in policy.switches) else "",
        "blast_radius": BlastRadius(target.users, target.regions, _cap(plan)),
        "start": _next_start(form, target, policy, now),
        "rollback_plan": _way_back(target) if target.tier.value == "low" else "",
        "paging": (target.on_call,) if target.on_call else (),
        "release_manager": _only_manager(policy, author),
        "bridge": target.bridge,
    }


SOURCES = {
    "kill_switch": "switch file",
    "blast_radius": "catalog",
    "start": "calendar",
    "rollback_plan": "catalog",
    "paging": "catalog",
    "release_manager": "policy",
    "bridge": "catalog",
}


def _provenance(
    form: ChangeForm, filled: dict[str, Any], given: dict[str, Any], plan: RampPlan, author: str, now: datetime
) -> dict[str, Provenance]:
    typed = (name for name in TYPED if getattr(form, name))
    people = {name: Provenance(author, at=now) for name in (*typed, "targets", *given)}
    if form.blast_radius and form.blast_radius != given["blast_radius"]:
        people["blast_radius"] = Provenance(author, SOURCES["blast_radius"], now)
    automatic = {n: Provenance("auto", SOURCES.get(n, ""), now) for n in filled if n not in given and filled[n]}
    planned = Provenance(author, at=now) if form.ramp else Provenance("auto", plan.template or "rollout file", now)
    others = {name: Provenance(filled.by, filled.source, now) for name, filled in form.filled.items()}
    return people | automatic | others | {"plan": planned, "tier": Provenance("auto", "catalog", now)}


TYPED = ("title", "kind", "path", "candidate", "artefacts", "coordinator", "restore_from")
"""The fields that only people fill."""


def plan_of(form: ChangeForm, target: Target, policy: Policy) -> RampPlan:
    """Return the ramp plan a form names, the feature's own rollout file, or the template of the house."""
    for name in (form.ramp, f"rollouts/{target.id}", DEFAULT_TEMPLATE):
        if name and name in policy.plans:
            return policy.plans[name]
    raise Invalid([Fault("ramp", "no ramp plan is named and none is the default", _known_plans(policy))])


def _whole(typed: BlastRadius, known: BlastRadius) -> BlastRadius:
    """Complete a blast radius of which only some was typed."""
    return BlastRadius(
        typed.users or known.users,
        typed.regions or known.regions,
        typed.max_share_percent or known.max_share_percent,
        typed.rings,
    )


def _cap(plan: RampPlan) -> float:
    return max((stage.share_percent for stage in plan.stages[:-1]), default=100.0)


def _next_start(form: ChangeForm, target: Target, policy: Policy, now: datetime) -> StartWindow:
    subject = Subject(target.id, target.tier.value, form.kind)
    opens = (next_opening(policy.calendar, subject, target.regions[0], now) or now).replace(second=0, microsecond=0)
    closes = opening(policy.calendar, subject, target.regions[0], opens).until or opens + timedelta(hours=6)
    return StartWindow(opens, closes, opens + NOT_AFTER)


def _only_manager(policy: Policy, author: str) -> str:
    """Return the release manager where there is only one to choose, and not the author."""
    managers = holders(policy, RELEASE_MANAGER)
    return next(iter(managers)) if len(managers) == 1 and author not in managers else ""


def _way_back(target: Target) -> str:
    return (
        f"Abort the ramp of {target.id}; every gateway serves the current unit from the next table on. "
        f"If that is not enough, throw feature/{target.id}, which serves {target.fallback or 'nothing'} instead."
    )


def _faults(form: ChangeForm, target: Target | None, policy: Policy) -> Iterator[Fault]:
    if not form.title:
        yield Fault("title", "the title is empty", "say in one line what changes")
    if form.kind not in list(Kind):
        yield Fault("kind", f"{form.kind or 'nothing'} is no kind", f"one of {', '.join(Kind)}")
    if form.path and form.path not in list(Path):
        yield Fault("path", f"{form.path} is no path", f"one of {', '.join(Path)}")
    if not form.candidate or form.candidate == Unit():
        yield Fault("candidate", "the candidate unit is empty", "name its prompt, model, index, code ref or config")
    if form.ramp and form.ramp not in policy.plans:
        yield Fault("ramp", f"there is no ramp plan {form.ramp}", _known_plans(policy))
    yield from _unit_faults(form.candidate or Unit(), policy)
    yield from start_faults(form.start)
    yield from _people_faults(form, policy)


def _unit_faults(unit: Unit, policy: Policy) -> Iterator[Fault]:
    if unit.prompt and policy.prompts and unit.prompt not in policy.prompts:
        name = unit.prompt.split("@")[0]
        known = ", ".join(sorted(p for p in policy.prompts if p.startswith(f"{name}@"))) or "none of that name"
        yield Fault("candidate.prompt", f"{unit.prompt} is not in the prompt folder", f"it has {known}")


def start_faults(start: StartWindow | None) -> Iterator[Fault]:
    """List what is wrong with a start window; None is to be filled."""
    if start is None:
        return
    if start.opens_at >= start.closes_at:
        yield Fault("start", "the start window closes before it opens", "let closes_at be after opens_at")
    if start.not_after <= start.opens_at:
        yield Fault("start.not_after", "the change would end before it may begin", "let not_after be later")


def _people_faults(form: ChangeForm, policy: Policy) -> Iterator[Fault]:
    for place in ("release_manager", "coordinator"):
        name = getattr(form, place)
        if name and name not in policy.catalog.people:
            yield Fault(place, f"there is no person {name} in the catalog", "name one who is")
    able = who_may(policy, policy.catalog.targets.get(form.target))
    if able and form.coordinator in policy.catalog.people and form.coordinator not in able:
        because = f"{form.coordinator} may not coordinate a change on its bridge"
        yield Fault("coordinator", because, f"name one of {', '.join(sorted(able))}")
    managers = holders(policy, RELEASE_MANAGER)
    if managers and form.release_manager in policy.catalog.people and form.release_manager not in managers:
        because = f"{form.release_manager} is no release manager"
        yield Fault("release_manager", because, f"name one of {', '.join(sorted(managers))}")


def _known_plans(policy: Policy) -> str:
    return f"name one of {', '.join(sorted(policy.plans)) or 'none yet'}"
