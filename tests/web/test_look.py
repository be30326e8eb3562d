"""Does every page read in a real browser: light and dark, narrow and wide, by keyboard and by screen reader?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from gallery import pages
from showroom import ARGUMENTS, CHROMIUM, showroom

pytest.importorskip("playwright.sync_api")
from obstacles import beyond_the_screen, obstacles
from playwright.sync_api import Browser, sync_playwright

PAGES = pages()
FRAGMENTS = {"needs"}
"""What takes a place on a page, and is no page: it is looked at on `change-new-bad`."""
LOOKED_AT = re.compile(r"/changes/CHG-2026-00015\?read=")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with showroom(PAGES) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.mark.parametrize(("light", "looked_at"), [("light", 1440), ("dark", 390)])
def test_every_page_reads_without_an_error_an_obstacle_or_a_sideways_scroll(
    browser: Browser, address: str, light: Literal["light", "dark"], looked_at: int
) -> None:
    """Every width fits in both lights; what axe says takes long, and each light and each width is asked once."""
    tab = browser.new_page(color_scheme=light)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for name in PAGES.keys() - FRAGMENTS:
        said.clear()
        tab.goto(f"{address}/show/{name}", wait_until="load")
        for width in (390, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            said += [*beyond_the_screen(tab), *(obstacles(tab) if width == looked_at else ())]
        if said:
            found[name] = list(said)
    tab.close()
    assert found == {}


def test_a_lever_is_thrown_by_keyboard_alone(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.route("**/throw*", lambda route: route.fulfill(status=204))
    tab.goto(f"{address}/show/switches")
    tab.locator("#feature-customer-support summary").filter(has_text="Throw").focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.type("answers in the wrong language")
    with tab.expect_request("**/throw*") as thrown:
        tab.keyboard.press("Enter")
    sent = thrown.value
    tab.close()
    assert (sent.method, sent.url) == ("POST", f"{address}/switches/feature/customer-support/throw?_method=PUT")
    assert "because=answers+in+the+wrong+language" in (sent.post_data or "")


def test_what_is_typed_is_not_taken_away_when_something_changes(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/show/change-assess")
    tab.set_default_timeout(5000)
    tab.locator("textarea[name=comment]").first.fill("The probes are fine.")
    tab.route(
        LOOKED_AT,
        lambda route: route.fulfill(body=PAGES["change-ramping"], content_type="text/html"),
    )
    with tab.expect_response(LOOKED_AT):
        tab.evaluate("htmx.trigger('#live', 'look')")
    tab.locator("#state", has_text="implement").wait_for()
    assert tab.locator("textarea[name=comment]").first.input_value() == "The probes are fine."
    assert tab.locator("#sign-offs").get_attribute("data-kept") is not None
    tab.close()


def test_a_table_that_was_opened_by_keyboard_stays_open_when_something_changes(
    browser: Browser, address: str
) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/show/change-ramping")
    tab.set_default_timeout(5000)
    tab.locator("#evidence summary").first.focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").endswith("as a table")
    drawn = tab.locator("#evidence").inner_html()
    tab.route(re.compile(r"/changes/CHG-2026-00012\?read="), lambda route: route.fulfill(body=PAGES["change-held"]))
    tab.evaluate("htmx.trigger('#live', 'look')")
    tab.locator("#ramp", has_text="held by").wait_for()
    assert tab.locator("#evidence").inner_html() == drawn, "only its own panel is not renewed"
    assert tab.locator("#evidence details[open]").count() == 1
    tab.close()


def test_the_room_looks_again_when_it_is_told_so(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/show/today")
    with tab.expect_response("**/") as looked:
        tab.evaluate(
            "document.querySelector('#events').dispatchEvent(new CustomEvent('htmx:sseMessage', {bubbles: true}))"
        )
    assert looked.value.request.headers["hx-request"] == "true"
    tab.close()


def test_a_receipt_counts_up_by_itself(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/show/switches-counting")
    tab.locator("#receipt", has_text="41 of 41 reporting").wait_for(timeout=5000)
    assert tab.locator("#receipt").count() == 1
    tab.close()


def test_axe_would_notice(browser: Browser, address: str) -> None:
    tab = browser.new_page()
    tab.goto(f"{address}/show/login")
    tab.evaluate("document.querySelectorAll('label > span').forEach(s => s.remove())")
    assert any("label" in found for found in obstacles(tab))
    tab.close()
