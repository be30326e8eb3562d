"""What did lm-evaluation-harness find? (`results_….json` in its output folder)

A file is one run of one model: whose it is, whoever sends it says. Each task is a suite, and its metrics are the
harness's own, with their standard errors and the way that is better: `acc,none` is `acc`, `exact_match,strict-match`
is `exact_match_strict-match`. It holds no cases, so that means are compared. Two results are of one dataset where the
task's name, version, configuration, shots and number of samples are the same. Groups of tasks are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Direction, EvalImport, EvalResult, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import Column, subject_of
from leverframe.sources import json_values
from leverframe.sources.eval_cases import File, columns_of, standard_error
from leverframe.sources.json_values import is_object_with, parse_json, take_number, word

NAME = "lm-eval"
ABOUT = frozenset({"alias", "name", "sample_len", "sample_count"})
"""What stands beside the metrics of a task."""

_member = partial(json_values.member, tool=NAME)


def recognise(body: bytes) -> bool:
    """Say whether this looks like results of the harness."""
    return is_object_with(body, "results", "n-samples", "higher_is_better")


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read one unit's results; raises Invalid with every fault of the file, and then nothing is imported."""
    document, faults = parse_json(body), []
    tasks = _member(document, "results", dict, "file", faults)
    if faults:
        raise Invalid(faults)
    version = word(document, "lm_eval_version", "file", faults) or said.tool_version
    commit = word({"git_hash": document.get("git_hash") or ""}, "git_hash", "file", faults)
    groups = document.get("groups")
    groups = groups if isinstance(groups, dict) else {}
    found = [one for task in tasks if task not in groups for one in _results(document, task, faults)]
    if not faults and not found:
        faults.append(Fault("results", "it holds no result", "run at least one task"))
    if faults:
        raise Invalid(faults)
    mine, _ = columns_of(File(NAME, version, (Column(0, "", ""),), ()), candidate, deployed, said)
    if mine is None and deployed is None:
        return EvalImport(NAME, (), ())
    unit, artefact = candidate if mine else deployed or Unit(), f"sha256:{hashlib.sha256(body).hexdigest()}"
    about: dict[str, Any] = {"tool": NAME, "tool_version": version, "commit": commit, "artefact_digest": artefact}
    made = tuple(EvalResult(**one, **about, subject=subject_of(unit)) for one in found)
    return EvalImport(NAME, made if mine else (), () if mine else made)


def _results(document: Mapping[str, Any], task: str, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    """Yield a task's results, each with what the file says of it elsewhere."""
    metrics = _member(document["results"], task, dict, "results", faults)
    samples = _member(_member(document, "n-samples", dict, "file", faults), task, dict, "n-samples", faults)
    n = _member(samples, "effective", int, f"n-samples.{task}", faults)
    if isinstance(samples.get("effective"), int) and n < 1:
        faults.append(Fault(f"n-samples.{task}.effective", f"{n} samples are none", "run the task with some"))
    ways = _member(
        _member(document, "higher_is_better", dict, "file", faults), task, dict, "higher_is_better", faults
    )
    dataset = _dataset(document, task)
    for key in metrics:
        metric, _, of = key.partition(",")
        if key in ABOUT or metric.endswith("_stderr"):
            continue
        numbers = _numbers(metrics, f"results.{task}", metric, of, faults)
        yield {
            "suite": task,
            "metric": metric if of in ("", "none") else f"{metric}_{of}",
            "n": n,
            "value": numbers.get("value", 0.0),
            "direction": Direction.HIGHER if _is_higher(ways, metric, faults, task) else Direction.LOWER,
            "standard_error": _error(numbers, n),
            "dataset_digest": dataset,
        }


def _numbers(metrics: Mapping[str, Any], place: str, metric: str, of: str, faults: list[Fault]) -> dict[str, float]:
    """Return a metric's `value`, and its `error` where the harness has worked one out."""
    tail, numbers = f",{of}" if of else "", dict[str, float]()
    take_number(numbers, "value", metrics[f"{metric}{tail}"], f"{place}.{metric}{tail}", faults)
    name = f"{metric}_stderr{tail}"
    if metrics.get(name) not in (None, "N/A"):
        take_number(numbers, "error", metrics[name], f"{place}.{name}", faults)
    if numbers.get("error", 0.0) < 0:
        faults.append(Fault(f"{place}.{name}", "it is negative", "run the task again"))
    return numbers


def _is_higher(ways: Mapping[str, Any], metric: str, faults: list[Fault], task: str) -> bool:
    return _member(ways, metric, bool, f"higher_is_better.{task}", faults)


def _error(numbers: Mapping[str, float], n: int) -> float | None:
    """Return the harness's standard error; where it is 0 the cases were all alike, which proves no spread of 0."""
    error = numbers.get("error")
    if error or not n or "value" not in numbers or n < 1:
        return error
    return standard_error([numbers["value"]] * n, is_score=True) if error == 0 else None


def _dataset(document: Mapping[str, Any], task: str) -> str:
    """Return a digest of what was asked and how it was scored, as far as the file says."""
    names = ("versions", "configs", "n-shot", "n-samples", "task_hashes")
    held = ((name, document.get(name)) for name in names)
    return digest({"task": task, **{name: part.get(task) for name, part in held if isinstance(part, dict)}})
