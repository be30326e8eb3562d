"""Does the example load, and does it say what the handbook says?"""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import product

import pytest

from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.policies import EvalAllowance, EvalAsk, Policy
from leverframe.nouns.ramps import Floor
from leverframe.nouns.switches import Layer
from leverframe.nouns.targets import Tier
from leverframe.rules.audience_order import order_faults
from leverframe.rules.lowering import cells_of
from leverframe.rules.policies import asks_of, holders, roles_of, seats_left
from leverframe.sources.policies import read_bundle
from leverframe.sources.policies.reading import Report
from leverframe.sources.policies.rollouts import RampDefaults, read_rollouts


@pytest.fixture
def policy(acme):
    found, faults = read_bundle(acme, today=date(2026, 5, 12))
    assert [str(fault) for fault in faults if fault.severity == "error"] == []
    assert found is not None
    return found


def test_the_example_warns_only_of_the_switch_that_was_never_exercised(acme):
    _, faults = read_bundle(acme, today=date(2026, 5, 12))
    assert {fault.because.split(",")[0] for fault in faults} == {
        "The switch feature/policy-search-v1 was never exercised",
    }


def test_the_policy_survives_its_own_document(policy):
    assert to_document(from_document(Policy, to_document(policy))) == to_document(policy)


def test_a_suite_says_how_many_cases_and_how_fresh_and_an_allowance_what_is_to_be_proved(acme):
    asked = "{suite: production, at_least: 20, at_most_days_old: 90}"
    other = "{suite: production, slices: every_locale, at_least: 200, at_most_days_old: 14}"
    text = acme["policy.yaml"].replace(asked, other)
    allowed = "  locale_parity: {allowed_drop: 0.02, prove: true}\n  eval-smoke.tone: 0.5\n"
    text = text.replace("  locale_parity: 0.02\n", allowed)
    features = acme["catalog/features.yaml"].replace(
        "leverframe.dev/prompt: customer-support\n",
        "leverframe.dev/prompt: customer-support\n    leverframe.dev/locales: en-GB, de-DE\n",
    )
    files = {**acme, "policy.yaml": text, "catalog/features.yaml": features}
    found, faults = read_bundle(files, today=date(2026, 5, 12))
    assert found is not None, faults
    asks = asks_of(found, "medium", "prompt", "normal").evals
    assert asks[0] == EvalAsk("production", ("every_locale",), 200, 14)
    assert asks[1:] == (EvalAsk("adversarial"), EvalAsk("locale-fairness"))
    assert EvalAllowance("locale_parity", 0.02, prove=True) in found.eval_allowances
    assert EvalAllowance("eval-smoke.tone", 0.5) in found.eval_allowances
    assert found.catalog.targets["customer-support-ai"].locales == ("en-GB", "de-DE")


def test_the_standard_window_is_tuesday_to_thursday_ten_to_four(policy):
    (window,) = policy.calendar.windows
    assert (window.weekdays, window.opens, window.closes) == (frozenset({1, 2, 3}), time(10), time(16))
    assert policy.calendar.home_zone == policy.calendar.zone_of("everywhere") == "Europe/London"
    assert policy.calendar.zone_of("au") == "Australia/Sydney"


def test_a_last_day_is_inside_its_freeze_and_a_scope_is_kept(policy):
    ends = next(freeze for freeze in policy.calendar.freezes if freeze.name == "year end")
    assert (ends.starts, ends.ends) == tuple(map(datetime.fromisoformat, ("2026-12-21", "2027-01-04")))
    enrolment = next(freeze for freeze in policy.calendar.freezes if freeze.name == "open enrolment")
    assert (enrolment.scope.targets, enrolment.scope.regions) == ({"claims-summary"}, {"us"})


