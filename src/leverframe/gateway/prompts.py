"""Which text stands behind `name@version`?

The prompt folder is `<folder>/<name>/<version>.md`. A version never changes, so a text is read once and kept;
a version that is not there is looked for again each time, since the folder may be filled later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_REFERENCE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)@(?P<version>[A-Za-z0-9][A-Za-z0-9_.-]*)")


@dataclass(frozen=True, slots=True)
class NoPrompt:
    """There is no text for a reference, and why."""

    reference: str
    because: str


class Prompts:
    """The prompt folder, with what was read of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {"": ""}

    def text(self, reference: str) -> str | NoPrompt:
        """Return the text of `name@version`; the empty reference has the empty text. Never raises."""
        text = self._texts.get(reference)
        return text if text is not None else self._read(reference)

    def _read(self, reference: str) -> str | NoPrompt:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            return NoPrompt(reference, f"{reference!r} is not of the form name@version.")
        try:
            text = (self._folder / found["name"] / f"{found['version']}.md").read_text(encoding="utf-8")
        except OSError:
            return NoPrompt(reference, f"The prompt folder has no file {found['name']}/{found['version']}.md.")
        except UnicodeError:
            return NoPrompt(reference, f"The prompt file {found['name']}/{found['version']}.md is not UTF-8 text.")
        self._texts[reference] = text
        return text
