"""What would an import of a file of freezes do to those that stand?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope
from leverframe.nouns.freezes import DeclaredFreeze, ReadFreeze
from leverframe.rules.freezes import covers


@dataclass(frozen=True, slots=True)
class Missing:
    """What an import says of each freeze where its file does not."""

    owner: str = ""
    because: str = ""
    zone: str = ""
    scope: Scope = field(default_factory=Scope)
    during_ramp: DuringRamp = DuringRamp.HOLD


@dataclass(frozen=True, slots=True)
class Sorted:
    """The freezes of a file beside those that stand of it.

    `new` begin to stand; `tighter` take another's place, for they forbid as much and more; `looser` would let traffic
    widen, so that sign-offs decide; `called_off` and `gone` (which the file does not tell any more) stand until they
    are lifted; so many are `unchanged`.
    """

    new: tuple[ReadFreeze, ...]
    tighter: tuple[tuple[DeclaredFreeze, ReadFreeze], ...]
    looser: tuple[tuple[DeclaredFreeze, ReadFreeze], ...]
    called_off: tuple[DeclaredFreeze, ...]
    gone: tuple[DeclaredFreeze, ...]
    unchanged: int


def filled(read: ReadFreeze, missing: Missing) -> ReadFreeze:
    """Return a freeze of a file with what the import says of it; what the file says itself stands."""
    freeze = read.freeze
    scope = freeze.scope if freeze.scope != Scope() else missing.scope
    during_ramp = freeze.during_ramp if freeze.during_ramp is not DuringRamp.HOLD else missing.during_ramp
    said = {name: getattr(freeze, name) or getattr(missing, name) for name in ("owner", "because", "zone")}
    return replace(read, freeze=replace(freeze, scope=scope, during_ramp=during_ramp, **said))


def sort_out(found: Sequence[ReadFreeze], standing: Mapping[str, DeclaredFreeze], calendar: Calendar) -> Sorted:
    """Put the freezes of a file beside those that stand of the same file, by their names in it."""
    told = {read.uid: read for read in found if not read.called_off}
    off = {read.uid for read in found if read.called_off}
    known = [(standing[uid], read) for uid, read in told.items() if uid in standing]
    moved = [(stands, read) for stands, read in known if not _same(stands.freeze, read.freeze)]
    tighter = tuple(pair for pair in moved if covers(pair[1].freeze, pair[0].freeze, calendar))
    return Sorted(
        new=tuple(read for uid, read in told.items() if uid not in standing),
        tighter=tighter,
        looser=tuple(pair for pair in moved if pair not in tighter),
        called_off=tuple(stands for uid, stands in standing.items() if uid in off),
        gone=tuple(stands for uid, stands in standing.items() if uid not in told and uid not in off),
        unchanged=len(known) - len(moved),
    )


def _same(one: Freeze, other: Freeze) -> bool:
    return replace(one, id="") == replace(other, id="")
