"""How is a checkpoint signed, and who signed it?

Signed notes (C2SP signed-note) with Ed25519 keys: the text, an empty line, then `— name base64(key id, signature)`.
Key files hold Go's one-line form, `PRIVATE+KEY+name+id+base64`, readable by their owner only.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from leverframe.nouns.keys import ED25519, PublicKey, key_parts

_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signer: its name and its secret seed, which no repr shows."""

    public: PublicKey
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """Return the text, which ends with a newline, as a signed note."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends with a newline")
        signature = base64.b64encode(self.public.id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.public.name} {signature}\n"


def new_key(name: str) -> SigningKey:
    """Make a key."""
    return _signing_key(name, Ed25519PrivateKey.generate())


def load_or_make_key(path: Path, name: str) -> SigningKey:
    """Read a key file, or make the key and its file (0600) at the first start; raises ValueError."""
    if not path.exists():
        _write_key(path, new_key(name))
    return load_key(path)


def load_key(path: Path) -> SigningKey:
    """Read a key file; raises ValueError where it is not one, OSError where it cannot be read."""
    text = path.read_text("utf-8").strip()
    if not text.startswith(_PRIVATE):
        raise ValueError(f"{path.name} is not a signing key: it does not begin with {_PRIVATE}")
    name, id, seed = key_parts(text.removeprefix(_PRIVATE))
    key = _signing_key(name, Ed25519PrivateKey.from_private_bytes(seed))
    if key.public.id.hex() != id:
        raise ValueError(f"{path.name} is damaged: the key's id does not belong to its bytes")
    return key


def open_note(note: str, key: PublicKey) -> str:
    """Return the text of a note that `key` signed; raises ValueError where it did not."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise ValueError("this is not a signed note")
    text += "\n"
    for line in signatures.splitlines():
        if _signed_by(line, key, text):
            return text
    raise ValueError(f"no signature of {key.name} on this note holds")


def _signed_by(line: str, key: PublicKey, text: str) -> bool:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if mark != "—" or name != key.name:
        return False
    try:
        signature = base64.b64decode(encoded, validate=True)
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature[4:], text.encode())
    except (InvalidSignature, binascii.Error):
        return False
    return signature[:4] == key.id


def _signing_key(name: str, private: Ed25519PrivateKey) -> SigningKey:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise ValueError(f"{name!r} cannot name a key: it has no spaces and no plus sign")
    return SigningKey(PublicKey(name, private.public_key().public_bytes_raw()), private)


def _write_key(path: Path, key: SigningKey) -> None:
    """Write the whole file aside and link it into place, so that of two first starts one key wins."""
    encoded = base64.b64encode(ED25519 + key.private.private_bytes_raw()).decode()
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{_PRIVATE}{key.public.name}+{key.public.id.hex()}+{encoded}\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
