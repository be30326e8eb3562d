"""Is it kept which commits were judged, who pushed them, and how the file stood?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from leverframe.nouns.audit import Entry
from leverframe.nouns.switch_files import Behind, FileCommit, Outcome, Pending, SwitchFile
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Conflict, Fault
from leverframe.store import audit, outbox, switch_files
from leverframe.store.switch_files import Push

A, B, C = ("a" * 40, "b" * 40, "c" * 40)


def test_the_file_is_written_over_the_version_it_was_read_at(store, tuesday):
    whole = SwitchFile(
        repository="/srv/policies.git",
        branch="main",
        path="kill-switches.yaml",
        head=A,
        base=B,
        commit=FileCommit(A, tuesday, "Sol", "Stop it", Behind("sol", "signed with x")),
        seen_at=tuesday,
        text="feature_kill_switches: {}\n",
        written=(Switch(Layer.FEATURE, "search", True),),
        faults=(Fault("kill-switches.yaml:1", "it is none"),),
        pending=(Pending("feature/search", Outcome.REFUSED, A, "ana", tuesday, "no", "ask sol", 7, told=True),),
        version=1,
    )
    with store.write() as db:
        assert switch_files.get(db) == SwitchFile()
        switch_files.put(db, whole, over=0)
        assert switch_files.get(db) == whole
        with pytest.raises(Conflict):
            switch_files.put(db, whole, over=0)
    with store.write() as db:
        switch_files.put(db, replace(whole, head=C, version=2), over=1)
        with pytest.raises(Conflict):
            switch_files.put(db, replace(whole, version=2), over=1)
        assert switch_files.get(db).head == C


def test_a_commit_is_judged_once_and_ours_stay_ours(store, tuesday):
    with store.write() as db:
        switch_files.note_judged(db, [A], tuesday, ours=True)
        switch_files.note_judged(db, [A, B], tuesday)
        switch_files.note_judged(db, [], tuesday)
        assert switch_files.judged(db, [A, B, C]) == {A: True, B: False}
        many = [f"{n:040x}" for n in range(1200)]
        switch_files.note_judged(db, many, tuesday)
        assert len(switch_files.judged(db, many)) == 1200


def test_pushes_are_told_newest_first_and_forgotten_after_a_month(store, tuesday):
    with store.write() as db:
        assert switch_files.last_push(db) == 0
        for commit, login, days in ((A, "old", 0), (B, "sol", 20), (B, "ana", 40)):
            switch_files.note_push(db, Push(commit, "", login, "adi", tuesday + timedelta(days=days)))
        assert [(push.commit, push.login) for push in switch_files.pushes_told(db)] == [(B, "ana"), (B, "sol")]
        assert switch_files.last_push(db) == 3


def test_the_newest_of_some_acts_is_found_for_each_object(store, tuesday):
    acts = [("x", "moved"), ("x", "moved"), ("x", "looked"), ("y", "looked"), ("z", "set"), ("z", "moved")]
    with store.write() as db:
        ids = [audit.append(db, Entry(tuesday, "sol", "", act, thing, "because")).id for thing, act in acts]
        found = audit.newest_of(db, ("moved", "set"), ["x", "y", "z", "x", *(f"t{n}" for n in range(1100))])
        assert {thing: entry.id for thing, entry in found.items()} == {"x": ids[1], "z": ids[5]}
        assert audit.newest_of(db, ("moved",), []) == {}


def test_messages_are_known_by_their_keys_delivered_or_not(store, tuesday):
    with store.write() as db:
        for n in range(3):
            outbox.put(db, "switch.expiring", {}, f"key {n}")
        outbox.done(db, 1, tuesday)
        assert outbox.known(db, ["key 0", "key 2", "key 9"]) == {"key 0", "key 2"}
        assert outbox.known(db, []) == frozenset()
