"""Does a change come back from its form as it went in, and each fault beside its field?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ON_SQLITE, World

from leverframe.actions import changes
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.web.change_forms import Typed, from_fields
from leverframe.web.filters import faults_at, typed_of
from leverframe.web.sent import with_newlines

ZONE = "Europe/London"
EXAMPLES = ("support-prompt-v8", "underwriting-model", "claims-regions", "meeting-notes-v2")
WINDOW = {"opens_at": "2026-05-13T10:00", "closes_at": "2026-05-13T12:00", "not_after": "2026-05-21T16:00"}


def sent_back(change, **typed: str) -> Typed:
    """Return what a browser sends where somebody opens a change's form and saves it: its lines end in CR LF."""
    held = typed_of(change, ZONE) | {"target": change.target, "path": change.path.value, **typed}
    kept = {name: with_newlines(text.replace("\n", "\r\n")) for name, text in held.items()}
    return Typed(from_fields(kept, ZONE), kept, change.version, ZONE)


@ON_SQLITE
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_change_that_is_saved_as_its_form_shows_it_is_the_same(world: World, name: str):
    author = "cass" if name == "meeting-notes-v2" else "ana"
    change = world.ready(name, by=author)
    odd = replace(change.start, opens_at=change.start.opens_at.replace(second=30))
    for start in (change.start, odd):
        change = world.change(change)
        form = world.form(name, start=start)
        change = changes.edit_change(world.house, world.who(author), change.id, form, change.version)
        read = world.view(change).digest
        changes.edit_change(world.house, world.who(author), change.id, sent_back(change).form(), change.version)
        assert world.view(change).digest == read
        assert world.entries("change.edited")[0].because == "nothing that is signed differs"


def test_a_part_of_a_start_window_is_told_beside_the_times_that_are_missing():
    for name in WINDOW:
        typed = {other: at for other, at in WINDOW.items() if other != name}
        with pytest.raises(Invalid) as told:
            Typed(from_fields(typed, ZONE), typed).form()
        assert [fault.place for fault in told.value.faults] == [f"start.{name}"]
        assert faults_at(told.value.faults, name) == list(told.value.faults)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("title", "title"),
        ("candidate", "prompt"),
        ("candidate.model", "model"),
        ("blast_radius.users", "users"),
        ("blast_radius.regions[2]", "regions"),
        ("start", "opens_at"),
        ("start.not_after", "not_after"),
        ("ramp", "plan"),
        ("artefacts.pull_request", "artefacts"),
        ("paging[1]", "paging"),
    ],
)
def test_a_fault_stands_beside_its_field(place: str, field: str):
    fault = Fault(place, "it is wrong", "mend it")
    assert faults_at([fault], field) == [fault]
    assert faults_at([fault], "coordinator") == []
