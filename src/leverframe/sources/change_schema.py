"""Which JSON documents are a change, as JSON Schema (draft 2020-12) says it?

It says what the reader of change files takes, and no more: whether there is such a target or such a person, and what
the tier asks for, is for the policy in force to answer.
"""

from __future__ import annotations

from typing import Any

from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.field_guide import GUIDE, NEEDED
from leverframe.nouns.units import UNIT_PARTS

TEXT = {"type": "string", "pattern": r"\S"}
NAME = {"anyOf": [TEXT, {"type": "integer"}]}
NAMES = {"anyOf": [TEXT, {"type": "array", "items": NAME, "minItems": 1}]}
"""A list of names; one name alone is a list of one."""
TIME = {"type": "string", "pattern": r"^2[01]\d\d-\d\d-\d\d[T ]\d\d:\d\d"}
UNIT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(UNIT_PARTS, TEXT),
        "prompt": {"type": "string", "pattern": r"^[^@]+@(.|\n)+$"},
        "model": {"type": "string", "pattern": r"^[^.]+\.(.|\n)+$"},
    },
}
BLAST_RADIUS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "users": {"type": "integer", "minimum": 1, "maximum": 10**11},
        "regions": NAMES,
        "rings": NAMES,
        "max_share_percent": {"type": "number", "minimum": 0.01, "maximum": 100},
    },
}
START = {
    "type": "object",
    "additionalProperties": False,
    "required": ["opens_at", "closes_at", "not_after"],
    "properties": {"opens_at": TIME, "closes_at": TIME, "not_after": TIME, "zone": TEXT},
}
OTHERS: dict[str, Any] = {
    "kind": {"enum": [kind.value for kind in Kind]},
    "path": {"enum": [path.value for path in Path], "default": Path.NORMAL.value},
    "candidate": UNIT,
    "blast_radius": BLAST_RADIUS,
    "artefacts": {"type": "object", "additionalProperties": TEXT},
    "start": START,
    "paging": NAMES,
}
"""The fields that are more than a text."""


def change_schema(address: str = "") -> dict[str, Any]:
    """Return the schema of a change file; `address` is where it is published, its `$id`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": address} if address else {}),
        "title": "A change to an AI feature",
        "type": "object",
        "additionalProperties": False,
        "required": list(NEEDED),
        "properties": {
            field.name: {
                "description": f"{field.purpose} Left out: {field.left_out}.",
                **OTHERS.get(field.name, TEXT),
            }
            for field in GUIDE
        },
    }
