"""Does everything hold when the control plane is killed? A round on each store; `make soak` plays many."""

from __future__ import annotations

from tests.soak.rounds import play

SEED = 6


def test_nothing_is_lost_or_doubled_when_the_control_plane_is_killed(database, tmp_path):
    played = play(SEED, tmp_path, database, starts_cut=0.0)
    print(played.sentence)
    assert played.kills == 1
    assert not played.broken