def test_the_books_are_closed_round_each_quarters_end_by_business_days(policy):
    """The last day of the year 2026 is a Thursday; New Year's Day is a holiday."""
    closes = {each.name: each for each in policy.calendar.freezes if each.name.startswith("close of")}
    assert len(closes) == 4 * 9
    told = {name: (closes[name].starts, closes[name].ends) for name in ("close of Q2 2026", "close of Q4 2026")}
    expected = {"close of Q2 2026": ("2026-06-29", "2026-07-03"), "close of Q4 2026": ("2026-12-30", "2027-01-06")}
    assert told == {name: tuple(map(datetime.fromisoformat, days)) for name, days in expected.items()}
    assert closes["close of Q2 2026"].scope.targets == {"underwriting-decision-v2", "claims-summary"}


def test_the_holidays_of_england_are_read(policy):
    assert date(2026, 5, 4) in policy.calendar.holidays
    assert date(2026, 5, 12) not in policy.calendar.holidays
    assert {day.year for day in policy.calendar.holidays} == set(range(2024, 2033))


def test_a_rollout_takes_the_handbooks_floors_by_share(policy):
    stages = policy.plans["rollouts/customer-support-ai"].stages
    assert [(s.share_percent, s.bake_minutes) for s in stages] == [(1, 30), (10, 240), (50, 1440), (100, 0)]
    assert [s.floors for s in stages] == [
        (),
        (Floor("feedback_negative", 3.0),),
        (Floor("feedback_negative", 2.0),),
        (),
    ]


def test_a_stage_inherits_the_slos_of_the_stage_before_and_its_own_override(policy):
    stages = policy.plans["rollouts/customer-support-ai"].stages
    slos = [{slo.name: (slo.guardrail, slo.limit, slo.threshold) for slo in stage.slos} for stage in stages]
    assert slos[0]["p95_latency_ms_max"] == slos[3]["p95_latency_ms_max"] == ("slow", 0.05, 4500.0)
    assert slos[0]["eval_groundedness_drift_max"] == ("groundedness", 0.04, 0.0)
    assert (
        slos[1]["eval_groundedness_drift_max"] == slos[2]["eval_groundedness_drift_max"] == ("groundedness", 0.03, 0)
    )
    assert "fairness_locale_delta_max" not in slos[0]
    assert slos[2]["fairness_locale_delta_max"] == ("fairness_locale_delta", 0.04, 0.0)


def test_a_medium_prompt_change_asks_for_the_cab(policy):
    asks = asks_of(policy, "medium", "prompt", "normal")
    seats = {seat.role: seat.count for seat in asks.seats}
    assert seats == {"platform_engineer": 1, "feature_engineer": 1, "release_manager": 1}
    assert tuple(ask.suite for ask in asks.evals) == ("production", "adversarial", "locale-fairness")
    assert "rollback_plan" in asks.fields
    assert asks.by_hand == ()


def test_a_high_change_asks_for_ai_risk_and_for_hand_written_fields(policy):
    asks = asks_of(policy, "high", "model_swap", "normal")
    assert "ai_risk" in {seat.role for seat in asks.seats}
    assert "rollback_plan" in asks.by_hand
    assert "model_card" in asks.artefacts


def test_every_change_of_every_feature_can_be_signed_by_somebody_else_than_ana(policy):
    for target, kind, path in product(policy.catalog.targets.values(), Kind, Path):
        seats = asks_of(policy, target.tier.value, kind.value, path.value).seats
        assert not seats_left(policy, seats, target)
        for seat in seats:
            assert len(holders(policy, seat.role, target) - {"ana"}) >= seat.count


def test_vic_is_nobody(policy):
    vic = policy.catalog.people["vic"]
    assert roles_of(policy, vic.groups) == frozenset()
    assert vic.groups.isdisjoint(target.owner for target in policy.catalog.targets.values())


def test_a_feature_knows_its_fallback_owner_and_population(policy):
    support = policy.catalog.targets["customer-support-ai"]
    assert (support.tier, support.users, support.regions) == (Tier.MEDIUM, 4_000_000, ("everywhere",))
    assert (support.fallback, support.owner, support.prompt) == (
        "help-centre-search",
        "support-ai",
        "customer-support",
    )
    search = policy.catalog.targets["policy-search-v1"]
    assert search.rings == ("internal", "design_partners", "everyone") == policy.order.rings
    claims = policy.catalog.targets["claims-summary"]
    assert [(cell.region, cell.users) for cell in claims.population] == [
        ("au", 50000),
        ("eu", 300000),
        ("us", 650000),
    ]


