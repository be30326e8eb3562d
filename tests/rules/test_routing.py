"""Which unit answers, and why?"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, Reason, RouteTable, Variant
from leverframe.nouns.units import Unit
from leverframe.rules.routing import Router, bucket

GPT, CLAUDE, HAIKU = "openai.gpt-4o-2024-11", "anthropic.claude-sonnet-4-5", "bedrock.anthropic.claude-haiku-4-5"
CURRENT = Unit(prompt="support@1", model=GPT, index="kb@7")
CANDIDATE = Unit(prompt="support@2", model=CLAUDE, index="kb@8")
ALL, HALF = BUCKETS, BUCKETS // 2


def _ramp(**below: int) -> CandidateRoute:
    cells = {cell.replace("__", "|"): bound for cell, bound in below.items()}
    return CandidateRoute("CHG-2026-00001", 2, CANDIDATE, "salt", cells)


def _router(candidate: CandidateRoute | None = None, current: Unit | None = CURRENT, **table) -> Router:
    feature = FeatureRoute(current, "macro-templates", candidate, ("us", "eu"), ("internal", "everyone"))
    return Router(RouteTable(Number(1, 7), {"support": feature}, **table))


EVERYONE = _ramp(us__internal=ALL, us__everyone=ALL, eu__internal=ALL, eu__everyone=ALL)


def test_the_published_vectors_hold():
    page = Path(__file__).parents[2] / "docs" / "reference" / "buckets.md"
    found = re.search(r"```json\n(.*?)```", page.read_text(), re.DOTALL)
    assert found is not None
    vectors = json.loads(found.group(1))
    assert len(vectors) == 20
    for salt, key, published in vectors:
        assert bucket(salt, key) == int(published), (salt, key)


def test_without_a_ramp_current_serves():
    decision = _router().route("support", "vic", "acme", "eu")
    assert (decision.serve, decision.unit, decision.variant) == (True, CURRENT, Variant.CURRENT)
    assert (decision.reason, decision.number, decision.change) == (Reason.CURRENT, Number(1, 7), "")


def test_a_thrown_tenant_comes_before_everything_else():
    router = _router(EVERYONE, thrown_tenants=frozenset({"acme"}), thrown_features=frozenset({"support"}))
    decision = router.route("support", "vic", "acme", "eu")
    assert (decision.serve, decision.unit, decision.reason) == (False, None, Reason.TENANT_THROWN)
    assert decision.fallback == "macro-templates"
    assert router.route("nonsense", tenant="acme").reason is Reason.TENANT_THROWN
    assert router.route("support", "vic", "beta", "eu").reason is Reason.FEATURE_THROWN


def test_a_thrown_feature_is_off_for_candidate_and_current_alike():
    decision = _router(EVERYONE, thrown_features=frozenset({"support"})).route("support", "vic", region="eu")
    assert (decision.serve, decision.reason, decision.fallback) == (False, Reason.FEATURE_THROWN, "macro-templates")


def test_a_switch_speaks_even_for_a_feature_that_the_table_does_not_know():
    router = _router(thrown_features=frozenset({"gone"}))
    assert router.route("gone").reason is Reason.FEATURE_THROWN
    assert router.route("never-heard-of").reason is Reason.UNKNOWN_FEATURE


# candidate's model, thrown models -> variant, model, reason
MODELS = [
    ({}, Variant.CANDIDATE, CLAUDE, Reason.CANDIDATE),
    ({HAIKU: (GPT,)}, Variant.CANDIDATE, CLAUDE, Reason.CANDIDATE),
    ({CLAUDE: (HAIKU,)}, Variant.CURRENT, GPT, Reason.CANDIDATE_MODEL_THROWN),
    ({CLAUDE: ()}, Variant.CURRENT, GPT, Reason.CANDIDATE_MODEL_THROWN),
    ({GPT: (HAIKU,)}, Variant.CANDIDATE, CLAUDE, Reason.RAMP_SUSPENDED),
    ({GPT: (HAIKU,), CLAUDE: (HAIKU,)}, Variant.CURRENT, HAIKU, Reason.MODEL_FALLBACK),
    ({GPT: (), CLAUDE: ()}, Variant.OFF, None, Reason.MODEL_OFF),
]


@pytest.mark.parametrize(("thrown", "variant", "model", "reason"), MODELS)
def test_a_candidate_whose_model_is_thrown_gives_way_to_the_whole_current_unit(thrown, variant, model, reason):
    decision = _router(EVERYONE, thrown_models=thrown).route("support", "vic", region="eu")
    assert (decision.variant, decision.reason) == (variant, reason)
    assert (decision.unit.model if decision.unit else None) == model
    if decision.variant is Variant.CURRENT:
        assert decision.unit is not None
        assert replace(decision.unit, model=GPT) == CURRENT


# thrown models -> the reasons of those who are exposed, and of those who are not
SUSPENDED = [
    ({}, Reason.CANDIDATE, Reason.NOT_EXPOSED),
    ({CLAUDE: ()}, Reason.CANDIDATE_MODEL_THROWN, Reason.RAMP_SUSPENDED),
    ({GPT: (HAIKU,)}, Reason.RAMP_SUSPENDED, Reason.MODEL_FALLBACK),
]


@pytest.mark.parametrize(("thrown", "exposed", "beside"), SUSPENDED)
def test_while_one_arms_model_is_thrown_neither_arm_is_compared(thrown, exposed, beside):
    router = _router(_ramp(eu__everyone=ALL), thrown_models=thrown)
    answers = [router.route("support", "vic", region=region) for region in ("eu", "us")]
    assert [answer.reason for answer in answers] == [exposed, beside]
    assert {answer.change for answer in answers} == {"CHG-2026-00001"}


def test_only_the_model_of_a_current_unit_is_replaced():
    decision = _router(thrown_models={GPT: (HAIKU,)}).route("support")
    assert (decision.unit, decision.reason) == (replace(CURRENT, model=HAIKU), Reason.MODEL_FALLBACK)


def test_a_current_unit_without_any_model_left_is_off_with_the_features_fallback():
    decision = _router(thrown_models={GPT: ()}).route("support")
    assert (decision.serve, decision.unit, decision.reason) == (False, None, Reason.MODEL_OFF)
    assert decision.fallback == "macro-templates"


# what the feature may use, the chain that still stands -> what serves
ALLOWED = [
    ((), (CLAUDE, HAIKU), CLAUDE),
    ((GPT, HAIKU), (CLAUDE, HAIKU), HAIKU),
    (("bedrock.*",), (CLAUDE, HAIKU), HAIKU),
    ((GPT,), (CLAUDE, HAIKU), None),
    (("",), (CLAUDE, HAIKU), None),
    ((), (), None),
]


@pytest.mark.parametrize(("models", "chain", "serves"), ALLOWED)
def test_a_chain_goes_on_to_the_first_model_that_this_feature_may_use(models, chain, serves):
    feature = FeatureRoute(CURRENT, "macro-templates", models=models)
    decision = Router(RouteTable(Number(1, 1), {"support": feature}, thrown_models={GPT: chain})).route("support")
    assert (decision.unit.model if decision.unit else None) == serves
    assert decision.reason is (Reason.MODEL_FALLBACK if serves else Reason.MODEL_OFF)
    assert serves or decision.fallback == "macro-templates"


def test_what_a_feature_may_use_keeps_no_unit_from_serving_whose_model_is_not_thrown():
    feature = FeatureRoute(CURRENT, models=(HAIKU,))
    assert Router(RouteTable(Number(1, 1), {"support": feature})).route("support").unit == CURRENT


def _cohort_router(**table) -> Router:
    """A tenth of everybody, half of `fans`, all of `staff`; `odd` is no wider than its cell."""
    cell, tenth = "eu|everyone", ALL // 10
    cohorts = {"fans": {cell: HALF}, "staff": {cell: ALL}, "odd": {cell: tenth}}
    return _router(CandidateRoute("CHG-2026-00001", 2, CANDIDATE, "salt", {cell: tenth}, cohorts), **table)


# cohorts that the caller tells -> the share of people who get the candidate, and where they are counted
TOLD = [
    ((), 0.1, ""),
    (("unheard of",), 0.1, ""),
    (("odd",), 0.1, "odd"),
    (("fans",), 0.5, "fans"),
    (("odd", "fans", "unheard of"), 0.5, "fans"),
    (("staff", "fans"), 1.0, "staff"),
    ("fans", 0.5, "fans"),
    ({"fans"}, 0.5, "fans"),
]


@pytest.mark.parametrize(("cohorts", "share", "counted"), TOLD)
def test_the_largest_share_that_applies_decides_and_is_where_the_call_counts(cohorts, share, counted):
    router = _cohort_router()
    seen = [router.route("support", f"user-{n}", None, "eu", cohorts=cohorts) for n in range(2_000)]
    exposed = [decision.variant is Variant.CANDIDATE for decision in seen]
    assert sum(exposed) / 2_000 == pytest.approx(share, abs=0.04)
    assert {decision.cohort for decision in seen} == {counted}
    assert {decision.reason for decision in seen} <= {Reason.CANDIDATE, Reason.NOT_EXPOSED}
    assert len({id(decision) for decision in seen}) == len(set(exposed))


def test_a_cohort_is_asked_after_the_switches_and_the_lease_and_needs_somebody():
    everyone = {"region": "eu", "cohorts": ("staff",)}
    thrown = _cohort_router(thrown_tenants=frozenset({"acme"}), thrown_models={CLAUDE: ()})
    assert thrown.route("support", "vic", "acme", **everyone).reason is Reason.TENANT_THROWN
    assert thrown.route("support", "vic", **everyone).reason is Reason.CANDIDATE_MODEL_THROWN
    assert _cohort_router().route("support", "vic", lease_ok=False, **everyone).reason is Reason.LEASE_EXPIRED
    assert _cohort_router().route("support", **everyone).reason is Reason.NO_SUBJECT
    assert _router().route("support", "vic", **everyone).reason is Reason.CURRENT


def test_a_cohort_exposes_nobody_in_a_cell_that_the_ramp_has_not_reached():
    decision = _cohort_router().route("support", "vic", None, "us", cohorts=("staff",))
    assert (decision.variant, decision.cohort) == (Variant.CURRENT, "")


def test_on_day_zero_the_candidate_serves_its_share_and_the_fallback_the_rest():
    router = _router(_ramp(eu__everyone=ALL), current=None)
    assert router.route("support", "vic", region="eu").variant is Variant.CANDIDATE
    rest = router.route("support", "vic", region="us")
    assert (rest.serve, rest.reason, rest.fallback, rest.change) == (
        False, Reason.NO_UNIT, "macro-templates", "CHG-2026-00001",
    )  # fmt: skip


# subject, conversation, tenant -> what is bucketed
KEYS = [
    ("vic", "talk", "acme", "vic"),
    (None, "talk", "acme", "talk"),
    ("", "talk", "acme", "talk"),
    (None, None, "acme", "acme"),
    (None, "", "acme", "acme"),
]


@pytest.mark.parametrize(("subject", "conversation", "tenant", "key"), KEYS)
def test_without_a_subject_the_conversation_is_bucketed_then_the_tenant(subject, conversation, tenant, key):
    at = bucket("salt", key)
    for bound, variant in ((at, Variant.CURRENT), (at + 1, Variant.CANDIDATE)):
        router = _router(_ramp(eu__everyone=bound))
        assert router.route("support", subject, tenant, "eu", conversation).variant is variant


def test_with_nothing_to_bucket_current_serves():
    decision = _router(EVERYONE).route("support", region="eu")
    assert (decision.variant, decision.reason) == (Variant.CURRENT, Reason.NO_SUBJECT)


# region, tenant -> the cell that decides
CELLS = [
    ("us", "acme", "us|internal"),
    ("us", "stranger", "us|everyone"),
    ("us", None, "us|everyone"),
    ("us", "odd", "us|everyone"),
    ("eu", "acme", "eu|internal"),
    ("mars", "acme", "eu|internal"),
    (None, "acme", "eu|internal"),
    ("", None, "eu|everyone"),
]


@pytest.mark.parametrize(("region", "tenant", "cell"), CELLS)
def test_an_unknown_region_or_tenant_is_in_the_last(region, tenant, cell):
    rings = {"acme": "internal", "odd": "a ring that this feature has not"}
    for exposed in ("us|internal", "us|everyone", "eu|internal", "eu|everyone"):
        router = _router(CandidateRoute("CHG", 1, CANDIDATE, "salt", {exposed: ALL}), rings=rings)
        decision = router.route("support", "vic", tenant, region)
        assert (decision.variant is Variant.CANDIDATE) == (exposed == cell)
        assert "|".join(router.cell("support", tenant, region)) == cell


def test_features_that_share_regions_and_rings_keep_their_own_shares():
    exposed = {"support": "us|internal", "search": "eu|everyone", "drafts": "us|internal", "notes": "eu|internal"}
    rings = {"notes": ("everyone", "internal")}
    features = {
        name: FeatureRoute(
            CURRENT, "", CandidateRoute("CHG", 1, CANDIDATE, "salt", {cell: ALL}), ("us", "eu"),
            rings.get(name, ("internal", "everyone")),
        )
        for name, cell in exposed.items()
    }  # fmt: skip
    router = Router(RouteTable(Number(1, 1), features, rings={"acme": "internal", "beta": "everyone"}))
    for name, cell in exposed.items():
        for region, tenant, asked in (
            ("us", "acme", "us|internal"), ("us", "beta", "us|everyone"),
            ("eu", "acme", "eu|internal"), ("eu", "beta", "eu|everyone"),
        ):  # fmt: skip
            decision = router.route(name, "vic", tenant, region)
            assert (decision.variant is Variant.CANDIDATE) == (asked == cell), (name, asked)


def test_a_feature_of_one_region_needs_no_region():
    feature = FeatureRoute(CURRENT, candidate=_ramp(everywhere__everyone=ALL))
    router = Router(RouteTable(Number(1, 1), {"support": feature}))
    for region in (None, "", "eu"):
        assert router.route("support", "vic", region=region).variant is Variant.CANDIDATE


def test_without_a_lease_the_candidate_is_served_to_no_one_and_switches_hold():
    router = _router(EVERYONE, thrown_tenants=frozenset({"acme"}))
    decision = router.route("support", "vic", region="eu", lease_ok=False)
    assert (decision.variant, decision.reason) == (Variant.CURRENT, Reason.LEASE_EXPIRED)
    assert router.route("support", "vic", "acme", lease_ok=False).reason is Reason.TENANT_THROWN
    assert _router().route("support", "vic", lease_ok=False).reason is Reason.CURRENT


def test_each_arm_of_a_ramp_names_its_change_and_stage():
    router = _router(_ramp(eu__everyone=HALF))
    seen = {router.route("support", f"user-{n}", region="eu") for n in range(200)}
    assert {decision.variant for decision in seen} == {Variant.CURRENT, Variant.CANDIDATE}
    assert {(decision.change, decision.stage) for decision in seen} == {("CHG-2026-00001", 2)}


def test_answers_are_made_once():
    router = _router(_ramp(eu__everyone=HALF))
    assert len({id(router.route("support", f"user-{n}", region="eu")) for n in range(500)}) == 2


def test_a_salt_is_told_only_for_the_change_that_is_under_way():
    router = _router(EVERYONE)
    assert router.salt("support", "CHG-2026-00001") == "salt"
    assert router.salt("support", "CHG-2026-00000") == ""
    assert router.salt("nonsense", "CHG-2026-00001") == ""


@given(
    subject=st.text(st.characters(codec="utf-8"), min_size=1), narrow=st.integers(0, ALL), wide=st.integers(0, ALL)
)
def test_who_is_exposed_stays_exposed_when_the_share_grows(subject, narrow, wide):
    narrow, wide = sorted((narrow, wide))
    before = _router(_ramp(eu__everyone=narrow)).route("support", subject, region="eu").variant
    after = _router(_ramp(eu__everyone=wide)).route("support", subject, region="eu").variant
    assert not (before is Variant.CANDIDATE and after is Variant.CURRENT)


@given(subject=st.text(st.characters(codec="utf-8"), min_size=1), tenant=st.text(), region=st.text())
def test_the_same_key_falls_the_same_way_on_every_gateway(subject, tenant, region):
    one, other = (_router(_ramp(eu__everyone=HALF, us__internal=HALF)) for _ in range(2))
    first = one.route("support", subject, tenant, region)
    assert first == one.route("support", subject, tenant, region) == other.route("support", subject, tenant, region)


def test_a_share_is_the_share_of_subjects():
    router = _router(_ramp(eu__everyone=BUCKETS // 10))
    exposed = sum(
        router.route("support", f"user-{n}", region="eu").variant is Variant.CANDIDATE for n in range(100_000)
    )
    assert 9_600 < exposed < 10_400


def test_two_ramps_expose_different_subjects():
    first = {n for n in range(20_000) if bucket("salt-1", f"user-{n}") < BUCKETS // 10}
    second = {n for n in range(20_000) if bucket("salt-2", f"user-{n}") < BUCKETS // 10}
    assert 130 < len(first & second) < 270


@pytest.mark.parametrize(
    ("feature", "tenant", "table"),
    [
        ("support", None, {"thrown_features": frozenset({"support"})}),
        ("support", "acme", {"thrown_tenants": frozenset({"acme"})}),
        ("support", None, {"thrown_models": {CURRENT.model: ()}}),
        ("translate", None, {}),
        ("translate", "acme", {"thrown_tenants": frozenset({"acme"})}),
    ],
)
def test_where_the_table_names_no_fallback_the_services_own_stands_in(
    feature: str, tenant: str | None, table
) -> None:
    own = {"support": "macro-templates", "translate": "no-translation"}
    for named, instead in (
        ("", own[feature]),
        ("help-centre", "help-centre" if feature == "support" else own[feature]),
    ):
        known = RouteTable(Number(1, 1), {"support": FeatureRoute(CURRENT, named)}, **table)
        assert Router(known, own).route(feature, "vic", tenant).fallback == instead
