"""Which files of a folder are a policy, and what stands in a new one?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leverframe.nouns.verdicts import Fault, Invalid


def read_files(folder: Path) -> dict[str, str]:
    """Return a folder's files by path; one that cannot be read is Invalid."""
    from leverframe.sources.policies import read_folder

    if not folder.is_dir():
        raise Invalid([Fault(str(folder), "there is no such folder", "name the folder that holds policy.yaml")])
    try:
        return read_folder(folder)
    except UnicodeDecodeError as error:
        raise Invalid([Fault(str(folder), f"a file is not UTF-8 text: {error}", "save it as UTF-8")]) from None
    except OSError as error:
        because = f"{error.filename or folder} cannot be read: {error.strerror}"
        raise Invalid([Fault(str(folder), because, "see that you may read it")]) from None


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder that is new or empty; nothing is ever written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid([Fault(str(folder), "there is something here already", "name a new folder")])
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        because = f"{error.filename or folder} cannot be written: {error.strerror}"
        raise Invalid([Fault(str(folder), because, "name a folder that you may write")]) from None
