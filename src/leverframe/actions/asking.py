"""Who asks that a switch is set again, before anybody has signed?

A commit of the switch file asks: it names the person behind it, and waits for the sign-offs of setting like any other
request. On a page whoever asks signs, so that no such row is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leverframe.store import requests
from leverframe.store.database import Db
from leverframe.store.requests import Request

KIND = "switch.set"


def ask(db: Db, switch_id: str, body: Mapping[str, str], by: str, now: datetime) -> Request:
    """Write down that somebody asks for a switch to be set again, in the place of whoever asked before."""
    end_ask(db, switch_id, "asked anew", by, now)
    return requests.open(db, KIND, switch_id, dict(body), by, now)


def asked(db: Db, switch_id: str) -> Request | None:
    """Return who asks that a switch is set again, where somebody does."""
    return requests.open_on(db, KIND, switch_id)


def end_ask(db: Db, switch_id: str, word: str, by: str, now: datetime) -> None:
    """End what was asked of a switch, with a word: it was set, it was thrown again."""
    standing = asked(db, switch_id)
    if standing is not None:
        requests.close(db, standing.id, word, by, now)
