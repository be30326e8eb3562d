"""Does every page of a real server do its main act, by keyboard alone, in a real browser?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.answering import addresses as addresses_of_gateways
from tests.answering import obey_at_once
from tests.served import INSTANCES, PASSWORD, Day, Served, audit_round, served

from leverframe.actions import changes, game_days
from leverframe.nouns.changes import State
from leverframe.nouns.ramps import RampState
from leverframe.nouns.units import Unit
from leverframe.store import gateways

pytest.importorskip("playwright.sync_api")
from hands import Desk, Hands
from obstacles import beyond_the_screen, obstacles
from playwright.sync_api import sync_playwright
from showroom import ARGUMENTS, CHROMIUM

pytestmark = pytest.mark.browser
TICKET = "Move underwriting from GPT-4o to Claude Sonnet 4.5"


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


@pytest.fixture(scope="module")
def still(example_day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One house for all who only look: nobody changes anything in it."""
    with served(example_day, tmp_path_factory.mktemp("still")) as running:
        audit_round(running.built)
        yield running


Seat = Callable[..., Hands]


@pytest.fixture
def seat(desk: Desk, house: Served) -> Iterator[Seat]:
    yield from seats(desk, house)


@pytest.fixture
def bench(desk: Desk, still: Served) -> Iterator[Seat]:
    yield from seats(desk, still)


def seats(desk: Desk, house: Served) -> Iterator[Seat]:
    """Let one person after the other sit down; nobody's console may have said a fault at the end."""
    seated: list[Hands] = []

    def sit(name: str = "", **look: Any) -> Hands:
        seated.append(desk.sit(house.address, house.cookie(name) if name else "", **look))
        return seated[-1]

    yield sit
    desk.leave()
    for hands in seated:
        hands.stand_up()
    assert [said for hands in seated for said in hands.said] == []


