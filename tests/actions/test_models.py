"""Does a model that a feature may not use stay away from it, whichever way it would come?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ON_SQLITE, World, acme, no_of

from leverframe.actions import changes, policies, units
from leverframe.actions.levers import show_switch
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Mode, Refused

pytestmark = ON_SQLITE
TARGET, UNDERWRITING = "customer-support-ai", "underwriting-decision-v2"
GPT, CLAUDE = "openai.gpt-4o-2024-11", "anthropic.claude-sonnet-4-5"
SONNET = f"bedrock.{CLAUDE}"
SWITCHES = "gateway-policies/kill-switches.yaml"


def files(*edits: tuple[str, str, str]) -> dict[str, str]:
    """Return the example's files, with some words replaced."""
    found = dict(acme()[1])
    for path, before, after in edits:
        assert before in found[path], before
        found[path] = found[path].replace(before, after)
    return found


def read(*edits: tuple[str, str, str]) -> Policy:
    policy, faults = policies.check_policy(files(*edits))
    assert policy is not None, faults
    return policy


def candidate(world: World, model: str) -> Unit:
    return replace(world.form().candidate, model=model)


def test_a_change_to_a_model_that_its_feature_may_not_use_is_refused_at_filing_with_who_and_what_else(world: World):
    world.adopt()
    with pytest.raises(Refused) as refused:
        world.file(candidate=candidate(world, "openai.gpt-9"))
    (verdict,) = refused.value.verdicts
    assert (verdict.gate, verdict.who) == ("allowed_models", "ana")
    assert verdict.because == f"openai.gpt-9 is not allowed for {TARGET}"
    assert GPT in verdict.remedy
    assert world.entries("change.") == []


def test_an_edit_cannot_bring_such_a_model_in_either(world: World):
    change = world.ready()
    form = world.form(candidate=candidate(world, "openai.gpt-9"))
    assert set(no_of(lambda: changes.edit_change(world.house, world.ana, change.id, form, change.version))) == {
        "allowed_models"
    }


def test_a_check_of_the_form_tells_it_among_all_else(world: World):
    world.adopt()
    form = world.form(candidate=candidate(world, "openai.gpt-9"))
    checked = changes.check_change(world.house, world.ana, form)
    assert "allowed_models" in {verdict.gate for verdict in checked.verdicts if verdict.refuses}


def test_a_gate_that_advises_files_it_and_says_what_it_would_have_refused(world: World):
    gates = {**world.policy.gates, "allowed_models": Mode.ADVISE}
    world.enforce(replace(world.policy, gates=gates, digest="sha256:advises"))
    world.adopt()
    verdict = world.verdict(world.file(candidate=candidate(world, "openai.gpt-9")), "allowed_models")
    assert (verdict.outcome, verdict.refuses) == ("not_met", False)


def test_a_unit_with_a_model_that_the_feature_or_its_tier_may_not_use_is_not_adopted(world: World):
    unit = Unit(prompt="underwriting-decision@v5", model=CLAUDE)
    refused = no_of(lambda: units.adopt(world.house, world.ana, UNDERWRITING, unit, "it runs today"))
    assert refused == {"allowed_models": f"{CLAUDE} is not allowed for high features, such as {UNDERWRITING}"}
    unknown = replace(unit, model="bedrock.nova")
    refused = no_of(lambda: units.adopt(world.house, world.ana, UNDERWRITING, unknown, "it runs today"))
    assert refused == {"allowed_models": f"bedrock.nova is not allowed for {UNDERWRITING}"}


FORBIDS = ("catalog/features.yaml", f"models: {GPT}, {CLAUDE}, {SONNET}\n", f"models: {CLAUDE}, {SONNET}\n")


def test_a_policy_that_forbids_what_runs_is_refused_when_it_is_proposed_and_when_it_would_come_into_force(
    world: World,
):
    world.adopt()
    refused = no_of(lambda: policies.load_policy(world.house, world.adi, files(FORBIDS)))
    assert refused == {"allowed_models": f"{GPT} is not allowed for {TARGET}, and {TARGET} runs on it"}
    assert world.entries("policy.proposed") == []
    assert set(no_of(lambda: world.enforce(read(FORBIDS)))) == {"allowed_models"}


def test_a_policy_that_forbids_what_is_being_ramped_is_refused(world: World):
    world.adopt(unit=Unit(prompt="customer-support@v7", model=CLAUDE))
    change = world.ramping()
    refused = no_of(lambda: world.enforce(read(FORBIDS)))
    assert refused["allowed_models"].endswith(f"and {TARGET} is ramped to it by {change.id}")
    world.abort("sol", change)
    world.enforce(read(FORBIDS))


def test_a_thrown_model_goes_on_to_the_first_that_each_feature_may_use(world: World):
    """Behind GPT-4o stands Claude on Anthropic, which underwriting may not use, and then the same on Bedrock."""
    world.adopt()
    world.adopt(UNDERWRITING)
    world.throw("sol", f"model/{GPT}")
    assert world.table.thrown_models == {GPT: (CLAUDE, SONNET)}
    assert world.decide(TARGET, "vic").unit.model == CLAUDE
    assert world.decide(UNDERWRITING, "vic").unit.model == SONNET
    world.throw("sol", f"model/{SONNET}")
    assert world.decide(TARGET, "vic").unit.model == CLAUDE
    off = world.decide(UNDERWRITING, "vic")
    assert (off.serve, off.reason, off.fallback) == (False, "model_off", "human-review-queue")


def test_a_policy_whose_fallbacks_would_go_in_a_circle_with_a_lever_that_stays_thrown_is_refused(world: World):
    """The file alone has no circle: the lever that it does not name any more is thrown, and stays."""
    world.throw("sol", f"model/{CLAUDE}")
    lever = next(s for s in world.policy.switches if s.id == f"model/{CLAUDE}")
    assert lever.fallback == SONNET
    switches = tuple(
        replace(s, fallback=CLAUDE) if s.id == f"model/{SONNET}" else s for s in world.policy.switches if s != lever
    )
    turned = replace(world.policy, switches=switches, digest="sha256:turned")
    assert no_of(lambda: world.enforce(turned)) == {
        "fallback": f"the model fallbacks go in a circle: {CLAUDE} -> {SONNET} -> {CLAUDE}"
    }
    assert show_switch(world.house, world.sol, f"model/{SONNET}").switch.fallback == ""


def test_a_circle_stops_no_kill(world: World):
    """However it came about: a kill goes out, and the feature gives way to its own fallback."""
    world.adopt()
    from leverframe.store import switches

    with world.store.write() as db:
        for switch in switches.all_switches(db):
            if switch.layer is Layer.MODEL and switch.key in (CLAUDE, SONNET):
                switches.put(db, replace(switch, fallback=GPT))
    for model in (GPT, CLAUDE):
        _, number = world.throw("sol", f"model/{model}")
        assert number == world.table.number
    assert world.table.thrown_models == {CLAUDE: (), GPT: ()}
    off = world.decide(TARGET, "vic")
    assert (off.reason, off.fallback) == ("model_off", "help-centre-search")
