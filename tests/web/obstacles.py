"""What keeps some people from a page: a sideways scroll, or what axe finds serious?"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TWICE = """() => {
    const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
    return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""
UNPAINTED = """() => {
    const black = it => getComputedStyle(it).fill === 'rgb(0, 0, 0)';
    const drawn = [...document.querySelectorAll('svg rect')].filter(black);
    return [...new Set(drawn.map(it => it.getAttribute('class') || it.tagName))];
}"""
"""The bars and bands to which no rule gives a colour: they are black, in the light and in the dark."""
ALIKE = """() => {
    const told = a => ['class', 'role', 'type'].includes(a.name) ? `${a.name}=${a.value}` : a.name;
    const shape = it => [it.tagName, ...[...it.attributes].map(told).sort(),
        it.textContent.trim() ? 'says' : '', '(', ...[...it.children].map(shape), ')'].join(' ');
    document.querySelectorAll('tbody, ul, ol, dl, svg').forEach(all => {
        const seen = new Set();
        [...all.children].forEach(it => {
            const built = shape(it);
            it.toggleAttribute('data-alike', seen.has(built));
            seen.add(built);
        });
    });
}"""
"""Marks every row that is built like one before it: its colours and roles are asked once. The fiftieth entry of a log
costs as much as the first, and says nothing new."""
LIKE_ANOTHER = {"exclude": [["[data-alike]"]]}


def beyond_the_screen(tab: Page) -> list[str]:
    """Unfold all parts of a page, and say how far it reaches beyond the screen."""
    tab.evaluate(UNFOLD)
    wide = tab.evaluate(TOO_WIDE)
    return [f"{wide} px too wide"] if wide > 0 else []


def obstacles(tab: Page) -> list[str]:
    """List what axe finds serious on an unfolded page, the names that it gives twice, and what is drawn black."""
    tab.evaluate(UNFOLD)
    twice = [f"the id {name} is there twice" for name in tab.evaluate(TWICE)]
    tab.evaluate(ALIKE)
    issues = Axe().run(tab, context=LIKE_ANOTHER).response["violations"]
    grave = (issue for issue in issues if issue["impact"] in ("serious", "critical"))
    unpainted = [f"nothing paints {name}" for name in tab.evaluate(UNPAINTED)]
    return [*twice, *unpainted, *(f"{issue['id']}: {issue['nodes'][0]['html'][:160]}" for issue in grave)]
