"""How is a change filed, edited, canceled?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from leverframe.actions.contents import alteration, void_signed
from leverframe.actions.drafting import draft, form_of, redraft, target_named
from leverframe.actions.facts import bands, forecast_of, ship_facts, verdicts, with_current
from leverframe.actions.handovers import handed_by_edit, note_first
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of, tell
from leverframe.actions.spent_time import keep_spent
from leverframe.nouns.changes import Change, State
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.units import UNIT_PARTS
from leverframe.nouns.verdicts import Conflict, Fault, Refused, Verdict, failed
from leverframe.rules.forecasting import Forecast
from leverframe.rules.models import check_model
from leverframe.rules.shipping import is_signed, may_ship, state_for, unready
from leverframe.sources.changes import read_change_form
from leverframe.store import changes, evidence, ramps, sign_offs, unmet
from leverframe.store.database import Db

EDITABLE = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
MOST = 100_000
FORM_FIELDS = {field.name for field in fields(ChangeForm)}


def file_change(house: House, actor: Actor, form: ChangeForm) -> Change:
    """File a change: every field it lacks is filled from the catalog where that can be, and marked so.

    Raises Invalid with all faults of the form, Refused where this person may not file for this target, or the target
    may not use the candidate's model.
    """
    with house.store.write() as db:
        return file_in(house, db, actor, form)


def file_in(house: House, db: Db, actor: Actor, form: ChangeForm) -> Change:
    """File a change within a transaction that does more; see `file_change`."""
    now, policy = house.clock.now(), house.policy(db)
    role = permit(policy, actor, "change.file", target_named(form, policy))
    change = with_current(db, draft(form, policy, actor.name, now))
    refuse(_models(policy, change))
    change = replace(change, id=changes.next_id(db, now.year))
    changes.insert(db, change)
    note_first(db, actor, change, now)
    answers = verdicts(house, db, change, now)
    change = changes.update(db, replace(change, state=state_for(answers)))
    unmet.keep(db, change.id, change.state.value, unready(answers), now)
    record(db, now, actor, "change.filed", change.id, change.title, role=role, facts=_filed_facts(change, answers))
    tell(db, "change.filed", {"change": change.id, "title": change.title}, key=f"{change.id}/filed")
    db.after_commit(lambda: house.stir("change"))
    return change


def _models(policy: Policy, change: Change) -> list[Verdict]:
    """Answer whether the targets may use the models that a change would bring them: else it is not even filed."""
    targets, units = policy.catalog.targets, change.candidate
    return [check_model(targets[name], units[name].model, policy, who=change.author) for name in change.targets]


def _filed_facts(change: Change, answers: tuple[Verdict, ...]) -> dict[str, object]:
    return {
        "target": change.target,
        "tier": change.tier.value,
        "kind": change.kind.value,
        "release_manager": change.release_manager,
        "unmet": sorted(v.gate for v in answers if v.refuses),
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What filing a form would need, and what its ramp would look like; nothing was written.

    `faults` are those of a form that is still being filled in.
    """

    change: Change
    verdicts: tuple[Verdict, ...]
    forecast: Forecast
    windows_band: tuple[tuple[datetime, datetime], ...]
    freezes_band: tuple[tuple[datetime, datetime, str], ...]
    faults: tuple[Fault, ...] = ()


