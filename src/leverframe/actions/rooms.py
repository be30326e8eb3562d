"""What does every page say of the house, whatever it shows?"""

from __future__ import annotations

from dataclasses import dataclass

from leverframe.actions.house import House
from leverframe.actions.tables import withheld
from leverframe.nouns.policies import Policy
from leverframe.store import accounts
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Room:
    """The house as a page's frame says it: its zone, its organisation, and whether it asks for a second person.

    `cast` are those whom a visitor of the demo may act as: people who have an account. Elsewhere it is empty.
    `withheld` says why nothing that is decided reaches a gateway; mostly nothing.
    """

    zone: str = "UTC"
    organisation: str = ""
    solo: bool = False
    cast: tuple[str, ...] = ()
    withheld: str = ""


def room(house: House) -> Room:
    """Return what a page's frame says; a fresh server has no policy yet."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        cast = _cast(db, policy) if house.demo else ()
        kept = withheld(db)
    if policy is None:
        return Room(cast=cast, withheld=kept)
    return Room(policy.calendar.home_zone, policy.organisation, policy.solo, cast, kept)


def _cast(db: Db, policy: Policy | None) -> tuple[str, ...]:
    people = policy.catalog.people if policy else {}
    return tuple(
        account.name for account in accounts.all_accounts(db) if account.is_enabled and account.name in people
    )
