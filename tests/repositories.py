"""What does a test need of git: a repository with the switch file, people's keys, commits of any date?

Everything is real: the `git` command, its objects, SSH signatures by `ssh-keygen`, OpenPGP ones by `gpg`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.world import ACME, World

from leverframe.actions.following import Following
from leverframe.nouns.switch_files import PATH
from leverframe.rules.signing_keys import read_key
from leverframe.sources.git import Branch

NEEDS_GIT = pytest.mark.skipif(not shutil.which("git"), reason="there is no git on this machine")
NEEDS_SSH = pytest.mark.skipif(
    not (shutil.which("git") and shutil.which("ssh-keygen")), reason="there is no git, or no ssh-keygen, here"
)
TEXT = (ACME / PATH).read_text("utf-8")
SUPPORT, MODEL, TENANT = (
    "feature/customer-support-ai",
    "model/openai.gpt-4o-2024-11",
    "tenant/enterprise-tenant-12891",
)
OFF = {
    SUPPORT: ("  customer-support-ai:\n    enabled: true", "  customer-support-ai:\n    enabled: false"),
    MODEL: (
        "openai.gpt-4o-2024-11\n    disabled: false",
        "openai.gpt-4o-2024-11\n    disabled: true",
    ),
}


def with_off(*switches: str, text: str = TEXT) -> str:
    """Return the example's switch file with some levers thrown."""
    for switch in switches:
        before, after = OFF[switch]
        assert text.count(before) == 1, switch
        text = text.replace(before, after)
    return text


@dataclass(slots=True)
class Repository:
    """A repository in a folder of its own: a checkout, or bare with a checkout of its own beside it."""

    path: Path
    keys: Path
    now: datetime
    _made: int = field(default=0)

    def git(self, *arguments: str, at: datetime | None = None, given: str | None = None, **variables: str) -> str:
        """Run git as somebody who works here."""
        moment = (at or self.now).isoformat()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.keys),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "Somebody",
            "GIT_AUTHOR_EMAIL": "somebody@acme.example",
            "GIT_COMMITTER_NAME": "Somebody",
            "GIT_COMMITTER_EMAIL": "somebody@acme.example",
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
            **variables,
        }
        ran = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def write(self, text: str, path: str = PATH) -> None:
        """Write a file into the work tree, and stage it."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        self.git("add", path)

    def commit(self, text: str | None = None, *, by: str = "", message: str = "", at: datetime | None = None) -> str:
        """Commit the switch file as it shall be; signed with a person's key where one is named. Return its id."""
        if text is not None:
            self.write(text)
        self._made += 1
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={private_key(self.keys, by)}") if by else ()
        signed = ("-S",) if by else ("--no-gpg-sign",)
        self.git(*signing, "commit", "--allow-empty", *signed, "-m", message or f"change {self._made}", at=at)
        return self.git("rev-parse", "HEAD")

    def file(self, path: str = PATH) -> str:
        """Return the file as the branch's newest commit has it."""
        return self.git("show", f"main:{path}") + "\n"


def private_key(folder: Path, name: str) -> Path:
    """Return a person's private key, made at the first asking."""
    file = folder / name
    if not file.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@acme.example", "-f", str(file)]
        subprocess.run(command, check=True)
    return file


def public_key(folder: Path, name: str) -> str:
    """Return a person's public key as their file has it."""
    private_key(folder, name)
    return (folder / f"{name}.pub").read_text()


def a_repository(folder: Path, now: datetime, *, text: str = TEXT) -> Repository:
    """Make a checkout whose first commit has the switch file."""
    path, keys = folder / "policies", folder / "keys"
    path.mkdir()
    keys.mkdir()
    repository = Repository(path, keys, now)
    repository.git("init", "-q", "-b", "main")
    repository.commit(text, message="Name the switches", at=now - timedelta(days=30))
    return repository


SIGNERS = ("sol", "ana", "cass", "sam")


def known(world: World, repository: Repository, *signers: str) -> None:
    """Let the catalog know people's keys, and what the git host calls them: `sol-git` is sol."""
    people = {
        name: replace(
            person,
            git_login=f"{name}-git",
            signing_keys=(read_key(public_key(repository.keys, name)),) if name in (signers or SIGNERS) else (),
        )
        for name, person in world.policy.catalog.people.items()
    }
    catalog = replace(world.policy.catalog, people=people)
    world.enforce(replace(world.policy, catalog=catalog, digest=f"{world.policy.digest} with keys"))


def followed(world: World, repository: Repository, *, write_back: bool = False, branch: str = "main") -> Following:
    """Let a world's house follow the repository, and look at each round."""
    following = Following(Branch(repository.path, branch), write_back, every_seconds=0.0)
    world.house.following = following
    return following
