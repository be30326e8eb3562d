"""Which changes are there, and what does each wait for?"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from leverframe.actions.house import House
from leverframe.nouns.changes import Change, CloseCode, State
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.store import changes, ramps, spent
from leverframe.store.database import Db

MOST_SORTED = 100


class Sort(StrEnum):
    """By what a list of changes is sorted, the most first."""

    ELAPSED = "elapsed"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change in a list: what it waits for in a few words."""

    id: str
    title: str
    target: str
    kind: str
    tier: Any
    state: State
    author: str
    filed_at: datetime
    share_percent: float | None
    waits_for: str
    elapsed_minutes: float | None = None
    active_hours: float | None = None


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A page of changes, newest first, with the filters it was asked with."""

    changes: tuple[ChangeLine, ...]
    filters: Mapping[str, str]
    before: str | None


def list_changes(house: House, filters: Mapping[str, str], *, limit: int = 50, before: str = "") -> ChangeList:
    """Return changes that match `state`, `target`, `tier`, `author` and `text`; raises Invalid.

    The newest come first, or, where `sort` asks for it, the MOST_SORTED that took longest or cost most work.
    """
    _refuse_unknown(filters, state=State, tier=Tier, sort=Sort)
    with house.store.read() as db:
        asked: Any = {name: filters.get(name, "") for name in ("target", "author", "text", "tier")}
        states = (State(filters["state"]),) if filters.get("state") else ()
        if filters.get("sort"):
            found = _sorted(db, Sort(filters["sort"]), changes.ids(states=states, **asked), house.clock.now())
            older = None
        else:
            found = changes.find(db, states=states, limit=limit, before_id=before or None, **asked)
            older = found[-1].id if len(found) == limit else None
        return ChangeList(_lines(db, found, house.clock.now()), dict(filters), older)


def _sorted(db: Db, sort: Sort, wanted: changes.Ids, now: datetime) -> list[Change]:
    """Return the changes that took longest so far, or of which most hours of work were told, the most first."""
    if sort is Sort.ACTIVE:
        measured = spent.costliest(db, wanted, MOST_SORTED)
    else:
        lasting = [((now - filed).total_seconds() / 60.0, id) for filed, id in spent.still_open(db, wanted)]
        measured = heapq.nlargest(MOST_SORTED, [*spent.longest(db, wanted, MOST_SORTED), *lasting])
    ids = [id for _, id in measured]
    found = changes.of_ids(db, ids)
    return [found[id] for id in ids]


def _lines(db: Db, found: Sequence[Change], now: datetime) -> tuple[ChangeLine, ...]:
    ids = [change.id for change in found]
    moving, ended = ramps.of_changes(db, ids), spent.ended_at(db, ids)
    return tuple(
        replace(
            change_line(change, moving.get(change.id)),
            elapsed_minutes=max(0.0, ((ended.get(change.id) or now) - change.filed_at).total_seconds() / 60.0),
            active_hours=change.review.active_hours if change.review else None,
        )
        for change in found
    )


def _refuse_unknown(filters: Mapping[str, str], **known: type[StrEnum]) -> None:
    """Refuse words that nothing could match: an empty list would say that there is nothing."""
    wrong = ((name, filters[name], words) for name, words in known.items() if filters.get(name))
    faults = [
        Fault(n, f"{t} is no {n}", f"one of {', '.join(words)}") for n, t, words in wrong if t not in list(words)
    ]
    if faults:
        raise Invalid(faults)


def change_line(change: Change, ramp: Ramp | None) -> ChangeLine:
    """Return one change as a list shows it."""
    return ChangeLine(
        change.id,
        change.title,
        change.target,
        change.kind.value,
        change.tier,
        change.state,
        change.author,
        change.filed_at,
        share_now(change, ramp) if ramp is not None else None,
        _waits_for(change, ramp),
    )


def _waits_for(change: Change, ramp: Ramp | None) -> str:
    if ramp is not None and ramp.state is RampState.RAMPING:
        return ramp.hold.because if ramp.hold else f"stage {ramp.stage} of {len(change.plan.stages)}"
    waits = {
        State.ASSESS: "its requirements",
        State.AUTHORIZE: "sign-offs, or a start",
        State.SCHEDULED: "its window",
        State.IMPLEMENT: "the end of its watch",
        State.REVIEW: "its review",
    }
    return waits.get(change.state, "")


def share_now(change: Change, ramp: Ramp) -> float:
    """Return the share of people that a change reaches now: none once it has ended short, or has gone back."""
    if ramp.state is RampState.RAMPING:
        return change.plan.stages[ramp.stage - 1].share_percent
    stays = ramp.state is RampState.SETTLED and change.close_code is not CloseCode.WENT_BACK
    return 100.0 if stays else 0.0
