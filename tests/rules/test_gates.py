"""Does every gate answer as its table says, with a reason and a way on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.rules.tickets import (
    NEW,
    OLD,
    SEATS,
    TARGET,
    WEDNESDAY,
    asks,
    change,
    delta,
    facts,
    lever,
    plan,
    policy,
    signed,
)

from leverframe.nouns.audiences import NO_ORDER, AudienceOrder
from leverframe.nouns.calendar import Freeze, Scope
from leverframe.nouns.changes import BlastRadius, Kind, Provenance, StartWindow, State
from leverframe.nouns.evidence import Unmatched
from leverframe.nouns.policies import EvalAsk
from leverframe.nouns.ramps import Clause
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.targets import Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Mode, Outcome, Verdict, failed, passed
from leverframe.rules.gates.allowed_models import allowed_models
from leverframe.rules.gates.audience_order import audience_order
from leverframe.rules.gates.blast_radius import blast_radius
from leverframe.rules.gates.complete import complete
from leverframe.rules.gates.evals import evals
from leverframe.rules.gates.freeze import freeze
from leverframe.rules.gates.kill_switch import kill_switch
from leverframe.rules.gates.one_ramp import not_thrown, one_ramp
from leverframe.rules.gates.rollback_plan import rollback_plan
from leverframe.rules.gates.same_current import same_current
from leverframe.rules.gates.segregation import segregation
from leverframe.rules.gates.sign_offs import sign_offs
from leverframe.rules.gates.window import window
from leverframe.rules.shipping import GATES, is_signed, may_ship, state_for, unready


def says(verdict: Verdict, outcome: str, words: str) -> None:
    assert verdict.outcome.value == outcome, verdict
    assert words in f"{verdict.because} {verdict.remedy}", verdict
    if verdict.outcome is Outcome.NOT_MET:
        assert verdict.remedy, "a no without a way on"


COMPLETE = [
    ({}, {"fields": ("title",)}, "met", "every field"),
    ({"title": ""}, {"fields": ("title", "bridge")}, "not_met", "title is empty; bridge is empty"),
    ({"artefacts": {}}, {"artefacts": ("model_card",)}, "not_met", "the link to the model card is missing"),
    ({"provenance": {"kill_switch": Provenance("auto")}}, {"by_hand": ("kill_switch",)}, "not_met", "by a person"),
    ({"provenance": {"kill_switch": Provenance("ana")}}, {"by_hand": ("kill_switch",)}, "met", ""),
    (
        {"provenance": {"plan": Provenance("ana", "catalog")}},
        {"by_hand": ("plan",)},
        "not_met",
        "automatically in part",
    ),
]


@pytest.mark.parametrize(("parts", "asked", "outcome", "words"), COMPLETE)
def test_a_ticket_is_complete_for_its_tier_or_says_all_that_is_missing(parts, asked, outcome, words):
    says(complete(change(**parts), facts(asks=asks(**asked)), WEDNESDAY), outcome, words)


VAGUE, STEPS = (
    "roll back",
    "1. Restore index 2026-04 from the snapshot of Monday.\n2. Sol checks ten questions by hand.",
)
INDEX = "index:claims-2026-10"
ROLLBACK = [
    ("", "", Kind.PROMPT, (), "not_needed", "asks for none"),
    ("", "", Kind.PROMPT, ("rollback_plan",), "not_met", "there is no rollback plan"),
    (VAGUE, "", Kind.PROMPT, ("rollback_plan",), "met", "1 steps"),
    ("It is reversible.", "", Kind.PROMPT, ("rollback_plan",), "met", "1 steps"),
    (VAGUE, INDEX, Kind.RETRIEVAL_INDEX, (), "not_met", "does not simply reverse, and the plan names no steps"),
    (STEPS, INDEX, Kind.RETRIEVAL_INDEX, (), "met", "2 steps; it restores from index:claims-2026-10"),
    (STEPS, "https://backups.example/7", Kind.RETRIEVAL_INDEX, (), "met", "2 steps"),
    (STEPS, "", Kind.RETRIEVAL_INDEX, (), "not_met", "names nothing to restore from"),
    (STEPS, "the backup of Monday", Kind.RETRIEVAL_INDEX, (), "not_met", "is nothing to restore from"),
    (
        f"{STEPS} It is reversible.",
        INDEX,
        Kind.RETRIEVAL_INDEX,
        (),
        "not_met",
        "says that it is reversible",
    ),
    (f"{STEPS} If it fails, just revert.", INDEX, Kind.RETRIEVAL_INDEX, (), "not_met", "says that it is reversible"),
    (f"{STEPS} The step is not reversible.", INDEX, Kind.RETRIEVAL_INDEX, (), "met", "restores from"),
    (f"{STEPS} The step is irreversible.", INDEX, Kind.RETRIEVAL_INDEX, (), "met", "restores from"),
]


@pytest.mark.parametrize(("text", "source", "kind", "fields", "outcome", "words"), ROLLBACK)
def test_a_rollback_plan_is_real_where_the_kind_does_not_simply_reverse(text, source, kind, fields, outcome, words):
    ticket = change(rollback_plan=text, restore_from=source, kind=kind)
    says(rollback_plan(ticket, facts(asks=asks(fields=fields)), WEDNESDAY), outcome, words)


def test_all_that_a_plan_lacks_is_said_at_once():
    answer = rollback_plan(change(rollback_plan="Just revert.", kind=Kind.RETRIEVAL_INDEX), facts(), WEDNESDAY)
    for words in ("says that it is reversible", "names no steps", "names nothing to restore from"):
        assert words in answer.because


def exercised(on: date | None) -> dict[str, Switch]:
    """Return the ticket's switch, last exercised on a day; it is Wednesday 13 May 2026."""
    return {"feature/support": lever(exercised_on=on)}


