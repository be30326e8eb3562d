"""Can every row of the first acceptance list be done by page, HTTP and CLI by the right person, and by nobody else?

`rows/acts.py` is the table of what people do, `rows/sights.py` the table of what they look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.rows.acts import ACTS, Act, No
from tests.rows.doors import DOORS, Answer, Cli, Door
from tests.rows.sights import SIGHTS, Sight, faults_of
from tests.served import PASSWORD, Day, Served, a_day, audit_round, served

from leverframe.actions import accounts
from leverframe.nouns.tables import Number

every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return a_day(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def house(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(day, tmp_path_factory.mktemp("house")) as running:
        accounts.add_account(running.built.house, running.world.adi, "vic", PASSWORD)
        obey_at_once(running)
        end_the_drill(running)
        audit_round(running.built)
        yield running


def obey_at_once(house: Served) -> None:
    """Let all gateways report each table as it is published, as those on a good line do."""
    publish = house.built.house.publish

    def published(number: Number, frame: bytes) -> None:
        publish(number, frame)
        house.report(str(number))

    house.built.house.publish = published


def end_the_drill(house: Served) -> None:
    """Set the model's switch that the day leaves thrown, so that what uses the model may ramp."""
    for name, role in (("cass", "platform_engineer"), ("remi", "release_manager")):
        house.world.set_again(name, "model/bedrock.anthropic.claude-haiku-4-5", role)


@every_door
@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"row {act.row}: {act.what}")
def test_who_may_does_it_and_who_may_not_is_told_why(house: Served, tmp_path: Path, act: Act, door: Door):
    thing = act.scene(house)
    for no in act.noes:
        if door.name in no.doors:
            refuse(house, tmp_path, act, thing, door, no)
    if act.by:
        carry_out(house, tmp_path, act, thing, door)


def refuse(house: Served, scratch: Path, act: Act, thing: str, door: Door, no: No) -> None:
    """The door says no, why, and what would help; and nothing is written."""
    before = newest(house)
    answer = door.do(house, no.who, (no.deed or act.deed)(house, thing), scratch)
    assert not answer.is_yes, answer.words
    assert answer.status == (2 if isinstance(door, Cli) else no.status), answer.words
    for words in (no.because, no.remedy):
        assert says(answer, words), answer.words
    assert newest(house) == before, "something was written"


def carry_out(house: Served, scratch: Path, act: Act, thing: str, door: Door) -> None:
    """The door says yes, and the house is another one; an act that writes nothing leaves it as it was."""
    before, seen = newest(house), act.seen
    assert seen is None or seen(house, thing) != act.becomes, "it is so before anybody did anything"
    answer = door.do(house, act.by, act.deed(house, thing), scratch)
    assert answer.is_yes, answer.words
    for words in act.says:
        assert says(answer, words), answer.words
    if seen is not None:
        assert seen(house, thing) == act.becomes
    else:
        assert newest(house) == before, "something was written"


def newest(house: Served) -> int:
    """Return the newest entry of the log that is not about who logged in."""
    return next(entry.id for entry in house.world.entries() if not entry.act.startswith("session."))


def says(answer: Answer, words: str) -> bool:
    return words.casefold() in answer.words.casefold()


@every_door
@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: f"row {sight.row}: {sight.what}")
def test_it_is_shown_with_the_same_facts_and_to_nobody_without_a_session(house: Served, sight: Sight, door: Door):
    where = {"page": sight.page, "HTTP": sight.http, "CLI": sight.command}[door.name].format(sight.scene(house))
    shown = door.look(house, "remi", where)
    assert shown.is_yes, shown.words
    assert faults_of(sight, door.name, shown) == [], shown.words
    refuse_nobody(door, door.look(house, "", where), where)
    if sight.closed_to is not None:
        refused = door.look(house, sight.closed_to.who, where)
        assert refused.status == (2 if isinstance(door, Cli) else sight.closed_to.status), refused.words
        assert says(refused, sight.closed_to.because), refused.words
        assert says(refused, sight.closed_to.remedy), refused.words


def refuse_nobody(door: Door, answer: Answer, where: str) -> None:
    """Who is not logged in is told how: a page leads to the login and back."""
    told = {"page": (303, f"/login?{urlencode({'next': where})}"), "HTTP": (401, "leverframe login")}
    status, words = told.get(door.name, (2, "nobody is logged in Remedy: leverframe login"))
    assert (answer.is_yes, answer.status) == (False, status), answer.words
    assert says(answer, words), answer.words
