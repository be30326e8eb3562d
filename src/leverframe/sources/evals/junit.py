"""What did a suite of tests find that writes JUnit's XML? (`pytest --junitxml=results.xml`)

Each test is a case: its name, and what it recorded as properties: `metric` and `score` (0 to 1), and where they are
wanted `suite`, `locale`, `model` and `prompt`; `scorer_version` of the suite (`record_testsuite_property`) is the
ruler's version, without which nothing can be compared. `pass_rate` is of all tests that ran. A test that was skipped
is no case; one that ended in an error has measured nothing, and the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import EvalImport, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.eval_columns import Column
from leverframe.sources.eval_cases import DEFAULT_SUITE, File, Row, import_cases
from leverframe.sources.json_values import take_number

NAME = "junit"


def recognise(body: bytes) -> bool:
    """Say whether this looks like JUnit's XML."""
    return body.lstrip()[:1] == b"<" and (b"<testsuite" in body[:4096])


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read one unit's results; raises Invalid with every fault of the file, and then nothing is imported."""
    root, faults = _parse(body), []
    cases = list(root.iter("testcase"))
    rows = [row for case in cases for row in _row(case, faults)]
    columns = {(_property(case, "prompt"), _property(case, "model").replace("/", ":")) for case in cases}
    if len(columns) > 1:
        because = f"its tests name {len(columns)} prompts and models, and a file is of one unit"
        faults.append(Fault("file", because, "write a file for each unit"))
    if not faults and not rows:
        faults.append(Fault("file", "no test of it has run", "run the suite with at least one test"))
    if faults:
        raise Invalid(faults)
    (prompt, model) = next(iter(columns))
    version = next((_property(suite, "scorer_version") for suite in root.iter("testsuite")), "")
    return import_cases(
        File(NAME, version, (Column(0, prompt, model),), tuple(rows)), body, candidate, deployed, said
    )


def _parse(body: bytes) -> ElementTree.Element:
    """Parse XML that declares no entities: they could make a small file fill the memory."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Invalid([Fault("file", "it declares a document type", "JUnit's XML has none: leave it out")])
    try:
        return ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as wrong:
        raise Invalid([Fault("file", f"it is not XML: {wrong}", "send the whole file")]) from None


def _row(case: ElementTree.Element, faults: list[Fault]) -> Iterator[Row]:
    name = f"{case.get('classname', '')}::{case.get('name', '')}"
    error = case.find("error")
    if case.find("skipped") is not None:
        return
    if error is not None:
        faults.append(Fault(name, f"it ended in an error: {error.get('message', '')!s:.80}", "run the suite again"))
        return
    values, metric = {"pass_rate": float(case.find("failure") is None)}, _property(case, "metric")
    if metric:
        take_number(values, metric, _number(_property(case, "score")), f"{name}.score", faults)
    yield Row(0, _property(case, "suite") or DEFAULT_SUITE, _property(case, "locale"), digest(name), values)


def _property(holder: ElementTree.Element, name: str) -> str:
    """Return the last value that a test or suite has recorded under a name; empty where it has none."""
    found = [each.get("value", "") for each in holder.findall("properties/property") if each.get("name") == name]
    return found[-1].strip() if found else ""


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
