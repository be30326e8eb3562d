"""What do members of the CAB do and see, by which row of the acceptance map?"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from tests.rows import scenes
from tests.rows.acts import Act, No
from tests.rows.doors import Deed
from tests.rows.sights import Sight
from tests.served import Served

from leverframe.actions import cab
from leverframe.nouns.cab import Item, Meeting
from leverframe.nouns.changes import State
from leverframe.store import cab as rows
from leverframe.store import delegations

TODAY = "CAB-2026-05-13"
MEMBERS = "ask cass, cleo"
_days = count(1)


# ------------------------------------------------------------------------------------------------ scenes


def waiting(house: Served) -> str:
    """Have a High change wait at a meeting of its own; returns `CAB-…/CHG-…`."""
    change = scenes.ready(house, "underwriting-model", "ana")
    starts_at = house.world.now - timedelta(days=400 + next(_days))
    meeting = Meeting(f"CAB-{starts_at:%Y-%m-%d}", starts_at, "Europe/London", 10, items=(Item(change, 1),))
    with house.world.store.write() as db:
        assert rows.add(db, meeting)
    return f"{meeting.id}/{change}"


def discussed(house: Served) -> str:
    """Have Cass open the item."""
    thing = waiting(house)
    cab.open_item(house.built.house, house.world.cass, *thing.split("/"))
    return thing


def sent_back(house: Served) -> str:
    """Have Cleo send an item back; returns the change."""
    meeting, change = discussed(house).split("/")
    said = ("feature_engineer", house.world.view(change).digest, "window_not_right")
    cab.send_back(house.built.house, house.world.cleo, meeting, change, *said)
    return change


def nobody_delegated(house: Served) -> str:
    """Have nobody sit for anybody."""
    with house.world.store.write() as db:
        for each in delegations.current(db, house.world.now):
            delegations.revoke(db, each.id, house.world.now, "for the tests")
    return ""


# ------------------------------------------------------------------------------------------------ deeds

BECAUSE = {"because": "the tests ask for it"}
SAID = "--because 'the tests ask for it'"


def open_it(house: Served, thing: str) -> Deed:
    return Deed("PUT", f"/cab/{thing}/discussion", f"cab open {_words(thing)}", page=f"/cab/{thing}")


def approve(house: Served, thing: str, role: str = "platform_engineer") -> Deed:
    """Approve on a condition: in a house that many rows share, other changes may be in this one's way."""
    digest, condition = house.world.view(_change(thing)).digest, "Sol watches it"
    body = {"role": role, "content_digest": digest, "reason": "on_a_condition", "note": condition}
    command = f"cab approve {_words(thing)} --role {role} --condition '{condition}' --digest {digest}"
    typed = {"seat": role} | {name: body[name] for name in ("content_digest", "reason", "note")}
    return Deed("POST", f"/cab/{thing}/approvals", command, body, typed=typed, page=f"/cab/{thing}")


def approve_as_author(house: Served, thing: str) -> Deed:
    return approve(house, thing, "feature_engineer")


def send_back(house: Served, thing: str, reason: str = "rollback_plan_not_real") -> Deed:
    digest = house.world.view(_change(thing)).digest
    body = {"role": "feature_engineer", "content_digest": digest, "reason": reason, "note": "who does step two?"}
    command = f"cab return {_words(thing)} --role feature_engineer --reason '{reason}' --digest {digest}"
    command = f"{command} --note 'who does step two?'"
    return Deed("POST", f"/cab/{thing}/returns", command, body, page=f"/cab/{thing}")


def send_back_on_merit(house: Served, thing: str) -> Deed:
    return send_back(house, thing, "I would have used another model")


def take_back(house: Served, change: str) -> Deed:
    return Deed("DELETE", f"/changes/{change}/returns/mine", f"cab take-back {change} {SAID}", BECAUSE)


def carry_over(house: Served, thing: str) -> Deed:
    return Deed(
        "PUT", f"/cab/{thing}/carry-over", f"cab carry-over {_words(thing)} {SAID}", BECAUSE, page=f"/cab/{thing}"
    )


def close(house: Served, thing: str) -> Deed:
    meeting = thing.split("/")[0]
    return Deed("DELETE", f"/cab/{meeting}", f"cab close {meeting} {SAID}", BECAUSE, page=f"/cab/{meeting}")


def delegate(house: Served, nothing: str, name: str = "sol") -> Deed:
    body = {"role": "platform_engineer", "delegate": name, "starts": "2026-05-13T12:00", "ends": "2026-05-16T00:00"}
    command = f"cab delegate {name} --role platform_engineer --from '2026-05-13 12:00' --to 2026-05-15 {SAID}"
    return Deed("POST", "/cab/delegations", command, {**body, **BECAUSE}, page="/cab/delegations")


def delegate_to_vic(house: Served, nothing: str) -> Deed:
    return delegate(house, nothing, "vic")


def _words(thing: str) -> str:
    return thing.replace("/", " ")


def _change(thing: str) -> str:
    return thing.split("/")[-1]


# ------------------------------------------------------------------------------------------------ what is seen


def item_state(house: Served, thing: str) -> str:
    """Return how an item stands."""
    meeting, change = thing.split("/")
    with house.world.store.read() as db:
        item = rows.get(db, meeting).item(change)
    return item.state.value if item else "nowhere"


def signers(house: Served, thing: str) -> list[str]:
    """Return whose sign-offs stand on an item's change."""
    return [s.person for s in house.world.view(_change(thing)).sign_offs if s.voided_at is None]


