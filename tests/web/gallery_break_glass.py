"""What do a change that passes gates on a break-glass, and the page of debts, look like?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from leverframe.actions.break_glass import BreakGlassView
from leverframe.actions.debts import OPEN, OVERDUE, PAID, DebtLine, DebtsView
from leverframe.nouns.break_glass import Approval, BreakGlass
from leverframe.nouns.follow_ups import Debt
from leverframe.nouns.verdicts import Outcome, failed, passed


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


ASKED = BreakGlass(
    id="BG-3",
    change="CHG-2026-00012",
    gates=("window", "sign_offs"),
    because="A price list that was withdrawn is quoted to customers.",
    asked_by="sol",
    asked_at=at(13, 10, 40),
    minutes=60,
    content_digest="sha256:77aa",
)
STANDS = replace(ASKED, approvals=(Approval("rita", "exec", at(13, 10, 55)),), until=at(13, 11, 55))
YES = passed("may", "rita may approve it")
NO = failed("role", "remi is not asked: it needs exec", remedy="ask rita")
TAIL = "; bypassed by sol, approved by rita, until Wed 13 May 2026 12:55 Europe/London"
WINDOW = replace(
    failed(
        "window", f"it is outside the release window in everywhere{TAIL}", remedy="the next window opens Thu 14 May"
    ),
    outcome=Outcome.BYPASSED,
)
OWED = Debt(
    4, "CHG-2026-00012", "sign_offs", at(15, 16), "CHG-2026-00012 needs sign-offs: 1 from release manager", "sol"
)
LATE = replace(OWED, id=3, subject="CHG-2026-00009", what="evals", due_at=at(11, 16))
DONE = replace(OWED, id=2, subject="CHG-2026-00007", due_at=at(8, 16), paid_at=at(7, 9))
LINES = (
    DebtLine(LATE, OVERDUE, "production has no result for this candidate", "leverframe evidence add FILE"),
    DebtLine(OWED, OPEN, "CHG-2026-00012 needs sign-offs: 1 from release manager", "ask remi"),
    DebtLine(DONE, PAID, "CHG-2026-00007 needs sign-offs: 1 from release manager", ""),
)


def samples(change_view: Callable[..., Any]) -> dict[str, tuple]:
    """Return each page by name: its template, its view, its address."""
    here, idle = "/changes/CHG-2026-00012", {"ramp": None, "forecast": None, "may": {"sign": YES}}
    refused = (failed("window", "it is outside the release window", remedy="the next window opens Thu 14 May"),)
    may_ask = BreakGlassView(gates=("window",), most_minutes=240, may_ask=YES)
    asked = BreakGlassView(ASKED, "asked", (("exec", 1),), (), 240, NO, YES, YES)
    stands = BreakGlassView(STANDS, "stands", (), (), 240, YES, NO, YES)
    return {
        "change-may-break-glass": ("change.html", change_view(glass=may_ask, requirements=refused, **idle), here),
        "change-break-glass-asked": ("change.html", change_view(glass=asked, requirements=refused, **idle), here),
        "change-break-glass-stands": ("change.html", change_view(glass=stands, requirements=(WINDOW,), **idle), here),
        "change-in-debt": ("change.html", change_view(glass=BreakGlassView(STANDS, "expired"), debts=(OWED,)), here),
        "debts": ("debts.html", DebtsView(LINES, 2, "Europe/London"), "/debts"),
        "debts-empty": ("debts.html", DebtsView((), 0, "Europe/London"), "/debts"),
    }
