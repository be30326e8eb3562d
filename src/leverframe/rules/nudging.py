"""Who may be nudged about what a change waits for, and by whom?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from leverframe.nouns.changes import Change
from leverframe.nouns.nudges import Nudge
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.moments import say
from leverframe.rules.policies import may

PAUSE = timedelta(hours=4)
"""So long nobody is nudged again for the same requirement of the same change."""


def may_nudge(change: Change, actor: Actor, policy: Policy, target: Target | None) -> Verdict:
    """Answer whether this actor may nudge: who answers for the change, or might have filed it."""
    if actor.name in (change.author, change.coordinator, change.release_manager):
        return passed("may", f"{actor.name} answers for {change.id}")
    return may(policy, actor, "change.file", target)


def waited_for(verdicts: Iterable[Verdict]) -> dict[str, tuple[str, ...]]:
    """Return whom a change waits for: each person with the gates that they can clear."""
    found: dict[str, tuple[str, ...]] = {}
    for verdict in verdicts:
        for person in verdict.people if verdict.refuses else ():
            found[person] = (*found.get(person, ()), verdict.gate)
    return found


def due_nudges(
    waits: Mapping[str, tuple[str, ...]], actor: Actor, whom: str, before: Iterable[Nudge], now: datetime, zone: str
) -> tuple[Mapping[str, tuple[str, ...]], tuple[Verdict, ...]]:
    """Return who is nudged for which gates, and why nobody is; an empty `whom` means all but the actor."""
    others = {person: gates for person, gates in waits.items() if person != actor.name}
    asked = {whom: others[whom]} if whom in others else {} if whom else others
    if not asked:
        return {}, (_nobody(others, actor, whom),)
    newest = {(one.whom, one.gate): one for one in reversed(list(before))}
    due = {p: tuple(g for g in gates if _is_due(newest.get((p, g)), now)) for p, gates in asked.items()}
    due = {person: gates for person, gates in due.items() if gates}
    if due:
        return due, ()
    last = max((newest[p, g] for p, gates in asked.items() for g in gates), key=lambda one: one.at)
    because = f"{last.whom} was nudged by {last.by} at {say(last.at, zone)}"
    return {}, (failed("nudge", because, remedy=f"it may be done again at {say(last.at + PAUSE, zone)}"),)


def _is_due(last: Nudge | None, now: datetime) -> bool:
    return last is None or now >= last.at + PAUSE


def _nobody(others: Mapping[str, tuple[str, ...]], actor: Actor, whom: str) -> Verdict:
    who = ", ".join(sorted(others))
    remedy = f"it waits for {who}" if who else "look at what it waits for"
    if whom == actor.name and whom:
        return failed("nudge", f"{whom} need not nudge themselves", remedy=remedy)
    because = f"it does not wait for {whom}" if whom else "it waits for nobody else"
    return failed("nudge", because, remedy=remedy, who=who)
