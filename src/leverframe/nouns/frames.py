"""What goes over the wire to a gateway?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from leverframe.nouns.tables import Number

FORMAT = 2

OVERLAY = ("thrown_tenants", "thrown_features", "thrown_models", "exercises")
"""What stops something: written, read and obeyed before anything else of a frame."""
BODY = ("settings", "rings", "features")
"""All else that gateways obey."""


class Part(NamedTuple):
    """The name of one part of a table: its kind (of OVERLAY or BODY) and its key in it."""

    kind: str
    key: str


LEASE = Part("settings", "candidate_lease_seconds")
SCORED = Part("settings", "scored_percent")

Parts = Mapping[Part, str]
"""A table taken apart: the JSON text of each part."""
Changes = Mapping[Part, str | None]
"""What differs from an earlier table: the JSON text of each new part, None for one that is gone."""

Sign = Callable[[bytes], tuple[str, bytes]]
"""Signs the head of a frame: the id of its key, and the signature."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: what makes a table with `number` of every table from `after` on (None: of nothing, a snapshot).

    `text` is NDJSON: a head, its signature, the overlay's lines, the body's lines; each ends with a newline.
    """

    number: Number
    after: Number | None
    text: bytes
