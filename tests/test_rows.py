"""Can every row of the first acceptance list be done by page, HTTP and CLI by the right person, and by nobody else?

`rows/acts.py` is the table of what people do, `rows/sights.py` the table of what they look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.answering import obey_at_once
from tests.rows import scenes
from tests.rows.acts import ACTS, AT_NIGHT, Act
from tests.rows.cab import AT_THE_CAB, THE_CAB
from tests.rows.doors import CLI, DOORS, HTTP, PAGE, Cli, Deed, Door
from tests.rows.files import (
    EDITED,
    FROZEN,
    LOADING,
    LOST_ROLE,
    SIGNING,
    STARTING,
    enforce_other_people,
)
from tests.rows.proofs import look, refuse, refuse_nobody, says, take
from tests.rows.sights import AT_NIGHT as WAITING
from tests.rows.sights import NOT_PROVED, SIGHTS, Sight
from tests.served import PASSWORD, Day, Served, a_day, audit_round, served

from leverframe.actions import accounts, evidence, judgements
from leverframe.nouns.changes import Kind
from leverframe.store import changes as change_rows

ROWS = (
    "1 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 36 38 39 40 41 43 "
    "44 45 46 47 48 49 50 51 52 53 54 55 76 105 108 109 111"
)
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


def named(row: Act | Sight) -> str:
    return f"row {row.row}: {row.what}"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The example's day, in which Vic has an account, and no switch of a model is thrown any more."""
    folder = tmp_path_factory.mktemp("prepared")
    with served(a_day(tmp_path_factory.mktemp("day")), folder) as running:
        accounts.add_account(running.built.house, running.world.adi, "vic", PASSWORD)
        for name, role in (("cass", "platform_engineer"), ("remi", "release_manager")):
            running.world.set_again(name, "model/bedrock.anthropic.claude-haiku-4-5", role)
        audit_round(running.built)
    return replace(running.day, folder=folder)