OTHERS = {
    "feature/search": lever("search"),
    "feature/support": lever(),
    "tenant/acme": lever("acme", Layer.TENANT, ""),
    "model/bedrock.haiku": lever("bedrock.haiku", Layer.MODEL, ""),
    "model/openai.gpt-4o": lever("openai.gpt-4o", Layer.MODEL, "bedrock.haiku"),
}
KILL_SWITCH = [
    ("feature/support", {}, "met", "users would get help-search"),
    ("model/openai.gpt-4o", OTHERS, "met", "bedrock.haiku"),
    ("", {}, "not_met", "names no kill switch"),
    ("feature/suport", {}, "not_met", "name feature/support"),
    ("feature/search", OTHERS, "not_met", "turns off another feature"),
    ("tenant/acme", OTHERS, "not_met", "one tenant only"),
    ("model/bedrock.haiku", OTHERS, "not_met", "does not use"),
    ("feature/support", {"feature/support": lever(thrown=True)}, "not_met", "is thrown"),
    ("feature/support", {"feature/support": lever(fallback="gone")}, "not_met", "the fallback of feature/support"),
    ("feature/support", exercised(None), "not_met", "exercise it: leverframe switch exercise feature/support"),
    ("feature/support", exercised(date(2025, 11, 10)), "not_met", "10 Nov 2025, 184 days ago"),
    ("feature/support", exercised(date(2025, 11, 11)), "met", "183 days ago, and is due"),
    ("feature/support", exercised(date(2026, 2, 9)), "met", "93 days ago, and is due"),
]


@pytest.mark.parametrize(("path", "switches", "outcome", "words"), KILL_SWITCH)
def test_the_kill_switch_of_a_ticket_resolves_to_one_that_would_work(path, switches, outcome, words):
    told = facts(asks=asks(fields=("kill_switch",)), switches=switches or facts().switches)
    says(kill_switch(change(kill_switch=path), told, WEDNESDAY), outcome, words)


def test_no_kill_switch_is_needed_where_the_policy_asks_for_none():
    says(kill_switch(change(kill_switch=""), facts(), WEDNESDAY), "not_needed", "asks for none")


