"""Does a server run on this store?

Each server holds a shared lock on a file beside its SQLite database. The machine lets go of it when the process ends,
however that ends. Whoever puts another database in its place needs the lock alone: a server that runs meanwhile would
go on writing into a file that nobody finds any more.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.store.database import Store


@contextmanager
def serving(store: Store) -> Iterator[None]:
    """Say that a server runs on a store, until this ends; raises Invalid while a copy is put in its place."""
    with _locked(store, fcntl.LOCK_SH, "a saved copy is being put in its place", "start again when that is done"):
        yield


@contextmanager
def vacant(store: Store) -> Iterator[None]:
    """Keep servers from a store, until this ends; raises Invalid where one runs."""
    with _locked(store, fcntl.LOCK_EX, "a server runs on it", "stop every server that uses it first"):
        yield


@contextmanager
def _locked(store: Store, how: int, because: str, remedy: str) -> Iterator[None]:
    if not store.is_sqlite:
        yield
        return
    path = Path(f"{store.url.database}.lock")
    with path.open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Invalid([Fault(str(store.url.database), because, remedy)]) from None
        yield
