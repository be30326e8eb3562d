"""Which tables does a gateway take, and which does it leave?"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leverframe.gateway import Gateway
from leverframe.gateway.decisions import models_of
from leverframe.gateway.held import Held, NoTable
from leverframe.gateway.journal import Journal
from leverframe.nouns.documents import to_document
from leverframe.nouns.frames import OVERLAY
from leverframe.nouns.tables import NO_NUMBER, Number, Reason, Variant
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import changed, parts_of


def frame_of(table) -> list[bytes]:
    return lines_of(write_frame(table.number, None, parts_of(table)))


def change_of(before, table) -> list[bytes]:
    changes = changed(parts_of(before), parts_of(table))
    return lines_of(write_frame(table.number, before.number, changes))


def lines_of(frame) -> list[bytes]:
    return frame.text.splitlines()


def altered_frame(table, kind: str, line: bytes) -> list[bytes]:
    """Return a frame whose digests are right, and one of whose lines says something else."""
    head, signature, *lines = frame_of(table)
    document = json.loads(head)
    section = "overlay" if kind in OVERLAY else "body"
    at = 0 if section == "overlay" else document["overlay"][0]
    lines.insert(at, line)
    sections = {"overlay": lines[: document["overlay"][0]], "body": lines[document["overlay"][0] :]}
    if section == "overlay":
        sections = {
            "overlay": lines[: document["overlay"][0] + 1],
            "body": lines[document["overlay"][0] + 1 :],
        }
    for name, found in sections.items():
        document[name] = [len(found), hashlib.sha256(b"".join(each + b"\n" for each in found)).hexdigest()]
    return [json.dumps(document).encode(), signature, *sections["overlay"], *sections["body"]]


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
        ({"format": 1}, "format 1"),
        ({"format": None}, "format None"),
        ({"number": "1.2"}, "number"),
        ({"number": [1, True]}, "number"),
        ({"number": [1, -2]}, "number"),
        ({"overlay": [0]}, "section"),
        ({"body": None}, "section"),
        ({"body": [1, "0" * 64]}, "digest"),
        ({"body": [99, "0" * 64]}, "cut off"),
    ],
)
def test_a_head_that_is_not_understood_is_refused_and_the_held_table_stays(held, a_table, altered, because):
    assert held.offer(frame_of(a_table(1)))
    head, *rest = frame_of(a_table(2))
    assert not held.offer([json.dumps({**json.loads(head), **altered}).encode(), *rest])
    assert because in held.refused
    assert held.number == Number(1, 1)
    assert held.router.route("search").serve


@pytest.mark.parametrize(
    ("kind", "line", "because"),
    [
        ("features", b'{"features":[]}', "not a map"),
        ("features", b'{"features":{"support":null}}', "gone"),
        ("thrown_tenants", b'{"thrown_tenants":{"acme":7}}', "thrown_tenants is malformed"),
        ("thrown_features", b'{"thrown_features":{"support":1}}', "thrown_features is malformed"),
        ("thrown_models", b'{"thrown_models":{"a.b":7}}', "thrown_models is malformed"),
        ("thrown_models", b'{"thrown_models":{"a.b":"a.c"}}', "thrown_models is malformed"),
        ("exercises", b'{"exercises":{"feature/x":{"below":"all"}}}', "exercises is malformed"),
        ("exercises", b'{"exercises":{"feature/x":{"tenant":7}}}', "exercises is malformed"),
        ("rings", b'{"rings":{"acme":3}}', "rings is malformed"),
        ("settings", b'{"settings":{"candidate_lease_seconds":"long"}}', "settings is malformed"),
        ("thrown_regions", b'{"thrown_regions":{"eu":true}}', "not known here"),
        ("features", b'{"rings":{},"features":{}}', "not of one kind"),
        ("features", b"[1]", "not an object"),
        ("features", b"{", "no line"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_and_the_held_table_stays(held, a_table, kind, line, because):
    assert held.offer(frame_of(a_table(1)))
    assert not held.offer(altered_frame(a_table(2), kind, line))
    assert because in held.refused
    assert held.number == Number(1, 1)
    assert held.router.route("search").serve


def _ramp(**broken) -> bytes:
    """Return a feature under a ramp, some of whose members are malformed."""
    candidate = {"change": "C", "stage": 1, "unit": {}, "salt": "s", "below": {}, **broken}
    return json.dumps({"current": None, "candidate": candidate}).encode()


MALFORMED = [
    b'{"current":"gpt"}',
    b"{}",
    b"7",
    b"{",
    b'{"current":null,"models":"openai.gpt"}',
    b'{"current":null,"models":[1]}',
    _ramp(cohorts={"internal": {"eu|everyone": "all"}}),
    _ramp(cohorts={"internal": {"eu|everyone": True}}),
    _ramp(cohorts={"internal": 7}),
    _ramp(cohorts=["internal"]),
    _ramp(below=["eu|everyone"]),
    _ramp(stage="1"),
]


@pytest.mark.parametrize("document", MALFORMED)
def test_a_feature_that_is_malformed_is_off_by_itself_and_keeps_no_kill_out(plane, a_table, document):
    """What a control plane has signed and wrongly written must not keep out what it says of everything else."""
    lines = altered_frame(
        a_table(2, features={"search": a_table(1).features["search"]}, thrown_tenants=frozenset({"acme"})),
        "features",
        b'{"features":{"support":' + document + b"}}",
    )
    gateway = Gateway(fallbacks={"support": "macro-templates"})
    assert gateway._held.offer(lines, at=0.0)
    assert gateway.route("search", tenant="acme").reason is Reason.TENANT_THROWN
    assert gateway.route("search").serve
    broken = gateway.route("support", subject="vic")
    assert (broken.serve, broken.reason, broken.fallback) == (False, Reason.ERROR, "macro-templates")


@pytest.mark.parametrize("name", ['a "quoted" name', "ünïcode", "back\\slash", "a}}", ":null"])
def test_a_feature_may_have_any_name(held, a_table, name):
    route = a_table(1).features["search"]
    table = a_table(1, features={name: route, "other": route})
    assert held.offer(frame_of(table))
    assert held.router.route(name).serve
    assert held.offer(change_of(table, a_table(2, features={"other": route})))
    assert held.router.route(name).reason is Reason.UNKNOWN_FEATURE


def test_an_empty_table_is_never_taken_as_valid(held, a_table):
    assert held.offer(frame_of(a_table(1)))
    assert not held.offer(frame_of(a_table(2, features={})))
    assert not held.offer(change_of(a_table(1), a_table(2, features={})))
    assert "empty" in held.refused
    assert held.router.route("search").serve


def test_a_frame_that_is_cut_anywhere_is_refused(held, a_table):
    text = b"\n".join(frame_of(a_table(2, thrown_tenants=frozenset({"acme"}), rings={"beta": "internal"})))
    for length in range(len(text)):
        assert not held.offer(text[:length].split(b"\n")), length
    assert held.number == NO_NUMBER
    assert held.offer(text.split(b"\n"))


def test_a_frame_says_the_whole_table(held, a_table):
    table = a_table(3, thrown_tenants=frozenset({"a", ",", "ü"}), rings={"b": "c"}, thrown_models={"a.b": ("a.c",)})
    assert held.offer(frame_of(table))
    assert to_document(held.router.table) == to_document(table)


def test_names_that_features_have_in_common_are_held_once(held, a_table):
    assert held.offer(frame_of(a_table(1)))
    support, search = (held.router.table.features[name] for name in ("support", "search"))
    assert support.current.model is search.current.model is support.candidate.unit.model
    assert support.rings[0] is search.rings[0]


def test_a_table_of_a_ramp_with_cohorts_is_obeyed_as_it_was_written(held, a_table):
    support = a_table(2).features["support"]
    ramp = replace(support.candidate, cohorts={"internal": {"eu|everyone": 2**64}})
    table = a_table(2, features={"support": replace(support, candidate=ramp, models=("openai.*",))})
    assert held.offer(frame_of(table))
    assert dict(held.router.table.features) == table.features


def test_a_change_makes_the_newer_table_of_every_table_from_its_beginning_on(held, a_table):
    tables = [a_table(1), a_table(2, thrown_tenants=frozenset({"acme"}), rings={"beta": "internal"})]
    tables.append(a_table(3, candidate=False, thrown_models={"a.b": ("a.c",)}, thrown_features=frozenset({"search"})))
    held.offer(frame_of(tables[0]))
    held.offer(change_of(tables[0], tables[1]))
    assert to_document(held.router.table) == to_document(tables[1])
    assert held.offer(change_of(tables[1], tables[2]))
    assert to_document(held.router.table) == to_document(tables[2])


def test_a_change_that_begins_beyond_the_held_table_is_not_applied_but_missed(held, a_table):
    held.offer(frame_of(a_table(1)))
    late = change_of(a_table(2), a_table(3, thrown_features=frozenset({"search"})))
    assert not held.offer(late)
    assert held.missed
    assert held.refused == ""
    assert held.number == Number(1, 1)


def test_a_change_of_another_epoch_is_missed_and_an_older_one_passed_over(held, a_table):
    held.offer(frame_of(a_table(5, epoch=2)))
    assert not held.offer(change_of(a_table(4), a_table(6)))
    assert held.missed
    assert not held.offer(change_of(a_table(3, epoch=2), a_table(4, epoch=2, thrown_features=frozenset({"search"}))))
    assert (held.missed, held.refused) == (False, "")
    assert held.router.route("search").serve


def test_what_a_whole_table_throws_is_obeyed_before_the_rest_of_it_has_come(held, a_table):
    held.offer(frame_of(a_table(1)))
    seen = []
    lines = frame_of(a_table(2, thrown_features=frozenset({"search"}), thrown_tenants=frozenset({"acme"})))

    def arriving():
        for line in lines:
            if line.startswith(b'{"features"'):
                seen.append((held.router.route("search").reason, held.router.route("support", tenant="acme").reason))
            yield line

    assert held.offer(arriving())
    assert seen[0] == (Reason.FEATURE_THROWN, Reason.TENANT_THROWN)


def test_what_is_set_again_waits_for_the_whole_of_a_table(held, a_table):
    held.offer(frame_of(a_table(1, thrown_features=frozenset({"search"}), thrown_tenants=frozenset({"acme"}))))
    *lines, last = change_of(
        a_table(1, thrown_features=frozenset({"search"}), thrown_tenants=frozenset({"acme"})),
        a_table(2, candidate=False),
    )
    assert not held.offer(lines)
    assert held.router.route("search").reason is Reason.FEATURE_THROWN
    assert held.router.route("support", tenant="acme").reason is Reason.TENANT_THROWN
    assert held.offer([*lines, last])
    assert held.router.route("search", tenant="acme").serve


def test_the_garbage_collector_rests_while_a_table_is_built_and_is_as_it_was_afterwards(held, a_table):
    seen = []

    def arriving(lines):
        for line in lines:
            seen.append(gc.isenabled())
            yield line

    assert gc.isenabled()
    held.offer(arriving(frame_of(a_table(1))))
    assert gc.isenabled()
    assert not any(seen)
    gc.disable()
    try:
        held.offer(frame_of(a_table(2)))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_cold_start_without_a_control_plane_serves_from_disk(plane, a_gateway, a_table, tmp_path, eventually):
    plane.publish(a_table(7, thrown_tenants=frozenset({"acme"})))
    gateway = a_gateway(state_dir=tmp_path / "disk")
    eventually(lambda: gateway.number == Number(1, 7) and (tmp_path / "disk" / "table.ndjson").exists())
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
    path.write_bytes(path.read_bytes().replace(b'{"support":true}', b'{"xupport":true}'))


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
    spoil(tmp_path / "table.ndjson")
    spoiled = Held(NoTable({}, {}, {}), tmp_path)
    spoiled.load()
    assert spoiled.number == NO_NUMBER
    assert spoiled.router.route("support").reason is Reason.NO_TABLE


class Counting(str):
    """A tenant's name that counts with how many others it is compared."""

    __slots__ = ("compared",)

    def __new__(cls, name: str) -> Counting:
        made = super().__new__(cls, name)
        made.compared = 0
        return made

    def __eq__(self, other: object) -> bool:
        self.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_among_100_000_thrown_tenants_one_more_is_a_short_line_and_none_is_read_through(held, a_table):
    many = a_table(1, thrown_tenants=frozenset(f"tenant-{place}" for place in range(100_000)))
    assert held.offer(frame_of(many))
    known = held.router.table.thrown_tenants
    change = change_of(many, replace(many, number=Number(1, 2), thrown_tenants=many.thrown_tenants | {"acme"}))
    assert sum(map(len, change)) < 1000
    assert held.offer(change)
    assert held.router.table.thrown_tenants is known, "it is not copied for one kill"
    for name, thrown in (("acme", True), ("tenant-99999", True), ("contoso", False)):
        asked = Counting(name)
        assert (held.router.route("search", tenant=asked).reason is Reason.TENANT_THROWN) == thrown
        assert asked.compared < 50