ALL = Clause(100.0)
RADIUS = [
    ({}, "met", "1,000 users in au, eu, at most 50 % before settlement"),
    ({"blast_radius": BlastRadius(900, ("au", "eu"), 50.0)}, "not_met", "900 users are named, and 1,000 are in"),
    ({"blast_radius": BlastRadius(1_000, ("mars",), 50.0)}, "not_met", "has no users in mars"),
    ({"blast_radius": BlastRadius(0, (), 50.0)}, "not_met", "no region is named"),
    ({"blast_radius": BlastRadius(1_000, ("au", "eu"), 0.0)}, "not_met", "not between 0 and 100"),
    ({"blast_radius": BlastRadius(1_000, ("au", "eu"), 5.0)}, "not_met", "its ticket allows 5%"),
    ({"blast_radius": BlastRadius(900, ("eu",), 50.0)}, "not_met", "settlement reaches everyone in au"),
    ({"blast_radius": BlastRadius(300, ("au", "eu"), 50.0, ("internal",))}, "not_met", "everyone in au, everyone in"),
    ({"blast_radius": BlastRadius(1_000, ("au", "eu"), 50.0, ("vip",))}, "not_met", "has no ring vip"),
    ({"plan": plan((Clause(50.0, ("us",)),), (ALL,))}, "not_met", "the plan widens in us"),
    ({"plan": plan((Clause(100.0, ("au",)),), (ALL,))}, "met", ""),
    ({"plan": plan((Clause(100.0, ("eu",)),), (ALL,))}, "not_met", "would reach 90% of support's users"),
    ({"plan": plan((Clause(100.0, (), ("internal",)),), (ALL,))}, "met", ""),
    ({"plan": plan((Clause(5.0, cohorts=("staff",)),), (ALL,))}, "met", ""),
    ({"plan": plan((Clause(51.0, cohorts=("staff",)),), (ALL,))}, "not_met", "would reach 51% of support's users"),
    ({"plan": plan((Clause(10.0),), (Clause(100.0, ("eu",)),))}, "not_met", "does not bring everyone in au to 100 %"),
]


@pytest.mark.parametrize(("parts", "outcome", "words"), RADIUS)
def test_a_blast_radius_is_sized_and_holds_everybody_whom_the_ramp_can_reach(parts, outcome, words):
    says(blast_radius(change(**parts), facts(), WEDNESDAY), outcome, words)


ORDER = AudienceOrder(("internal", "everyone"), (("au",), ("eu",)), ("staff", "fans"))
STAFF, FANS = (Clause(20.0, cohorts=(name,)) for name in ("staff", "fans"))
AUDIENCES = [
    ({}, ORDER, "met", "in the policy's order"),
    ({}, NO_ORDER, "not_needed", "gives no order"),
    ({"plan": plan((Clause(10.0, ("eu",)),), (ALL,))}, ORDER, "not_met", "reach everyone in au first"),
    ({"plan": plan((Clause(10.0, ("eu",)),), (ALL,))}, NO_ORDER, "not_needed", ""),
    ({"plan": plan((Clause(10.0, ("au",)),), (ALL,))}, ORDER, "met", ""),
    ({"plan": plan((Clause(10.0, (), ("everyone",)),), (ALL,))}, ORDER, "not_met", "reach internal in eu first"),
    ({"plan": plan((STAFF,), (FANS,), (ALL,))}, ORDER, "met", ""),
    ({"plan": plan((FANS,), (ALL,))}, ORDER, "not_met", "at stage 1 fans in au would be at 20 % while staff in au"),
    ({"plan": plan((FANS,), (ALL,))}, NO_ORDER, "not_met", "the cohort fans, which the policy does not"),
    (
        {"blast_radius": BlastRadius(900, ("eu",), 50.0)},
        ORDER,
        "not_met",
        "everyone in au, which comes first, is at 0 %",
    ),
]


@pytest.mark.parametrize(("parts", "order", "outcome", "words"), AUDIENCES)
def test_audiences_are_reached_in_the_policys_order(parts, order, outcome, words):
    answer = audience_order(change(**parts), facts(policy=policy(order=order)), WEDNESDAY)
    says(answer, outcome, words)
    assert answer.who == ("ana" if outcome == "not_met" else "")


