"""Have all gateways obeyed?"""

from __future__ import annotations

from datetime import timedelta

from leverframe.actions.house import UNKNOWN, House, Opened, record, tell
from leverframe.actions.reports import learn
from leverframe.clock import monotonic
from leverframe.nouns.documents import to_document
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import CLOCK
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import NotFound
from leverframe.store import gateways
from leverframe.store.database import Db

LEFT_AFTER_SECONDS = 30.0


def open_receipt(house: House, db: Db, number: Number | None, received_at: float, because: str) -> None:
    """Begin to count who applies a number, from the moment the request was received; None has nothing to count."""
    if number is None:
        return
    gateways.open_receipt(db, str(number), because, house.clock.now())
    db.after_commit(lambda: house.opened.setdefault(str(number), Opened(received_at, because, received_at)))


def resume_receipts(house: House) -> None:
    """Go on counting the receipts that were open when this house last ended; who is to obey is waited for anew."""
    with house.store.read() as db:
        left = gateways.open_receipts(db)
    for number, because, _ in left:
        house.opened.setdefault(number, Opened(UNKNOWN, because, monotonic()))


def receipt(house: House, number: str) -> Receipt:
    """Return how far a number has come: live while it is counted, from the store afterwards; raises NotFound.

    Another process may count it: then it is live here too, but for the time, which runs there.
    """
    nothing = NotFound(f"no receipt was opened for {number}", remedy="throws, aborts and ways back open one")
    try:
        asked = str(Number.parse(number))
    except ValueError:
        raise nothing from None
    with house.store.read() as db:
        kept, is_open = gateways.receipt(db, asked), asked in (left for left, _, _ in gateways.open_receipts(db))
    if kept is None:
        raise nothing
    return _live(house, asked) if is_open else kept


def _live(house: House, number: str) -> Receipt:
    learn(house)
    opened = house.opened.get(number)
    return house.fleet.receipt(number, opened.received_at if opened else UNKNOWN, monotonic())


def latest_receipt(house: House) -> Receipt | None:
    """Return the newest receipt, or None where none was ever opened."""
    with house.store.read() as db:
        number = gateways.latest_receipt(db)
    return receipt(house, number) if number else None


def close_receipts(house: House) -> None:
    """Write down what is confirmed; after the policy's time, page for those that report and have not obeyed."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
    seconds = policy.receipt_seconds if policy else 0.0
    learn(house)
    for number, opened in list(house.opened.items()):
        seen = house.fleet.receipt(number, opened.received_at, monotonic())
        if seen.confirmed or monotonic() - opened.waits_since > seconds:
            with house.store.write() as db:
                _close(house, db, number, seen, opened.because)


def take_over(house: House) -> None:
    """Count on what a process that has died has left open, long after its time; nobody knows how long it took."""
    with house.store.read() as db:
        policy, left = house.policy_or_none(db), gateways.open_receipts(db)
    waits = timedelta(seconds=LEFT_AFTER_SECONDS + (policy.receipt_seconds if policy else 0.0))
    for number, because, opened_at in left:
        if house.clock.now() - opened_at > waits:
            house.opened.setdefault(number, Opened(UNKNOWN, because, UNKNOWN))


def _close(house: House, db: Db, number: str, seen: Receipt, because: str) -> None:
    """Close a receipt once, though two processes may have counted it."""
    now = house.clock.now()
    db.after_commit(lambda: house.opened.pop(number, None))
    if not gateways.close_receipt(db, number, seen, now):
        return
    facts = to_document(seen)
    act = "receipt.confirmed" if seen.confirmed else "receipt.unconfirmed"
    record(db, now, CLOCK, act, f"table/{number}", f"{because}: {seen.sentence}", role="clock", facts=_plain(facts))
    if seen.waiting or any(s.had_traffic for s in seen.silent):
        told = {"number": number, "because": because, "waiting": list(seen.waiting), "sentence": seen.sentence}
        tell(db, "page.not_obeyed", told, key=f"receipt/{number}")
    db.after_commit(lambda: house.stir("switch"))


def _plain(facts: dict) -> dict:
    """Keep what an entry may hold: counts and names, no floats that print differently elsewhere."""
    milliseconds = facts["milliseconds"]
    return {
        "reporting": facts["reporting"],
        "applied": facts["applied"],
        "milliseconds": str(round(milliseconds, 1)) if milliseconds is not None else "",
        "waiting": facts["waiting"],
        "silent": [silent["instance"] for silent in facts["silent"]],
    }
