"""Which unit did a column of an eval run test: the candidate, the deployed one, or neither?

Eval tools know prompts and models by their own labels. A column's prompt is ours when its label holds the whole
`name@version`, or, in a label that names no `name@…`, begins with the version (`v8: Answer briefly`) or is
nothing else. Its model is ours when platform and model agree: `openai:chat:gpt-4o` is `openai.gpt-4o`. A column
may also name the dated snapshot of a model that we key without the day (`openai:gpt-4o-2024-11-20` is
`openai.gpt-4o-2024-11`); where one unit fits to the day and the other does not, the column is the former's. A part
that the unit leaves empty matches anything; a unit with neither prompt nor model matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault


@dataclass(frozen=True, slots=True)
class Column:
    """One prompt with one provider, as the tool labels them; `index` is its place in the file."""

    index: int
    prompt: str
    provider: str

    @property
    def name(self) -> str:
        """Name the column for people."""
        return f"{self.prompt} with {self.provider}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The columns that tested the candidate and the deployed unit; None where no column did."""

    candidate: Column | None
    deployed: Column | None
    faults: tuple[Fault, ...] = ()


def assign(columns: Sequence[Column], candidate: Unit, deployed: Unit | None) -> Assignment:
    """Find each unit's column; a file that tests neither, or leaves open which, is at fault."""
    mine = [column for column in columns if fit(column, candidate) > 0]
    theirs = [column for column in columns if deployed is not None and fit(column, deployed) > 0]
    if deployed is not None:
        fits = {column: (fit(column, candidate), fit(column, deployed)) for column in columns}
        mine = [column for column in mine if fits[column][0] >= fits[column][1]]
        theirs = [column for column in theirs if fits[column][1] >= fits[column][0]]
    faults = _shared(mine, theirs) or (
        *_several(mine, "candidate", candidate),
        *_several(theirs, "deployed", deployed),
    )
    if not mine and not theirs:
        faults = (_neither(columns, candidate, deployed),)
    return Assignment(mine[0] if mine else None, theirs[0] if theirs else None, tuple(faults))


def fit(column: Column, unit: Unit) -> int:
    """Say how well a column's prompt and model fit a unit: 0 not, 1 but for the model's day, 2 wholly."""
    if not (unit.prompt or unit.model) or not _is_prompt(column.prompt, unit.prompt):
        return 0
    return _model_fit(column.provider, unit.model)


def subject_of(unit: Unit) -> dict[str, str]:
    """Return the parts of a unit that a column's labels have shown."""
    return {part: value for part, value in (("prompt", unit.prompt), ("model", unit.model)) if value}


def _is_prompt(label: str, prompt: str) -> bool:
    if not prompt:
        return True
    name, _, version = prompt.rpartition("@")
    if name and re.search(rf"(?<![\w@.-])[\w.-]+@{VERSION}", label):
        return re.search(rf"(?<![\w@.-]){re.escape(prompt)}(?![\w@-])(?!\.\d)", label) is not None
    return re.match(rf"{re.escape(version)}(?![\w@-])(?!\.\d)", label.strip()) is not None


VERSION = r"v?\d"


DAY = re.compile(r"-\d{8}|-\d{4}-\d{2}-\d{2}")
DAY_OF_MONTH = re.compile(r"-\d{2}")
MONTH = re.compile(r"-\d{4}-\d{2}$")


def _model_fit(provider: str, model: str) -> int:
    keys, key = _model_keys(provider), model.casefold()
    if not key or key in keys:
        return 2
    days = DAY_OF_MONTH if MONTH.search(key) else DAY
    return int(any(other.startswith(key) and days.fullmatch(other[len(key) :]) for other in keys))


def _model_keys(provider: str) -> set[str]:
    """List the keys that a provider's label may stand for: with and without the tool's own middle part."""
    platform, _, rest = provider.strip().casefold().partition(":")
    middle, _, inner = rest.partition(":")
    keys = {provider.strip().casefold(), f"{platform}.{rest}"}
    return keys | {f"{platform}.{inner}"} if middle and inner else keys


def _shared(mine: Sequence[Column], theirs: Sequence[Column]) -> tuple[Fault, ...]:
    because = "the candidate and the deployed unit have the same prompt and model, so that it may have tested either"
    remedy = "post the results of each unit in a file of its own"
    return tuple(Fault(place(column), because, remedy) for column in mine if column in theirs)


def _several(columns: Sequence[Column], which: str, unit: Unit | None) -> tuple[Fault, ...]:
    if len(columns) < 2 or unit is None:
        return ()
    because = f"{len(columns)} columns test the {which} unit {unit.name}: {_names(columns)}"
    return (Fault(place(columns[1]), because, "name prompts as name@version, and each once with each provider"),)


def _neither(columns: Sequence[Column], candidate: Unit, deployed: Unit | None) -> Fault:
    units = f"the candidate {candidate.name}"
    if deployed is not None and deployed != Unit():
        units += f" nor the deployed {deployed.name}"
    because = f"no column tests {units}; there are: {_names(columns)}"
    remedy = "begin the prompt's label with its version, and label the provider platform:model"
    return Fault("results.prompts", because, remedy)


def place(column: Column) -> str:
    """Name where a column stands in the file."""
    return f"results.prompts[{column.index}]"


def _names(columns: Sequence[Column]) -> str:
    return "; ".join(column.name for column in columns)
