"""What does a call id say, and who vouches for it?

A call id is `lf1.<payload>.<seal>`, both base64url without padding: the payload is the CallFacts joined by `|`
(a `|` or `%` inside a value is percent-encoded), the seal the first 16 bytes of HMAC-SHA256 over `lf1.<payload>`
under the key of the gateway that it names first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import fields

from leverframe.nouns.outcomes import LONGEST_CALL, CallFacts

PREFIX = "lf1"
SEAL_BYTES = 16
FIELDS = tuple(field.name for field in fields(CallFacts))


def sign_call(facts: CallFacts, key: bytes) -> str:
    """Return the call id of these facts."""
    payload = "|".join(_escape(str(getattr(facts, name))) for name in FIELDS)
    head = f"{PREFIX}.{_encode(payload.encode('utf-8', 'replace'))}"
    return f"{head}.{_encode(_seal(head, key))}"


def read_call(text: str, key_of: Callable[[str], bytes | None]) -> CallFacts | None:
    """Return what a call id says, or None where it is malformed, of an unknown gateway, or its seal is broken."""
    try:
        facts, head, seal = _split(text)
    except (ValueError, binascii.Error):
        return None
    key = key_of(facts.gateway)
    if key is None or not hmac.compare_digest(seal, _seal(head, key)):
        return None
    return facts


def gateway_key(master: bytes, gateway: str) -> bytes:
    """Derive one gateway's call key from the control plane's master key."""
    return hmac.digest(master, b"leverframe call key:" + gateway.encode(), "sha256")


def salted(salt: str, subject: str | None) -> str:
    """Return a subject as call ids carry it: the same on every gateway for one ramp, and never the person's id."""
    if not salt or not subject:
        return ""
    key = hashlib.sha256(salt.encode("utf-8", "replace")).digest()
    return hashlib.blake2b(str(subject).encode("utf-8", "replace"), digest_size=12, key=key).hexdigest()


def _split(text: str) -> tuple[CallFacts, str, bytes]:
    prefix, payload, seal = text.split(".") if len(text) <= LONGEST_CALL else ("", "", "")
    values = [_unescape(value) for value in _decode(payload).decode().split("|")]
    if prefix != PREFIX or len(values) != len(FIELDS):
        raise ValueError("not a call id")
    known = dict(zip(FIELDS, values, strict=True))
    return CallFacts(**{**known, "stage": int(known["stage"])}), f"{prefix}.{payload}", _decode(seal)  # pyright: ignore[reportArgumentType]


def _seal(head: str, key: bytes) -> bytes:
    return hmac.digest(key, head.encode(), "sha256")[:SEAL_BYTES]


def _escape(value: str) -> str:
    return value.replace("%", "%25").replace("|", "%7C")


def _unescape(value: str) -> str:
    return value.replace("%7C", "|").replace("%25", "%")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(raw) != text:
        raise ValueError("a call id has one spelling")
    return raw
