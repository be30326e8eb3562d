"""Is this frame the control plane's?"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any

from leverframe.nouns.keys import PublicKey

Verify = Callable[[bytes, bytes], None]


class Trust:
    """The keys that this gateway trusts, by id; with none, every frame is taken.

    `keys` are public keys as `leverframe key show` prints them. Raises ValueError for what is no key, and where keys
    are given but the extra `signed` is not installed.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        public = [PublicKey.parse(key) for key in keys]
        self._verifiers = {key.id.hex(): _verifier(key.raw) for key in public}

    def check(self, head: bytes, signature: bytes) -> None:
        """Raise ValueError where keys are held and none of them has signed this head."""
        if not self._verifiers:
            return
        key, signed = _signature(signature)
        verifier = self._verifiers.get(key)
        if verifier is None:
            raise ValueError(f"the table is signed by the key {key or 'of nobody'}, which is not trusted here")
        verifier(signed, head)


def _verifier(raw: bytes) -> Verify:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise ValueError("to verify tables, install the extra: pip install 'leverframe[signed]'") from None
    key = Ed25519PublicKey.from_public_bytes(raw)

    def verify(signature: bytes, head: bytes) -> None:
        try:
            key.verify(signature, head)
        except InvalidSignature:
            raise ValueError("the table's signature does not hold; it was altered, or is somebody else's") from None

    return verify


def _signature(line: bytes) -> tuple[str, bytes]:
    try:
        document: Any = json.loads(line)
        return str(document["key"]), base64.b64decode(document["signature"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        return "", b""