def test_an_order_under_a_gate_that_advises_refuses_nothing_and_says_what_it_would_have():
    told = facts(policy=policy(order=ORDER, gates={"audience_order": Mode.ADVISE}))
    wrong = change(plan=plan((Clause(10.0, ("eu",)),), (ALL,)))
    (answer,) = (verdict for verdict in may_ship(wrong, told, WEDNESDAY) if verdict.gate == "audience_order")
    assert (answer.outcome, answer.refuses) == (Outcome.NOT_MET, False)


# the catalog's models, the policy's for medium features, the candidate's -> answer
MODELS = [
    ((), (), "openai.gpt-4o", "met", "is allowed for support"),
    (("openai.gpt-4o",), (), "openai.gpt-4o", "met", ""),
    (("openai.gpt-4o",), (), "openai.gpt-5", "not_met", "choose one that is (openai.gpt-4o)"),
    ((), ("openai.*",), "openai.gpt-5", "met", ""),
    ((), ("openai.*",), "openair.gpt-5", "not_met", "not allowed for medium features, such as support"),
    ((), ("bedrock.*", "openai.gpt-4o"), "openai.gpt-4o", "met", ""),
    (("openai.gpt-4o",), ("bedrock.*",), "openai.gpt-4o", "not_met", "or have the policy allow it"),
    (("openai.gpt-4o",), ("openai.gpt-4o",), "", "not_needed", "names no model"),
]


@pytest.mark.parametrize(("catalogs", "tiers", "model", "outcome", "words"), MODELS)
def test_a_candidates_model_is_one_that_its_feature_and_its_tier_may_use(catalogs, tiers, model, outcome, words):
    told = facts(
        targets=(replace(TARGET, models=catalogs),),
        policy=policy(allowed_models={"medium": tiers, "high": ("nobody.*",)} if tiers else {}),
    )
    answer = allowed_models(change(candidate={"support": replace(NEW, model=model)}), told, WEDNESDAY)
    says(answer, outcome, words)
    assert answer.who == ("ana" if outcome == "not_met" else "")


EARLIER = delta("tone", 0.9, None, "not_comparable", differs=("code_ref", "index"))
EVALS = [
    ((), "not_met", "results of production are missing"),
    ((delta("groundedness", 0.91, comparison="unchanged"),), "met", "none worse than allowed"),
    ((delta("groundedness", 0.891),), "met", ""),
    ((delta("groundedness", 0.88),), "not_met", "0.880 against 0.900, n = 40"),
    ((delta("refusals", 0.899),), "not_met", "refusals is worse"),
    ((delta("groundedness", 0.5, comparison="better"),), "met", ""),
    ((delta("groundedness", 0.9, None, "not_comparable"),), "not_met", "cannot be compared with the deployed"),
    ((EARLIER,), "not_met", "results of production are of an earlier candidate, which differs in code ref, index"),
    ((EARLIER, delta("groundedness", 0.91, comparison="unchanged")), "met", "1 metrics, none worse"),
    ((EARLIER, delta("refusals", 0.1, suite="other")), "not_met", "of an earlier candidate"),
]


@pytest.mark.parametrize(("deltas", "outcome", "words"), EVALS)
def test_evals_are_there_beside_the_deployed_units_and_not_worse_than_allowed(deltas, outcome, words):
    says(evals(change(), facts(asks=asks(evals=(EvalAsk("production"),)), deltas=deltas), WEDNESDAY), outcome, words)


UNMATCHED = [
    (
        Unmatched("production", "tone", "", "inspect", 0.9),
        "not_met",
        "production tone was measured by inspect for the",
    ),
    (Unmatched("production", "tone", "fr-FR", "inspect", 0.9), "not_met", "production tone (fr-FR) was measured"),
    (Unmatched("production", "tone", "de-DE", "inspect", 0.9), "met", ""),
    (Unmatched("other", "tone", "", "inspect", 0.9), "met", ""),
]


