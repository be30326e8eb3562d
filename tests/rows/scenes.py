"""What stands in the house before somebody does something: a ticket, a signed one, a ramp, a lever?

A scene is made by the actions, in the example's day on Wednesday at half past twelve. Most of them are Low changes
on `meeting-notes`, which Cass writes and Remi signs; what leaves a ramp behind is ended by the next scene.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.answering import addresses, carry_out
from tests.rows.doors import Deed
from tests.served import Served

from leverframe.actions import (
    break_glass,
    changes,
    freezes,
    game_days,
    listing,
    loosening,
    outcomes,
    ramps,
    reviews,
    rotas,
    staging,
    unauthorised,
)
from leverframe.nouns.changes import StartWindow
from leverframe.nouns.documents import to_document
from leverframe.nouns.follow_ups import LATER_LOOK
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.outcomes import Batch, Outcome
from leverframe.nouns.tables import Reason
from leverframe.nouns.units import Unit
from leverframe.sources.freezes.typed import read_typed
from leverframe.store import follow_ups, handovers
from leverframe.store import freezes as freeze_rows
from leverframe.store import ramps as ramp_rows
from leverframe.store import unauthorised as unauthorised_rows

NOTES, CLAIMS = "meeting-notes", "claims-summary"
LONDON = ZoneInfo("Europe/London")
LEVER = f"feature/{CLAIMS}"
STEPS = "1. Remi aborts the ramp: the former unit serves from the next table on.\n2. Sol checks on the lever frame."
_serial = count(1)


# ------------------------------------------------------------------------------------------------ tickets


def form(house: Served, name: str = "meeting-notes-v2", **other: Any) -> ChangeForm:
    """Return one of the example's change files, to be started today, with a candidate that was never there before."""
    read = house.world.form(name)
    candidate = read.candidate
    assert candidate is not None
    prompt = "meeting-notes@v1" if read.target == NOTES else candidate.prompt
    fresh = replace(candidate, prompt=prompt, code_ref=f"scene@{next(_serial)}")
    today = StartWindow(house.world.now, house.world.moment("Wed 15:00"), house.world.now + timedelta(days=15))
    return replace(read, **{"candidate": fresh, "start": today, **other})


def as_document(typed: ChangeForm) -> dict[str, Any]:
    """Write a form as the JSON that the API takes, and that a change file may hold."""
    return dict(to_document(typed))


def as_file(document: Mapping[str, Any]) -> bytes:
    """Write a form as a change file, without what is empty."""
    candidate = {name: part for name, part in document["candidate"].items() if part}
    return json.dumps({n: v for n, v in {**document, "candidate": candidate}.items() if v}).encode()


def as_fields(typed: ChangeForm) -> dict[str, str]:
    """Write a form as a person types it into the page."""
    document = as_document(typed)
    parts = {n: v for part in ("candidate", "blast_radius") for n, v in (document[part] or {}).items()}
    flat = {n: document[n] for n in ("target", "path", "title", "kind", "rollback_plan", "kill_switch", "bridge")}
    flat |= {n: document[n] for n in ("release_manager", "coordinator")} | {"plan": typed.ramp}
    flat |= {n: v for n, v in parts.items() if n != "rings"}
    flat |= {"paging": ", ".join(typed.paging), "regions": ", ".join(parts.get("regions", ()))}
    flat |= {"artefacts": "\n".join(f"{name}: {link}" for name, link in typed.artefacts.items())}
    return {n: str(v) for n, v in (flat | _times(typed)).items()}


def _times(typed: ChangeForm) -> dict[str, str]:
    names = ("opens_at", "closes_at", "not_after")
    start = typed.start
    return {n: f"{getattr(start, n).astimezone(LONDON):%Y-%m-%dT%H:%M}" for n in names} if start else {}


def filing(typed: ChangeForm, *, check: bool = False, **also: object) -> Deed:
    """File a form, or check it first; `also` is sent beside it."""
    document = {**as_document(typed), **also}
    return Deed(
        "POST",
        "/changes/check" if check else "/changes",
        "change file {file} --check" if check else "change file {file}",
        body=document,
        typed={**as_fields(typed), **{n: str(v) for n, v in also.items()}},
        page="/changes/new",
        text=as_file({**document, **also}),
    )


