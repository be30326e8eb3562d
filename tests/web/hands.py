"""How does a person act on a page with a keyboard alone?"""

from __future__ import annotations

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page

from leverframe.web.visits import COOKIE

MOST_TABS = 600
PATIENCE_MS = 5000
STOPS_AHEAD = """it => {
    if (it === document.activeElement) { return 0; }
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
    const here = stops.filter(each => each === it || each === document.activeElement
        || (each.tabIndex >= 0 && !each.disabled && each.type !== 'hidden' && each.checkVisibility()
            && (each.type !== 'radio' || each.checked)));
    const from = here.indexOf(document.activeElement), to = here.indexOf(it);
    return Math.max(1, (to > from ? to : here.length) - from);
}"""
"""How many presses of Tab lie before a thing, as far as the order of the page tells; it is asked again on arrival.

Of a group of radio buttons Tab stops at the chosen one.
"""


class Hands:
    """One person at one page: nothing is clicked, what is acted on is reached with Tab and seen to have the focus."""

    def __init__(self, tab: Page, address: str) -> None:
        self.tab, self.address = tab, address
        self.said: list[str] = []
        tab.on("console", self._heard)
        tab.on("pageerror", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def _failed(self, error: Error) -> None:
        self.said.append(str(error))

    def stand_up(self) -> None:
        """Hear no more of what the tab says."""
        self.tab.remove_listener("console", self._heard)
        self.tab.remove_listener("pageerror", self._failed)

    def open(self, path: str) -> Hands:
        """Go to an address, as one that was pasted."""
        self.tab.goto(self.address + path, wait_until="load")
        return self

    def refused(self, status: int) -> None:
        """Let go of what the console says of a page that answered no: that it did, and nothing else."""
        told = [said for said in self.said if f"the server responded with a status of {status} " in said]
        assert told, f"{self.tab.url} did not answer {status}: {self.said}"
        self.said = [said for said in self.said if said not in told]

    def reach(self, wanted: Locator) -> Locator:
        """Tab on until something has the focus."""
        assert wanted.count() == 1, f"{wanted} is {wanted.count()} times on {self.tab.url}"
        pressed = 0
        while pressed < MOST_TABS:
            ahead = wanted.evaluate(STOPS_AHEAD)  # found anew each time: the page may have looked again meanwhile
            if not ahead:
                return wanted
            for _ in range(ahead):
                self.tab.keyboard.press("Tab")
            pressed += ahead
        raise AssertionError(f"{wanted} cannot be reached with Tab on {self.tab.url}")

    def write(self, wanted: Locator, text: str) -> None:
        """Type into a field, over what stands there."""
        self.reach(wanted)
        self.tab.keyboard.press("Control+a")
        self.tab.keyboard.insert_text(text)

    def choose(self, wanted: Locator, value: str) -> None:
        """Choose in a list with the arrow keys."""
        self.reach(wanted)
        self.tab.keyboard.press("Home")
        for _ in range(wanted.locator("option").count()):
            if wanted.input_value() == value:
                return
            self.tab.keyboard.press("ArrowDown")
        raise AssertionError(f"{wanted} has no {value}")

    def press(self, wanted: Locator) -> None:
        """Press a button, follow a link, open a part: Enter, with the focus on it."""
        self.reach(wanted)
        self.tab.keyboard.press("Enter")

    def send(self, wanted: Locator) -> None:
        """Press what sends a form, and wait for the page that answers."""
        self.reach(wanted)
        with self.tab.expect_navigation(wait_until="load"):
            self.tab.keyboard.press("Enter")

    def button(self, name: str, within: str = "main") -> Locator:
        """Return the button of that name."""
        return self.tab.locator(within).get_by_role("button", name=name, exact=True)

    def part(self, name: str, within: str = "main") -> Locator:
        """Return what opens a folded part."""
        return self.tab.locator(f"{within} summary").filter(has_text=name)

    def field(self, name: str, form: str) -> Locator:
        """Return a field of the form that is sent to a path."""
        return self.tab.locator(f'form[action*="{form}"] [name={name}]')

    @property
    def text(self) -> str:
        """Return what the page says."""
        return self.tab.locator("main").inner_text()


class Desk:
    """One browser's tabs, one for each look: who sits down takes over a former's, for a new one costs a second."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._tabs: dict[tuple[str, bool], Page] = {}

    def sit(self, address: str, cookie: str = "", *, light: str = "light", scripts: bool = True) -> Hands:
        """Let a person begin anew, logged in where a session's cookie is given; who sat here before has gone."""
        tab = self._tabs.get((light, scripts)) or self._tabs.setdefault((light, scripts), self._tab(light, scripts))
        tab.goto("about:blank")  # or the former page begins to listen with nobody behind it
        tab.context.clear_cookies()
        if cookie:
            tab.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
        tab.set_viewport_size({"width": 1440, "height": 900})
        return Hands(tab, address)

    def leave(self) -> None:
        """Let go of every page, and of the stream that it listens to."""
        for tab in self._tabs.values():
            tab.goto("about:blank")

    def _tab(self, light: str, scripts: bool) -> Page:
        context = self._browser.new_context(
            color_scheme=light,  # pyright: ignore[reportArgumentType]
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()