def check_change(house: House, actor: Actor, form: ChangeForm) -> Checked:
    """Answer what filing this form would need, and write nothing."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        permit(policy, actor, "change.file", target_named(form, policy))
        return checked_in(house, db, with_current(db, draft(form, policy, actor.name, now)), now)


def checked_in(house: House, db: Db, change: Change, now: datetime) -> Checked:
    """Ask every gate about a change that is not written, as it is asked of a ticket."""
    expected = forecast_of(house, db, change, now)
    answers = may_ship(change, ship_facts(house, db, change, expected=expected.verdicts), now)
    return Checked(change, answers, expected, *bands(house.policy(db), change, now))


def amend_change(house: House, actor: Actor, change_id: str, parts: Mapping[str, Any], version: int) -> Change:
    """Edit some fields of a change that has not begun, and leave the others with whoever wrote them.

    `parts` are fields of the change file; of a candidate or of artefacts only what is named is altered. `version` 0
    is the newest. Raises Invalid with all faults at once, and what `edit_change` raises.
    """
    given = read_change_form(parts)
    with house.store.read() as db:
        before = changes.get(db, change_id)
    form, touched = form_of(before), [name for name in parts if name in FORM_FIELDS]
    named = {name: getattr(given, name) for name in touched if name not in ("candidate", "artefacts")}
    if given.candidate and form.candidate:
        said = {part: value for part in UNIT_PARTS if (value := getattr(given.candidate, part))}
        named["candidate"] = replace(form.candidate, **said)
    named["artefacts"] = {**form.artefacts, **given.artefacts}
    return edit_change(house, actor, change_id, replace(form, **named), version or before.version, touched=touched)


def edit_change(
    house: House,
    actor: Actor,
    change_id: str,
    form: ChangeForm,
    version: int,
    *,
    touched: Collection[str] | None = None,
) -> Change:
    """Edit a change that has not begun; an edit of what is signed voids its sign-offs and says so.

    Raises Conflict where somebody wrote since `version`, Refused where it has begun or this person may not, for the
    target that it has or for the one that it gets, or where that may not use the candidate's model. `touched` names
    the fields that the editor has given, where that is not the whole form.
    """
    with house.store.write() as db:
        now, policy, before = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.file", target_of(policy, before.target))
        permit(policy, actor, "change.file", target_named(form, policy))
        _refuse_written(before, version)
        _refuse_begun(before)
        after = with_current(db, redraft(before, form, policy, actor.name, now, touched))
        refuse(_models(policy, after))
        handed_by_edit(house, db, actor, before, after, now)
        return _write(house, db, actor, role, before, after, "change.edited", now)


def refresh_change(house: House, actor: Actor, change_id: str) -> Change:
    """Write a change against what runs now; its sign-offs are void where that differs."""
    with house.store.write() as db:
        now, policy, before = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.file", target_of(policy, before.target))
        _refuse_begun(before)
        return _write(house, db, actor, role, before, with_current(db, before), "change.refreshed", now)


def _refuse_written(change: Change, version: int) -> None:
    if change.version != version:
        raise Conflict(
            f"{change.id} was written since you opened it (version {change.version}, yours is {version})",
            remedy="look at what changed, then save again",
        )


def _refuse_begun(change: Change) -> None:
    if change.state not in EDITABLE:
        because = f"{change.id} is in {change.state.value} and is not edited any more"
        raise Refused([failed("state", because, remedy="file a new one")])


def _write(
    house: House, db: Db, actor: Actor, role: str, before: Change, after: Change, act: str, now: datetime
) -> Change:
    """Write an edited change down, void what was signed of it, and say what differs."""
    evals = evidence.digests(db, before.id)
    altered = void_signed(db, before.id, alteration(before, after, evals, evals), now)
    after = restate(house, db, changes.update(db, after), now)
    facts = {**altered.facts, "release_manager": after.release_manager}
    record(db, now, actor, act, before.id, altered.sentence, role=role, facts=facts)
    if altered.voided:
        told = {"change": before.id, "because": altered.sentence, "by": actor.name}
        tell(db, "change.sign_offs_void", told, key=f"{before.id}/void/{after.version}")
    db.after_commit(lambda: house.stir("change"))
    return after


def restate(house: House, db: Db, change: Change, now: datetime) -> Change:
    """Store where a change that has not begun stands by its own verdicts; disarm what is not ready any more."""
    if change.state not in EDITABLE:
        return change
    answers = verdicts(house, db, change, now)
    state, armed = state_for(answers), change.state is State.SCHEDULED
    unmet.keep(db, change.id, state.value, unready(answers), now)
    if state is change.state or (armed and state is State.AUTHORIZE and is_signed(answers)):
        return change
    if armed:
        because = "; ".join(verdict.because for verdict in unready(answers))
        record(db, now, CLOCK, "change.disarmed", change.id, because, role="clock")
    return changes.update(db, replace(change, state=state, armed_by=""))


def return_to_assess(house: House, db: Db, target: str, now: datetime, because: str, *, but: str) -> None:
    """Return the changes that were written against another current unit to assess; their sign-offs are void."""
    for change in editable_on(db, target):
        if change.id == but:
            continue
        sign_offs.void(db, change.id, now, because)
        changes.update(db, replace(change, state=State.ASSESS, armed_by=""))
        refresh = failed("same_current", because, remedy="write it against what runs now", who=change.author)
        unmet.keep(db, change.id, State.ASSESS.value, [refresh], now)
        record(db, now, CLOCK, "change.returned", change.id, because, role="clock")


def editable_on(db: Db, target: str) -> list[Change]:
    """Return the changes of a target that have not begun, the newest first."""
    return changes.find(db, states=EDITABLE, target=target, limit=MOST)


def cancel_change(house: House, actor: Actor, change_id: str, because: str) -> Change:
    """Cancel a change that has not begun."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        own = actor.name == change.author
        role = "author" if own else permit(policy, actor, "change.schedule", target_of(policy, change.target))
        if change.state not in EDITABLE or ramps.get(db, change_id):
            because = f"{change_id} is in {change.state.value}"
            raise Refused([failed("state", because, remedy="abort its ramp instead")])
        change = changes.update(db, replace(change, state=State.CANCELED, armed_by=""))
        record(db, now, actor, "change.canceled", change_id, reason, role=role)
        keep_spent(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return change
