"""Does the show prove what it promises, without a browser?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from tests.test_check_a_verdict import CHECK, agree, run

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
    assert list(told["replayed"].values()) == [True, True]
    lines = run(CHECK, json.dumps(told["rollback"]))
    agree(lines)
    assert told["rollback"]["metric"] in [line[0] for line in lines if float(line[2]) >= float(line[4])]
    assert told["receipt"]["applied"] == told["receipt"]["gateways"] == 2
    assert told["audit"]["verified"] is True
    assert told["audit"]["entries"] > 0
    return told


@pytest.mark.long
def test_a_change_reaches_everybody_a_worse_one_goes_back_and_a_lever_is_obeyed():
    play_demo()


def test_a_show_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path):
    """It may have been started in the background by a shell, which has SIGINT ignored."""
    show = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' INT; exec \"$0\" -m leverframe.cli demo", sys.executable],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert show.stdout is not None
        address = next(line.split()[1] for line in show.stdout if "Open" in line)
        show.send_signal(signal.SIGTERM)
        assert show.wait(60) == 130
    finally:
        show.kill()
        show.communicate()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address)
    assert list(tmp_path.iterdir()) == []
