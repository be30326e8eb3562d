"""Is one file committed without touching what somebody works on, however it ends?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.repositories import NEEDS_SSH, SUPPORT, TEXT, Repository, a_repository, with_off

from leverframe.nouns.switch_files import PATH
from leverframe.nouns.verdicts import SourceFailed
from leverframe.sources import git
from leverframe.sources.git import Branch
from leverframe.sources.git_writing import Occupied, land, prepare

pytestmark = NEEDS_SSH
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
AFTER = with_off(SUPPORT)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return a_repository(tmp_path, NOW)


@pytest.fixture
def branch(repository: Repository) -> Branch:
    return Branch(repository.path)


def written(branch: Branch, text: str = AFTER) -> str:
    commit = prepare(branch, git.tip(branch), text, "Say that it is thrown\n\nBecause.\n", NOW)
    land(branch, commit)
    return commit.id


def test_file_index_and_branch_go_on_together(repository: Repository, branch: Branch):
    parent = git.tip(branch)
    repository.write("hello", "README.md")  # staged by somebody, and none of ours
    id = written(branch)
    assert repository.git("rev-parse", "HEAD", "HEAD~1").split() == [id, parent]
    assert (repository.path / PATH).read_text() == AFTER
    assert repository.git("status", "--porcelain") == "A  README.md"
    said = repository.git("show", "--no-patch", "--format=%an <%ae>%n%cn%n%cI%n%B", id).splitlines()
    assert said[:4] == [
        "Leverframe <leverframe@localhost>",
        "Leverframe",
        "2026-05-12T08:00:00+00:00",
        "Say that it is thrown",
    ]
    assert repository.git("diff", "--name-only", parent, id) == PATH


def test_a_bare_repository_is_written_too(repository: Repository, tmp_path: Path):
    repository.git("clone", "-q", "--bare", str(repository.path), str(tmp_path / "bare.git"))
    bare = Branch(tmp_path / "bare.git")
    id = written(bare)
    assert (git.tip(bare), git.text_at(bare, id)) == (id, AFTER)


def test_a_branch_that_is_not_checked_out_is_written_beside_the_one_that_is(repository: Repository, branch: Branch):
    repository.git("switch", "-q", "-c", "aside")
    id = written(branch)
    assert (git.tip(branch), (repository.path / PATH).read_text()) == (id, TEXT)
    assert repository.git("status", "--porcelain") == ""


def test_the_mode_of_the_file_stays(repository: Repository, branch: Branch):
    (repository.path / PATH).chmod(0o755)
    repository.git("add", PATH)
    repository.commit()
    written(branch)
    assert repository.git("ls-tree", "HEAD", PATH).startswith("100755")
    assert repository.git("status", "--porcelain") == ""


def occupied(branch: Branch) -> str:
    with pytest.raises(Occupied) as caught:
        written(branch)
    return str(caught.value)


def test_nobodys_edits_are_written_over(repository: Repository, branch: Branch):
    before, file = git.tip(branch), repository.path / PATH
    file.write_text(TEXT + "# mine\n")
    assert occupied(branch) == "the file in the work tree has edits that are not committed"
    repository.git("add", PATH)
    file.write_text(TEXT)
    assert occupied(branch) == "the file in the work tree has staged edits"
    repository.git("reset", "-q")
    file.unlink()
    assert occupied(branch) == "the file in the work tree is missing"
    file.symlink_to("/etc/hostname")
    assert occupied(branch) == "the file in the work tree is a link"
    assert git.tip(branch) == before


def test_a_folder_that_leads_elsewhere_is_not_followed(repository: Repository, branch: Branch, tmp_path: Path):
    folder = repository.path / "gateway-policies"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert occupied(branch) == "the file in the work tree is a link"
    assert (tmp_path / "elsewhere" / "kill-switches.yaml").read_text() == TEXT


def test_a_branch_that_is_checked_out_elsewhere_would_not_follow(repository: Repository, tmp_path: Path):
    repository.git("switch", "-q", "-c", "aside")
    repository.git("worktree", "add", "-q", str(tmp_path / "second"), "main")
    assert (
        occupied(Branch(repository.path)) == f"the branch is checked out in another work tree, {tmp_path / 'second'}"
    )
    written(Branch(tmp_path / "second"))
    assert (tmp_path / "second" / PATH).read_text() == AFTER


def test_a_branch_that_went_on_meanwhile_is_left_as_it_is(repository: Repository, tmp_path: Path):
    repository.git("clone", "-q", "--bare", str(repository.path), str(tmp_path / "bare.git"))
    bare = Branch(tmp_path / "bare.git")
    commit = prepare(bare, git.tip(bare), AFTER, "Say so\n", NOW)
    repository.commit(TEXT + "# theirs\n")
    repository.git("push", "-q", str(tmp_path / "bare.git"), "main")
    with pytest.raises(SourceFailed):
        land(bare, commit)
    assert git.text_at(bare, git.tip(bare)) == TEXT + "# theirs\n"


@pytest.mark.parametrize("done", [1, 2])
def test_what_ended_half_way_is_gone_on_with(repository: Repository, branch: Branch, done: int):
    """The power failed after the file was written, or after the index was too: the branch has not moved."""
    (repository.path / PATH).write_text(AFTER)
    if done > 1:
        repository.git("add", PATH)
    id = written(branch)
    assert git.tip(branch) == id
    assert repository.git("status", "--porcelain") == ""


def test_no_hook_runs_and_nothing_is_signed(repository: Repository, branch: Branch, tmp_path: Path):
    for hook in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        file = repository.path / ".git" / "hooks" / hook
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\nexit 1\n")
        file.chmod(0o755)
    repository.git("config", "commit.gpgsign", "true")
    assert not git.read_commit(branch, written(branch)).signed
    assert not (tmp_path / "sprung").exists()


def test_a_repository_that_may_not_be_written_is_said_so(repository: Repository, branch: Branch):
    lock = repository.path / ".git" / "index.lock"
    lock.touch()
    with pytest.raises(SourceFailed, match=r"index\.lock"):
        written(branch)
    lock.unlink()
    assert (repository.path / PATH).read_text() == AFTER
    id = written(branch)
    assert git.tip(branch) == id
