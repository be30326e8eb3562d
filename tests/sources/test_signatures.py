"""Whose signature counts, and whose does not?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.repositories import NEEDS_SSH, SUPPORT, Repository, a_repository, public_key, with_off

from leverframe.rules.signing_keys import fingerprint, read_key
from leverframe.sources.git import Branch
from leverframe.sources.signatures import who_signed

pytestmark = NEEDS_SSH
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return a_repository(tmp_path, NOW)


@pytest.fixture
def branch(repository: Repository) -> Branch:
    return Branch(repository.path)


def key_of(repository: Repository, name: str) -> str:
    return read_key(public_key(repository.keys, name))


def test_a_good_signature_names_the_person_whose_key_it_is(repository: Repository, branch: Branch):
    keys = {key_of(repository, name): name for name in ("sol", "ana")}
    for name in ("sol", "ana"):
        signed = who_signed(branch, repository.commit(by=name), keys)
        assert (signed.person, signed.key, signed.because) == (name, fingerprint(key_of(repository, name)), "")


def test_a_key_that_the_catalog_gives_to_nobody_counts_for_nobody(repository: Repository, branch: Branch):
    id = repository.commit(by="mallory")
    for keys in ({}, {key_of(repository, "sol"): "sol"}):
        signed = who_signed(branch, id, keys)
        assert (signed.person, signed.is_bad) == ("", False)
        assert fingerprint(key_of(repository, "mallory")) in signed.because


def test_a_commit_that_is_not_what_was_signed_is_bad(repository: Repository, branch: Branch):
    id = repository.commit(with_off(SUPPORT), by="sol", message="Stop support")
    raw = repository.git("cat-file", "commit", id)
    tampered = repository.git(
        "hash-object", "-t", "commit", "-w", "--stdin", given=raw.replace("Stop", "Stay") + "\n"
    )
    signed = who_signed(branch, tampered, {key_of(repository, "sol"): "sol"})
    assert (signed.person, signed.is_bad) == ("", True)
    assert "not what was signed" in signed.because


def test_an_unsigned_commit_is_signed_by_nobody(repository: Repository, branch: Branch):
    signed = who_signed(branch, repository.commit(), {key_of(repository, "sol"): "sol"})
    assert (signed.person, signed.is_bad) == ("", False)


def test_a_file_of_allowed_signers_in_the_repository_says_nothing(
    repository: Repository, branch: Branch, tmp_path: Path
):
    allowed = tmp_path / "theirs"
    allowed.write_text(f"* {key_of(repository, 'mallory')}\n")
    repository.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    assert who_signed(branch, repository.commit(by="mallory"), {key_of(repository, "sol"): "sol"}).person == ""


@pytest.fixture
def gpg(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A keyring of its own with one key; its fingerprint."""
    if not shutil.which("gpg"):
        pytest.skip("there is no gpg on this machine")
    home = tempfile.mkdtemp(prefix="lfg-")  # short: the agent's socket has a length
    monkeypatch.setenv("GNUPGHOME", home)
    command = ["gpg", "--batch", "-q", "--passphrase", "", "--faked-system-time", "20260101T000000"]
    command += ["--quick-gen-key", "Remi <remi@acme.example>", "ed25519", "sign", "never"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"gpg makes no key here: {made.stderr}")
    listed = subprocess.run(["gpg", "--list-keys", "--with-colons"], capture_output=True, text=True, check=True)
    yield next(line.split(":")[9] for line in listed.stdout.splitlines() if line.startswith("fpr"))
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_an_openpgp_key_counts_by_its_fingerprint(repository: Repository, branch: Branch, gpg: str):
    repository.write(with_off(SUPPORT))
    home = {"GNUPGHOME": os.environ["GNUPGHOME"]}
    repository.git("-c", f"user.signingkey={gpg}", "commit", "-q", "-S", "-m", "Stop support", **home)
    id = repository.git("rev-parse", "HEAD")
    signed = who_signed(branch, id, {gpg: "remi"})
    assert (signed.person, signed.key) == ("remi", gpg)
    assert who_signed(branch, id, {"A" * 40: "remi"}).person == ""
