"""Which tables does a gateway take, and which does it leave?"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from leverframe.gateway import Gateway
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.documents import to_document
from leverframe.nouns.tables import NO_NUMBER, Number, Reason, Variant


def frame_of(table) -> str:
    return json.dumps(to_document(table), separators=(",", ":"))


@pytest.fixture
def held(tmp_path):
    return Held(NoTable({}, {}, {}), tmp_path)


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize(("epoch", "generation"), [(2, 4), (1, 9), (1, 1)])
def test_an_older_number_is_refused(held, a_table, epoch, generation):
    assert held.offer(frame_of(a_table(5, epoch=2)))
    assert not held.offer(frame_of(a_table(generation, epoch=epoch)))
    assert held.number == Number(2, 5)
    assert "older than 2.5" in held.refused


def test_a_newer_epoch_is_newer_whatever_its_generation(held, a_table):
    held.offer(frame_of(a_table(900)))
    assert held.offer(frame_of(a_table(1, epoch=2)))
    assert held.number == Number(2, 1)


@pytest.mark.parametrize(
    ("altered", "because"),
    [
        ({"format": 2}, "format 2"),
        ({"format": None}, "format None"),
        ({"features": {}}, "empty"),
        ({"features": None}, "missing"),
        ({"features": {"support": {"current": "gpt"}}}, "feature support is malformed"),
        ({"features": {"support": {}}}, "feature support is malformed"),
        ({"number": "1.2"}, "number"),
        ({"number": [1, True]}, "number"),
        ({"number": [1, -2]}, "number"),
        ({"thrown_tenants": "acme"}, "thrown_tenants"),
        ({"thrown_tenants": [7]}, "thrown_tenants"),
        ({"thrown_features": {"support": 1}}, "thrown_features"),
        ({"thrown_models": ["gpt"]}, "thrown_models"),
        ({"thrown_models": {"a.gpt": "a.claude"}}, "thrown_models"),
        ({"rings": {"acme": 3}}, "rings"),
        ({"candidate_lease_seconds": "long"}, "candidate_lease_seconds"),
    ],
)
def test_a_table_that_is_not_understood_is_refused_and_the_held_one_stays(held, a_table, altered, because):
    assert held.offer(frame_of(a_table(1)))
    assert not held.offer(json.dumps({**to_document(a_table(2)), **altered}))
    assert because in held.refused
    assert held.number == Number(1, 1)
    assert held.router.route("search").serve


BROKEN_RAMPS = [
    {"cohorts": {"internal": {"eu|everyone": "all"}}},
    {"cohorts": {"internal": {"eu|everyone": True}}},
    {"cohorts": {"internal": 7}},
    {"cohorts": ["internal"]},
    {"below": ["eu|everyone"]},
    {"stage": "1"},
]


@pytest.mark.parametrize("broken", BROKEN_RAMPS)
def test_a_ramp_whose_bounds_are_no_numbers_is_refused_before_it_is_obeyed(held, a_table, broken):
    document = to_document(a_table(2))
    document["features"]["support"]["candidate"] |= broken
    assert not held.offer(json.dumps(document))
    assert "feature support is malformed" in held.refused


def test_models_that_are_no_list_of_names_are_refused(held, a_table):
    document = to_document(a_table(2))
    for models in ("openai.gpt", [1], {"openai.gpt": 1}):
        document["features"]["support"]["models"] = models
        assert not held.offer(json.dumps(document))


def test_a_table_of_a_ramp_with_cohorts_is_obeyed_as_it_was_written(held, a_table):
    support = a_table(2).features["support"]
    ramp = replace(support.candidate, cohorts={"internal": {"eu|everyone": 2**64}})
    table = a_table(2, features={"support": replace(support, candidate=ramp, models=("openai.*",))})
    assert held.offer(frame_of(table))
    assert dict(held.router.table.features) == table.features


def test_a_frame_that_is_cut_anywhere_is_refused(held, a_table):
    frame = frame_of(a_table(2, thrown_tenants=frozenset({"acme"}), rings={"beta": "internal"}))
    for length in range(len(frame)):
        assert not held.offer(frame[:length]), length
    assert not held.offer(frame + "{}")
    assert held.number == NO_NUMBER
    assert held.offer(frame)


def test_a_table_written_with_spaces_is_the_same_table(held, a_table):
    table = a_table(
        3,
        thrown_tenants=frozenset({"a", ","}),
        rings={"beta": "internal"},
        thrown_models={"a.b": (), "a.c": ("a.d",)},
    )
    assert held.offer(json.dumps(to_document(table), indent=2) + "\n")
    assert dict(held.router.table.features) == table.features
    assert held.router.table.thrown_tenants == table.thrown_tenants
    assert (held.router.table.rings, held.router.table.thrown_models) == (table.rings, table.thrown_models)


def test_a_cold_start_without_a_control_plane_serves_from_disk(plane, a_gateway, a_table, tmp_path, eventually):
    plane.publish(a_table(7, thrown_tenants=frozenset({"acme"})))
    gateway = a_gateway(state_dir=tmp_path / "disk")
    eventually(lambda: gateway.number == Number(1, 7) and (tmp_path / "disk" / "table.json").exists())
    gateway.close()
    cold = Gateway(state_dir=tmp_path / "disk").start()
    assert cold.number == Number(1, 7)
    assert cold.route("search", subject="vic").serve
    assert cold.route("search", tenant="acme").reason is Reason.TENANT_THROWN
    ramped = cold.route("support", subject="vic")
    assert (ramped.variant, ramped.reason) == (Variant.CURRENT, Reason.LEASE_EXPIRED)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _alter(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"thrown_features":["support"]', b'"thrown_features":[]'))


def _strip_the_head(path: Path) -> None:
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _fold(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [_cut, _alter, _strip_the_head, _empty, _fold])
def test_a_table_on_disk_that_was_cut_off_or_altered_is_not_used(held, a_table, tmp_path, spoil):
    held.offer(frame_of(a_table(4, thrown_features=frozenset({"support"}))))
    held.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert again.number == Number(1, 4)
    spoil(tmp_path / "table.json")
    spoiled = Held(NoTable({}, {}, {}), tmp_path)
    spoiled.load()
    assert spoiled.number == NO_NUMBER
    assert spoiled.router.route("support").reason is Reason.NO_TABLE


def test_a_snapshot_serves_a_cold_start_and_never_replaces_a_newer_table(held, a_table, tmp_path):
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_text(frame_of(a_table(3)))
    held.load(snapshot)
    assert held.number == Number(1, 3)
    held.offer(frame_of(a_table(5)))
    held.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load(snapshot)
    assert (again.number, again.refused) == (Number(1, 5), "")


def test_a_disk_that_cannot_be_written_stops_nothing(a_table, tmp_path):
    (tmp_path / "file").write_text("in the way")
    held = Held(NoTable({}, {}, {}), tmp_path / "file")
    assert held.offer(frame_of(a_table(1)))
    held.keep()
    assert held.router.route("search").serve


def test_a_beat_of_another_number_does_not_renew_the_lease(held, a_table):
    held.offer(frame_of(a_table(5)), at=100.0)
    assert held.lease_until == 400.0
    held.beat(Number(1, 4), 200.0)
    held.beat(Number(1, 6), 200.0)
    assert held.lease_until == 400.0
    held.beat(Number(1, 5), 200.0)
    assert held.lease_until == 500.0
