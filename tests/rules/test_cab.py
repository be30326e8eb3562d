"""When does the CAB meet, what do its five checks say, and what sets a change apart from the last one?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.tickets import NEW, OLD, TEN, WEDNESDAY, change, facts

from leverframe.nouns.cab import CabReturn, CabRule, ReturnReason
from leverframe.nouns.calendar import Calendar, Freeze
from leverframe.nouns.changes import CloseCode, Kind, State
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.cab import due_meeting, meeting_id, next_meeting, starts_on
from leverframe.rules.cab_checks import all_hold, five_checks, turned
from leverframe.rules.differing import differing, words_changed
from leverframe.rules.gates.cab import cab
from leverframe.rules.gates.conflicts import conflicts
from leverframe.rules.shipping import may_ship

wall = datetime.fromisoformat
RULE = CabRule(time(10), frozenset(range(5)), ("platform_engineer",))
HOLIDAY = date(2026, 5, 25)
CALENDAR = Calendar("Europe/London", {}, holidays=frozenset({HOLIDAY}))
ZONE = "Europe/London"
UNREAL = {"kind": Kind.RETRIEVAL_INDEX, "rollback_plan": "revert"}
"""An index does not simply reverse, and this plan names no steps."""


# ------------------------------------------------------------------------------------------------ when it meets


@pytest.mark.parametrize(
    ("now", "meets"),
    [
        ("2026-05-13 08:59", "CAB-2026-05-13"),
        ("2026-05-13 09:01", "CAB-2026-05-14"),
        ("2026-05-15 10:00", "CAB-2026-05-18"),
        ("2026-05-22 10:00", "CAB-2026-05-26"),
        ("2026-10-23 10:00", "CAB-2026-10-26"),
    ],
    ids=["this morning", "it has begun", "over a weekend", "over a bank holiday", "over the end of summer time"],
)
def test_the_next_meeting_is_at_ten_in_london_on_the_next_business_day(now: str, meets: str):
    found = next_meeting(RULE, CALENDAR, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found is not None
    assert meeting_id(RULE, CALENDAR, found) == meets
    assert found.astimezone(ZoneInfo(ZONE)).time() == time(10)


@given(st.datetimes(wall("2026-01-01"), wall("2028-01-01")))
def test_an_agenda_is_due_from_its_notice_until_midnight_and_at_no_other_time(moment: datetime):
    now = moment.replace(tzinfo=UTC)
    due = due_meeting(RULE, CALENDAR, now)
    local = now.astimezone(ZoneInfo(ZONE))
    meets = starts_on(RULE, CALENDAR, local.date())
    is_time = meets is not None and meets - timedelta(minutes=RULE.notice_minutes) <= now
    assert due == (meets if is_time else None)


def test_a_meeting_past_midnight_is_built_the_evening_before():
    """Its notice begins on the day before; the agenda is that of the day on which it meets."""
    night = replace(RULE, meets=time(0, 10))
    due = due_meeting(night, CALENDAR, datetime(2026, 5, 13, 22, 45, tzinfo=UTC))
    assert due is not None
    assert meeting_id(night, CALENDAR, due) == "CAB-2026-05-14"


def test_where_every_day_is_a_holiday_no_meeting_lies_ahead():
    days = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    assert next_meeting(RULE, replace(CALENDAR, holidays=days), WEDNESDAY) is None


# ------------------------------------------------------------------------------------------------ the five checks


def checks(ticket=None, told=None):
    ticket, told = ticket or change(), told or facts()
    return five_checks(ticket, told, may_ship(ticket, told, WEDNESDAY), None, WEDNESDAY)


def outcomes(found) -> dict[str, str]:
    return {check.name: check.outcome.value for check in found}


@pytest.mark.parametrize(
    ("parts", "turns"),
    [
        ({}, ""),
        (UNREAL, "rollback"),
        ({"kill_switch": "feature/none"}, "switch"),
        ({"blast_radius": replace(change().blast_radius, users=3)}, "blast"),
        ({"start": replace(change().start, opens_at=TEN.replace(day=16), closes_at=TEN.replace(day=17))}, "window"),
        ({"current": {"support": NEW}}, "ticket"),
    ],
)
def test_each_check_is_turned_by_its_own_gates_and_by_no_other(parts: dict, turns: str):
    """Saturday the 16th is no release day: whether the window is right is asked of the start, not of now."""
    noes = [name for name, outcome in outcomes(checks(change(**parts))).items() if outcome == "not_met"]
    assert noes == ([turns] if turns else [])


def test_a_check_says_what_its_gates_say_word_for_word():
    """The CAB and the gate that stops a ramp cannot disagree."""
    ticket = change(**UNREAL)
    said = {verdict.gate: verdict for verdict in may_ship(ticket, facts(), WEDNESDAY)}
    found = next(check for check in checks(ticket) if check.name == "rollback")
    assert (found.because, found.remedy) == (said["rollback_plan"].because, said["rollback_plan"].remedy)


def test_the_evidence_names_the_fallback_the_population_and_when_it_begins():
    evidence = {check.name: dict(check.evidence) for check in checks()}
    assert evidence["switch"]["users would get"] == "Search (help-search)"
    assert evidence["switch"]["last exercised"] == "14 Apr 2026, 29 days ago"
    assert evidence["blast"]["support"] == "1,000 of 1,000 users (100 %)"
    assert evidence["blast"]["in eu"] == "900 users"
    assert evidence["window"]["begins"] == "Wed 13 May 2026 11:30 Europe/London"
    assert evidence["rollback"]["goes back to"] == OLD.name


def test_a_freeze_that_two_gates_name_is_said_once():
    policy = facts().policy
    frozen = Freeze("mourning", wall("2026-05-13"), wall("2026-06-30"), because="the country mourns")
    told = facts(policy=replace(policy, calendar=replace(policy.calendar, freezes=(frozen,))))
    window = next(check for check in checks(told=told) if check.name == "window")
    assert window.because.count("mourning") <= 2
    assert len(set(window.because.split("; "))) == len(window.because.split("; "))


def test_nobody_says_that_all_five_hold_while_one_does_not():
    assert all_hold(checks()).outcome is Outcome.MET
    no = all_hold(checks(change(**UNREAL)))
    assert no.refuses
    assert "Is the rollback plan real?" in no.because
    assert "a condition" in no.remedy


def test_what_turned_since_it_was_opened_is_told_and_what_reads_otherwise_is_not():
    before = [check.told for check in checks()]
    assert turned(checks(), before) == ()
    assert [check.name for check, _ in turned(checks(change(**UNREAL)), before)] == ["rollback"]
    another = change(rollback_plan="Remi aborts it. Sol looks on. Cass calls the desk.")
    assert turned(checks(another), before) == ()


def test_another_change_in_the_way_is_evidence_and_no_second_no():
    """It warns unless the policy refuses it; the gate of that name says which."""
    ticket = change()
    assert conflicts(ticket, facts(), WEDNESDAY).outcome is Outcome.MET
    window = next(check for check in checks(ticket) if check.name == "window")
    assert "other changes" not in dict(window.evidence)


# ------------------------------------------------------------------------------------------------ what was sent back


def returned(digest: str, **other) -> CabReturn:
    told = (1, "CHG-2026-00001", "CAB-2026-05-13", "cass", "platform_engineer", digest, ReturnReason.WINDOW, "", TEN)
    return replace(CabReturn(*told), **other)


@pytest.mark.parametrize(
    ("standing", "outcome", "words"),
    [
        ((), "not_needed", "the CAB has sent nothing back"),
        ((returned("sha256:signed"),), "not_met", "the window is not right"),
        ((returned("sha256:before"),), "met", "was edited since"),
        ((returned("sha256:before"), returned("sha256:signed", by="cleo")), "not_met", "cleo"),
    ],
)
def test_the_gate_refuses_what_was_sent_back_until_it_is_another_content(standing, outcome: str, words: str):
    verdict = cab(change(), facts(returned=standing), WEDNESDAY)
    assert verdict.outcome.value == outcome
    assert words in verdict.because
    assert bool(verdict.remedy) == verdict.refuses


# ------------------------------------------------------------------------------------------------ what differs


LAST = change(
    id="CHG-2026-00000",
    title="Answer in German",
    state=State.CLOSED,
    candidate={"support": replace(OLD, prompt="support@1")},
    rollback_plan="Remi aborts the ramp. Sol checks the gateways.",
    close_code=CloseCode.SUCCESSFUL,
    settled_at=TEN.replace(day=6),
)
TEXTS = {"support@1": "Be kind.\nAnswer in German.", "support@2": "Be kind.\nAnswer in French."}


def test_the_first_change_of_a_target_has_nothing_to_differ_from():
    assert differing(change(), None, {}, {}, ZONE).last == ""


def test_only_what_differs_is_told_with_both_sides():
    found = differing(change(), LAST, {LAST.id: ["cass", "remi"]}, {}, ZONE)
    assert (found.last, found.title) == (LAST.id, "Answer in German")
    assert found.ended == "successful, settled on Wed 06 May 2026 11:00 Europe/London"
    assert {part.name: (part.was, part.now) for part in found.parts} == {
        "prompt": ("support@1", "support@2"),
        "rollback plan": ("gateways.", "lever frame."),
        "signed by": ("cass, remi", "nothing"),
    }


def test_two_prompts_are_compared_line_by_line_where_both_texts_are_known():
    assert differing(change(), LAST, {}, {"support@2": "Be kind."}, ZONE).prompt == ()
    lines = differing(change(), LAST, {}, TEXTS, ZONE).prompt
    assert [line for line in lines if line[:1] in "+-"][2:] == ["-Answer in German.", "+Answer in French."]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.lists(st.sampled_from(["a", "b", "c"]), max_size=8))
def test_a_text_that_reads_the_same_has_no_words_changed_and_any_other_has(before: list[str], after: list[str]):
    gone, came = words_changed(" ".join(before), " ".join(after))
    assert (gone == "" and came == "") == (before == after)
