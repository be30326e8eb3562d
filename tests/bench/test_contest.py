"""Is each contender asked the same question, and are those who get it wrong left out?

Nothing is timed here. The peers are asked where their environment is (`make peers`).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench"))

from cells import CELLS, THROWN_SHARE, Cell, features, requests, thrown
from contenders import FEWEST_QUESTIONS, DecidesWrongly, check
from contest import OURS, PEERS, PEERS_PYTHON, Out, _medians, compete, run, title
from single_calls import each_ns

SMALL = Cell(12, 7)


def decision(request, *, share=0.10, thrown_too=True):
    """Decide by a hash, and by the tenant's name."""
    if thrown_too and request.tenant.startswith("thrown-"):
        return False
    hashed = hashlib.sha256(f"{request.feature}:{request.subject}".encode()).digest()
    return int.from_bytes(hashed[:4], "big") < share * 2**32


@pytest.fixture(params=[*OURS, *PEERS])
def contender(request):
    if request.param in PEERS and not PEERS_PYTHON.exists():
        pytest.skip("the peers' environment is not there: make peers")
    return request.param


def test_a_contender_decides_rightly_in_a_process_of_its_own(contender, tmp_path):
    found = run(contender, SMALL, tmp_path / "configuration", what="check")
    assert bool(found["version"]) == (contender in PEERS)
    assert found["load_s"] > 0


@pytest.mark.parametrize("module", [*OURS, *PEERS])
def test_a_configuration_names_every_feature_and_every_thrown_tenant(module):
    __import__(module)
    text = sys.modules[module].write(SMALL)
    assert all(json.loads(line) is not None for line in text.splitlines())
    assert [name for name in (*features(SMALL), *thrown(SMALL)) if f'"{name}"' not in text] == []
    assert "feature-12" not in text
    assert "thrown-7" not in text


def test_a_list_in_each_flag_is_counted_before_it_is_written(tmp_path):
    with pytest.raises(Out, match="once a flag, which would be 1,000,000,000 names"):
        run("peers.eppo", Cell(10_000, 100_000), tmp_path / "configuration")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_run_asks_the_same_and_one_in_twenty_is_of_a_thrown_tenant(cell):
    asked = requests(cell)
    assert asked == requests(cell)
    assert {request.feature for request in asked} <= set(features(cell))
    off = [request.tenant for request in asked if request.tenant.startswith("thrown-")]
    assert set(off) <= set(thrown(cell))
    assert abs(len(off) / len(asked) - THROWN_SHARE) < 0.01


def test_who_decides_rightly_passes():
    assert check(decision, SMALL) == pytest.approx(0.10, abs=0.01)


def test_who_lets_a_thrown_tenant_through_fails():
    with pytest.raises(DecidesWrongly, match=r"feature-\d+ is on for thrown-0, which is thrown"):
        check(lambda request: decision(request, thrown_too=False), SMALL)


@pytest.mark.parametrize("tenant", ["thrown-0", "thrown-6"])
def test_the_first_and_the_last_of_the_list_are_asked(tenant):
    with pytest.raises(DecidesWrongly, match=f"is on for {tenant}, which is thrown"):
        check(lambda request: decision(request, thrown_too=request.tenant != tenant), SMALL)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_who_exposes_another_share_fails(share):
    with pytest.raises(DecidesWrongly, match="which is not 10 %"):
        check(lambda request: decision(request, share=share), SMALL)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(DecidesWrongly, match=r"not 10 %; feature-\d+ is on for thrown-0"):
        check(lambda request: True, SMALL)


def test_who_is_slow_is_asked_fewer_questions():
    asked = []
    check(lambda request: asked.append(request) or decision(request), SMALL, patience=-1)
    assert FEWEST_QUESTIONS <= len(asked) <= FEWEST_QUESTIONS + 1


def test_who_is_over_the_time_or_cannot_be_started_is_told_with_the_reason(tmp_path, monkeypatch):
    with pytest.raises(Out, match=r"over 0\.001 s"):
        run("ours.floor", SMALL, tmp_path / "one", cap=0.001)
    monkeypatch.setattr("contest.PEERS_PYTHON", tmp_path / "python")
    measured, out = compete(SMALL, ["peers.statsig"], runs=1)
    assert measured == {}
    assert out[title("peers.statsig")].startswith("cannot be started: ")


def test_a_run_is_the_median_of_its_runs():
    runs = [{"version": "1.0", "p50_ns": value} for value in (300, 900, 400)]
    assert _medians(runs) == {"version": "1.0", "p50_ns": 400}


def test_each_call_is_made_once_with_what_was_made_ready_before_it():
    seen = []
    asked, names = [("a", 1), ("b", 2)], {"seen": seen}
    call, ready = "seen.append((name, ready))", "ready = name * number"
    times = each_ns(call, asked, "name, number", names, before=ready, count=3, seconds=60)
    assert seen == [("a", "a"), ("b", "bb"), ("a", "a")]
    assert times == sorted(times)
    assert len(times) == 3


def test_calls_end_when_their_time_is_over():
    seen = []
    assert len(each_ns("seen.append(n)", [(1,)], "n", {"seen": seen}, count=1000, seconds=0)) == len(seen) == 1
