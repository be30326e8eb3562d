"""What is never the same twice, and how is it written instead?

The one place. Secrets, ports and what the machine's own clock says become `…`. A digest keeps its identity: the first
that a story shows is `sha256:…1`, the second `sha256:…2`, whole or shortened; a command may name it so, too.
"""

from __future__ import annotations

import re

DIGEST = re.compile(r"sha256:[0-9a-f]{12,64}")
LABEL = re.compile(r"sha256:…(\d+)")
MASKS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://leverframe.acme.example"),
    (re.compile(r"\b(lf[gt])_[\w-]{20,}"), r"\1_…"),
    (re.compile(r"\blf1\.[\w-]+\.[\w-]+"), "lf1.…"),
    (re.compile(r"(?<=The token )[0-9a-f]{12}\b"), "…"),
    (re.compile(r"(is logged in at \S+ until) .+"), r"\1 …"),
    (re.compile(r"(?<= in )[\d.,]+ m?s\b"), "… ms"),
)


class Masks:
    """The digests that one story has shown, in their order."""

    def __init__(self) -> None:
        self._shown: list[str] = []

    def hide(self, text: str) -> str:
        """Return a text as it is recorded."""
        for pattern, instead in MASKS:
            text = pattern.sub(instead, text)
        return DIGEST.sub(lambda found: f"sha256:…{self._number(found[0])}", text)

    def reveal(self, command: str) -> str:
        """Return a command as it is given: with the whole digests that it names."""
        return LABEL.sub(lambda found: self._shown[int(found[1]) - 1], command)

    def _number(self, digest: str) -> int:
        for place, known in enumerate(self._shown):
            if known.startswith(digest) or digest.startswith(known):
                self._shown[place] = max(known, digest, key=len)
                return place + 1
        self._shown.append(digest)
        return len(self._shown)
