"""What must hold when a door says yes, and when it says no?"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from tests.rows.acts import Act, No
from tests.rows.doors import Answer, Cli, Door
from tests.rows.sights import Sight, faults_of
from tests.served import Served


def take(house: Served, scratch: Path, act: Act, door: Door) -> None:
    """Set an act's scene; each wrong person is refused, then the right one does it."""
    thing = act.scene(house)
    for no in act.noes:
        if door.name in no.doors:
            refuse(house, scratch, act, thing, door, no)
    if act.by:
        carry_out(house, scratch, act, thing, door)


def look(house: Served, sight: Sight, door: Door, where: str = "") -> None:
    """A reader is shown what there is to see."""
    shown = door.look(house, "remi", where or sight.address(door.name, sight.scene(house)))
    assert shown.is_yes, shown.words
    assert faults_of(sight, door.name, shown) == [], shown.words


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
    return next(entry.id or 0 for entry in house.world.entries() if not entry.act.startswith("session."))


def says(answer: Answer, words: str) -> bool:
    return words.casefold() in answer.words.casefold()


def refuse_nobody(door: Door, answer: Answer, where: str) -> None:
    """Who is not logged in is told how: a page leads to the login and back."""
    told = {"page": (303, f"/login?{urlencode({'next': where})}"), "HTTP": (401, "leverframe login")}
    status, words = told.get(door.name, (2, "nobody is logged in Remedy: leverframe login"))
    assert (answer.is_yes, answer.status) == (False, status), answer.words
    assert says(answer, words), answer.words
