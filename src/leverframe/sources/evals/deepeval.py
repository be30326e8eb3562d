"""What did a DeepEval run find? (`test_run_….json` in its results folder, or `.deepeval/.latest_test_run.json`)

A file is one run of one application: whose it is, whoever sends it says, as they do with DeepEval's version. Metrics
are those of the test cases, by their names in small letters, and `pass_rate`. A metric that ended in an error has
measured nothing: the file is refused, as is a case without any.
"""

from __future__ import annotations

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

NAME = "deepeval"

_member = partial(json_values.member, tool=NAME)


def recognise(body: bytes) -> bool:
    """Say whether this looks like a run of DeepEval, as it is or wrapped."""
    return is_object_with(body, "testCases", "metricsScores") or is_object_with(body, "testRunData")


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read one unit's results; raises Invalid with every fault of the file, and then nothing is imported."""
    document = parse_json(body)
    if isinstance(document, dict) and "testRunData" in document:
        document = document["testRunData"]
    faults: list[Fault] = []
    cases = _member(document, "testCases", list, "file", faults)
    rows = [row for n, case in enumerate(cases) if (row := _row(case, f"testCases[{n}]", faults)) is not None]
    if not faults and not rows:
        faults.append(Fault("testCases", "it holds no case", "run the tests with at least one"))
    if faults:
        raise Invalid(faults)
    return import_cases(File(NAME, "", (Column(0, "", ""),), tuple(rows)), body, candidate, deployed, said)


def _row(case: Any, place: str, faults: list[Fault]) -> Row | None:
    before = len(faults)
    success = _member(case, "success", bool, place, faults)
    measured = _member(case, "metricsData", list, place, faults)
    if len(faults) > before:
        return None
    values = {"pass_rate": float(success)}
    for n, each in enumerate(measured):
        _take(values, each, f"{place}.metricsData[{n}]", faults)
    if not measured:
        faults.append(Fault(f"{place}.metricsData", "nothing was measured", "run the case again"))
    metadata = case.get("additionalMetadata") or {}
    metadata = metadata if isinstance(metadata, dict) else {}
    return Row(
        column=0,
        suite=word(metadata, "suite", f"{place}.additionalMetadata", faults) or DEFAULT_SUITE,
        locale=word(metadata, "locale", f"{place}.additionalMetadata", faults),
        case=digest({key: case.get(key) for key in ("name", "input", "expectedOutput")}),
        values=values,
    )


def _take(values: dict[str, float], measured: Any, place: str, faults: list[Fault]) -> None:
    name = _member(measured, "name", str, place, faults)
    if isinstance(measured, dict) and measured.get("error"):
        faults.append(Fault(place, f"{name} ended in an error: {measured['error']!s:.80}", "run the case again"))
    elif name:
        metric = "_".join(name.casefold().split())
        take_number(values, metric, measured.get("score"), f"{place}.score", faults)
