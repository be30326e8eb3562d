"""Is a page told of everything that happens after it was drawn?"""

from __future__ import annotations

import asyncio

from leverframe.web.live import Events


class Here:
    """A page that stays."""

    async def is_disconnected(self) -> bool:
        return False


def first_words(events: Events, heard: str, then: str = "") -> list[str]:
    """Return what a page hears that was drawn under a mark; `then` something happens."""

    async def listen() -> list[str]:
        line = events.listen(Here(), heard)  # type: ignore[arg-type]
        said = [await anext(line)]
        if then:
            events.stir(then)
        said += [await asyncio.wait_for(anext(line), 5)]
        await line.aclose()
        return [word.decode().split("\n")[0] for word in said]

    return asyncio.run(listen())


def test_a_page_hears_what_happened_between_its_drawing_and_its_listening():
    events = Events()
    drawn = events.mark
    events.stir("ramp")
    assert first_words(events, drawn) == [": open", "event: change"]


def test_a_page_that_comes_back_after_the_server_started_anew_looks_again():
    assert first_words(Events(), Events().mark) == [": open", "event: change"]


def test_a_page_that_has_heard_all_is_told_the_next_thing_only():
    events = Events()
    events.stir("ramp")
    assert first_words(events, events.mark, then="switch") == [": open", "event: switch"]
    assert first_words(events, "", then="table") == [": open", "event: table"]
