"""How do a ramp's names come into a query, so that no name can alter it?

A placeholder stands inside a quoted string that is compared as it is (`feature="$target"`). What is filled in is
written with escapes, which PromQL reads back to the very name, whatever characters it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

KNOWN = ("arm", "change", "stage", "target")
_PLACEHOLDER = re.compile(r"\$(\{?)(\w+)\}?")
_PLAIN = re.compile(r"[A-Za-z0-9_.:@/ -]")
_RANGE = re.compile(r"\[\s*([^\]:\s]*)\s*(:[^\]]*)?\]")
_PARTS = re.compile(
    r"""(?P<op>!~|=~|!=|=)?\s*(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)|(?P<comment>\#[^\n]*)""",
    re.DOTALL,
)


def faults_of(query: str) -> list[tuple[str, str]]:
    """Return what is wrong with a query, each with its remedy."""
    return [*_faults_of_placeholders(query), *_faults_of_ranges(query)]


def filled(query: str, known: Mapping[str, str]) -> str:
    """Return a query with its placeholders filled in; `faults_of` has found nothing in it."""
    return _PLACEHOLDER.sub(lambda found: _quoted(known[found[2]]), query)


def _faults_of_placeholders(query: str) -> Iterator[tuple[str, str]]:
    for found in _PLACEHOLDER.finditer(query):
        if found[2] not in KNOWN or found[1]:
            yield f"has the placeholder `{found[0]}`", f"The placeholders are {', '.join('$' + k for k in KNOWN)}."
        elif not _is_compared(query, found.start()):
            yield (
                f"has `{found[0]}` where a name could alter the query",
                f'Compare a label with it in quotation marks, such as {{{found[2]}="{found[0]}"}}; not by =~.',
            )
    if "$arm" not in query:
        yield "does not tell the arms apart", 'Compare a label with $arm, such as {arm="$arm"}.'


def _is_compared(query: str, at: int) -> bool:
    """Say whether a place lies in a string in quotation marks that a label must equal, or not equal."""
    for part in _PARTS.finditer(query):
        if part["text"] and part.start("text") < at < part.end("text"):
            return part["op"] in ("=", "!=") and not part["text"].startswith("`")
    return False


def _faults_of_ranges(query: str) -> Iterator[tuple[str, str]]:
    """A step is one minute: a range that is longer counts a call more than once, a shorter one not every call."""
    bare = _PARTS.sub(lambda part: " " * len(part[0]), query)
    for found in _RANGE.finditer(bare):
        if found[1] not in ("1m", "60s") or found[2]:
            yield f"counts over {found[0]}", "Minutes are counted one by one: write [1m]."


def _quoted(name: str) -> str:
    return "".join(letter if _PLAIN.fullmatch(letter) else _escaped(letter) for letter in name)


def _escaped(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
