"""How does the switch file in git come to say what was done at another door?

Levers that were moved elsewhere are written into the file, with the least change of it, and committed on the branch
that is followed. What a commit of somebody asks, and waits, is left as they wrote it.
"""

from __future__ import annotations

from dataclasses import replace

from leverframe.actions.file_news import is_same
from leverframe.actions.file_views import drift_of
from leverframe.actions.following import Following
from leverframe.actions.house import House
from leverframe.actions.moves import moves_of
from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import Drift, Move, SwitchFile
from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.moments import say
from leverframe.rules.switch_files import said_of
from leverframe.sources.git_writing import Occupied, Prepared, land, prepare
from leverframe.sources.policies.switch_file import rewritten
from leverframe.store import switch_files, switches


def write_back(house: House) -> None:
    """Commit what was moved elsewhere, where the server may; raises SourceFailed.

    The commit is known as ours before it stands on the branch, so that it moves nothing when it is seen there.
    """
    following = house.following
    if following is None or not following.write_back:
        return
    with house.store.read() as db:
        file, policy = switch_files.get(db), house.policy_or_none(db)
        if policy is None or file.faults or file.base != file.head or not is_same(following.branch, file):
            return
        standing = switches.all_switches(db)
        drift = drift_of(house, db, policy, file, standing)
        moved = {row.switch for row in drift if row.drift is Drift.MOVED}
        moves = moves_of(db, moved)
    if any(move.leaf is None for move in moves.values()):
        return  # the log numbers them within seconds, and the commit names the entry
    kept = ""
    if moved:
        kept = _commit(house, following, file, [s for s in standing if s.id in moved], moves, policy)
    if kept != file.kept:
        with house.store.write() as db:
            switch_files.put(db, replace(file, kept=kept, version=file.version + 1), over=file.version)
            db.after_commit(lambda: house.stir("switch"))


def _commit(
    house: House, following: Following, file: SwitchFile, moved: list[Switch], moves: dict[str, Move], policy: Policy
) -> str:
    """Commit these levers as they stand; return what keeps the server from it, or nothing."""
    branch = following.branch
    try:
        text, differs = rewritten(file.text, moved, branch.path)
        if text == file.text:
            return ""
        told = {id: moves[id] for id in differs}
        message = _message(moved, told, policy.calendar.home_zone)
        moved_at = max(move.at for move in told.values())  # tried again, it is the very same commit
        commit = prepare(branch, file.base, text, message, moved_at)
        _note_ours(house, commit)
        land(branch, commit)
        following.hurry()
    except Occupied as occupied:
        return str(occupied)
    except Invalid as wrong:
        return wrong.faults[0].because
    return ""


def _note_ours(house: House, commit: Prepared) -> None:
    with house.store.write() as db:
        switch_files.note_judged(db, [commit.id], house.clock.now(), ours=True)


def _message(moved: list[Switch], moves: dict[str, Move], zone: str) -> str:
    """Say who moved what, why, and which entry of the log says so."""
    states = {switch.id: switch.state for switch in moved}
    first = next(iter(moves))
    subject = f"Say that {first} is {states[first]}" if len(moves) == 1 else f"Say how {len(moves)} switches stand"
    return "\n\n".join([subject, *(_said(id, move, zone) for id, move in moves.items())]) + "\n"


def _said(id: str, move: Move, zone: str) -> str:
    because = " ".join(move.because.split())
    return f"{id} was {said_of(move)} on {say(move.at, zone)}: {because}\nAudit entry: {move.leaf}"
