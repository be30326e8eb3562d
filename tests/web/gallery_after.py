# ruff: noqa: E501 (sample rows read best on one line)
"""What do the pages show after a change has reached users: its review, what is owed, who is waited on?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.actions.asked_signs import AskedSign
from leverframe.actions.follow_ups import FollowUpLine
from leverframe.actions.my_work import AskedOfMe, Lacking, MyBridge, MyRamp, MyWork
from leverframe.actions.time_summary import TimeSummary
from leverframe.nouns.changes import CloseCode, Review, State
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.follow_ups import Debt, FollowUp
from leverframe.nouns.reviews import HeldFor, KeptFacts, ReviewFacts, StageMet, Thrown
from leverframe.nouns.spent_time import MonthTime, SpentPart
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import failed
from leverframe.nouns.waits import Wait, WaitGroup
from leverframe.web.follow_ups import FollowUpsView

CHG, DIGEST = "CHG-2026-00012", "sha256:" + "5e" * 32
LEARNED = "The German cases were missing from the suite: two tickets told us before the eval did."


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=ZoneInfo("Europe/London"))


def review_facts(reading: StageReading) -> KeptFacts:
    """Return what the reviewer of a change sees that settled, was held for a while, and met a thrown switch."""
    stages = [(1, 1.0, at(13, 10)), (2, 10.0, at(13, 10, 30)), (3, 50.0, at(13, 15)), (4, 100.0, at(14, 15))]
    ends = [each[2] for each in stages[1:]] + [at(14, 15)]
    parts = (("preparing", 120), ("sign-offs", 1440), ("window", 600), ("ramp", 1740))
    facts = ReviewFacts(
        change=CHG,
        ended="settled",
        ended_at=at(14, 15),
        ended_because=f"{CHG} has reached 100 % of uk, eu",
        expected_p50=at(14, 14, 30),
        expected_p90=at(14, 16),
        stages=tuple(
            StageMet(stage, share, since, until, reading if 1 < stage < 4 else None)
            for (stage, share, since), until in zip(stages, ends, strict=True)
        ),
        holds=(HeldFor(at(13, 14, 30), 30.0, "sol", "odd greetings in two tickets"),),
        thrown=(Thrown(at(13, 14, 20), "model/openai.gpt-4o-2024-11", "sol", "the provider answers slowly"),),
        parts=tuple(SpentPart(name, at(11, 9), at(14, 15), float(minutes)) for name, minutes in parts),
        elapsed_minutes=3900.0,
        held_minutes=30.0,
    )
    return KeptFacts(DIGEST, at(15, 9), facts)


REVIEW = Review("remi", at(15, 10, 5), CloseCode.SUCCESSFUL_WITH_ISSUES, "It held.", 4.5, LEARNED, DIGEST)


def a_duty(id: int, kind: str, due: datetime, owner: str, because: str, **more: Any) -> FollowUp:
    return FollowUp(id, CHG, kind, due, owner, because, **more)


def follow_up_lines() -> tuple[FollowUpLine, ...]:
    """Return what a change leaves: its overdue review, two later looks, an action, one that is done, one dropped."""
    asked = "the policy asks for it a day after settlement"
    team = {"team": "support-ai"}
    duties = (
        a_duty(4, "change_review", at(12, 17), "remi", f"{CHG} has reached users; its review is due", **team),
        a_duty(5, "follow_up", at(15, 17), "", asked, what="Look at the live scores again", **team),
        a_duty(6, "review_action", at(22, 17), "cleo", f"remi asked for it in the review of {CHG}", what="Add the German cases"),
        a_duty(7, "follow_up", at(8, 17), "ana", asked, what="Look at complaints", done_at=at(8, 11), done_by="ana", note="No more than before.", **team),
        a_duty(8, "follow_up", at(9, 17), "", asked, what="Look at cost", done_at=at(9, 9), done_by="remi", note="The feature is retired.", dropped=True, **team),
    )  # fmt: skip
    return tuple(
        FollowUpLine(duty, duty.done_at is None and duty.id == 4, duty.id == 6, duty.id in (5, 6), duty.id in (5, 6))
        for duty in duties
    )


def a_wait(on: str, names: tuple[str, ...], number: int, title: str, what: str, since: datetime, **more: Any) -> Wait:
    return Wait(on, names, f"CHG-2026-{number:05}", title, "customer-support-ai", Tier.MEDIUM, what, since, **more)


def wait_groups() -> tuple[WaitGroup, ...]:
    """Return who is waited on: the reader, a role, an author, and the clock."""
    start = {"until": at(14, 10), "until_is": "next legal start"}
    mine = a_wait("remi", ("remi",), 12, "Answer questions about Acme Home", "its review", at(12, 9), remedy=f"record the change review of {CHG}", until=at(12, 17), until_is="due")  # fmt: skip
    role = a_wait("AI Risk", ("rita",), 16, "Shorter refusals in claims intake", "a sign-off", at(12, 11, 52), remedy="read it and sign", **start)  # fmt: skip
    again = a_wait("AI Risk", ("rita",), 17, "A newer model for underwriting", "a sign-off", at(13, 9), remedy="read it and sign", **start)  # fmt: skip
    ana = a_wait("ana", ("ana",), 15, "French answers", "there is no result of locale-fairness, and 1 more", at(13, 11), remedy="post it with leverframe evidence add", **start)  # fmt: skip
    gateways = a_wait("the gateways", (), 19, "Shorter greetings", "the end of its hold: no call has come in yet", at(13, 11, 30), remedy="see that outcomes of the candidate arrive")  # fmt: skip
    policy = Wait("administrator", ("adi",), "", POLICY_TO_SIGN.what, "", "", "a sign-off", at(13, 9), address=POLICY_TO_SIGN.address)  # fmt: skip
    clock = a_wait("the clock", (), 14, "Bilingual summaries", "its window", at(12, 16), **start)
    return tuple(
        WaitGroup(waits[0].on, waits[0].names, waits[0].on == "remi", waits[0].since, waits)
        for waits in ((mine,), (role, again), (ana,), (policy,), (gateways,), (clock,))
    )


POLICY_TO_SIGN = AskedSign(
    what="The policy sha256:1f0c77aa5be1",
    address="/policy#proposals",
    says="adi proposes it; it differs in policy.yaml",
    by="adi",
    at=at(13, 9),
    open_seats=(("ai_risk", 1, ("rita",)),),
    can_sign_as=("ai_risk",),
)


def my_work_view() -> MyWork:
    """Return everything that can wait for one reader."""
    said = "customer-support@v7 -> customer-support@v8; at most 50 % of 4,000,000 users before settlement; by ana; cass signed"
    return MyWork(
        sign_offs=(AskedOfMe("CHG-2026-00016", "Shorter refusals in claims intake", ("release_manager",), said),),
        code_reviews=(AskedOfMe("CHG-2026-00015", "French answers", ("prompt_reviewer",), "1 of 2 code reviewers have approved it"),),
        field_reviews=(AskedOfMe("CHG-2026-00019", "Score with Sonnet", ("ai_risk",), "nobody has reviewed the rollback plan"),),
        other_sign_offs=(POLICY_TO_SIGN,),
        lacking=(Lacking("CHG-2026-00018", "Warmer greetings", State.ASSESS, (
            failed("evals", "there is no result of locale-fairness", remedy="post it with leverframe evidence add"),
            failed("rollback_plan", "the rollback plan is empty", remedy="say how it is undone"),
        )),),
        owed=follow_up_lines()[:3],
        debts=(Debt(2, "CHG-2026-00013", "locale-fairness", at(12, 17), "the emergency skipped it"),),
        ramps=(MyRamp(CHG, "Answer questions about Acme Home", 2, 4, 10.0, at(13, 10, 30), "odd greetings in two tickets"),),
        bridges=(MyBridge(CHG, "Answer questions about Acme Home", "https://meet.acme.example/ai-releases", at(13, 10)),),
    )  # fmt: skip


def time_summary_view() -> TimeSummary:
    """Return two months of closed changes, tier by tier."""
    rows = [
        ("2026-05", "high", 2, 9_000.0, 11.0, 2),
        ("2026-05", "medium", 14, 5_760.0, 4.0, 11),
        ("2026-04", "low", 31, 480.0, None, 0),
    ]
    return TimeSummary(12, tuple(MonthTime(*row, 3.1, 21.4, 30.2, 34.3, 2.5, 11.0) for row in rows))  # fmt: skip


def samples(change_view: Any, reading: StageReading, closed: dict[str, Any]) -> dict[str, tuple]:
    """Return the pages of this part, by name; `closed` makes a change's view that of one that has ended."""
    facts = review_facts(reading)
    return {
        "me": ("me.html", my_work_view(), "/me"),
        "me-empty": ("me.html", MyWork(), "/me"),
        "follow-ups": ("follow_ups.html", FollowUpsView(follow_up_lines(), False), "/follow-ups"),
        "follow-ups-empty": ("follow_ups.html", FollowUpsView((), True), "/follow-ups?mine=true"),
        "change-times": ("change_times.html", time_summary_view(), "/changes/time"),
        "change-times-empty": ("change_times.html", TimeSummary(12, ()), "/changes/time"),
        "change-reviewed": (
            "change.html",
            change_view(**closed, review_facts=facts, follow_ups=follow_up_lines()),
            f"/changes/{CHG}",
        ),
    }
