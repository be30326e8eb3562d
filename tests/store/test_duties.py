"""Are evidence, messages and what is owed kept as they should be?"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from leverframe.nouns.evidence import Direction, EvalResult, Finding, Reading, StageReading
from leverframe.nouns.verdicts import NotFound
from leverframe.store import changes, evidence, follow_ups, outbox, tables

MINUTE = timedelta(minutes=1)


@pytest.fixture
def filed(store, a_change):
    """A store with two changes."""
    with store.write() as db:
        changes.insert(db, a_change("CHG-2026-00001"))
        changes.insert(db, a_change("CHG-2026-00002"))
    return store


def _result(metric):
    return EvalResult("support", metric, 40, 0.9, Direction.HIGHER, {"prompt": "p@2"}, "promptfoo", "1", "sha256:1")


def test_a_file_is_kept_once_and_lies_on_each_change_it_was_put_on(filed):
    body = b'{"results": []}\x00\xff'
    with filed.write() as db:
        digest = evidence.add_artefact(db, "CHG-2026-00001", "evals.json", body, "application/json")
        assert digest.startswith("sha256:")
        assert evidence.add_artefact(db, "CHG-2026-00001", "again.json", body) is None
        assert evidence.add_artefact(db, "CHG-2026-00002", "evals.json", body) == digest
        assert evidence.artefact(db, digest) == evidence.Artefact(digest, "application/json", body)
        assert evidence.names(db, "CHG-2026-00001") == {digest: "evals.json"}
        with pytest.raises(NotFound):
            evidence.artefact(db, "sha256:0")


def test_digests_come_in_their_own_order_whatever_the_order_of_upload(filed):
    with filed.write() as db:
        for change, names in (("CHG-2026-00001", "abc"), ("CHG-2026-00002", "cab")):
            for name in names:
                evidence.add_artefact(db, change, name, name.encode())
        assert evidence.digests(db, "CHG-2026-00001") == evidence.digests(db, "CHG-2026-00002")


def test_eval_results_come_back_by_side(filed):
    with filed.write() as db:
        digest = evidence.add_artefact(db, "CHG-2026-00001", "evals.json", b"x")
        mine = replace(_result("b"), cases=b"\x00\xffsixteen bytes or so" * 500)
        evidence.add_results(db, "CHG-2026-00001", digest, [mine, _result("a")], [_result("b")])
        assert evidence.results(db, "CHG-2026-00001") == ([mine, _result("a")], [_result("b")])
        assert evidence.results(db, "CHG-2026-00002") == ([], [])


def test_readings_and_judgements_are_kept_by_stage(filed, tuesday):
    def reading(at, e_value):
        return StageReading(
            Finding.CONTINUE, "not yet", (Reading("error", Finding.CONTINUE, "", e_value=e_value),), at
        )

    later = reading(tuesday + MINUTE, math.inf)
    with filed.write() as db:
        evidence.keep_reading(db, "CHG-2026-00001", 1, later, "sha256:2")
        evidence.keep_reading(db, "CHG-2026-00001", 1, reading(tuesday, 1.5), "sha256:1")
        evidence.keep_reading(db, "CHG-2026-00001", 1, later, "sha256:2")
        assert evidence.reading(db, "CHG-2026-00001", "sha256:2") == later
        kept = evidence.readings(db, "CHG-2026-00001")
        assert [digest for _, digest, _ in kept] == ["sha256:1", "sha256:2"]
        with pytest.raises(NotFound):
            evidence.reading(db, "CHG-2026-00002", "sha256:2")
        evidence.judge(db, "CHG-2026-00001", 2, "sha256:2", tuesday)
        assert [evidence.judged(db, "CHG-2026-00001", stage) for stage in (1, 2)] == [False, True]
        assert evidence.judgements_of(db, "CHG-2026-00001") == [evidence.Judgement(2, "sha256:2", tuesday)]
        evidence.void_judgements(db, "CHG-2026-00001", [1, 2], tuesday + MINUTE)
        assert not evidence.judged(db, "CHG-2026-00001", 2)
        evidence.judge(db, "CHG-2026-00001", 2, "sha256:3", tuesday + 2 * MINUTE)
        assert evidence.judged_stages(db, ["CHG-2026-00001"]) == {("CHG-2026-00001", 2)}
        assert evidence.judgements_of(db, "CHG-2026-00001") == [
            evidence.Judgement(2, "sha256:2", tuesday, tuesday + MINUTE),
            evidence.Judgement(2, "sha256:3", tuesday + 2 * MINUTE),
        ]


def test_a_message_is_put_once_by_its_key_and_told_until_it_arrived(store, tuesday):
    with store.write() as db:
        assert outbox.put(db, "ramp.promoted", {"change": "C"}, "C/1")
        assert not outbox.put(db, "ramp.promoted", {"change": "C"}, "C/1")
        outbox.put(db, "ramp.promoted", {"change": "D"}, "D/1")
        first, second = outbox.due(db, tuesday, 10)
        assert (first.told_as, second.told_as) == (f"msg-1-{first.id}", f"msg-1-{second.id}")
        assert (first.key, first.body, first.attempts) == ("C/1", {"change": "C"}, 1)
        assert outbox.due(db, tuesday + MINUTE / 2, 10) == []
        outbox.done(db, first.id, tuesday)
        outbox.failed(db, second.id, tuesday + 5 * MINUTE, "503 from the hook")
        assert outbox.due(db, tuesday + 2 * MINUTE, 10) == []
        (again,) = outbox.due(db, tuesday + 5 * MINUTE, 10)
        assert (again.key, again.attempts, again.error) == ("D/1", 2, "503 from the hook")
        assert outbox.waiting(db) == 1
        outbox.drop(db, again.id, tuesday, "410 gone")
        assert outbox.waiting(db) == 0


def test_a_message_of_another_epoch_is_another_message(store, tuesday):
    with store.write() as db:
        outbox.put(db, "t", {}, "before the restore")
        tables.raise_epoch(db)
        outbox.put(db, "t", {}, "after the restore")
        assert [message.told_as[:6] for message in outbox.due(db, tuesday, 10)] == ["msg-1-", "msg-2-"]


def test_a_message_taken_by_a_process_that_died_is_due_again(store, tuesday):
    with store.write() as db:
        outbox.put(db, "t", {}, "k")
        outbox.due(db, tuesday, 10, hold_seconds=60)
        assert [message.attempts for message in outbox.due(db, tuesday + MINUTE, 10)] == [2]


def test_two_senders_at_once_do_not_take_the_same_message(store, tuesday):
    with store.write() as db:
        for number in range(20):
            outbox.put(db, "t", {"n": number}, f"k{number}")
    taken = []

    def send():
        for _ in range(5):
            with store.write() as db:
                taken.extend(message.key for message in outbox.due(db, tuesday, 3))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"k{number}" for number in range(20))


def test_a_duty_is_owed_once_until_it_is_done(store, tuesday):
    with store.write() as db:
        assert follow_ups.owe(db, "C", "change_review", tuesday + MINUTE, "remi", "settled")
        assert not follow_ups.owe(db, "C", "change_review", tuesday, "remi", "again")
        follow_ups.owe(db, "D", "change_review", tuesday, "ana", "settled")
        assert [one.subject for one in follow_ups.open_ones(db)] == ["D", "C"]
        assert [one.subject for one in follow_ups.open_ones(db, owner="remi")] == ["C"]
        assert [one.subject for one in follow_ups.due(db, tuesday)] == ["D"]
        assert follow_ups.done(db, "C", "change_review", tuesday)
        assert not follow_ups.done(db, "C", "change_review", tuesday)
        assert follow_ups.open_ones(db, subject="C") == []
        assert follow_ups.owe(db, "C", "change_review", tuesday, "remi", "went back")
        assert [one.done_at for one in follow_ups.of_subject(db, "C")] == [None, tuesday]


def test_a_debt_stands_until_it_is_paid(store, tuesday):
    with store.write() as db:
        debt = follow_ups.owe_debt(db, "E", "evals", tuesday, "the emergency skipped them")
        follow_ups.owe_debt(db, "F", "evals", tuesday, "too")
        assert follow_ups.open_debts(db, subject="E") == [debt]
        assert (follow_ups.pay(db, debt.id, tuesday), follow_ups.pay(db, debt.id, tuesday)) == (True, False)
        assert [one.subject for one in follow_ups.open_debts(db)] == ["F"]
