"""What does a commit of the switch file do, and what does it not?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from tests.repositories import (
    MODEL,
    NEEDS_SSH,
    SUPPORT,
    TENANT,
    TEXT,
    Repository,
    a_repository,
    followed,
    known,
    with_off,
)
from tests.world import World

from leverframe.actions import accounts, levers, switch_files, tables
from leverframe.actions.file_views import FileView
from leverframe.actions.following import TROUBLE
from leverframe.actions.levers import SwitchLine
from leverframe.actions.today import today
from leverframe.nouns.switch_files import PATH
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Conflict, SourceFailed
from leverframe.store import requests
from leverframe.store import switch_files as rows

pytestmark = NEEDS_SSH
SLOW = "they ask for a pause; ticket SUP-7"
NORTHWIND = "tenant/northwind"


@pytest.fixture
def repository(world: World, tmp_path: Path) -> Repository:
    """A repository that the house follows, whose people it knows, and that it has looked at once."""
    made = a_repository(tmp_path, world.now)
    known(world, made)
    followed(world, made)
    world.round()
    assert file(world).state == "in_step"
    return made


def file_alarms(world: World) -> list[str]:
    """Return what Today says, but that switches rot: these tests are about the file."""
    return [alarm for alarm in today(world.house, world.remi).alarms if "exercised" not in alarm]


def lever(world: World, switch: str, by: str = "remi") -> SwitchLine:
    return levers.show_switch(world.house, world.who(by), switch)


def file(world: World) -> FileView:
    found = levers.lever_frame(world.house, world.remi).file
    assert found is not None
    return found


def drift(world: World) -> dict[str, str]:
    """Return in what each lever differs from the file."""
    return {row.switch: row.drift.value for row in file(world).drift}


def commit(world: World, repository: Repository, text: str | None = None, *, by: str = "sol", **more) -> str:
    """Commit at the world's own time, and let the clock look."""
    id = repository.commit(text, by=by, **{"at": world.now, **more})
    world.round()
    assert world.house.troubles == {}
    return id


def paused(text: str = TEXT, *, expires: str = "2026-05-30", more: str = "") -> str:
    """Return the file with a pause of northwind's."""
    return f'{text}  northwind:\n    ai_disabled: true\n    reason: "{SLOW}"\n    expires: {expires}\n{more}'


# ------------------------------------------------------------------------------------------ what narrows


def test_a_commit_that_throws_is_obeyed_at_once_as_the_person_who_signed_it(world: World, repository: Repository):
    world.adopt()
    world.at("Sun 03:12")
    id = commit(world, repository, with_off(SUPPORT), message="Stop support: it insults customers")
    thrown = lever(world, SUPPORT).switch
    assert (thrown.thrown, thrown.thrown_by) == (True, "sol")
    assert thrown.because == f"commit {id[:10]}: Stop support: it insults customers"
    assert not world.decide("customer-support-ai", "anybody").serve
    entry = world.entries("switch.thrown", SUPPORT)[0]
    assert (entry.actor, entry.role, entry.facts["commit"]) == ("commit:sol", "on_call", id)
    assert entry.facts["known_by"].startswith("signed with SHA256:")
    view = file(world)
    assert (view.state, view.head, view.drift) == ("in_step", id, ())
    assert view.commit is not None
    assert (view.commit.behind.person, view.commit.subject) == ("sol", "Stop support: it insults customers")
    assert view.looked_seconds is not None


def test_the_reason_the_ticket_and_the_last_day_of_the_file_are_those_of_the_throw(
    world: World, repository: Repository
):
    commit(world, repository, paused())
    thrown = lever(world, NORTHWIND).switch
    assert (thrown.because, thrown.ticket, str(thrown.expires_on)) == (SLOW, "SUP-7", "2026-05-30")
    assert (thrown.owner, thrown.zone) == ("customer-support-engineering", "Europe/London")
    assert file(world).state == "in_step"


def test_one_commit_throws_several_levers(world: World, repository: Repository):
    commit(world, repository, paused(with_off(SUPPORT, MODEL)))
    assert all(lever(world, switch).switch.thrown for switch in (SUPPORT, MODEL, NORTHWIND))


