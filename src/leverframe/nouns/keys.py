"""What is the public half of a key, and how is it written?

`name+id+base64`, as signed notes write it (C2SP signed-note, Ed25519).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A verifier: its name and its key."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read `name+id+base64`; raises ValueError."""
        name, id, raw = key_parts(text)
        key = cls(name, raw)
        if key.id.hex() != id:
            raise ValueError("the key's id does not belong to its name and bytes")
        return key


def key_parts(text: str) -> tuple[str, str, bytes]:
    """Split `name+id+base64` into the name, the id, and the 32 bytes of the key; raises ValueError."""
    name, _, rest = text.strip().partition("+")
    id, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("the key is not in base64") from error
    if raw[:1] != ED25519 or len(raw) != 33:
        raise ValueError("the key is not an Ed25519 key")
    return name, id, raw[1:]
