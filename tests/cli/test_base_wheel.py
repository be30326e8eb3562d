"""What does the command say where only the base is installed?"""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = """
import sys

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hide())
from leverframe.cli import main
sys.exit(main(["change", "list"]))
"""


@pytest.mark.parametrize("missing", [("typer", "rich", "httpx2", "ruamel"), ("rich",), ("httpx2",), ("ruamel",)])
def test_without_the_server_extra_one_sentence_says_what_to_install(missing: tuple[str, ...]):
    script = WITHOUT.format(missing=missing)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert 'pip install "leverframe[server]"' in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stdout == ""
