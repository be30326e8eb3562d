"""What did an Inspect run find? (its log as JSON, or as `.eval` where this Python can open it)

A log is one task with one model: the column's prompt is `prompt` of the task's metadata, where it is given. The
metrics are the scorers, by name: C is 1, P a half, I and N are 0; a score that is an object gives one for each of its
members. Epochs of a sample are averaged: they are one case. Only a log that ended in success is read.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
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

NAME = "inspect"
VERSION = 2
LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Inspect's grades: correct, partly correct, incorrect, no answer."""
MOST_BYTES = 256 * 1024 * 1024
TO_JSON = "write it as JSON: inspect log convert --to json"

NO_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    struct.error,
    ValueError,
    TypeError,
    LookupError,
    OSError,
)
"""What Python raises for an archive that is damaged, cut short or encrypted, or holds no JSON."""

_member = partial(json_values.member, tool=NAME)


def recognise(body: bytes) -> bool:
    """Say whether this looks like a log of Inspect."""
    return body[:4] == b"PK\x03\x04" or is_object_with(body, "status", "eval", "version")


def read(body: bytes, candidate: Unit, deployed: Unit | None, said: Said) -> EvalImport:
    """Read one unit's results; raises Invalid with every fault of the file, and then nothing is imported."""
    document = _unzipped(body) if body[:2] == b"PK" else parse_json(body)
    return import_cases(_check(document), body, candidate, deployed, said)


def _unzipped(body: bytes) -> Any:
    """Put an `.eval` file together: its header and its samples."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise Invalid([Fault("file", f"it holds more than {MOST_BYTES >> 20} MB", TO_JSON)])
            if "header.json" not in names:
                raise Invalid([Fault("file", "it is a zip file, and no log of Inspect", TO_JSON)])
            samples = sorted(name for name in names if name.startswith("samples/") and name.endswith(".json"))
            header = json.loads(archive.read("header.json"))
            return {**header, "samples": [json.loads(archive.read(name)) for name in samples]}
    except NotImplementedError:
        because = "it is compressed with Zstandard, which Python opens from 3.14 on"
        raise Invalid([Fault("file", because, TO_JSON)]) from None
    except NO_ARCHIVE as wrong:
        raise Invalid([Fault("file", f"it is not a whole log: {wrong}", "send the whole file")]) from None


def _check(document: Any) -> File:
    faults: list[Fault] = []
    document = document if isinstance(document, dict) else {}
    if document.get("version") != VERSION:
        faults.append(Fault("version", f"it is {document.get('version')!r:.40}, and only {VERSION} is known"))
    status = document.get("status")
    if status != "success":
        because = f"the run's status is {status!r:.40}: it has measured nothing that counts"
        faults.append(Fault("status", because, "run it again, to its end"))
        raise Invalid(faults)
    task = _member(document, "eval", dict, "file", faults)
    samples = _member(document, "samples", list, "file", faults)
    about = task.get("metadata") if isinstance(task.get("metadata"), dict) else {}
    model = _member(task, "model", str, "eval", faults)
    packages = task.get("packages") if isinstance(task.get("packages"), dict) else {}
    revision = task.get("revision") if isinstance(task.get("revision"), dict) else {}
    rows = tuple(_rows(samples, word(about, "suite", "eval.metadata", faults) or DEFAULT_SUITE, faults))
    summary = document["results"] if isinstance(document.get("results"), dict) else {}
    if isinstance(told := summary.get("total_samples"), int):
        json_values.need_all(told, len(samples), "samples", faults)
    if not faults and not rows:
        faults.append(Fault("samples", "no sample has a score", "run it with log_samples, and score it"))
    column = Column(0, word(about, "prompt", "eval.metadata", faults), model.replace("/", ":"))
    version, commit = (
        word(packages, "inspect_ai", "eval.packages", faults),
        word(revision, "commit", "eval", faults),
    )
    if faults:
        raise Invalid(faults)
    return File(NAME, version, (column,), rows, commit)


def _rows(samples: list[Any], suite: str, faults: list[Fault]) -> Iterator[Row]:
    """Yield a row for each sample, its epochs averaged."""
    of: dict[str, list[dict[str, float]]] = defaultdict(list)
    about: dict[str, tuple[str, str]] = {}
    for n, sample in enumerate(samples):
        place = f"samples[{n}]"
        scores = _member(sample, "scores", dict, place, faults)
        if isinstance(sample, dict) and sample.get("error"):
            faults.append(Fault(place, "it ended in an error, and has measured nothing", "run it again"))
            continue
        metadata = sample.get("metadata") if isinstance(sample, dict) else None
        metadata = metadata if isinstance(metadata, dict) else {}
        case = digest({key: sample.get(key) for key in ("id", "input", "target")} if isinstance(sample, dict) else n)
        values = _values(scores, f"{place}.scores", faults)
        if values:
            of[case].append(values)
            inside = f"{place}.metadata"
            about[case] = word(metadata, "suite", inside, faults) or suite, word(metadata, "locale", inside, faults)
    for case, epochs in of.items():
        names = sorted({name for epoch in epochs for name in epoch})
        means = {name: _mean([epoch[name] for epoch in epochs if name in epoch]) for name in names}
        yield Row(0, *about[case], case, means)


def _values(scores: Mapping[str, Any], place: str, faults: list[Fault]) -> dict[str, float]:
    values: dict[str, float] = {}
    for scorer, score in scores.items():
        value = score.get("value") if isinstance(score, dict) else score
        members = value.items() if isinstance(value, dict) else [("", value)]
        for name, each in members:
            metric = f"{scorer}_{name}" if name else scorer
            number = LETTERS.get(each, each) if isinstance(each, str) else each
            number = float(number) if isinstance(number, bool) else number
            take_number(values, metric, number, f"{place}.{metric}", faults)
    return values


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