def test_the_disk_keeps_each_change_behind_the_whole_table(held, a_table, tmp_path):
    tables = [a_table(1)]
    held.offer(frame_of(tables[0]))
    for generation in range(2, 6):
        tables.append(a_table(generation, thrown_tenants=frozenset({f"tenant-{generation}"})))
        held.offer(change_of(tables[-2], tables[-1]))
        held.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert to_document(again.router.table) == to_document(tables[-1])


def test_a_change_that_was_cut_off_on_disk_ends_the_file_and_the_next_one_stands_behind_the_good_ones(
    held, a_table, tmp_path
):
    tables = [a_table(1), a_table(2, rings={"a": "b"}), a_table(3, rings={"a": "c"})]
    held.offer(frame_of(tables[0]))
    held.offer(change_of(tables[0], tables[1]))
    held.keep()
    held.offer(change_of(tables[1], tables[2]))
    held.keep()
    _cut(tmp_path / "table.ndjson")
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert again.number == Number(1, 2)
    again.offer(change_of(tables[1], tables[2]))
    again.keep()
    healed = Held(NoTable({}, {}, {}), tmp_path)
    healed.load()
    assert to_document(healed.router.table) == to_document(tables[2])


@pytest.mark.parametrize("spoil", [_cut, _alter, _strip_the_head, _empty, _fold])
def test_a_whole_table_on_disk_that_was_cut_off_or_altered_leaves_the_former_one(held, a_table, tmp_path, spoil):
    for generation in (4, 5):
        held.offer(frame_of(a_table(generation, thrown_features=frozenset({"support"}))))
        held.keep()
    spoil(tmp_path / "table.ndjson")
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert again.number == Number(1, 4)
    assert again.wants_whole


