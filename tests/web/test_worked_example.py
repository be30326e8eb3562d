"""Is the handbook's worked example done in the browser, by four people, from its pull request to its close?

PR merged. Change ticket filed (auto-populated; release manager adds rollback plan and confirms kill-switch path).
CAB approves at the daily 10am standup, 8 minutes of discussion. 1 %, 10 %, 50 %, 100 % from Wednesday 10:00 on.
Post-deploy review Friday morning; the ticket is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.served import PATIENCE_SECONDS, Served, a_first_day, served
from tests.world import ACME, eval_run

from leverframe.nouns.changes import Change, CloseCode, State

pytest.importorskip("playwright.sync_api")
from hands import Desk, Hands
from playwright.sync_api import sync_playwright
from showroom import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser
PULL_REQUEST = ACME / "pull-requests" / "support-1482.json"
CHANGE = "CHG-2026-00001"
PLAN = "Remi aborts the ramp: every gateway serves v7. Sol checks on the lever frame that no call gets v8."
Seat = Callable[[str], Hands]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Served]:
    with served(a_first_day(tmp_path / "first"), tmp_path / "served") as running:
        yield running


@pytest.fixture
def seat(house: Served) -> Iterator[Seat]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        desk, seated = Desk(browser), []

        def sit(name: str) -> Hands:
            seated.append(desk.sit(house.address, house.cookie(name)))
            return seated[-1]

        yield sit
        desk.leave()
        browser.close()
    assert [said for hands in seated for said in hands.said] == []


def test_the_handbooks_example_goes_from_pull_request_to_closed_by_four_people(house, seat):
    _ana_files_it_from_its_pull_request(house, seat("ana"))
    _the_pipeline_posts_what_it_knows(house)
    _remi_adds_the_two_fields_and_chooses_the_start(house, seat("remi"))
    _the_cab_approves_it_in_eight_minutes(house, seat)
    _remi_signs_and_arms_it(house, seat("remi"))
    _it_ramps_by_itself(house)
    _ana_reviews_it_on_friday(house, seat("ana"))
    house.world.rounds_until("Sat 15:00", every=120)
    closed = _now(house)
    assert (closed.state, closed.close_code) == (State.CLOSED, CloseCode.SUCCESSFUL)
    assert house.world.running[closed.target].prompt == "customer-support@v8"
    assert "closed" in seat("remi").open(f"/changes/{CHANGE}").text


def _now(house: Served) -> Change:
    return house.world.change(CHANGE)


def _ana_files_it_from_its_pull_request(house: Served, hands: Hands) -> None:
    """Nothing is typed: one file is chosen, and one button pressed. But for two fields the ticket is complete."""
    hands.open("/changes/new").press(hands.part("File it from a pull request"))
    hands.tab.locator('form[action="/changes/from-pull-request"] [name=file]').set_input_files(PULL_REQUEST)
    hands.send(hands.button("File it from there"))
    assert hands.tab.url.endswith(f"/changes/{CHANGE}")
    change = _now(house)
    assert change.blast_radius.users == 4_000_000
    typed = {name for name, wrote in change.provenance.items() if wrote.by == "ana"}
    assert typed == {"title", "candidate", "artefacts"}, "these were written in the pull request, by her"
    empty = {
        v.gate: v.because for v in house.world.view(CHANGE).requirements if v.gate in ("complete", "rollback_plan")
    }
    assert empty == {"complete": "rollback plan is empty", "rollback_plan": "there is no rollback plan"}
    assert "filled by itself from catalog" in hands.text


def _the_pipeline_posts_what_it_knows(house: Served) -> None:
    token = house.token("ana", "evidence")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    with httpx2.Client(base_url=house.address, headers=headers, timeout=PATIENCE_SECONDS) as pipeline:
        told = pipeline.put(f"/changes/{CHANGE}/pull-request", content=PULL_REQUEST.read_bytes())
        run = pipeline.post(f"/changes/{CHANGE}/evidence?name=results.json", content=eval_run(_now(house)))
    assert (told.status_code, run.status_code) == (200, 201), (told.text, run.text)


def _remi_adds_the_two_fields_and_chooses_the_start(house: Served, hands: Hands) -> None:
    hands.open(f"/changes/{CHANGE}").press(hands.part("Rollback plan and kill switch"))
    hands.write(hands.tab.locator('form[action*="PATCH"] [name=rollback_plan]'), PLAN)
    hands.send(hands.button("Confirm both"))
    assert {name: _now(house).provenance[name].by for name in ("rollback_plan", "kill_switch")} == {
        "rollback_plan": "remi",
        "kill_switch": "remi",
    }
    hands.open(f"/changes/{CHANGE}/slots")
    start = hands.tab.locator("td.head-cell strong", has_text="Wed 13 May 10:00 BST")
    wednesday = hands.tab.locator("#slots tr").filter(has=start)
    assert "this week" in wednesday.inner_text()
    hands.send(wednesday.get_by_role("button"))
    assert _now(house).start.opens_at == house.world.moment("Wed 10:00")


def _the_cab_approves_it_in_eight_minutes(house: Served, seat: Seat) -> None:
    """The agenda is built by itself at half past nine; at ten its item is opened and decided, its minutes kept."""
    house.world.at("Tue 09:30")
    house.world.round()
    house.world.at("Tue 10:00")
    house.world.round()
    cass = seat("cass").open(f"/cab/CAB-2026-05-12/{CHANGE}")
    cass.send(cass.button("Open this item"))
    house.world.clock.advance(timedelta(minutes=8))
    cass.send(cass.button("Approve as platform engineer"))
    cleo = seat("cleo").open(f"/cab/CAB-2026-05-12/{CHANGE}")
    cleo.send(cleo.button("Approve as feature engineer"))
    assert f"(CAB) {CHANGE} approved by cass (platform engineer), cleo (feature engineer) in 8 min" in cleo.text


def _remi_signs_and_arms_it(house: Served, hands: Hands) -> None:
    hands.open(f"/changes/{CHANGE}")
    hands.send(hands.tab.locator("#sign button"))
    hands.send(hands.button("Schedule: start by itself at the opening"))
    assert _now(house).state is State.SCHEDULED


def _it_ramps_by_itself(house: Served) -> None:
    house.world.rounds_until("Wed 10:00", every=120)
    house.world.settle(CHANGE)
    assert house.world.timeline(CHANGE) == "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"


def _ana_reviews_it_on_friday(house: Served, hands: Hands) -> None:
    house.world.rounds_until("Fri 09:30", every=120)
    any_page: Any = hands.open("/me")
    assert CHANGE in any_page.text, "the review has opened by itself, and waits for her"
    hands.open(f"/changes/{CHANGE}")
    hands.press(hands.part("Record the change review"))
    hands.choose(hands.field("close_code", "/review"), "successful")
    hands.write(hands.field("notes", "/review"), "All metrics held; no complaint about Acme Home.")
    hands.write(hands.field("active_hours", "/review"), "4")
    hands.send(hands.tab.locator('form[action*="/review"] button'))
    assert _now(house).review is not None
