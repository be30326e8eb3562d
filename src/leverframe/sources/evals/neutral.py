"""What did any other eval tool find, told in our own words? (docs/reference/eval-results.schema.json)

For tools whose files are not read here: one object with the tool, its version and a list of results, each a mean over
`n` cases of a metric, of the candidate or of the deployed unit. It is read as it is; nothing is computed from it.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from leverframe.nouns.evidence import Direction, EvalImport, EvalResult, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import subject_of
from leverframe.sources import json_values
from leverframe.sources.eval_cases import DEFAULT_SUITE, UNITS
from leverframe.sources.json_values import is_object_with, parse_json, take_number, word

NAME = "leverframe"
FORMAT = "leverframe-evals/1"
MEMBERS = frozenset({
    "of", "suite", "metric", "slice", "n", "value", "standard_error", "direction", "dataset_digest",
})  # fmt: skip

_member = partial(json_values.member, tool=NAME)


def recognise(body: bytes) -> bool:
    """Say whether this says that it is ours."""
    return is_object_with(body, "format", "results") and str(parse_json(body)["format"]).startswith(
        "leverframe-evals/"
    )


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read both units' results; raises Invalid with every fault of the file, and then nothing is imported."""
    document, faults = parse_json(body), []
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Invalid([Fault("format", f"only {FORMAT} is known", f"write it as {FORMAT}")])
    about = {key: word(document, key, "file", faults) for key in ("tool", "tool_version", "commit")}
    if not about["tool"]:
        faults.append(Fault("tool", "it is missing", "name what has scored the answers"))
    given = _member(document, "results", list, "file", faults)
    found = [_result(one, f"results[{n}]", about, said, faults) for n, one in enumerate(given)]
    if not faults and not found:
        faults.append(Fault("results", "it holds no result", "write at least one"))
    faults += _repeated(found)
    if deployed is None and any(of == "deployed" for of, _ in found):
        faults.append(Fault("results", "some are of a deployed unit, and none is deployed", "leave them out"))
    if faults:
        raise Invalid(faults)
    artefact = f"sha256:{hashlib.sha256(body).hexdigest()}"
    units = {"candidate": candidate, "deployed": deployed or Unit()}
    made = [(of, EvalResult(**one, artefact_digest=artefact, subject=subject_of(units[of]))) for of, one in found]
    return EvalImport(
        tool=about["tool"],
        candidate=tuple(one for of, one in made if of == "candidate"),
        deployed=tuple(one for of, one in made if of == "deployed"),
    )


def _result(
    one: Any, place: str, about: dict[str, str], said: Said, faults: list[Fault]
) -> tuple[str, dict[str, Any]]:
    given = one if isinstance(one, dict) else {}
    for name in sorted(given.keys() - MEMBERS):
        faults.append(Fault(f"{place}.{name}", "it is not known", f"known are {', '.join(sorted(MEMBERS))}"))
    of, direction = given.get("of", said.of), given.get("direction")
    if of not in UNITS:
        faults.append(Fault(f"{place}.of", f"{of!r:.40} is no unit of a ticket", "candidate or deployed"))
    if direction not in ("higher", "lower"):
        faults.append(Fault(f"{place}.direction", "it does not say which way is better", "higher or lower"))
    cases = _member(given, "n", int, place, faults)
    if "n" in given and isinstance(cases, int) and cases < 1:
        faults.append(Fault(f"{place}.n", f"{cases} cases are none", "leave the result out"))
    numbers: dict[str, float] = {}
    take_number(numbers, "value", given.get("value"), f"{place}.value", faults)
    if given.get("standard_error") is not None:
        take_number(numbers, "standard_error", given["standard_error"], f"{place}.standard_error", faults)
        if numbers.get("standard_error", 0.0) < 0:
            faults.append(Fault(f"{place}.standard_error", "it is negative", "write it as it is, or leave it out"))
    metric = _member(given, "metric", str, place, faults)
    return str(of), {
        "suite": word(given, "suite", place, faults) or DEFAULT_SUITE,
        "metric": metric,
        "slice": word(given, "slice", place, faults),
        "n": cases,
        "value": numbers.get("value", 0.0),
        "standard_error": numbers.get("standard_error"),
        "direction": Direction(direction) if direction in ("higher", "lower") else Direction.HIGHER,
        "dataset_digest": word(given, "dataset_digest", place, faults),
        "tool": about["tool"],
        "tool_version": about["tool_version"] or said.tool_version,
        "commit": about["commit"],
    }


def _repeated(found: list[tuple[str, dict[str, Any]]]) -> list[Fault]:
    """Find what is told twice: nobody could say which of the two is meant."""
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for n, (of, one) in enumerate(found):
        key = (of, one["suite"], one["metric"], one["slice"])
        if key in seen:
            because = f"it tells {one['metric']} of the {of} again, as results[{seen[key]}] does"
            faults.append(Fault(f"results[{n}]", because, "tell each once"))
        seen.setdefault(key, n)
    return faults