def test_a_file_that_has_grown_long_asks_for_a_whole_table_which_takes_its_place(a_table, tmp_path):
    journal = Journal(tmp_path, long_bytes=2_000)
    assert journal.wants_whole
    journal.begin(frame_of(a_table(1)))
    assert not journal.wants_whole
    number = 1
    while not journal.wants_whole:
        journal.append(change_of(a_table(number), a_table(number + 1, rings={"a": "b"})))
        number += 1
    journal.begin(frame_of(a_table(number)))
    assert not journal.wants_whole


def test_a_snapshot_serves_a_cold_start_and_never_replaces_a_newer_table(held, a_table, tmp_path):
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_bytes(b"\n".join(frame_of(a_table(3))) + b"\n")
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


def test_processes_that_have_forked_keep_one_file_and_neither_spoils_what_the_other_has_written(a_table, tmp_path):
    """A preloaded service has one folder: one worker has missed two tables, and gets them as one change."""
    tables = [a_table(1), *(a_table(n, thrown_tenants=frozenset({f"tenant-{n}", "x" * n})) for n in range(2, 7))]
    one, other = Held(NoTable({}, {}, {}), tmp_path), Held(NoTable({}, {}, {}), tmp_path)
    one.offer(frame_of(tables[0]))
    one.keep()
    other.load()
    for before, after in ((0, 1), (1, 2), (2, 3)):
        one.offer(change_of(tables[before], tables[after]))
        one.keep()
    other.offer(change_of(tables[0], tables[3]))
    other.keep()
    del other  # a worker is recycled; the one that stays writes on
    for before, after in ((3, 4), (4, 5)):
        one.offer(change_of(tables[before], tables[after]))
        one.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert to_document(again.router.table) == to_document(tables[5])


