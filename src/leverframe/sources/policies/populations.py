"""How many users does a feature have, in which region, ring and cohort?

The annotation is one number, or `region: users` and `region/ring: users` on lines of their own or after commas. A
line `region/ring/cohort: users` says how many of that ring's users are in a cohort; one user may be in several.
"""

from __future__ import annotations

import re
from dataclasses import replace

from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell
from leverframe.sources.policies.entities import Entity
from leverframe.sources.policies.yaml_values import Value

_NAMES = r"(?P<region>[\w.-]+)(?:/(?P<ring>[\w.-]+)(?:/(?P<cohort>[\w.@+-]+))?)?"
_LINE = re.compile(rf"(?:{_NAMES}\s*:\s*)?(?P<users>[+-]?[\d_]{{1,15}})")
_FORM = (
    "Write one number, or `region: users`, `region/ring: users` and `region/ring/cohort: users` lines, such as "
    "`eu: 1_200_000`."
)
_Line = tuple[str, str, str, int, str]
"""Region, ring, cohort ("" for the whole cell), users, and the line as it is written."""


def read_population(entity: Entity, value: Value) -> tuple[Cell, ...]:
    """Return the (region, ring) cells of a population annotation, each with what is known of its cohorts."""
    parts = (part.strip() for part in re.split(r"[,\n]", value.data))
    lines = [line for part in parts if part and (line := _read_line(entity, value, part))]
    cells: dict[tuple[str, str], Cell] = {}
    for region, ring, _, users, part in (line for line in lines if not line[2]):
        if users <= 0:
            _refuse(entity, value, part, f"{users} is not a number of users", "or leave the line out")
        elif (region, ring) in cells:
            because = f"The population of {entity.name} names {region}/{ring} twice."
            entity.report.error(value.place, because, "Keep one of the two.")
        else:
            cells[region, ring] = Cell(region, ring, users)
    for region, ring, cohort, users, part in (line for line in lines if line[2]):
        if fault := _cohort_fault(cells.get((region, ring)), cohort, users):
            _refuse(entity, value, part, fault, "of those in its region and ring, each cohort once")
        else:
            cell = cells[region, ring]
            cells[region, ring] = replace(cell, cohorts=(*cell.cohorts, (cohort, users)))
    return tuple(cells.values())


def _read_line(entity: Entity, value: Value, part: str) -> _Line | None:
    match = _LINE.fullmatch(part)
    if match is None or not match["users"].strip("_+-"):
        entity.report.error(value.place, f"The population of {entity.name} holds `{part}`, which is not read.", _FORM)
        return None
    users = int(match["users"].replace("_", ""))
    return match["region"] or EVERYWHERE, match["ring"] or LAST_RING, match["cohort"] or "", users, part


def _cohort_fault(cell: Cell | None, cohort: str, users: int) -> str:
    if cell is None:
        return "no line says how many users that region and ring have"
    if cell.users_of(cohort) is not None:
        return "it names that cohort twice"
    return "" if 0 <= users <= cell.users else f"{users} is not a number of its {cell.users} users"


def _refuse(entity: Entity, value: Value, part: str, fault: str, form: str) -> None:
    because = f"The population of {entity.name} holds `{part}`: {fault}."
    entity.report.error(value.place, because, f"Write how many users there are, {form}.")
