"""What do the pages of freezes and of the calendar look like with a month of them?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as View

from leverframe.actions.calendar_views import Asked, Bar, CalendarView, Day
from leverframe.actions.freeze_files import Imported
from leverframe.actions.freeze_views import CheckedFreeze, FreezeLine, FreezesView, FreezeView
from leverframe.actions.loosening import Loosening
from leverframe.nouns.audit import Entry
from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope
from leverframe.nouns.freezes import DeclaredFreeze, Hit, ReadFreeze
from leverframe.nouns.verdicts import Fault, failed, passed
from leverframe.rules.freeze_files import Sorted
from leverframe.rules.freezes import may_move, of_whom
from leverframe.web.problems import Problem

wall = datetime.fromisoformat
YES = passed("may", "remi may declare a freeze as release manager")
NO = failed("may", "ana may not declare a freeze", remedy="ask remi", who="remi")


def at(day: int, hour: int, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


BOARD = Freeze(
    name="board meeting",
    starts=wall("2026-05-14 00:00"),
    ends=wall("2026-05-15 00:00"),
    scope=Scope(targets=frozenset({"customer-support-ai"}), tiers=frozenset({"medium", "high"})),
    because="the board tries the product on stage",
    owner="release-managers",
    id="FRZ-7",
)
CLOSE = Freeze(
    name="close of Q2 2026",
    starts=wall("2026-06-29 00:00"),
    ends=wall("2026-07-03 00:00"),
    zone="Europe/London",
    scope=Scope(targets=frozenset({"underwriting-decision-v2"})),
    during_ramp=DuringRamp.NARROW,
    because="finance closes the quarter on these systems",
)
HOLIDAY = Freeze(
    name="Holiday Code Freeze",
    starts=wall("2026-05-20 00:00"),
    ends=wall("2026-05-27 00:00"),
    owner="ai-platform",
    because="few people are in",
    id="FRZ-8",
)
DECLARED = DeclaredFreeze("FRZ-7", BOARD, "sol", at(12, 15))
IMPORTED = DeclaredFreeze("FRZ-8", HOLIDAY, "remi", at(4, 9), source="company-calendar.ics", uid="a1@acme.example")
ASKED = Loosening(
    DECLARED, None, "the board has gone home", "remi", (("release_manager", 1, ("remi",)), ("ai_risk", 1, ()))
)
HITS = (
    Hit(
        "CHG-2026-00012",
        "Answer questions about Acme Home",
        "customer-support-ai",
        "ana",
        "remi",
        "stage 3 (50 %), expected Thu 14 May 2026 14:30 Europe/London, would be Tue 19 May 2026 10:00 Europe/London; "
        "it would settle Wed 20 May 2026 10:00 Europe/London instead of Fri 15 May 2026 14:30 Europe/London",
        at(15, 13),
        at(20, 9),
    ),
)
CALENDAR = Calendar("Europe/London", {"uk": "Europe/London", "us": "America/New_York"})


def line(freeze: Freeze, state: str, declared: DeclaredFreeze | None = None, asked: Loosening | None = None):
    return FreezeLine(freeze, state, of_whom(freeze.scope), declared, asked)


def listed(*lines: FreezeLine, may=YES) -> FreezesView:
    return FreezesView(
        freezes=lines,
        later=31,
        home_zone="Europe/London",
        may_declare=may,
        owners=("ai-platform", "release-managers", "remi"),
        targets=("customer-support-ai", "underwriting-decision-v2"),
        regions=("uk", "us"),
        own_groups=("release-managers",),
    )


def days(first: date, count: int) -> tuple[Day, ...]:
    told = []
    for number in range(count):
        day = first + timedelta(days=number)
        frozen = ("Holiday Code Freeze",) if date(2026, 5, 20) <= day < date(2026, 5, 27) else ()
        opens = day.weekday() in (1, 2, 3) and not frozen
        told.append(Day(day, opens, day == date(2026, 5, 25), frozen, int(day.day == 13), 2 * (day.day == 28)))
    return tuple(told)


def bar(number: int, title: str, target: str, begins: datetime, hours: int, **other) -> Bar:
    told = {"tier": "medium", "state": "implement", "release_manager": "remi", "planned": False, **other}
    return Bar(f"CHG-2026-{number:05d}", title, target, begins=begins, ends=begins + timedelta(hours=hours), **told)


BARS = (
    bar(9, "A shorter greeting", "meeting-notes", at(5, 9), 30, tier="low", state="closed", ended="successful"),
    bar(
        11,
        "Summaries in the new form",
        "claims-summary",
        at(6, 9),
        7,
        tier="high",
        state="review",
        ended="rolled_back",
    ),
    bar(12, "Answer questions about Acme Home", "customer-support-ai", at(13, 9), 5),
    bar(
        15,
        "Another model decides",
        "underwriting-decision-v2",
        at(28, 9),
        6,
        tier="high",
        state="scheduled",
        planned=True,
    ),
)


def calendar(period: str, first: date, count: int, *, is_year: bool = False, bars=BARS, freezes=(BOARD, HOLIDAY)):
    return CalendarView(
        asked=Asked(period),
        begins=first,
        ends=first + timedelta(days=count),
        is_year=is_year,
        zone="Europe/London",
        before="2025" if is_year else "2026-04",
        after="2027" if is_year else "2026-06",
        days=days(first, count),
        bars=bars,
        freezes=tuple(line(freeze, "ahead", DECLARED if freeze is BOARD else IMPORTED) for freeze in freezes),
        regions=("uk", "us"),
        targets=("claims-summary", "customer-support-ai"),
    )


TRAIL = (
    Entry(at(12, 15), "clock", "clock", "freeze.met", "FRZ-7", "it meets CHG-2026-00012", {}),
    Entry(at(12, 15), "sol", "on_call", "freeze.declared", "FRZ-7", "board meeting: the board tries the product", {}),
)
SORTED = Sorted(
    new=(ReadFreeze(HOLIDAY, "a1@acme.example", "company-calendar.ics: event 1"),),
    tighter=(),
    looser=((DECLARED, ReadFreeze(BOARD, "b2", "company-calendar.ics: event 2")),),
    called_off=(),
    gone=(IMPORTED,),
    unchanged=3,
)
WRONG = Problem(
    "invalid",
    "This cannot be read",
    422,
    "Nothing was changed.",
    faults=(
        Fault(
            "starts",
            "`starts` of The freeze is `next week`, which is not a date with a time.",
            "Write it as `2026-05-13 10:00`.",
        ),
        Fault("owner", "the catalog has no group or person nobody", "name a group"),
    ),
)


def page(view: FreezesView, **other) -> View:
    return View(**{"list": view, "everything": False, "checked": None, "imported": None, **other})


def samples() -> dict[str, tuple]:
    """Return the samples by name, as the gallery keeps them."""
    ahead = (line(BOARD, "holds", DECLARED, ASKED), line(HOLIDAY, "ahead", IMPORTED), line(CLOSE, "ahead"))
    one = FreezeView(
        line(BOARD, "holds", DECLARED, ASKED),
        may_move(BOARD, CALENDAR),
        HITS,
        "Europe/London",
        YES,
        ("ai_risk",),
        TRAIL,
    )
    checked = CheckedFreeze(BOARD, may_move(BOARD, CALENDAR), HITS)
    found = Imported("company-calendar.ics", SORTED, 0, (("Holiday Code Freeze", HITS[0]),))
    return {
        "freezes": ("freezes.html", page(listed(*ahead)), "/freezes"),
        "freezes-empty": ("freezes.html", page(listed(may=NO)), "/freezes"),
        "freezes-checked": (
            "freezes.html",
            page(listed(*ahead), checked=checked),
            "/freezes",
            {"form": "POST", "typed": {"name": "board meeting"}},
        ),
        "freezes-imported": ("freezes.html", page(listed(*ahead), imported=found), "/freezes"),
        "freezes-refused": (
            "freezes.html",
            page(listed(*ahead)),
            "/freezes",
            {"problem": WRONG, "form": "POST", "typed": {"name": "board meeting", "owner": "nobody"}},
        ),
        "freeze": ("freeze.html", one, "/freezes/FRZ-7"),
        "calendar": ("calendar.html", calendar("2026-05", date(2026, 5, 1), 31), "/calendar"),
        "calendar-year": (
            "calendar.html",
            calendar("2026", date(2026, 1, 1), 365, is_year=True),
            "/calendar?period=2026",
        ),
        "calendar-empty": (
            "calendar.html",
            calendar("2026-05", date(2026, 5, 1), 31, bars=(), freezes=()),
            "/calendar",
        ),
    }
