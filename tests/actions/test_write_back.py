"""Does the file in git come to say what was done at another door?"""

from __future__ import annotations

import difflib
from datetime import timedelta
from pathlib import Path

import pytest
from tests.repositories import (
    MODEL,
    NEEDS_SSH,
    SUPPORT,
    TEXT,
    Repository,
    a_repository,
    followed,
    known,
    with_off,
)
from tests.world import World

from leverframe.actions import levers
from leverframe.actions.file_views import FileView
from leverframe.nouns.switch_files import PATH

pytestmark = NEEDS_SSH
NORTHWIND = "tenant/northwind"


@pytest.fixture
def repository(world: World, tmp_path: Path) -> Repository:
    """A checkout into which the house writes back."""
    made = a_repository(tmp_path, world.now)
    known(world, made)
    followed(world, made, write_back=True)
    world.round()
    return made


def file(world: World) -> FileView:
    found = levers.lever_frame(world.house, world.remi).file
    assert found is not None
    return found


def rounds(world: World, number: int = 3) -> None:
    """Let the clock look, with the log signed each time: a commit names the entry's number."""
    for _ in range(number):
        world.runner._checkpoint_at = float("-inf")
        world.round()
    assert world.house.troubles == {}


def diff(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_a_throw_at_another_door_is_committed_with_the_least_change(world: World, repository: Repository):
    parent = repository.git("rev-parse", "HEAD")
    world.throw("sol", SUPPORT, "it insults\ncustomers", ticket="INC-7")
    rounds(world)
    assert diff(TEXT, repository.file()) == [
        "-    enabled: true",
        "+    enabled: false",
        '+    reason: "it insults\\ncustomers"',
        '+    ticket: "INC-7"',
    ]
    assert repository.git("rev-parse", "HEAD~1") == parent
    entry = world.entries("switch.thrown", SUPPORT)[0]
    assert repository.git("log", "-1", "--format=%an%n%B").splitlines() == [
        "Leverframe",
        f"Say that {SUPPORT} is thrown",
        "",
        f"{SUPPORT} was thrown by sol on Tue 12 May 2026 09:00 Europe/London: it insults customers",
        f"Audit entry: {entry.leaf}",
    ]
    view = file(world)
    assert (view.state, view.writes_back) == ("in_step", True)
    assert view.commit is not None
    assert view.commit.ours


def test_its_own_commits_move_nothing(world: World, repository: Repository):
    world.at("Wed 11:00")
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    world.clock.advance(timedelta(minutes=1))
    world.set_again("ana", SUPPORT)
    assert world.set_again("remi", SUPPORT).done
    rounds(world)
    assert repository.file() == TEXT
    assert [len(world.entries(act, SUPPORT)) for act in ("switch.thrown", "switch.set", "switch.set_asked")] == [
        1,
        1,
        0,
    ]
    assert repository.git("rev-list", "--count", "main") == "3"


def test_what_was_done_to_several_is_one_commit(world: World, repository: Repository):
    world.throw("sol", SUPPORT, "it insults customers")
    world.throw("cass", MODEL, "it is slow")
    world.throw("sol", NORTHWIND, "they asked", ticket="SUP-1")
    rounds(world)
    assert repository.git("log", "-1", "--format=%s") == "Say how 3 switches stand"
    said = repository.git("log", "-1", "--format=%b")
    for part in (f"{SUPPORT} was thrown by sol", f"{MODEL} was thrown by cass", f"{NORTHWIND} was thrown by sol"):
        assert part in said
    assert 'northwind:\n    ai_disabled: true\n    reason: "they asked"\n    ticket: "SUP-1"\n' in repository.file()
    assert file(world).state == "in_step"


def test_a_commit_by_somebody_is_not_written_over(world: World, repository: Repository):
    """What a commit asks and waits for is what its author wrote: a request, and a kill that was refused."""
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    off = repository.file()
    repository.commit(TEXT, by="ana", at=world.now, message="The prompt is mended")
    rounds(world)
    assert repository.git("log", "-1", "--format=%s") == "The prompt is mended"
    assert [row.drift.value for row in file(world).drift] == ["asked"]
    repository.commit(with_off(MODEL), by="ana", at=world.now)
    rounds(world)
    assert [row.drift.value for row in file(world).drift] == ["asked", "refused"]
    world.throw("sol", SUPPORT, "it is not mended")
    rounds(world)
    assert diff(off, repository.file()) == [
        '-    reason: "it insults customers"',
        '+    reason: "it is not mended"',
        "-    disabled: false",
        "+    disabled: true",
    ], "the lever was moved after it was asked for, and the model's line is still ana's"
    assert [row.drift.value for row in file(world).drift] == ["refused"]


def test_a_file_that_somebody_edits_is_left_alone_and_that_is_said(world: World, repository: Repository):
    work = repository.path / PATH
    work.write_text(TEXT + "# mine\n")
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    assert work.read_text() == TEXT + "# mine\n"
    view = file(world)
    assert view.kept == "the file in the work tree has edits that are not committed"
    assert view.kept in view.drift[0].because
    version = _version(world)
    rounds(world, 5)
    assert _version(world) == version, "what is the same is not written down again"
    work.write_text(TEXT)
    rounds(world)
    assert (file(world).kept, file(world).state) == ("", "in_step")
    assert "enabled: false" in repository.file()


def _version(world: World) -> int:
    from leverframe.store import switch_files

    with world.store.read() as db:
        return switch_files.get(db).version


def test_a_commit_waits_for_the_number_of_the_entry_that_it_names(world: World, repository: Repository):
    rounds(world)
    world.throw("sol", SUPPORT, "it insults customers")
    world.runner._checkpoint_at = float("inf")
    world.round()
    assert repository.file() == TEXT
    rounds(world)
    assert "Audit entry: " in repository.git("log", "-1", "--format=%b")


def test_nothing_is_written_into_a_file_that_cannot_be_read(world: World, repository: Repository):
    repository.commit("surprise: true\n", by="ana", at=world.now)
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    assert repository.file() == "surprise: true\n"
    repository.commit(TEXT, by="ana", at=world.now)
    rounds(world)
    assert "enabled: false" in repository.file()


def test_what_cannot_be_written_with_the_least_change_is_said(world: World, repository: Repository):
    """An anchor that two levers share: a change of one would be a change of the other."""
    shared = TEXT.replace(
        "  policy-search-v1:\n    enabled: true\n    fallback: keyword-search-v3\n",
        "  policy-search-v1: &plain\n    enabled: true\n    fallback: keyword-search-v3\n",
    ).replace(
        "  meeting-notes:\n    enabled: true\n    fallback: plain-transcript\n    exercised_on: 2026-04-14\n",
        "  meeting-notes: *plain\n",
    )
    repository.commit(shared, by="ana", at=world.now)
    rounds(world)
    world.throw("sol", "feature/policy-search-v1", "it finds nothing")
    rounds(world)
    assert repository.file() == shared
    assert file(world).kept.startswith(
        "feature/meeting-notes cannot be written without a change to what stands around"
    )


def test_without_the_option_nothing_is_ever_written(world: World, repository: Repository):
    followed(world, repository)
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    assert repository.file() == TEXT
    assert file(world).drift[0].drift.value == "moved"


def test_a_branch_that_is_put_back_is_written_again(world: World, repository: Repository):
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    repository.git("reset", "-q", "--hard", "HEAD~1")
    rounds(world)
    assert "enabled: false" in repository.file()
    assert len(world.entries("switch.thrown", SUPPORT)) == 1


def test_a_bare_repository_is_written_back_too(world: World, repository: Repository, tmp_path: Path):
    bare = tmp_path / "bare.git"
    repository.git("clone", "-q", "--bare", str(repository.path), str(bare))
    beside = Repository(bare, repository.keys, world.now)
    followed(world, beside, write_back=True)
    rounds(world)
    world.throw("sol", SUPPORT, "it insults customers")
    rounds(world)
    assert "enabled: false" in beside.file()
    assert file(world).state == "in_step"
