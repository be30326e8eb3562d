"""What did a promptfoo run find? (`promptfoo eval -o results.json`)

A column is one prompt with one provider (`results.prompts[i]`, rows by `promptIdx`); `rules/eval_columns.py` says
whose it is. The suite is `testCase.metadata.suite`, the slice its `locale`. Metrics are the named scores, which are
better when higher, `pass_rate`, and latency and cost where they are given. The results carry promptfoo's version, and
a digest of the suite's cases and assertions: what was asked, and who scored it. A row that ended in an error has
measured nothing: it is no failure, and the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import EvalImport, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import Column
from leverframe.sources import json_values
from leverframe.sources.eval_cases import DEFAULT_SUITE, File, Row, import_cases
from leverframe.sources.json_values import is_object_with, parse_json, take_number, word

NAME = "promptfoo"
VERSION = 3
ERROR = 2
"""promptfoo's `failureReason` of a row that was not answered or not scored; 1 is an assertion that failed."""
COUNTED = ("successes", "failures", "errors")

LOWER = {"latency_ms": "latencyMs", "cost_usd": "cost"}
"""Our names of what promptfoo measures beside scores; for these, lower is better."""

_member = partial(json_values.member, tool=NAME)


def recognise(body: bytes) -> bool:
    """Say whether this looks like promptfoo's JSON: results with prompts, and an eval id or its version."""
    if not is_object_with(body, "results"):
        return False
    document = parse_json(body)
    results = document["results"]
    return isinstance(results, dict) and "prompts" in results and ("evalId" in document or "metadata" in document)


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read the columns that tested `candidate` and `deployed`; name those that tested neither.

    A unit that no column tested has no results; a file that tests neither of them is at fault. Raises Invalid with
    every fault of the file, and then nothing is imported.
    """
    return import_cases(_check(parse_json(body)), body, candidate, deployed, said)


def _check(document: Any) -> File:
    """Check the whole file and only then return it."""
    faults: list[Fault] = []
    results = _member(document, "results", dict, "file", faults)
    if faults:
        raise Invalid(faults)
    if results.get("version") != VERSION:
        faults.append(Fault("results.version", f"it is {results.get('version')!r:.40}, and only {VERSION} is known"))
    metadata = document.get("metadata") if isinstance(document, dict) else None
    version = metadata.get("promptfooVersion", "") if isinstance(metadata, dict) else ""
    if not isinstance(version, str):
        faults.append(Fault("metadata.promptfooVersion", "it is not a text"))
    columns = tuple(_columns(_member(results, "prompts", list, "results", faults), faults))
    entries = _member(results, "results", list, "results", faults)
    rows = [_row(entry, f"results.results[{n}]", len(columns), faults) for n, entry in enumerate(entries)]
    stats = _optional(results, "stats", "results", faults)
    if counted := [n for key in COUNTED if isinstance(n := stats.get(key), int)]:
        json_values.need_all(sum(counted), len(entries), "results.results", faults)
    if not faults and not rows:
        faults.append(Fault("results.results", "it holds no result", "run the eval with at least one test"))
    if faults:
        raise Invalid(faults)
    return File(NAME, version, columns, tuple(row for row in rows if row is not None))


def _columns(prompts: list[Any], faults: list[Fault]) -> Iterator[Column]:
    for index, prompt in enumerate(prompts):
        place = f"results.prompts[{index}]"
        given = prompt if isinstance(prompt, dict) else {}
        label, provider = given.get("label") or given.get("raw"), given.get("provider")
        if not isinstance(label, str):
            faults.append(Fault(place, "it has no label"))
        if not isinstance(provider, str):
            faults.append(Fault(place, "it has no provider"))
        yield Column(index, str(label), str(provider))


def _row(entry: Any, place: str, columns: int, faults: list[Fault]) -> Row | None:
    before = len(faults)
    column = _member(entry, "promptIdx", int, place, faults)
    case = _member(entry, "testCase", dict, place, faults)
    success = _member(entry, "success", bool, place, faults)
    if len(faults) > before:
        return None
    if entry.get("failureReason") == ERROR:
        because = f"it ended in an error, and has measured nothing: {entry.get('error') or 'it says no reason'!s:.80}"
        faults.append(Fault(place, because, "run it again"))
        return None
    if not 0 <= column < columns:
        faults.append(Fault(f"{place}.promptIdx", f"it is {column}, and there are {columns} prompts"))
    metadata = _optional(case, "metadata", place + ".testCase", faults)
    named = _optional(entry, "namedScores", place, faults)
    values = {"pass_rate": float(success)}
    for metric, score in named.items():
        take_number(values, metric, score, f"{place}.namedScores.{metric}", faults)
    for metric, key in LOWER.items():
        if entry.get(key) is not None:
            take_number(values, metric, entry[key], f"{place}.{key}", faults)
    return Row(
        column=column,
        suite=word(metadata, "suite", f"{place}.testCase.metadata", faults) or DEFAULT_SUITE,
        locale=word(metadata, "locale", f"{place}.testCase.metadata", faults),
        case=digest({"vars": case.get("vars"), "assert": case.get("assert")}),
        values=values,
    )


def _optional(holder: dict[str, Any], key: str, place: str, faults: list[Fault]) -> dict[str, Any]:
    return _member(holder, key, dict, place, faults) if holder.get(key) is not None else {}
