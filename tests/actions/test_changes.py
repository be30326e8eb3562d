"""How is a change filed, edited, canceled?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ON_SQLITE, TUESDAY, World, faults_of, no_of

from leverframe.actions import changes
from leverframe.nouns.changes import BlastRadius, State
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Conflict, Invalid

pytestmark = ON_SQLITE

SEARCH = "policy-search-v1"
NOTES = ChangeForm(
    target="meeting-notes",
    kind="prompt",
    title="Shorter notes",
    candidate=Unit(
        prompt="meeting-notes@v2", model="bedrock.anthropic.claude-haiku-4-5", code_ref="meetings@1ab90f3"
    ),
)


def by(change) -> dict[str, tuple[str, str]]:
    return {name: (p.by, p.source) for name, p in change.provenance.items()}


def test_a_low_change_fills_itself_and_says_from_what(world: World):
    world.adopt("meeting-notes")
    change = changes.file_change(world.house, world.cass, NOTES)
    assert change.id == "CHG-2026-00001"
    assert change.kill_switch == "feature/meeting-notes"
    assert change.blast_radius.users == 8_000
    assert (change.tier, change.paging) == ("low", ("ai-feature-on-call",))
    assert f"{change.start.opens_at:%a %H:%M %Z}" == "Tue 09:00 UTC"
    assert "throw feature/meeting-notes" in change.rollback_plan
    wrote = by(change)
    assert wrote["title"] == wrote["candidate"] == wrote["kind"] == ("cass", "")
    assert wrote["tier"] == wrote["blast_radius"] == wrote["paging"] == wrote["rollback_plan"] == ("auto", "catalog")
    assert wrote["kill_switch"] == ("auto", "switch file")
    assert wrote["start"] == ("auto", "calendar")
    assert wrote["plan"] == ("auto", "handbook")
    assert "bridge" not in wrote
    assert world.acts(change.id) == ["change.filed"]


def test_what_a_person_gives_is_theirs(world: World):
    world.adopt()
    change = world.file()
    given = (
        "title",
        "kind",
        "candidate",
        "kill_switch",
        "blast_radius",
        "start",
        "rollback_plan",
        "artefacts",
        "plan",
    )
    assert {by(change)[name] for name in given} == {("ana", "")}
    assert change.provenance["start"].at == TUESDAY
    assert change.state is State.ASSESS


def test_a_form_with_many_faults_tells_all_of_them_and_files_nothing(world: World):
    form = ChangeForm(
        target="customer-support-ai",
        kind="spell",
        candidate=Unit(prompt="customer-support@v99"),
        ramp="gently",
        release_manager="nobody",
    )
    faults = faults_of(lambda: changes.file_change(world.house, world.ana, form))
    assert set(faults) == {"title", "kind", "candidate.prompt", "ramp", "release_manager"}
    assert world.entries("change.") == []


def test_a_form_for_no_target_of_ours_tells_its_other_faults_too(world: World):
    faults = faults_of(lambda: changes.file_change(world.house, world.ana, ChangeForm(target="horoscopes")))
    assert set(faults) == {"target", "title", "kind", "candidate"}
    assert faults["target"] == "there is no target horoscopes"


def test_a_release_manager_who_is_none_is_a_fault(world: World):
    faults = faults_of(lambda: world.file(release_manager="ana"))
    assert faults == {"release_manager": "ana is no release manager"}


@pytest.mark.parametrize(
    ("hours", "place"), [((12, 10, 20), "start"), ((10, 12, 9), "start.not_after"), ((10, 10, 20), "start")]
)
def test_a_start_window_that_cannot_be_is_a_fault(world: World, hours, place):
    start = world.form().start
    opens, closes, after = (start.opens_at.replace(hour=hour) for hour in hours)
    wrong = replace(start, opens_at=opens, closes_at=closes, not_after=after)
    assert place in faults_of(lambda: world.file(start=wrong))


def test_who_may_not_file_is_told_who_may(world: World):
    because = no_of(lambda: world.file(by="vic"))
    who = "feature owner or platform engineer or release manager"
    assert because == {"may": f"vic may not file a change; the policy gives it to {who}"}


def test_checking_a_form_answers_the_same_and_writes_nothing(world: World):
    world.adopt()
    checked = changes.check_change(world.house, world.ana, world.form())
    unmet = [verdict.gate for verdict in checked.verdicts if verdict.refuses]
    assert unmet == ["checks", "code_review", "evals", "sign_offs", "window"]
    assert checked.forecast.text == "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"
    assert world.entries("change.") == []
    filed = world.file()
    assert [v.gate for v in world.view(filed).requirements if v.refuses] == unmet
    assert world.entries("change.filed")[0].facts["unmet"] == sorted(unmet)


def test_vic_may_not_even_check(world: World):
    assert set(no_of(lambda: changes.check_change(world.house, world.vic, world.form()))) == {"may"}


def edit(world: World, change, by: str = "ana", version: int | None = None, **other):
    stands = world.change(change)
    form = world.form(**other)
    return changes.edit_change(
        world.house, world.who(by), stands.id, form, stands.version if version is None else version
    )


def test_an_edit_of_what_is_signed_voids_the_sign_offs_and_says_so(world: World):
    change = world.sign_all(world.ready())
    assert world.verdict(change, "sign_offs").outcome == "met"
    after = edit(world, change, rollback_plan="1. Abort. 2. Throw the switch.")
    entry = world.entries("change.edited")[0]
    assert entry.because == "rollback plan edited; 3 sign-offs are void"
    assert entry.facts["differs"] == ["rollback_plan"]
    assert [s.void_because for s in world.view(change).sign_offs] == ["rollback plan was edited"] * 3
    assert world.verdict(after, "sign_offs").refuses


def test_an_edit_outside_what_is_signed_keeps_the_sign_offs(world: World):
    change = world.sign_all(world.ready())
    edit(world, change, paging=("sol",), bridge="https://meet.acme.example/other")
    assert world.verdict(change, "sign_offs").outcome == "met"
    assert world.entries("change.edited")[0].because == "nothing that is signed differs"


def test_an_edit_of_an_armed_change_disarms_it_only_where_it_must(world: World):
    change = world.armed()
    after = edit(world, change, paging=("sol",))
    assert (after.state, after.armed_by) == (State.SCHEDULED, "remi")
    after = edit(world, change, rollback_plan="1. Abort. 2. Throw the switch.")
    assert (after.state, after.armed_by) == (State.AUTHORIZE, "")
    assert world.acts(change.id)[-2:] == ["change.disarmed", "change.edited"]


def test_an_edit_keeps_who_wrote_what_it_leaves_alone(world: World):
    change = world.ready()
    after = edit(world, change, by="cleo", title="Answer questions about Acme Home")
    assert by(after)["title"] == ("cleo", "")
    assert by(after)["rollback_plan"] == by(after)["candidate"] == ("ana", "")


def test_who_edits_what_is_signed_is_an_author_too_and_may_not_sign(world: World):
    change = world.ready()
    edit(world, change, by="cleo", rollback_plan="1. Abort. 2. Throw the switch.")
    assert no_of(lambda: world.sign("cleo", change))["segregation"] == f"cleo has edited {change.id}"
    edited = world.ready("support-prompt-v9")
    changes.edit_change(
        world.house, world.cleo, edited.id, world.form("support-prompt-v9", title="Brisk"), edited.version
    )
    assert world.sign("cleo", edited).role == "feature_engineer"


def test_who_empties_what_is_signed_is_an_author_too(world: World):
    world.adopt()
    change = world.file(ramp="careful")
    world.proved(change)
    change = world.change(change)
    emptied = changes.edit_change(world.house, world.cass, change.id, world.form(ramp=""), change.version)
    assert (emptied.plan.template, emptied.provenance["plan"].by) == ("rollouts/customer-support-ai", "cass")
    assert "segregation" in no_of(lambda: world.sign("cass", change, "platform_engineer"))


def test_an_automatic_value_that_its_author_confirms_is_written_by_hand(world: World):
    world.adopt("underwriting-decision-v2")
    change = world.file("underwriting-model", kill_switch="", by="cleo")
    assert by(change)["kill_switch"] == ("auto", "switch file")
    assert "kill switch must be written by a person" in world.verdict(change, "complete").because
    changes.edit_change(world.house, world.cleo, change.id, world.form("underwriting-model"), change.version)
    assert by(world.change(change))["kill_switch"] == ("cleo", "")
    assert world.verdict(change, "complete").outcome == "met"


def test_the_rest_of_a_blast_radius_is_the_catalogs_and_is_said_to_be(world: World):
    world.adopt("underwriting-decision-v2")
    some = BlastRadius(users=0, regions=("uk",), max_share_percent=20.0)
    change = world.file("underwriting-model", blast_radius=some)
    assert change.blast_radius == BlastRadius(150_000, ("uk",), 20.0)
    assert by(change)["blast_radius"] == ("ana", "catalog")
    because = world.verdict(change, "complete").because
    assert "blast radius must be written by a person, and was filled automatically in part" in because


def test_an_edit_without_a_start_keeps_the_start(world: World):
    change = world.ready()
    world.at("Tue 12:00")
    after = edit(world, change, start=None, title="Answer more")
    assert after.start == change.start


def test_a_stale_edit_is_a_conflict_and_writes_nothing(world: World):
    change = world.ready()
    edit(world, change, title="First")
    with pytest.raises(Conflict, match="was written since you opened it"):
        edit(world, change, version=change.version, title="Second")
    assert world.change(change).title == "First"


def test_vic_may_not_edit_whatever_version_they_name(world: World):
    change = world.ready()
    assert set(no_of(lambda: edit(world, change, by="vic", version=0))) == {"may"}


def test_a_change_does_not_move_to_a_target_that_its_editor_has_no_right_to(world: World):
    """sol owns nothing here; ana owns support and insurance, not the search."""
    change = world.ready()
    form = replace(world.form(), target=SEARCH, candidate=Unit(prompt="policy-search@v4"))
    act = lambda: changes.edit_change(world.house, world.ana, change.id, form, change.version)  # noqa: E731
    assert set(no_of(act)) == {"may"}
    assert world.change(change).target == "customer-support-ai"


def test_an_edit_with_faults_changes_nothing(world: World):
    change = world.ready()
    with pytest.raises(Invalid):
        edit(world, change, title="", kind="spell")
    assert world.change(change).version == change.version


def test_a_change_that_has_begun_is_not_edited_nor_canceled(world: World):
    change = world.ramping()
    assert set(no_of(lambda: edit(world, change, title="Late"))) == {"state"}
    assert set(no_of(lambda: changes.refresh_change(world.house, world.ana, change.id))) == {"state"}
    assert set(no_of(lambda: changes.cancel_change(world.house, world.ana, change.id, "late"))) == {"state"}


def test_a_path_is_part_of_what_is_signed(world: World):
    change = world.sign_all(world.ready())
    edit(world, change, path="standard")
    assert world.entries("change.edited")[0].facts["differs"] == ["path"]


def test_an_author_cancels_with_a_reason_and_vic_does_not(world: World):
    change = world.ready()
    assert set(no_of(lambda: changes.cancel_change(world.house, world.vic, change.id, "why not"))) == {"may"}
    assert "because" in faults_of(lambda: changes.cancel_change(world.house, world.ana, change.id, "  "))
    assert changes.cancel_change(world.house, world.ana, change.id, "not needed").state is State.CANCELED
    entry = world.entries("change.canceled")[0]
    assert (entry.actor, entry.role, entry.because) == ("ana", "author", "not needed")


def test_when_current_changes_after_signing_the_change_returns_to_assess(world: World):
    first, second = world.armed(), world.sign_all(world.ready("support-prompt-v9"))
    world.at("Wed 10:00")
    world.round()
    for until in ("Wed 10:30", "Wed 14:30", "Thu 14:30"):
        world.outcomes(first, per_minute=2500)
        world.rounds_until(until)
    assert world.change(first).settled_at is not None
    returned = world.change(second)
    assert returned.state is State.ASSESS
    assert world.verdict(second, "same_current").because.startswith(
        "customer-support-ai now runs customer-support@v8"
    )
    assert world.acts(second.id)[-1] == "change.returned"
    refreshed = changes.refresh_change(world.house, world.ana, second.id)
    assert refreshed.current["customer-support-ai"].prompt == "customer-support@v8"
    assert world.verdict(second, "same_current").outcome == "met"


def test_an_id_is_never_used_twice(world: World):
    world.adopt()
    ids = [world.file().id for _ in range(2)]
    changes.cancel_change(world.house, world.ana, ids[-1], "never mind")
    assert world.file().id == "CHG-2026-00003"
