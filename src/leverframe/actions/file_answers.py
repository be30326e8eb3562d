"""What comes of what a commit asks of one lever?

It is thrown, as an act of the person behind the commit; or a request to set it is opened; or the commit waits, and
says why. One whom the policy does not let throw is refused as at every other door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from leverframe.actions.asking import ask as open_request
from leverframe.actions.house import House, record, tell
from leverframe.actions.switches import throw_within
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import FileCommit, Move, Outcome, Pending
from leverframe.nouns.switches import OnExpiry, Switch
from leverframe.nouns.verdicts import Invalid, NotFound, Refused, Verdict, failed, refusals
from leverframe.rules.policies import roles_of
from leverframe.rules.switch_files import is_known, is_newer, narrows, widens
from leverframe.store import accounts, sign_offs
from leverframe.store.database import Db

OUTCOMES = {"known": Outcome.UNKNOWN, "newer": Outcome.OLD}
"""What it is called that a commit waits, by the gate that says no; else it is refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one commit asks of one lever, as it stands and was moved last, at one moment."""

    lever: str
    commit: FileCommit
    written: Switch | None
    standing: Switch | None
    moved: Move | None
    received_at: float
    now: datetime


def answer(house: House, db: Db, policy: Policy, asks: Sequence[Asked]) -> Pending | None:
    """Do what the newest of these commits asks that may have it; return why none has, or None."""
    first: Pending | None = None
    for asked in asks:
        if narrows(asked.written, asked.standing) or _keeps_off(db, asked):
            waits = _throw(house, db, policy, asked)
        elif widens(asked.written, asked.standing):
            waits = _ask_to_set(db, policy, asked)
        else:
            return None
        if waits is None or waits.outcome is Outcome.ASKED:
            return waits
        first = first or waits
    return first


def _keeps_off(db: Db, asked: Asked) -> bool:
    """Say whether a commit throws what is thrown, while people sign that it is set: then it is thrown again."""
    both = asked.written is not None and asked.standing is not None and asked.written.thrown and asked.standing.thrown
    return both and bool(sign_offs.standing(db, asked.lever))


def _throw(house: House, db: Db, policy: Policy, asked: Asked) -> Pending | None:
    no = _refusal(db, policy, asked, throws=True)
    if no is not None:
        return _waits(asked, no)
    written, commit = asked.written, asked.commit
    assert written is not None
    try:
        throw_within(
            house,
            db,
            actor_behind(policy, commit),
            asked.lever,
            _because(asked),
            received_at=asked.received_at,
            ticket=written.ticket,
            expires_on=_later_day(written, asked.standing),
            on_expiry=OnExpiry.STAY.value if written.on_expiry is OnExpiry.STAY else "",
            facts={"commit": commit.id, "known_by": commit.behind.known_by},
        )
    except (Refused, Invalid, NotFound) as refused:
        return _waits(asked, _verdict(refused))
    return None


def _later_day(written: Switch, standing: Switch | None) -> date | None:
    """Return the last day that the file gives; of a pause that stands only a later one."""
    day = written.expires_on
    if standing is None or not standing.thrown:
        return day
    return day if day and standing.expires_on and day > standing.expires_on else None


def _ask_to_set(db: Db, policy: Policy, asked: Asked) -> Pending | None:
    """Open the request; a commit that could not know of the throw asks for nothing, and is no news to anybody."""
    no = _refusal(db, policy, asked, throws=False)
    if no is not None:
        return None if no.gate == "newer" else _waits(asked, no, told=True)
    lever, commit, by = asked.lever, asked.commit, asked.commit.behind.person
    body = {"commit": commit.id, "because": _because(asked)}
    open_request(db, lever, body, by, asked.now)
    actor = actor_behind(policy, commit)
    facts = {"commit": commit.id, "known_by": commit.behind.known_by}
    record(db, asked.now, actor, "switch.set_asked", lever, body["because"], facts=facts)
    tell(db, "switch.set_asked", {"switch": lever, "by": by, **body}, key=f"{lever}/asked/{commit.id}")
    because = f"commit {commit.short} of {by} sets it, and a file only throws: it awaits its sign-offs"
    remedy = f"sign that it is set again: leverframe switch set {lever} --role ROLE"
    return Pending(lever, Outcome.ASKED, commit.id, by, asked.now, because, remedy, _after(asked), told=True)


def actor_behind(policy: Policy, commit: FileCommit) -> Actor:
    """Return the person behind a commit as an actor: they may what they may anywhere, and a commit never signs."""
    groups = policy.catalog.people[commit.behind.person].groups
    return Actor(ActorKind.COMMIT, commit.behind.person, groups, roles_of(policy, groups))


def _refusal(db: Db, policy: Policy, asked: Asked, *, throws: bool) -> Verdict | None:
    """Say what keeps a commit from being acted on, before the policy is asked who may throw."""
    known = is_known(asked.commit, asked.lever)
    newer = is_newer(asked.commit, asked.lever, asked.moved, policy.calendar.home_zone, throws=throws)
    return next(iter(refusals([known, *_has_left(db, policy, asked.commit), newer])), None)


def _has_left(db: Db, policy: Policy, commit: FileCommit) -> list[Verdict]:
    """Answer no for a person whose account is closed, or who is not in the catalog any more."""
    name = commit.behind.person
    account = accounts.get(db, name) if name else None
    if not name or (name in policy.catalog.people and (account is None or account.is_enabled)):
        return []
    because = f"{name} has no open account any more"
    return [failed("account", because, remedy="somebody else commits it, or throws it here")]


def _verdict(refused: Refused | Invalid | NotFound) -> Verdict:
    """Return the first reason of a no, whichever way it was said."""
    match refused:
        case Refused():
            return refused.verdicts[0]
        case Invalid():
            return failed("file", refused.faults[0].because, remedy=refused.faults[0].remedy)
        case NotFound():
            return failed("file", refused.because, remedy="load the file: leverframe policy load DIR")


def _waits(asked: Asked, no: Verdict, *, told: bool = False) -> Pending:
    outcome = OUTCOMES.get(no.gate, Outcome.REFUSED)
    by = asked.commit.behind.person
    because = no.because if outcome is not Outcome.REFUSED else f"commit {asked.commit.short} of {by}: {no.because}"
    return Pending(asked.lever, outcome, asked.commit.id, by, asked.now, because, no.remedy, _after(asked), told)


def _after(asked: Asked) -> int:
    return asked.moved.entry if asked.moved else 0


def _because(asked: Asked) -> str:
    """Return the reason that the file gives for a lever, else what the commit says of itself."""
    written = asked.written.because if asked.written and asked.written.thrown else ""
    return written or f"commit {asked.commit.short}: {asked.commit.subject or 'it says nothing of itself'}"
