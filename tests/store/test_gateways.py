"""Is every batch counted once, and is what was lost known?"""

from __future__ import annotations

import random
import threading

import pytest

from leverframe.nouns.gateways import Gateway, Receipt, Seen
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store import gateways


@pytest.fixture
def gw(tuesday):
    """An enrolled gateway."""
    return Gateway("gw-eu", frozenset({"support-chat", "search"}), "adi", tuesday)


def test_a_gateway_is_known_by_its_token_until_it_is_revoked(store, gw, tuesday):
    with store.write() as db:
        gateways.enrol(db, gw, "hash-1")
        assert gateways.by_token(db, "hash-1") == gw
        assert gateways.by_token(db, "hash-2") is None
        assert gateways.names_by_token(db, ["hash-1", "hash-2"]) == {"hash-1": gw.name}
        gateways.revoke(db, "gw-eu", tuesday)
        assert gateways.by_token(db, "hash-1") is None
        assert gateways.names_by_token(db, ["hash-1"]) == {}
        assert gateways.get(db, "gw-eu").revoked_at == tuesday
        assert gateways.count(db) == 0


def test_a_name_is_enrolled_once_and_again_after_it_was_revoked(store, gw, tuesday):
    with store.write() as db:
        gateways.enrol(db, gw, "hash-1")
        with pytest.raises(Conflict, match="gw-eu is enrolled already"):
            gateways.enrol(db, gw, "hash-2")
        gateways.revoke(db, "gw-eu", tuesday)
        gateways.enrol(db, gw, "hash-2")
        assert gateways.by_token(db, "hash-2") == gw
        assert gateways.all_gateways(db) == [gw]


def test_a_gateway_that_is_not_there_is_not_found(store, tuesday):
    with store.write() as db, pytest.raises(NotFound, match="no gateway gw-us"):
        gateways.revoke(db, "gw-us", tuesday)


def _accept(store, *sequences, boot="b1"):
    with store.write() as db:
        return [gateways.accept(db, "gw-eu", boot, sequence) for sequence in sequences]


def test_a_repeated_batch_is_said_to_be_repeated(store):
    assert _accept(store, 1, 2, 2, 1, 3) == ["new", "new", "repeated", "repeated", "new"]
    with store.read() as db:
        assert gateways.losses(db) == []


def test_a_gap_is_counted_until_what_was_missing_arrives(store):
    _accept(store, 1, 5)
    _accept(store, 4, boot="b2")
    with store.read() as db:
        assert [(lost.boot, lost.lost, lost.highest) for lost in gateways.losses(db)] == [("b1", 3, 5), ("b2", 3, 4)]
    assert _accept(store, 3, 3) == ["new", "repeated"]
    with store.read() as db:
        assert [(lost.boot, lost.lost) for lost in gateways.losses(db)] == [("b1", 2), ("b2", 3)]


def test_a_huge_leap_is_counted_and_costs_nothing(store):
    assert _accept(store, 5, 10**12) == ["new", "new"]
    with store.read() as db:
        assert gateways.losses(db)[0].lost == 10**12 - 2
    assert _accept(store, 10**12 - 1, 6) == ["new", "repeated"]


def test_any_order_of_any_repeats_takes_each_batch_once(store):
    numbers = [number for number in range(1, 60) for _ in range(3)]
    random.Random(5).shuffle(numbers)
    answers = _accept(store, *numbers)
    assert answers.count("new") == 59
    with store.read() as db:
        assert gateways.losses(db) == []


def test_the_same_batch_from_many_threads_is_new_once(store):
    answers = []
    threads = [threading.Thread(target=lambda: answers.extend(_accept(store, 1, 2, 3))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("new") == 3


def test_a_receipt_is_kept_from_its_opening_to_its_end(store, tuesday):
    seen = Receipt("1.9", 3, 3, 23.5, silent=(Seen("gw", "i2", "b", "1.8", 14.0, False),))
    with store.write() as db:
        assert gateways.latest_receipt(db) is None
        gateways.open_receipt(db, "1.9", "feature/search thrown", tuesday)
        gateways.open_receipt(db, "1.10", "again", tuesday)
        gateways.open_receipt(db, "1.9", "a repeat", tuesday)
        assert gateways.latest_receipt(db) == "1.10"
        assert gateways.receipt(db, "1.9") == Receipt("1.9", 0, 0, None)
        gateways.close_receipt(db, "1.9", seen, tuesday)
        assert gateways.receipt(db, "1.9") == seen
        assert gateways.receipt(db, "2.1") is None
        assert gateways.open_receipts(db) == [("1.10", "again", tuesday)]


def test_a_receipt_is_closed_once(store, tuesday):
    with store.write() as db:
        gateways.open_receipt(db, "1.9", "feature/search thrown", tuesday)
        assert gateways.close_receipt(db, "1.9", Receipt("1.9", 2, 2, 23.5), tuesday)
        assert not gateways.close_receipt(db, "1.9", Receipt("1.9", 1, 0, None), tuesday)
        assert gateways.receipt(db, "1.9") == Receipt("1.9", 2, 2, 23.5)
