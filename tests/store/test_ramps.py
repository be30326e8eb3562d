"""Are ramps kept, one on a target, and driven by one process at a time?"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from leverframe.nouns.ramps import HoldRow, RampState
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store import changes, ramps


@pytest.fixture
def three(store, a_change, a_ramp, tuesday):
    """Three ramps, begun at nine, ten and eleven."""
    with store.write() as db:
        for hour in range(3):
            change = a_change(f"CHG-2026-0000{hour + 1}")
            changes.insert(db, change)
            ramps.insert(db, a_ramp(change.id, f"target-{hour}", started_at=tuesday + timedelta(hours=hour)))
    return store


def _ids(found):
    return [int(ramp.change[-5:]) for ramp in found]


def test_a_ramp_comes_back_as_it_was(three, tuesday):
    hold = HoldRow("sol", "person", "it looks odd", tuesday)
    with three.write() as db:
        ramp = ramps.get(db, "CHG-2026-00001")
        written = ramps.update(db, replace(ramp, hold=hold, stage=2))
    assert written.version == 2
    with three.read() as db:
        assert ramps.get(db, "CHG-2026-00001") == written
        assert ramps.get(db, "CHG-2026-00077") is None


def test_who_writes_second_is_told_so(three):
    with three.write() as db:
        ramp = ramps.get(db, "CHG-2026-00001")
        ramps.update(db, ramp)
    with pytest.raises(Conflict, match="at version 2, not 1"), three.write() as db:
        ramps.update(db, ramp)


def test_a_ramp_that_never_began_cannot_be_updated(store, a_ramp):
    with pytest.raises(NotFound, match="has no ramp"), store.write() as db:
        ramps.update(db, a_ramp())


def test_one_target_has_one_active_ramp_and_the_next_is_told_for_whom_it_waits(three, a_change, a_ramp):
    with three.write() as db:
        changes.insert(db, a_change("CHG-2026-00004"))
        with pytest.raises(Conflict, match="CHG-2026-00001 is ramping on target-0; CHG-2026-00004 waits"):
            ramps.insert(db, a_ramp("CHG-2026-00004", "target-0"))
        ramps.update(db, replace(ramps.get(db, "CHG-2026-00001"), state=RampState.SETTLED))
        ramps.insert(db, a_ramp("CHG-2026-00004", "target-0"))
        assert ramps.active_on(db, "target-0").change == "CHG-2026-00004"
        assert _ids(ramps.active(db)) == [4, 2, 3]


def test_a_change_ramps_once(three, a_ramp):
    with three.write() as db, pytest.raises(Conflict, match="already has a ramp"):
        ramps.insert(db, a_ramp("CHG-2026-00001", "elsewhere"))


def test_nothing_ramps_on_a_quiet_target(three):
    with three.read() as db:
        assert ramps.active_on(db, "quiet") is None


def test_steps_are_told_in_order_and_newest_first_across_ramps(three, tuesday):
    with three.write() as db:
        ramps.record_step(db, "CHG-2026-00001", tuesday, "started", 1, 1.0, ("eu",), "ana", "signed")
        later = tuesday + timedelta(hours=1)
        ramps.record_step(db, "CHG-2026-00002", later, "started", 1, 1.0, (), "ana", "signed")
        ramps.record_step(db, "CHG-2026-00001", later, "promoted", 2, 10.0, ["us", "eu"], "clock", "proved")
        steps = ramps.steps(db, "CHG-2026-00001")
        since = ramps.steps_since(db, later)
    assert [(step.kind, step.share_percent, step.regions) for step in steps] == [
        ("started", 1.0, ("eu",)),
        ("promoted", 10.0, ("us", "eu")),
    ]
    assert [(step.change[-1], step.kind) for step in since] == [("1", "promoted"), ("2", "started")]


def test_a_second_owner_gets_what_the_first_does_not_hold(three, tuesday):
    with three.write() as db:
        assert _ids(ramps.claim(db, "one", tuesday, 30, 2)) == [1, 2]
    with three.write() as db:
        assert _ids(ramps.claim(db, "two", tuesday, 30, 10)) == [3]
    with three.write() as db:
        assert _ids(ramps.claim(db, "one", tuesday + timedelta(seconds=20), 30, 10)) == [1, 2]


def test_a_lease_that_ran_out_is_taken_over_and_its_former_owner_is_fenced(three, tuesday):
    with three.write() as db:
        mine = ramps.claim(db, "one", tuesday, 30, 10)
        assert ramps.lease(db, "CHG-2026-00001").rev == 1
    with three.write() as db:
        later = tuesday + timedelta(seconds=30)
        assert _ids(ramps.claim(db, "two", later, 30, 10)) == [1, 2, 3]
        assert ramps.lease(db, "CHG-2026-00001").rev == 2
    with pytest.raises(Conflict, match="Another process has taken over"), three.write() as db:
        ramps.update(db, mine[0], owner="one")
    with three.write() as db:
        assert ramps.update(db, mine[0], owner="two").version == 2


def test_renewing_a_lease_keeps_its_rev(three, tuesday):
    with three.write() as db:
        ramps.claim(db, "one", tuesday, 30, 10)
        ramps.claim(db, "one", tuesday + timedelta(minutes=5), 30, 10)
        lease = ramps.lease(db, "CHG-2026-00002")
    assert (lease.owner, lease.rev, lease.until) == ("one", 1, tuesday + timedelta(minutes=5, seconds=30))


def test_released_leases_are_free_at_once(three, tuesday):
    with three.write() as db:
        ramps.claim(db, "one", tuesday, 30, 10)
        assert ramps.release(db, "one") == 3
        assert _ids(ramps.claim(db, "two", tuesday, 30, 10)) == [1, 2, 3]


def test_an_ended_ramp_is_claimed_by_nobody(three, tuesday):
    with three.write() as db:
        ramps.update(db, replace(ramps.get(db, "CHG-2026-00002"), state=RampState.ABORTED, ended_at=tuesday))
        assert _ids(ramps.claim(db, "one", tuesday, 30, 10)) == [1, 3]


def test_a_ramp_that_is_due_later_is_left_alone_until_then(three, tuesday):
    noon = tuesday + timedelta(hours=3)
    with three.write() as db:
        ramps.set_due(db, "CHG-2026-00001", noon)
        assert _ids(ramps.claim(db, "one", tuesday, 30, 10, due_by=tuesday)) == [2, 3]
        assert _ids(ramps.claim(db, "one", tuesday, 30, 10, due_by=noon)) == [1, 2, 3]


@pytest.mark.postgres
def test_two_processes_claim_at_once_and_share_the_ramps(three, tuesday):
    if three.is_sqlite:
        pytest.skip("on SQLite there is one writer at a time")
    claimed, both_in = {}, threading.Barrier(2)

    def claim(owner, limit):
        with three.write() as db:
            found = ramps.claim(db, owner, tuesday, 30, limit)
            both_in.wait(5)
            claimed[owner] = _ids(found)

    threads = [threading.Thread(target=claim, args=args) for args in (("one", 2), ("two", 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed["one"] + claimed["two"]) == [1, 2, 3]


def test_the_ramps_of_several_changes_are_asked_for_at_once(three):
    with three.read() as db:
        found = ramps.of_changes(db, ["CHG-2026-00001", "CHG-2026-00003", "CHG-2026-00099"])
    assert sorted(found) == ["CHG-2026-00001", "CHG-2026-00003"]
