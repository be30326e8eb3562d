"""How is one file committed on a branch, whatever stands beside it?

By git's plumbing: the objects are made aside, and the branch moves only from the commit that was looked at. Where the
branch is checked out, its file and the index follow, but only where nobody works on that file there. Each step may be
the last one before the power fails: what is found half done is gone on with.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leverframe.nouns.verdicts import SourceFailed
from leverframe.sources.git import Blob, Branch, blob_at, bytes_of, run

AUTHOR, EMAIL = "Leverframe", "leverframe@localhost"


class Occupied(Exception):
    """Somebody works on the file where the branch is checked out; says what they have there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commit that is made and stands on no branch yet."""

    id: str
    parent: str
    before: Blob
    after: Blob
    text: bytes


def prepare(branch: Branch, parent: str, text: str, message: str, at: datetime) -> Prepared:
    """Make the commit that changes the file on top of `parent`; raises Occupied, SourceFailed."""
    before = blob_at(branch, parent)
    if before is None:
        raise SourceFailed(f"{branch.name} has no {branch.path} any more", permanent=False)
    content = text.encode()
    after = Blob(run(branch, "hash-object", "-w", "--stdin", given=content).line, before.mode)
    _refuse_occupied(branch, before, after)
    with tempfile.TemporaryDirectory(prefix="leverframe-") as folder:
        aside = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        run(branch, "read-tree", parent, variables=aside)
        run(branch, "update-index", "--add", "--cacheinfo", _entry(branch, after), variables=aside)
        tree = run(branch, "write-tree", variables=aside).line
    made = run(branch, "commit-tree", tree, "-p", parent, variables=_author(at), given=message.encode()).line
    return Prepared(made, parent, before, after, content)


def land(branch: Branch, commit: Prepared) -> None:
    """Let the branch go on to a prepared commit: file, index, branch; raises Occupied, SourceFailed."""
    file = _checked_out(branch)
    if file is not None:
        _refuse_occupied(branch, commit.before, commit.after)
        _write(file, commit.text, executable=commit.after.mode == "100755")
        run(branch, "update-index", "--add", "--cacheinfo", _entry(branch, commit.after))
    run(branch, "update-ref", "-m", "leverframe: write back", branch.ref, commit.id, commit.parent)


def _entry(branch: Branch, blob: Blob) -> str:
    return f"{blob.mode},{blob.id},{branch.path}"


def _author(at: datetime) -> dict[str, str]:
    moment = f"{int(at.timestamp())} +0000"
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", AUTHOR), ("EMAIL", EMAIL), ("DATE", moment))
    }


def _checked_out(branch: Branch) -> Path | None:
    """Return where the file lies in the checkout; None in a bare repository, and where another branch is out."""
    if run(branch, "rev-parse", "--is-bare-repository").line == "true":
        return None
    if run(branch, "symbolic-ref", "--quiet", "HEAD", also=(1, 128)).line != branch.ref:
        return None
    return Path(run(branch, "rev-parse", "--show-toplevel").line) / branch.path


def _refuse_occupied(branch: Branch, before: Blob, after: Blob) -> None:
    """Raise Occupied where file or index hold something else than what is committed, or what is about to be."""
    file = _checked_out(branch)
    if file is None:
        _refuse_elsewhere(branch)
        return
    if file.is_symlink() or not file.resolve().is_relative_to(branch.repository.resolve()):
        raise Occupied("the file in the work tree is a link")
    known = {bytes_of(branch, blob) for blob in (before, after)}
    try:
        held = file.read_bytes()
    except OSError:
        raise Occupied("the file in the work tree is missing") from None
    if held not in known:
        raise Occupied("the file in the work tree has edits that are not committed")
    staged = run(branch, "ls-files", "-s", "-z", "--", branch.path).out.decode("utf-8", "replace").split("\0")
    if [line.split()[1:3] for line in staged if line] not in ([[before.id, "0"]], [[after.id, "0"]]):
        raise Occupied("the file in the work tree has staged edits")


def _refuse_elsewhere(branch: Branch) -> None:
    """Raise Occupied where another work tree of the repository has the branch: it would not follow."""
    listed = run(branch, "worktree", "list", "--porcelain").out.decode("utf-8", "replace").split("\n\n")
    for tree in listed:
        lines = tree.splitlines()
        if f"branch {branch.ref}" in lines:
            raise Occupied(f"the branch is checked out in another work tree, {lines[0].partition(' ')[2]}")


def _write(file: Path, content: bytes, *, executable: bool) -> None:
    """Put the whole file in the place of the one before."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    try:
        mode = 0o755 if executable else 0o644
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(content)
        aside.replace(file)
    except OSError as no:
        aside.unlink(missing_ok=True)
        said = f"{file} cannot be written: {no.strerror}; let the server's user write there"
        raise SourceFailed(said, permanent=False) from None
