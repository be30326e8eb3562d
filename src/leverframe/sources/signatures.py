"""Whose key has signed a commit?

git verifies, with `ssh-keygen` or `gpg`; a signature counts only where its key is one of those that are told, so that
neither gpg's trust nor a file of allowed signers on this machine says who somebody is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leverframe.rules.signing_keys import fingerprint, is_ssh
from leverframe.sources.git import Branch, run

GOOD, GOOD_OF_UNKNOWN_TRUST, BAD, NONE = "G", "U", "B", "N"
SAID = {
    BAD: "its signature is bad: the commit is not what was signed",
    "X": "its signature has expired",
    "Y": "its key has expired",
    "R": "its key was revoked",
    "E": "its signature cannot be checked here: gpg does not have the key",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature is worth: the person whose key made it and the key, or why it counts for nobody.

    `is_bad` says that the commit was altered after it was signed: then nobody else may stand behind it either.
    """

    person: str = ""
    key: str = ""
    because: str = ""
    is_bad: bool = False


def who_signed(branch: Branch, commit: str, keys: Mapping[str, str]) -> Signature:
    """Verify a commit's signature against people's keys (key to person); raises SourceFailed."""
    people = {fingerprint(key): person for key, person in keys.items()}
    with tempfile.TemporaryDirectory(prefix="leverframe-") as folder:
        allowed = Path(folder) / "allowed_signers"
        allowed.write_text("".join(f'somebody namespaces="git" {key}\n' for key in keys if is_ssh(key)), "utf-8")
        config = {"gpg.ssh.allowedSignersFile": str(allowed)}
        asked = ("log", "-1", "--no-show-signature", "--format=%G?%n%GF%n%GP", commit, "--")
        worth, key, primary, *_ = [*run(branch, *asked, config=config).line.splitlines(), "", "", ""]
    return _judged(worth.strip(), key.strip(), primary.strip(), people)


def _judged(worth: str, key: str, primary: str, people: Mapping[str, str]) -> Signature:
    if worth == NONE:
        return Signature(because="its signature cannot be checked here; ssh-keygen and gpg are asked")
    if worth not in (GOOD, GOOD_OF_UNKNOWN_TRUST):
        return Signature(because=SAID.get(worth, "its signature cannot be checked"), is_bad=worth == BAD)
    known = next((each for each in (key, primary) if each in people), "")
    if not known:
        return Signature(because=f"the key that signed it, {key or 'which has no name'}, is nobody's in the catalog")
    return Signature(people[known], known)
