"""How does a release policy come into force?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, acme, no_of

from leverframe.actions import accounts, policies, policy_views, schedules
from leverframe.actions.levers import show_switch
from leverframe.actions.proposed_policies import proposals
from leverframe.nouns.changes import State
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import EvalAsk
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Conflict, Invalid, NotFound, Refused
from leverframe.store import Store, requests, sign_offs

pytestmark = ON_SQLITE


def files(*edits: tuple[str, str, str]) -> dict[str, str]:
    """Return the example's files, with some words replaced."""
    found = dict(acme()[1])
    for path, before, after in edits:
        assert before in found[path], before
        found[path] = found[path].replace(before, after)
    return found


def edited(days: int = 4) -> dict[str, str]:
    return files(("policy.yaml", "due_business_days: 5", f"due_business_days: {days}"))


@pytest.fixture
def house(store: Store) -> World:
    """A fresh house: one administrator, no policy."""
    world = World(store)
    accounts.take_first_link(world.house, accounts.first_link(world.house) or "", "adi", "correct horse battery")
    return world


def first(world: World, name: str = "adi") -> Actor:
    session = accounts.open_session(world.house, name)
    known = accounts.who_is(world.house, session.key)
    assert known is not None
    return known[0]


def test_until_a_policy_is_loaded_only_the_first_administrator_may_act_and_only_to_load_it(house: World):
    nobody = Actor(ActorKind.PERSON, "remi")
    assert set(no_of(lambda: policies.load_policy(house.house, nobody, files()))) == {"policy"}
    with pytest.raises(Refused, match="no release policy is loaded"):
        policies.policy_in_force(house.house)
    proposal = policies.load_policy(house.house, first(house), files())
    assert proposal.in_force
    assert [fault.severity for fault in proposal.warnings] == ["warning"] * len(proposal.warnings)
    assert policies.policy_in_force(house.house).digest == proposal.digest
    entry = house.entries("policy.activated")[0]
    assert (entry.actor, entry.role, entry.decided_digest) == ("adi", "administrator", proposal.digest)


def test_the_first_administrator_has_no_role_of_its_own_once_a_policy_stands(house: World):
    assert first(house).roles == {"administrator"}
    without = files(("catalog/people.yaml", "memberOf: [administrators]", "memberOf: [administrators, security]"))
    policies.load_policy(house.house, first(house), without)
    assert first(house).roles == {"administrator", "security"}


def test_a_first_policy_that_would_lock_its_administrator_out_is_refused(house: World):
    without = files(
        ("catalog/people.yaml", "memberOf: [administrators]", "memberOf: [facilities]"),
        ("catalog/people.yaml", "memberOf: [release-managers]", "memberOf: [release-managers, administrators]"),
    )
    assert (
        "lock its first administrator out"
        in no_of(lambda: policies.load_policy(house.house, first(house), without))["policy"]
    )
    assert house.entries("policy.") == []


def test_a_bundle_with_errors_tells_all_of_them_and_changes_nothing(house: World):
    broken = files(
        ("policy.yaml", "home_zone: Europe/London", "home_zone: Europe/Londres"),
        ("policy.yaml", "ai_risk: [ai-risk]", "ai_risk: [ai-riks]"),
    )
    with pytest.raises(Invalid) as wrong:
        policies.load_policy(house.house, first(house), broken)
    assert len(wrong.value.faults) >= 2
    assert all(fault.severity == "error" for fault in wrong.value.faults)
    assert house.entries("policy.") == []


def test_a_policy_is_proposed_and_comes_into_force_by_the_old_ones_sign_offs(world: World):
    proposal = policies.load_policy(world.house, world.adi, edited())
    assert not proposal.in_force
    assert "policy.yaml" in proposal.differs
    assert world.policy.review_due_business_days == 5
    assert [p.digest for p in proposals(world.house, world.adi)] == [proposal.digest]
    half = policies.sign_policy(world.house, world.remi, proposal.digest, "release_manager")
    assert not half.in_force
    whole = policies.sign_policy(world.house, world.rita, proposal.digest, "ai_risk", "four days will do")
    assert whole.in_force
    assert world.policy.review_due_business_days == 4
    assert proposals(world.house, world.adi) == ()
    assert world.acts(f"policy:{proposal.digest}") == [
        "policy.proposed",
        "policy.signed",
        "policy.signed",
        "policy.activated",
    ]


