"""Whose token is this?

What is known is kept for some seconds. Whoever asks meanwhile for what is not known waits for the next question, and
one question asks for all of them: five thousand gateways that report in the same instant cost one look, not as many.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial

log = logging.getLogger("leverframe.stream")

KEPT_SECONDS = 5.0
MOST_KEPT = 10_000
MOST_AT_ONCE = 5_000

NamesOf = Callable[[frozenset[str]], Mapping[str, str]]
"""Returns the gateways' names behind those of the tokens that belong to one; may block, and may raise."""
Waiting = tuple[Callable[[str | None], None], Callable[[], None]]
"""Who is told the name (None: nobody's), and who that it could not be asked."""


class Tokens:
    """The tokens that were asked for lately. To be called from the loop's own thread.

    `refused` is told of tokens that belong to nobody, whenever that is found out.
    """

    def __init__(
        self,
        names_of: NamesOf,
        loop: asyncio.AbstractEventLoop,
        askers: Executor,
        monotonic: Callable[[], float],
        refused: Callable[[set[str]], None],
    ) -> None:
        self._names_of, self._loop, self._askers = names_of, loop, askers
        self._monotonic, self._refused = monotonic, refused
        self._known: dict[str, tuple[str | None, float]] = {}
        self._waiting: dict[str, list[Waiting]] = defaultdict(list)
        self._is_asking = False

    def name_of(self, token: str, then: Callable[[str | None], None], failed: Callable[[], None]) -> None:
        """Say whose token it is: at once where that is known, else when the next question is answered."""
        name, until = self._known.get(token, (None, 0.0))
        if self._monotonic() < until:
            then(name)
            return
        self._waiting[token].append((then, failed))
        self._ask()

    def renew(self, tokens: Iterable[str]) -> None:
        """Ask again for tokens that are in use, so that who was revoked is found out though they say nothing."""
        for token in tokens:
            self._waiting[token] += ()
        self._ask()

    def _ask(self) -> None:
        if self._is_asking or not self._waiting:
            return
        self._is_asking = True
        asked = {token: self._waiting.pop(token) for token in list(self._waiting)[:MOST_AT_ONCE]}
        asking = self._loop.run_in_executor(self._askers, self._names_of, frozenset(asked))
        asking.add_done_callback(partial(self._answered, asked))

    def _answered(self, asked: dict[str, list[Waiting]], answer: asyncio.Future[Mapping[str, str]]) -> None:
        self._is_asking = False
        if answer.cancelled() or answer.exception() is not None:
            log.warning("could not ask whose token it is: %s", "" if answer.cancelled() else answer.exception())
            for _, failed in (each for waiting in asked.values() for each in waiting):
                self._loop.call_soon(failed)
        else:
            self._tell(asked, answer.result())
        self._ask()

    def _tell(self, asked: dict[str, list[Waiting]], names: Mapping[str, str]) -> None:
        if len(self._known) + len(asked) > MOST_KEPT:
            self._known.clear()
        until = self._monotonic() + KEPT_SECONDS
        for token, waiting in asked.items():
            name = names.get(token)
            self._known[token] = (name, until)
            for then, _ in waiting:
                self._loop.call_soon(then, name)  # by itself: a fault in one answer keeps nobody else from theirs
        if refused := asked.keys() - names.keys():
            self._refused(refused)
