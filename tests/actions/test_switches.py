"""How is a kill switch thrown, set again, and when does it lapse?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import levers, setting, switches
from leverframe.nouns.calendar import Freeze, Scope
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import SwitchRule
from leverframe.nouns.switches import OnExpiry
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.routing import Router

pytestmark = ON_SQLITE
SUPPORT, CLAIMS, MODEL = "feature/customer-support-ai", "feature/claims-summary", "model/openai.gpt-4o-2024-11"
TENANT = "tenant/enterprise-tenant-12891"
OTHER_TENANT = "tenant/northwind"
OPEN, CLOSED = "Wed 11:00", "Fri 11:00"


def lever(world: World, switch: str, by: str = "sol"):
    return levers.show_switch(world.house, world.who(by), switch)


def test_one_person_throws_at_any_hour_with_one_reason(world: World):
    world.adopt()
    world.at("Sun 03:12")
    switch, number = world.throw("sol", SUPPORT, "it insults customers")
    assert (switch.thrown, switch.thrown_by, switch.because) == (True, "sol", "it insults customers")
    decision = Router(world.table).route("customer-support-ai", "anybody")
    assert (decision.serve, decision.fallback, decision.number) == (False, "help-centre-search", number)
    entry = world.entries("switch.thrown")[0]
    assert (entry.actor, entry.role, entry.facts["number"]) == ("sol", "on_call", str(number))
    told = {"switch": SUPPORT, "because": "it insults customers", "by": "sol", "number": str(number)}
    assert world.told("switch.thrown")[-1] == told


def test_who_may_not_throw_is_told_who_may(world: World):
    because = no_of(lambda: world.throw("vic", SUPPORT))["may"]
    assert because.startswith(
        "vic may not throw a feature kill switch; the policy gives it to feature owner or on-call"
    )
    assert set(no_of(lambda: world.throw("ana", MODEL))) == {"may"}
    assert "because" in faults_of(lambda: world.throw("sol", SUPPORT, "  "))
    assert world.entries("switch.thrown", SUPPORT) == []


MAY_THROW = {
    "support_engineer": "tenant",
    "on_call": "tenant, feature, model",
    "release_manager": "tenant, feature, model",
    "security": "feature, model",
    "platform_engineer": "model",
    "feature_engineer": "",
    "ai_risk": "",
    "administrator": "",
}
"""Which layers each role of the example may throw."""


@pytest.mark.parametrize(("role", "layers"), MAY_THROW.items(), ids=list(MAY_THROW))
def test_a_role_throws_the_layers_that_are_given_to_it_and_no_others(world: World, role: str, layers: str):
    actor = Actor(ActorKind.PERSON, "somebody", roles=frozenset({role}))
    for switch in (OTHER_TENANT, SUPPORT, MODEL):
        act = partial(switches.throw, world.house, actor, switch, "a table's row", received_at=0.0)
        if switch.split("/")[0] in layers.split(", "):
            assert act()[0].thrown, switch
            assert world.entries("switch.thrown", switch)[0].role == role
        else:
            assert set(no_of(act)) == {"may"}, switch


def test_the_owner_of_a_feature_throws_their_own_and_no_other(world: World):
    world.throw("ana", SUPPORT)
    assert world.entries("switch.thrown", SUPPORT)[0].role == "feature_owner"
    assert set(no_of(lambda: world.throw("ana", "feature/policy-search-v1"))) == {"may"}


def test_every_lever_has_its_owner_and_every_row_says_whose_it_is(world: World):
    frame = levers.lever_frame(world.house, world.sol)
    assert {title: owner for title, owner, _ in frame.layers} == {
        "Tenants": "owned by Customer Support Engineering",
        "Features": "each owned by its feature's team",
        "Models": "owned by AI Platform",
    }
    owners = {line.switch.id: line.switch.owner for _, _, lines in frame.layers for line in lines}
    targets = world.policy.catalog.targets
    for switch, owner in owners.items():
        layer, _, key = switch.partition("/")
        layer_owner = {"tenant": "customer-support-engineering", "model": "ai-platform"}
        assert owner == (targets[key].owner if layer == "feature" else layer_owner[layer]), switch


def test_a_switch_that_there_is_not_names_those_that_there_are(world: World):
    with pytest.raises(NotFound) as missing:
        world.throw("sol", "feature/horoscopes")
    assert SUPPORT in missing.value.remedy


def test_a_tenants_day_ends_in_the_zone_that_the_policy_names(world: World):
    zones = {**world.policy.tenant_zones, "northwind": "Asia/Tokyo"}
    world.enforce(replace(world.policy, tenant_zones=zones, digest="a zone for them"))
    assert world.throw("sol", OTHER_TENANT, "they asked")[0].zone == "Asia/Tokyo"


def test_throwing_a_thrown_switch_again_is_no_fault_and_publishes_nothing_new(world: World):
    world.adopt()
    _, first = world.throw("sol", SUPPORT)
    assert first is not None
    switch, second = world.throw("cleo", SUPPORT, "still")
    assert (switch.thrown_by, second) == ("cleo", None)


def test_a_tenants_pause_needs_no_file(world: World):
    switch, _ = world.throw("sol", "tenant/northwind", "they asked", ticket="SUP-1", expires_on=date(2026, 6, 1))
    assert (switch.ticket, switch.expires_on, switch.zone) == ("SUP-1", date(2026, 6, 1), "Europe/London")
    assert switch.owner == "customer-support-engineering"
    assert world.table.thrown_tenants >= {"northwind"}
    assert set(no_of(lambda: world.throw("cleo", "tenant/fabrikam"))) == {"may"}
    assert "tenant/fabrikam" not in {line.switch.id for line in levers.list_switches(world.house, world.sol)}


def test_a_last_day_is_a_tenants_and_one_to_come(world: World):
    late = date(2026, 5, 11)
    assert "expires_on" in faults_of(lambda: world.throw("sol", SUPPORT, expires_on=date(2026, 6, 1)))
    assert faults_of(lambda: world.throw("sol", TENANT, expires_on=late)) == {"expires_on": "2026-05-11 has passed"}
    assert "on_expiry" in faults_of(lambda: world.throw("sol", TENANT, on_expiry="never"))


def test_a_switch_is_set_again_by_all_its_sign_offs_inside_a_window(world: World):
    world.adopt()
    world.throw("sol", SUPPORT)
    world.at(OPEN)
    first = world.set_again("cleo", SUPPORT)
    assert (first.done, first.seats) == (False, (("feature_owner", 1, ("cleo",)), ("release_manager", 1, ())))
    asked = lever(world, SUPPORT, by="cleo")
    assert asked.request is not None
    assert (asked.may_set, asked.can_set_as) == (False, ())
    done = world.set_again("remi", SUPPORT)
    assert done.done
    assert not lever(world, SUPPORT).switch.thrown
    assert Router(world.table).route("customer-support-ai", "anybody").serve
    assert world.entries("switch.set")[0].because == "set again, signed by cleo, remi"


def test_outside_a_window_the_complete_request_waits_for_it(world: World):
    world.throw("sol", SUPPORT)
    world.at(CLOSED)
    world.set_again("cleo", SUPPORT)
    assert (lever(world, SUPPORT).waits_for, len(lever(world, SUPPORT).seats)) == ("", 2)
    assert not world.set_again("remi", SUPPORT).done
    waits = "it is outside the release window, which opens Tue 19 May 2026 10:00 Europe/London"
    assert lever(world, SUPPORT).waits_for == waits
    world.rounds_until("Tue 09:30", every=24 * 60)
    assert lever(world, SUPPORT).switch.thrown
    world.rounds_until("Tue 10:00")
    assert not lever(world, SUPPORT).switch.thrown
    assert world.entries("switch.set")[0].actor == "clock"


def test_an_incomplete_request_does_not_set_anything_when_the_window_opens(world: World):
    world.throw("sol", SUPPORT)
    world.set_again("cleo", SUPPORT)
    world.rounds_until("Wed 11:00", every=24 * 60)
    assert lever(world, SUPPORT).switch.thrown


def test_a_freeze_over_any_region_that_would_serve_again_keeps_it_off(world: World):
    freeze = Freeze(
        "open enrolment",
        world.moment("Tue 09:00").replace(tzinfo=None),
        world.moment("Mon 09:00").replace(tzinfo=None),
        scope=Scope(targets=frozenset({"claims-summary"}), regions=frozenset({"us"})),
    )
    calendar = replace(world.policy.calendar, freezes=(freeze,))
    world.enforce(replace(world.policy, calendar=calendar, digest="enrolment"))
    world.at(OPEN)
    for switch in (CLAIMS, SUPPORT):
        world.throw("sol", switch)
        world.set_again("cleo", switch)
    assert not world.set_again("remi", CLAIMS).done
    assert world.set_again("remi", SUPPORT).done


def test_who_may_not_sign_a_switch_is_told_why(world: World):
    world.at(OPEN)
    assert "state" in no_of(lambda: world.set_again("remi", SUPPORT))
    world.throw("sol", SUPPORT)
    assert set(no_of(lambda: world.set_again("vic", SUPPORT))) == {"seat"}
    assert set(no_of(lambda: world.set_again("vic", SUPPORT, "release_manager"))) == {"role"}
    assert set(no_of(lambda: world.set_again("rita", SUPPORT, "ai_risk"))) == {"seat"}
    token = world.token("remi", "switch", "admin")
    refused = no_of(lambda: setting.set_again(world.house, token, SUPPORT, "release_manager", "mended"))
    assert set(refused) == {"session"}
    world.set_again("remi", SUPPORT)
    assert set(no_of(lambda: world.set_again("remi", SUPPORT))) == {"once"}


def test_a_switch_that_is_thrown_again_forgets_its_request(world: World):
    world.throw("sol", SUPPORT)
    world.set_again("cleo", SUPPORT)
    world.throw("sol", SUPPORT, "it is not mended")
    world.at(OPEN)
    assert not world.set_again("remi", SUPPORT).done


def test_a_signer_who_lost_the_role_fills_no_seat(world: World):
    world.throw("sol", SUPPORT)
    world.at(CLOSED)
    world.set_again("cleo", SUPPORT)
    world.set_again("remi", SUPPORT)
    people = {**world.policy.catalog.people}
    people["cleo"] = replace(people["cleo"], groups=frozenset())
    catalog = replace(world.policy.catalog, people=people)
    world.enforce(replace(world.policy, catalog=catalog, digest="cleo left"))
    world.rounds_until("Tue 10:00", every=24 * 60)
    assert lever(world, SUPPORT).switch.thrown


def test_a_tenants_pause_lapses_at_the_next_opening_after_its_day_and_names_who_set_it(world: World):
    world.throw("sol", OTHER_TENANT, "compliance pause", expires_on=date(2026, 5, 14))
    world.rounds_until("Fri 16:00", every=12 * 60)
    assert lever(world, OTHER_TENANT).switch.thrown
    assert lever(world, OTHER_TENANT).expired
    world.rounds_until("Tue 10:00", every=24 * 60)
    assert not lever(world, OTHER_TENANT).switch.thrown
    entry = world.entries("switch.lapsed")[0]
    assert (entry.actor, entry.because) == ("clock", "its date 2026-05-14 has passed; set by sol")
    assert "northwind" not in world.table.thrown_tenants


def test_a_pause_that_one_person_extends_does_not_lapse(world: World):
    world.throw("sol", OTHER_TENANT, "compliance pause", expires_on=date(2026, 5, 14))
    world.at("Fri 09:00")
    world.throw("sol", OTHER_TENANT, "two more weeks", expires_on=date(2026, 5, 28))
    world.rounds_until("Tue 10:00", every=24 * 60)
    assert lever(world, OTHER_TENANT).switch.thrown


@pytest.mark.parametrize(
    ("stands", "again", "place"),
    [
        ({"expires_on": date(2026, 12, 31), "on_expiry": "stay"}, {"on_expiry": "lapse"}, "on_expiry"),
        ({"expires_on": date(2026, 12, 31)}, {"expires_on": date(2026, 5, 12)}, "expires_on"),
        ({}, {"expires_on": date(2027, 5, 12)}, "expires_on"),
    ],
    ids=["what stays does not lapse", "a sooner day", "a day where there was none"],
)
def test_one_person_does_not_shorten_a_pause_that_stands(world: World, stands, again, place):
    world.adopt()
    thrown, _ = world.throw("sol", OTHER_TENANT, **stands)
    faults = faults_of(lambda: world.throw("remi", OTHER_TENANT, **again))
    assert set(faults) == {place}
    assert lever(world, OTHER_TENANT).switch == thrown


def test_the_lapse_names_who_set_the_date_though_another_threw_it_again(world: World):
    world.throw("sol", OTHER_TENANT, "compliance pause", expires_on=date(2026, 5, 14))
    world.throw("remi", OTHER_TENANT, "and the contract is in question")
    world.at("Fri 16:00")
    world.rounds_until("Tue 10:00", every=24 * 60)
    entry = world.entries("switch.lapsed")[0]
    assert entry.because == "its date 2026-05-14 has passed; set by sol"
    assert entry.facts == {"expires_on": "2026-05-14", "set_by": "sol"}


def test_the_lapse_names_who_prolonged_it(world: World):
    world.throw("sol", OTHER_TENANT, "compliance pause", expires_on=date(2026, 5, 13))
    world.throw("remi", OTHER_TENANT, "a day longer", expires_on=date(2026, 5, 14))
    world.at("Fri 16:00")
    world.rounds_until("Tue 10:00", every=24 * 60)
    assert world.entries("switch.lapsed")[0].facts["set_by"] == "remi"


def test_a_pause_that_stays_does_not_lapse(world: World):
    world.throw("sol", OTHER_TENANT, "for good", expires_on=date(2026, 5, 14), on_expiry="stay")
    assert lever(world, OTHER_TENANT).switch.on_expiry is OnExpiry.STAY
    world.rounds_until("Tue 10:00", every=24 * 60)
    assert lever(world, OTHER_TENANT).switch.thrown


def test_the_date_of_an_earlier_pause_does_not_end_a_later_one(world: World):
    world.throw("sol", OTHER_TENANT, "a day", expires_on=date(2026, 5, 12), ticket="SUP-1")
    world.rounds_until("Wed 10:00", every=24 * 60)
    world.rounds_until("Wed 11:00")
    assert not lever(world, OTHER_TENANT).switch.thrown
    again, _ = world.throw("sol", OTHER_TENANT, "for longer")
    assert (again.expires_on, again.ticket) == (None, "")
    world.rounds_until("Thu 12:00", every=60)
    assert lever(world, OTHER_TENANT).switch.thrown


def test_where_no_seat_is_asked_whoever_may_throw_may_set(world: World):
    rules = {layer: SwitchRule(rule.throw, ()) for layer, rule in world.policy.switch_rules.items()}
    world.enforce(replace(world.policy, switch_rules=rules, solo=True, digest="solo"))
    world.throw("sol", SUPPORT)
    world.at(OPEN)
    assert set(no_of(lambda: world.set_again("vic", SUPPORT))) == {"may"}
    assert world.set_again("sol", SUPPORT).done
    assert world.entries("switch.set")[0].facts["solo"] is True


def test_the_lever_frame_shows_what_each_reader_may_do(world: World):
    world.throw("sol", SUPPORT)
    frame = levers.lever_frame(world.house, world.cleo)
    rows = {title: [line.switch.id for line in lines] for title, _, lines in frame.layers}
    assert TENANT in rows["Tenants"]
    assert SUPPORT in rows["Features"]
    assert MODEL in rows["Models"]
    mine, theirs = lever(world, SUPPORT, "cleo"), lever(world, MODEL, "cleo")
    assert (mine.may_throw, mine.may_set, mine.can_set_as) == (True, True, ("feature_owner",))
    assert (theirs.may_throw, theirs.may_set, theirs.can_set_as) == (False, False, ())
    assert lever(world, SUPPORT, "vic").may_throw is False
