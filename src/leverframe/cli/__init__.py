"""How does a command line begin, and what does it say where only the base is installed?"""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("typer", "rich", "httpx2", "ruamel.yaml")
MISSING = 'The command line needs the server\'s parts, which are not installed: pip install "leverframe[server]"'


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 refused, 3 no connection to the server."""
    if not _has_server_parts():
        print(MISSING, file=sys.stderr)
        return 2
    from leverframe.cli.app import run

    return run(sys.argv[1:] if arguments is None else arguments)


def _has_server_parts() -> bool:
    """Look for the parts without importing them; a namespace without its package counts as missing."""
    return all(_is_there(name) for name in NEEDED)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
