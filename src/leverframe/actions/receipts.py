"""Have all gateways obeyed?"""

from __future__ import annotations

from leverframe.actions.house import House, record, tell
from leverframe.clock import monotonic
from leverframe.nouns.documents import to_document
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import CLOCK
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import NotFound
from leverframe.store import gateways
from leverframe.store.database import Db


def open_receipt(house: House, db: Db, number: Number, received_at: float, because: str) -> None:
    """Begin to count who applies a number, from the moment the request was received."""
    gateways.open_receipt(db, str(number), because, house.clock.now())
    house.opened[str(number)] = (received_at, because)


def receipt(house: House, number: str) -> Receipt:
    """Return how far a number has come: live while it is counted, from the store afterwards."""
    if number in house.opened:
        return house.fleet.receipt(Number.parse(number), house.opened[number][0], monotonic())
    with house.store.read() as db:
        kept = gateways.receipt(db, number)
    if kept is None:
        raise NotFound(f"no receipt was opened for {number}", remedy="receipts are opened by throws and aborts")
    return kept


def latest_receipt(house: House) -> Receipt | None:
    """Return the newest receipt, or None where none was ever opened."""
    if house.opened:
        return receipt(house, max(house.opened, key=lambda text: Number.parse(text)))
    with house.store.read() as db:
        number = gateways.latest_receipt(db)
    return receipt(house, number) if number else None


def close_receipts(house: House) -> None:
    """Write down what is confirmed; after the policy's time, page for those that report and have not obeyed."""
    for number, (received_at, because) in list(house.opened.items()):
        seen = house.fleet.receipt(Number.parse(number), received_at, monotonic())
        with house.store.write() as db:
            policy = house.policy_or_none(db)
            late = policy is not None and monotonic() - received_at > policy.receipt_seconds
            if seen.confirmed or late:
                _close(house, db, number, seen, because)


def _close(house: House, db: Db, number: str, seen: Receipt, because: str) -> None:
    now = house.clock.now()
    gateways.close_receipt(db, number, seen, now)
    facts = to_document(seen)
    act = "receipt.confirmed" if seen.confirmed else "receipt.unconfirmed"
    record(db, now, CLOCK, act, f"table/{number}", f"{because}: {seen.sentence}", role="clock", facts=_plain(facts))
    if seen.waiting or any(s.had_traffic for s in seen.silent):
        told = {"number": number, "because": because, "waiting": list(seen.waiting), "sentence": seen.sentence}
        tell(db, "page.not_obeyed", told, key=f"receipt/{number}")
    db.after_commit(lambda: house.opened.pop(number, None))
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