def test_who_may_not_propose_or_sign_is_told_why(world: World):
    assert set(no_of(lambda: policies.load_policy(world.house, world.vic, edited()))) == {"may"}
    digest = policies.load_policy(world.house, world.adi, edited()).digest

    def sign(actor: Actor, role: str) -> dict[str, str]:
        return no_of(lambda: policies.sign_policy(world.house, actor, digest, role))

    assert set(sign(world.vic, "release_manager")) == {"role"}
    assert set(sign(world.sam, "security")) == {"seat"}
    assert set(sign(world.token("remi", "admin"), "release_manager")) == {"session"}
    policies.sign_policy(world.house, world.remi, digest, "release_manager")
    assert set(sign(world.remi, "release_manager")) == {"once"}


def test_who_proposed_a_policy_does_not_sign_it(world: World):
    may = {**world.policy.may, "policy.propose": ("release_manager",)}
    world.enforce(replace(world.policy, may=may, digest="managers propose"), acme()[1])
    digest = policies.load_policy(world.house, world.remi, edited()).digest
    refused = no_of(lambda: policies.sign_policy(world.house, world.remi, digest, "release_manager"))
    assert refused == {"segregation": "remi proposed this policy"}


def test_a_policy_that_nobody_proposed_is_not_signed(world: World):
    with pytest.raises(NotFound):
        policies.sign_policy(world.house, world.remi, "sha256:none", "release_manager")


def test_the_same_policy_is_not_proposed_twice_and_the_standing_one_not_at_all(world: World):
    policies.load_policy(world.house, world.adi, edited())
    with pytest.raises(Conflict):
        policies.load_policy(world.house, world.adi, edited())
    again = policies.load_policy(world.house, world.adi, acme()[1])
    assert (again.in_force, again.differs) == (True, ())


def test_a_proposal_that_another_one_overtook_is_closed_with_its_sign_offs(world: World):
    slow = policies.load_policy(world.house, world.adi, edited(3)).digest
    policies.sign_policy(world.house, world.remi, slow, "release_manager")
    quick = policies.load_policy(world.house, world.adi, edited(4)).digest
    policies.sign_policy(world.house, world.remi, quick, "release_manager")
    policies.sign_policy(world.house, world.rita, quick, "ai_risk")
    assert world.policy.review_due_business_days == 4
    with pytest.raises(NotFound):
        policies.sign_policy(world.house, world.rita, slow, "ai_risk")
    assert world.acts(f"policy:{slow}")[-1] == "policy.overtaken"
    with world.store.read() as db:
        assert sign_offs.standing(db, f"policy:{slow}") == []
        assert [r.state for r in requests.find(db, "policy", state="")] == ["done", "overtaken"]


def test_a_policy_that_comes_back_asks_for_its_sign_offs_anew(world: World):
    signed = (("remi", "release_manager"), ("rita", "ai_risk"))
    for days in (3, 4, 3):
        proposal = policies.load_policy(world.house, world.adi, edited(days))
        assert proposals(world.house, world.adi)[0].seats == (("release_manager", 1, ()), ("ai_risk", 1, ()))
        assert not proposal.in_force
        for name, role in signed:
            proposal = policies.sign_policy(world.house, world.who(name), proposal.digest, role)
        assert proposal.in_force
        world.clock.advance(timedelta(days=1))


def test_a_raised_tier_is_asked_of_changes_that_have_not_begun(world: World):
    change = world.armed()
    raised = {
        name: replace(target, tier=Tier.HIGH) if name == change.target else target
        for name, target in world.policy.catalog.targets.items()
    }
    world.enforce(replace(world.policy, catalog=replace(world.policy.catalog, targets=raised), digest="raised"))
    after = world.change(change)
    assert (after.tier, after.state, after.armed_by) == (Tier.HIGH, State.ASSESS, "")
    assert [seat[0] for seat in world.view(change).seats if seat[3]] == ["ai_risk"]
    assert world.entries("change.retiered", change.id)[0].facts == {"before": "medium"}


def test_memberships_are_written_down_as_people_join_and_leave(world: World):
    joined = {entry.object for entry in world.entries("role.joined")}
    assert {"release_manager/remi", "feature_owner@support-ai/ana", "on_call/sol"} <= joined
    people = dict(world.policy.catalog.people)
    people["sol"] = replace(people["sol"], groups=frozenset({"security"}))
    catalog = replace(world.policy.catalog, people=people)
    world.enforce(replace(world.policy, catalog=catalog, digest="sol moved"))
    left = [entry.object for entry in world.entries("role.left")]
    assert sorted(left) == ["customer_impact/sol", "on_call/sol", "support_engineer/sol"]
    assert world.entries("role.joined")[0].object == "security/sol"