@pytest.mark.parametrize(("lost", "outcome", "words"), UNMATCHED)
def test_what_was_measured_of_the_deployed_unit_must_be_measured_of_the_candidate_too(lost, outcome, words):
    """A scorer that was renamed is measured under a name that nothing can be compared with."""
    same = {"comparison": "unchanged", "deployed": 0.9}
    deltas = (delta("groundedness", 0.91, **same), replace(delta("groundedness", 0.91, **same), slice="fr-FR"))
    asked = asks(evals=(EvalAsk("production", slices=("fr-FR",)),))
    says(evals(change(), facts(asks=asked, deltas=deltas, unmatched=(lost,)), WEDNESDAY), outcome, words)


def test_evals_stand_alone_where_no_unit_is_deployed_yet():
    alone = (delta("groundedness", 0.9, None, "not_comparable"),)
    told = facts(asks=asks(evals=(EvalAsk("production"),)), deltas=alone, current={})
    says(evals(change(current={}), told, WEDNESDAY), "met", "")


def test_evals_are_not_needed_where_the_policy_asks_for_no_suite():
    says(evals(change(), facts(), WEDNESDAY), "not_needed", "")


SEGREGATION = [
    ({}, (), "met", "ana wrote it"),
    ({}, ("ana",), "not_met", "ana signed their own change"),
    ({"provenance": {"rollback_plan": Provenance("cleo")}}, ("cleo",), "not_met", "cleo signed their own change"),
    ({"provenance": {"paging": Provenance("cleo")}}, ("cleo",), "met", ""),
    ({"tier": Tier.HIGH, "release_manager": ""}, (), "not_met", "needs a release manager"),
    ({"tier": Tier.HIGH, "release_manager": "ana"}, (), "not_met", "may not run it"),
    ({"tier": Tier.HIGH, "armed_by": "ana"}, (), "not_met", "may not run it"),
    ({"tier": Tier.HIGH, "coordinator": "ana"}, (), "not_met", "may not run it"),
    ({"tier": Tier.HIGH}, ("cass",), "met", ""),
    ({"release_manager": "ana", "armed_by": "ana"}, (), "met", ""),
]


@pytest.mark.parametrize(("parts", "signers", "outcome", "words"), SEGREGATION)
def test_who_wrote_a_change_does_not_sign_it_nor_run_a_high_one(parts, signers, outcome, words):
    told = facts(sign_offs=tuple(signed(name, "platform_engineer") for name in signers))
    says(segregation(change(**parts), told, WEDNESDAY), outcome, words)


def test_a_solo_policy_asks_for_no_second_person():
    told = facts(policy=policy(solo=True), sign_offs=(signed("ana", "platform_engineer"),))
    says(segregation(change(tier=Tier.HIGH, release_manager="ana"), told, WEDNESDAY), "not_needed", "solo")


BOTH = (signed("cass", "platform_engineer"), signed("remi", "release_manager"))
SIGN_OFFS = [
    ((), "not_met", "1 from platform engineer, 1 from release manager"),
    (BOTH[:1], "not_met", "1 from release manager"),
    (BOTH, "met", "signed by cass (platform engineer), remi (release manager)"),
    ((signed("cass", "platform_engineer", "sha256:other"), BOTH[1]), "not_met", "ask platform engineer: cass, cleo"),
    ((signed("ana", "platform_engineer"), BOTH[1]), "not_met", "1 from platform engineer"),
    ((signed("vic", "platform_engineer"), BOTH[1]), "not_met", "1 from platform engineer"),
]


@pytest.mark.parametrize(("standing", "outcome", "words"), SIGN_OFFS)
def test_each_seat_is_filled_by_who_may_for_exactly_this_content(standing, outcome, words):
    says(sign_offs(change(), facts(asks=asks(seats=SEATS), sign_offs=standing), WEDNESDAY), outcome, words)


def test_one_person_fills_one_seat_whatever_roles_they_hold():
    both = policy(roles={"platform_engineer": frozenset({"cab"}), "release_manager": frozenset({"cab"})})
    twice = (signed("cass", "platform_engineer"), signed("cass", "release_manager"))
    told = facts(policy=both, asks=asks(seats=SEATS), sign_offs=twice)
    says(sign_offs(change(), told, WEDNESDAY), "not_met", "1 from release manager")


