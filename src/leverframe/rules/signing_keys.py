"""Which key is meant, and by which fingerprint does git name it?

An SSH key is its public half, as `id_ed25519.pub` has it; an OpenPGP key is its whole fingerprint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

SSH_KINDS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)


def read_key(text: str) -> str:
    """Return a key in its one form: `<kind> <base64>`, or an OpenPGP fingerprint in capitals; else nothing."""
    words = text.split()
    if len(words) > 1 and words[0] in SSH_KINDS:
        return f"{words[0]} {words[1]}" if _is_public_key(words[0], words[1]) else ""
    bare = "".join(words).upper()
    return bare if re.fullmatch(r"[0-9A-F]{40}|[0-9A-F]{64}", bare) else ""


def is_ssh(key: str) -> bool:
    """Say whether a key is an SSH key."""
    return " " in key


def fingerprint(key: str) -> str:
    """Return what git says of a key that has signed: `SHA256:…` of an SSH key, an OpenPGP fingerprint as it is."""
    if not is_ssh(key):
        return key
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _is_public_key(kind: str, encoded: str) -> bool:
    """Say whether the bytes name the kind that stands before them, as RFC 4253 writes keys."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    length = int.from_bytes(raw[:4], "big")
    return raw[4 : 4 + length] == kind.encode() and len(raw) > 4 + length