def editing(house: Served, change: str, typed: ChangeForm, fields: Mapping[str, str]) -> Deed:
    """Edit a change: on the page only what differs is typed."""
    version, document = house.world.change(change).version, as_document(typed)
    body, command = {**document, "version": version}, f"change edit {change} {{file}}"
    return Deed("PUT", f"/changes/{change}", command, body, typed=fields, text=as_file(document))


def filed(house: Served, name: str = "meeting-notes-v2", by: str = "cass", **other: Any) -> str:
    """File a ticket that lacks its evals and sign-offs."""
    return changes.file_change(house.built.house, house.world.who(by), form(house, name, **other)).id


def filed_for_remi(house: Served) -> str:
    """File a ticket that Remi coordinates; returns its id."""
    return filed(house, coordinator="remi")


def coordinated(house: Served, change: str) -> list[str]:
    """List who has coordinated a change, the first first."""
    with house.world.store.read() as db:
        return [one.taker for one in handovers.of_change(db, change)]


def in_the_way(house: Served) -> str:
    """Have two tickets of the same feature at the same time; returns the second."""
    filed(house)
    return filed(house)


def nothing(house: Served) -> str:
    """Have nothing; returns a title that no ticket has yet."""
    return f"A title that is the {next(_serial)}th"


def no_freeze(house: Served) -> str:
    """Have no declared freeze standing; returns nothing."""
    at = house.world.clock.now()
    with house.world.store.write() as db:
        for each in freeze_rows.standing(db):
            freeze_rows.end(db, each.id, "nobody", at, "for the tests")
    return ""


def no_rota(house: Served) -> str:
    """Have no rota of this name; returns it."""
    return f"rota-{next(_serial)}"


def paging_a_rota(house: Served) -> str:
    """Have a ticket that pages a rota on which Sol is, and after him Cass; returns the ticket's id."""
    now, name = house.world.clock.now(), no_rota(house)
    ends, later = (f"{now + timedelta(days=days):%Y-%m-%d} 08:00" for days in (10, 20))
    text = f"- {{who: Sol, from: 2026-01-01, until: {ends}}}\n- {{who: cass, from: {ends}, until: {later}}}\n"
    text = text.replace("2026-01-01,", "2026-01-01 00:00,")
    rotas.put_rota(house.built.house, house.world.cass, name, text.encode())
    return filed(house, paging=(name, "#ai-incidents"))


def on_call_by(house: Served, name: str) -> list[str]:
    """Name who is on call by a rota now."""
    lines = rotas.list_rotas(house.built.house, house.world.ana).rotas
    return [one.who for line in lines if line.name == name for one in line.now.on_call]


def a_freeze(house: Served) -> str:
    """Have one freeze declared by Cass; returns its id."""
    no_freeze(house)
    declared = {"name": "board meeting", "starts": "2026-07-20T00:00", "ends": "2026-07-21T00:00", "regions": "us"}
    told = {"owner": "release-managers", "because": "the board tries the product"}
    return freezes.declare(house.built.house, house.world.cass, read_typed({**declared, **told})).id


def a_freeze_that_ai_risk_would_lift(house: Served) -> str:
    """Have a freeze that Rita has signed to lift; returns its id."""
    id = a_freeze(house)
    loosening.lift(house.built.house, house.world.rita, id, "it is over")
    return id


def standing(house: Served) -> list[tuple[str, str]]:
    """List the declared freezes that stand, each with the file that it came from."""
    with house.world.store.read() as db:
        return [(each.freeze.name, each.source) for each in freeze_rows.standing(db)]


def ends_of_freezes(house: Served) -> list[str]:
    """List the days on which the declared freezes that stand end."""
    with house.world.store.read() as db:
        return [f"{each.freeze.ends:%Y-%m-%d}" for each in freeze_rows.standing(db)]


def an_unauthorised_unit(house: Served) -> str:
    """Have a gateway tell of a unit that nobody filed; returns the record's id."""
    unit = f"meeting-notes@by-hand-{next(_serial)}"
    told = Outcome(house.world.call(NOTES, "somebody", unit=unit), 100.0)
    outcomes.accept_batch(house.built.house, "edge", frozenset(), Batch(unit, 1, (told,)))
    unauthorised.look_out(house.built.house, unauthorised.Lookout())
    with house.world.store.read() as db:
        return unauthorised_rows.of_unit(db, NOTES, unit)[0].id


