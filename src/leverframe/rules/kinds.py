"""Which kind of change is it, by what differs?"""

from __future__ import annotations

from leverframe.nouns.changes import Kind
from leverframe.nouns.units import UNIT_PARTS, Unit

OF_PART = {
    "prompt": Kind.PROMPT,
    "model": Kind.MODEL_SWAP,
    "index": Kind.RETRIEVAL_INDEX,
    "code_ref": Kind.CONFIG,
    "config_digest": Kind.CONFIG,
}
"""What a change is of that alters only this part of a unit (handbook: risk classification by what differs)."""
RISING = tuple(Kind)
"""The kinds, the least risky first."""


def kind_of(before: Unit, after: Unit) -> Kind | None:
    """Return the highest kind among the parts in which two units differ; None: they do not differ."""
    found = [OF_PART[part] for part in UNIT_PARTS if getattr(before, part) != getattr(after, part)]
    return max(found, key=RISING.index, default=None)
