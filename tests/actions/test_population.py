"""Does the population hold every change of its period, with what proves it, from the log?"""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event
from tests.world import LONDON, ON_SQLITE, World, no_of

from leverframe.actions import changes as change_acts
from leverframe.actions import ramps, reviews
from leverframe.actions.histories import HistoriesKept
from leverframe.actions.population import Asked, all_rows, show_population
from leverframe.nouns.changes import Path, StartWindow
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.population import Failure, Passage, PopulationRow
from leverframe.nouns.verdicts import Invalid, Mode
from leverframe.rules.histories import PASSAGES
from leverframe.store import Store
from leverframe.store import changes as change_rows
from leverframe.store.changes import changes
from leverframe.store.schema import metadata
from leverframe.web.population import csv_lines

MAY = {"first": "2026-05-01", "last": "2026-05-31"}


def rows(world: World, first: str = "2026-05-01", last: str = "2026-05-31", **filters: str) -> list[PopulationRow]:
    return list(all_rows(world.house, world.rita, Asked(first, last, filters)))


def row(world: World, change: str) -> PopulationRow:
    return next(row for row in rows(world, "2026-01-01", "2026-12-31") if row.change == change)


def test_a_row_proves_approval_before_the_start(world: World):
    change = world.settle(world.ramping())
    found = row(world, change.id)
    assert (found.approved_before_start, found.segregated) == ("yes", "yes")
    assert [signed.person for signed in found.sign_offs] == ["cass", "cleo", "remi"]
    assert found.filed_at <= found.edited_at <= found.approved_at < found.started_at < found.settled_at  # pyright: ignore
    assert found.started_by == "clock, armed by remi"
    assert found.policy == world.policy.digest
    assert found.content_digest
    assert found.passed == (Passage.FILED, Passage.BEGUN, Passage.ENDED)
    assert found.failures == ()
    assert found.altered == ()
    leaves = {entry.leaf: entry.act for entry in world.entries(thing=change.id)}
    assert leaves[found.leaf_filed] == "change.filed"
    assert leaves[found.leaf_started] == "ramp.started"
    assert {leaves[leaf] for leaf in found.leaves_signed} == {"change.signed"}


def test_what_is_remembered_of_a_change_gives_way_to_a_newer_entry(world: World):
    change = world.ramping()
    before = row(world, change.id)
    world.settle(change)
    after = row(world, change.id)
    assert (before.outcome, after.outcome) == ("ramping", "settled")
    world.house.histories = HistoriesKept()
    assert row(world, change.id) == after


def test_a_release_manager_who_wrote_the_way_back_has_not_written_what_she_signs(world: World):
    world.adopt()
    change = world.file(rollback_plan="")
    form = world.form(rollback_plan="Remi aborts the ramp; Sol checks the gateways.", release_manager="remi")
    change_acts.edit_change(world.house, world.remi, change.id, form, world.change(change).version)
    world.proved(change)
    world.sign_all(change)
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change.id)
    found = row(world, change.id)
    assert (found.segregated, found.approved_before_start, found.failures) == ("yes", "yes", ())


def test_whoever_else_writes_the_way_back_is_an_author(world: World):
    world.adopt()
    change = world.file(rollback_plan="", release_manager="remi")
    form = world.form(rollback_plan="Cass aborts the ramp; Sol checks the gateways.", release_manager="remi")
    change_acts.edit_change(world.house, world.cass, change.id, form, world.change(change).version)
    with world.store.read() as db:
        told = world.house.histories.of(db, [change.id])[change.id]
    assert told.writers == {"ana", "cass"}


def test_a_sign_off_that_an_edit_has_voided_proves_nothing(world: World):
    change = world.sign_all(world.ready())
    world.clock.advance(timedelta(minutes=5))
    form = world.form(rollback_plan="Set prompt v7 again, and look at the first hundred answers.")
    change_acts.edit_change(world.house, world.ana, change.id, form, world.change(change).version)
    found = row(world, change.id)
    assert found.sign_offs == ()
    assert found.edited_at == world.now
    assert set(found.open_seats) == {"platform_engineer", "feature_engineer", "release_manager"}


