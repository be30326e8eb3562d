"""What stands on one branch of a repository on this machine?

Everything is asked of the `git` command, in an environment of its own: no hook runs, nor a program that the
repository's configuration names, nothing is fetched, no object is replaced by another, and what takes too long is
ended whole.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leverframe.nouns.switch_files import PATH
from leverframe.nouns.verdicts import Fault, Invalid, SourceFailed

TIMEOUT_SECONDS = 10.0
WHOLE_HISTORY_SECONDS = 60.0
MOST_BYTES = 1_000_000
PLAIN_FILES = ("100644", "100755")
KEPT_VARIABLES = ("PATH", "HOME", "USER", "LOGNAME", "GNUPGHOME", "TMPDIR", "SYSTEMROOT")
_NO_FILE = os.devnull
_OURS = {
    "safe.directory": "*",
    "core.hooksPath": _NO_FILE,
    "core.attributesFile": _NO_FILE,
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "false",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.ssh.revocationFile": "",
    "log.showSignature": "false",
    "protocol.allow": "never",
}
"""What stands before the repository's own configuration: who names it with `--switch-repo` trusts the repository."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One file on one branch of a repository: a checkout or a bare one."""

    repository: Path
    name: str = "main"
    path: str = PATH

    @property
    def ref(self) -> str:
        """Return the branch's whole name."""
        return f"refs/heads/{self.name}"


@dataclass(frozen=True, slots=True)
class RawCommit:
    """One commit as it stands in the repository; `signed` says that it carries a signature, good or not."""

    id: str
    parent: str
    made_at: datetime
    author: str
    subject: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """How one git command ended, and what it said."""

    code: int
    out: bytes
    error: str

    @property
    def line(self) -> str:
        """Return its one line."""
        return self.out.decode("utf-8", "replace").strip()


def is_commit(text: str) -> bool:
    """Say whether a text is the whole id of a commit."""
    return bool(re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text))


def faults_of(branch: Branch) -> tuple[Fault, ...]:
    """Return what cannot be meant by a branch's settings; the repository itself is looked at later."""
    faults = []
    if not _is_branch_name(branch.name):
        faults.append(Fault("--switch-branch", f"`{branch.name}` is no branch's name", "write it as main"))
    parts = branch.path.split("/")
    if (
        not branch.path
        or any(part in ("", ".", "..", ".git") for part in parts)
        or re.search(r"[\0\r\n]", branch.path)
    ):
        faults.append(Fault("--switch-path", f"`{branch.path}` is no file of a repository", f"write it as {PATH}"))
    return tuple(faults)


