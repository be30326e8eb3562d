"""Does the show prove what it promises, without a browser?"""

from __future__ import annotations

import json
import subprocess
import sys

TIMELINE = ["Wed 10:00 1%", "Wed 10:30 10%", "Wed 14:30 50%", "Thu 14:30 100%"]
PATIENCE_SECONDS = 1800.0
"""Far more than it takes: other tests run beside it."""


def play_demo() -> dict[str, object]:
    """Run the show once and return what it tells; raises AssertionError where it is not what was promised."""
    command = [sys.executable, "-m", "leverframe.cli", "demo", "--once", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert told["timeline"] == TIMELINE
    assert told["rollback"]["metric"]
    assert told["rollback"]["because"]
    assert told["rollback"]["share_percent"] in (1, 10, 50)
    assert told["receipt"]["applied"] == told["receipt"]["gateways"] == 2
    assert told["audit"]["verified"] is True
    assert told["audit"]["entries"] > 0
    return told


def test_a_change_reaches_everybody_a_worse_one_goes_back_and_a_lever_is_obeyed():
    play_demo()
