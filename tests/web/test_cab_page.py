"""Is an item of the CAB decided in two clicks, or by four keys, in a real browser?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.served import Day, Served, served

from leverframe.actions import cab_views, changes, freezes
from leverframe.nouns.cab import ItemState
from leverframe.nouns.changes import State
from leverframe.sources.freezes.typed import read_typed

pytest.importorskip("playwright.sync_api")
from hands import Desk, Hands
from obstacles import beyond_the_screen, obstacles
from playwright.sync_api import Locator, sync_playwright
from showroom import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser
TODAY = "CAB-2026-05-13"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Desk(browser)
        browser.close()


@pytest.fixture
def house(example_day: Day, tmp_path: Path) -> Iterator[Served]:
    with served(example_day, tmp_path) as running:
        yield running


Seat = Callable[..., Hands]


@pytest.fixture
def seat(desk: Desk, house: Served) -> Iterator[Seat]:
    seated: list[Hands] = []

    def sit(name: str, **look: Any) -> Hands:
        seated.append(desk.sit(house.address, house.cookie(name), **look))
        return seated[-1]

    yield sit
    desk.leave()
    for hands in seated:
        hands.stand_up()
    assert [said for hands in seated for said in hands.said] == []


class Mouse:
    """One person who only clicks, and counts it."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.clicks = hands, 0

    def click(self, wanted: Locator) -> None:
        """Click what goes to another page."""
        self.clicks += 1
        with self.hands.tab.expect_navigation(wait_until="load"):
            wanted.click()


