"""What does the planner's page look like: good starts, starts over a weekend, none at all?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Sample

from leverframe.nouns.changes import Change
from leverframe.nouns.conflicts import Conflict, ConflictKind
from leverframe.nouns.slots import RegionOpening, Slot, Stand
from leverframe.nouns.verdicts import failed, passed


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def slot(opens: datetime, settles: datetime | None, **other: object) -> Slot:
    known = {
        "closes_at": opens + timedelta(hours=2),
        "timeline": f"{opens:%a %H:%M} 1%, {opens + timedelta(minutes=30):%a %H:%M} 10%",
        "settles_late": settles,
        "this_week": True,
        "stands": (),
        "freeze": "",
        "conflicts": (),
        "refused": "",
        "because": "",
    }
    return Slot(opens_at=opens, settles=settles, **{**known, **other})


SHARED = Conflict(
    ConflictKind.MODEL,
    ("CHG-2026-00019",),
    at(20, 9),
    at(21, 9),
    "CHG-2026-00019 (Shorter summaries) moves traffic of openai.gpt-4o too, from Wed 20 May 2026 10:00 on",
    first=False,
)
SLOTS = (
    slot(at(12, 9), at(13, 13, 30)),
    slot(at(13, 9), at(14, 13, 30), settles_late=at(19, 9)),
    slot(at(20, 9), at(21, 13, 30), conflicts=(SHARED,)),
    slot(
        at(14, 9),
        at(19, 9),
        this_week=False,
        stands=(Stand(50, at(14, 15), at(19, 9)),),
        freeze="Holiday Code Freeze",
    ),
    slot(
        at(26, 9),
        None,
        refused="the ramp would stop at 10 %: the ticket allowed widening until Wed 27 May 2026 16:00",
    ),
)
REGIONS = (
    RegionOpening("uk", "Europe/London", True, None, at(12, 15), "the release window is open until Tue 12 May 16:00"),
    RegionOpening("au", "Australia/Sydney", False, at(13, 0), None, "it is outside the release window in au"),
)
MAY, MAY_NOT = passed("may", "remi may"), failed("may", "ana may not", remedy="ask remi", who="remi")


def samples(change: Change) -> dict[str, tuple[str, object, str]]:
    """Return the planner's pages by name: template, view and address."""

    def view(slots: tuple[Slot, ...], may_move: object = MAY, *, beyond: bool = False) -> Sample:
        plan = Sample(slots=slots, regions=REGIONS, beyond=beyond)
        return Sample(
            change=change, plan=plan, may_move=may_move, zone="Europe/London", not_after=lambda slot: at(30, 15)
        )

    path = f"/changes/{change.id}/slots"
    return {
        "slots": ("slots.html", view(SLOTS), path),
        "slots-beyond": ("slots.html", view(SLOTS[3:], MAY_NOT, beyond=True), path),
        "slots-none": ("slots.html", view(()), path),
    }
