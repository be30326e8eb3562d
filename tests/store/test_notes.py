"""Are notes signed as others read them, and are keys kept safe?"""

from __future__ import annotations

import stat
import threading

import pytest

from leverframe.nouns.keys import PublicKey
from leverframe.store.notes import load_key, load_or_make_key, new_key, open_note

# The example of Go's golang.org/x/mod/sumdb/note, which C2SP's signed-note describes.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_that_go_signed_is_read():
    assert open_note(GO_NOTE, PublicKey.parse(GO_KEY)).endswith("what your problem is.\n")
    assert str(PublicKey.parse(GO_KEY)) == GO_KEY


def test_what_we_sign_we_can_read():
    key = new_key("acme")
    note = key.sign("origin\n\n3\nroot\n")
    assert open_note(note, key.public) == "origin\n\n3\nroot\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("answer", "cause"),
        lambda note: note.replace("x08go", "x08gp"),
        lambda note: note.replace("PeterNeumann", "PeterPan"),
        lambda note: note.replace("x08go", "%%%"),
        lambda note: note.replace("—", "-"),
        lambda note: note.rstrip("\n"),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: "",
    ],
)
def test_a_spoilt_note_is_refused(spoil):
    with pytest.raises(ValueError, match="note"):
        open_note(spoil(GO_NOTE), PublicKey.parse(GO_KEY))


def test_a_second_signature_does_not_hide_ours():
    key, other = new_key("acme"), new_key("witness")
    line = other.sign("text\n").splitlines()[-1]
    assert open_note(f"{key.sign('text' + chr(10))}{line}\n", other.public) == "text\n"
    assert open_note(f"{key.sign('text' + chr(10))}{line}\n", key.public) == "text\n"


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "keys" / "audit.key"
    key = load_or_make_key(path, "acme")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make_key(path, "another name").public == key.public
    assert [file.name for file in path.parent.iterdir()] == ["audit.key"]


def test_of_two_first_starts_at_once_one_key_wins(tmp_path):
    keys = []

    def start():
        keys.append(load_or_make_key(tmp_path / "audit.key", "acme"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len({str(key.public) for key in keys}) == 1


def test_a_secret_is_not_shown(tmp_path):
    path = tmp_path / "audit.key"
    key = load_or_make_key(path, "acme")
    secret = path.read_text().split("+", 4)[-1].strip()
    assert secret not in repr(key)


@pytest.mark.parametrize(
    "spoil",
    [lambda text: "", lambda text: text[12:], lambda text: text.replace("acme", "other"), lambda text: text[:-9]],
)
def test_a_damaged_key_file_is_refused(tmp_path, spoil):
    path = tmp_path / "audit.key"
    load_or_make_key(path, "acme")
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ValueError, match="key"):
        load_key(path)


@pytest.mark.parametrize("text", ["", "name", "name+00000000+AAAA", GO_KEY.replace("c74f", "c74e"), "a+b+%%"])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(ValueError, match="key"):
        PublicKey.parse(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_key_needs_a_plain_name(name):
    with pytest.raises(ValueError, match="cannot name a key"):
        new_key(name)