def test_a_start_on_a_gate_that_only_advises_is_no_approval(world: World):
    world.enforce(_advises(world, "sign_offs", "evals"))
    world.adopt()
    change = world.file()
    world.proved(change)
    world.sign("cass", change)
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change.id)
    found = row(world, change.id)
    assert found.approved_before_start == "no"
    assert "feature engineer" in found.approval_because
    assert Failure.APPROVAL_AFTER_START in found.failures


def _advises(world: World, *gates: str) -> Policy:
    modes = {**world.policy.gates, **dict.fromkeys(gates, Mode.ADVISE)}
    return replace(world.policy, gates=modes, digest=f"sha256:advises {gates}")


@ON_SQLITE
def test_a_start_without_evals_is_evidence_missing(world: World):
    world.enforce(_advises(world, "evals", "sign_offs", "checks", "code_review"))
    world.adopt()
    change = world.file()
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change.id)
    assert Failure.EVIDENCE_MISSING in row(world, change.id).failures
    assert [found.change for found in rows(world, failure="evidence_missing")] == [change.id]


@ON_SQLITE
def test_an_emergency_that_nobody_has_reviewed_in_time_is_found_and_a_review_ends_it(world: World):
    world.adopt()
    change = world.file(path="emergency", release_manager="remi")
    world.proved(change)
    world.sign_all(change)
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change.id)
    assert row(world, change.id).path == Path.EMERGENCY
    world.abort("sol", change)
    assert Failure.EMERGENCY_WITHOUT_REVIEW not in row(world, change.id).failures
    world.clock.advance(timedelta(days=9))
    assert Failure.EMERGENCY_WITHOUT_REVIEW in row(world, change.id).failures
    reviews.review(world.house, world.remi, change.id, "aborted", "it answered nonsense", None)
    found = row(world, change.id)
    assert found.failures == ()
    assert (found.reviewed_by, found.close_code) == ("remi", "aborted")


@ON_SQLITE
def test_a_row_that_was_rewritten_or_taken_away_is_believed_by_the_log(world: World):
    """Who can write into the database can move when a change was filed; the log's entry says otherwise."""
    first, second = world.ready(), world.file("claims-regions")
    with world.store.write() as db:
        body = replace(first, filed_at=first.filed_at - timedelta(days=30), author="vic")
        db.execute(changes.update().where(changes.c.id == first.id).values(body=body, filed_at=body.filed_at))
        for name in (key.parent for table in metadata.tables.values() for key in table.foreign_keys):
            if name.table is not changes and any(key.column.table is changes for key in name.foreign_keys):
                db.execute(delete(name.table).where(name == second.id))
        db.execute(delete(changes).where(changes.c.id == second.id))
    moved = row(world, first.id)
    assert (moved.filed_at, moved.author, moved.altered) == (first.filed_at, "ana", ("filed by whom and when",))
    gone = row(world, second.id)
    assert gone.altered == ("its row is not in the store",)
    assert gone.filed_at == second.filed_at


@ON_SQLITE
def test_a_change_that_only_its_row_tells_of_has_no_ticket_in_the_log(world: World):
    change = world.ready()
    with world.store.write() as db:
        body = replace(change, id="CHG-2026-00099")
        change_rows.insert(db, body)
    found = row(world, "CHG-2026-00099")
    assert found.altered == ("its filing is not in the log",)
    assert found.filed_at is None


@pytest.fixture(scope="module")
def lived(tmp_path_factory, sqlite_template):
    """A house with changes in every state over some months."""
    file = tmp_path_factory.mktemp("population") / "leverframe.db"
    shutil.copyfile(sqlite_template, file)
    world = World(Store(f"sqlite:///{file}")).open()
    world.enforce(_advises(world, *world.policy.gates))
    for name in ("support-prompt-v8", "meeting-notes-v2", "support-prompt-v9", "support-prompt-v8"):
        begins = world.moment("Wed 10:00")
        start = StartWindow(begins, begins + timedelta(hours=2), begins + timedelta(days=28))
        change = world.file(name, by="cass" if name == "meeting-notes-v2" else "ana", start=start)
        _live(world, change.id, name)
        world.clock.advance(timedelta(days=11))
    return world


