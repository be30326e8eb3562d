"""Is a branch read as it stands, and nothing run that somebody else has put there?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.repositories import NEEDS_SSH, SUPPORT, TEXT, Repository, a_repository, with_off

from leverframe.nouns.switch_files import PATH
from leverframe.nouns.verdicts import Invalid, SourceFailed
from leverframe.sources import git
from leverframe.sources.git import Branch

pytestmark = NEEDS_SSH
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return a_repository(tmp_path, NOW)


@pytest.fixture
def branch(repository: Repository) -> Branch:
    return Branch(repository.path)


def test_the_newest_commit_its_file_and_what_it_says_of_itself(repository: Repository, branch: Branch):
    id = repository.commit(with_off(SUPPORT), by="sol", message="Stop support\n\nIt insults customers.")
    assert git.tip(branch) == id
    assert git.text_at(branch, id) == with_off(SUPPORT)
    said = git.read_commit(branch, id)
    assert (said.author, said.subject, said.made_at, said.signed) == ("Somebody", "Stop support", NOW, True)
    assert git.text_at(branch, said.parent) == TEXT
    assert not git.read_commit(branch, said.parent).signed


def test_a_bare_repository_is_read_as_a_checkout_is(repository: Repository, tmp_path: Path):
    repository.git("clone", "-q", "--bare", str(repository.path), str(tmp_path / "bare.git"))
    assert git.tip(Branch(tmp_path / "bare.git")) == git.tip(Branch(repository.path))


def test_only_commits_that_changed_the_file_are_changes_and_a_merge_is_one(repository: Repository, branch: Branch):
    first = git.tip(branch)
    repository.write("hello", "README.md")
    repository.commit(message="Say hello")
    repository.git("switch", "-q", "-c", "aside")
    aside = repository.commit(with_off(SUPPORT), message="Stop support, on a branch of its own")
    repository.git("switch", "-q", "main")
    repository.git("-c", "commit.gpgsign=false", "merge", "-q", "--no-ff", "-m", "Merge it", "aside")
    merge = git.tip(branch)
    assert aside not in git.changes(branch, merge)
    assert git.changes(branch, merge) == (first, merge)
    assert git.changes(branch, merge, first) == (merge,)
    assert git.changes(branch, first, merge) == ()
    assert git.changes(branch, merge, most=1) == (merge,)
    assert (git.leads_to(branch, first, merge), git.leads_to(branch, merge, first)) == (True, False)
    assert (git.has(branch, merge), git.has(branch, "ab" * 20)) == (True, False)
    assert git.leads_to(branch, "ab" * 20, merge) is False


def silent(act: Callable[[], object], *words: str) -> None:
    with pytest.raises(SourceFailed) as caught:
        act()
    for word in words:
        assert word in str(caught.value)


def test_what_is_not_there_is_said_with_its_remedy(repository: Repository, tmp_path: Path):
    silent(lambda: git.tip(Branch(tmp_path / "nowhere")), "there is no folder", "--switch-repo")
    (tmp_path / "plain").mkdir()
    silent(lambda: git.tip(Branch(tmp_path / "plain")), "is no git repository", "--switch-repo")
    silent(lambda: git.tip(Branch(repository.path, "release")), "has no branch release", "--switch-branch")
    (repository.path / "within").mkdir()
    silent(lambda: git.tip(Branch(repository.path / "within")), "is no git repository")


def test_without_git_it_is_said_so(branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    silent(lambda: git.tip(branch), "there is no git on this machine", "install it")


def test_a_git_that_does_not_answer_is_ended_with_all_that_it_has_started(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    began = time.monotonic()
    silent(lambda: git.run(branch, "status", seconds=1.0), "did not answer in 1 s")
    assert time.monotonic() - began < 20
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    until = time.monotonic() + 10
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() < until, "what it had started runs on"


def test_a_part_of_a_history_is_refused_because_nobody_can_tell_what_is_new(repository: Repository, tmp_path: Path):
    repository.commit(with_off(SUPPORT))
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.path}", str(tmp_path / "shallow"))
    git.refuse_shallow(Branch(repository.path))
    silent(lambda: git.refuse_shallow(Branch(tmp_path / "shallow")), "git fetch --unshallow")


def faults(act: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        act()
    return [(fault.place, fault.because) for fault in caught.value.faults]


def test_a_file_that_cannot_be_text_is_told_its_fault(repository: Repository, branch: Branch):
    def told(id: str) -> tuple[str, str]:
        return faults(lambda: git.text_at(branch, id))[0]

    file = repository.path / PATH
    file.write_bytes(b"ok: 1\nname: \xff\xfe\n")
    repository.git("add", PATH)
    assert told(repository.commit()) == (f"{PATH}:2", "the file is not UTF-8 text")
    file.write_text("x" * (git.MOST_BYTES + 1))
    repository.git("add", PATH)
    assert "1,000,001 bytes" in told(repository.commit())[1]
    file.unlink()
    file.symlink_to("/etc/hostname")
    repository.git("add", PATH)
    assert told(repository.commit()) == (PATH, "main has no such file")
    repository.git("rm", "-q", "--cached", PATH)
    assert told(repository.commit()) == (PATH, "main has no such file")


@pytest.mark.parametrize(
    "name", ["", "-x", "a..b", "a b", "a~1", "a:b", "a.lock", ".a", "a//b", "@", "a@{1}", "a\nb"]
)
def test_what_is_no_branchs_name_is_refused_before_git_is_asked(name: str):
    assert [fault.place for fault in git.faults_of(Branch(Path("/x"), name))] == ["--switch-branch"]


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "./a", "a//b", ".git/config", "a\nb"])
def test_what_is_no_file_of_a_repository_is_refused_before_git_is_asked(path: str):
    assert [fault.place for fault in git.faults_of(Branch(Path("/x"), "main", path))] == ["--switch-path"]


@pytest.mark.parametrize("name", ["main", "release/2026", "v1.2", "feature-x"])
def test_an_ordinary_branch_is_none(name: str):
    assert git.faults_of(Branch(Path("/x"), name)) == ()


def test_a_path_with_wildcards_means_itself(repository: Repository):
    repository.write(TEXT, "odd/*.yaml")
    id = repository.commit()
    assert git.text_at(Branch(repository.path, path="odd/*.yaml"), id) == TEXT
    assert faults(lambda: git.text_at(Branch(repository.path, path="gateway-policies/*.yaml"), id))


def test_no_program_that_the_repository_names_is_run(repository: Repository, branch: Branch, tmp_path: Path):
    """Who may write into the repository's folder may not run anything as the server."""
    id = repository.commit(with_off(SUPPORT), by="sol")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\nexit 1\n")
    trap.chmod(0o755)
    names = ("core.fsmonitor", "gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.x509.program")
    for name in (*names, "core.pager", "diff.external", "core.sshCommand"):
        repository.git("config", name, str(trap))
    for hook in ("post-index-change", "reference-transaction", "pre-commit", "post-commit"):
        (repository.path / ".git" / "hooks" / hook).write_text(trap.read_text())
        (repository.path / ".git" / "hooks" / hook).chmod(0o755)
    assert git.tip(branch) == id
    git.text_at(branch, id)
    git.changes(branch, id)
    git.run(branch, "log", "-1", "--format=%G?", id)
    git.run(branch, "update-ref", "refs/heads/other", id)
    assert not (tmp_path / "sprung").exists()


def test_no_object_takes_the_place_of_another(repository: Repository, branch: Branch):
    """A replace ref is pushed like any other: it must not make a signed commit say something else."""
    signed = repository.commit(TEXT, by="sol")
    false = repository.commit(with_off(SUPPORT))
    repository.git("reset", "-q", "--hard", signed)
    repository.git("replace", signed, false)
    assert "enabled: false" in repository.git("show", f"{signed}:{PATH}"), "git itself would be led astray"
    assert git.text_at(branch, signed) == TEXT


def test_a_date_that_is_none_is_as_old_as_can_be(repository: Repository, branch: Branch):
    raw = repository.git("cat-file", "commit", "HEAD")
    moment = str(int((NOW - timedelta(days=30)).timestamp()))
    given = raw.replace(moment, "9" * 30) + "\n"
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=given)
    assert git.read_commit(branch, made).made_at.year == 1970