def test_the_order_of_audiences_is_read_and_every_feature_knows_it(policy):
    order = policy.order
    assert (order.rings, order.regions, order.cohorts) == (
        ("internal", "design_partners", "everyone"),
        (("au",), ("eu", "uk"), ("us",)),
        ("internal", "opted_in", "free"),
    )
    assert (order.next_ring_percent, order.next_region_percent, order.enforced) == (100, 100, True)
    assert {target.order for target in policy.catalog.targets.values()} == {order}


def test_every_rollout_of_the_example_widens_in_the_policys_order(policy):
    for name, target in policy.catalog.targets.items():
        for plan in (
            plan for key, plan in policy.plans.items() if key in (f"rollouts/{name}", "handbook", "asked_for")
        ):
            assert list(order_faults(plan, cells_of(target), policy.order)) == []


def test_an_order_that_only_advises_warns_and_is_not_enforced(edited):
    files = edited("policy.yaml", "audience_order: enforce", "audience_order: advise")
    for old, new in (("[us]", "[later]"), ("[au]", "[us]"), ("[later]", "[au]")):
        files = edited("rollouts/claims-summary.yaml", f"regions: {old}", f"regions: {new}", files)
    policy, faults = read_bundle(files, today=date(2026, 5, 12))
    assert not policy.order.enforced
    assert any("everyone in au, which comes first" in f.because and f.severity == "warning" for f in faults)


def test_how_wide_the_next_may_be_is_read(edited):
    said = "next_at_most_percent: {regions: 50, cohorts: 0}\ncohorts: [internal"
    policy, faults = read_bundle(edited("policy.yaml", "cohorts: [internal", said), today=date(2026, 5, 12))
    assert policy is None
    assert any("is the most" in fault.because for fault in faults)


def test_cohorts_of_a_population_are_read_and_nobody_is_counted_twice(edited):
    people = 'population: "8_000, everywhere/everyone/internal: 8_000, everywhere/everyone/free: 0"'
    policy, _ = read_bundle(edited("catalog/features.yaml", 'population: "8_000"', people))
    (cell,) = policy.catalog.targets["meeting-notes"].population
    assert (cell.users, cell.users_of("internal"), cell.users_of("free"), cell.users_of("opted_in")) == (
        8000,
        8000,
        0,
        None,
    )
    assert policy.catalog.targets["meeting-notes"].users == 8000


def test_what_a_feature_may_use_is_its_own_list_within_its_tiers(policy, edited):
    underwriting = policy.catalog.targets["underwriting-decision-v2"]
    assert underwriting.allowed_models == underwriting.models
    assert policy.catalog.targets["claims-summary"].allowed_models == policy.catalog.targets["claims-summary"].models
    models = "    leverframe.dev/models: openai.gpt-4o-2024-11, bedrock.anthropic.claude-sonnet-4-5\n"
    any_model, _ = read_bundle(edited("catalog/features.yaml", models, ""))
    limited = any_model.catalog.targets["underwriting-decision-v2"]
    assert limited.allowed_models == ("openai.gpt-4o-2024-11", "bedrock.*")
    advised = edited("policy.yaml", "allowed_models: enforce", "allowed_models: advise")
    assert read_bundle(advised)[0].catalog.targets["claims-summary"].allowed_models == ()


def test_every_switch_has_an_owner_and_a_tenants_has_its_zone(policy):
    assert all(switch.owner in policy.catalog.groups for switch in policy.switches)
    tenant = next(switch for switch in policy.switches if switch.layer is Layer.TENANT)
    assert (tenant.zone, tenant.owner) == ("America/Chicago", "customer-support-engineering")


def test_the_digest_is_of_the_files_that_are_read_and_of_no_others(acme, policy):
    assert read_bundle({**acme, "changes/more.yaml": "x: 1"})[0].digest == policy.digest
    assert read_bundle(dict(reversed(acme.items())))[0].digest == policy.digest
    for path in ("policy.yaml", "prompts/customer-support/v8.md", "catalog/people.yaml"):
        altered, _ = read_bundle({**acme, path: acme[path] + "\n"})
        assert altered.digest != policy.digest


