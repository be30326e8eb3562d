"""Are a switch's owner and a tenant's contact told before a pause ends, once each?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.world import World

from leverframe.actions import levers
from leverframe.actions.expiring import tell_expiring

TENANT = "tenant/enterprise-tenant-12891"
OTHER = "tenant/northwind"


def notices(world: World, switch: str = TENANT) -> list[tuple[int, str, str, str]]:
    """List what was told of a switch: so many days before which last day, and to whom."""
    told = (body for body in world.told("switch.expiring") if body["switch"] == switch)
    return [(body["days_before"], body["expires_on"], body["to"], body["who"]) for body in told]


def day_after_day(world: World, until: date) -> None:
    """Let the clock look once a day, up to a day at nine in the morning."""
    while world.now.date() < until:
        world.clock.advance(timedelta(days=1))
        world.round()


OWNER, CONTACT = ("owner", "customer-support-engineering"), ("contact", "it-operations@enterprise-12891.example")


def test_owner_and_contact_are_told_a_week_and_a_day_before_once_each(world: World):
    day_after_day(world, date(2026, 6, 22))
    assert notices(world) == []
    day_after_day(world, date(2026, 6, 27))
    week = [(7, "2026-06-30", *OWNER), (7, "2026-06-30", *CONTACT)]
    assert notices(world) == week
    day_after_day(world, date(2026, 6, 30))
    assert notices(world) == [*week, (1, "2026-06-30", *OWNER), (1, "2026-06-30", *CONTACT)]
    entries = world.entries("switch.expiring_told", TENANT)
    assert [entry.facts["days_before"] for entry in entries] == [1, 7]
    assert entries[0].facts["told"] == ["owner", "contact"]
    assert CONTACT[1] not in str(entries), "whom a tenant names is not for the log"
    told = world.told("switch.expiring")[0]
    assert told["ends_at"] == "2026-07-01T00:00:00-05:00"
    assert (told["on_expiry"], told["because"]) == ("lapse", "tenant compliance pause; ticket SUP-44012")


def test_a_notice_that_was_told_is_told_once_whoever_looks_again(world: World):
    day_after_day(world, date(2026, 6, 24))
    first = notices(world)
    tell_expiring(world.house, TENANT)
    world.round()
    assert len(first) == 2
    assert notices(world) == first


def test_a_later_last_day_has_notices_of_its_own(world: World):
    day_after_day(world, date(2026, 6, 24))
    world.throw("sol", TENANT, "their audit takes longer", expires_on=date(2026, 7, 10))
    day_after_day(world, date(2026, 7, 2))
    assert {days for days, *_ in notices(world)} == {7}
    assert {last for _, last, *_ in notices(world)} == {"2026-06-30"}
    day_after_day(world, date(2026, 7, 9))
    assert [row[:2] for row in notices(world)[2:]] == [(7, "2026-07-10")] * 2 + [(1, "2026-07-10")] * 2


def test_of_two_that_are_due_only_the_later_is_told(world: World):
    """A server that was off for a week does not say that a pause ends in a week, when it ends tomorrow."""
    day_after_day(world, date(2026, 6, 20))
    world.clock.advance(date(2026, 6, 29) - date(2026, 6, 20))
    world.round()
    assert {days for days, *_ in notices(world)} == {1}


def test_a_tenant_without_a_contact_has_its_owner_told(world: World):
    world.throw("sol", OTHER, "they asked", expires_on=date(2026, 5, 30))
    day_after_day(world, date(2026, 5, 24))
    assert notices(world, OTHER) == [(7, "2026-05-30", *OWNER)]
    assert levers.show_switch(world.house, world.sol, OTHER).contact == ""
    contacts = {**world.policy.tenant_contacts, "northwind": "pager@northwind.example"}
    world.enforce(replace(world.policy, tenant_contacts=contacts, digest="a contact for them"))
    world.round()
    assert notices(world, OTHER)[1:] == [(7, "2026-05-30", "contact", "pager@northwind.example")]
    assert levers.show_switch(world.house, world.sol, OTHER).contact == "pager@northwind.example"


def test_a_pause_that_stays_says_so(world: World):
    world.throw("sol", OTHER, "for good", expires_on=date(2026, 5, 30), on_expiry="stay")
    day_after_day(world, date(2026, 5, 24))
    assert [body["on_expiry"] for body in world.told("switch.expiring")] == ["stay"]


def test_a_pause_that_was_set_again_is_not_told(world: World):
    world.throw("sol", OTHER, "they asked", expires_on=date(2026, 5, 30))
    world.at("Wed 11:00")
    world.set_again("sol", OTHER)
    world.set_again("remi", OTHER)
    day_after_day(world, date(2026, 5, 30))
    assert notices(world, OTHER) == []
    world.throw("sol", OTHER, "again", expires_on=date(2026, 6, 20))
    day_after_day(world, date(2026, 6, 14))
    assert [row[:2] for row in notices(world, OTHER)] == [(7, "2026-06-20")]