def test_who_may_not_throw_is_refused_as_at_every_other_door_and_written_down_once(
    world: World, repository: Repository
):
    """Ana owns support's feature; the models are not hers."""
    id = commit(world, repository, with_off(SUPPORT, MODEL), by="ana")
    assert (lever(world, SUPPORT).switch.thrown, lever(world, MODEL).switch.thrown) == (True, False)
    assert drift(world) == {MODEL: "refused"}
    row = lever(world, MODEL).drift[0]
    assert (row.file_says, row.stands) == ("thrown", "set")
    assert row.because.startswith(f"commit {id[:10]} of ana: ana may not throw a model kill switch")
    assert "cass" in row.remedy
    for _ in range(3):
        world.clock.advance(timedelta(minutes=5))
        world.round()
    entries = world.entries("switch.file_refused")
    assert [(entry.actor, entry.object) for entry in entries] == [("commit:ana", MODEL)]
    assert [told["switch"] for told in world.told("page.switch_file")] == [MODEL]
    assert any(f"{MODEL} was not thrown" in alarm for alarm in today(world.house, world.remi).alarms)
    world.throw("sol", MODEL)
    assert drift(world) == {}
    assert file_alarms(world) == []


def test_a_commit_that_nobody_known_stands_behind_moves_nothing(world: World, repository: Repository):
    for by, says in (("", "it is not signed, and no push of it was told"), ("mallory", "is nobody's in the catalog")):
        commit(world, repository, TEXT, by="sol")
        id = commit(world, repository, with_off(SUPPORT), by=by)
        assert not lever(world, SUPPORT).switch.thrown
        row = lever(world, SUPPORT).drift[0]
        assert (row.drift.value, says in row.because, id[:10] in row.because) == ("unknown", True, True)
        assert "sign it with a key" in row.remedy
    view = file(world)
    assert view.commit is not None
    assert view.commit.behind.person == ""


def test_nobody_is_told_of_an_unknown_commit_before_the_git_host_could_say_who_pushed_it(
    world: World, repository: Repository
):
    commit(world, repository, with_off(SUPPORT), by="")
    assert world.entries("switch.file_refused") == []
    world.clock.advance(timedelta(seconds=61))
    for _ in range(3):
        world.round()
    assert [entry.actor for entry in world.entries("switch.file_refused")] == ["clock"]
    assert any(f"{SUPPORT} was not thrown" in alarm for alarm in today(world.house, world.remi).alarms)


def test_a_commit_on_another_branch_moves_nothing(world: World, repository: Repository):
    repository.git("switch", "-q", "-c", "aside")
    commit(world, repository, with_off(SUPPORT))
    assert (lever(world, SUPPORT).switch.thrown, drift(world)) == (False, {})
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--ff-only", "aside")
    world.round()
    assert lever(world, SUPPORT).switch.thrown