class Keys:
    """One person who only presses keys, and counts them; Tab and the mouse are not touched."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.pressed = hands, 0

    def press(self, *keys: str) -> None:
        """Press keys, the last of which goes to another page."""
        self.pressed += len(keys)
        for key in keys[:-1]:
            self.hands.tab.keyboard.press(key)
        with self.hands.tab.expect_navigation(wait_until="load"):
            self.hands.tab.keyboard.press(keys[-1])


def item(house: Served, name: str = "cass"):
    return cab_views.show_item(house.built.house, house.world.who(name), TODAY, house.ids["waiting"])


def here(house: Served) -> str:
    return f"/cab/{TODAY}/{house.ids['waiting']}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_who_opens_an_item_decides_it_with_two_clicks_and_the_others_with_one(house, seat, scripts):
    clicks = {}
    for name, role in (("cass", "platform engineer"), ("cleo", "feature engineer"), ("rita", "AI Risk")):
        mouse = Mouse(seat(name, scripts=scripts).open(here(house)))
        if name == "cass":
            mouse.click(mouse.hands.button("Open this item"))
        mouse.click(mouse.hands.button(f"Approve as {role}"))
        clicks[name] = mouse.clicks
    assert clicks == {"cass": 2, "cleo": 1, "rita": 1}
    assert item(house).item.state is ItemState.APPROVED
    assert "approved by cass (platform engineer), cleo (feature engineer), rita (AI Risk)" in mouse.hands.text


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_is_sent_back_with_two_clicks_of_which_one_is_the_reason(house, seat, scripts):
    mouse = Mouse(seat("cleo", scripts=scripts).open(here(house)))
    mouse.click(mouse.hands.button("Open this item"))
    mouse.click(mouse.hands.button("The window is not right"))
    assert mouse.clicks == 2
    assert (item(house).item.state, item(house).change.state) == (ItemState.SENT_BACK, State.ASSESS)


def test_who_opens_an_item_decides_it_with_four_keys_and_the_others_with_two(house, seat):
    pressed = {}
    for name in ("cass", "cleo", "rita"):
        keys = Keys(seat(name).open(here(house)))
        if name == "cass":
            keys.press("a", "Enter")
        keys.press("a", "Enter")
        pressed[name] = keys.pressed
    assert pressed == {"cass": 4, "cleo": 2, "rita": 2}
    assert item(house).item.state is ItemState.APPROVED


def test_r_goes_to_the_reasons_and_typing_a_note_sends_nothing(house, seat):
    keys = Keys(seat("cleo").open(here(house)))
    keys.press("a", "Enter")
    hands = keys.hands
    note = hands.tab.locator("form[action$='/returns'] [name=note]")
    note.focus()
    hands.tab.keyboard.type("a rejected jar")
    hands.tab.keyboard.press("Enter")
    assert note.input_value() == "a rejected jar"
    assert item(house).item.state is ItemState.IN_DISCUSSION
    hands.tab.locator("h1").click()
    hands.tab.keyboard.press("r")
    assert hands.tab.evaluate("document.activeElement.textContent") == "The ticket is incomplete"
    hands.tab.keyboard.press("Tab")
    with hands.tab.expect_navigation(wait_until="load"):
        hands.tab.keyboard.press("Enter")
    assert "the rollback plan is not real: a rejected jar" in hands.text


def test_j_and_k_go_along_the_agenda_and_the_keys_can_be_turned_off(house, seat):
    other = house.world.ready("support-prompt-v9", by="ana").id
    house.world.at("Thu 09:45")
    house.world.round()
    keys = Keys(seat("cass").open("/cab"))
    at, first, second = "/cab/CAB-2026-05-14", house.ids["waiting"], other
    agenda = keys.hands.tab.locator("#agenda .name").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert sorted(agenda) == sorted([f"{at}/{first}", f"{at}/{second}"])
    seen = []
    for key in ("j", "j", "k"):
        keys.press(key)
        seen.append(keys.hands.tab.url.removeprefix(house.address))
    assert seen == [agenda[0], agenda[1], agenda[0]]
    keys.hands.press(keys.hands.button("Keys are on"))
    keys.hands.tab.locator("h1").click()
    keys.hands.tab.keyboard.press("j")
    assert keys.hands.tab.locator("[data-keys] button").inner_text() == "Keys are off"
    assert keys.hands.tab.url.endswith(agenda[0])
    keys.hands.press(keys.hands.button("Keys are off"))
    keys.hands.tab.locator("h1").click()
    keys.press("j")
    assert keys.hands.tab.url.endswith(agenda[1])


def test_the_minutes_count_up_without_a_request(house, seat):
    keys = Keys(seat("cass").open(here(house)))
    keys.press("a", "Enter")
    timer, asked = keys.hands.tab.locator("#state .timer"), []
    timer.get_by_text("0:02").wait_for()
    keys.hands.tab.on("request", lambda request: asked.append(request.url))
    timer.get_by_text("0:04").wait_for()
    assert asked == []


def test_a_freeze_that_lands_meanwhile_turns_the_window_and_takes_the_plain_yes_away(house, seat):
    keys = Keys(seat("cass").open(here(house)))
    keys.press("a", "Enter")
    freeze = {"name": "day of mourning", "first_day": "2026-05-13", "last_day": "2026-05-29"}
    told = {"owner": "release-managers", "because": "the country mourns"}
    freezes.declare(house.built.house, house.world.sol, read_typed({**freeze, **told}))
    hands = keys.hands
    hands.tab.locator("#turned").get_by_text("Is the window right?").wait_for()
    assert "When the item was opened:" in hands.tab.locator("#turned").inner_text()
    assert hands.tab.locator("[name=reason][value=all_five_hold]").is_disabled()
    keys.press("a", "Enter")
    hands.refused(422)
    assert "The condition is missing" in hands.text


def test_an_edit_meanwhile_takes_the_forms_away_until_it_is_read(house, seat):
    keys = Keys(seat("cleo").open(here(house)))
    keys.press("a", "Enter")
    world, change = house.world, house.world.change(house.ids["waiting"])
    form = replace(world.form("underwriting-model"), rollback_plan="1. Remi aborts.\n2. Sol looks at the calls.")
    changes.edit_change(house.built.house, world.ana, change.id, form, change.version)
    keys.hands.tab.locator("#decide").get_by_text("Read what stands now").wait_for()
    assert keys.hands.tab.locator("#decide form").count() == 0


@pytest.mark.parametrize("light", ["light", "dark"])
def test_every_page_of_the_cab_reads_without_an_error_an_obstacle_or_a_sideways_scroll(house, seat, light):
    Mouse(seat("cass").open(here(house))).click(seat("cass").open(here(house)).button("Open this item"))
    hands, found = seat("cass", light=light), {}
    for path in ("/cab", here(house), "/cab/delegations", "/cab/returns", "/cab/CAB-2026-05-12"):
        hands.open(path)
        for width in (390, 1440):
            hands.tab.set_viewport_size({"width": width, "height": 900})
            hands.said += beyond_the_screen(hands.tab)
            hands.said += obstacles(hands.tab) if (light == "light") == (width == 1440) else []
        found |= {path: list(hands.said)} if hands.said else {}
        hands.said.clear()
    assert found == {}