def after_hours(house: Served) -> str:
    """Have a change whose start window opens later today; returns its id."""
    later = StartWindow(
        house.world.now + timedelta(hours=1), house.world.moment("Wed 15:00"), house.world.now + timedelta(days=15)
    )
    return ready(house, start=later)


def asked_to_pass(house: Served) -> str:
    """Have Sol ask that a change may start before its window; returns the change's id."""
    change = after_hours(house)
    break_glass.ask(house.built.house, house.world.sol, change, ["window"], 60, "it is urgent")
    return change


def gate_of(gate: str) -> Callable[[Served, str], str]:
    """Return what looks at a gate's answer on a change."""
    return lambda house, change: house.world.verdict(change, gate).outcome.value


def glass_of(house: Served, change: str) -> str:
    """Return how the break-glass of a change stands."""
    return house.world.view(change).glass.state


def settlement(house: Served, record: str) -> str:
    """Say what a person made of a record."""
    with house.world.store.read() as db:
        settled = unauthorised_rows.get(db, record).settled
    return "" if settled is None else f"{settled.change or 'incident'}, by {settled.by}"


def titled(house: Served, title: str) -> list[str]:
    """Return the tickets of a title."""
    return [line.id for line in listing.list_changes(house.built.house, {"text": title}).changes]


def next_id(house: Served) -> str:
    """Cancel the newest ticket; returns the id that the next one gets."""
    canceled = filed(house)
    changes.cancel_change(house.built.house, house.world.cass, canceled, "it was filed by mistake")
    year, number = canceled.split("-")[1:]
    return f"CHG-{year}-{int(number) + 1:05}"


def for_tomorrow(house: Served) -> str:
    """Have a ticket signed whose start window opens tomorrow."""
    opens, closes = house.world.moment("Thu 10:00"), house.world.moment("Thu 15:00")
    start = StartWindow(opens, closes, opens + timedelta(days=15))
    return house.world.sign_all(ready(house, start=start)).id


def thursday(house: Served) -> ChangeForm:
    """Return the example's support change, filed for Thursday."""
    opens, closes = house.world.moment("Thu 10:00"), house.world.moment("Thu 12:00")
    return form(house, "support-prompt-v9", start=StartWindow(opens, closes, opens + timedelta(days=15)))


def same_form(house: Served, change: str, **other: Any) -> ChangeForm:
    """Return the form of a ticket on meeting-notes as it stands, with other fields."""
    now = house.world.change(change)
    return form(house, candidate=now.candidate[now.target], start=now.start, title=now.title, **other)


def ready(house: Served, name: str = "meeting-notes-v2", by: str = "cass", **other: Any) -> str:
    """File a ticket with its evals."""
    change = filed(house, name, by, **other)
    house.world.proved(change)
    return change


def staged(house: Served) -> str:
    """Have a ticket whose candidate stands on staging."""
    change = ready(house)
    staging.record_staging(house.built.house, house.world.cass, change, "deployed", "built from 1ab90f3")
    return change


def reviewed_elsewhere(house: Served) -> str:
    """Have a ticket of Ana's of whose pull request nothing is known."""
    return filed(house, "support-prompt-v9", "ana")


def signed(house: Served) -> str:
    """Have a ticket signed by all, and its target free."""
    _free(house)
    return house.world.sign_all(ready(house)).id


def signed_by_remi(house: Served) -> str:
    """Have a ticket signed by Remi, while another seat is open."""
    change = ready(house, "underwriting-model", "ana")
    house.world.sign("remi", change)
    return change


def by_cass(house: Served) -> str:
    """File a Medium ticket that Cass wrote, who is asked for as platform engineer too."""
    return ready(house, "support-prompt-v9", "cass")


def edited(house: Served) -> str:
    """Have a ticket edited after it was signed, and its evals posted anew."""
    change = signed(house)
    after = replace(same_form(house, change), rollback_plan=STEPS)
    changes.edit_change(house.built.house, house.world.cass, change, after, house.world.change(change).version)
    return change


def ramping(house: Served) -> str:
    """Start a ramp."""
    change = signed(house)
    ramps.start_ramp(house.built.house, house.world.remi, change)
    return change


