"""What do the pages of rotas and of a paging list look like on a good day, and on a bad one?"""

from __future__ import annotations

from datetime import UTC, datetime

from leverframe.actions.paging import PagingView
from leverframe.actions.rotas import RotaLine, RotasView
from leverframe.nouns.rotas import Carrier, Paged, PagedAs, RotaNow, RotaState
from leverframe.nouns.verdicts import Fault, failed, passed
from leverframe.web.problems import Problem

YES = passed("may", "remi may send a rota as release manager")
NO = failed("may", "ana may not send a rota", remedy="ask remi", who="remi")
ENDS = "the rota ends on Thu 14 May 2026 07:00 Europe/London"
UNKNOWN = "it is no rota that was sent, nor a person or group of the catalog"
STANDS = "the rota that cass sent Mon 11 May 2026 07:00 Europe/London stays in force"
ENDED = "the rota has ended on Sun 10 May 2026 18:00 Europe/London"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


SOL = Carrier("sol", True, at(11, 7), at(15, 7))
NEXT = (Carrier("cass", True, at(15, 7), at(22, 7)),)
WANDA = Carrier("Wanda from the agency", False, at(13, 6), at(14, 6))
PAGED = (
    Paged("sol", PagedAs.PERSON, (Carrier("sol", True),)),
    Paged("ai-feature-on-call", PagedAs.ROTA, (SOL,), NEXT),
)
MISSING = (
    Paged("ai-feature-on-call", PagedAs.ROTA, (Carrier("cass", True), Carrier("sol", True)), (),
          f"{ENDED}; everybody of the group is paged instead"),
    Paged("agency-nights", PagedAs.ROTA, (WANDA,), (), warning=ENDS),
    Paged("underwriting-on-call", PagedAs.UNKNOWN, fault=UNKNOWN),
    Paged("#ai-incidents", PagedAs.ADDRESS, (Carrier("#ai-incidents", True),)),
)  # fmt: skip
LINES = (
    RotaLine("ai-feature-on-call", "cass", at(11, 6), "sha256:aa11", RotaNow(RotaState.ON_CALL, (SOL,), NEXT)),
    RotaLine("agency-nights", "remi", at(4, 9), "sha256:bb22",
             RotaNow(RotaState.ON_CALL, (WANDA, SOL), (), warning=ENDS)),
    RotaLine("search-on-call", "remi", at(4, 9), "sha256:cc33", RotaNow(RotaState.OVER, fault=ENDED)),
    RotaLine("weekends", "sol", at(4, 9), "sha256:dd44",
             RotaNow(RotaState.NOBODY, (), (Carrier("sam", True, at(16, 8), at(17, 20)),),
                     "nobody is on call before Sat 16 May 2026 09:00 Europe/London")),
)  # fmt: skip
WRONG = Problem(
    "invalid",
    "This cannot be read",
    422,
    "Nothing was changed.",
    faults=(
        Fault("rota: event 2 (On Call - Sol)", "the event has no end", "say in the calendar when the shift ends"),
        Fault("rota", STANDS, severity="warning"),
    ),
)


def samples(change_view, change) -> dict[str, tuple]:
    """Return the samples by name, as the gallery keeps them."""
    known = RotasView(LINES, ("underwriting-on-call",), "Europe/London", YES)
    none = RotasView((), ("ai-feature-on-call",), "Europe/London", NO)
    paging, empty = (PagingView(change.id, at(13, 12), "Europe/London", paged) for paged in (MISSING, ()))
    refused = {"problem": WRONG, "form": "POST", "typed": {"name": "weekends"}}
    return {
        "rotas": ("rotas.html", known, "/rotas"),
        "rotas-empty": ("rotas.html", none, "/rotas"),
        "rotas-refused": ("rotas.html", known, "/rotas", refused),
        "paging": ("paging.html", paging, f"/changes/{change.id}/paging"),
        "paging-empty": ("paging.html", empty, f"/changes/{change.id}/paging"),
        "change-paging": ("change.html", change_view(paging=MISSING), f"/changes/{change.id}"),
    }
