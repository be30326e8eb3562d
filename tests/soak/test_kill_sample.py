"""Does everything hold when the control plane is killed? Three rounds on each store; `make soak` plays many."""

from __future__ import annotations

import pytest
from tests.soak.rounds import play

SEEDS = (3, 6, 11)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_when_the_control_plane_is_killed(seed, database, tmp_path):
    played = play(seed, tmp_path, database, starts_cut=0.0)
    print(played.sentence)
    assert played.kills == 1
    assert not played.broken
