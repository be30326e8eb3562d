"""Which switch speaks first, what serves instead, and has it expired?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.switches import (
    chain_of,
    check_circles,
    check_fallback,
    circles,
    first_thrown,
    is_expired,
    thrown_models,
)


def _model(key: str, fallback: str = "", *, thrown: bool = True) -> Switch:
    return Switch(Layer.MODEL, key, thrown=thrown, fallback=fallback)


TENANT = Switch(Layer.TENANT, "acme", thrown=True)
FEATURE = Switch(Layer.FEATURE, "support", thrown=True)
MODEL = _model("m.a", "m.b")


@pytest.mark.parametrize("switches", list(permutations([TENANT, FEATURE, MODEL])))
def test_the_tenant_speaks_before_the_feature_and_the_feature_before_the_model(switches):
    wanted = {"tenant": "acme", "feature": "support", "model": "m.a"}
    assert first_thrown(switches, **wanted) == TENANT
    assert first_thrown(switches, **{**wanted, "tenant": "beta"}) == FEATURE
    assert first_thrown(switches, tenant="", feature="search", model="m.a") == MODEL
    assert first_thrown(switches, tenant="", feature="", model="m.b") is None


def test_a_switch_that_is_set_speaks_for_no_one():
    assert first_thrown([Switch(Layer.FEATURE, "support")], feature="support") is None


# now (UTC), zone, expires_on 30 June -> expired?
EXPIRY = [
    ("2026-06-30T12:00", "Europe/London", False),
    ("2026-06-30T22:59", "Europe/London", False),
    ("2026-06-30T23:00", "Europe/London", True),
    ("2026-07-01T03:59", "America/New_York", False),
    ("2026-07-01T04:00", "America/New_York", True),
    ("2026-06-30T13:59", "Australia/Sydney", False),
    ("2026-06-30T14:00", "Australia/Sydney", True),
    ("2026-07-01T11:59", "", False),
    ("2026-07-01T12:00", "", True),
]


@pytest.mark.parametrize(("now", "zone", "expired"), EXPIRY)
def test_a_switch_expires_when_its_day_has_ended_in_its_zone(now, zone, expired):
    switch = Switch(Layer.TENANT, "acme", thrown=True, expires_on=date(2026, 6, 30), zone=zone)
    assert is_expired(switch, datetime.fromisoformat(now).replace(tzinfo=UTC)) is expired


def test_a_switch_without_a_date_never_expires():
    assert not is_expired(TENANT, datetime(9999, 12, 30, tzinfo=UTC))


# switches -> what stands behind m.a, in order; None where it is not thrown
CHAINS = [
    ([], None),
    ([_model("m.a", "m.b", thrown=False)], None),
    ([_model("m.a", "m.b")], ("m.b",)),
    ([_model("m.a", "m.b"), _model("m.b", "m.c")], ("m.c",)),
    ([_model("m.a", "m.b"), _model("m.b", "m.c", thrown=False)], ("m.b", "m.c")),
    ([_model("m.a", "m.b"), _model("m.b", "m.c", thrown=False), _model("m.c", "m.d")], ("m.b", "m.d")),
    ([_model("m.a")], ()),
    ([_model("m.a", "m.b"), _model("m.b")], ()),
    ([_model("m.a", "m.a")], ()),
    ([_model("m.a", "m.b"), _model("m.b", "m.a")], ()),
    ([_model("m.a", "m.b"), _model("m.b", "m.a", thrown=False)], ("m.b",)),
    ([_model("m.a", "m.b"), _model("m.b", "m.c"), _model("m.c", "m.b")], ()),
    ([Switch(Layer.FEATURE, "m.a", thrown=True, fallback="m.b")], None),
]


@pytest.mark.parametrize(("switches", "standing"), CHAINS)
def test_a_chain_names_what_still_stands_in_order(switches, standing):
    assert thrown_models(switches).get("m.a") == standing


names = st.sampled_from(["m.a", "m.b", "m.c", "m.d", ""])
levers = st.dictionaries(names.filter(bool), st.tuples(names, st.booleans()))


@given(levers)
def test_no_thrown_model_ever_serves_and_a_chain_names_each_model_once(said):
    switches = [_model(key, fallback, thrown=thrown) for key, (fallback, thrown) in said.items()]
    thrown = {key for key, (_, is_thrown) in said.items() if is_thrown}
    chains = thrown_models(switches)
    assert set(chains) == thrown
    for model, chain in chains.items():
        assert not {model, ""} & set(chain)
        assert not thrown & set(chain)
        assert len(set(chain)) == len(chain)
        walked = chain_of(model, {key: fallback for key, (fallback, _) in said.items()})
        assert chain == tuple(each for each in walked if each not in thrown)


@given(levers)
def test_a_model_is_in_a_circle_exactly_if_its_fallbacks_come_back_to_it(said):
    fallbacks = {key: fallback for key, (fallback, _) in said.items()}
    in_circles = [model for circle in circles([_model(*pair) for pair in fallbacks.items()]) for model in circle]
    assert len(in_circles) == len(set(in_circles))
    for model in fallbacks:
        at, steps = fallbacks[model], 0
        while at and at != model and steps <= len(fallbacks):
            at, steps = fallbacks.get(at, ""), steps + 1
        assert (model in in_circles) == (at == model)


def test_every_circle_is_named_with_a_remedy():
    two = [_model("m.a", "m.b", thrown=False), _model("m.b", "m.a"), _model("m.c", "m.c"), _model("m.d", "m.a")]
    answers = check_circles(two)
    assert [answer.because for answer in answers] == [
        "the model fallbacks go in a circle: m.a -> m.b -> m.a",
        "the model fallbacks go in a circle: m.c -> m.c",
    ]
    assert all(answer.refuses and answer.remedy for answer in answers)


KNOWN = {"m.a", "m.b", "m.c", "keyword-search-v3"}
ENDS = {"m.a": date(2027, 3, 1), "m.b": date(2026, 12, 1), "m.c": date(2027, 3, 1)}


# switch, the other switches -> why not
FALLBACKS = [
    (_model("m.a", ""), [], "names no fallback"),
    (_model("m.a", "m.z"), [], "m.z is not known"),
    (_model("m.a", "m.c"), [_model("m.c", "m.b")], "itself thrown"),
    (_model("m.a", "m.a"), [], "leads back to m.a"),
    (_model("m.a", "m.c", thrown=False), [_model("m.c", "m.a", thrown=False)], "leads back to m.a"),
    (_model("m.a", "m.b"), [], "ends on 2026-12-01"),
    (Switch(Layer.FEATURE, "search"), [], "names no fallback"),
    (Switch(Layer.FEATURE, "search", fallback="nothing"), [], "nothing is not known"),
]


@pytest.mark.parametrize(("switch", "others", "because"), FALLBACKS)
def test_a_fallback_that_would_not_serve_is_named_with_its_fault(switch, others, because):
    verdict = check_fallback(switch, [switch, *others], KNOWN, ends_on=ENDS)
    assert verdict.outcome is Outcome.NOT_MET
    assert because in verdict.because
    assert verdict.remedy


@pytest.mark.parametrize(
    "switch",
    [
        _model("m.a", "m.c"),
        _model("m.b", "m.a", thrown=False),
        Switch(Layer.FEATURE, "search", fallback="keyword-search-v3"),
        TENANT,
    ],
)
def test_a_fallback_that_would_serve_passes(switch):
    assert check_fallback(switch, [switch], KNOWN, ends_on=ENDS).outcome is Outcome.MET


def test_a_retired_fallback_does_not_serve():
    assert "retired" in check_fallback(_model("m.a", "m.c"), [], KNOWN, retired={"m.c"}).because