def test_whoever_merges_stands_behind_what_they_merge(world: World, repository: Repository):
    """A colleague's signed commit on a branch is a proposal; the act is the merge."""
    repository.git("switch", "-q", "-c", "aside")
    repository.commit(with_off(SUPPORT), by="sol", at=world.now)
    repository.git("switch", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-gpg-sign", "-m", "Merge the proposal", "aside", at=world.now)
    world.round()
    assert drift(world) == {SUPPORT: "unknown"}
    repository.git("reset", "-q", "--hard", "HEAD~1")
    signed = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={repository.keys / 'ana'}")
    world.clock.advance(timedelta(minutes=1))
    repository.git(*signed, "merge", "-q", "--no-ff", "-S", "-m", "Merge it", "aside", at=world.now)
    world.round()
    assert lever(world, SUPPORT).switch.thrown_by == "ana"


def test_who_has_left_does_not_throw_by_a_key_that_the_catalog_still_has(world: World, repository: Repository):
    accounts.add_account(world.house, world.adi, "sol", "correct horse battery staple")
    accounts.disable_account(world.house, world.adi, "sol", "they left")
    commit(world, repository, with_off(SUPPORT))
    assert drift(world) == {SUPPORT: "refused"}
    assert "sol has no open account any more" in lever(world, SUPPORT).drift[0].because


def test_a_pause_is_prolonged_by_its_file_and_never_shortened(world: World, repository: Repository):
    commit(world, repository, paused(expires="2026-05-30"))
    commit(world, repository, paused(expires="2026-06-15"))
    assert str(lever(world, NORTHWIND).switch.expires_on) == "2026-06-15"
    assert len(world.entries("switch.thrown", NORTHWIND)) == 2
    commit(world, repository, paused(expires="2026-05-20"))
    assert str(lever(world, NORTHWIND).switch.expires_on) == "2026-06-15"
    row = lever(world, NORTHWIND).drift[0]
    assert (row.drift.value, row.file_says, row.stands) == (
        "moved",
        "thrown until 2026-05-20",
        "thrown until 2026-06-15",
    )
    commit(world, repository, paused(expires="2026-05-20", more="    on_expiry: stay\n"))
    assert lever(world, NORTHWIND).switch.on_expiry.value == "stay"


def test_a_last_day_that_has_passed_throws_nothing(world: World, repository: Repository):
    commit(world, repository, paused(expires="2026-05-01"))
    assert drift(world) == {NORTHWIND: "refused"}
    assert "2026-05-01 has passed" in file(world).drift[0].because


def test_a_lever_that_the_house_does_not_have_is_not_thrown_by_a_file(world: World, repository: Repository):
    new = TEXT.replace(
        "model_kill_switches:", "  horoscopes:\n    enabled: false\n    fallback: silence\nmodel_kill_switches:"
    )
    commit(world, repository, new)
    row = file(world).drift[0]
    assert (row.switch, row.drift.value) == ("feature/horoscopes", "refused")
    assert "policy load" in row.remedy


# ------------------------------------------------------------------------------------------ what widens


def test_a_commit_that_sets_asks_and_waits_for_the_sign_offs_of_setting(world: World, repository: Repository):
    world.at("Wed 11:00")
    commit(world, repository, with_off(SUPPORT))
    id = commit(world, repository, TEXT, by="ana", message="The prompt is mended")
    asked = lever(world, SUPPORT)
    assert asked.switch.thrown, "a window is open, and still a file sets nothing"
    assert asked.request is not None
    assert (asked.request.asked_by, asked.request.because) == ("ana", f"commit {id[:10]}: The prompt is mended")
    assert drift(world) == {SUPPORT: "asked"}
    assert "awaits its sign-offs" in asked.drift[0].because
    entry = world.entries("switch.set_asked", SUPPORT)[0]
    assert (entry.actor, entry.facts["commit"]) == ("commit:ana", id)
    assert not world.set_again("ana", SUPPORT).done, "whoever committed it may sign, and is one of those asked"
    assert world.set_again("remi", SUPPORT).done
    assert (lever(world, SUPPORT).request, drift(world)) == (None, {})
    world.round()
    assert not lever(world, SUPPORT).switch.thrown, "the commit that threw it is not acted on again"


def test_an_ask_ends_when_the_file_takes_it_back_or_the_lever_is_thrown_again(world: World, repository: Repository):
    def open_on() -> object:
        with world.store.read() as db:
            return requests.open_on(db, "switch.set", SUPPORT)

    commit(world, repository, with_off(SUPPORT))
    commit(world, repository, TEXT)
    assert open_on()
    commit(world, repository, with_off(SUPPORT))
    assert (open_on(), drift(world)) == (None, {})
    commit(world, repository, TEXT)
    world.throw("remi", SUPPORT, "it is not mended")
    assert open_on() is None
    assert drift(world) == {SUPPORT: "moved"}


def test_a_commit_that_throws_what_people_are_about_to_set_voids_what_they_have_signed(
    world: World, repository: Repository
):
    world.at("Wed 11:00")
    commit(world, repository, with_off(SUPPORT))
    commit(world, repository, TEXT)
    world.set_again("ana", SUPPORT)
    commit(world, repository, with_off(SUPPORT), message="It is not mended")
    assert not world.set_again("remi", SUPPORT).done
    assert lever(world, SUPPORT).switch.because.endswith("It is not mended")
    assert len(world.entries("switch.thrown", SUPPORT)) == 2


def test_an_ask_by_nobody_known_is_none(world: World, repository: Repository):
    commit(world, repository, with_off(SUPPORT))
    commit(world, repository, TEXT, by="")
    assert (lever(world, SUPPORT).request, drift(world)) == (None, {SUPPORT: "unknown"})


def test_taking_a_thrown_tenant_out_of_the_file_asks_too(world: World, repository: Repository):
    commit(world, repository, TEXT[: TEXT.index("  enterprise-tenant-12891")])
    assert drift(world) == {TENANT: "asked"}
    assert lever(world, TENANT).switch.thrown


def test_what_is_done_at_another_door_is_drift_that_says_who_did_it(world: World, repository: Repository):
    world.throw("sol", SUPPORT, "it insults customers")
    world.throw("sol", NORTHWIND, "they asked")
    world.round()
    assert drift(world) == {SUPPORT: "moved", NORTHWIND: "moved"}
    row = lever(world, SUPPORT).drift[0]
    assert row.because == "it was thrown by sol on Tue 12 May 2026 09:00 Europe/London: it insults customers"
    assert "leverframe switch fmt" in row.remedy
    assert file(world).drift[1].file_says == "not named"
    assert lever(world, SUPPORT).request is None, "a file that has said `set` all along asks for nothing"


def test_what_only_a_policy_may_change_is_drift_that_says_so(world: World, repository: Repository):
    text = TEXT.replace("fallback: help-centre-search", "fallback: plain-transcript")
    text = text.replace(
        "  meeting-notes:\n    enabled: true\n    fallback: plain-transcript\n    exercised_on: 2026-04-14\n", ""
    )
    text = text.replace("  claims-summary:\n", "  claims-summary:\n    owner: search-ai\n")
    text += "  new-tenant:\n    ai_disabled: false\n"
    text = text.replace(
        "model_kill_switches:", "  new:\n    enabled: true\n    fallback: plain-transcript\nmodel_kill_switches:"
    )
    commit(world, repository, text)
    assert drift(world) == dict.fromkeys(
        ["feature/claims-summary", SUPPORT, "feature/meeting-notes", "feature/new", "tenant/new-tenant"], "load"
    )
    told = {row.switch: row for row in file(world).drift}
    assert told[SUPPORT].because == "the file names the fallback plain-transcript instead of help-centre-search"
    assert all("leverframe policy load" in row.remedy for row in told.values())


# ------------------------------------------------------------------------------------------ once


def test_the_same_commit_is_acted_on_once(world: World, repository: Repository):
    world.at("Wed 11:00")
    commit(world, repository, with_off(SUPPORT))
    world.set_again("ana", SUPPORT)
    assert world.set_again("remi", SUPPORT).done
    for _ in range(3):
        world.round()
    assert not lever(world, SUPPORT).switch.thrown
    assert drift(world) == {SUPPORT: "moved"}
    assert "set again by remi" in lever(world, SUPPORT).drift[0].because


def set_again(world: World, switch: str = SUPPORT) -> None:
    world.clock.advance(timedelta(minutes=1))
    world.set_again("ana", switch)
    assert world.set_again("remi", switch).done
    world.clock.advance(timedelta(minutes=1))


def test_an_unrelated_commit_does_not_throw_again_what_people_have_set(world: World, repository: Repository):
    world.at("Wed 11:00")
    commit(world, repository, with_off(SUPPORT))
    set_again(world)
    commit(world, repository, with_off(SUPPORT, MODEL))
    assert (lever(world, SUPPORT).switch.thrown, lever(world, MODEL).switch.thrown) == (False, True)
    assert drift(world) == {SUPPORT: "moved"}


def test_a_branch_that_is_put_back_throws_nothing_again_and_a_new_commit_does(world: World, repository: Repository):
    world.at("Wed 11:00")
    before = repository.git("rev-parse", "HEAD")
    throws = commit(world, repository, with_off(SUPPORT))
    set_again(world)
    commit(world, repository, TEXT)
    assert file(world).state == "in_step"
    for id, differs in ((throws, {SUPPORT: "moved"}), (before, {}), (throws, {SUPPORT: "moved"})):
        repository.git("reset", "-q", "--hard", id)
        world.round()
        assert not lever(world, SUPPORT).switch.thrown, id
        assert drift(world) == differs
    repository.git("reset", "-q", "--hard", before)
    world.round()
    commit(world, repository, with_off(SUPPORT), message="It insults customers again")
    assert lever(world, SUPPORT).switch.thrown
    assert len(world.entries("switch.thrown", SUPPORT)) == 2


def test_a_branch_that_is_put_back_to_what_was_before_the_first_look_throws_nothing(
    world: World, repository: Repository
):
    """Commits that were there before the house first looked are history, whoever puts the branch among them."""
    repository.git("switch", "-q", "--orphan", "other")
    old = world.now - timedelta(days=20)
    first = repository.commit(TEXT, by="sol", at=old)
    repository.commit(with_off(SUPPORT), by="sol", at=old)
    middle = repository.git("rev-parse", "HEAD")
    repository.commit(TEXT, by="sol", at=old)
    world.house.following = None
    followed(world, repository, branch="other")
    world.round()
    assert file(world).state == "in_step"
    for id in (first, middle):
        repository.git("reset", "-q", "--hard", id)
        world.round()
    assert not lever(world, SUPPORT).switch.thrown
    assert drift(world) == {SUPPORT: "unlike"}


def test_an_old_commit_that_comes_late_does_not_outweigh_what_was_signed_since(world: World, repository: Repository):
    """Sol's commit of Monday lay on a branch; on Wednesday people set the lever again; on Thursday it is merged."""
    world.throw("sol", SUPPORT)
    repository.git("switch", "-q", "-c", "aside")
    repository.commit(with_off(SUPPORT), by="sol", at=world.now)
    repository.git("switch", "-q", "main")
    world.at("Wed 11:00")
    set_again(world)
    repository.git("merge", "-q", "--ff-only", "aside")
    world.round()
    assert (lever(world, SUPPORT).switch.thrown, drift(world)) == (False, {SUPPORT: "old"})
    assert "was made before it was set again by remi" in lever(world, SUPPORT).drift[0].because
    assert len(world.entries("switch.file_refused", SUPPORT)) == 1


def test_commits_that_come_together_are_each_judged_by_who_stands_behind_them(world: World, repository: Repository):
    """Cass may throw a model and ana may not: that ana commits after her loses no kill."""
    repository.commit(with_off(MODEL), by="cass", at=world.now)
    repository.commit(with_off(MODEL, SUPPORT), by="ana", at=world.now)
    commit(world, repository, f"{with_off(MODEL, SUPPORT)}# nobody's\n", by="")
    assert (lever(world, MODEL).switch.thrown_by, lever(world, SUPPORT).switch.thrown_by) == ("cass", "ana")
    assert drift(world) == {}


def test_what_a_later_commit_takes_back_is_not_thrown_though_both_come_together(world: World, repository: Repository):
    repository.commit(with_off(SUPPORT), by="sol", at=world.now)
    commit(world, repository, TEXT, by="sol")
    assert (world.entries("switch.thrown", SUPPORT), drift(world)) == ([], {})


def test_of_two_processes_that_see_a_commit_one_acts(world: World, repository: Repository):
    """Both have read git when the first writes: the second finds that somebody was first, and does nothing."""
    other = World(world.store, world.clock)
    followed(other, repository)
    with world.store.read() as db:
        stood = rows.get(db)
    repository.commit(with_off(SUPPORT), by="sol", at=world.now)
    following = other.house.following
    assert following is not None
    found = switch_files.news(other.house, following.branch, stood)
    assert found is not None
    world.round()
    with pytest.raises(Conflict):
        switch_files._take(other.house, following, stood, found)
    other.round()
    assert len(world.entries("switch.thrown", SUPPORT)) == 1


def test_what_ends_in_the_middle_is_done_whole_or_not_at_all(world: World, repository: Repository, store_url: str):
    """A process that dies while it acts has thrown nothing; the next one throws it, once."""
    if not world.store.is_sqlite:
        pytest.skip("the failure is made by a trigger of SQLite")

    def run(statement: str) -> None:
        with closing(sqlite3.connect(make_url(store_url).database or "")) as connection:
            connection.execute(statement)

    fails = "begin select raise(abort, 'the power failed'); end"
    run(f"create trigger failing before update on switch_file {fails}")
    id = repository.commit(with_off(SUPPORT, MODEL), by="sol", at=world.now)
    world.round()
    assert "the power failed" in world.house.troubles[TROUBLE]
    assert not any(lever(world, switch).switch.thrown for switch in (SUPPORT, MODEL))
    with world.store.read() as db:
        assert rows.judged(db, [id]) == {}
    run("drop trigger failing")
    followed(world, repository)
    world.round()
    assert all(lever(world, switch).switch.thrown for switch in (SUPPORT, MODEL))
    assert [len(world.entries("switch.thrown", switch)) for switch in (SUPPORT, MODEL)] == [1, 1]


# ------------------------------------------------------------------------------------------ what cannot be read


def test_a_file_that_cannot_be_read_is_told_whole_and_changes_nothing(world: World, repository: Repository):
    commit(world, repository, with_off(SUPPORT))
    broken = with_off(MODEL, text=with_off(SUPPORT)).replace("exercised_on: 2026-04-14 #", "exercised_on: soon #")
    broken = broken.replace(
        "    disabled: false\n    fallback_model: bedrock", "    disabled: maybe\n    fallback_model: bedrock", 1
    )
    id = commit(world, repository, broken, by="cass")
    view = file(world)
    assert (view.state, view.head, view.drift) == ("unreadable", id, ())
    assert len(view.faults) == 2
    assert all(fault.place.startswith(f"{PATH}:") and fault.remedy for fault in view.faults)
    assert (lever(world, SUPPORT).switch.thrown, lever(world, MODEL).switch.thrown) == (True, False)
    alarms = today(world.house, world.remi).alarms
    assert any("cannot be read" in alarm and f"{PATH}:" in alarm for alarm in alarms)
    for _ in range(2):
        world.round()
    assert len(world.entries("switch.file_unreadable")) == 1
    assert len(world.told("page.switch_file")) == 1
    repository.write("hello", "README.md")
    commit(world, repository, by="")
    assert len(world.entries("switch.file_unreadable")) == 1, "a commit of something else is no news of this"
    commit(world, repository, with_off(SUPPORT, MODEL), by="cass", message="Write it as it is meant")
    assert lever(world, MODEL).switch.thrown_by == "cass"
    assert (file(world).state, file_alarms(world)) == ("in_step", [])


@pytest.mark.parametrize("text", ["", "- a list\n", "feature_kill_switches: [\n", "x: &a [*a]\n", "surprise: true\n"])
def test_whatever_is_committed_the_clock_goes_on(world: World, repository: Repository, text: str):
    commit(world, repository, text, by="sol")
    assert (file(world).state, bool(file(world).faults)) == ("unreadable", True)
    assert lever(world, TENANT).switch.thrown


def test_a_file_that_is_gone_sets_nothing(world: World, repository: Repository):
    repository.git("rm", "-q", PATH)
    commit(world, repository, by="sol")
    assert (file(world).state, [fault.because for fault in file(world).faults]) == (
        "unreadable",
        ["main has no such file"],
    )
    assert lever(world, TENANT).switch.thrown


def test_a_repository_that_is_not_there_is_one_trouble_until_it_is(
    world: World, repository: Repository, tmp_path: Path
):
    repository.path.rename(tmp_path / "moved")
    for _ in range(3):
        followed(world, repository)
        world.round()
    assert list(world.house.troubles) == [TROUBLE]
    assert "--switch-repo" in world.house.troubles[TROUBLE]
    view = file(world)
    assert (view.state, view.failed_at) == ("failing", world.now)
    assert sum("switch file" in alarm for alarm in today(world.house, world.remi).alarms) == 1
    (tmp_path / "moved").rename(repository.path)
    followed(world, repository)
    world.round()
    assert (world.house.troubles, file(world).state, file(world).failure) == ({}, "in_step", "")
    assert file(world).failed_at is not None, "that it failed is still to be seen"


def test_after_a_failure_the_clock_does_not_look_again_at_once(world: World, repository: Repository, tmp_path: Path):
    following = followed(world, repository)
    repository.path.rename(tmp_path / "moved")
    world.round()
    assert not following.is_due
    world.round()
    assert TROUBLE in world.house.troubles, "a round that does not look forgets no trouble"
    following.hurry()
    assert following.is_due


def test_at_the_first_look_nobody_is_paged_for_what_was_there_before(world: World, tmp_path: Path):
    """The newest commit is judged like any other; what keeps it from being acted on is shown, and was no news."""
    repository = a_repository(tmp_path, world.now)
    known(world, repository)
    lapsed = paused(with_off(SUPPORT, MODEL), expires="2026-05-01")
    repository.commit(lapsed, by="ana", at=world.now)
    followed(world, repository)
    for _ in range(3):
        world.round()
        world.clock.advance(timedelta(minutes=2))
    assert lever(world, SUPPORT).switch.thrown_by == "ana"
    assert drift(world) == {MODEL: "refused", NORTHWIND: "unlike"}
    assert (world.entries("switch.file_refused"), world.told("page.switch_file")) == ([], [])


def test_a_house_without_a_policy_follows_nothing_yet(store, tmp_path: Path):
    world = World(store)
    repository = a_repository(tmp_path, world.now)
    followed(world, repository)
    world.round()
    assert world.house.troubles == {}
    with world.store.read() as db:
        assert rows.get(db).version == 0


def test_another_repository_begins_anew(world: World, repository: Repository, tmp_path: Path):
    commit(world, repository, with_off(MODEL), by="ana")
    assert drift(world) == {MODEL: "refused"}
    (tmp_path / "second").mkdir()
    second = a_repository(tmp_path / "second", world.now)
    followed(world, second)
    world.round()
    assert (drift(world), file(world).repository) == ({}, str(second.path))


def test_a_rewritten_history_is_judged_by_its_new_commits(world: World, repository: Repository):
    """The old commits are gone for good; what was judged is not judged again, what is new is."""
    known_before = commit(world, repository, with_off(SUPPORT))
    repository.git("reset", "-q", "--hard", "HEAD~1")
    repository.commit(with_off(MODEL), by="cass", at=world.now, message="Another way")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")
    with pytest.raises(AssertionError):
        repository.git("cat-file", "-e", known_before)
    world.round()
    assert lever(world, MODEL).switch.thrown_by == "cass"
    assert drift(world) == {SUPPORT: "moved"}


def test_a_thrown_lever_is_put_into_no_receipt_twice(world: World, repository: Repository):
    world.adopt()
    commit(world, repository, with_off(SUPPORT))
    frame = levers.lever_frame(world.house, world.remi)
    assert frame.receipt is not None
    assert frame.receipt.number == str(world.table.number)


def test_the_catalog_that_learns_a_key_judges_anew_behind_whom_nobody_stood(world: World, repository: Repository):
    known(world, repository, "ana")
    commit(world, repository, with_off(SUPPORT), by="sol")
    assert drift(world) == {SUPPORT: "unknown"}
    known(world, repository, "sol", "ana")
    world.round()
    assert (lever(world, SUPPORT).switch.thrown_by, drift(world)) == ("sol", {})


def test_an_unknown_commit_that_is_taken_off_the_branch_is_forgotten(world: World, repository: Repository):
    known(world, repository, "ana")
    commit(world, repository, with_off(SUPPORT), by="sol")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    world.round()
    known(world, repository, "sol", "ana")
    world.round()
    assert (lever(world, SUPPORT).switch.thrown, drift(world)) == (False, {})


def test_the_number_alarm_keeps_the_table_back_and_the_lever_is_thrown_all_the_same(
    world: World, repository: Repository
):
    tables.heard(world.house, Number(1, 999), "edge", "edge-1")
    commit(world, repository, with_off(SUPPORT))
    assert lever(world, SUPPORT).switch.thrown
    assert world.entries("switch.thrown", SUPPORT)[0].facts["number"] == ""


def test_a_failure_of_git_is_a_trouble_and_no_traceback(world: World, repository: Repository, caplog, tmp_path: Path):
    repository.path.rename(tmp_path / "moved")
    following = followed(world, repository)
    with pytest.raises(SourceFailed):
        switch_files.follow(world.house)
    for _ in range(2):
        following.hurry()
        world.round()
    told = [record for record in caplog.records if TROUBLE in record.getMessage()]
    assert len(told) == 1
    assert told[0].exc_info is None
