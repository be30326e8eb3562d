"""Who does what, by which row of the acceptance map; what is different then; and what is the wrong person told?

A row is done by the right person at each door, and its effect is looked for in the house. Before that the wrong
person tries it (or the right one sends what is wrong): each door says no, with the reason and the way on, and nothing
is different.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.rows import scenes
from tests.rows.doors import Deed
from tests.rows.scenes import NOTES, editing, filing, form
from tests.served import Served

from leverframe.nouns.changes import CloseCode, State

BECAUSE = {"because": "the tests ask for it"}
SAID = "--because 'the tests ask for it'"
ALL = ("page", "HTTP", "CLI")
Made = Callable[[Served, str], Deed]
Seen = Callable[[Served, str], Any]


@dataclass(frozen=True, slots=True)
class No:
    """Who is told no: with which HTTP status, why, and what would help; `deed` is what they send instead."""

    who: str
    status: int
    because: str
    remedy: str
    deed: Made | None = None
    doors: tuple[str, ...] = ALL


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one row: in which scene, who does what, and what is `seen` before (not `becomes`) and after it.

    Without `by` there is nobody who may. Without `seen` the act writes nothing. `says` is what every door answers.
    """

    row: int
    what: str
    scene: Callable[[Served], str]
    deed: Made
    by: str = ""
    seen: Seen | None = None
    becomes: Any = True
    noes: tuple[No, ...] = ()
    says: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------ the deeds


def start(house: Served, change: str) -> Deed:
    return Deed("PUT", f"/changes/{change}/ramp", f"change ramp {change}")


def review(house: Served, change: str, code: str = "aborted") -> Deed:
    body = {"close_code": code, "notes": "Nobody was hurt."}
    command = f"change review {change} --close-code {code} --notes 'Nobody was hurt.'"
    return Deed("PUT", f"/changes/{change}/review", command, body)


# ------------------------------------------------------------------------------------------------ what is seen


def is_served(house: Served, change: str) -> bool:
    """Say whether some of two thousand users get a change's candidate from the newest table."""
    target = house.world.change(change).target
    return any(house.world.decide(target, f"user {n}").change == change for n in range(2000))


def outcome(house: Served, change: str) -> Any:
    stands = house.world.change(change)
    return stands.state, stands.close_code, stands.review and stands.review.by


ACTS = (
    Act(
        1,
        "a signed ticket starts its ramp",
        scenes.signed,
        start,
        by="remi",
        seen=is_served,
        noes=(No("vic", 403, "vic may not start a ramp", "ask remi"),),
    ),
    Act(
        54,
        "the review closes the ticket with its outcome",
        scenes.aborted,
        review,
        by="remi",
        seen=outcome,
        becomes=(State.CLOSED, CloseCode.ABORTED, "remi"),
        noes=(
            No("vic", 403, "vic may not record a change review", "ask cass, remi"),
            No(
                "remi",
                422,
                "successful is not how",
                "it is aborted",
                lambda h, c: review(h, c, "successful"),
            ),
        ),
    ),
)
