"""What is never the same twice, and how is it written instead?

The one place. Secrets, ports and the times of this machine become `…`. Digests and call ids keep their identity:
the first that a story shows is `sha256:…1`, the second `sha256:…2`, whole or shortened; a command may name them so.
"""

from __future__ import annotations

import re

KEPT = re.compile(r"(sha256:)[0-9a-f]{12,64}|(lf1\.)[\w-]+\.[\w-]+")
LABEL = re.compile(r"(?:sha256:|lf1\.)…\d+")
MASKS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://leverframe.acme.example"),
    (re.compile(r"\b(lf[gt])_[\w-]{20,}"), r"\1_…"),
    (re.compile(r"(?<=The token )[0-9a-f]{12}\b"), "…"),
    (re.compile(r"(is logged in at \S+ until) .+"), r"\1 …"),
    (re.compile(r"(?<= in )[\d.,]+ m?s\b"), "… ms"),
    (re.compile(r"(?<= after )[\d.,]+ ms\b"), "… ms"),
    (re.compile(r" +[\d.,]+ ms(?=  applied by)"), "            … ms"),
)


class Masks:
    """The digests and call ids that one story has shown, in their order."""

    def __init__(self) -> None:
        self._shown: dict[str, list[str]] = {"sha256:": [], "lf1.": []}

    def hide(self, text: str) -> str:
        """Return a text as it is recorded."""
        for pattern, instead in MASKS:
            text = pattern.sub(instead, text)
        return KEPT.sub(lambda found: self._label(found[1] or found[2], found[0]), text)

    def reveal(self, command: str) -> str:
        """Return a command as it is given: with what its labels stand for."""
        return LABEL.sub(lambda found: self._meant(*found[0].split("…")), command)

    def _meant(self, kind: str, number: str) -> str:
        return self._shown[kind][int(number) - 1]

    def _label(self, kind: str, text: str) -> str:
        shown = self._shown[kind]
        for place, known in enumerate(shown):
            if known.startswith(text) or text.startswith(known):
                shown[place] = max(known, text, key=len)
                return f"{kind}…{place + 1}"
        shown.append(text)
        return f"{kind}…{len(shown)}"
