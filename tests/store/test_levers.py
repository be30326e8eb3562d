"""Are units, switches, tables, requests and policies kept as they should be?"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.frames import Part
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store import parts, policies, requests, switches, tables, units


def test_a_target_remembers_what_ran_on_it(store, tuesday):
    first, second = Unit(prompt="p@1"), Unit(prompt="p@2")
    with store.write() as db:
        assert (units.current(db, "search"), units.former(db, "search")) == (None, None)
        units.adopt(db, "search", first, "ana", "", tuesday)
        units.adopt(db, "claims", Unit(model="m"), "ana", "", tuesday)
        assert (units.current(db, "search"), units.former(db, "search")) == (first, None)
        units.adopt(db, "search", second, "clock", "CHG-2026-00001", tuesday + timedelta(days=1))
        assert (units.current(db, "search"), units.former(db, "search")) == (second, first)
        assert units.all_current(db) == {"claims": Unit(model="m"), "search": second}
        assert [(row.unit, row.by, row.change) for row in units.history(db, "search")] == [
            (second, "clock", "CHG-2026-00001"),
            (first, "ana", ""),
        ]


def test_a_switch_is_written_over_the_version_it_was_read_at(store, tuesday):
    switch = Switch(Layer.TENANT, "acme", expires_on=date(2026, 6, 30), zone="Europe/Berlin")
    with store.write() as db:
        assert switches.put(db, switch) == switch
        thrown = switches.put(db, replace(switch, thrown=True, thrown_by="sol", thrown_at=tuesday))
        assert (thrown.version, switches.get(db, "tenant/acme")) == (2, thrown)
        with pytest.raises(Conflict, match="at version 2, not 1"):
            switches.put(db, switch)
        assert switches.history(db, "tenant/acme") == [thrown, switch]


def test_switches_are_listed_by_layer_and_key(store):
    with store.write() as db:
        for layer, key in (
            (Layer.TENANT, "a"),
            (Layer.MODEL, "azure.gpt"),
            (Layer.FEATURE, "z"),
            (Layer.FEATURE, "b"),
        ):
            switches.put(db, Switch(layer, key))
        switches.remove(db, "feature/z")
        assert [switch.id for switch in switches.all_switches(db)] == ["feature/b", "model/azure.gpt", "tenant/a"]
        with pytest.raises(NotFound, match="no switch feature/z"):
            switches.get(db, "feature/z")


def test_the_newest_number_is_the_last_that_was_published(store, tuesday):
    with store.write() as db:
        assert (tables.newest_number(db), tables.next_number(db)) == (NO_NUMBER, Number(1, 1))
        for generation in (1, 2, 11):
            tables.insert(db, Number(1, generation), tuesday, "because")
        assert tables.newest_number(db) == Number(1, 11)
        assert tables.next_number(db) == Number(1, 12)


def test_parts_stand_as_they_were_last_written_and_what_is_gone_is_told_as_gone(store):
    acme, beta, search = Part("thrown_tenants", "acme"), Part("rings", "acme"), Part("features", "search")
    with store.write() as db:
        parts.write(db, 1, {acme: "true", beta: '"internal"', search: "{}"})
        parts.write(db, 2, {acme: None, search: '{"current":null}'})
        parts.write(db, 3, {})
        assert parts.every(db) == {search: '{"current":null}', beta: '"internal"'}
        assert parts.of_kinds(db, ("rings", "thrown_tenants")) == {beta: '"internal"'}
        assert parts.named(db, [acme, search]) == {search: '{"current":null}'}
        assert parts.named(db, []) == {}
        assert parts.since(db, 0) == {acme: None, beta: '"internal"', search: '{"current":null}'}
        assert parts.since(db, 1) == {acme: None, search: '{"current":null}'}
        assert parts.since(db, 2) == {}


def test_a_thousand_parts_are_asked_for_at_once(store):
    names = [Part("features", f"feature-{n}") for n in range(1000)]
    with store.write() as db:
        parts.write(db, 1, dict.fromkeys(names, "{}"))
        assert parts.named(db, names) == dict.fromkeys(names, "{}")


@pytest.mark.parametrize("number", [Number(1, 2), Number(1, 1), Number(0, 9)])
def test_a_number_never_falls_or_repeats(store, tuesday, number):
    with store.write() as db:
        tables.insert(db, Number(1, 2), tuesday, "because")
        with pytest.raises(Conflict, match=r"cannot follow 1\.2"):
            tables.insert(db, number, tuesday, "because")


def test_many_publishers_at_once_get_a_number_each(store, tuesday):
    def publish():
        for _ in range(5):
            with store.write() as db:
                tables.insert(db, tables.next_number(db), tuesday, "because")

    threads = [threading.Thread(target=publish) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert tables.newest_number(db) == Number(1, 25)


def test_the_epoch_rises_above_what_was_heard(store, tuesday):
    with store.write() as db:
        assert (tables.epoch(db), tables.alarm(db)) == (1, None)
        tables.insert(db, Number(1, 7), tuesday, "because")
        tables.set_alarm(db, Number(3, 17), tuesday)
        tables.set_alarm(db, Number(2, 99), tuesday)
        assert tables.alarm(db) == Number(3, 17)
        assert tables.raise_epoch(db, above=tables.alarm(db).epoch) == 4
        tables.clear_alarm(db)
        assert tables.alarm(db) is None
        assert tables.next_number(db) == Number(4, 8)
        assert tables.raise_epoch(db) == 5


def test_a_request_is_open_once_on_a_subject_and_ends_once(store, tuesday):
    with store.write() as db:
        asked = requests.open(db, "switch.set", "feature/search", {"because": "repaired"}, "sol", tuesday)
        assert (asked.state, asked.body) == ("open", {"because": "repaired"})
        with pytest.raises(Conflict, match="already open on feature/search"):
            requests.open(db, "switch.set", "feature/search", {}, "sol", tuesday)
        other = requests.open(db, "policy", "sha256:1", {}, "remi", tuesday)
        assert requests.open_on(db, "switch.set", "feature/search") == asked
        ended = requests.close(db, asked.id, "done", "rita", tuesday)
        assert (ended.state, ended.closed_by, ended.closed_at) == ("done", "rita", tuesday)
        with pytest.raises(Conflict, match="has already ended: done"):
            requests.close(db, asked.id, "withdrawn", "sol", tuesday)
        again = requests.open(db, "switch.set", "feature/search", {}, "sol", tuesday)
        assert requests.find(db, "switch.set") == [again]
        assert requests.find(db, "switch.set", state="") == [again, ended]
        assert requests.find(db, "policy") == [other]
        assert requests.open_on(db, "policy", "sha256:2") is None
        with pytest.raises(NotFound, match="no request 99"):
            requests.get(db, 99)


def test_the_last_policy_is_in_force_and_the_others_are_remembered(store, tuesday):
    def policy(digest):
        values = {"organisation": "acme", "calendar": Calendar("Europe/Berlin"), "roles": {"cab": frozenset({"g"})}}
        return Policy(
            digest, may={"change.file": ("author",)}, requirements=(), policy_seats=(), switch_rules={}, **values
        )

    with store.write() as db:
        assert (policies.active(db), policies.active_digest(db), policies.active_files(db)) == (None, None, {})
        first = policies.activate(db, policy("sha256:1"), {"policy.yaml": "a: 1"}, "adi", tuesday)
        second = policies.activate(db, policy("sha256:2"), {"policy.yaml": "a: 2"}, "remi", tuesday)
        assert policies.active(db) == policy("sha256:2")
        assert policies.active_digest(db) == "sha256:2"
        assert policies.active_files(db) == {"policy.yaml": "a: 2"}
        assert policies.files_of(db, first) == {"policy.yaml": "a: 1"}
        assert [(v.version, v.digest, v.by) for v in policies.versions(db)] == [
            (second, "sha256:2", "remi"),
            (first, "sha256:1", "adi"),
        ]
