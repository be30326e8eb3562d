"""Does a form that is still being filled in say what it will need, as the gates will?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import ACME, ON_SQLITE, World, no_of

from leverframe.actions import changes, form_checks
from leverframe.actions.drafting import form_of
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Outcome, Refused, Verdict
from leverframe.sources.policies import read_folder

pytestmark = ON_SQLITE

POLICY = read_folder(ACME)["policy.yaml"].splitlines()
EMPTY = {
    "title": "", "kind": "", "path": "", "candidate": None, "rollback_plan": "", "kill_switch": "", "start": None,
    "blast_radius": None, "artefacts": {}, "ramp": "", "release_manager": "", "coordinator": "", "bridge": "",
    "paging": (),
}  # fmt: skip


def alike(verdicts: tuple[Verdict, ...], id: str) -> list[tuple]:
    return [
        (v.gate, v.outcome, v.because.replace(id, "it") if id else v.because, v.remedy, v.who, v.asked_at)
        for v in verdicts
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(["support-prompt-v8", "meeting-notes-v2", "underwriting-model", "claims-regions"]),
    left_out=st.sets(st.sampled_from(sorted(EMPTY))),
)
def test_the_list_of_a_form_is_that_of_the_change_filed_from_it(world: World, name: str, left_out: set[str]):
    form = replace(world.form(name), **{field: EMPTY[field] for field in left_out})
    by = world.cass if name == "meeting-notes-v2" else world.remi
    needs = form_checks.look_at_form(world.house, by, form)
    assert [v.gate for v in needs.verdicts]
    if needs.faults:
        return
    try:
        filed = changes.file_change(world.house, by, form)
    except Refused:
        return
    try:
        shown = world.view(filed).requirements
        assert alike(shown, filed.id) == alike(needs.verdicts, "")
    finally:
        changes.cancel_change(world.house, by, filed.id, "the next one")


def test_a_form_without_a_target_is_told_what_is_asked_of_the_first(world: World):
    needs = form_checks.look_at_form(world.house, world.ana, ChangeForm())
    assert world.policy.catalog.targets[needs.change.target].owner in world.ana.groups
    assert {fault.place for fault in needs.faults} == {"target", "title", "kind", "candidate"}
    assert "sign_offs" in {v.gate for v in needs.verdicts if v.refuses}


def test_what_is_wrong_with_a_form_does_not_hide_what_it_needs(world: World):
    form = world.form(ramp="none-such", release_manager="ana", coordinator="vic", candidate=Unit())
    needs = form_checks.look_at_form(world.house, world.ana, form)
    assert {fault.place for fault in needs.faults} == {"ramp", "release_manager", "coordinator", "candidate"}
    assert needs.forecast.text
    assert {v.gate for v in needs.verdicts} >= {"complete", "evals", "sign_offs", "window", "kill_switch"}


def test_nothing_is_written_by_looking(world: World):
    world.adopt()
    form_checks.look_at_form(world.house, world.ana, world.form())
    assert world.entries("change.") == []


def test_who_may_not_file_is_told_so(world: World):
    assert set(no_of(lambda: form_checks.look_at_form(world.house, world.vic, world.form()))) == {"may"}


def test_each_answer_names_the_lines_of_the_policy_that_ask_for_it(world: World):
    needs = form_checks.look_at_form(world.house, world.ana, world.form())
    at = {v.gate: [int(place.rpartition(":")[2]) for place in v.asked_at] for v in needs.verdicts}
    assert all(place.startswith("policy.yaml:") for v in needs.verdicts for place in v.asked_at)
    assert [POLICY[line - 1].split(":")[0].strip() for line in at["sign_offs"]] == ["sign_offs", "sign_offs"]
    assert "platform_engineer: 1" in POLICY[at["sign_offs"][0] - 1]
    assert ["checks: [eval-smoke" in POLICY[line - 1] for line in at["checks"]] == [True, False]
    assert any("artefacts: [pull_request, prompt_version" in POLICY[line - 1] for line in at["complete"])
    assert POLICY[at["window"][0] - 1].startswith("windows:")


def test_what_is_not_asked_names_no_line(world: World):
    needs = form_checks.look_at_form(world.house, world.cass, world.form("meeting-notes-v2"))
    assert [v.asked_at for v in needs.verdicts if v.outcome is Outcome.NOT_NEEDED and v.asked_at] == []


def test_an_edit_is_looked_at_with_its_evidence_and_its_sign_offs(world: World):
    change = world.sign_all(world.ready())
    same = form_checks.look_at_edit(world.house, world.ana, change.id, form_of(change))
    other = replace(form_of(change), rollback_plan="1. Abort. 2. Throw the switch.", title="")
    edited = form_checks.look_at_edit(world.house, world.ana, change.id, other)
    gates = [{v.gate for v in found.verdicts if v.refuses} for found in (same, edited)]
    assert gates == [{"window"}, {"complete", "sign_offs", "window"}]
    assert [fault.place for fault in edited.faults] == ["title"]
    assert world.change(change) == change


@pytest.mark.parametrize("path", ["policy.yaml", "catalog/people.yaml"])
def test_a_file_of_the_policy_is_shown_line_by_line(world: World, path: str):
    from leverframe.actions.policy_views import policy_file

    world.enforce(world.policy, read_folder(ACME))
    assert policy_file(world.house, path).lines == tuple(read_folder(ACME)[path].splitlines())