def test_a_moved_start_keeps_every_sign_off_but_the_release_managers():
    earlier = tuple(replace(s, content_digest="sha256:before") for s in BOTH)
    told = facts(asks=asks(seats=SEATS), sign_offs=earlier)
    says(sign_offs(change(earlier_digests=("sha256:before",)), told, WEDNESDAY), "not_met", "1 from release manager")


def test_no_sign_off_is_needed_where_the_policy_asks_for_none():
    says(sign_offs(change(), facts(), WEDNESDAY), "not_needed", "")


RUNNING = [
    ({"support": OLD}, "met", ""),
    ({"support": Unit("support@3", "openai.gpt-4o")}, "not_met", "support now runs support@3"),
    ({}, "not_met", "nothing adopted"),
]


@pytest.mark.parametrize(("current", "outcome", "words"), RUNNING)
def test_what_runs_is_what_the_ticket_was_written_against(current, outcome, words):
    says(same_current(change(), facts(current=current), WEDNESDAY), outcome, words)


def test_a_ticket_whose_candidate_runs_already_has_nothing_to_do():
    told = facts(current={"support": NEW})
    says(same_current(change(current={"support": NEW}), told, WEDNESDAY), "not_met", "runs the candidate already")


WINDOW = [
    ("2026-05-13 09:59", "not_met", "it opens on Wed 13 May 2026 11:00 BST"),
    ("2026-05-13 10:30", "met", ""),
    ("2026-05-13 15:00", "not_met", "the start window closed on Wed 13 May 2026 16:00 BST"),
]


@pytest.mark.parametrize(("moment", "outcome", "words"), WINDOW)
def test_a_start_falls_into_the_tickets_hours(moment, outcome, words):
    now = datetime.fromisoformat(f"{moment}+00:00")
    says(window(change(), facts(), now), outcome, words)


def test_a_start_outside_the_release_window_is_told_the_next_opening():
    friday = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
    open_long = StartWindow(friday.replace(day=12), friday.replace(day=20), friday.replace(day=28))
    answer = window(change(start=open_long, blast_radius=BlastRadius(900, ("eu",), 50.0)), facts(), friday)
    says(answer, "not_met", "the next window opens Tue 19 May 2026 10:00 UTC")


def test_a_start_asks_only_the_regions_that_the_first_stage_raises():
    """At 10:30 UTC it is 20:30 in Sydney: a first stage there waits, one in the EU does not."""
    eu = change(plan=plan((Clause(10.0, ("eu",)),), (ALL,)))
    au = change(plan=plan((Clause(10.0, ("au",)),), (ALL,)))
    says(window(eu, facts(), WEDNESDAY), "met", "in eu")
    says(window(au, facts(), WEDNESDAY), "not_met", "Thu 14 May 2026 10:00 AEST")


def test_a_start_for_everybody_waits_for_the_region_that_comes_first():
    """It is open in the EU, and Australia comes first."""
    first = facts(targets=(replace(TARGET, order=ORDER),), policy=policy(order=ORDER))
    says(window(change(), facts(), WEDNESDAY), "met", "in eu")
    says(window(change(), first, WEDNESDAY), "not_met", "Thu 14 May 2026 10:00 AEST")
    only = Freeze("quiet", MONDAY, FRIDAY.replace(day=22), because="x", scope=Scope(regions=frozenset({"au"})))
    frozen = replace(first, policy=policy(order=ORDER, calendar=replace(policy().calendar, freezes=(only,))))
    says(freeze(change(), frozen, WEDNESDAY), "not_met", "the freeze quiet")


