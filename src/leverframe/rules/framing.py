"""How is a table, or what has changed of it, written for gateways?

A frame is NDJSON. The head says the number, from which tables on it may be applied, and of its two sections how many
lines they have and their SHA-256; the second line is the head's signature, and so everybody's who reads the lines.
The overlay comes first: what stops something waits for nothing. A line holds some parts of one kind, a feature its
own line, so that a gateway may keep it unread until it is asked for; a part that is gone is null.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from leverframe.nouns.frames import BODY, FORMAT, OVERLAY, Changes, Frame, Part, Sign
from leverframe.nouns.tables import Number

PARTS_ON_A_LINE = 500


def write_frame(number: Number, after: Number | None, changes: Changes, sign: Sign | None = None) -> Frame:
    """Write a frame: a snapshot where `after` is None, else what has changed since then. `sign` is called once."""
    overlay, body = _section(changes, OVERLAY), _section(changes, BODY)
    head = json.dumps(
        {
            "leverframe": "table",
            "format": FORMAT,
            "number": [*number],
            "after": [*after] if after is not None else None,
            "overlay": [len(overlay), _digest(overlay)],
            "body": [len(body), _digest(body)],
        },
        separators=(",", ":"),
    ).encode()
    return Frame(number, after, b"\n".join((head, _signature(head, sign), *overlay, *body)) + b"\n")


def _signature(head: bytes, sign: Sign | None) -> bytes:
    if sign is None:
        return b"{}"
    key, signature = sign(head)
    return json.dumps({"key": key, "signature": base64.b64encode(signature).decode()}, separators=(",", ":")).encode()


def _section(changes: Changes, kinds: Sequence[str]) -> list[bytes]:
    placed = sorted((part for part in changes if part.kind in kinds), key=lambda part: kinds.index(part.kind))
    lines: list[bytes] = []
    for kind, parts in groupby(placed, key=lambda part: part.kind):
        lines += [_line(kind, some, changes) for some in _slices(list(parts), 1 if kind == "features" else None)]
    return lines


def _slices(parts: list[Part], size: int | None) -> Iterator[list[Part]]:
    size = size or PARTS_ON_A_LINE
    return (parts[start : start + size] for start in range(0, len(parts), size))


def _line(kind: str, parts: Sequence[Part], changes: Changes) -> bytes:
    """Write some parts of a kind; their values are JSON already."""
    members = ",".join(f"{json.dumps(part.key)}:{changes[part] or 'null'}" for part in parts)
    return f'{{"{kind}":{{{members}}}}}'.encode()


def _digest(lines: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line + b"\n")
    return whole.hexdigest()
