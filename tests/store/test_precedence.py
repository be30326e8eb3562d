"""Does who stops something go first, without ever holding anybody up for long?"""

from __future__ import annotations

import contextlib
import threading

from sqlalchemy import text
from tests.world import ON_SQLITE

from leverframe.store.precedence import Precedence

PATIENCE_SECONDS = 20.0
LONG = 60.0


class Reader:
    """A thread that gives way once, and says when it goes on."""

    def __init__(self, precedence: Precedence) -> None:
        self.goes_on, self._began = threading.Event(), threading.Event()
        self._precedence = precedence
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._began.wait(PATIENCE_SECONDS)

    def _read(self) -> None:
        self._began.set()
        self._precedence.give_way()
        self.goes_on.set()


def test_who_reads_waits_until_who_goes_first_is_through():
    precedence = Precedence(LONG)
    with precedence.taken():
        reader = Reader(precedence)
        assert not reader.goes_on.wait(0.02)
    assert reader.goes_on.wait(PATIENCE_SECONDS)


def test_of_two_that_go_first_the_second_is_waited_for_too():
    precedence = Precedence(LONG)
    with precedence.taken():
        with precedence.taken():
            reader = Reader(precedence)
        assert not reader.goes_on.wait(0.02)
    assert reader.goes_on.wait(PATIENCE_SECONDS)


def test_who_works_for_who_goes_first_does_not_wait():
    precedence = Precedence(LONG)
    with precedence.taken(), precedence.going_first():
        precedence.give_way()


def test_nobody_waits_longer_than_the_bound_however_many_go_first_one_after_another():
    now = [0.0]
    precedence = Precedence(0.1, lambda: now[0])
    with precedence.taken():
        now[0] = 0.2
        with precedence.taken():
            precedence.give_way()


def test_it_is_free_again_where_who_went_first_has_failed():
    precedence = Precedence(LONG)
    try:
        with precedence.taken():
            raise RuntimeError("refused")
    except RuntimeError:
        precedence.give_way()


@ON_SQLITE
def test_a_reader_gives_way_at_each_statement_and_a_writer_at_none(store):
    def ask(*ways) -> threading.Event:
        done = threading.Event()

        def run() -> None:
            with contextlib.ExitStack() as held:
                for each in ways:
                    held.enter_context(each()).execute(text("select 1"))
                done.set()

        threading.Thread(target=run, daemon=True).start()
        return done

    store.precedence = Precedence(LONG)
    with store.precedence.taken():
        assert ask(store.write).wait(PATIENCE_SECONDS)
        assert ask(store.write, store.read).wait(PATIENCE_SECONDS), "who goes first may wait for what it holds"
        reads = ask(store.read)
        assert not reads.wait(0.02)
    assert reads.wait(PATIENCE_SECONDS)
