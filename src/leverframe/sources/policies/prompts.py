"""Which prompt versions are in the prompt folder, and what are their digests?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from leverframe.sources.policies.reading import Report

_PATH = re.compile(r"prompts/(?P<name>[A-Za-z0-9][\w.-]*)/(?P<version>[A-Za-z0-9][\w.-]*)\.md")


def read_prompts(files: Mapping[str, str], report: Report) -> dict[str, str]:
    """Return the digest of each prompt text by `name@version`."""
    prompts: dict[str, str] = {}
    for path in sorted(files):
        if not path.startswith("prompts/") or path.endswith("README.md"):
            continue
        match = _PATH.fullmatch(path)
        if not match:
            report.warn(f"{path}:1", "This is no prompt.", "A prompt lies at `prompts/<name>/<version>.md`.")
            continue
        name = f"{match['name']}@{match['version']}"
        report.remember(f"prompt {name}", f"{path}:1")
        if not files[path].strip():
            report.error(f"{path}:1", f"The prompt {name} is empty.", "Write its text, or delete the file.")
        prompts[name] = text_digest(files[path])
    return prompts


def text_digest(text: str) -> str:
    """Return `sha256:<hex>` over a text's UTF-8 bytes."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
