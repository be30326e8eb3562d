"""Which files of a folder are a policy, and what stands in a new one?"""

from __future__ import annotations

from pathlib import Path

from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.policies import read_folder


def read_files(folder: Path) -> dict[str, str]:
    """Return a folder's files by path; one that cannot be read is Invalid."""
    if not folder.is_dir():
        raise Invalid([Fault(str(folder), "there is no such folder", "name the folder that holds policy.yaml")])
    try:
        return read_folder(folder)
    except UnicodeDecodeError as error:
        raise Invalid([Fault(str(folder), f"a file is not UTF-8 text: {error}", "save it as UTF-8")]) from None
    except OSError as error:
        because = f"{error.filename or folder} cannot be read: {error.strerror}"
        raise Invalid([Fault(str(folder), because, "see that you may read it")]) from None
