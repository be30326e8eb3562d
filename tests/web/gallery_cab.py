# ruff: noqa: E501 (sample rows read best on one line)
"""What do the pages of the CAB look like in the middle of a meeting?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from leverframe.actions.cab_views import (
    AgendaLine,
    CabNotes,
    CabView,
    DelegationsView,
    ItemView,
    ReturnCount,
    ReturnCounts,
    Seating,
    SeatLine,
)
from leverframe.nouns.cab import CabReturn, CabRule, Item, ItemState, Meeting, MeetingState, ReturnReason
from leverframe.nouns.changes import BlastRadius, Change, Kind, StartWindow, State
from leverframe.nouns.changes import Path as ChangePath
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.ramps import RampPlan, Stage
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.targets import Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Outcome, failed, passed
from leverframe.rules.cab_checks import Check
from leverframe.rules.cab_words import RETURNS
from leverframe.rules.differing import Differing, Part
from leverframe.web.problems import Problem

ZONE = "Europe/London"
YES = passed("cab", "cass sits on the CAB as platform engineer")
NO = failed("cab", "remi does not sit on the CAB", remedy="ask cass, cleo", who="cass, cleo")
DIGEST = "sha256:" + "4fd1" * 16
RULE = CabRule(time(10), frozenset(range(5)), ("platform_engineer", "feature_engineer", "ai_risk"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour - 1, minute, tzinfo=UTC)


CHANGE = Change(
    id="CHG-2026-00014",
    version=3,
    title="Answer questions about Acme Home",
    author="ana",
    filed_at=at(12, 9, 30),
    state=State.AUTHORIZE,
    tier=Tier.MEDIUM,
    kind=Kind.PROMPT,
    path=ChangePath.NORMAL,
    targets=("customer-support-ai",),
    current={"customer-support-ai": Unit(prompt="customer-support@v7")},
    candidate={"customer-support-ai": Unit(prompt="customer-support@v8")},
    plan=RampPlan("handbook", (Stage((), 30),)),
    blast_radius=BlastRadius(4_000_000, ("uk",), (), 10.0),
    rollback_plan="1. Remi aborts the ramp.\n2. Ana restores prompt v7, and Sol looks at the calls.",
    kill_switch="feature/customer-support-ai",
    release_manager="remi",
    start=StartWindow(at(13, 10), at(13, 12), at(20, 16)),
    artefacts={"pull_request": "https://git.acme.example/support/pull/1482"},
)
CHECKS = (
    Check(
        "ticket",
        "Is the ticket complete?",
        Outcome.MET,
        "every field is filled; 4 evals are on the ticket; two have reviewed the code",
        evidence=(
            ("written by a person", "title, rollback plan, start, release manager"),
            ("filled by itself", "kind, tier, current, blast radius, kill switch"),
            ("linked", "pull request"),
        ),
    ),
    Check(
        "rollback",
        "Is the rollback plan real?",
        Outcome.MET,
        "it is written",
        evidence=(("steps", "2"), ("words", "14"), ("goes back to", "customer-support@v7")),
    ),
    Check(
        "switch",
        "Is the kill switch current?",
        Outcome.MET,
        "feature/customer-support-ai is set, and was exercised 12 days ago",
        evidence=(
            ("named", "feature/customer-support-ai"),
            ("last exercised", "1 May 2026, 12 days ago"),
            ("stands", "set"),
            ("users would get", "the former help pages (help-centre)"),
        ),
    ),
    Check(
        "window",
        "Is the window right?",
        Outcome.MET,
        "the release window is open when it begins; no freeze touches it",
        evidence=(
            ("begins", "Wed 13 May 2026 10:00 Europe/London"),
            ("expected", "Wed 10:00 1 %, Wed 10:30 10 %, Wed 14:30 50 %, Thu 14:30 100 %"),
        ),
    ),
    Check(
        "blast",
        "Is the blast radius sized?",
        Outcome.MET,
        "4,000,000 users are met",
        evidence=(
            ("customer-support-ai", "4,000,000 of 4,000,000 users (100 %)"),
            ("at most before settlement", "10 %"),
        ),
    ),
)
FROZEN = (
    *CHECKS[:3],
    Check(
        "window",
        "Is the window right?",
        Outcome.NOT_MET,
        "day of mourning freezes customer-support-ai until Thu 14 May 2026 00:00 Europe/London",
        "the next opening is Thu 14 May 2026 10:00 Europe/London",
        (("begins", "Wed 13 May 2026 10:00 Europe/London"),),
    ),
    CHECKS[4],
)
DIFFERING = Differing(
    "CHG-2026-00009",
    "Name the adjuster first",
    "successful, settled on Thu 30 Apr 2026 14:31 Europe/London: nobody was hurt",
    (
        Part("prompt", "customer-support@v6", "customer-support@v7"),
        Part("stages", "1 % for 30 min, then 10 % for 4 h, then 100 %", "10 % for 4 h, then 100 %"),
        Part("rollback plan", "prompt v6", "prompt v7, and Sol looks at the calls"),
        Part("signed by", "cass, cleo, remi", "nothing"),
    ),
    ("--- customer-support@v6", "+++ customer-support@v7", "-Name the product.", "+Name the product and its year."),
)
OPEN = (
    SeatLine("platform_engineer", 1, (), 1, ("cass", "sol")),
    SeatLine("feature_engineer", 1, ("cleo",), 0, ()),
    SeatLine("customer_impact", 1, (), 1, ()),
)
SIGNED = SignOff(CHANGE.id, "cleo", "feature_engineer", DIGEST, at(13, 10, 4), "all five checks hold")
ITEM = Item(
    CHANGE.id, 2, ItemState.IN_DISCUSSION, ("ana", "remi"), at(13, 10, 2), "cass", 0.0, DIGEST, CHECKS[0].told and ()
)
DONE = Item(
    "CHG-2026-00012",
    1,
    ItemState.APPROVED,
    ("ana", "remi"),
    minutes=6.1,
    decided_at=at(13, 10, 2),
    note="(CAB) CHG-2026-00012 approved by cass (platform engineer), cleo (feature engineer) in 6 min, Wed 13 May 2026 "
    "10:02 Europe/London: all five checks hold",
)
MEETING = Meeting(
    "CAB-2026-05-13",
    at(13, 10),
    ZONE,
    10,
    MeetingState.IN_PROGRESS,
    at(13, 9, 30),
    at(13, 9, 56),
    items=(
        DONE,
        ITEM,
        Item("CHG-2026-00015", 3, presenters=("cleo", "remi")),
        Item(
            "CHG-2026-00016", 4, ItemState.PASSED_ON, ("cass",), because="all its seats had signed before the meeting"
        ),
    ),
)
AWAY = Delegation("DLG-3", "cass", "sol", "platform_engineer", at(12, 9), at(16, 18), "on holiday", at(11, 16))


def line(item: Item, title: str, minutes: float = 0.0, tier: str = "medium", seats=OPEN) -> AgendaLine:
    return AgendaLine(item, title, "customer-support-ai", tier, seats, minutes, minutes > 10)


def agenda(**other: object) -> CabView:
    first, second, third, fourth = MEETING.items
    lines = (
        line(first, "Sum a claim up in three sentences", 6.1),
        line(second, CHANGE.title, 12.4),
        line(third, "Another model decides", tier="high"),
        line(fourth, "A shorter greeting", seats=()),
    )
    past = (
        Meeting("CAB-2026-05-12", at(12, 10), ZONE, 10, MeetingState.COMPLETE, opened_at=at(12, 10, 1), ended_because="no item waits any more"),
        Meeting("CAB-2026-05-11", at(11, 10), ZONE, 10, MeetingState.CANCELED, ended_because="the next meeting's agenda was built"),
    )  # fmt: skip
    base = {
        "rule": RULE,
        "meeting": MEETING,
        "is_preview": False,
        "lines": lines,
        "next_at": at(14, 10),
        "past": past,
        "delegations": (AWAY,),
        "may": {"sit": YES, "close": YES},
        "zone": ZONE,
    }
    return CabView(**{**base, **other})


def item(**other: object) -> ItemView:
    base = {
        "meeting": MEETING,
        "item": ITEM,
        "change": CHANGE,
        "digest": DIGEST,
        "checks": CHECKS,
        "turned": (),
        "differing": DIFFERING,
        "seats": OPEN,
        "sign_offs": (SIGNED,),
        "returns": (),
        "minutes": 6.4,
        "before": "CHG-2026-00012",
        "after": "CHG-2026-00015",
        "approves_as": (Seating("platform_engineer"),),
        "returns_as": ("platform_engineer",),
        "why_not": (),
        "may": {"open": failed("state", "it is being discussed", remedy=""), "carry_over": YES},
        "may_take_back": False,
        "now": at(13, 10, 9),
        "zone": ZONE,
    }
    return ItemView(**{**base, **other})


NOTES = CabNotes((("CAB-2026-05-13", DONE),), (), (Seating("platform_engineer", "cass"),))


def samples() -> dict[str, tuple]:
    """Return the samples by name, as the gallery keeps them."""
    here = f"/cab/{MEETING.id}/{CHANGE.id}"
    waits = Item(CHANGE.id, 2, presenters=("ana", "remi"))
    nobody = {"approves_as": (), "returns_as": (), "may": {"open": NO, "carry_over": NO}}
    sent = CabReturn(1, CHANGE.id, MEETING.id, "cleo", "feature_engineer", DIGEST, ReturnReason.ROLLBACK, "who does step two?", at(13, 10, 8))  # fmt: skip
    back = Item(CHANGE.id, 2, ItemState.SENT_BACK, ("ana", "remi"), minutes=6.0, decided_at=at(13, 10, 8), note=f"(CAB) {CHANGE.id} sent back by cleo (feature engineer) in 6 min, Wed 13 May 2026 10:08 Europe/London: the rollback plan is not real: who does step two?")  # fmt: skip
    delegates = DelegationsView((AWAY,), (("platform_engineer", ("sol", "adi")),), ZONE)
    wrong = Problem("invalid", "This cannot be read", 422, "Nothing was changed.", faults=(Fault("ends_at", "it ends before it begins", "let it end later"),))  # fmt: skip
    counts = tuple(ReturnCount(r.value, RETURNS[r], n) for n, r in enumerate(ReturnReason))
    return {
        "cab": ("cab.html", agenda(), "/cab"),
        "cab-preview": (
            "cab.html",
            agenda(is_preview=True, lines=agenda().lines[2:3], may={"sit": YES, "close": NO}),
            "/cab",
        ),
        "cab-empty": ("cab.html", agenda(lines=(), past=(), delegations=()), "/cab"),
        "cab-none": (
            "cab.html",
            agenda(rule=None, meeting=None, lines=(), next_at=None, past=(), delegations=(), may={"sit": NO}),
            "/cab",
        ),
        "cab-item": ("cab_item.html", item(), here),
        "cab-item-waits": ("cab_item.html", item(item=waits, minutes=0, approves_as=(), returns_as=(), differing=Differing(), may={"open": YES, "carry_over": YES}), here),
        "cab-item-frozen": (
            "cab_item.html",
            item(checks=FROZEN, turned=((FROZEN[3], CHECKS[3].because),), minutes=12.5, approves_as=(Seating("platform_engineer"), Seating("platform_engineer", "cass"))),
            here,
        ),
        "cab-item-back": ("cab_item.html", item(**nobody, item=back, returns=(sent,), may_take_back=True), here),
        "cab-item-reader": ("cab_item.html", item(**nobody, why_not=(NO,)), here),
        "cab-delegations": ("cab_delegations.html", delegates, "/cab/delegations"),
        "cab-delegations-refused": (
            "cab_delegations.html",
            delegates,
            "/cab/delegations",
            {"problem": wrong, "form": "POST delegations", "typed": {"role": "platform_engineer", "starts": "2026-05-14T09:00", "ends": "2026-05-13T09:00"}},
        ),
        "cab-delegations-none": ("cab_delegations.html", DelegationsView((), (), ZONE), "/cab/delegations"),
        "cab-returns": ("cab_returns.html", ReturnCounts(date(2026, 4, 14), date(2026, 5, 13), counts, 21), "/cab/returns"),
    }  # fmt: skip
