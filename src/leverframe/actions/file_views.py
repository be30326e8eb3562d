"""How does the switch file in git stand, and where do the levers stand otherwise?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.following import TROUBLE
from leverframe.actions.house import House
from leverframe.actions.moves import moves_of
from leverframe.clock import monotonic
from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import Drifted, FileCommit, Outcome, SwitchFile
from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Fault, NotFound
from leverframe.rules.drift import DriftFacts, drifted, stands_since, unlike
from leverframe.rules.switch_files import narrows
from leverframe.sources.policies.switch_file import rewritten
from leverframe.store import switch_files, switches
from leverframe.store.database import Db

NOT_FOLLOWED = "this server follows no switch file in git"
STATES = {
    "failing": "the branch cannot be looked at",
    "unseen": "the branch was not looked at yet",
    "unreadable": "the file cannot be read; nothing of it is acted on, and what was read before stands",
    "drifted": "the file does not say how the levers stand",
    "in_step": "the file says how the levers stand",
}


@dataclass(frozen=True, slots=True)
class FileView:
    """The switch file in git: where it is, what was seen last, by whom, and how that went.

    `looked_seconds` is since this process looked last and it went well; None where it follows none, or never could.
    """

    repository: str
    branch: str
    path: str
    state: str
    because: str
    head: str
    commit: FileCommit | None
    seen_at: datetime | None
    looked_seconds: float | None
    failure: str
    failed_at: datetime | None
    faults: tuple[Fault, ...]
    drift: tuple[Drifted, ...]
    writes_back: bool = False
    kept: str = ""


@dataclass(frozen=True, slots=True)
class FileText:
    """The file as it would say how the levers stand, and the levers of which it says otherwise."""

    path: str
    commit: str
    text: str
    differs: tuple[str, ...]


def file_view(house: House, db: Db, policy: Policy, standing: list[Switch]) -> FileView | None:
    """Return how the file stands; None where none is followed here, and none ever was."""
    file, following = switch_files.get(db), house.following
    if following is None and not file.version:
        return None
    branch = following.branch if following else None
    rows = drift_of(house, db, policy, file, standing) if file.base else ()
    state = _state(file, bool(rows))
    looked_at = following.looked_at if following else None
    return FileView(
        repository=str(branch.repository) if branch else file.repository,
        branch=branch.name if branch else file.branch,
        path=branch.path if branch else file.path,
        state=state,
        because=file.failure if state == "failing" else STATES[state],
        head=file.head,
        commit=file.commit,
        seen_at=file.seen_at,
        looked_seconds=monotonic() - looked_at if looked_at is not None else None,
        failure=file.failure,
        failed_at=file.failed_at,
        faults=file.faults,
        drift=rows,
        writes_back=following is not None and following.write_back,
        kept=file.kept,
    )


def _state(file: SwitchFile, has_drifted: bool) -> str:
    if file.failure:
        return "failing"
    if file.faults:
        return "unreadable"
    if not file.base:
        return "unseen"
    return "drifted" if has_drifted else "in_step"


def drift_of(house: House, db: Db, policy: Policy, file: SwitchFile, standing: list[Switch]) -> tuple[Drifted, ...]:
    """Return every lever of which the file says otherwise than it stands, with why."""
    written, stands = {s.id: s for s in file.written}, {s.id: s for s in standing}
    facts = DriftFacts(
        written=written,
        standing=stands,
        pending={each.switch: each for each in file.pending},
        moves=moves_of(db, unlike(written, stands)),
        writes=house.following is not None and house.following.write_back,
        kept=file.kept,
        zone=policy.calendar.home_zone,
    )
    return drifted(facts)


def file_text(house: House) -> FileText:
    """Return the file of the branch as it would say how the levers stand; raises NotFound where none was read."""
    with house.store.read() as db:
        file, standing = switch_files.get(db), switches.all_switches(db)
    if not file.base:
        because = NOT_FOLLOWED if house.following is None else STATES["unseen"]
        raise NotFound(because, remedy="start it with --switch-repo, or name a FILE of yours")
    text, differs = rewritten(file.text, standing, file.path)
    return FileText(file.path, file.base, text, differs)


def file_alarms(house: House, db: Db) -> list[str]:
    """Say what somebody must know of the file today: that it cannot be read, or asks for a kill that was not done."""
    file = switch_files.get(db)
    alarms = []
    if file.failure and TROUBLE not in house.troubles:
        alarms.append(f"The switch file in git cannot be looked at: {file.failure}.")
    if file.faults:
        first, more = file.faults[0], len(file.faults) - 1
        also = f", and {more} more faults" if more else ""
        alarms.append(f"The switch file in git cannot be read, so that nothing of it is acted on: {first}{also}.")
    return [*alarms, *_not_thrown(db, file)] if file.pending else alarms


def _not_thrown(db: Db, file: SwitchFile) -> list[str]:
    written = {switch.id: switch for switch in file.written}
    standing = {switch.id: switch for switch in switches.all_switches(db)}
    moves = moves_of(db, [each.switch for each in file.pending])
    return [
        f"{each.switch} was not thrown: {each.because}. To clear it: {each.remedy}."
        for each in file.pending
        if each.told and each.outcome is not Outcome.ASKED and stands_since(each, moves.get(each.switch))
        if narrows(written.get(each.switch), standing.get(each.switch))
    ]
