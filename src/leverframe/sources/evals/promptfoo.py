"""What did a promptfoo run find? (`promptfoo eval -o results.json`)

A column is one prompt with one provider (`results.prompts[i]`, rows by `promptIdx`); `rules/eval_columns.py` says
whose it is. Its rows give one result for each suite (`testCase.metadata.suite`, else `production`), metric and
slice: the suite whole, and each locale (`testCase.metadata.locale`). Metrics are the named scores, which are better
when higher, `pass_rate`, and latency and cost where they are given. The results carry promptfoo's version, and a
digest of the suite's cases and assertions: what was asked, and who scored it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, sqrt
from typing import Any, NamedTuple, NoReturn

from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Direction, EvalImport, EvalResult
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import Column, assign, subject_of

NAME = "promptfoo"
DEFAULT_SUITE = "production"
VERSION = 3

LOWER = {"latency_ms": "latencyMs", "cost_usd": "cost"}
"""Our names of what promptfoo measures beside scores; for these, lower is better."""


class Row(NamedTuple):
    """One case answered by one column."""

    column: int
    suite: str
    locale: str
    case: str
    values: Mapping[str, float]


class File(NamedTuple):
    """A whole file, checked."""

    version: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def recognise(body: bytes) -> bool:
    """Say whether this looks like promptfoo's JSON: results with prompts, and an eval id or its version."""
    try:
        document = _parse(body)
    except Invalid:
        return False
    results = document.get("results") if isinstance(document, dict) else None
    return isinstance(results, dict) and "prompts" in results and ("evalId" in document or "metadata" in document)


def read(body: bytes, *, candidate: Unit, deployed: Unit | None) -> EvalImport:
    """Read both units' results; raises Invalid with every fault of the file, and then nothing is imported."""
    return read_promptfoo(body, candidate=candidate, deployed=deployed)


def read_promptfoo(body: bytes, *, candidate: Unit, deployed: Unit | None) -> EvalImport:
    """Read the columns that tested `candidate` and `deployed`; name those that tested neither.

    A unit that no column tested has no results; a file that tests neither of them is at fault.
    """
    file = _check(_parse(body))
    found = assign(file.columns, candidate, deployed)
    if found.faults:
        raise Invalid(found.faults)
    artefact = f"sha256:{hashlib.sha256(body).hexdigest()}"
    taken = {column.index for column in (found.candidate, found.deployed) if column is not None}
    return EvalImport(
        tool=NAME,
        candidate=_results(file, found.candidate, candidate, artefact),
        deployed=_results(file, found.deployed, deployed, artefact),
        ignored=tuple(column.name for column in file.columns if column.index not in taken),
    )


def _results(file: File, column: Column | None, unit: Unit | None, artefact: str) -> tuple[EvalResult, ...]:
    if column is None or unit is None:
        return ()
    rows = [row for row in file.rows if row.column == column.index]
    results: list[EvalResult] = []
    for suite in sorted({row.suite for row in rows}):
        cases = [row for row in rows if row.suite == suite]
        dataset = digest(sorted({row.case for row in cases}))
        for place in ("", *sorted({row.locale for row in cases} - {""})):
            chosen = [row for row in cases if place in ("", row.locale)]
            results += [
                EvalResult(
                    suite=suite,
                    metric=metric,
                    n=len(values),
                    value=sum(values) / len(values),
                    direction=Direction.LOWER if metric in LOWER else Direction.HIGHER,
                    subject=subject_of(unit),
                    tool=NAME,
                    tool_version=file.version,
                    artefact_digest=artefact,
                    slice=place,
                    standard_error=standard_error(values, is_score=metric not in LOWER),
                    dataset_digest=dataset,
                )
                for metric, values in _by_metric(chosen).items()
            ]
    return tuple(results)


def _by_metric(rows: Sequence[Row]) -> dict[str, list[float]]:
    metrics: dict[str, list[float]] = {}
    for row in rows:
        for metric, value in row.values.items():
            metrics.setdefault(metric, []).append(value)
    return dict(sorted(metrics.items()))


def standard_error(values: Sequence[float], *, is_score: bool) -> float | None:
    """Estimate the standard error of a mean; None where the values do not show their spread.

    Scores between 0 and 1 that are all alike, or alone, have the spread of the Agresti-Coull rule (two successes and
    two failures added): three passes of three are no proof of no failures.
    """
    n, mean = len(values), sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    if squares > 1e-18 * n:
        return sqrt(squares / (n - 1) / n)
    if is_score and 0.0 <= mean <= 1.0:
        share = (mean * n + 2) / (n + 4)
        return sqrt(share * (1 - share) / (n + 4))
    return None


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as wrong:
        raise Invalid([Fault("file", f"it is not JSON: {wrong}")]) from None


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number that can be compared")


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
    if not faults and not rows:
        faults.append(Fault("results.results", "it holds no result", "run the eval with at least one test"))
    if faults:
        raise Invalid(faults)
    return File(version, columns, tuple(row for row in rows if row is not None))


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
    if not 0 <= column < columns:
        faults.append(Fault(f"{place}.promptIdx", f"it is {column}, and there are {columns} prompts"))
    metadata = _optional(case, "metadata", place + ".testCase", faults)
    named = _optional(entry, "namedScores", place, faults)
    values = {"pass_rate": float(success)}
    for metric, score in named.items():
        _take(values, metric, score, f"{place}.namedScores.{metric}", faults)
    for metric, key in LOWER.items():
        if entry.get(key) is not None:
            _take(values, metric, entry[key], f"{place}.{key}", faults)
    return Row(
        column=column,
        suite=_word(metadata, "suite", place, faults) or DEFAULT_SUITE,
        locale=_word(metadata, "locale", place, faults),
        case=digest({"vars": case.get("vars"), "assert": case.get("assert")}),
        values=values,
    )


def _take(values: dict[str, float], metric: str, value: Any, place: str, faults: list[Fault]) -> None:
    """Add one number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        faults.append(Fault(place, f"{value!r:.40} is not a number"))
    else:
        values[metric] = float(value)


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _member(holder: Any, key: str, kind: type, place: str, faults: list[Fault]) -> Any:
    """Return a member of the right kind, or note its fault and return an empty one."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    said = KINDS[kind]
    because = f"{key} is missing" if value is None else f"{key} is not {said}"
    faults.append(Fault(place, because, f"promptfoo writes {key} as {said}"))
    return kind()


KINDS = {dict: "an object", list: "a list", int: "a whole number", bool: "true or false"}


def _optional(holder: dict[str, Any], key: str, place: str, faults: list[Fault]) -> dict[str, Any]:
    return _member(holder, key, dict, place, faults) if holder.get(key) is not None else {}


def _word(metadata: dict[str, Any], key: str, place: str, faults: list[Fault]) -> str:
    value = metadata.get(key, "")
    if isinstance(value, str):
        return value.strip()
    faults.append(Fault(f"{place}.testCase.metadata.{key}", f"{value!r:.40} is not a text"))
    return ""
