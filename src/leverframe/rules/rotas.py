"""Who is on call at a moment, until when, and who is next?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.people import Person
from leverframe.nouns.rotas import Carrier, Paged, PagedAs, RotaNow, RotaState, Shift
from leverframe.rules.moments import say

SOON = timedelta(days=7)
"""What will be wrong so soon is said."""
ADDRESS_MARKS = ("@", "://", "#", "+")


def rota_now(shifts: Sequence[Shift], people: Mapping[str, Person], now: datetime, zone: str) -> RotaNow:
    """Say who is on call at a moment: of several all of them, the highest level first.

    Who is next are those of the next shift that starts; shifts of one person that meet are one.
    """
    known = joined(_named(shifts, people))
    here = sorted((s for s in known if s.starts_at <= now < s.ends_at), key=_rank)
    later = [shift for shift in known if shift.starts_at > now]
    first = min((shift.starts_at for shift in later), default=None)
    ahead = sorted((shift for shift in later if shift.starts_at == first), key=_rank)
    told = tuple(_carrier(s, people) for s in here), tuple(_carrier(s, people) for s in ahead)
    if here:
        return RotaNow(RotaState.ON_CALL, *told, warning=_warning(known, now, zone))
    if ahead and first:
        return RotaNow(RotaState.NOBODY, *told, fault=f"nobody is on call before {say(first, zone)}")
    ended = max((shift.ends_at for shift in known), default=None)
    return RotaNow(RotaState.OVER, fault=f"the rota has ended{f' on {say(ended, zone)}' if ended else ''}")


def joined(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Make one of the shifts of one person at one level that meet or overlap."""
    made: list[Shift] = []
    for shift in sorted(shifts, key=lambda s: (s.who, s.level, s.starts_at)):
        last = made[-1] if made else None
        if last and (last.who, last.level) == (shift.who, shift.level) and shift.starts_at <= last.ends_at:
            made[-1] = replace(last, ends_at=max(last.ends_at, shift.ends_at))
        else:
            made.append(shift)
    return tuple(sorted(made, key=lambda s: (s.starts_at, *_rank(s))))


def paged(name: str, catalog: Catalog, rota: RotaNow | None) -> Paged:
    """Say whom a name of a paging list means now; `rota` is what the rota of that name says, None where none is kept.

    A rota on which nobody is leads to the members of the group of its name, and says so.
    """
    members = tuple(Carrier(p.name, True) for p in sorted(catalog.people.values(), key=_name) if name in p.groups)
    if name in catalog.people:
        return Paged(name, PagedAs.PERSON, (Carrier(name, True),))
    if rota is not None:
        if rota.on_call:
            return Paged(name, PagedAs.ROTA, rota.on_call, rota.next, warning=rota.warning)
        instead = (
            "; everybody of the group is paged instead" if members else "; no group of that name is there to page"
        )
        return Paged(name, PagedAs.ROTA, members, rota.next, fault=f"{rota.fault}{instead}")
    if name in catalog.groups:
        fault = "" if members else "the group has no members"
        return Paged(name, PagedAs.GROUP, members, fault=fault)
    if any(mark in name for mark in ADDRESS_MARKS):
        return Paged(name, PagedAs.ADDRESS, (Carrier(name, True),))
    return Paged(name, PagedAs.UNKNOWN, fault="it is no rota that was sent, nor a person or group of the catalog")


def _named(shifts: Iterable[Shift], people: Mapping[str, Person]) -> Iterator[Shift]:
    """Call each person of a rota as the catalog does: found by e-mail, name or title, whatever the case."""
    emails = {person.email.casefold(): person.name for person in people.values() if person.email}
    titles = {person.title.casefold(): person.name for person in people.values() if person.title}
    names = {person.name.casefold(): person.name for person in people.values()}
    for shift in shifts:
        who = shift.who.casefold()
        found = emails.get(shift.email.casefold()) or emails.get(who) or names.get(who) or titles.get(who)
        yield replace(shift, who=found or shift.who)


def _carrier(shift: Shift, people: Mapping[str, Person]) -> Carrier:
    return Carrier(shift.who, shift.who in people, shift.starts_at, shift.ends_at)


def _warning(shifts: Sequence[Shift], now: datetime, zone: str) -> str:
    """Say what will be wrong within SOON: that nobody is on call for a while, or that the rota ends."""
    covered = now
    for shift in shifts:
        if shift.starts_at > covered:
            break
        covered = max(covered, shift.ends_at)
    if covered > now + SOON:
        return ""
    back = min((shift.starts_at for shift in shifts if shift.starts_at > covered), default=None)
    if back is None:
        return f"the rota ends on {say(covered, zone)}"
    return f"nobody is on call from {say(covered, zone)} to {say(back, zone)}"


def _rank(shift: Shift) -> tuple[int, datetime, str]:
    return -shift.level, shift.starts_at, shift.who


def _name(person: Person) -> str:
    return person.name
