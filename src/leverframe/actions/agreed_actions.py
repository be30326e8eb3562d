"""Which actions did a review agree on?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from leverframe.nouns.follow_ups import AgreedAction
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.duties import DUE_AT
from leverframe.rules.working_days import at_home, day_at_home

MOST = 50


@dataclass(frozen=True, slots=True)
class AskedAction:
    """One action as it was typed: what is to be done, by whom, until the end of which day."""

    what: str
    owner: str
    due_on: str


def read_actions(
    asked: Iterable[AskedAction], policy: Policy, now: datetime, *, before: Iterable[Fault] = ()
) -> tuple[AgreedAction, ...]:
    """Read the actions; raises Invalid with all their faults, after those found before."""
    faults, read = list(before), []
    for number, action in enumerate(asked, 1):
        found = list(_faults(action, f"actions.{number}", policy, now))
        faults += found
        if not found:
            due = at_home(policy.calendar, date.fromisoformat(action.due_on), DUE_AT)
            read.append(AgreedAction(action.what.strip(), action.owner, due))
    if len({action.what for action in read}) < len(read):
        faults.append(Fault("actions", "two actions have the same words", "say what differs"))
    if len(read) > MOST:
        faults.append(Fault("actions", f"there are {len(read)} actions", f"agree on at most {MOST}"))
    if faults:
        raise Invalid(faults)
    return tuple(read)


def _faults(action: AskedAction, place: str, policy: Policy, now: datetime) -> Iterator[Fault]:
    if not action.what.strip():
        yield Fault(f"{place}.what", "the action has no words", "say what is to be done")
    if action.owner not in policy.catalog.people:
        because = f"{action.owner or 'nobody'} is not in the catalog"
        yield Fault(f"{place}.owner", because, "name the person who will do it")
    day = _day(action.due_on)
    if day is None:
        yield Fault(f"{place}.due_on", f"{action.due_on or 'nothing'} is no date", "write it as 2026-05-22")
    elif day < day_at_home(policy.calendar, now):
        yield Fault(f"{place}.due_on", f"{day} has passed", "choose a day from today on")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