def _is_branch_name(name: str) -> bool:
    """Say whether git would take it as a branch's name (git-check-ref-format, told in short)."""
    parts = name.split("/")
    odd = re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{", name)
    return not (odd or name.startswith("-") or name == "@") and all(
        part and not part.startswith(".") and not part.endswith((".", ".lock")) for part in parts
    )


def tip(branch: Branch) -> str:
    """Return the newest commit of the branch; raises SourceFailed."""
    found = run(branch, "rev-parse", "--verify", "--quiet", f"{branch.ref}^{{commit}}", also=(1, 128))
    if found.code == 0 and is_commit(found.line):
        return found.line
    run(branch, "rev-parse", "--git-dir")
    said = f"the repository {branch.repository} has no branch {branch.name}; name one with --switch-branch"
    raise SourceFailed(said, permanent=False)


def refuse_shallow(branch: Branch) -> None:
    """Raise SourceFailed where the repository holds only the end of its history: nobody could tell what is new."""
    if run(branch, "rev-parse", "--is-shallow-repository").line == "true":
        said = f"the repository {branch.repository} holds a part of its history only; git fetch --unshallow mends it"
        raise SourceFailed(said, permanent=False)


def changes(branch: Branch, until: str, since: str = "", *, most: int = 0) -> tuple[str, ...]:
    """Return the commits of the branch that changed the file, the oldest first: those that `since` does not have.

    Of a merge only what it brought to the branch counts, as one change. With `most`, so many of the newest.
    """
    limit = [f"--max-count={most}"] if most else []
    reach = f"{since}..{until}" if since else until
    seconds = TIMEOUT_SECONDS if since else WHOLE_HISTORY_SECONDS
    found = run(branch, "rev-list", "--first-parent", *limit, reach, "--", branch.path, seconds=seconds)
    return tuple(reversed(found.out.decode("ascii", "replace").split()))


def has(branch: Branch, commit: str) -> bool:
    """Say whether the repository (still) has a commit."""
    return run(branch, "cat-file", "-e", f"{commit}^{{commit}}", also=(1, 128)).code == 0


def leads_to(branch: Branch, earlier: str, later: str) -> bool:
    """Say whether a commit is in the history of another, or the same."""
    return run(branch, "merge-base", "--is-ancestor", earlier, later, also=(1, 128)).code == 0


def read_commit(branch: Branch, commit: str) -> RawCommit:
    """Return what a commit says of itself."""
    head, _, message = run(branch, "cat-file", "commit", commit).out.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n") if not line.startswith(" ")]
    said = {name: value for name, _, value in reversed(lines)}
    subject = next((line for line in message.splitlines() if line.strip()), "")
    return RawCommit(
        id=commit,
        parent=said.get("parent", ""),
        made_at=_moment(said.get("committer", "")),
        author=_plain(said.get("author", "").partition(" <")[0], 100),
        subject=_plain(subject, 200),
        signed="gpgsig" in said or "gpgsig-sha256" in said,
    )


def _moment(committer: str) -> datetime:
    """Read `Sol <sol@acme.example> 1778571120 +0100`; what cannot be read is as old as can be."""
    try:
        return datetime.fromtimestamp(int(committer.split()[-2]), UTC)
    except (ValueError, IndexError, OverflowError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def _plain(text: str, most: int) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:most]


@dataclass(frozen=True, slots=True)
class Blob:
    """The file as a commit has it: its object, its mode."""

    id: str
    mode: str


def blob_at(branch: Branch, commit: str) -> Blob | None:
    """Return the file's object at a commit; None where the commit has none, or what is no plain file."""
    found = run(branch, "ls-tree", "-z", "--full-tree", commit, "--", branch.path)
    entry = found.out.decode("utf-8", "replace").partition("\0")[0]
    mode, _, rest = entry.partition(" ")
    return Blob(rest.split()[1], mode) if mode in PLAIN_FILES else None


def text_at(branch: Branch, commit: str) -> str:
    """Return the file at a commit; raises Invalid where there is none that could be read as text."""
    blob = blob_at(branch, commit)
    if blob is None:
        because = f"{branch.name} has no such file"
        raise Invalid([Fault(branch.path, because, "commit it, or name another with --switch-path")])
    size = int(run(branch, "cat-file", "-s", blob.id).line or 0)
    if size > MOST_BYTES:
        because = f"the file has {size:,} bytes, more than the {MOST_BYTES:,} that are read"
        raise Invalid([Fault(branch.path, because, "take out what is no switch of yours")])
    try:
        return bytes_of(branch, blob).decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise Invalid([Fault(f"{branch.path}:{line}", "the file is not UTF-8 text", "save it as UTF-8")]) from None


def bytes_of(branch: Branch, blob: Blob) -> bytes:
    """Return an object's bytes."""
    return run(branch, "cat-file", "blob", blob.id).out


def run(
    branch: Branch,
    *arguments: str,
    also: Collection[int] = (),
    config: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    given: bytes = b"",
    seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """Run one git command in the repository; raises SourceFailed unless it ends well, or with a code of `also`."""
    if not branch.repository.is_dir():
        said = f"there is no folder {branch.repository}; name the repository with --switch-repo"
        raise SourceFailed(said, permanent=False)
    named = [word for name, value in (_OURS | dict(config or {})).items() for word in ("-c", f"{name}={value}")]
    command = ["git", "-C", str(branch.repository), "--literal-pathspecs", "--no-pager", *named, *arguments]
    answer = _ended(command, _environment(branch) | dict(variables or {}), given, seconds)
    if answer.code and answer.code not in also:
        raise SourceFailed(_said(branch, arguments[0], answer), permanent=False)
    return answer


def _environment(branch: Branch) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": _NO_FILE,
        "GIT_CEILING_DIRECTORIES": str(branch.repository.resolve().parent),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
    }


def _ended(command: list[str], environment: Mapping[str, str], given: bytes, seconds: float) -> Answer:
    """Run a command to its end; what it has started ends with it where that takes too long."""
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environment), start_new_session=True
        )
    except FileNotFoundError:
        said = "there is no git on this machine; install it, or start without --switch-repo"
        raise SourceFailed(said, permanent=False) from None
    try:
        out, error = process.communicate(given, seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        said = f"git did not answer in {seconds:g} s; look at the disk that the repository is on"
        raise SourceFailed(said, permanent=False) from None
    return Answer(process.returncode, out, error.decode("utf-8", "replace").strip())


def _said(branch: Branch, verb: str, answer: Answer) -> str:
    """Say what went wrong in our words where we know it, else in git's."""
    if "not a git repository" in answer.error:
        return f"{branch.repository} is no git repository; name one with --switch-repo"
    lines = [line for line in answer.error.splitlines() if line.startswith(("fatal: ", "error: "))]
    told = (lines or answer.error.splitlines() or [f"it ended with {answer.code}"])[0]
    return f"git {verb} in {branch.repository} failed ({told.rstrip('.')}); look at that repository"
