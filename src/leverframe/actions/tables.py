"""What do gateways have to obey from now on?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from leverframe.actions.house import House, need_reason, permit, record, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.frames import Changes, Frame, Part
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import NO_NUMBER, Number, Slice
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import failed
from leverframe.rules.framing import write_frame
from leverframe.rules.overlays import overlay_of, slice_of
from leverframe.rules.parts import changed, parts_of, text_of
from leverframe.rules.tables import RampFacts, TableFacts, compile_table
from leverframe.store import changes, exercises, outbox, parts, ramps, switches, tables, units
from leverframe.store.database import Db

ALARM = failed(
    "number",
    "a gateway has obeyed a newer table than this control plane has published; its database was restored",
    remedy="an administrator confirms it: leverframe table raise-epoch",
    who="administrator",
)


def publish_table(
    house: House,
    db: Db,
    now: datetime,
    because: str,
    *,
    targets: Collection[str] | None = None,
    narrows: bool = False,
) -> Number | None:
    """Compile the table from what stands in this transaction; hand what has changed to gateways after the commit.

    With `targets` only these features are compiled: an act on one costs the same among 10,000. Returns the number, or
    None where nothing that gateways obey has changed, or while the number alarm stands. An act that only `narrows` is
    stopped by no other ramp's interlock.
    """

    def differing(number: Number) -> Changes:
        table = compile_table(number, table_facts(house, db, targets), withhold=narrows)
        compiled = parts_of(table)
        if targets is None:
            return changed(parts.every(db), compiled)
        names = [Part("features", target) for target in targets]
        return changed(parts.named(db, names), compiled, among=names)

    return _publish(house, db, now, because, differing)


def publish_switch(house: House, db: Db, now: datetime, because: str, switch: Switch) -> Number | None:
    """Compile how one switch stands, and nothing else; hand it to gateways after the commit.

    Returns the number as `publish_table` does. What stops something is no larger than this.
    """

    def differing(number: Number) -> Changes:
        models = switches.of_layer(db, Layer.MODEL) if switch.layer is Layer.MODEL else ()
        names, compiled = overlay_of(switch, models)
        before = parts.named(db, names) if names else parts.of_kinds(db, ("thrown_models",))
        return changed(before, compiled)

    return _publish(house, db, now, because, differing)


def publish_exercise(house: House, db: Db, now: datetime, because: str) -> Number | None:
    """Compile what is exercised now, and nothing else; hand it to gateways after the commit."""

    def differing(number: Number) -> Changes:
        standing = {Part("exercises", id): text_of(slice) for id, slice in slices(db).items()}
        return changed(parts.of_kinds(db, ("exercises",)), standing)

    return _publish(house, db, now, because, differing)


def slices(db: Db) -> dict[str, Slice]:
    """Return for whom each switch is thrown that is being exercised, by its id."""
    found: dict[str, Slice] = {}
    for each in exercises.standing(db):
        switch = switches.find(db, each.switch)
        if switch is None:
            continue
        models = switches.of_layer(db, Layer.MODEL) if switch.layer is Layer.MODEL else ()
        found[switch.id] = slice_of(switch, exercises.show(db, each.game_day), each.id, models)
    return found


def _publish(
    house: House, db: Db, now: datetime, because: str, differing: Callable[[Number], Changes]
) -> Number | None:
    """Publish what differs under the next number; a new epoch is published even where nothing does."""
    if tables.alarm(db) is not None:
        return None
    last, number = tables.numbers(db)
    changes = differing(number)
    if not changes and number.epoch == last.epoch:
        return None
    tables.insert(db, number, now, because, last=last)
    parts.write(db, number.generation, changes)
    if number.epoch == last.epoch:
        frame = write_frame(number, last, changes, house.sign)
    else:
        frame = write_frame(number, None, parts.every(db), house.sign)
    db.after_commit(lambda: house.publish(frame))
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


def table_facts(house: House, db: Db, targets: Collection[str] | None = None) -> TableFacts:
    """Gather what a table is compiled from: all of it, or what some features need."""
    policy = house.policy(db)
    known = policy.catalog.targets
    asked = known if targets is None else {target: known[target] for target in targets if target in known}
    active = ramps.active(db) if targets is None else [r for t in targets if (r := ramps.active_on(db, t))]
    change_of = changes.of_ids(db, [ramp.change for ramp in active])
    return TableFacts(
        targets=asked,
        current=units.all_current(db) if targets is None else _current(db, asked),
        ramps=tuple(_ramp_facts(change_of[ramp.change], ramp) for ramp in active),
        switches=tuple(switches.all_switches(db) if targets is None else switches.of_layer(db, Layer.FEATURE)),
        rings=policy.rings,
        candidate_lease_seconds=policy.candidate_lease_seconds,
        scored_percent=policy.scored_percent,
        exercises=slices(db) if targets is None else {},
    )


def _current(db: Db, targets: Iterable[str]) -> dict[str, Unit]:
    found = ((target, units.current(db, target)) for target in targets)
    return {target: unit for target, unit in found if unit is not None}


def _ramp_facts(change: Change, ramp: Ramp) -> RampFacts:
    return RampFacts(ramp, change.plan, change.candidate[ramp.target], change.blast_radius)


def frame_since(house: House, number: Number = NO_NUMBER) -> Frame | None:
    """Return what makes the newest table of one that a gateway holds, or a whole one; None where it is the newest.

    Whoever holds a table of another epoch, or none, gets a whole one.
    """
    with house.store.read() as db:
        newest = tables.newest_number(db)
        if number >= newest:
            return None
        if number.epoch == newest.epoch:
            return write_frame(newest, number, parts.since(db, number.generation), house.sign)
        return write_frame(newest, None, parts.every(db), house.sign)


def whole_frame(house: House) -> Frame | None:
    """Return the newest table whole, as for a gateway that has none; None before the first."""
    return frame_since(house, NO_NUMBER)


def newest_number(house: House) -> Number:
    """Return the newest published number."""
    with house.store.read() as db:
        return tables.newest_number(db)


def heard(house: House, number: Number, gateway: str = "", instance: str = "") -> None:
    """Raise the number alarm where a gateway reports more than was ever published; an epoch that ended is no news.

    An epoch past belief raises none: one gateway that is at fault would keep everybody's tables back.
    """
    with house.store.read() as db:
        if _is_no_news(db, number):
            return
    with house.store.write() as db:
        if _is_no_news(db, number):
            return
        if number.is_past_belief(Number(tables.epoch(db), 0)):
            _note_faulty(house, db, number, gateway, instance)
        elif tables.alarm(db) is None:
            now = house.clock.now()
            tables.set_alarm(db, number, now)
            record(db, now, CLOCK, "table.alarm", f"table/{number}", ALARM.because, role="clock")
            told = {"number": str(number), "because": ALARM.because, "remedy": ALARM.remedy}
            tell(db, "page.number_alarm", told, key=f"alarm/{number}")
            db.after_commit(lambda: house.stir("table"))


def _is_no_news(db: Db, number: Number) -> bool:
    return number <= tables.newest_number(db) or number.epoch < tables.epoch(db)


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
