"""On whom does an open change wait?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.rules.tickets import TEN, change

from leverframe.nouns.changes import CloseCode, Review, State
from leverframe.nouns.effects import Effect
from leverframe.nouns.follow_ups import FollowUp
from leverframe.nouns.ramps import HoldRow, Ramp, RampState
from leverframe.nouns.verdicts import failed
from leverframe.nouns.waits import Wait
from leverframe.rules.waiting import Circumstances, OpenSeat, grouped, waits_of

DAY = timedelta(days=1)
EVALS = failed("evals", "there is no result of production", remedy="post it", who="ana")
STAGING = failed("staging", "it was not on staging", remedy="deploy it")
SEATS = (OpenSeat("ai_risk", 1, ("rita",)), OpenSeat("platform_engineer", 2, ("cass", "cleo")))
REVIEW = FollowUp(1, "CHG-2026-00001", "change_review", TEN + DAY, "remi", "it is due", opens_at=TEN, opened_at=TEN)
TO_COME = replace(REVIEW, opened_at=None)


def ramp(**parts) -> Ramp:
    known = {"state": RampState.RAMPING, "stage": 1, "started_at": TEN, "stage_since": TEN, "salt": "s"}
    return Ramp("CHG-2026-00001", "support", **{**known, **parts})


def waits(state: State, told: Circumstances, **parts) -> list[tuple[str, str]]:
    return [(wait.on, wait.what) for wait in waits_of(change(state=state, **parts), told)]


def told(**parts) -> Circumstances:
    return Circumstances(**{"since": TEN, "watch_hours": 24.0, **parts})


def test_each_state_names_who_can_end_it():
    held = HoldRow("sol", "person", "odd greetings", TEN)
    by_freeze = HoldRow("clock", "freeze", "the freeze Acme Day holds", TEN)
    reviewed = Review("remi", TEN, CloseCode.SUCCESSFUL, "all is well")
    silent = HoldRow("clock", "no_data", "no call has come in yet", TEN)
    broken = HoldRow("clock", "both_above", "both are above the limit", TEN)
    settled = {"settled_at": TEN}
    table = [
        (State.ASSESS, told(lacks=(EVALS, STAGING)), {}, [("ana", "there is no result of production, and 1 more")]),
        (State.AUTHORIZE, told(seats=SEATS), {}, [("AI Risk", "a sign-off"), ("platform engineer", "2 sign-offs")]),
        (State.AUTHORIZE, told(), {"release_manager": "remi"}, [("remi", "a start")]),
        (State.AUTHORIZE, told(), {"release_manager": ""}, [("release manager", "a start")]),
        (State.SCHEDULED, told(), {}, [("the clock", "its window")]),
        (State.IMPLEMENT, told(ramp=ramp()), {}, []),
        (State.IMPLEMENT, told(ramp=ramp(hold=held)), {}, [("sol", "the end of its hold: odd greetings")]),
        (
            State.IMPLEMENT,
            told(ramp=ramp(hold=by_freeze)),
            {},
            [("the clock", "the end of its hold: the freeze Acme Day holds")],
        ),
        (
            State.IMPLEMENT,
            told(ramp=ramp(hold=silent)),
            {},
            [("the gateways", "the end of its hold: no call has come in yet")],
        ),
        (
            State.IMPLEMENT,
            told(ramp=ramp(hold=broken)),
            {"release_manager": "remi"},
            [("remi", "the end of its hold: both are above the limit")],
        ),
        (
            State.IMPLEMENT,
            told(ramp=ramp(hold=broken), starters=("remi", "vic")),
            {"release_manager": ""},
            [("release manager", "the end of its hold: both are above the limit")],
        ),
        (State.IMPLEMENT, told(ramp=ramp(state=RampState.SETTLED), review=REVIEW), settled, [("remi", "its review")]),
        (State.REVIEW, told(review=REVIEW), {}, [("remi", "its review")]),
        (State.REVIEW, told(review=TO_COME), {}, [("the clock", "its review")]),
        (State.IMPLEMENT, told(), {**settled, "review": reviewed}, [("the clock", "the end of its watch")]),
        (State.CLOSED, told(), {}, []),
        (State.CANCELED, told(), {}, []),
    ]
    for state, circumstances, parts, expected in table:
        assert waits(state, circumstances, **parts) == expected, state


def test_what_users_do_not_get_waits_for_the_gateways_beside_the_review():
    still = "edge-1 answered with support@v7 3 s ago, at table 1.4"
    missing = Effect("CHG-2026-00001", "support", "settled", "support@v8", "support@v7", "1.5", TEN, because=still)
    circumstances = told(ramp=ramp(state=RampState.SETTLED), review=REVIEW, missing=missing)
    found = waits(State.IMPLEMENT, circumstances, settled_at=TEN)
    assert found == [("the gateways", f"support@v8 to be what users get: {still}"), ("remi", "its review")]


def test_what_is_lacking_says_its_remedy_and_when_it_could_start():
    (wait,) = waits_of(change(state=State.ASSESS), told(lacks=(EVALS,), opens=TEN + DAY))
    assert (wait.remedy, wait.until, wait.until_is) == ("post it", TEN + DAY, "next legal start")


def a_wait(on: str, since: int, names: tuple[str, ...] = (), id: str = "CHG-2026-00001") -> Wait:
    return Wait(on, names, id, "Answer in French", "support", "medium", "a sign-off", TEN + since * DAY)


def test_mine_come_first_then_the_longest_waiting_and_the_clock_last():
    found = [
        a_wait("the clock", -9),
        a_wait("AI Risk", 2, ("rita",)),
        a_wait("platform engineer", 1, ("cass", "cleo")),
        a_wait("platform engineer", 0, ("cleo",), "CHG-2026-00002"),
        a_wait("ana", 1, ("ana",)),
    ]
    assert [group.on for group in grouped(found, "rita")] == ["AI Risk", "platform engineer", "ana", "the clock"]
    mine = grouped(found, "cass")[0]
    assert (mine.on, mine.is_mine, mine.names, mine.since) == ("platform engineer", True, ("cass", "cleo"), TEN)
    assert [wait.change for wait in mine.waits] == ["CHG-2026-00001", "CHG-2026-00002"]
    assert [group.is_mine for group in grouped(found, "vic")] == [False] * 4