def test_who_joined_a_role_after_the_proposal_does_not_sign_it(world: World):
    digest = policies.load_policy(world.house, world.adi, edited()).digest
    world.clock.advance(timedelta(minutes=5))
    with world.store.write() as db:
        sign_offs.set_memberships(db, [], world.now)
        sign_offs.set_memberships(db, [("remi", "release_manager")], world.now)
    refused = no_of(lambda: policies.sign_policy(world.house, world.remi, digest, "release_manager"))
    assert set(refused) == {"membership"}


def test_a_policy_under_which_an_armed_change_is_not_ready_disarms_it(world: World):
    change = world.armed()
    asked = tuple(replace(row, evals=(*row.evals, EvalAsk("red-team"))) for row in world.policy.requirements)
    world.enforce(replace(world.policy, requirements=asked, digest="red team"))
    assert world.change(change).state is State.ASSESS
    entry = world.entries("change.disarmed")[0]
    assert (entry.actor, entry.because) == ("clock", "results of red-team are missing")
    assert "evals" in no_of(lambda: schedules.schedule(world.house, world.remi, change.id))


def test_a_policy_does_not_drop_a_feature_on_which_a_change_is_open(world: World):
    change = world.ready()
    targets = {k: v for k, v in world.policy.catalog.targets.items() if k != "customer-support-ai"}
    catalog = replace(world.policy.catalog, targets=targets)
    refused = no_of(lambda: world.enforce(replace(world.policy, catalog=catalog, digest="dropped")))
    assert refused["catalog"].startswith(f"{change.id} is open on customer-support-ai")
    assert "customer-support-ai" in world.policy.catalog.targets


SWITCHES = "gateway-policies/kill-switches.yaml"
SEARCH = "  policy-search-v1:\n    enabled: true"


def enforce(world: World, *edits: tuple[str, str, str]) -> None:
    policy, faults = policies.check_policy(files(*edits))
    assert policy is not None, faults
    world.enforce(policy)


def test_a_switch_file_that_throws_a_lever_throws_it_once(world: World):
    world.at("Wed 11:00")
    off = (SWITCHES, SEARCH, SEARCH.replace("true", "false"))
    enforce(world, off)
    lever = show_switch(world.house, world.sol, "feature/policy-search-v1").switch
    assert (lever.thrown, lever.thrown_by) == (True, "adi")
    assert world.entries("switch.thrown", "feature/policy-search-v1")[0].role == "administrator"
    assert "policy-search-v1" in world.table.thrown_features
    world.set_again("cleo", "feature/policy-search-v1")
    assert world.set_again("remi", "feature/policy-search-v1").done
    enforce(world, off, ("policy.yaml", "due_business_days: 5", "due_business_days: 4"))
    assert not show_switch(world.house, world.sol, "feature/policy-search-v1").switch.thrown


def test_a_switch_file_that_sets_a_thrown_lever_leaves_it_thrown(world: World):
    world.throw("sol", "feature/policy-search-v1")
    enforce(world, ("policy.yaml", "due_business_days: 5", "due_business_days: 4"))
    lever = show_switch(world.house, world.sol, "feature/policy-search-v1").switch
    assert (lever.thrown, lever.thrown_by) == (True, "sol")


def test_a_solo_policy_comes_into_force_at_once_and_every_entry_says_so(world: World):
    world.enforce(replace(world.policy, solo=True, policy_seats=(), digest="solo"), acme()[1])
    assert policies.load_policy(world.house, world.adi, edited()).in_force
    assert world.entries("policy.proposed")[0].facts["solo"] is True
    assert "solo" not in world.entries("policy.activated")[0].facts
    assert not world.policy.solo


def test_a_policy_is_recovered_on_the_console_and_all_are_told(world: World):
    policies.recover_policy(world.house, edited(), "the only administrator has left")
    assert world.policy.review_due_business_days == 4
    entry = world.entries("policy.recovered")[0]
    assert (entry.actor, entry.role, entry.because) == ("clock", "console", "the only administrator has left")
    assert world.told("policy.recovered")
    with pytest.raises(Invalid):
        policies.recover_policy(world.house, edited(3), "  ")


def test_the_policy_is_shown_with_what_waits_to_replace_it(world: World):
    policies.load_policy(world.house, world.adi, edited())
    view = policy_views.show_policy(world.house, world.rita)
    (waiting,) = view.proposals
    assert waiting.can_sign_as == ("ai_risk",)
    assert dict(view.windows)["au"].startswith("Tuesday, Wednesday, Thursday 10:00 to 16:00 Australia/Sydney")
