"""What does a commit of the switch file ask of the levers, and may it have it?

A file only ever throws. What a commit asks is what it changes against the commit before it: a lever that it throws, a
pause that it prolongs, a lever that it sets. What the file has said all along it does not ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leverframe.nouns.switch_files import FileCommit, Move
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.moments import say
from leverframe.rules.switches import is_expired


def asked_by(before: Mapping[str, Switch], after: Mapping[str, Switch]) -> frozenset[str]:
    """Return the levers of which a commit says something else than the file did before: state, or last day.

    A thrown tenant's lever that it takes out is one that it sets: nothing in the file keeps it off any more.
    """
    gone = {id for id, was in before.items() if was.thrown and was.layer is Layer.TENANT and id not in after}
    return frozenset({id for id, written in after.items() if _is_other(before.get(id), written)} | gone)


def _is_other(before: Switch | None, after: Switch) -> bool:
    if before is None or before.thrown != after.thrown:
        return True
    return after.thrown and (before.expires_on, before.on_expiry) != (after.expires_on, after.on_expiry)


def narrows(written: Switch | None, standing: Switch | None) -> bool:
    """Say whether the file, if it were obeyed, would turn something off that is on, or keep it off for longer."""
    if written is None or not written.thrown:
        return False
    return standing is None or not standing.thrown or stays_longer(written, standing)


def stays_longer(written: Switch, standing: Switch) -> bool:
    """Say whether the file lets a pause that stands end later than it does."""
    if standing.on_expiry is OnExpiry.LAPSE and written.on_expiry is OnExpiry.STAY:
        return standing.expires_on is not None
    both = standing.expires_on is not None and written.expires_on is not None
    return both and written.expires_on > standing.expires_on  # pyright: ignore[reportOperatorIssue]


def has_lapsed(written: Switch | None, zone: str, now: datetime) -> bool:
    """Say whether the file throws a lever until a day that is over, in its tenant's zone: it would lapse at once."""
    if written is None or not written.thrown or written.on_expiry is OnExpiry.STAY:
        return False
    return is_expired(replace(written, zone=written.zone or zone), now)


def widens(written: Switch | None, standing: Switch | None) -> bool:
    """Say whether the file, if it were obeyed, would turn something on that is off."""
    return (written is None or not written.thrown) and standing is not None and standing.thrown


def is_known(commit: FileCommit, switch: str) -> Verdict:
    """Answer whether somebody of the catalog stands behind a commit."""
    behind = commit.behind
    if behind.person:
        return passed("known", f"{behind.person} stands behind commit {commit.short}: {behind.known_by}")
    because = f"commit {commit.short} speaks of {switch}, and nobody known stands behind it: {behind.because}"
    remedy = "sign it with a key that the catalog gives to a person, or let the git host tell who pushed it"
    return failed("known", because, remedy=remedy)


def is_newer(commit: FileCommit, switch: str, moved: Move | None, zone: str, *, throws: bool) -> Verdict:
    """Answer whether a commit was made after a lever was last moved the other way: what came since outweighs it.

    So neither a branch that was put back, nor an old commit that is merged late, throws again what people have set;
    nor does it ask for the end of a throw that it could not know. git counts whole seconds.
    """
    opposite = moved is not None and (moved.act != THROWN) == throws
    if moved is None or not opposite or commit.made_at >= moved.at.replace(microsecond=0):
        return passed("newer", f"commit {commit.short} was made after {switch} was last moved")
    wants = "throws" if throws else "sets"
    because = f"commit {commit.short}, which {wants} {switch}, was made before it was {said_of(moved)}"
    again = f"leverframe switch {'throw' if throws else 'set'} {switch}"
    remedy = f"do it here: {again}; or make a new commit that {wants} it"
    return failed("newer", f"{because} ({say(moved.at, zone)})", remedy=remedy)


THROWN, SET, LAPSED = "switch.thrown", "switch.set", "switch.lapsed"
MOVES = (THROWN, SET, LAPSED)
"""The acts that move a lever, as the log names them."""


def said_of(moved: Move) -> str:
    """Say what was done to a lever, as `thrown by sol`."""
    what = {THROWN: "thrown", SET: "set again", LAPSED: "let go at the end of its last day"}[moved.act]
    return f"{what} by {moved.by}"