def for_today(house: Served) -> str:
    """Have a ticket signed whose target is free, and which may start at any hour that the calendar leaves."""
    start = StartWindow(house.world.now, house.world.moment("Fri 15:00"), house.world.now + timedelta(days=15))
    return house.world.sign_all(ready(house, "underwriting-model", "ana", start=start)).id


def on_notes(house: Served) -> str:
    """Return the change that ramps on meeting-notes."""
    with house.built.house.store.read() as db:
        on = ramp_rows.active_on(db, NOTES)
    assert on is not None
    return on.change


def aborted(house: Served) -> str:
    """Start a ramp and abort it."""
    change = ramping(house)
    house.world.abort("sol", change)
    return change


def reviewed(house: Served) -> str:
    """Have an aborted change reviewed, and so closed."""
    change = aborted(house)
    reviews.review(house.built.house, house.world.remi, change, "aborted", "Nobody was hurt.")
    return change


def settled_notes(house: Served) -> str:
    """Have a look at a settled change that is owed by the team that wrote it, and that nobody has done."""
    change, due = house.ids["settled"], house.world.moment("Thu 17:00")
    with house.built.house.store.write() as db:
        what = f"Look at it for the {next(_serial)}th time"
        follow_ups.owe(db, change, LATER_LOOK, due, "", "the tests ask for it", what=what, team="ai-platform")
    return change


def _free(house: Served) -> None:
    with house.built.house.store.read() as db:
        on = ramp_rows.active_on(db, NOTES)
    if on is not None:
        house.world.abort("remi", on.change)


# ------------------------------------------------------------------------------------------------ levers


def lever(house: Served) -> str:
    """Have the lever of a feature set."""
    if thrown(house):
        thrown_lever(house)
        house.world.set_again("remi", LEVER, "release_manager")
        house.world.set_again("cleo", LEVER, "feature_owner")
    return LEVER


def thrown_lever(house: Served) -> str:
    """Have the lever of a feature thrown, and nobody's sign-off on it."""
    house.world.throw("sol", LEVER)
    return LEVER


def asked_lever(house: Served) -> str:
    """Have Remi ask to set a thrown lever again."""
    thrown_lever(house)
    house.world.set_again("remi", LEVER, "release_manager")
    return LEVER


def thrown(house: Served) -> bool:
    """Say whether the feature is off in the table that gateways obey."""
    return served_by(house) is Reason.FEATURE_THROWN


def served_by(house: Served) -> Reason:
    """Return why somebody gets the answer that they get."""
    return house.world.decide(CLAIMS, "somebody", "eu").reason


def exercisable(house: Served) -> str:
    """Have a lever set, gateways that can be asked, and no game day under way."""
    addresses(house)
    for line in game_days.list_game_days(house.built.house):
        if line.over < line.switches:
            carry_out(house, line.day.id)
    return lever(house)


def is_exercised(house: Served, switch: str) -> bool:
    """Say whether a game day is under way on a lever."""
    lines = game_days.list_game_days(house.built.house)
    return any(switch in line.day.switches and line.over < line.switches for line in lines)


def proved(house: Served) -> str:
    """Hold a game day on a lever to its end; returns its id."""
    switch = exercisable(house)
    return carry_out(house, game_days.begin(house.built.house, house.world.sol, [switch], "the game day").id)


def found_stale(house: Served) -> str:
    """Hold a game day on which one gateway answers from the table that it had before; returns its id."""
    because = "one gateway keeps an older table"
    held = [line.day.id for line in game_days.list_game_days(house.built.house) if line.day.because == because]
    if held:
        return held[0]
    switch, answering = exercisable(house), addresses(house)
    answering.stale["http://edge-uk/v1"] = house.world.table
    return carry_out(house, game_days.begin(house.built.house, house.world.sol, [switch], because).id)


def on_search(house: Served) -> str:
    """File a ticket whose kill switch was never exercised."""
    if "policy-search-v1" not in house.world.running:
        house.world.adopt("policy-search-v1", Unit(prompt="policy-search@v3", model="anthropic.claude-sonnet-4-5"))
    candidate = Unit(prompt="policy-search@v4", model="anthropic.claude-sonnet-4-5", code_ref=f"s@{next(_serial)}")
    search = {"target": "policy-search-v1", "candidate": candidate, "kill_switch": "", "blast_radius": None}
    return filed(house, "support-prompt-v8", "cleo", **search, ramp="handbook")