@pytest.fixture(scope="module")
def house(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house that many rows share: what one of them leaves does not disturb the next."""
    with served(day, tmp_path_factory.mktemp("house")) as running:
        obey_at_once(running)
        yield running


def test_every_row_that_is_built_is_in_a_table():
    told = {
        row.row for row in (*ACTS, *THE_CAB, *SIGHTS, *AT_THE_CAB, *AT_NIGHT, *WAITING, LOADING, *SIGNING, *EDITED)
    }
    assert sorted(told) == [int(row) for row in ROWS.split()]


@every_door
@pytest.mark.parametrize("act", [*ACTS, *THE_CAB], ids=named)
def test_who_may_does_it_and_who_may_not_is_told_why(house: Served, tmp_path: Path, act: Act, door: Door):
    take(house, tmp_path, act, door)


@pytest.fixture(scope="module")
def alike(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house in which every change of the quarter is said to be a low risk, whatever it alters."""
    with served(day, tmp_path_factory.mktemp("alike")) as running:
        with running.world.store.write() as db:
            one = change_rows.get(db, running.ids["settled"])
            for number in range(80):
                kind = (Kind.PROMPT, Kind.SCHEMA)[number % 2]
                change_rows.insert(db, replace(one, id=f"CHG-2026-{500 + number:05d}", kind=kind))
        yield running


@every_door
def test_row_113_every_change_the_same_risk_is_told_with_its_numbers(alike: Served, door: Door):
    told = {PAGE: "/population", HTTP: "/population", CLI: "population"}[door]
    answer = door.look(alike, "remi", told)
    assert "changes of 90 days are low risk, and they are of" in answer.words


@every_door
@pytest.mark.parametrize("sight", [*SIGHTS, *AT_THE_CAB], ids=named)
def test_it_is_shown_with_the_same_facts_and_to_nobody_without_a_session(house: Served, sight: Sight, door: Door):
    where = sight.address(door.name, sight.scene(house))
    look(house, sight, door, where)
    refuse_nobody(door, door.look(house, "", where), where)
    if sight.closed_to is not None:
        refused = door.look(house, sight.closed_to.who, where)
        assert refused.status == (2 if isinstance(door, Cli) else sight.closed_to.status), refused.words
        assert says(refused, sight.closed_to.because), refused.words
        assert says(refused, sight.closed_to.remedy), refused.words


# ---------------------------------------------------------------------------------------------- in the evening


@pytest.fixture
def evening(day: Day, tmp_path: Path) -> Iterator[Served]:
    """The same day at five: a second ramp has begun, both have baked, and the release window has closed."""
    with served(day, tmp_path / "house") as running:
        running.world.at("Wed 14:59")
        running.world._batches = running.world._users = 10_000  # the morning's batches have their numbers already
        running.world.outcomes(scenes.ramping(running))
        running.world.at("Wed 17:00")
        yield running


@every_door
def test_what_widens_waits_for_the_window_and_goes_on_by_itself_when_it_opens(
    evening: Served, tmp_path: Path, door: Door
):
    """Rows 22, 23, 32 and 38: starts, further stages and switches that are set again, signed and still waiting."""
    world = evening.world
    for act in AT_NIGHT:
        take(evening, tmp_path, act, door)
    view = world.view(evening.ids["ramping"]).ramp
    assert view is not None
    judged = ("feature_owner", view.reading_digest, "it is rare")
    judgements.judge(evening.built.house, world.cleo, evening.ids["ramping"], *judged)
    world.round()
    for sight in WAITING:
        look(evening, sight, door)
    assert [world.ramp(c).stage for c in (scenes.on_notes(evening), evening.ids["ramping"])] == [1, 2]
    world.at("Thu 10:00")
    world.round()
    assert world.ramp(scenes.on_notes(evening)).stage == 2
    assert not scenes.thrown(evening)
    world.at("Tue 10:00")
    world.round()
    assert world.ramp(evening.ids["ramping"]).stage == 3
    look(evening, NOT_PROVED, door)


# ---------------------------------------------------------------------------------------------- what files say


@pytest.fixture
def morning(day: Day, tmp_path: Path) -> Iterator[Served]:
    """A house of one's own, whose policy may be edited."""
    with served(day, tmp_path / "house") as running:
        yield running


@every_door
def test_a_row_of_the_policy_is_edited_in_its_file_and_is_in_force_when_signed(
    morning: Served, tmp_path: Path, door: Door
):
    """Rows 19, 20, 27 and 34: a window, a freeze, the caps and a kill switch, each in the file under review.

    A policy is a folder, which no form carries: where the page is the door, it is sent on the command line.
    """
    change = scenes.signed(morning)
    sends = CLI if door is PAGE else door
    take(morning, tmp_path, LOADING, sends)
    for act in SIGNING:
        take(morning, tmp_path, act, door)
    for sight in EDITED:
        look(morning, sight, door)
    refuse(morning, tmp_path, STARTING, change, door, FROZEN)


@every_door
def test_a_sign_off_of_somebody_who_lost_the_role_does_not_count_when_it_is_used(
    morning: Served, tmp_path: Path, door: Door
):
    """Row 51: Remi signed as release manager; by the time of the start, Vic is the release manager."""
    change = scenes.signed(morning)
    enforce_other_people(morning)
    refuse(morning, tmp_path, STARTING, change, door, LOST_ROLE)


# ---------------------------------------------------------------------------------------------- the log


@every_door
def test_an_entry_that_was_altered_is_found_at_every_door(morning: Served, door: Door):
    """Row 105: the store refuses to alter an entry; past its guard, the tree of the signed log tells."""
    audit_round(morning.built)
    store = morning.built.house.store
    alter = text("update audit_entries set actor = 'nobody' where leaf = 5")
    with pytest.raises(DBAPIError, match="only appended"), store.write() as db:
        db.execute(alter)
    with store.write() as db:
        for (name,) in db.execute(text("select name from sqlite_master where type = 'trigger'")).all():
            db.execute(text(f"drop trigger {name}"))
        db.execute(alter)
    where = "audit verify" if door is CLI else "/audit/verification"
    found = door.look(morning, "rita", where)
    assert says(found, "5"), found.words
    if door is HTTP:
        assert found.document["faults"], found.words
    else:
        assert says(found, "does not hold"), found.words
    assert found.status == (2 if door is CLI else 200)


def test_nothing_is_taken_from_the_log(morning: Served):
    """Row 105: no route alters or deletes an entry."""
    with morning.act("adi") as adi:
        for method in ("PUT", "POST", "DELETE"):
            assert adi.request(method, "/audit/5").status_code == 405


JUNIT = b"""<testsuites><testsuite><properties><property name="scorer_version" value="3"/></properties>
<testcase name="a"><properties>
<property name="metric" value="grounded"/><property name="score" value="SCORE"/></properties>
</testcase></testsuite></testsuites>"""


@every_door
def test_a_file_of_one_units_results_becomes_a_delta_by_every_door(door: Door, house: Served, tmp_path: Path):
    """A file that says neither whose results it holds nor of which prompt: whoever sends it says so."""
    change = scenes.filed(house)
    where, command = f"/changes/{change}/evidence", f"evidence add {{file}} --change {change} --of "
    for of, score in (("deployed", b"0.9"), ("candidate", b"0.8")):
        asked = f"{where}?of={of}" if door is HTTP else where
        deed = Deed("POST", asked, command + of, JUNIT.replace(b"SCORE", score), typed={"of": of})
        answer = door.do(house, "cass", deed, tmp_path)
        assert answer.is_yes, answer.words
    deltas = {delta.metric: delta for delta in evidence.list_evidence(house.built.house, change).deltas}
    assert (deltas["grounded"].value, deltas["grounded"].deployed) == (0.8, 0.9)
    unsaid = Deed("POST", where, command.removesuffix(" --of "), JUNIT.replace(b"SCORE", b"0.7"), typed={})
    answer = door.do(house, "cass", unsaid, tmp_path)
    assert not answer.is_yes
    assert "file does not say which prompt it has tested" in answer.words, answer.words
