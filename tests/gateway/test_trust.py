"""Whose tables does a gateway obey that holds keys?"""

from __future__ import annotations

import logging
import os
import sys

import pytest

from leverframe.gateway import Gateway
from leverframe.gateway.held import Held, NoTable
from leverframe.gateway.trust import Trust
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import changed, parts_of
from leverframe.store.notes import new_key
from leverframe.store.table_keys import TableKeys, prepare_next, public_keys, use_next


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


def signer(key):
    return lambda head: (key.public.id.hex(), key.private.sign(head))


def lines(table, sign=None, before=None):
    if before is None:
        return write_frame(table.number, None, parts_of(table), sign).text.splitlines()
    changes = changed(parts_of(before), parts_of(table))
    return write_frame(table.number, before.number, changes, sign).text.splitlines()


@pytest.fixture
def key():
    return new_key("leverframe")


@pytest.fixture
def trusting(key, tmp_path):
    return Held(NoTable({}, {}, {}), tmp_path, Trust([str(key.public)]))


def test_a_table_and_a_change_that_the_key_has_signed_are_obeyed(trusting, key, a_table):
    assert trusting.offer(lines(a_table(1), signer(key)))
    assert trusting.offer(lines(a_table(2, rings={"a": "b"}), signer(key), before=a_table(1)))
    assert trusting.number == Number(1, 2)


@pytest.mark.parametrize("which", ["nobody", "stranger", "stranger under our id"])
def test_what_nobody_or_somebody_else_has_signed_is_refused_and_the_held_table_stays(trusting, key, a_table, which):
    trusting.offer(lines(a_table(1), signer(key)))
    stranger = new_key("leverframe")
    sign = {
        "nobody": None,
        "stranger": signer(stranger),
        "stranger under our id": lambda head: (key.public.id.hex(), stranger.private.sign(head)),
    }[which]
    assert not trusting.offer(lines(a_table(2, features={}), sign))
    assert not trusting.offer(lines(a_table(2, rings={"a": "b"}), sign, before=a_table(1)))
    assert trusting.number == Number(1, 1)
    assert "signed by" in trusting.refused or "signature does not hold" in trusting.refused


def test_every_byte_of_a_signed_frame_counts(trusting, key, a_table):
    """One flipped bit anywhere: in the head, the signature, or a line that the head's digests stand for."""
    text = b"\n".join(lines(a_table(1, thrown_tenants=frozenset({"acme"})), signer(key)))
    for at in range(0, len(text), 7):
        flipped = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        assert not trusting.offer(flipped.split(b"\n")), (at, text[at - 10 : at + 10])
    assert trusting.number == NO_NUMBER


def test_the_disk_is_not_trusted_more_than_the_wire(trusting, key, a_table, tmp_path):
    trusting.offer(lines(a_table(1), signer(key)))
    trusting.keep()
    stranger = new_key("leverframe")
    again = Held(NoTable({}, {}, {}), tmp_path, Trust([str(stranger.public)]))
    again.load()
    assert again.number == NO_NUMBER


def test_a_rotation_never_meets_a_gateway_that_does_not_trust_the_key(a_table, tmp_path):
    keys = TableKeys(tmp_path, "leverframe")
    first = str(public_keys(tmp_path)["signs"])
    held = Held(NoTable({}, {}, {}), trust=Trust([first]))
    assert held.offer(lines(a_table(1), keys.sign))
    following = str(prepare_next(tmp_path, "leverframe"))
    assert str(prepare_next(tmp_path, "leverframe")) == following
    assert held.offer(lines(a_table(2), keys.sign))
    told = Held(NoTable({}, {}, {}), trust=Trust([first, following]))
    use_next(tmp_path)
    assert told.offer(lines(a_table(3), keys.sign))
    assert not held.offer(lines(a_table(3), keys.sign))
    assert public_keys(tmp_path).keys() == {"signs"}
    assert (tmp_path / "table.key").stat().st_mode & 0o777 == 0o600


def test_the_disk_is_renewed_after_a_rotation_before_the_former_key_is_taken_away(a_table, tmp_path):
    """A file that begins with a table of the former key is worth nothing once that is not trusted any more."""
    former, following = new_key("leverframe"), new_key("leverframe")

    def by(key):
        return lambda head: (key.public.id.hex(), key.private.sign(head))

    held = Held(NoTable({}, {}, {}), tmp_path, Trust([str(former.public), str(following.public)]))
    before, after = a_table(1), a_table(2, thrown_features=frozenset({"search"}))
    held.offer(lines(before, by(former)))
    held.keep()
    assert not held.wants_whole
    changes = changed(parts_of(before), parts_of(after))
    held.offer(write_frame(after.number, before.number, changes, by(following)).text.splitlines())
    held.keep()
    assert held.wants_whole
    started = Held(NoTable({}, {}, {}), tmp_path, Trust([str(former.public), str(following.public)]))
    started.load()
    assert started.number == Number(1, 2)
    assert started.wants_whole
    started.offer(lines(after, by(following)))
    started.keep()
    assert not started.wants_whole
    alone = Held(NoTable({}, {}, {}), tmp_path, Trust([str(following.public)]))
    alone.load()
    assert alone.number == Number(1, 2)


def test_a_gateway_that_is_given_what_is_no_key_says_so_at_once():
    with pytest.raises(ValueError, match="base64"):
        Gateway(keys=["leverframe+0000+!"])


def test_keys_need_the_extra_and_the_message_names_it(key, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(ValueError, match=r"leverframe\[signed\]"):
        Trust([str(key.public)])


def test_a_rotation_that_ends_half_way_leaves_the_former_key_signing(tmp_path, monkeypatch):
    """With no key in its place the next start would make one that no gateway trusts, and no kill would be obeyed."""
    keys = TableKeys(tmp_path, "leverframe")
    former, _ = keys.sign(b"head")
    prepare_next(tmp_path, "leverframe")
    replace = os.replace

    def dies(source, target) -> None:
        if target.name == "table.key":
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as power:
        power.setattr("leverframe.store.table_keys.os.replace", dies)
        with pytest.raises(KeyboardInterrupt):
            use_next(tmp_path)
    assert keys.sign(b"head")[0] == former
    assert TableKeys(tmp_path, "leverframe").sign(b"head")[0] == former
    following = use_next(tmp_path)
    assert keys.sign(b"head")[0] == following.id.hex() != former


def test_a_table_that_goes_out_in_the_middle_of_a_rotation_is_signed(tmp_path, monkeypatch):
    keys = TableKeys(tmp_path, "leverframe")
    prepare_next(tmp_path, "leverframe")
    replace, signed = os.replace, []

    def replacing(source, target) -> None:
        replace(source, target)
        signed.append(keys.sign(b"head")[0])

    monkeypatch.setattr("leverframe.store.table_keys.os.replace", replacing)
    following = use_next(tmp_path)
    assert signed[-1] == following.id.hex()
