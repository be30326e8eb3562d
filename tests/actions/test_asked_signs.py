"""Is whoever must sign something that is no change asked for it, and nobody else, until it is signed?"""

from __future__ import annotations

from datetime import datetime

from tests.actions.test_policies import edited
from tests.world import ON_SQLITE, World

from leverframe.actions import freezes, loosening, policies
from leverframe.actions.my_work import my_work, rows_of
from leverframe.actions.today import today
from leverframe.nouns.calendar import Freeze

pytestmark = ON_SQLITE

wall = datetime.fromisoformat
NAMES = ("adi", "ana", "cass", "cleo", "remi", "rita", "sol", "vic")


def asked(world: World) -> dict[str, tuple[str, ...]]:
    """Return who is asked in My work, each with their seats."""
    found = {name: my_work(world.house, world.who(name)).other_sign_offs for name in NAMES}
    return {name: each[0].can_sign_as for name, each in found.items() if each}


def waited_for(world: World) -> dict[str, tuple[str, ...]]:
    """Return who is waited on in Today, each with who could end it."""
    return {group.on: group.names for group in today(world.house, world.vic).waits}


def test_a_proposed_policy_asks_each_seat_once_and_never_who_proposed_it(world: World):
    proposal = policies.load_policy(world.house, world.adi, edited())
    assert asked(world) == {"remi": ("release_manager",), "rita": ("ai_risk",)}
    assert waited_for(world) == {"release manager": ("remi",), "AI Risk": ("rita",)}
    (mine,) = today(world.house, world.rita).my_other_sign_offs
    assert (mine.what, mine.address) == (f"The policy {proposal.digest[:19]}", "/policy#proposals")
    assert mine.says == "adi proposes it; it differs in policy.yaml"
    policies.sign_policy(world.house, world.remi, proposal.digest, "release_manager")
    assert asked(world) == {"rita": ("ai_risk",)}
    assert waited_for(world) == {"AI Risk": ("rita",)}
    assert [row.kind for row in rows_of(my_work(world.house, world.rita))] == ["sign-off"]
    policies.sign_policy(world.house, world.rita, proposal.digest, "ai_risk")
    assert (asked(world), waited_for(world)) == ({}, {})


def test_a_freeze_that_is_to_be_lifted_asks_the_seats_that_are_left(world: World):
    day = Freeze("a board meeting", wall("2026-05-13"), wall("2026-05-14"), because="it meets", owner="remi")
    declared = freezes.declare(world.house, world.sol, day)
    world.at("Wed 10:00")
    loosening.lift(world.house, world.remi, declared.id, "the board has gone home")
    assert asked(world) == {"rita": ("ai_risk",)}
    assert waited_for(world) == {"AI Risk": ("rita",)}
    (mine,) = my_work(world.house, world.rita).other_sign_offs
    assert (mine.what, mine.address) == ("The freeze a board meeting, to be lifted", f"/freezes/{declared.id}")
    assert mine.says == "remi asks for it: the board has gone home"
    loosening.lift(world.house, world.rita, declared.id, "agreed")
    assert (asked(world), waited_for(world)) == ({}, {})


def test_a_wish_to_lift_a_freeze_ends_with_the_freeze(world: World):
    day = Freeze("a board meeting", wall("2026-05-13"), wall("2026-05-14"), because="it meets", owner="remi")
    declared = freezes.declare(world.house, world.sol, day)
    world.at("Wed 10:00")
    loosening.lift(world.house, world.remi, declared.id, "the board has gone home")
    world.at("Thu 09:00")
    assert (asked(world), waited_for(world)) == ({}, {})


def test_a_thrown_switch_asks_nobody_until_somebody_wants_it_set_again(world: World):
    world.adopt()
    world.throw("sol", "feature/customer-support-ai")
    assert asked(world) == {}
    world.set_again("remi", "feature/customer-support-ai")
    (one,) = today(world.house, world.vic).waits
    assert one.waits[0].title == "The switch feature/customer-support-ai, to be set again"
    assert set(asked(world)) == set(one.names)
    assert "remi" not in asked(world)
    world.set_again("ana", "feature/customer-support-ai")
    assert (asked(world), waited_for(world)) == ({}, {})
