"""Whom does a ticket page at this moment?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.house import House
from leverframe.actions.rotas import all_say_now, says_now
from leverframe.nouns.changes import Change, State
from leverframe.nouns.policies import Policy
from leverframe.nouns.rotas import Paged, RotaState
from leverframe.rules.rotas import paged
from leverframe.store import changes
from leverframe.store.database import Db

OPEN = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED, State.IMPLEMENT, State.REVIEW)
MOST, MOST_NAMED = 5_000, 5


@dataclass(frozen=True, slots=True)
class PagingView:
    """Whom a change pages now, in the order of its ticket; `people` are all of them, each once."""

    change: str
    at: datetime
    zone: str
    paged: tuple[Paged, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Name each who is paged, once."""
        return tuple(dict.fromkeys(one.who for name in self.paged for one in name.people))


def show_paging(house: House, change_id: str) -> PagingView:
    """Say whom a change pages now; raises NotFound."""
    with house.store.read() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        policy = house.policy(db)
        return PagingView(change.id, now, policy.calendar.home_zone, paging_of(db, policy, change, now))


def paging_of(db: Db, policy: Policy, change: Change, now: datetime) -> tuple[Paged, ...]:
    """Say of each name on a ticket's paging list whom it means at a moment."""
    return tuple(paged(name, policy.catalog, says_now(db, policy, name, now)) for name in change.paging)


def rota_alarms(db: Db, policy: Policy, now: datetime) -> list[str]:
    """Say of each rota that an open change pages, and on which nobody is now, why, and which changes those are."""
    told = all_say_now(db, policy, now)
    without = {name: said.fault for name, said in told.items() if said.state is not RotaState.ON_CALL}
    if not without:
        return []
    users: dict[str, list[str]] = {name: [] for name in without}
    for change in changes.find(db, states=OPEN, limit=MOST):
        for name in set(change.paging) & set(without):
            users[name].append(change.id)
    used = ((name, why) for name, why in without.items() if users[name])
    return [f"The rota {name} has nobody: {why}; {_paged_by(users[name])}" for name, why in used]


def _paged_by(ids: Iterable[str]) -> str:
    named = sorted(ids)
    more = f" and {len(named) - MOST_NAMED} more page it." if len(named) > MOST_NAMED else ""
    return f"{', '.join(named[:MOST_NAMED])}{more or (' page it.' if len(named) > 1 else ' pages it.')}"
