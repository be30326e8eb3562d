"""What do gateways have to obey from now on?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leverframe.actions.house import House, need_reason, permit, record, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import to_document
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.nouns.verdicts import failed
from leverframe.rules.tables import RampFacts, TableFacts, compile_table
from leverframe.store import changes, outbox, ramps, switches, tables, units
from leverframe.store.database import Db

ALARM = failed(
    "number",
    "a gateway has obeyed a newer table than this control plane has published; its database was restored",
    remedy="an administrator confirms it: leverframe table raise-epoch",
    who="administrator",
)


def publish_table(house: House, db: Db, now: datetime, because: str, *, narrows: bool = False) -> Number | None:
    """Compile the table from what stands in this transaction; hand it to gateways after the commit.

    Returns the number, or None where nothing that gateways obey has changed, or while the number alarm stands.
    An act that only `narrows` is stopped by no other ramp's interlock.
    """
    if tables.alarm(db) is not None:
        return None
    number, newest = tables.next_number(db), tables.newest(db)
    table = compile_table(number, table_facts(house, db), withhold=narrows)
    document = to_document(table)
    if newest and _same(document, number, newest):
        return None
    text = _on_one_line(document)
    tables.insert(db, table, now, because, document=text)
    frame = text.encode()
    db.after_commit(lambda: house.publish(number, frame))
    db.after_commit(lambda: house.stir("table"))
    return number


def number_facts(db: Db, number: Number | None) -> dict[str, str]:
    """Return what an entry says of the table of its act: its number, or why none goes out."""
    told = {"number": str(number or "")}
    return told if number is not None or tables.alarm(db) is None else {**told, "withheld": ALARM.because}


def withheld(db: Db) -> str:
    """Say why no table goes out now, and what helps; nothing where one does."""
    return "" if tables.alarm(db) is None else f"no table goes out: {ALARM.because}; {ALARM.remedy}"


def why_withheld(house: House) -> str:
    """Say why what is decided now reaches no gateway, and what helps; nothing where it does."""
    with house.store.read() as db:
        return withheld(db)


def _same(document: Mapping[str, Any], number: Number, newest: tuple[Number, str]) -> bool:
    """Say whether a table differs from the newest by its number only; a new epoch is always published."""
    stands, text = newest
    return stands.epoch == number.epoch and _on_one_line({**document, "number": [*stands]}) == text


def _on_one_line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))


def table_facts(house: House, db: Db) -> TableFacts:
    """Gather what a table is compiled from."""
    policy, active = house.policy(db), ramps.active(db)
    change_of = changes.of_ids(db, [ramp.change for ramp in active])
    return TableFacts(
        targets=policy.catalog.targets,
        current=units.all_current(db),
        ramps=tuple(_ramp_facts(change_of[ramp.change], ramp) for ramp in active),
        switches=tuple(switches.all_switches(db)),
        rings=policy.rings,
        candidate_lease_seconds=policy.candidate_lease_seconds,
    )


def _ramp_facts(change: Change, ramp: Ramp) -> RampFacts:
    return RampFacts(ramp, change.plan, change.candidate[ramp.target], change.blast_radius)


def newest_frame(house: House) -> tuple[Number, bytes] | None:
    """Return the newest published table, as gateways get it at connect."""
    with house.store.read() as db:
        newest = tables.newest(db)
    return (newest[0], newest[1].encode()) if newest else None


def newest_number(house: House) -> Number:
    """Return the newest published number."""
    with house.store.read() as db:
        newest = tables.newest(db)
    return newest[0] if newest else NO_NUMBER


def heard(house: House, number: Number, gateway: str = "", instance: str = "") -> None:
    """Raise the number alarm where a gateway reports more than was ever published; an epoch that ended is no news.

    An epoch past belief raises none: one gateway that is at fault would keep everybody's tables back.
    """
    with house.store.read() as db:
        if number <= tables.newest_number(db) or number.epoch < tables.epoch(db):
            return
        faulty = number.is_past_belief(Number(tables.epoch(db), 0))
    with house.store.write() as db:
        if faulty:
            _note_faulty(house, db, number, gateway, instance)
        elif tables.alarm(db) is None:
            now = house.clock.now()
            tables.set_alarm(db, number, now)
            record(db, now, CLOCK, "table.alarm", f"table/{number}", ALARM.because, role="clock")
            told = {"number": str(number), "because": ALARM.because, "remedy": ALARM.remedy}
            tell(db, "page.number_alarm", told, key=f"alarm/{number}")
            db.after_commit(lambda: house.stir("table"))


def _note_faulty(house: House, db: Db, number: Number, gateway: str, instance: str) -> None:
    """Write down and page, once for each gateway in an epoch, that it says what cannot be."""
    because = says_what_cannot_be(instance, number)
    told = {"gateway": gateway, "instance": instance, "number": str(number), "because": because}
    if outbox.put(db, "page.gateway_faulty", told, key=f"faulty/{gateway}/{tables.epoch(db)}"):
        now, facts = house.clock.now(), {"instance": instance, "number": str(number)}
        record(db, now, CLOCK, "gateway.faulty", f"gateway/{gateway}", because, role="clock", facts=facts)
        db.after_commit(lambda: house.stir("table"))


def says_what_cannot_be(instance: str, number: Number) -> str:
    """Say of a gateway's number that it is not believed."""
    return f"{instance or 'a gateway'} says that it obeys table {number}, an epoch that no restore explains"


def raise_epoch(house: House, actor: Actor, because: str) -> Number | None:
    """Go on with the next epoch after a restore: an administrator confirms that this database is the truth."""
    reason = need_reason(because)
    with house.store.write() as db:
        now = house.clock.now()
        role = permit(house.policy(db), actor, "account.manage")
        heard_number = tables.alarm(db)
        tables.raise_epoch(db, above=heard_number.epoch if heard_number else 0)
        tables.clear_alarm(db)
        number = publish_table(house, db, now, reason, narrows=True)
        facts = {"number": str(number or ""), "heard": str(heard_number or "")}
        record(db, now, actor, "table.epoch_raised", "route-table", reason, role=role, facts=facts)
        return number
