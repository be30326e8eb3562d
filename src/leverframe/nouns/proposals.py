"""What does a pull request propose, so that a change can be filed from it?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request as far as a ticket is filled from it.

    `files` are the paths that it changes, `commit` is what was merged, or its newest commit before that. `body` is
    what its author wrote, in which a fenced block named `leverframe` may hold fields of the change file.
    """

    url: str
    title: str
    author: str
    commit: str
    files: tuple[str, ...]
    body: str = ""