def test_a_worker_writes_behind_the_whole_table_with_which_another_has_begun_the_file_again(a_table, tmp_path):
    one, other = Held(NoTable({}, {}, {}), tmp_path), Held(NoTable({}, {}, {}), tmp_path)
    rings = {f"tenant-{n}": "pilot" for n in range(50)}
    tables = [a_table(1), *(a_table(n, rings={**rings, "acme": f"ring-{n}"}) for n in range(2, 5))]
    one.offer(frame_of(tables[0]))
    one.keep()
    other.load()
    one.offer(frame_of(tables[1]))
    one.keep()
    other.offer(change_of(tables[0], tables[1]))
    other.keep()
    other.offer(change_of(tables[1], tables[2]))
    other.keep()
    other.offer(change_of(tables[2], tables[3]))
    other.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert to_document(again.router.table) == to_document(tables[3])


def test_a_change_that_could_not_be_written_is_asked_for_again_as_a_whole_table(held, a_table, tmp_path, monkeypatch):
    """Without it nothing behind it counts: a restart would bring back a table that lacks every later kill."""
    tables = [a_table(n, rings={"acme": f"ring-{n}"}) for n in range(1, 5)]
    held.offer(frame_of(tables[0]))
    held.keep()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("leverframe.gateway.journal.os.fsync", full)
        held.offer(change_of(tables[0], tables[1]))
        held.keep()
    (tmp_path / "table.ndjson").write_bytes((tmp_path / "table.ndjson").read_bytes()[:-20])
    held.offer(change_of(tables[1], tables[2]))
    held.keep()
    assert held.wants_whole
    held.offer(frame_of(tables[2]))
    held.keep()
    assert not held.wants_whole
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert again.number == Number(1, 3)


