"""Which text is a key?"""

from __future__ import annotations

import pytest

from leverframe.rules.signing_keys import fingerprint, is_ssh, read_key

ED = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
PGP = "0123456789ABCDEF0123456789ABCDEF01234567"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"ssh-ed25519 {ED} sol@acme.example", f"ssh-ed25519 {ED}"),
        (f"  ssh-ed25519   {ED}  ", f"ssh-ed25519 {ED}"),
        ("0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567", PGP),
        (PGP.lower(), PGP),
        ("", ""),
        (PGP[8:], ""),
        ("ssh-ed25519", ""),
        ("ssh-ed25519 AAAA", ""),
        ("ssh-ed25519 not!base64", ""),
        (f"ssh-rsa {ED}", ""),
        (f"* ssh-ed25519 {ED}", ""),
        (f'namespaces="git" ssh-ed25519 {ED}', ""),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----", ""),
    ],
)
def test_a_key_has_one_form_and_what_is_none_has_none(text: str, key: str):
    assert read_key(text) == key


def test_an_ssh_key_is_named_by_its_hash_as_ssh_keygen_has_it():
    assert fingerprint(f"ssh-ed25519 {ED}") == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
    assert (fingerprint(PGP), is_ssh(PGP), is_ssh(f"ssh-ed25519 {ED}")) == (PGP, False, True)
