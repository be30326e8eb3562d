"""Where do the levers stand otherwise than the switch file says, why, and what would clear it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leverframe.nouns.switch_files import Drift, Drifted, Move, Pending
from leverframe.nouns.switches import Layer, Switch
from leverframe.rules.moments import say
from leverframe.rules.switch_files import said_of

LOAD = "review the file and load it: leverframe policy load DIR"


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """What the file says (`written`), how the levers stand, what commits wait for, and who moved what last, by lever.

    `writes` says that the server writes back by itself, `kept` why it cannot now; `zone` is the reader's.
    """

    written: Mapping[str, Switch]
    standing: Mapping[str, Switch]
    pending: Mapping[str, Pending] = field(default_factory=dict)
    moves: Mapping[str, Move] = field(default_factory=dict)
    writes: bool = False
    kept: str = ""
    zone: str = "UTC"


def drifted(facts: DriftFacts) -> tuple[Drifted, ...]:
    """Return every lever of which the file says otherwise, in the order of the levers."""
    ids = sorted({*facts.written, *facts.standing})
    return tuple(row for id in ids for row in _of(id, facts))


def unlike(written: Mapping[str, Switch], standing: Mapping[str, Switch]) -> tuple[str, ...]:
    """Return the levers of which the file does not say how they stand: those that writing back could mend."""
    ids = sorted({*written, *standing})
    return tuple(id for id in ids if _differs(written.get(id), standing.get(id)))


def stands_since(pending: Pending | None, move: Move | None) -> Pending | None:
    """Return what a commit waits for, unless the lever was moved after that: then that is why the two differ."""
    return None if pending is None or (move is not None and move.entry > pending.after) else pending


def _of(id: str, facts: DriftFacts) -> Iterator[Drifted]:
    written, standing = facts.written.get(id), facts.standing.get(id)
    if _differs(written, standing):
        yield _moved(id, facts)
    if told := _to_load(id, written, standing):
        says, stands = _said(written, "not named"), _said(standing, "no such lever")
        yield Drifted(id, Drift.LOAD, says, stands, told, LOAD)


def _differs(written: Switch | None, standing: Switch | None) -> bool:
    """Say whether the file says otherwise of a lever's state, or of why and until when it is off."""
    if standing is None:
        return written is not None and written.thrown
    if written is None:
        return standing.thrown and standing.layer is Layer.TENANT
    if written.thrown != standing.thrown:
        return True
    return written.thrown and _told(written, standing) != _told(standing, written)


def _told(switch: Switch, other: Switch) -> tuple[object, ...]:
    """Return what is told of a thrown lever; a file that gives no reason of its own is no drift."""
    told: tuple[object, ...] = (switch.expires_on, switch.on_expiry)
    if switch.layer is not Layer.TENANT:
        told = ()
    silent = not switch.because or not other.because
    return (*told, "" if silent else (switch.because, switch.ticket))


def _moved(id: str, facts: DriftFacts) -> Drifted:
    written, standing, move = facts.written.get(id), facts.standing.get(id), facts.moves.get(id)
    says, stands = _said(written, "not named"), _said(standing, "no such lever")
    pending = stands_since(facts.pending.get(id), move)
    if pending is not None:
        return Drifted(id, Drift(pending.outcome.value), says, stands, pending.because, pending.remedy)
    if move is None:
        because = "the file has said so since before this server read the branch, or its branch was put back"
        return Drifted(id, Drift.UNLIKE, says, stands, because, _remedy(id, standing))
    because = f"it was {said_of(move)} on {say(move.at, facts.zone)}: {move.because}"
    if facts.kept:
        return Drifted(id, Drift.MOVED, says, stands, f"{because}; it is not written back, for {facts.kept}", "")
    remedy = "the server writes it into the file by itself" if facts.writes else _remedy(id, standing)
    return Drifted(id, Drift.MOVED, says, stands, because, remedy)


def _remedy(id: str, standing: Switch | None) -> str:
    written = "let the file say how it stands: leverframe switch fmt FILE --write, and commit it"
    if standing is None or not standing.thrown:
        return f"{written}; or throw it: leverframe switch throw {id}"
    return f"{written}; or sign that it is set again: leverframe switch set {id} --role ROLE"


def _said(switch: Switch | None, nothing: str) -> str:
    if switch is None:
        return nothing
    until = f" until {switch.expires_on}" if switch.thrown and switch.expires_on else ""
    return f"{switch.state}{until}"


def _to_load(id: str, written: Switch | None, standing: Switch | None) -> str:
    """Say what of a lever only a policy may change; nothing where the file and the house agree on it."""
    if standing is None:
        return "" if written is None or written.thrown else f"{id} is new in the file"
    if written is None:
        return "" if standing.layer is Layer.TENANT else f"{id} is not in the file any more"
    pairs = (
        ("fallback", written.fallback, standing.fallback),
        ("owner", written.owner or standing.owner, standing.owner),
        ("zone", written.zone or standing.zone, standing.zone),
    )
    told = [f"the {name} {new or 'none'} instead of {old or 'none'}" for name, new, old in pairs if new != old]
    return f"the file names {' and '.join(told)}" if told else ""
