"""Is each field said to be asked for exactly where the policy asks for it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from leverframe.nouns.field_guide import GUIDE
from leverframe.nouns.policies import Requirement
from leverframe.rules.field_asks import asks_of_field, is_signed, said
from leverframe.sources.policies import read_bundle, read_folder

ACME = Path(__file__).resolve().parents[2] / "examples" / "acme"
SIGNED = {
    "target", "kind", "path", "candidate", "ramp", "blast_radius", "rollback_plan", "restore_from", "kill_switch",
    "artefacts", "start",
}  # fmt: skip


@pytest.fixture(scope="module")
def acme():
    return read_folder(ACME)


def test_what_a_sign_off_binds_is_what_the_guide_calls_signed():
    assert {one.name for one in GUIDE if is_signed(one.name)} == SIGNED


def test_the_rollback_plan_is_filled_written_and_reviewed_where_the_policy_says_so(acme):
    policy, _ = read_bundle(acme)
    high, medium = (f"{tier}, on the normal or standard path" for tier in ("High", "Medium"))
    assert {(ask.of, ask.must_be) for ask in asks_of_field(policy, "rollback_plan")} == {
        (medium, "filled"),
        (high, "filled"),
        (high, "written by a person"),
        (high, "reviewed by another person"),
        ("on the emergency path", "filled"),
    }


def test_each_ask_names_a_line_that_holds_the_key(acme):
    policy, _ = read_bundle(acme)
    lines = acme["policy.yaml"].splitlines()
    asks = [ask for one in GUIDE for ask in asks_of_field(policy, one.name)]
    assert asks
    for ask in asks:
        path, _, line = ask.at.partition(":")
        key = {"filled": "fields", "written by a person": "by_hand", "reviewed by another person": "reviewed"}
        assert path == "policy.yaml"
        assert f"{key.get(ask.must_be, 'artefacts')}:" in lines[int(line) - 1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Requirement(), "every change"),
        (Requirement(tiers=frozenset({"high", "low"})), "Low and High"),
        (Requirement(tiers=frozenset({"high"}), kinds=frozenset({"model_swap"})), "High, model swap"),
        (Requirement(paths=frozenset({"emergency"}), customer_facing=True), "on the emergency path, customer-facing"),
    ],
)
def test_a_row_says_of_which_changes_it_speaks(row, words):
    assert said(row) == words