def _live(world: World, change: str, name: str) -> None:
    """One is canceled, one still ramps, two were aborted and reviewed."""
    if name == "support-prompt-v9":
        change_acts.cancel_change(world.house, world.ana, change, "not needed")
        return
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change)
    world.clock.advance(timedelta(days=5))
    if name == "meeting-notes-v2":
        return
    world.abort("sol", change)
    world.clock.advance(timedelta(days=4))
    reviews.review(world.house, world.remi, change, "aborted", "it was wrong", None)


@settings(deadline=None, max_examples=40)
@given(begins=st.integers(-5, 60), days=st.integers(0, 60))
def test_each_change_stands_in_exactly_the_periods_that_it_should(lived: World, begins: int, days: int):
    """Whatever the period: a change is in it if, and only if, something of it happened on one of its days."""
    first = date(2026, 5, 12) + timedelta(days=begins)
    last = first + timedelta(days=days)
    found = {row.change: row.passed for row in rows(lived, str(first), str(last))}
    happened = [entry for entry in lived.entries() if entry.act in PASSAGES]
    should = {e.object for e in happened if first <= e.at.astimezone(LONDON).date() <= last}
    assert set(found) == should
    assert all(found.values())


@ON_SQLITE
def test_a_page_goes_on_where_the_last_one_ended_and_counts_all(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("leverframe.actions.population.PAGE", 2)
    ids = [world.file("claims-regions", title=f"number {n}").id for n in range(5)]
    seen, before = [], ""
    while True:
        page = show_population(world.house, world.rita, Asked(**MAY, before=before))
        seen += [found.change for found in page.rows]
        assert page.counts.changes == page.matching == 5
        if page.before is None:
            break
        before = page.before
    assert seen == ids[::-1]


@ON_SQLITE
def test_it_is_read_by_those_who_read_the_log_and_wrong_words_are_all_told_at_once(world: World):
    assert no_of(lambda: all_rows(world.house, world.vic, Asked())) == {
        "may": "vic may not read the audit log; the policy gives it to administrator or release manager or AI Risk "
        "or security or on-call or platform engineer or feature engineer"
    }
    with pytest.raises(Invalid) as wrong:
        all_rows(world.house, world.rita, Asked("soon", "2026-13-01"))
    assert [fault.place for fault in wrong.value.faults] == ["to", "from"]
    with pytest.raises(Invalid) as wrong:
        all_rows(world.house, world.rita, Asked(filters={"tier": "huge", "failure": "none"}))
    assert [fault.place for fault in wrong.value.faults] == ["tier", "failure"]


def a_file(world: World, actor: Actor) -> str:
    return "".join(csv_lines(all_rows(world.house, actor, Asked(**MAY))))


@ON_SQLITE
def test_the_table_has_a_column_for_each_part_and_quotes_what_a_spreadsheet_would_run(world: World):
    world.file("claims-regions", title="=1+1")
    (line,) = csv.DictReader(io.StringIO(a_file(world, world.rita)))
    assert line["title"] == "'=1+1"
    assert line["passed"] == "filed"
    assert line["approved_before_start"] == "not begun"


@ON_SQLITE
def test_no_change_costs_a_query_of_its_own(world: World):
    """Ten times as many changes in the same period take not one query more."""
    asked = []
    event.listen(world.store._reader, "before_cursor_execute", lambda *more: asked.append(more[2]))
    counts = []
    for many in (1, 12):
        for _ in range(many):
            world.file("claims-regions")
        asked.clear()
        rows(world)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_log_is_read_on_both_databases_from_the_first_moment_of_the_first_day(world: World):
    change = world.ready()
    day = str(change.filed_at.date())
    assert [found.change for found in rows(world, day, day)] == [change.id]
    assert rows(world, "2026-05-01", "2026-05-11") == []