def test_a_prompts_digest_is_the_sha256_of_its_text(policy, acme):
    altered, _ = read_bundle({**acme, "prompts/customer-support/v8.md": "Another text."})
    assert set(altered.prompts) == set(policy.prompts)
    assert {name for name in policy.prompts if policy.prompts[name] != altered.prompts[name]} == {
        "customer-support@v8"
    }


def test_the_handbooks_switch_file_is_read_byte_for_byte(shared, acme):
    text = (shared / "handbook" / "kill-switches.yaml").read_text("utf-8")
    policy, faults = read_bundle(_only_the_handbooks(acme) | {"gateway-policies/kill-switches.yaml": text})
    assert policy is not None, [str(fault) for fault in faults]
    assert [(s.id, s.state, s.fallback) for s in policy.switches] == [
        ("feature/policy-search-v1", "set", "keyword-search-v3"),
        ("feature/underwriting-decision-v2", "set", "human-review-queue"),
        ("model/openai.gpt-4o-2024-11", "set", "anthropic.claude-sonnet-4-5"),
        ("model/bedrock.anthropic.claude-haiku-4-5", "set", "bedrock.anthropic.claude-sonnet-4-5"),
        ("tenant/enterprise-tenant-12891", "thrown", ""),
    ]
    tenant = policy.switches[-1]
    assert (tenant.expires_on, tenant.ticket) == (date(2026, 6, 30), "SUP-44012")
    assert tenant.because == "tenant compliance pause; ticket SUP-44012"


def test_the_example_holds_the_handbooks_files_as_they_are(shared, acme):
    printed = (shared / "handbook" / "rollout-example.yaml").read_text("utf-8")
    assert acme["rollouts/customer-support-ai.yaml"] == printed
    switches = (shared / "handbook" / "kill-switches.yaml").read_text("utf-8")
    wanted = [line for line in switches.splitlines() if line and not line.startswith("#")]
    kept = iter(acme["gateway-policies/kill-switches.yaml"].splitlines())
    assert all(line in kept for line in wanted)


def test_the_handbooks_rollout_is_read_without_a_fault(shared, policy):
    report = Report()
    text = (shared / "handbook" / "rollout-example.yaml").read_text("utf-8")
    plans = read_rollouts({"rollouts/x.yaml": text}, RampDefaults(10080, "handbook", policy.plans), report)
    assert report.faults == []
    plan = plans["rollouts/x"]
    assert plan.auto_rollback
    assert plan.notify == ("slack:#ai-platform-incidents", "pager:ai-feature-on-call")


def test_backstages_own_files_lie_in_the_catalog_without_a_fault(shared, acme):
    folder = shared / "data" / "catalog"
    theirs = {f"catalog/theirs/{path.name}": path.read_text("utf-8") for path in folder.glob("*.yaml")}
    assert len(theirs) == 2
    policy, faults = read_bundle({**acme, **theirs})
    assert [str(fault) for fault in faults if fault.place.startswith("catalog/theirs")] == []
    assert policy.catalog.people["janelle.dawe"].title == "Janelle Dawe"
    assert policy.catalog.groups["team-a"].parent == "backstage"


def _only_the_handbooks(acme):
    """Return the bundle with the two features alone that the handbook's switch file names."""
    keep = ("policy-search-v1", "underwriting-decision-v2")
    documents = acme["catalog/features.yaml"].split("\n---\n")
    features = "\n---\n".join(text for text in documents if any(f"name: {name}" in text for name in keep))
    freezes = acme["policy.yaml"].replace(", claims-summary]", "]")
    freezes = freezes.replace("[claims-summary]", "[policy-search-v1]")
    freezes = freezes.replace("[customer-support-ai]", "[policy-search-v1]")
    others = {path: text for path, text in acme.items() if not path.startswith("rollouts/")}
    return {**others, "catalog/features.yaml": features, "policy.yaml": freezes}
