"""Does the CAB decide by its rules: an agenda by itself, five answers, a clock, fixed reasons, seats as ever?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from tests.world import World

from leverframe.actions import cab, cab_agenda, cab_views, changes, freezes
from leverframe.nouns.cab import ItemState, MeetingState, ReturnReason
from leverframe.nouns.changes import State
from leverframe.nouns.verdicts import Conflict, Invalid, NotFound, Outcome, Refused
from leverframe.sources.freezes.typed import read_typed
from leverframe.store import cab as rows

WEDNESDAY = "CAB-2026-05-13"


def meeting(world: World, id: str = WEDNESDAY):
    with world.store.read() as db:
        return rows.get(db, id)


def item(world: World, change, id: str = WEDNESDAY):
    found = meeting(world, id).item(change.id)
    assert found is not None
    return found


def agenda(world: World, at: str = "Wed 09:30"):
    """Let the clock build the agenda."""
    world.at(at)
    world.round()
    return meeting(world, f"CAB-{world.now.date()}")


def opened(world: World, name: str = "support-prompt-v8", **other: object):
    """File a change that waits for the CAB, and let cass open it at ten."""
    change = world.ready(name, **other)
    agenda(world)
    world.at("Wed 10:00")
    cab.open_item(world.house, world.cass, WEDNESDAY, change.id)
    return world.change(change)


def approve(
    world: World, name: str, change, role: str, reason: str = "all_five_hold", note: str = "", whose: str = ""
):
    digest = world.view(change).digest
    who = world.who(name)
    return cab.approve(world.house, who, WEDNESDAY, change.id, role, digest, reason, note, whose)


def send_back(world: World, name: str, change, role: str, reason: str, note: str = ""):
    digest = world.view(change).digest
    return cab.send_back(world.house, world.who(name), WEDNESDAY, change.id, role, digest, reason, note)


# ------------------------------------------------------------------------------------------------ the agenda


def test_the_agenda_is_built_half_an_hour_before_and_its_people_are_told(world: World):
    change = world.ready()
    world.at("Wed 09:29")
    world.round()
    with pytest.raises(NotFound):
        meeting(world)
    world.at("Wed 09:30")
    world.round()
    assert [(i.change, i.state, i.presenters) for i in meeting(world).items] == [
        (change.id, ItemState.WAITING, ("ana", "remi"))
    ]
    told = world.told("cab.agenda")
    assert [row["members"] for row in told[0]["items"]] == [["cass", "cleo"]]
    assert told[0]["to"] == ["ana", "cass", "cleo", "remi"]


def test_a_round_more_builds_nothing_more(world: World):
    world.ready()
    agenda(world)
    world.round()
    world.at("Wed 09:31")
    world.round()
    assert len(world.told("cab.agenda")) == 1
    assert len(world.entries("cab.agenda_built")) == 1


def test_before_it_is_built_the_page_shows_the_agenda_as_it_would_be_now(world: World):
    change = world.ready()
    view = cab_views.show_cab(world.house, world.cass)
    assert view.is_preview
    assert view.meeting is not None
    assert (view.meeting.id, [line.item.change for line in view.lines]) == (
        "CAB-2026-05-12",
        [change.id],
    )


def test_a_day_on_which_nothing_waits_is_kept_and_not_told(world: World):
    assert agenda(world).state is MeetingState.COMPLETE
    assert world.told("cab.agenda") == []


def test_what_is_not_ready_or_not_of_its_tiers_is_not_on_the_agenda(world: World):
    world.adopt("meeting-notes")
    world.adopt()
    world.file("meeting-notes-v2", by="cass")
    world.file()
    assert agenda(world).items == ()


def test_what_had_all_its_seats_signed_passes_on_by_itself_once(world: World):
    change = world.ready()
    for who in ("cass", "cleo"):
        world.sign(who, change)
    found = agenda(world)
    assert [(i.state, i.because) for i in found.items] == [
        (ItemState.PASSED_ON, "all its seats had signed before the meeting")
    ]
    assert found.state is MeetingState.COMPLETE
    assert agenda(world, "Thu 09:30").items == ()


def test_what_is_signed_on_its_own_page_before_it_is_opened_passes_on(world: World):
    change = world.ready()
    agenda(world)
    for who in ("cass", "cleo"):
        world.sign(who, change)
    world.round()
    assert item(world, change).state is ItemState.PASSED_ON
    assert meeting(world).state is MeetingState.COMPLETE


def test_a_change_that_is_canceled_passes_on(world: World):
    change = world.ready()
    agenda(world)
    changes.cancel_change(world.house, world.ana, change.id, "it is not needed")
    world.round()
    assert item(world, change).because == "the change is in canceled"


# ------------------------------------------------------------------------------------------------ deciding


def test_the_item_is_decided_with_its_last_seat_and_its_real_minutes_are_kept(world: World):
    change = opened(world)
    world.clock.move_to(world.now + timedelta(minutes=4))
    approve(world, "cass", change, "platform_engineer")
    assert item(world, change).state is ItemState.IN_DISCUSSION
    world.clock.move_to(world.now + timedelta(minutes=2))
    approve(world, "cleo", change, "feature_engineer", "on_a_condition", "sol watches the first hour")
    decided = item(world, change)
    assert decided.state is ItemState.APPROVED
    assert decided.minutes == 6
    assert decided.note == (
        f"(CAB) {change.id} approved by cass (platform engineer), cleo (feature engineer) in 6 min, "
        "Wed 13 May 2026 10:06 Europe/London: all five checks hold; "
        "it holds on a condition: sol watches the first hour"
    )
    assert [told["note"] for told in world.told("cab.decided")] == [decided.note]
    assert meeting(world).state is MeetingState.COMPLETE
    assert world.verdict(change, "sign_offs").because.endswith("needs sign-offs: 1 from release manager")


def test_more_than_the_box_is_said_and_not_forbidden(world: World):
    change = opened(world)
    world.clock.move_to(world.now + timedelta(minutes=17))
    line = cab_views.show_cab(world.house, world.cass, WEDNESDAY).lines[0]
    assert (line.minutes, line.over) == (17, True)
    approve(world, "cass", change, "platform_engineer")


def test_opening_the_next_item_ends_the_present_one_and_keeps_its_minutes(world: World):
    first, second = world.ready(), world.ready("claims-regions")
    agenda(world)
    world.at("Wed 10:00")
    cab.open_item(world.house, world.cass, WEDNESDAY, first.id)
    world.clock.move_to(world.now + timedelta(minutes=3))
    cab.open_item(world.house, world.cass, WEDNESDAY, second.id)
    assert (item(world, first).state, item(world, first).minutes) == (ItemState.WAITING, 3)
    world.clock.move_to(world.now + timedelta(minutes=2))
    cab.open_item(world.house, world.cleo, WEDNESDAY, first.id)
    world.clock.move_to(world.now + timedelta(minutes=4))
    approve(world, "cass", first, "platform_engineer")
    approve(world, "cleo", first, "feature_engineer")
    assert item(world, first).minutes == 7


def test_a_meeting_that_ends_carries_over_what_it_has_not_reached(world: World):
    first, second = world.ready(), world.ready("claims-regions")
    agenda(world)
    world.at("Wed 10:00")
    cab.open_item(world.house, world.cass, WEDNESDAY, second.id)
    cab.close(world.house, world.cleo, WEDNESDAY, "the half hour is over")
    assert meeting(world).state is MeetingState.COMPLETE
    assert item(world, first).state is ItemState.CARRIED_OVER
    assert [told["carried_over"] for told in world.told("cab.closed")] == [[first.id, second.id]]
    assert [i.change for i in agenda(world, "Thu 09:30").items] == [first.id, second.id]


def test_a_meeting_that_nobody_opened_is_canceled_when_the_next_is_built(world: World):
    change = world.ready()
    agenda(world)
    agenda(world, "Thu 09:30")
    assert meeting(world).state is MeetingState.CANCELED
    assert item(world, change, "CAB-2026-05-14").state is ItemState.WAITING


def test_an_item_is_left_to_the_next_meeting(world: World):
    change = opened(world)
    cab.carry_over(world.house, world.cleo, WEDNESDAY, change.id, "nobody of the team is in")
    assert item(world, change).because == "nobody of the team is in"
    assert meeting(world).state is MeetingState.COMPLETE


# ------------------------------------------------------------------------------------------------ sending back


def test_what_is_sent_back_returns_to_assess_until_it_is_edited(world: World):
    change = opened(world)
    approve(world, "cass", change, "platform_engineer")
    world.clock.move_to(world.now + timedelta(minutes=3))
    send_back(world, "cleo", change, "feature_engineer", "rollback_plan_not_real", "who does step two")
    assert item(world, change).state is ItemState.SENT_BACK
    assert world.change(change).state is State.ASSESS
    answer = world.verdict(change, "cab")
    assert answer.because.endswith("the rollback plan is not real: who does step two")
    assert answer.remedy == "edit what was sent back; or cleo takes it back"
    assert [s.voided_at for s in world.view(change).sign_offs] == [None]
    assert [told["to"] for told in world.told("cab.returned")] == [["ana"]]
    with pytest.raises(Refused, match="the rollback plan is not real"):
        world.sign("remi", change)
    edited = world.form(
        rollback_plan="1. Remi aborts the ramp. 2. Ana restores prompt v7 and Sol looks at the calls."
    )
    changes.edit_change(world.house, world.ana, change.id, edited, world.change(change).version)
    assert world.change(change).state is State.AUTHORIZE
    assert world.verdict(change, "cab").because == "what the CAB has sent back was edited since"


def test_a_member_takes_their_own_return_back_and_nobody_else_does(world: World):
    change = opened(world)
    send_back(world, "cleo", change, "feature_engineer", "window_not_right")
    with pytest.raises(Refused, match="cass has not sent"):
        cab.take_back(world.house, world.cass, change.id, "it is fine")
    with pytest.raises(Refused, match="ana has not sent"):
        cab.take_back(world.house, world.ana, change.id, "it is fine")
    cab.take_back(world.house, world.cleo, change.id, "it was the other one")
    assert item(world, change).state is ItemState.SENT_BACK
    assert item(world, change).note.endswith(
        "; cleo took it back Wed 13 May 2026 10:00 Europe/London: it was the other one"
    )
    assert world.change(change).state is State.AUTHORIZE
    assert [i.change for i in agenda(world, "Thu 09:30").items] == [change.id]


def test_technical_merit_is_no_reason(world: World):
    change = opened(world)
    with pytest.raises(Invalid, match="technical merit belongs in the code review"):
        send_back(world, "cleo", change, "feature_engineer", "i would have used another model")
    with pytest.raises(Invalid, match="the condition is missing"):
        approve(world, "cass", change, "platform_engineer", "on_a_condition")


def test_returns_are_counted_by_their_reason(world: World):
    change = opened(world)
    send_back(world, "cleo", change, "feature_engineer", "window_not_right")
    with world.store.read() as db:
        assert rows.count_returns(db, world.now - timedelta(days=1), world.now + timedelta(seconds=1)) == {
            ReturnReason.WINDOW: 1
        }
        assert rows.count_returns(db, world.now - timedelta(days=1), world.now) == {}


# ------------------------------------------------------------------------------------------------ who may not


@pytest.mark.parametrize(
    ("name", "role", "because"),
    [
        ("vic", "platform_engineer", "vic does not hold the role platform engineer"),
        ("ana", "feature_engineer", "ana is the author"),
        ("remi", "release_manager", "release manager does not sit on the CAB"),
        ("cass", "ai_risk", "asks for no sign-off from AI Risk"),
    ],
)
def test_who_does_not_hold_the_seat_does_not_approve(world: World, name: str, role: str, because: str):
    change = opened(world)
    with pytest.raises(Refused, match=because):
        approve(world, name, change, role)


def test_only_who_sits_there_opens_sends_back_and_ends(world: World):
    change = opened(world)
    acts = (
        lambda: cab.open_item(world.house, world.vic, WEDNESDAY, change.id),
        lambda: send_back(world, "remi", change, "release_manager", "window_not_right"),
        lambda: cab.carry_over(world.house, world.ana, WEDNESDAY, change.id, "later"),
        lambda: cab.close(world.house, world.vic, WEDNESDAY, "later"),
    )
    for act in acts:
        with pytest.raises(Refused, match="does not sit on the CAB"):
            act()
    with pytest.raises(Refused, match="a token does not sit"):
        cab.open_item(world.house, world.token("cass", "change"), WEDNESDAY, change.id)


def test_what_was_not_opened_is_not_decided(world: World):
    change = world.ready()
    agenda(world)
    with pytest.raises(Refused, match="was not opened"):
        approve(world, "cass", change, "platform_engineer")


# ------------------------------------------------------------------------------------------------ bad luck


def test_an_edit_while_it_is_discussed_is_not_decided_unread(world: World):
    change = opened(world)
    read = world.view(change).digest
    edited = world.form(
        rollback_plan="1. Remi aborts the ramp. 2. Ana restores prompt v7 and Sol looks at the calls."
    )
    changes.edit_change(world.house, world.ana, change.id, edited, change.version)
    for act, reason in ((cab.approve, "all_five_hold"), (cab.send_back, "window_not_right")):
        with pytest.raises(Conflict) as caught:
            act(world.house, world.cass, WEDNESDAY, change.id, "platform_engineer", read, reason)
        assert caught.value.differs == ("rollback_plan",)
    assert cab_views.show_item(world.house, world.cass, WEDNESDAY, change.id).edited


def test_two_who_decide_at_once_both_count(world: World):
    change = opened(world)
    digest = world.view(change).digest
    for who, role in (("cass", "platform_engineer"), ("cleo", "feature_engineer")):
        cab.approve(world.house, world.who(who), WEDNESDAY, change.id, role, digest, "all_five_hold")
    assert item(world, change).state is ItemState.APPROVED
    with pytest.raises(Refused, match="is complete"):
        cab.send_back(world.house, world.cass, WEDNESDAY, change.id, "platform_engineer", digest, "window_not_right")


def test_of_two_processes_that_build_the_agenda_one_wins(world: World):
    world.ready()
    world.at("Wed 09:30")
    starts_at = world.moment("Wed 10:00")
    assert cab_agenda.build(world.house, starts_at) is not None
    other = replace(world.house)
    assert cab_agenda.build(other, starts_at) is None
    assert meeting(world).state is MeetingState.PENDING
    assert len(world.entries("cab.agenda_built")) == 1


def test_a_role_that_has_lost_its_last_holder_is_said_with_what_helps(world: World):
    change = world.ready()
    policy = world.policy
    people = {
        name: replace(person, groups=person.groups - {"cab-feature-engineers"})
        for name, person in policy.catalog.people.items()
    }
    world.enforce(replace(policy, catalog=replace(policy.catalog, people=people), digest="sha256:nobody"))
    agenda(world)
    world.at("Wed 10:00")
    cab.open_item(world.house, world.cass, WEDNESDAY, change.id)
    seats = cab_views.show_item(world.house, world.cass, WEDNESDAY, change.id).seats
    assert [seat.remedy for seat in seats if seat.role == "feature_engineer"] == [
        "nobody may sign as feature engineer: the policy gives the role to somebody, or asks another one"
    ]


def test_somebody_who_signed_and_lost_the_role_leaves_the_seat_open_again(world: World):
    change = opened(world)
    approve(world, "cass", change, "platform_engineer")
    policy = world.policy
    people = dict(policy.catalog.people)
    people["cass"] = replace(people["cass"], groups=frozenset({"ai-platform"}))
    world.enforce(replace(policy, catalog=replace(policy.catalog, people=people), digest="sha256:left"))
    approve(world, "cleo", change, "feature_engineer")
    assert item(world, change).state is ItemState.IN_DISCUSSION


def test_signing_elsewhere_while_it_is_discussed_decides_it_too(world: World):
    change = opened(world)
    for who in ("cass", "cleo"):
        world.sign(who, change)
    world.clock.move_to(world.now + timedelta(minutes=2))
    world.round()
    assert item(world, change).state is ItemState.APPROVED
    assert item(world, change).minutes == 2


def test_a_freeze_that_lands_during_the_meeting_turns_the_window_and_no_plain_yes_is_given(world: World):
    """Nobody says that all five checks hold while the calendar says no; on a condition they may."""
    change = opened(world)
    freeze = {"name": "day of mourning", "first_day": "2026-05-13", "last_day": "2026-06-30"}
    told = {"owner": "release-managers", "because": "the country mourns"}
    freezes.declare(world.house, world.sol, read_typed({**freeze, **told}))
    view = cab_views.show_item(world.house, world.cass, WEDNESDAY, change.id)
    assert [(check.name, check.outcome) for check, _ in view.turned] == [("window", Outcome.NOT_MET)]
    with pytest.raises(Refused, match=r"not all five checks hold: Is the window right\?"):
        approve(world, "cass", change, "platform_engineer")


def test_a_process_that_dies_between_two_items_loses_none(world: World):
    """What is decided is written with its item; a new process finds the next one waiting, and the minutes kept."""
    first, second = world.ready(), world.ready("claims-regions")
    agenda(world)
    world.at("Wed 10:00")
    cab.open_item(world.house, world.cass, WEDNESDAY, first.id)
    world.clock.move_to(world.now + timedelta(minutes=4))
    for who, role in (("cass", "platform_engineer"), ("cleo", "feature_engineer")):
        approve(world, who, first, role)
    world.house = replace(world.house)
    world.round()
    assert meeting(world).state is MeetingState.IN_PROGRESS
    assert (item(world, first).state, item(world, first).minutes) == (ItemState.APPROVED, 4)
    assert item(world, second).state is ItemState.WAITING
    cab.open_item(world.house, world.cleo, WEDNESDAY, second.id)


def test_a_holiday_has_no_meeting_and_what_waits_comes_to_the_next(world: World):
    """The spring bank holiday is Monday 25 May; the week before ends without the change."""
    world.ready()
    world.clock.move_to(datetime(2026, 5, 25, 9, tzinfo=UTC))
    world.round()
    with pytest.raises(NotFound):
        meeting(world, "CAB-2026-05-25")
    assert cab_views.show_cab(world.house, world.cass).meeting.id == "CAB-2026-05-26"


def test_a_later_hour_in_the_policy_makes_no_second_meeting_of_a_day(world: World):
    agenda(world)
    world.at("Wed 10:30")
    policy = world.policy
    assert policy.cab is not None
    later = replace(policy.cab, meets=time(15, 0))
    world.enforce(replace(policy, cab=later, digest="sha256:later"))
    world.ready()
    seen = cab_views.show_cab(world.house, world.cass)
    assert (seen.meeting.id, seen.is_preview) == ("CAB-2026-05-14", True)
    assert seen.next_at == world.moment("Thu 15:00")
    assert [line.item.state for line in seen.lines] == [ItemState.WAITING]


def test_who_sits_there_follows_tier_kind_and_whether_customers_meet_it(world: World):
    """Platform and feature for every Medium, AI Risk for High, somebody for the customers where they meet it."""
    seats = {}
    for name, other in (
        ("support-prompt-v8", {}),
        ("support-prompt-v9", {"kind": "model_swap"}),
        ("underwriting-model", {}),
    ):
        change = world.ready(name, **other)
        seats[name] = [role for role, *_ in world.view(change).seats if role in world.policy.cab.roles]
    assert seats == {
        "support-prompt-v8": ["platform_engineer", "feature_engineer"],
        "support-prompt-v9": ["platform_engineer", "feature_engineer", "customer_impact"],
        "underwriting-model": ["platform_engineer", "feature_engineer", "ai_risk"],
    }
