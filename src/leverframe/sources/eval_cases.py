"""How do the cases that an eval tool has answered become results of our units?

A format (`sources/evals/`) reads a tool's file to columns and rows: a column is what was tested, one prompt with one
model, and a row is one case that it answered. The rows give one result for each suite, metric and slice: the suite
whole, and each locale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Direction, EvalImport, EvalResult, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import Column, assign, subject_of
from leverframe.rules.paired_cases import pack_cases

DEFAULT_SUITE = "production"
LOWER = frozenset({"latency_ms", "cost_usd"})
"""Metrics that are better when lower, and no scores."""
UNITS = ("candidate", "deployed")


class Row(NamedTuple):
    """One case answered by one column: `case` is a digest of what was asked, and how it was scored."""

    column: int
    suite: str
    locale: str
    case: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class File:
    """A tool's whole file, checked."""

    tool: str
    version: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    commit: str = ""


def import_cases(file: File, body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Give each unit its column's results; raises Invalid where it is not plain whose they are."""
    mine, theirs = columns_of(file, candidate, deployed, said)
    artefact = f"sha256:{hashlib.sha256(body).hexdigest()}"
    version = file.version or said.tool_version
    return EvalImport(
        tool=file.tool,
        candidate=_results(file, mine, candidate, artefact, version),
        deployed=_results(file, theirs, deployed, artefact, version),
        ignored=tuple(column.name for column in file.columns if column not in (mine, theirs)),
    )


def columns_of(file: File, candidate: Unit, deployed: Unit | None, said: Said) -> tuple[Column | None, Column | None]:
    """Return each unit's column of a file; raises Invalid where it is not plain whose they are."""
    if said.of:
        if said.of not in UNITS:
            raise Invalid([Fault("of", f"{said.of} is no unit of a ticket", "candidate or deployed")])
        if len(file.columns) != 1:
            because = f"the file has {len(file.columns)} columns, and names what each has tested"
            raise Invalid([Fault("of", because, "leave it out")])
        return (file.columns[0], None) if said.of == "candidate" else (None, file.columns[0])
    found = assign(file.columns, candidate, deployed)
    if found.faults and len(file.columns) == 1 and not file.columns[0].prompt:
        because = f"the file does not say which prompt it has tested with {file.columns[0].provider or 'its model'}"
        remedy = "say whose they are, the candidate's or the deployed unit's; on the command line with --of"
        raise Invalid([Fault("of", because, remedy)])
    if found.faults:
        raise Invalid(found.faults)
    return found.candidate, found.deployed


def _results(
    file: File, column: Column | None, unit: Unit | None, artefact: str, version: str
) -> tuple[EvalResult, ...]:
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
                    value=sum(values.values()) / len(values),
                    direction=Direction.LOWER if metric in LOWER else Direction.HIGHER,
                    subject=subject_of(unit),
                    tool=file.tool,
                    tool_version=version,
                    artefact_digest=artefact,
                    slice=place,
                    standard_error=standard_error(tuple(values.values()), is_score=metric not in LOWER),
                    dataset_digest=dataset,
                    commit=file.commit,
                    cases=pack_cases(values),
                )
                for metric, values in _by_metric(chosen).items()
            ]
    return tuple(results)


def _by_metric(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return by metric what each case was given; several trials of a case are averaged, because they are one case."""
    trials: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        for metric, value in row.values.items():
            trials.setdefault(metric, {}).setdefault(f"{row.locale} {row.case}", []).append(value)
    return {
        metric: {case: sum(values) / len(values) for case, values in cases.items()}
        for metric, cases in sorted(trials.items())
    }


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
