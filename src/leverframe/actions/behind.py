"""Who stands behind a commit of the switch file?

A good signature by a key of the catalog, else the person who pushed it, as the git host has told. Where the signature
is bad nobody does: the commit is not what was signed.
"""

from __future__ import annotations

from collections.abc import Sequence

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.switch_files import Behind, FileCommit
from leverframe.sources import git
from leverframe.sources.git import Branch, RawCommit
from leverframe.sources.signatures import Signature, who_signed
from leverframe.store.switch_files import Push

MOST_PUSHES = 50
"""Of the pushes that brought several commits, so many of the newest are looked through."""


def with_who_stands_behind(branch: Branch, commit: str, catalog: Catalog, pushes: Sequence[Push]) -> FileCommit:
    """Return a commit with the person who stands behind it; raises SourceFailed."""
    raw = git.read_commit(branch, commit)
    return FileCommit(raw.id, raw.made_at, raw.author, raw.subject, _behind(branch, raw, catalog, pushes))


def _behind(branch: Branch, raw: RawCommit, catalog: Catalog, pushes: Sequence[Push]) -> Behind:
    signed = _signed(branch, raw, catalog)
    if signed.person:
        return Behind(signed.person, f"signed with {signed.key}")
    if signed.is_bad:
        return Behind(because=signed.because)
    push = _push_of(branch, raw.id, pushes)
    if push is None:
        return Behind(because=f"{signed.because}, and no push of it was told")
    if person := catalog.person_of_login(push.login):
        return Behind(person, f"pushed as {push.login}")
    return Behind(because=f"{signed.because}, and {push.login}, who pushed it, is nobody in the catalog")


def _signed(branch: Branch, raw: RawCommit, catalog: Catalog) -> Signature:
    if not raw.signed:
        return Signature(because="it is not signed")
    keys = {key: person.name for person in catalog.people.values() for key in person.signing_keys}
    return who_signed(branch, raw.id, keys)


def _push_of(branch: Branch, commit: str, pushes: Sequence[Push]) -> Push | None:
    """Return the push that was told of a commit: of it alone, or of several that came with it."""
    alone = next((push for push in pushes if push.commit == commit), None)
    several = (push for push in pushes[:MOST_PUSHES] if push.before)
    return alone or next((push for push in several if _came_with(branch, commit, push)), None)


def _came_with(branch: Branch, commit: str, push: Push) -> bool:
    """Say whether a push brought a commit: it has it, and what stood before did not."""
    has_it = git.has(branch, push.before) and git.leads_to(branch, commit, push.commit)
    return has_it and not git.leads_to(branch, commit, push.before)