def addresses(ids: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return every page of the house by name, and by who reads it: each by somebody who may do something there."""
    return {
        "remi": {
            "today": "/",
            "changes": "/changes",
            "no change": "/changes?text=nothing+like+it",
            "in flight": f"/changes/{ids['ramping']}",
            "rolled back": f"/changes/{ids['bad']}",
            "grown": f"/changes/{ids['bad']}/ramp/evidence?stage=1",
            "asked again": f"/changes/{ids['bad']}/replay",
            "settled": f"/changes/{ids['settled']}",
            "month": "/rehearsals/month",
            "recent": "/changes/recent?since=7d",
            "calls": "/calls",
            "why": f"/calls/{ids['call']}",
            "targets": "/targets",
            "policy": "/policy",
            "audit": "/audit",
            "entry": "/audit/40",
            "verification": "/audit/verification",
        },
        "ana": {"new": "/changes/new", "filed": f"/changes/{ids['filed']}"},
        "rita": {"to sign": f"/changes/{ids['waiting']}"},
        "sol": {
            "switches": "/switches",
            "game days": "/game-days",
            "switch": "/switches/tenant/enterprise-tenant-12891",
        },
        "cleo": {"target": "/targets/policy-search-v1"},
        "adi": {"accounts": "/accounts"},
    }


@pytest.mark.parametrize("light", ["light", "dark"])
def test_every_page_reads_without_an_error_an_obstacle_or_a_sideways_scroll(still, bench, light):
    found = {}
    for reader, pages in addresses(still.ids).items():
        hands = bench(reader, light=light)
        for name, path in pages.items():
            hands.open(path)
            for width in (390, 1440):
                hands.tab.set_viewport_size({"width": width, "height": 900})
                hands.said += beyond_the_screen(hands.tab)
                hands.said += obstacles(hands.tab) if (light == "light") == (width == 1440) else []
            found |= {name: list(hands.said)} if hands.said else {}
            hands.said.clear()
    assert found == {}


# ---------------------------------------------------------------------------------------------- the way in


def test_a_person_logs_in_and_a_wrong_password_keeps_the_name(bench):
    hands = bench().open("/changes/recent?since=6h")
    assert "/login?next=" in hands.tab.url
    hands.write(hands.tab.locator("main [name=name]"), "remi")
    hands.write(hands.tab.locator("main [name=password]"), "what was it")
    hands.send(hands.button("Log in"))
    assert "Name or password is wrong" in hands.text
    hands.refused(403)
    assert hands.tab.locator("main [name=name]").input_value() == "remi"
    assert hands.tab.locator("main [name=password]").input_value() == ""
    hands.write(hands.tab.locator("main [name=password]"), PASSWORD)
    hands.send(hands.button("Log in"))
    assert hands.tab.url.endswith("/changes/recent?since=6h")
    hands.send(hands.button("Log out", "header"))
    assert "/login" in hands.tab.url


def test_a_visitor_of_the_demo_acts_as_any_of_the_cast_that_has_an_account(still, bench):
    hands = bench("remi").open(f"/changes/{still.ids['waiting']}")
    cast = hands.tab.locator(".demo button").all_inner_texts()
    assert "vic" not in cast
    hands.send(hands.button("rita", ".demo"))
    assert hands.tab.locator(".who strong").inner_text() == "rita"
    assert hands.tab.url.endswith(still.ids["waiting"])


# ---------------------------------------------------------------------------------------------- a change


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_change_is_filed_by_form_and_a_fault_keeps_what_was_typed(house, seat, scripts):
    hands = seat("ana", scripts=scripts).open("/changes/new")
    hands.choose(hands.tab.locator('form[action="/changes"] [name=target]'), "claims-summary")
    hands.send(hands.button("Begin from what runs"))
    assert hands.tab.locator("main [name=model]").input_value() == "anthropic.claude-sonnet-4-5"
    hands.write(hands.tab.locator("main [name=title]"), "Name the adjuster first")
    hands.write(hands.tab.locator("main [name=prompt]"), "claims-summary@v3")
    hands.write(hands.tab.locator("main [name=max_share_percent]"), "150")
    hands.write(
        hands.tab.locator("main [name=rollback_plan]"), "1. Remi aborts the ramp.\n2. Sol checks the gateways."
    )
    hands.send(hands.button("File it"))
    hands.refused(422)
    assert "This cannot be read" in hands.tab.locator("[role=alert]").inner_text()
    share = hands.tab.locator("main label").filter(
        has=hands.tab.locator("[name=max_share_percent][aria-invalid=true]")
    )
    assert "150, which is out of bounds" in share.inner_text()
    assert hands.tab.locator("main [name=title]").input_value() == "Name the adjuster first"
    assert hands.tab.locator("main [name=max_share_percent]").input_value() == "150"
    assert hands.tab.locator('form[action="/changes"] [name=target]').input_value() == "claims-summary"
    hands.write(hands.tab.locator("main [name=max_share_percent]"), "50")
    hands.send(hands.button("Check it first"))
    assert "It was checked, not filed" in hands.text
    hands.send(hands.button("File it"))
    filed = house.world.change(hands.tab.url.rpartition("/")[2])
    assert (filed.title, filed.author, filed.blast_radius.max_share_percent) == ("Name the adjuster first", "ana", 50)
    assert filed.blast_radius.regions == house.world.policy.catalog.targets["claims-summary"].regions
    assert "by ana, the rest from the catalog" in hands.text
    assert "It may not ship yet" in hands.text


def test_what_a_change_needs_is_said_while_it_is_typed_and_leads_to_the_policys_line(house, seat):
    hands = seat("ana").open("/changes/new")
    needs = hands.tab.locator("#needs")
    hands.choose(hands.tab.locator('form[action="/changes"] [name=target]'), "claims-summary")
    hands.write(hands.tab.locator("main [name=max_share_percent]"), "150")
    needs.get_by_text("150, which is out of bounds").wait_for()
    needs.get_by_text("for claims-summary").wait_for()
    hands.write(hands.tab.locator("main [name=max_share_percent]"), "50")
    needs.get_by_text("150, which is out of bounds").wait_for(state="detached")
    needs.get_by_text("Rollback plan is empty").wait_for()
    hands.write(hands.tab.locator("main [name=rollback_plan]"), "1. Remi aborts the ramp.\n2. Sol checks.")
    needs.get_by_text("Rollback plan is empty").wait_for(state="detached")
    assert hands.tab.locator("main [name=max_share_percent]").input_value() == "50"
    assert hands.tab.evaluate("document.activeElement.name") == "rollback_plan"
    line = needs.locator("li").filter(has_text="sign offs").locator("a").first
    place = line.inner_text()
    hands.press(line)
    hands.tab.wait_for_url("**/policy/files/policy.yaml#L*")
    assert "sign_offs" in hands.tab.locator(f"#L{place.rpartition(':')[2]}").inner_text()


def test_whoever_is_waited_for_is_nudged_once(house, seat):
    change = house.ids["waiting"]
    hands = seat("ana").open(f"/changes/{change}")
    hands.send(hands.button("Nudge").first)
    assert [told["to"] for told in house.world.told("change.nudge")]
    hands.send(hands.button("Nudge").first)
    hands.refused(409)
    assert "it may be done again" in hands.tab.locator("[role=alert]").inner_text().lower()


def test_a_change_is_edited_and_a_fault_comes_back_on_its_own_page(house, seat):
    change = house.ids["waiting"]
    house.world.sign("rita", change)
    hands = seat("ana").open(f"/changes/{change}")
    hands.press(hands.part("Edit"))
    hands.write(hands.field("prompt", "_method=PUT"), "underwriting")
    hands.write(hands.field("title", "_method=PUT"), "Move underwriting to Sonnet")
    hands.send(hands.button("Save"))
    hands.refused(422)
    assert hands.tab.locator("h1").inner_text() == TICKET
    assert "names no version" in hands.tab.locator("[role=alert]").inner_text()
    assert hands.field("prompt", "_method=PUT").input_value() == "underwriting"
    assert hands.field("title", "_method=PUT").input_value() == "Move underwriting to Sonnet"
    stands = house.world.change(change)
    hands.write(hands.field("prompt", "_method=PUT"), stands.candidate[stands.target].prompt)
    hands.send(hands.button("Save"))
    assert house.world.change(change).title == "Move underwriting to Sonnet"
    assert [s.person for s in house.world.view(change).sign_offs if s.voided_at is None] == ["rita"]


def test_two_who_edit_at_once_see_what_the_other_wrote(house, seat):
    change = house.ids["waiting"]
    hands = seat("cleo").open(f"/changes/{change}")
    edited_by_ana(house, change)
    hands.press(hands.part("Edit"))
    hands.write(hands.field("title", "_method=PUT"), "Move underwriting to Sonnet")
    hands.send(hands.button("Save"))
    hands.refused(412)
    assert "Something has changed since you looked" in hands.tab.locator("[role=alert]").inner_text()
    form = hands.tab.locator("form[action$='_method=PUT']")
    assert hands.field("title", "_method=PUT").input_value() == "Move underwriting to Sonnet"
    told = form.locator(".stands").all_inner_texts()
    assert told == [f"It stands as: {TICKET}", f"It stands as: {REWRITTEN}"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_change_is_signed(house, seat, scripts):
    change = house.ids["waiting"]
    hands = seat("rita", scripts=scripts).open("/")
    hands.send(
        hands.tab.locator("#mine").get_by_role("link", name="Move underwriting from GPT-4o to Claude Sonnet 4.5")
    )
    hands.write(hands.field("comment", "/sign-offs"), "The slices are the ones that matter.")
    hands.send(hands.tab.locator("#sign button"))
    signed = house.world.view(change).sign_offs
    assert [(s.person, s.role, s.comment) for s in signed] == [
        ("rita", "ai_risk", "The slices are the ones that matter.")
    ]
    assert "signed rita" in " ".join(hands.tab.locator("#sign-offs").inner_text().split())


def test_what_changed_since_it_was_read_is_named_and_the_comment_is_kept(house, seat):
    change = house.ids["waiting"]
    hands = seat("rita").open(f"/changes/{change}")
    hands.write(hands.field("comment", "/sign-offs"), "The slices are the ones that matter.")
    edited_by_ana(house, change)
    hands.tab.locator("#sign-offs[data-kept]").wait_for()
    hands.send(hands.tab.locator("#sign button"))
    hands.refused(412)
    notice = hands.tab.locator("[role=alert]").inner_text()
    assert "Something has changed since you looked" in notice
    assert "What differs from what you read: rollback plan." in notice
    assert house.world.view(change).sign_offs == ()
    assert hands.field("comment", "/sign-offs").input_value() == "The slices are the ones that matter."
    hands.send(hands.tab.locator("#sign button"))
    assert [s.person for s in house.world.view(change).sign_offs] == ["rita"]


def test_nobody_is_offered_to_sign_what_they_have_not_read(house, seat):
    change = house.ids["waiting"]
    hands = seat("rita").open(f"/changes/{change}")
    assert hands.tab.locator("#sign button").count() == 1
    edited_by_ana(house, change)
    hands.tab.locator("#sign-offs").filter(has_text="has changed since you opened this page").wait_for()
    assert hands.tab.locator("#sign").count() == 0
    hands.send(hands.tab.get_by_role("link", name="Read what stands now"))
    assert "Cleo lists who was met." in hands.text
    hands.send(hands.tab.locator("#sign button"))
    assert [s.person for s in house.world.view(change).sign_offs] == ["rita"]


REWRITTEN = "1. Remi aborts the ramp.\n2. Cleo lists who was met."


def edited_by_ana(house: Served, change: str) -> None:
    """Write another rollback plan, as ana's program does; who reads it before others sign is at hand."""
    form = house.world.form("underwriting-model", rollback_plan=REWRITTEN)
    version = house.world.change(change).version
    changes.edit_change(house.built.house, house.world.ana, change, form, version)
    house.world.reviewed(change)


def test_a_signed_change_is_scheduled_and_taken_off_again(house, seat):
    change = house.ids["waiting"]
    house.world.sign_all(change)
    hands = seat("remi").open(f"/changes/{change}")
    hands.send(hands.button("Schedule: start by itself at the opening"))
    assert house.world.change(change).state is State.SCHEDULED
    hands.press(hands.part("Take off the schedule"))
    hands.write(hands.field("because", "/schedule"), "the rota is thin")
    hands.send(hands.button("Take it off"))
    assert house.world.change(change).state is State.AUTHORIZE
    assert "The rota is thin." in hands.text


def test_a_refused_act_says_why_on_the_changes_page(house, seat):
    change = house.ids["waiting"]
    house.world.sign_all(change)
    hands = seat("remi").open(f"/changes/{change}")
    edited_by_ana(house, change)
    hands.send(hands.button("Schedule: start by itself at the opening"))
    hands.refused(409)
    notice = hands.tab.locator("[role=alert]").inner_text()
    assert hands.tab.locator("h1").inner_text() == TICKET
    assert "The rules say no." in notice
    assert f"{change} needs sign-offs: 1 from platform engineer" in notice
    hands.press(hands.part("Cancel the change"))
    hands.write(hands.field("because", f"{change}?_method=DELETE"), "   ")
    hands.send(hands.button("Cancel it"))
    hands.refused(422)
    assert "A reason is missing." in hands.tab.locator("[role=alert]").inner_text()
    assert house.world.change(change).state is State.AUTHORIZE


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_ramp_is_held_let_go_and_aborted(house, seat, scripts):
    change = house.ids["ramping"]
    hands = seat("remi", scripts=scripts).open("/")
    hands.send(hands.tab.locator("#ramps").get_by_role("link", name="Answer questions about the new product line"))
    hands.write(hands.field("because", "/ramp/hold"), "three odd tickets")
    hands.send(hands.button("Hold"))
    assert house.world.ramp(change).hold.because == "three odd tickets"
    assert "held by remi" in hands.text
    hands.press(hands.part("Let it go on"))
    hands.write(hands.field("because", "/ramp/hold?_method=DELETE"), "they were about another product")
    hands.send(hands.button("Let it go on"))
    assert house.world.ramp(change).hold is None
    hands.write(hands.field("because", "/ramp/hold"), "four more")
    hands.send(hands.button("Abort: back to current"))
    assert house.world.ramp(change).state is RampState.ABORTED
    assert "Aborted. Four more." in hands.text
    assert [row.variant.value for row in [house.world.decide("customer-support-ai", "somebody")]] == ["current"]


def test_the_change_review_is_recorded(house, seat):
    change = house.ids["bad"]
    hands = seat("remi").open("/")
    hands.send(hands.tab.locator("#owed").get_by_role("link", name=f"change review of {change}"))
    hands.press(hands.part("Record the change review"))
    hands.choose(hands.field("close_code", "/review"), "rolled_back")
    hands.write(hands.field("notes", "/review"), "One sentence is too short for a claim.")
    hands.send(hands.tab.locator('form[action*="/review"] button'))
    closed = house.world.change(change)
    assert closed.review.notes == "One sentence is too short for a claim."
    assert closed.close_code.value == "rolled_back"


# ---------------------------------------------------------------------------------------------- switches


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_lever_is_thrown_with_one_reason_and_the_receipt_counts_up(house, seat, scripts):
    hands = seat("sol", scripts=scripts).open("/switches")
    cell = "#feature-claims-summary"
    hands.press(hands.part("Throw", cell))
    hands.write(hands.tab.locator(f'{cell} form[action*="/throw"] [name=because]'), "it names the wrong people")
    hands.send(hands.button("Throw claims-summary", cell))
    assert hands.tab.url.endswith("/switches#receipt")
    assert "thrown" in hands.tab.locator(cell).inner_text()
    receipt = hands.tab.locator("#receipt")
    assert f"0 of {len(INSTANCES)} reporting" in receipt.inner_text()
    house.report(but="edge-uk/b1")
    if scripts:
        receipt.filter(has_text=f"2 of {len(INSTANCES)} reporting").wait_for()
        assert "edge-uk/b1 reports and has not applied it" in receipt.inner_text()
        house.report()
        receipt.filter(has_text=f"3 of {len(INSTANCES)} reporting").wait_for()
        assert "all have obeyed" in receipt.inner_text()
    else:
        hands.send(hands.tab.get_by_role("link", name="Count again"))
        assert f"2 of {len(INSTANCES)} reporting" in receipt.inner_text()


def test_a_lever_is_set_again_by_two_people(house, seat):
    house.world.throw("sol", "feature/claims-summary", "it names the wrong people")
    for name, asks in (("ana", "Ask to set again"), ("remi", "Sign to set again")):
        hands = seat(name).open("/switches/feature/claims-summary")
        hands.press(hands.part(asks))
        hands.write(hands.field("because", "/set"), "the prompt is mended")
        hands.send(hands.button("Ask" if name == "ana" else "Sign"))
    assert "set" in hands.tab.locator("#state").inner_text()
    assert "claims-summary" not in house.world.table.thrown_features


def test_a_throw_without_a_reason_comes_back_on_the_levers_page(house, seat):
    hands = seat("sol").open("/switches/tenant/enterprise-tenant-12891")
    house.act("remi").put("/switches/feature/meeting-notes/throw", json={"because": "a drill"})
    hands.open("/switches/feature/policy-search-v1")
    hands.press(hands.part("Throw"))
    hands.write(hands.field("because", "/throw"), " ")
    hands.send(hands.button("Throw policy-search-v1"))
    assert hands.tab.locator("h1").inner_text() == "policy-search-v1"
    hands.refused(422)
    assert "A reason is missing." in hands.tab.locator("[role=alert]").inner_text()


# ---------------------------------------------------------------------------------------------- looking


def test_what_changed_is_filtered_and_stopped_from_there(house, seat):
    hands = seat("sol").open("/changes/recent")
    hands.choose(hands.tab.locator("main [name=since]"), "6h")
    hands.write(hands.tab.locator("main [name=target]"), "customer-support-ai")
    hands.send(hands.button("Filter"))
    assert "target=customer-support-ai" in hands.tab.url
    rows = hands.tab.locator("#recent tbody tr")
    assert all("customer-support-ai" in row for row in rows.all_inner_texts())
    row = rows.filter(has_text="promoted 10 %")
    hands.press(row.locator("summary"))
    hands.write(row.locator("[name=because]"), "the tickets began with it")
    hands.send(row.get_by_role("button", name="Abort"))
    assert house.world.ramp(house.ids["ramping"]).state is RampState.ABORTED


def test_why_a_call_got_its_answer_is_found_by_its_id(still, bench):
    hands = bench("sol").open("/changes/recent")
    hands.send(hands.tab.get_by_role("link", name="Why did a call get its answer"))
    hands.write(hands.tab.locator("main [name=call]"), still.ids["call"])
    hands.send(hands.button("Say why"))
    assert still.ids["ramping"] in hands.text
    assert "customer-support-ai at table" in hands.text


def test_a_month_is_rehearsed_from_the_list_of_changes(still, bench):
    """The example's clock looked each half hour, and a rehearsal looks where the ramp was harmed."""
    hands = bench("remi").open("/changes")
    hands.send(hands.tab.get_by_role("link", name="Rehearse a month"))
    hands.send(hands.button("Rehearse"))
    rows = hands.tab.locator("main table tbody tr")
    assert rows.count() >= 3
    bad = rows.filter(has_text=still.ids["bad"])
    assert bad.inner_text().count("rolled back on feedback negative") == 2
    assert "rolled back 29 min sooner" in bad.inner_text()
    assert "as it was" in rows.filter(has_text=still.ids["settled"]).inner_text()
    assert hands.tab.locator("svg.month").count() == 1


def test_an_entry_of_the_log_is_found_and_proved_and_the_log_verified(bench):
    hands = bench("rita").open("/audit")
    hands.write(hands.tab.locator("main [name=act]"), "ramp.rolled_back")
    hands.send(hands.button("Filter"))
    hands.send(hands.tab.locator("#entries tbody a").last)
    assert "proved" in hands.text
    assert "Inclusion proof" in hands.text
    hands.send(hands.tab.get_by_role("link", name="Audit", exact=True).last)
    hands.send(hands.tab.get_by_role("link", name="Verify the whole log"))
    assert "it holds" in hands.text


def test_a_unit_is_adopted_by_its_owner(house, seat):
    hands = seat("cleo").open("/targets")
    hands.send(hands.tab.get_by_role("link", name="Policy Search"))
    hands.write(hands.field("prompt", "/unit"), "policy-search@v3")
    hands.write(hands.field("model", "/unit"), "anthropic.claude-sonnet-4-5")
    hands.write(hands.field("because", "/unit"), "it runs since January")
    hands.send(hands.button("Adopt it"))
    assert house.world.running["policy-search-v1"].prompt == "policy-search@v3"
    assert hands.button("Adopt it").count() == 0


# ---------------------------------------------------------------------------------------------- accounts


def test_an_account_is_made_and_a_secret_is_shown_once(house, seat):
    hands = seat("adi").open("/accounts")
    hands.press(hands.part("Make an account"))
    hands.choose(hands.field("name", "/accounts"), "vic")
    hands.write(hands.field("password", "/accounts"), "short")
    hands.tab.keyboard.press("Enter")
    hands.write(hands.field("password", "/accounts"), PASSWORD)
    hands.send(hands.button("Make it", 'form[action="/accounts"]'))
    with house.act("vic") as vic:
        assert vic.get("/tokens").status_code == 200
    hands.press(hands.part("Make a token"))
    hands.write(hands.field("name", "/tokens"), "nightly evals")
    hands.write(hands.field("scopes", "/tokens"), "evidence, read")
    hands.send(hands.button("Make it", 'form[action="/tokens"]'))
    secret = hands.tab.locator(".secret").inner_text()
    assert secret.startswith("lft_")
    assert "shown once" in hands.text
    hands.open("/accounts")
    assert secret not in hands.tab.content()


def test_a_gateway_is_enrolled_and_revoked(house, seat):
    hands = seat("adi").open("/accounts")
    hands.press(hands.part("Enrol a gateway"))
    hands.write(hands.field("name", "/gateways"), "edge-ap")
    hands.write(hands.field("targets", "/gateways"), "no-such-target")
    hands.send(hands.button("Enrol it"))
    hands.refused(422)
    assert "no-such-target is no target of the catalog" in hands.tab.locator("[role=alert]").inner_text()
    assert hands.field("name", "/gateways").first.input_value() == "edge-ap"
    hands.write(hands.field("targets", "/gateways").first, "claims-summary")
    hands.send(hands.button("Enrol it"))
    assert hands.tab.locator(".secret").inner_text().startswith("lfg_")
    row = hands.tab.locator("tr").filter(has_text="edge-ap")
    hands.press(row.locator("summary").filter(has_text="Address"))
    hands.write(row.locator("[name=address]"), "ai.acme.example")
    hands.send(row.get_by_role("button", name="Keep it"))
    hands.refused(422)
    assert "ai.acme.example is no address" in hands.tab.locator("[role=alert]").inner_text()
    assert row.locator("[name=address]").input_value() == "ai.acme.example"
    hands.write(row.locator("[name=address]"), "https://ai.acme.example/v1")
    hands.send(row.get_by_role("button", name="Keep it"))
    assert "https://ai.acme.example/v1" in row.inner_text()
    hands.press(row.locator("summary").filter(has_text="Revoke"))
    hands.write(row.locator("[name=because]"), "it was a trial")
    hands.send(row.get_by_role("button", name="Revoke its token"))
    assert "revoked" in hands.tab.locator("tr").filter(has_text="edge-ap").inner_text()


def test_what_never_arrived_of_a_gateway_is_told(house, seat):
    with house.built.house.store.write() as db:
        gateways.accept(db, "edge-uk", "boot", 3)
    hands = seat("adi").open("/accounts")
    told = hands.tab.locator(".missing").inner_text()
    assert "edge-uk" in told
    assert "2 of 3 batches of outcomes from 1 process never arrived; no reading counts what they held." in told
    with house.act("adi") as adi:
        rows = {row["gateway"]["name"]: row["missing"] for row in adi.get("/gateways").json()["gateways"]}
    assert rows["edge-eu"] is None
    assert (rows["edge-uk"]["missing"], rows["edge-uk"]["numbered"]) == (2, 3)


# ---------------------------------------------------------------------------------------------- game days


def test_a_game_day_is_held_on_the_lever_frame_left_resumed_and_followed_to_its_proof(house, seat):
    obey_at_once(house)
    answering = addresses_of_gateways(house)
    hands = seat("sol").open("/switches")
    hands.press(hands.part("Hold a game day"))
    hands.write(hands.field("because", "/game-days").first, "the quarterly game day")
    hands.write(hands.field("switches", "/game-days").first, "feature/claims-summary, feature/meeting-notes")
    hands.send(hands.button("Begin"))
    assert "0 of 2 exercised" in hands.text
    hands.press(hands.part("Leave it for now"))
    hands.write(hands.field("because", "/pause"), "lunch")
    hands.send(hands.button("Pause"))
    assert "Nothing of it is thrown." in hands.text
    hands.press(hands.part("Resume"))
    hands.write(hands.field("because", "/resume"), "lunch is over")
    hands.send(hands.button("Go on"))
    assert hands.tab.locator("#state").inner_text() == "running"
    answering.stale["http://edge-uk/v1"] = house.world.table
    house.built.runner.round()
    hands.tab.locator("#progress", has_text="2 of 2 exercised").wait_for(timeout=20_000)
    failed = hands.tab.locator("#e-001").inner_text()
    assert "stale" in failed
    assert "See why it hears no tables; restart it." in failed
    hands.press(hands.part("What was asked, and every answer", "#e-001"))
    proof = hands.tab.locator("#e-001 table").inner_text()
    for part in ("edge-eu", "edge-uk", "before", "thrown", "after", "claims-file-view"):
        assert part in proof
    for width in (390, 1440):
        hands.tab.set_viewport_size({"width": width, "height": 900})
        assert [*beyond_the_screen(hands.tab), *obstacles(hands.tab)] == []
    hands.open("/switches")
    assert "it failed since" in hands.tab.locator("#feature-claims-summary").inner_text()


def test_one_switch_is_exercised_with_one_reason_and_is_fresh_with_its_proof(house, seat):
    obey_at_once(house)
    addresses_of_gateways(house)
    hands = seat("cleo").open("/switches")
    cell = "#feature-policy-search-v1"
    house.world.adopt("policy-search-v1", Unit(prompt="policy-search@v3", model="anthropic.claude-sonnet-4-5"))
    assert "never" in hands.tab.locator(cell).inner_text()
    hands.press(hands.part("Exercise", cell))
    hands.write(hands.tab.locator(f"{cell} [name=because]").last, "before the first change")
    hands.send(hands.button("Exercise policy-search-v1", cell))
    house.built.runner.round()
    hands.tab.locator("#progress", has_text="1 of 1 exercised").wait_for(timeout=20_000)
    assert "users got what this switch promises" in hands.text
    hands.open("/switches")
    assert "fresh" in hands.tab.locator(cell).inner_text()
    hands.press(hands.tab.locator(f"{cell} a", has_text="proof"))
    hands.tab.wait_for_url("**/game-days/GD-2026-001#e-001")


def test_a_game_day_that_runs_is_aborted_from_its_page_and_rot_is_an_alarm(house, seat):
    addresses_of_gateways(house)
    hands = seat("sol").open("/")
    assert "1 kill switch was not exercised for six months: feature/policy-search-v1" in hands.text
    game_days.begin(house.built.house, house.world.sol, ["feature/claims-summary"], "the quarterly game day")
    hands.tab.locator("#game-days a", has_text="GD-2026-001").wait_for(timeout=5000)
    hands.open("/game-days/GD-2026-001")
    hands.press(hands.part("Abort"))
    hands.write(hands.field("because", "/abort"), "a customer calls")
    hands.send(hands.button("Set all again and end it"))
    assert hands.tab.locator("#state").inner_text() == "aborted"
    hands.open("/")
    assert hands.tab.locator("#game-days p").count() == 0


def test_a_game_day_that_cannot_be_held_says_why_and_keeps_what_was_typed(house, seat):
    hands = seat("sol").open("/game-days")
    hands.press(hands.part("Hold a game day"))
    hands.write(hands.field("because", "/game-days"), "the first one")
    hands.send(hands.button("Begin"))
    hands.refused(409)
    assert "No gateway has an address" in hands.tab.locator("[role=alert]").inner_text()
    assert hands.field("because", "/game-days").input_value() == "the first one"


# ---------------------------------------------------------------------------------------------- the wrong person


def test_a_page_of_the_wrong_person_offers_nothing_and_says_why(house, seat):
    with house.act("adi") as adi:
        adi.post("/accounts", json={"name": "vic", "password": PASSWORD})
    hands = seat("vic").open(f"/changes/{house.ids['ramping']}")
    assert hands.button("Abort: back to current").count() == 0
    hands.press(hands.part("What you may not do, and why"))
    assert "vic may not stop a ramp" in hands.text.replace("Vic", "vic")
    hands.open("/audit")
    hands.refused(403)
    assert hands.tab.locator("h1").inner_text() == "This is not yours to do"
    assert "Vic may not read the audit log" in hands.text
    assert hands.tab.locator(".who strong").inner_text() == "vic"
