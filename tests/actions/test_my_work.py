"""Does My work hold everything that waits for one reader, and nothing that waits for another?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World

from leverframe.actions.my_work import MOST_ASKED, MyWork, my_work, rows_of
from leverframe.nouns.changes import State
from leverframe.store import follow_ups as rows

pytestmark = ON_SQLITE


def work(world: World, name: str) -> MyWork:
    return my_work(world.house, world.who(name))


def test_an_author_sees_what_their_change_lacks_with_the_remedies(world: World):
    world.adopt()
    change = world.file()
    (lacking,) = work(world, "ana").lacking
    assert lacking.change == change.id
    assert {"evals", "checks", "code_review"} <= {verdict.gate for verdict in lacking.lacks}
    assert all(verdict.remedy for verdict in lacking.lacks)
    assert work(world, "cleo").lacking == ()
    world.proved(change)
    assert work(world, "ana").lacking == ()


def test_of_very_many_changes_the_older_ones_lack_what_they_lacked_when_last_asked(world: World):
    world.adopt()
    filed = [world.file() for _ in range(MOST_ASKED + 2)]
    found = {lacking.change: lacking.lacks for lacking in work(world, "ana").lacking}
    assert set(found) == {change.id for change in filed}
    asked_now, kept = found[filed[-1].id], found[filed[0].id]
    assert {verdict.gate for verdict in kept} == {verdict.gate for verdict in asked_now}
    assert all(verdict.remedy for verdict in kept)


def test_a_signer_is_told_in_one_line_what_they_sign(world: World):
    change = world.ready()
    world.sign("cass", change)
    (asked,) = work(world, "cleo").sign_offs
    assert (asked.change, asked.roles) == (change.id, ("feature_engineer",))
    for words in ("customer-support@v7", "customer-support@v8", "50 %", "by ana", "cass signed"):
        assert words in asked.says
    assert work(world, "cass").sign_offs == ()
    assert work(world, "ana").sign_offs == ()
    world.sign("cleo", change)
    assert work(world, "cleo").sign_offs == ()


def test_whoever_may_review_the_code_in_the_role_that_is_missing_is_asked(world: World):
    world.adopt()
    change = world.file()
    asked = {name for name in ("ana", "cass", "cleo", "rita", "vic", "sol") if work(world, name).code_reviews}
    committee = world.policy.roles["prompt_reviewer"]
    people = world.policy.catalog.people
    assert asked == {name for name in ("cass", "cleo", "rita", "vic", "sol") if people[name].groups & committee}
    assert asked
    world.proved(change)
    assert not any(work(world, name).code_reviews for name in asked)


def test_who_runs_a_ramp_sees_it_and_what_is_owed_after_it(world: World):
    change = world.ramping()
    world.hold("sol", change, "odd greetings")
    (ramp,) = work(world, "remi").ramps
    assert (ramp.change, ramp.stage, ramp.held) == (change.id, 1, "odd greetings")
    assert work(world, "vic").ramps == ()
    world.abort("sol", change)
    assert [line.duty.kind for line in work(world, "remi").owed] == ["change_review"]
    assert work(world, "remi").ramps == ()


@pytest.mark.parametrize(("name", "sees"), [("ana", True), ("remi", True), ("vic", False)])
def test_evidence_that_was_skipped_waits_for_who_wrote_or_ran_the_change(world: World, name: str, sees: bool):
    change = world.ready()
    with world.store.write() as db:
        rows.owe_debt(db, change.id, "evals", world.now + timedelta(days=1), "the emergency skipped them")
    found = work(world, name)
    assert bool(found.debts) == sees
    assert [row.kind for row in rows_of(found) if row.kind == "debt"] == (["debt"] if sees else [])


def test_a_bridge_is_coordinated_until_the_ramp_has_ended(world: World):
    change = world.ramping()
    who = world.change(change).coordinator
    assert [bridge.change for bridge in work(world, who).bridges] == [change.id]
    world.abort(who, change)
    assert world.change(change).state is State.REVIEW
    assert work(world, who).bridges == ()


def test_who_has_nothing_to_do_is_told_so(world: World):
    world.ready()
    found = work(world, "vic")
    assert (found.count, rows_of(found)) == (0, ())