def sits_for(house: Served, nothing: str) -> list[tuple[str, str]]:
    """List who sits for whom."""
    with house.world.store.read() as db:
        return [(each.delegate, each.member) for each in delegations.current(db, house.world.now)]


VIC_SITS_NOT = No("vic", 403, "vic does not sit on the CAB", MEMBERS)

THE_CAB = (
    Act(
        48,
        "an item is opened, and its minutes run",
        waiting,
        open_it,
        by="cass",
        seen=item_state,
        becomes="in_discussion",
        noes=(VIC_SITS_NOT,),
    ),
    Act(
        45,
        "a member approves in one seat, on a condition",
        discussed,
        approve,
        by="cass",
        seen=signers,
        becomes=["cass"],
        noes=(
            No("vic", 403, "vic does not hold the role platform engineer", "ask cass"),
            No("ana", 409, "ana is the author of", "another person must sign", approve_as_author),
        ),
    ),
    Act(
        46,
        "what was not opened is not decided",
        waiting,
        approve,
        noes=(No("cass", 409, "was not opened", "open it first"),),
    ),
    Act(
        47,
        "a member sends a change back for one of the fixed reasons",
        discussed,
        send_back,
        by="cleo",
        seen=lambda house, thing: (item_state(house, thing), house.world.change(_change(thing)).state),
        becomes=("sent_back", State.ASSESS),
        noes=(No("vic", 403, "vic does not sit on the CAB", MEMBERS),),
    ),
    Act(
        111,
        "technical merit is no reason: it belongs in the code review",
        discussed,
        send_back_on_merit,
        noes=(No("cleo", 422, "technical merit belongs in the code review", "rollback_plan_not_real"),),
    ),
    Act(
        47,
        "a member takes their own return back",
        sent_back,
        take_back,
        by="cleo",
        seen=lambda house, change: house.world.change(change).state,
        becomes=State.AUTHORIZE,
        noes=(No("cass", 403, "cass has not sent", "ask cleo"),),
    ),
    Act(
        49,
        "an item is left to the next meeting",
        discussed,
        carry_over,
        by="cleo",
        seen=item_state,
        becomes="carried_over",
        noes=(VIC_SITS_NOT,),
    ),
    Act(
        49,
        "a meeting ends, and what it has not reached is carried over",
        discussed,
        close,
        by="cass",
        seen=item_state,
        becomes="carried_over",
        noes=(VIC_SITS_NOT,),
    ),
    Act(
        45,
        "a member who is away names a delegate",
        nobody_delegated,
        delegate,
        by="cass",
        seen=sits_for,
        becomes=[("sol", "cass")],
        noes=(
            No("vic", 403, "vic does not hold the role platform engineer", "ask cass"),
            No("cass", 422, "vic is in no group that may sit as platform engineer", "those who may", delegate_to_vic),
        ),
    ),
)


# ------------------------------------------------------------------------------------------------ what is looked at


def of_item(row: int, what: str, **told: Any) -> Sight:
    """Return the sight of the day's item."""
    where = f"{TODAY}/{{}}"
    return Sight(
        row,
        what,
        lambda house: house.ids["waiting"],
        f"/cab/{where}",
        f"/cab/{where}",
        f"cab show {TODAY} {{}}",
        **told,
    )


AT_THE_CAB = (
    Sight(
        44,
        "Medium and High changes come to the CAB, and no Low one",
        lambda house: TODAY,
        "/cab",
        "/cab",
        "cab",
        says=("CHG-2026-00003", "underwriting-decision-v2", "high"),
        facts={"lines.*.item.change": ["CHG-2026-00003"], "rule.tiers": ["high", "medium"]},
    ),
    Sight(
        49,
        "the agenda was built by itself, and says who presents",
        lambda house: TODAY,
        "/cab/{}",
        "/cab/{}",
        "cab show {}",
        says=("CHG-2026-00003", "ana, remi"),
        facts={"lines.0.item.presenters": ["ana", "remi"], "meeting.built_at": "2026-05-13T09:00:00Z"},
    ),
    of_item(
        45,
        "who sits there: platform, feature, and AI Risk for High",
        says=("platform engineer", "feature engineer", "AI Risk", "rita may sign"),
        facts={"seats.*.role": ["platform_engineer", "feature_engineer", "ai_risk"]},
    ),
    of_item(
        46,
        "five checks with their evidence, and what differs from the target's last change",
        says=(
            "Is the ticket complete?",
            "Is the rollback plan real?",
            "Is the kill switch current?",
            "Is the window right?",
            "Is the blast radius sized?",
            "150,000 of 150,000 users (100 %)",
            "It is the first change of underwriting-decision-v2 here",
        ),
        facts={"checks.*.name": ["ticket", "rollback", "switch", "window", "blast"], "differing.last": ""},
    ),
    Sight(
        47,
        "what was sent back is counted by its fixed reason",
        lambda house: "",
        "/cab/returns",
        "/cab/returns",
        "cab returns",
        says=("the rollback plan is not real", "nobody was present to answer"),
        facts={
            "counts.*.reason": [
                "ticket_incomplete",
                "rollback_plan_not_real",
                "kill_switch_not_current",
                "window_not_right",
                "blast_radius_too_wide",
                "conflicts_with_another_change",
                "nobody_present_to_answer",
            ]
        },
    ),
)