def test_a_table_that_is_refused_as_empty_sets_no_tenant_again(held, a_table):
    """Tenants are thrown and set in place: what is refused must leave them as they were."""
    before = a_table(1, thrown_tenants=frozenset({"acme"}))
    held.offer(frame_of(before))
    assert not held.offer(change_of(before, a_table(2, features={})))
    assert "empty" in held.refused
    assert held.router.route("search", tenant="acme").reason is Reason.TENANT_THROWN


@pytest.mark.parametrize("seconds", [b"1e400", b"1" + b"0" * 400, b"-1", b"NaN"])
def test_a_lease_that_would_never_end_is_refused(held, a_table, seconds):
    held.offer(frame_of(a_table(1)))
    line = b'{"settings":{"candidate_lease_seconds":' + seconds + b"}}"
    assert not held.offer(altered_frame(a_table(2), "settings", line))
    assert "settings is malformed" in held.refused


def test_the_share_that_is_scored_comes_with_the_table_and_goes_with_it(held, a_table):
    held.offer(frame_of(a_table(1)))
    assert held.router.table.scored_percent == 100
    tenth = a_table(2, scored_percent=10.0)
    assert held.offer(change_of(a_table(1), tenth))
    assert held.router.table.scored_percent == 10
    assert held.offer(change_of(tenth, a_table(3, thrown_tenants=frozenset({"acme"}), scored_percent=10.0)))
    assert held.router.table.scored_percent == 10
    assert held.offer(change_of(a_table(3, scored_percent=10.0), a_table(4)))
    assert held.router.table.scored_percent == 100


@pytest.mark.parametrize("share", [b"-1", b"NaN", b'"all"'])
def test_a_share_that_is_none_is_refused(held, a_table, share):
    held.offer(frame_of(a_table(1)))
    line = b'{"settings":{"scored_percent":' + share + b"}}"
    assert not held.offer(altered_frame(a_table(2), "settings", line))
    assert "settings is malformed" in held.refused


def test_a_line_that_names_its_features_twice_is_refused(held, a_table):
    held.offer(frame_of(a_table(1)))
    assert not held.offer(altered_frame(a_table(2), "features", b'{"features":{"a\\"b":1},"features":5}'))
    assert held.number == Number(1, 1)


def test_a_process_that_hangs_while_it_writes_keeps_no_other_from_hearing_kills(a_table, tmp_path, monkeypatch):
    """Who writes the table down is who hears the next one: it must not wait for a sibling for ever."""
    monkeypatch.setattr("leverframe.gateway.journal.LOCK_SECONDS", 0.05)
    held = Held(NoTable({}, {}, {}), tmp_path)
    held.offer(frame_of(a_table(1)))
    held.keep()
    hangs = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(tmp_path / "table.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert hangs.stdout is not None
        assert hangs.stdout.readline() == b"locked\n"
        held.offer(change_of(a_table(1), a_table(2, thrown_features=frozenset({"search"}))))
        held.keep()
        assert held.router.route("search").reason is Reason.FEATURE_THROWN
    finally:
        hangs.kill()
        hangs.communicate()
    held.offer(change_of(a_table(1), a_table(3)))
    held.keep()
    again = Held(NoTable({}, {}, {}), tmp_path)
    again.load()
    assert again.number == Number(1, 3)


HANGING = """
import fcntl, sys
lock = open(sys.argv[1], "ab")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_feature_that_is_malformed_keeps_no_model_from_being_asked_for(held, a_table):
    """It is off by itself: whoever asks for a model by its own name has nothing to do with it."""
    broken = altered_frame(a_table(2), "features", b'{"features":{"broken":{"current":7}}}')
    assert held.offer(broken), held.refused
    assert "openai.gpt-4o-2024-11" in models_of(held.router.table)
