"""Does a game day over every switch of the example find what is wrong, at two gateways and a LiteLLM proxy?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.game_day.company import EDGES, LAST_RESORT, PROXY, Company
from tests.litellm.proxy import LITELLM
from tests.soak.processes import until

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
pytest.importorskip("playwright.sync_api")
from hands import Desk, Hands
from playwright.sync_api import sync_playwright
from showroom import ARGUMENTS, CHROMIUM

from leverframe.nouns.exercises import FindingCode as Code

pytestmark = [pytest.mark.browser, pytest.mark.long]
STALE, SWITCHES = EDGES[1], 10
FALL_BACK_ON_IT = ("model/anthropic.claude-sonnet-4-5", "model/bedrock.anthropic.claude-haiku-4-5")
SAMPLE = ("feature/meeting-notes", "feature/customer-support-ai", *FALL_BACK_ON_IT, f"model/{LAST_RESORT}")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    if not LITELLM.exists():
        pytest.skip("there is no LiteLLM proxy to test with; make litellm installs one")
    with Company(tmp_path_factory.mktemp("company")).at_work() as company:
        yield company


@pytest.fixture
def hands(company: Company) -> Iterator[Hands]:
    """Sol, who is on call, in a browser."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        sat = Desk(browser).sit(company.plane.address, company.sessions["sol"].cookie)
        yield sat
        browser.close()
    assert sat.said == []


@pytest.mark.parametrize("named", [SAMPLE, pytest.param(("--all",), marks=pytest.mark.soak)], ids=["some", "all"])
def test_what_is_wrong_is_found_on_the_command_line(company: Company, named: tuple[str, ...]) -> None:
    break_things(company)
    ended = company.command("sol", "switch", "exercise", *named, "--because", "the quarterly game day", "--json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    first = json.loads(ended.stdout)
    assert found_in(first, Code.MISWIRED) == {("feature/meeting-notes", PROXY)}
    assert found_in(first, Code.BROKEN_FALLBACK) == {
        ("feature/customer-support-ai", ""),
        *((switch, PROXY) for switch in FALL_BACK_ON_IT),
    }
    assert found_in(first, Code.NOT_SERVING) == {(f"model/{LAST_RESORT}", PROXY)}
    assert found_in(first, Code.STALE) == {(each["switch"], STALE) for each in first["exercises"]}
    assert len(first["exercises"]) == (len(named) if named is SAMPLE else SWITCHES)
    known = {Code.MISWIRED, Code.BROKEN_FALLBACK, Code.NOT_SERVING, Code.STALE, Code.NOT_APPLIED}
    assert {found["code"] for each in first["exercises"] for found in each["findings"]} <= known
    mend(company)


def test_every_switch_passes_in_a_browser_and_leaves_its_proof(company: Company, hands: Hands) -> None:
    hands.open("/game-days")
    hands.press(hands.part("Hold a game day"))
    hands.write(hands.field("because", "/game-days"), "the quarterly game day")
    hands.send(hands.button("Begin"))
    name = hands.tab.url.rsplit("/", 1)[1]
    hands.tab.locator("#progress", has_text=f"{SWITCHES} of {SWITCHES} exercised").wait_for(timeout=60_000)
    hands.tab.locator("#state", has_text="done").wait_for(timeout=10_000)
    assert hands.tab.locator("#exercises").inner_text().count("passed") == SWITCHES
    proof = company.game_day(name)
    for each in proof["exercises"]:
        asked = {(answer["gateway"], answer["phase"]) for answer in each["answers"]}
        assert asked == {(name, phase) for name in (*EDGES, PROXY) for phase in ("before", "thrown", "after")}
        assert each["effect_ms"] > 0
    assert company.stands()[1] == []
    audited = company.command("sol", "audit", "list", "--object", name, "--json")
    assert "game_day.done" in audited.stdout
    hands.open("/switches")
    assert hands.tab.locator("main li.cell a", has_text="proof").count() == SWITCHES


def test_a_server_that_is_killed_in_the_middle_sets_again_what_it_had_thrown_when_it_runs_again(
    company: Company,
) -> None:
    begun = company.command("sol", "switch", "exercise", "--all", "--no-wait", "--because", "one more", "--json")
    name = json.loads(begun.stdout)["id"]
    until(lambda: company.stands()[1], "a switch to be thrown on its slice")
    company.plane.kill()
    (thrown,) = company.stands()[1]
    company.plane.start()
    until(lambda: company.game_day(name)["day"]["state"] == "paused", "the game day to be found and paused")
    states = {each["switch"]: each["state"] for each in company.game_day(name)["exercises"]}
    assert (company.stands()[1], states[thrown]) == ([], "interrupted")
    company.wait_for_all()
    resumed = company.command("sol", "game-day", "resume", name, "--because", "the server is back")
    assert resumed.returncode == 0, resumed.stderr
    until(lambda: company.game_day(name)["day"]["state"] == "done", "the game day to end")
    assert {each["state"] for each in company.game_day(name)["exercises"]} == {"passed"}


def break_things(company: Company) -> None:
    """Wire a feature past its switch, take the last resort and the help centre down, deafen one gateway."""
    company.front.wired = {"feature:meeting-notes": "bedrock.anthropic.claude-haiku-4-5"}
    company.outside.down = company.outside.help_is_broken = True
    company.lines[STALE].cut()


def mend(company: Company) -> None:
    company.front.wired = {}
    company.outside.down = company.outside.help_is_broken = False
    company.lines[STALE].mend()
    company.wait_for_all()


def found_in(document: dict, code: Code) -> set[tuple[str, str]]:
    """Return the switches and gateways at which this was found."""
    return {
        (each["switch"], found["gateway"])
        for each in document["exercises"]
        for found in each["findings"]
        if found["code"] == code
    }
