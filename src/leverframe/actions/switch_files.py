"""What does a new commit of the switch file do?

What it narrows happens at once, as an act of the person behind it; what it widens becomes a request, and waits for
its sign-offs. All of it, and that the commit was judged, is one transaction: no commit is acted on twice, whichever
process sees it, and however that ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.actions.asking import end_ask
from leverframe.actions.file_answers import Asked, answer
from leverframe.actions.file_news import News, is_same, news
from leverframe.actions.following import Following
from leverframe.actions.house import House, record, tell
from leverframe.actions.moves import moves_of
from leverframe.clock import monotonic
from leverframe.nouns.people import CLOCK, Actor, ActorKind
from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import Outcome, Pending, SwitchFile
from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Conflict, SourceFailed
from leverframe.rules.switch_files import has_lapsed, narrows, widens
from leverframe.store import switch_files, switches
from leverframe.store.database import Db

FILE = "switch-file"
"""The file, as the log names it."""
PAGE = "page.switch_file"
WAITS_FOR_A_PUSH = timedelta(seconds=60)
"""So long nobody is told of a commit behind which nobody known stands: the git host may yet tell who pushed it."""


def follow(house: House) -> None:
    """Look at the branch once, and act on what is new. Raises SourceFailed where it cannot be read."""
    following = house.following
    if following is None or not following.is_due:
        return
    following.begin()
    with house.store.read() as db:
        stood, has_policy = switch_files.get(db), house.policy_or_none(db) is not None
    try:
        if has_policy:
            _look(house, following, stood)
    except Conflict:
        following.hurry()
        raise
    following.end()


def _look(house: House, following: Following, stood: SwitchFile) -> None:
    try:
        found = news(house, following.branch, stood)
    except SourceFailed as silent:
        if stood.failure != str(silent):
            _note(house, stood, replace(stood, failure=str(silent), failed_at=house.clock.now()))
        raise
    if found is not None:
        _take(house, following, stood, found)
    elif stood.failure or any(_is_to_be_told(each, house.clock.now()) for each in stood.pending):
        _note(house, stood, replace(stood, failure=""))


def _note(house: House, stood: SwitchFile, file: SwitchFile) -> None:
    """Write down how the look went, and tell what has waited long enough."""
    with house.store.write() as db:
        now = house.clock.now()
        _put(house, db, stood, replace(file, pending=tuple(_told(db, each, now) for each in file.pending)))


def _put(house: House, db: Db, stood: SwitchFile, file: SwitchFile) -> None:
    """Write the file as it is seen now; raises Conflict where another process has, and all of this act is void."""
    switch_files.put(db, replace(file, version=stood.version + 1), over=stood.version)
    db.after_commit(lambda: house.stir("switch"))


def _take(house: House, following: Following, stood: SwitchFile, found: News) -> None:
    """Act on what is new, and write down that it is judged."""
    branch, received_at = following.branch, monotonic()
    with house.store.write() as db:
        now = house.clock.now()
        seen = replace(
            stood,
            repository=str(branch.repository),
            branch=branch.name,
            path=branch.path,
            head=found.head,
            commit=found.newest,
            seen_at=now,
            faults=found.faults,
            failure="",
        )
        if found.faults:
            _tell_unreadable(db, stood, found, now)
            _put(house, db, stood, seen)
            return
        kept = stood.pending if is_same(branch, stood) else ()
        _withdraw(db, () if kept else stood.pending, now)
        pending = _answer_all(house, db, house.policy(db), kept, found, received_at, now)
        switch_files.note_judged(db, found.seen, now)
        read = replace(seen, base=found.head, text=found.text, written=found.written, judged_by=found.judged_by)
        _put(house, db, stood, replace(read, pending=tuple(_told(db, each, now) for each in pending)))


def _answer_all(
    house: House,
    db: Db,
    policy: Policy,
    kept: Collection[Pending],
    found: News,
    received_at: float,
    now: datetime,
) -> list[Pending]:
    """Answer what is asked of each lever; return what waits from now on, and what still waits.

    The levers are locked before the first is thrown, always in the same order: whoever throws one of them at another
    door waits for none of the others.
    """
    for lever in sorted(found.asks):
        switches.lock(db, lever)
    standing = {switch.id: switch for switch in switches.all_switches(db)}
    waiting = {each.switch: each for each in kept if _still_waits(each, found, standing)}
    _withdraw(db, [each for each in kept if each.switch not in waiting], now)
    before, moves = {each.switch: each for each in kept}, moves_of(db, found.asks)
    for lever, asks in sorted(found.asks.items()):
        asked = [
            Asked(
                lever=lever,
                commit=found.commits[ask.commit],
                written=ask.written,
                standing=standing.get(lever),
                moved=moves.get(lever),
                received_at=received_at,
                now=now,
            )
            for ask in asks
        ]
        waits = answer(house, db, policy, asked)
        if found.begins:
            waits = _at_first_sight(policy, waits, asked)
        if waits is not None:
            waiting[lever] = _as_before(waits, before.get(lever))
    return sorted(waiting.values(), key=lambda each: each.switch)


def _at_first_sight(policy: Policy, waits: Pending | None, asked: Sequence[Asked]) -> Pending | None:
    """Keep of what waits at the first look what may still come; nobody is told of what was there before it."""
    newest = asked[0]
    lapsed = has_lapsed(newest.written, policy.zone_of_tenant(newest.lever.partition("/")[2]), newest.now)
    if waits is None or waits.outcome is Outcome.OLD or lapsed:
        return None
    return replace(waits, told=True)


def _still_waits(pending: Pending, found: News, standing: Mapping[str, Switch]) -> bool:
    """Say whether what a commit asked before still stands on the branch, and the lever does not stand so by now."""
    lever = pending.switch
    if lever in found.asks or lever in found.settled or pending.commit in found.gone:
        return False
    written = next((switch for switch in found.written if switch.id == lever), None)
    return narrows(written, standing.get(lever)) or widens(written, standing.get(lever))


def _withdraw(db: Db, over: Collection[Pending], now: datetime) -> None:
    """End the requests for which the file does not ask any more."""
    for pending in over:
        if pending.outcome is Outcome.ASKED:
            end_ask(db, pending.switch, "withdrawn", pending.by, now)


def _as_before(waits: Pending, before: Pending | None) -> Pending:
    """Keep since when the very same waits, and whether that is told."""
    same = before is not None and (before.commit, before.outcome) == (waits.commit, waits.outcome)
    return replace(waits, at=before.at, told=before.told) if before is not None and same else waits


def _is_to_be_told(pending: Pending, now: datetime) -> bool:
    waits = pending.outcome is Outcome.UNKNOWN and now - pending.at < WAITS_FOR_A_PUSH
    return not pending.told and not waits


def _told(db: Db, pending: Pending, now: datetime) -> Pending:
    """Write down and page, once, that a commit asks for a kill that was not done."""
    if not _is_to_be_told(pending, now):
        return pending
    actor = Actor(ActorKind.COMMIT, pending.by) if pending.by else CLOCK
    facts = {"commit": pending.commit, "outcome": pending.outcome.value}
    role = "clock" if actor is CLOCK else ""
    record(db, now, actor, "switch.file_refused", pending.switch, pending.because, role=role, facts=facts)
    said = {"switch": pending.switch, "because": pending.because, "remedy": pending.remedy, "commit": pending.commit}
    tell(db, PAGE, said, key=f"{pending.switch}/refused/{pending.commit}/{pending.outcome.value}")
    return replace(pending, told=True)


def _tell_unreadable(db: Db, stood: SwitchFile, found: News, now: datetime) -> None:
    """Write down and page, once a commit, that the file cannot be read."""
    commit = found.newest
    if stood.faults and stood.commit is not None and stood.commit.id == commit.id:
        return
    because = f"commit {commit.short} by {commit.author or 'nobody named'} cannot be read: {found.faults[0]}"
    facts = {"commit": commit.id, "faults": [str(fault) for fault in found.faults]}
    record(db, now, CLOCK, "switch.file_unreadable", FILE, because, role="clock", facts=facts)
    said = {"because": because, "faults": facts["faults"], "commit": commit.id}
    tell(db, PAGE, said, key=f"{FILE}/unreadable/{commit.id}/{now.isoformat()}")
