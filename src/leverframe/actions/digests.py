"""Which digest does a sign-off of this change name, reckoned once while its text stands?

The store reads the same text as the same noun, so that a list of hundreds of changes asks for the same objects again
and again. What is kept is known by the very object: another text is another object.
"""

from __future__ import annotations

from collections.abc import Sequence

from leverframe.nouns.changes import Change
from leverframe.rules.sign_offs import content_digest

MOST_KEPT = 4096

_kept: dict[int, tuple[Change, tuple[str, ...], str]] = {}


def digest_of(change: Change, eval_digests: Sequence[str]) -> str:
    """Return the digest of what a sign-off of this change binds, with these eval results on its ticket."""
    found, evals = _kept.get(id(change)), tuple(eval_digests)
    if found is not None and found[0] is change and found[1] == evals:
        return found[2]
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    digest = content_digest(change, evals)
    _kept[id(change)] = (change, evals, digest)
    return digest
