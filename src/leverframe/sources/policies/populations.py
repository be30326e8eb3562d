"""How many users does a feature have, in which region and ring?

The annotation is one number, or `region: users` and `region/ring: users` on lines of their own or after commas.
"""

from __future__ import annotations

import re

from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell
from leverframe.sources.policies.entities import Entity
from leverframe.sources.policies.yaml_values import Value

_CELL = re.compile(r"(?:(?P<region>[\w.-]+)(?:/(?P<ring>[\w.-]+))?\s*:\s*)?(?P<users>[+-]?[\d_]{1,15})")
_FORM = "Write one number, or `region: users` or `region/ring: users` lines, such as `eu: 1_200_000`."


def read_population(entity: Entity, value: Value) -> tuple[Cell, ...]:
    """Return the (region, ring) cells of a population annotation."""
    cells: dict[tuple[str, str], Cell] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[,\n]", value.data))):
        cell = _read_cell(entity, value, part)
        if cell and (cell.region, cell.ring) in cells:
            because = f"The population of {entity.name} names {cell.region}/{cell.ring} twice."
            entity.report.error(value.place, because, "Keep one of the two.")
        elif cell:
            cells[cell.region, cell.ring] = cell
    return tuple(cells.values())


def _read_cell(entity: Entity, value: Value, part: str) -> Cell | None:
    match = _CELL.fullmatch(part)
    users = int(match["users"].replace("_", "") or 0) if match and match["users"].strip("_+-") else None
    if match is None or users is None:
        entity.report.error(value.place, f"The population of {entity.name} holds `{part}`, which is not read.", _FORM)
        return None
    if users <= 0:
        because = f"The population of {entity.name} holds `{part}`: {users} is not a number of users."
        entity.report.error(value.place, because, "Write how many users there are, or leave the line out.")
        return None
    return Cell(match["region"] or EVERYWHERE, match["ring"] or LAST_RING, users)