MONDAY, FRIDAY = datetime.fromisoformat("2026-05-11"), datetime.fromisoformat("2026-05-15")
CLOSE = Freeze("quarter end", MONDAY, FRIDAY, because="Finance closes.")
FREEZES = [
    ((), "met", "no freeze"),
    ((CLOSE,), "not_met", "the freeze quarter end (Finance closes.)"),
    ((replace(CLOSE, scope=Scope(targets=frozenset({"search"}))),), "met", "no freeze"),
    ((replace(CLOSE, scope=Scope(regions=frozenset({"eu"}))),), "met", "no freeze"),
    ((replace(CLOSE, scope=Scope(tiers=frozenset({"medium"}))),), "not_met", "Tue 19 May 2026"),
]


@pytest.mark.parametrize(("freezes", "outcome", "words"), FREEZES)
def test_a_freeze_over_all_that_the_first_stage_raises_refuses_the_start(freezes, outcome, words):
    calendar = replace(policy().calendar, freezes=freezes)
    says(freeze(change(), facts(policy=policy(calendar=calendar)), WEDNESDAY), outcome, words)


def test_one_ramp_at_a_time_and_the_next_waits_for_a_named_one():
    says(one_ramp(change(), facts(), WEDNESDAY), "met", "no other change ramps on support")
    says(one_ramp(change(), facts(ramping={"search": "CHG-2026-00009"}), WEDNESDAY), "met", "")
    other = one_ramp(change(), facts(ramping={"support": "CHG-2026-00009"}), WEDNESDAY)
    says(other, "not_met", "it waits for CHG-2026-00009")
    says(one_ramp(change(), facts(ramping={"support": "CHG-2026-00001"}), WEDNESDAY), "met", "")


GPT, CLAUDE = lever("openai.gpt-4o", Layer.MODEL, ""), lever("anthropic.claude", Layer.MODEL, "")
THROWN = [
    ({}, "met"),
    ({"feature/support": lever(thrown=True)}, "not_met"),
    ({"model/anthropic.claude": replace(CLAUDE, thrown=True)}, "not_met"),
    ({"model/openai.gpt-4o": replace(GPT, thrown=True)}, "not_met"),
    ({"feature/search": lever("search", thrown=True)}, "met"),
]


@pytest.mark.parametrize(("switches", "outcome"), THROWN)
def test_a_ramp_does_not_start_beside_a_thrown_switch_of_its_own(switches, outcome):
    swap = change(candidate={"support": Unit("support@1", "anthropic.claude")})
    says(not_thrown(swap, facts(switches=switches), WEDNESDAY), outcome, "")


def test_every_gate_is_asked_in_order_and_the_forecast_last():
    expected = (passed("forecast", "it would settle on Thursday"),)
    answers = may_ship(change(), facts(expected=expected), WEDNESDAY)
    assert [answer.gate for answer in answers] == [*GATES, "forecast"]
    assert not any(answer.refuses for answer in answers)


def test_a_gate_that_only_advises_says_no_and_refuses_nothing():
    told = facts(policy=policy(gates={"kill_switch": Mode.ADVISE}), switches={})
    (answer,) = (a for a in may_ship(change(), told, WEDNESDAY) if a.gate == "kill_switch")
    assert (answer.outcome, answer.mode, answer.refuses) == (Outcome.NOT_MET, Mode.ADVISE, False)


def no(gate: str) -> Verdict:
    return failed(gate, "no", remedy="mend it")


STATES = [
    ((), State.AUTHORIZE, True),
    ((no("window"), no("one_ramp")), State.AUTHORIZE, True),
    ((no("sign_offs"),), State.AUTHORIZE, False),
    ((no("sign_offs").advised(),), State.AUTHORIZE, True),
    ((no("evals"),), State.ASSESS, True),
    ((no("forecast"), no("sign_offs")), State.ASSESS, False),
    ((no("evals").advised(),), State.AUTHORIZE, True),
]


@pytest.mark.parametrize(("answers", "state", "complete"), STATES)
def test_a_change_is_assessed_until_ready_and_authorized_until_signed(answers, state, complete):
    assert (state_for(answers), is_signed(answers)) == (state, complete)


def test_what_time_may_clear_is_not_what_a_person_must():
    assert [v.gate for v in unready((no("window"), no("freeze"), no("evals"), no("sign_offs")))] == [
        "evals",
        "sign_offs",
    ]
