"""Where is the example, and how does a test alter one line of it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from leverframe.sources.policies import read_folder

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = read_folder(REPOSITORY / "examples" / "acme")


@pytest.fixture
def acme():
    """Return the example's bundle."""
    return dict(FILES)


@pytest.fixture
def edited():
    """Return a function that gives the bundle with the first `old` of a file replaced."""

    def edit(path, old, new, files=FILES):
        assert old in files[path], f"{path} no longer holds {old!r}"
        return {**files, path: files[path].replace(old, new, 1)}

    return edit


@pytest.fixture
def shared():
    """Return the folder of the pages and data that the product implements, beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "handbook").is_dir():
        pytest.skip("the handbook's files are not beside this repository")
    return folder
