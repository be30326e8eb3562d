"""Is each unit found that was served and that no change explains, told once, and settled by another person?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, no_of

from leverframe.actions import unauthorised, way_back
from leverframe.actions.population import Asked, all_rows
from leverframe.actions.today import today
from leverframe.nouns.outcomes import Outcome
from leverframe.nouns.population import Failure
from leverframe.nouns.unauthorised import Explains, UnauthorisedUnit
from leverframe.nouns.verdicts import Conflict, Invalid, NotFound
from leverframe.store import outbox

TARGET = "customer-support-ai"
STRANGE = "customer-support@v9-hotfix"


def served(world: World, *, gateway: str = "edge", users: int = 3, **other: object) -> None:
    """Serve some users, let the gateway tell of it, and let the clock look."""
    calls = [world.call(TARGET, f"somebody {n}", gateway=gateway, **other) for n in range(users)]
    world.tell([Outcome(call, 100.0) for call in calls], gateway)
    minutes_pass(world, 1)


def minutes_pass(world: World, many: float) -> None:
    world.clock.advance(timedelta(minutes=many))
    world.round()


def found(world: World) -> list[UnauthorisedUnit]:
    return list(unauthorised.show_unauthorised(world.house, world.rita, "2026-01-01", "2026-12-31").units)


def test_a_unit_that_nobody_filed_is_found_with_its_evidence_and_told_once(world: World):
    world.adopt()
    served(world, unit=STRANGE)
    served(world, unit=STRANGE, gateway="core", users=1)
    served(world, unit=STRANGE)
    minutes_pass(world, 10)
    (one,) = found(world)
    assert (one.target, one.unit, one.id) == (TARGET, STRANGE, "UNA-1")
    assert [(s.gateway, s.number) for s in one.sightings] == [("core", "1.2"), ("edge", "1.2")]
    assert one.sightings[0].call.startswith("lf1.")
    assert one.explanation.what is Explains.NOTHING
    (entry,) = world.entries("unit.unauthorised")
    assert "edge served customer-support@v9-hotfix" in entry.because
    assert [alarm for alarm in today(world.house, world.sol).alarms if alarm.startswith("UNA-1")]
    with world.store.read() as db:
        assert outbox.known(db, ["UNA-1/found", "UNA-2/found"]) == {"UNA-1/found"}


def test_what_was_adopted_and_what_ramps_is_explained(world: World):
    change = world.ramping()
    world.outcomes(change)
    served(world, users=40)
    world.settle(change)
    served(world)
    minutes_pass(world, 600)
    served(world)
    way_back.go_back(world.house, world.sol, change.id, "it is wrong")
    served(world)
    assert found(world) == []


def test_outcomes_that_come_after_a_ramp_has_ended_are_of_it_until_the_horizon(world: World):
    change = world.ramping()
    unit = change.candidate[TARGET].name
    world.abort("sol", change)
    minutes_pass(world, 50)
    served(world, unit=unit)
    assert found(world) == []
    minutes_pass(world, 15)
    served(world, unit=unit)
    (one,) = found(world)
    assert one.explanation.what is Explains.CHANGE_ENDED
    assert (one.explanation.change, one.calls) == (change.id, 1)
    assert "was aborted" in one.explanation.because


def test_a_unit_that_was_replaced_and_is_served_for_hours_is_the_former_one(world: World):
    change = world.ramping()
    former = change.current[TARGET].name
    world.settle(change)
    minutes_pass(world, 120)
    served(world, unit=former, gateway="old-edge")
    (one,) = found(world)
    assert one.explanation.what is Explains.FORMER_UNIT
    assert [s.gateway for s in one.sightings] == ["old-edge"]


def test_a_ticket_that_is_filed_after_the_first_call_is_named_and_stands_in_the_population(world: World):
    world.adopt()
    unit = world.form().candidate
    assert unit is not None
    served(world, unit=unit.name)
    minutes_pass(world, 180)
    change = world.file()
    (one,) = found(world)
    assert one.explanation.what is Explains.TICKET_AFTER
    assert one.explanation.because == f"ticket filed after the deploy: {change.id} came 3 h after the first call"
    (row,) = all_rows(world.house, world.rita, Asked("2026-05-01", "2026-05-31"))
    assert (row.failures, row.unauthorised) == ((Failure.NO_TICKET,), ("UNA-1",))


@ON_SQLITE
def test_a_ticket_that_nobody_has_approved_explains_nothing(world: World):
    change = world.ready()
    served(world, unit=change.candidate[TARGET].name)
    (one,) = found(world)
    assert one.explanation.what is Explains.TICKET_NOT_BEGUN
    assert one.explanation.because == f"{change.id} was filed before, and had not begun: it is in authorize"


@ON_SQLITE
def test_a_table_that_was_never_published_here_is_named_and_nothing_is_found_while_the_database_is_in_doubt(
    world: World,
):
    world.adopt()
    served(world, unit=STRANGE, number="1.900")
    (one,) = found(world)
    assert one.explanation.what is Explains.UNKNOWN_TABLE
    assert "claims table 1.900" in one.explanation.because


def test_another_person_settles_it_once_and_the_record_stays(world: World):
    world.adopt()
    unit = world.form().candidate
    assert unit is not None
    served(world, unit=unit.name)
    change = world.file()

    def settle(who: str, what: str = "change", of: str = change.id, because: str = "a hotfix by hand"):
        return unauthorised.settle(world.house, world.who(who), "UNA-1", what, of, because)

    assert no_of(lambda: settle("ana")) == {
        "segregation": f"ana wrote {change.id} and may not say that it explains this unit"
    }
    assert "may" in no_of(lambda: settle("vic"))
    for wrong in ({"what": "nothing"}, {"of": ""}, {"because": " "}):
        with pytest.raises(Invalid):
            settle("remi", **wrong)
    with pytest.raises(NotFound):
        settle("remi", of="CHG-2026-00077")
    assert settle("remi").settled.change == change.id  # pyright: ignore
    with pytest.raises(Conflict):
        settle("cleo", "incident")
    (one,) = found(world)
    assert one.settled is not None
    assert one.explanation.what is Explains.TICKET_AFTER
    assert not [alarm for alarm in today(world.house, world.sol).alarms if alarm.startswith("UNA-")]
    assert world.entries("unit.settled")[0].facts["change"] == change.id


@ON_SQLITE
def test_what_goes_on_is_the_same_record_and_after_a_day_of_silence_another(world: World):
    world.adopt()
    served(world, unit=STRANGE)
    unauthorised.settle(world.house, world.remi, "UNA-1", "incident", "", "INC-7 is open")
    minutes_pass(world, 300)
    served(world, unit=STRANGE)
    assert [one.id for one in found(world)] == ["UNA-1"]
    minutes_pass(world, 25 * 60)
    served(world, unit=STRANGE, users=2)
    newer, older = found(world)
    assert (newer.id, newer.settled, newer.first_at > older.last_at) == ("UNA-2", None, True)


@ON_SQLITE
def test_a_process_that_begins_finds_what_was_told_while_none_looked(world: World):
    world.adopt()
    unit = world.form().candidate
    assert unit is not None
    calls = [world.call(TARGET, "somebody", unit=unit.name)]
    world.tell([Outcome(call, 100.0) for call in calls])
    unauthorised.look_out(world.house, unauthorised.Lookout())
    assert [one.unit for one in found(world)] == [unit.name]


@ON_SQLITE
def test_a_token_settles_nothing(world: World):
    world.adopt()
    served(world, unit=STRANGE)
    token = world.token("remi", "write")
    assert no_of(lambda: unauthorised.settle(world.house, token, "UNA-1", "incident", "", "INC-7")) == {
        "session": "a token settles nothing"
    }
