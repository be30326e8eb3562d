"""What is new on the branch of the switch file, and what does it ask?

Reads git, and of the store only what was judged before; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leverframe.actions.behind import with_who_stands_behind
from leverframe.actions.house import House
from leverframe.nouns.switch_files import Ask, Behind, FileCommit, Outcome, Pending, SwitchFile
from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.switch_files import asked_by
from leverframe.sources import git
from leverframe.sources.git import Branch
from leverframe.sources.policies.switch_file import switches_in
from leverframe.store import switch_files

MOST_COMMITS = 200
"""Of what is new at once, so many of the newest commits are judged; those before them only count as seen."""


@dataclass(frozen=True, slots=True)
class News:
    """What a look has found: the head, and all commits that are judged by it (`seen`).

    `asks` are, by lever, what commits ask of it that were not judged before, the newest first; of the `settled`
    levers a commit that was judged before, or one of our own, spoke last. `newest` is the commit that changed the
    file last; `gone` are commits that the branch does not have any more. With `faults` the file cannot be read, and
    nothing is asked. `begins` says that this branch is looked at for the first time.
    """

    head: str
    seen: tuple[str, ...]
    newest: FileCommit
    commits: Mapping[str, FileCommit]
    asks: Mapping[str, tuple[Ask, ...]]
    settled: frozenset[str]
    gone: frozenset[str]
    text: str
    written: tuple[Switch, ...]
    faults: tuple[Fault, ...]
    judged_by: str
    begins: bool


def news(house: House, branch: Branch, stood: SwitchFile) -> News | None:
    """Return what is new since the file stood so; None where nothing is. Raises SourceFailed."""
    head, judged_by = git.tip(branch), _judged_by(house)
    again = stood.judged_by != judged_by and any(p.outcome is Outcome.UNKNOWN for p in stood.pending)
    if head == stood.head and is_same(branch, stood) and not again:
        return None
    git.refuse_shallow(branch)
    return _read(house, branch, stood, head, judged_by)


def is_same(branch: Branch, stood: SwitchFile) -> bool:
    """Say whether the file that was seen is the one that is followed: with other settings it begins anew."""
    return (stood.repository, stood.branch, stood.path) == (str(branch.repository), branch.name, branch.path)


def _judged_by(house: House) -> str:
    """Name all that says who stands behind a commit; when it is another, it is asked again of whom nobody knew."""
    with house.store.read() as db:
        return f"{house.policy(db).digest} {switch_files.last_push(db)}"


def _read(house: House, branch: Branch, stood: SwitchFile, head: str, judged_by: str) -> News:
    ids, seen = _new_commits(branch, stood, head)
    newest = _newest(branch, stood, head, seen)
    with house.store.read() as db:
        judged = switch_files.judged(db, {*seen, newest})
        catalog, pushes = house.policy(db).catalog, switch_files.pushes_told(db)
    gone = frozenset(p.commit for p in stood.pending if not git.leads_to(branch, p.commit, head))
    text, written, faults = _file_at(branch, head)
    asks, settled = ({}, frozenset()) if faults else _asks(branch, ids, judged, stood)
    if not faults:
        asks = {p.switch: _again(branch, p) for p in _unknown(stood, gone) if p.switch not in settled} | asks
    wanted = {newest, *(ask.commit for those in asks.values() for ask in those)}
    commits = {id: with_who_stands_behind(branch, id, catalog, pushes) for id in wanted}
    if judged.get(newest):
        commits[newest] = replace(commits[newest], ours=True, behind=Behind(because="Leverframe wrote it"))
    return News(
        head=head,
        seen=seen,
        newest=commits[newest],
        commits=commits,
        asks=asks,
        settled=settled,
        gone=gone,
        text=text,
        written=written,
        faults=faults,
        judged_by=judged_by,
        begins=_begins(branch, stood),
    )


def _begins(branch: Branch, stood: SwitchFile) -> bool:
    return not stood.base or not is_same(branch, stood)


def _unknown(stood: SwitchFile, gone: Collection[str]) -> list[Pending]:
    return [p for p in stood.pending if p.outcome is Outcome.UNKNOWN and p.commit not in gone]


def _again(branch: Branch, pending: Pending) -> tuple[Ask, ...]:
    """Ask once more what a commit asked behind which nobody stood: somebody may by now."""
    _, written, _ = _file_at(branch, pending.commit)
    return (Ask(pending.commit, _by_id(written).get(pending.switch)),)


def _new_commits(branch: Branch, stood: SwitchFile, head: str) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the commits to judge, the oldest first, and all that then count as seen.

    At the first sight of a branch that is its newest one alone: what was done before is not done again.
    """
    if not _begins(branch, stood) and git.has(branch, stood.base):
        seen = git.changes(branch, head, stood.base)
        return seen[-MOST_COMMITS:], seen
    seen = git.changes(branch, head)
    return seen[-1:] if _begins(branch, stood) else seen[-MOST_COMMITS:], seen


def _newest(branch: Branch, stood: SwitchFile, head: str, seen: Sequence[str]) -> str:
    """Return the commit that changed the file last; the one that is known already, where none of the new ones did."""
    known = stood.commit.id if stood.commit and is_same(branch, stood) else ""
    if not seen and known and git.leads_to(branch, known, head):
        return known
    return seen[-1] if seen else next(iter(git.changes(branch, head, most=1)), head)


def _file_at(branch: Branch, commit: str) -> tuple[str, tuple[Switch, ...], tuple[Fault, ...]]:
    """Return the file at a commit, read, or every fault that it has."""
    try:
        text = git.text_at(branch, commit)
        return text, tuple(_switches_in(text, branch.path).values()), ()
    except Invalid as wrong:
        return "", (), wrong.faults


@lru_cache(maxsize=16)
def _switches_in(text: str, path: str) -> Mapping[str, Switch]:
    return switches_in(text, path)


def _asks(
    branch: Branch, ids: Sequence[str], judged: Collection[str], stood: SwitchFile
) -> tuple[dict[str, tuple[Ask, ...]], frozenset[str]]:
    """Say what commits ask of each lever, the newest first, and of which levers one that was judged spoke last.

    A commit that turns round what those before it ask takes their place. A file that cannot be read is passed over.
    """
    asks: dict[str, tuple[Ask, ...]] = {}
    settled: set[str] = set()
    before = _before(branch, ids[0], stood) if ids else {}
    for id in ids:
        _, written, faults = _file_at(branch, id)
        if faults:
            continue
        after = _by_id(written)
        for lever in asked_by(before, after):
            earlier = asks.pop(lever, ()) if _says(before, lever) == _says(after, lever) else ()
            settled.discard(lever)
            if id in judged:
                settled.add(lever)
            else:
                asks[lever] = (Ask(id, after.get(lever)), *earlier)
        before = after
    return asks, frozenset(settled)


def _says(written: Mapping[str, Switch], lever: str) -> bool:
    return lever in written and written[lever].thrown


def _before(branch: Branch, first: str, stood: SwitchFile) -> dict[str, Switch]:
    """Return what the file said before a commit: nothing where there was none, what was read last where it is bad."""
    parent = git.read_commit(branch, first).parent
    if not parent or git.blob_at(branch, parent) is None:
        return {}
    _, written, faults = _file_at(branch, parent)
    return _by_id(stood.written if faults else written)


def _by_id(switches: Iterable[Switch]) -> dict[str, Switch]:
    return {switch.id: switch for switch in switches}
