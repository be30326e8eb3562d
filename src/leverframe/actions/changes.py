"""How is a change filed, edited, canceled?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leverframe.actions.drafting import draft
from leverframe.actions.facts import bands, forecast_of, ship_facts, verdicts, with_current
from leverframe.actions.house import House, need_reason, permit, record, target_of, tell
from leverframe.nouns.changes import Change, State
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.verdicts import Conflict, Refused, Verdict, failed
from leverframe.rules.forecasting import Forecast
from leverframe.rules.gates.sign_offs import sign_offs as all_signed
from leverframe.rules.shipping import may_ship, state_for
from leverframe.rules.sign_offs import differences, signed_content
from leverframe.store import changes, evidence, ramps, sign_offs
from leverframe.store.database import Db

EDITABLE = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)


def file_change(house: House, actor: Actor, form: ChangeForm) -> Change:
    """File a change: every field it lacks is filled from the catalog where that can be, and marked so.

    Raises Invalid with all faults of the form, Refused where this person may not file for this target.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "change.file", target_of(policy, form.target))
        change = with_current(db, draft(form, policy, actor.name, now))
        change = replace(change, id=changes.next_id(db, now.year))
        changes.insert(db, change)
        answers = verdicts(house, db, change, now)
        change = changes.update(db, replace(change, state=state_for(answers)))
        record(
            db, now, actor, "change.filed", change.id, change.title, role=role, facts=_filed_facts(change, answers)
        )
        tell(db, "change.filed", {"change": change.id, "title": change.title}, key=f"{change.id}/filed")
        db.after_commit(lambda: house.stir("change"))
        return change


def _filed_facts(change: Change, answers: tuple) -> dict[str, object]:
    return {
        "target": change.target,
        "tier": change.tier.value,
        "kind": change.kind.value,
        "unmet": sorted(v.gate for v in answers if v.refuses),
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What filing a form would need, and what its ramp would look like; nothing was written."""

    change: Change
    verdicts: tuple[Verdict, ...]
    forecast: Forecast
    windows_band: tuple[tuple[datetime, datetime], ...]
    freezes_band: tuple[tuple[datetime, datetime, str], ...]


def check_change(house: House, actor: Actor, form: ChangeForm) -> Checked:
    """Answer what filing this form would need, and write nothing."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        permit(policy, actor, "change.file", target_of(policy, form.target))
        change = with_current(db, draft(form, policy, actor.name, now))
        expected = forecast_of(house, db, change, now)
        answers = may_ship(change, ship_facts(house, db, change, expected=expected.verdicts), now)
        return Checked(change, answers, expected, *bands(policy, change, now))


def edit_change(house: House, actor: Actor, change_id: str, form: ChangeForm, version: int) -> Change:
    """Edit a change that has not begun; an edit of what is signed voids its sign-offs and says so.

    Raises Conflict where somebody wrote since `version`, Refused where it has begun or this person may not.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        before = _editable(db, change_id, version)
        role = permit(policy, actor, "change.file", target_of(policy, before.target))
        after = with_current(db, _redraft(before, form, house, db, actor.name, now))
        voided = _void_if_signed(db, before, after, now)
        after = changes.update(db, after)
        after = restate(house, db, after, now)
        facts = {"differs": list(voided), "voided": bool(voided)}
        record(db, now, actor, "change.edited", change_id, _edit_sentence(voided), role=role, facts=facts)
        db.after_commit(lambda: house.stir("change"))
        return after


def _editable(db: Db, change_id: str, version: int) -> Change:
    change = changes.get(db, change_id)
    if change.version != version:
        raise Conflict(
            f"{change_id} was written since you opened it (version {change.version}, yours is {version})",
            remedy="look at what changed, then save again",
        )
    if change.state not in EDITABLE:
        raise Refused(
            [
                failed(
                    "state",
                    f"{change_id} is in {change.state.value} and is not edited any more",
                    remedy="file a new one",
                )
            ]
        )
    return change


def _redraft(before: Change, form: ChangeForm, house: House, db: Db, author: str, now: datetime) -> Change:
    drafted = draft(form, house.policy(db), before.author, now)
    kept = {"id": before.id, "filed_at": before.filed_at, "state": before.state, "version": before.version}
    provenance = {n: replace(p, by=author) if p.by == before.author else p for n, p in drafted.provenance.items()}
    return replace(drafted, **kept, author=before.author, provenance=provenance)


def _void_if_signed(db: Db, before: Change, after: Change, now: datetime) -> tuple[str, ...]:
    digests = evidence.digests(db, before.id)
    differs = differences(signed_content(before, digests), signed_content(after, digests))
    if differs:
        sign_offs.void(db, before.id, now, f"{', '.join(differs)} was edited")
    return differs


def _edit_sentence(voided: tuple[str, ...]) -> str:
    return f"{', '.join(voided)} edited; sign-offs are void" if voided else "edited outside what is signed"


def restate(house: House, db: Db, change: Change, now: datetime) -> Change:
    """Store where a change that has not begun stands by its own verdicts; disarm what is not ready any more."""
    if change.state not in EDITABLE:
        return change
    state = state_for(verdicts(house, db, change, now))
    if change.state is State.SCHEDULED and state is State.AUTHORIZE and _all_signed(house, db, change, now):
        return change
    if state is change.state:
        return change
    return changes.update(db, replace(change, state=state, armed_by=""))


def _all_signed(house: House, db: Db, change: Change, now: datetime) -> bool:
    return not all_signed(change, ship_facts(house, db, change), now).refuses


def return_to_assess(house: House, db: Db, target: str, now: datetime, because: str, *, but: str) -> None:
    """Return the changes that were written against another current unit to assess; their sign-offs are void."""
    for change in changes.find(db, states=EDITABLE, target=target):
        if change.id == but:
            continue
        sign_offs.void(db, change.id, now, because)
        changes.update(db, replace(change, state=State.ASSESS, armed_by=""))
        record(db, now, CLOCK, "change.returned", change.id, because, role="clock")


def refresh_change(house: House, actor: Actor, change_id: str) -> Change:
    """Write a change against what runs now; its sign-offs are void where that differs."""
    with house.store.write() as db:
        now, before = house.clock.now(), changes.get(db, change_id)
        role = permit(house.policy(db), actor, "change.file", target_of(house.policy(db), before.target))
        _editable(db, change_id, before.version)
        after = with_current(db, before)
        differs = _void_if_signed(db, before, after, now)
        after = restate(house, db, changes.update(db, after), now)
        record(db, now, actor, "change.refreshed", change_id, _edit_sentence(differs), role=role)
        db.after_commit(lambda: house.stir("change"))
        return after


def cancel_change(house: House, actor: Actor, change_id: str, because: str) -> Change:
    """Cancel a change that has not begun."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        if actor.name != change.author:
            role = permit(policy, actor, "change.schedule", target_of(policy, change.target))
        else:
            role = "author"
        if change.state not in EDITABLE or ramps.get(db, change_id):
            raise Refused(
                [failed("state", f"{change_id} is in {change.state.value}", remedy="abort its ramp instead")]
            )
        change = changes.update(db, replace(change, state=State.CANCELED, armed_by=""))
        record(db, now, actor, "change.canceled", change_id, reason, role=role)
        db.after_commit(lambda: house.stir("change"))
        return change
