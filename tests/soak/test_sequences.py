"""Do all gateways end where the control plane is? A few sequences; `make soak` plays a thousand."""

from __future__ import annotations

import logging

import pytest
from tests.soak.sequences import Sequence, prepared, run
from tests.soak.sockets import run_on_sockets, running

SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with prepared(tmp_path_factory.mktemp("sequences")) as folder:
        yield folder


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_gateways_end_at_the_compiled_truth(seed, house, tmp_path):
    assert run(seed, tmp_path, house) == []


def test_a_gateway_that_was_told_something_else_is_found(house, tmp_path):
    """The question can be answered with no: a table is altered behind the control plane's back."""
    played = Sequence(1, tmp_path, house)
    played.play(acts=5)
    edge = played.edges[0]
    table = edge.table()
    table.thrown_tenants.add("nobody-threw-this")
    assert any(each.startswith("edge differs") for each in played.differences())
    edge.start()
    edge.held.number = edge.held.number._replace(generation=0)
    played.world.store.close()


def test_gateways_on_real_sockets_end_there_too(tmp_path):
    with running(tmp_path) as (house, tokens):
        for seed in range(1, 6):
            assert run_on_sockets(seed, tmp_path / str(seed), house, tokens) == []
